"""Opening, closing and limiting when the figures are old, RingCentral is in trouble, or its budget is used up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.registration import PATH, limit_settings, registration_harness, without_waits
from tests.support.world import World, running_world

SIX_MINUTES = timedelta(minutes=6)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world that gives requests up soon and repeats them at once."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


async def test_a_limit_rests_on_a_figure_that_is_not_old(world: World) -> None:
    """After five minutes it is read first, so that nobody is shut out by what was so before."""
    launch = await registration_harness(world)
    world.ringcentral.register(launch.session_id, 4)
    world.clock.move(SIX_MINUTES)

    words = await launch.reply_to("chloe", "limit launch 3")
    assert "4 people have registered, more than 3" in words
    assert launch.take_calls() == ["GET"]

    await launch.reply_to("chloe", "limit launch 9")
    assert (launch.state, launch.take_calls()) == ((True, 9, 4), ["PATCH"])


async def test_opening_is_one_call_whatever_the_age_of_the_figure(world: World) -> None:
    """What the mirror takes for open may have been closed elsewhere meanwhile: asking is the way to know."""
    launch = await registration_harness(world)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    world.clock.move(SIX_MINUTES)

    await launch.reply_to("chloe", "open launch")

    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"])
    assert "read from RingCentral just now" in world.last("#launch", "chloe").words


async def test_opening_what_has_become_full_meanwhile_says_so(world: World) -> None:
    """RingCentral answers that it stays closed, and the answer has the button that helps."""
    launch = await registration_harness(world, registrationStatus="Closed")
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Open", **limit_settings(2)})
    world.ringcentral.register(launch.session_id, 2)

    words = await launch.reply_to("chloe", "open launch")

    assert "Registration is full and stays closed while the limit is 2 people." in words
    assert world.last("#launch", "chloe").buttons == ["Raise Limit", "Refresh"]
    assert launch.take_calls() == ["PATCH"]


async def test_undo_of_closing_brings_no_old_limit_back(world: World) -> None:
    """What somebody changed elsewhere before stays as they wanted it."""
    launch = await registration_harness(world, **limit_settings(5))
    world.ringcentral.edit(launch.session_id, registration=limit_settings(50))
    world.clock.move(SIX_MINUTES)
    await launch.reply_to("chloe", "close launch")
    assert (launch.state, launch.take_calls()) == ((False, 50, 0), ["PATCH"])

    await world.click("chloe", world.last("#launch", "chloe"), "Undo")

    assert (launch.state, launch.take_calls()) == ((True, 50, 0), ["PATCH"])


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": None, "effect": True, "hang": 30.0}, {"cut": True}])
async def test_an_answer_that_is_lost_is_asked_for_again(world: World, fault: dict[str, object]) -> None:
    """Once or twice makes no difference, so the person sees nothing of it."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, **fault)  # type: ignore[arg-type] # passed on as given

    assert "Registration is closed." in await launch.reply_to("chloe", "close launch")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH", "PATCH"])


async def test_what_stays_unclear_is_looked_up(world: World) -> None:
    """Every answer failed after its effect: a look says that it is done."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, effect=True, times=4)

    assert "Registration is closed." in await launch.reply_to("chloe", "close launch")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH"] * 4 + ["GET"])


async def test_what_was_not_done_is_said_after_a_look(world: World) -> None:
    """Every answer failed before its effect: a look says that nothing has changed."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, times=4)

    words = await launch.reply_to("chloe", "close launch")

    assert "RingCentral gave no clear answer, and nothing has changed so far." in words
    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"] * 4 + ["GET"])


async def test_what_cannot_even_be_looked_up_is_said_to_be_unclear(world: World) -> None:
    """Nobody claims that nothing has changed."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, times=4)
    world.ringcentral.fail("GET", PATH, status=500, times=4)

    assert "it may or may not have done this" in await launch.reply_to("chloe", "close launch")


async def test_a_refusal_stands_in_the_place_of_the_form(world: World) -> None:
    """The working view gives way to why it did not go."""
    launch = await registration_harness(world)
    form = await launch.open_form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=403)

    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.settled()

    assert world.slack.view("chloe").title == "Limit not set"
    assert launch.state == (True, None, 0)


async def test_a_registration_that_is_not_there_is_said(world: World) -> None:
    """Right after a creation, or where it was deleted at RingCentral meanwhile."""
    launch = await registration_harness(world)
    world.ringcentral.cancel(launch.session_id)

    assert "RingCentral has no registration for this webinar" in await launch.reply_to("chloe", "close launch")


async def test_who_must_wait_is_told(world: World) -> None:
    """A 429 is waited out; the person reads for how long, where they are."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=429, retry_after=1)
    await launch.reply_to("chloe", "close launch")
    waiting, done = (message.words for message in world.slack.messages("#launch", "chloe")[-2:])
    assert waiting.startswith("RingCentral allows only a few calls a minute.")
    assert "Registration is closed." in done
    assert launch.take_calls() == ["PATCH", "PATCH"]

    form = await launch.open_form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=429, retry_after=1)
    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.until(lambda: "RingCentral allows only a few calls a minute." in world.slack.view("chloe").words)
    await world.settled()
    assert world.slack.view("chloe").title == "Limit set"
    assert launch.state == (False, 7, 0)


@pytest.mark.parametrize("partial_updates", [True, False])
async def test_changes_say_all_that_the_schema_requires(world: World, partial_updates: bool) -> None:
    """Also where RingCentral keeps to it: the status goes with every change of the limit."""
    world.ringcentral.rules.partial_updates = partial_updates
    launch = await registration_harness(world, registrationStatus="Closed")

    await launch.reply_to("chloe", "limit launch 9")
    await world.click("chloe", world.last("#launch", "chloe"), "Undo")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH", "PATCH"])
