"""Open, close and limit with outdated counts, vendor errors, or an exhausted budget."""

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
    """A world with short timeouts and immediate retries."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


async def test_a_limit_requires_the_current_count(world: World) -> None:
    """It is read in the same step, however fresh our copy is."""
    launch = await registration_harness(world)
    world.ringcentral.register(launch.session_id, 4)
    world.clock.move(SIX_MINUTES)

    words = await launch.reply_to("chloe", "limit launch 3")
    assert "4 people have registered, more than 3" in words
    assert launch.take_calls() == ["GET"]

    await launch.reply_to("chloe", "limit launch 9")
    assert (launch.state, launch.take_calls()) == ((True, 9, 4), ["GET", "PATCH"])


async def test_opening_is_one_call_for_any_age_of_the_count(world: World) -> None:
    """The registration may have been closed elsewhere: RingCentral decides."""
    launch = await registration_harness(world)
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Closed"})
    world.clock.move(SIX_MINUTES)

    await launch.reply_to("chloe", "open launch")

    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"])
    assert " · as of <!date^" in world.last("#launch", "chloe").words


async def test_opening_a_registration_that_filled_up_is_reported(world: World) -> None:
    """RingCentral leaves it closed, and the reply offers a higher limit."""
    launch = await registration_harness(world, registrationStatus="Closed")
    world.ringcentral.edit(launch.session_id, registration={"registrationStatus": "Open", **limit_settings(2)})
    world.ringcentral.register(launch.session_id, 2)

    words = await launch.reply_to("chloe", "open launch")

    assert "Registration is full and stays closed while the limit is 2 people." in words
    assert world.last("#launch", "chloe").buttons == ["Raise Limit", "Refresh"]
    assert launch.take_calls() == ["PATCH"]


async def test_undo_of_closing_restores_no_old_limit(world: World) -> None:
    """A limit changed elsewhere is kept."""
    launch = await registration_harness(world, **limit_settings(5))
    world.ringcentral.edit(launch.session_id, registration=limit_settings(50))
    world.clock.move(SIX_MINUTES)
    await launch.reply_to("chloe", "close launch")
    assert (launch.state, launch.take_calls()) == ((False, 50, 0), ["PATCH"])

    await world.click("chloe", world.last("#launch", "chloe"), "Undo")

    assert (launch.state, launch.take_calls()) == ((True, 50, 0), ["PATCH"])


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": None, "effect": True, "hang": 30.0}, {"cut": True}])
async def test_a_lost_response_is_retried(world: World, fault: dict[str, object]) -> None:
    """The change is idempotent, so the user does not notice."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, **fault)  # type: ignore[arg-type] # passed on as given

    assert "Registration is closed." in await launch.reply_to("chloe", "close launch")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH", "PATCH"])


async def test_an_unknown_outcome_is_looked_up(world: World) -> None:
    """Every response was lost after its effect: a read confirms the change."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, effect=True, times=4)

    assert "Registration is closed." in await launch.reply_to("chloe", "close launch")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["PATCH"] * 4 + ["GET"])


async def test_a_change_that_did_not_happen_is_reported(world: World) -> None:
    """Every call failed before its effect: a read shows that nothing changed."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, times=4)

    words = await launch.reply_to("chloe", "close launch")

    assert "RingCentral gave no clear answer, and nothing has changed so far." in words
    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"] * 4 + ["GET"])


async def test_an_unknown_outcome_without_a_read_is_reported_as_unknown(world: World) -> None:
    """The reply does not claim that nothing changed."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=500, times=4)
    world.ringcentral.fail("GET", PATH, status=500, times=4)

    assert "this may or may not be done" in await launch.reply_to("chloe", "close launch")


async def test_a_refusal_replaces_the_form(world: World) -> None:
    """The progress view is replaced by the reason."""
    launch = await registration_harness(world)
    form = await launch.open_form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=403)

    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.settled()

    assert world.slack.view("chloe").title == "Limit not set"
    assert launch.state == (True, None, 0)


async def test_a_missing_registration_is_reported(world: World) -> None:
    """Right after a creation, or after it was deleted at RingCentral."""
    launch = await registration_harness(world)
    world.ringcentral.cancel(launch.session_id)

    assert "RingCentral has no registration for this webinar" in await launch.reply_to("chloe", "close launch")


async def test_a_waiting_user_sees_how_long(world: World) -> None:
    """A 429 is waited out; the view shows the time."""
    launch = await registration_harness(world)
    world.ringcentral.fail("PATCH", PATH, status=429, retry_after=1)
    await launch.reply_to("chloe", "close launch")
    waiting, done = (message.words for message in world.slack.messages("#launch", "chloe")[-2:])
    assert waiting.startswith("RingCentral allows only a few calls a minute, so yours goes out ")
    assert "Registration is closed." in done
    assert launch.take_calls() == ["PATCH", "PATCH"]

    form = await launch.open_form("chloe")
    world.ringcentral.fail("PATCH", PATH, status=429, retry_after=1)
    await world.slack.submit("chloe", form, {"limit": "7"})
    await world.until(
        lambda: "RingCentral allows only a few calls a minute, so yours" in world.slack.view("chloe").words
    )
    await world.settled()
    assert world.slack.view("chloe").title == "Limit set"
    assert launch.state == (False, 7, 0)


@pytest.mark.parametrize("partial_updates", [True, False])
async def test_changes_send_all_required_fields(world: World, partial_updates: bool) -> None:
    """The status is sent with every change of the limit."""
    world.ringcentral.rules.partial_updates = partial_updates
    launch = await registration_harness(world, registrationStatus="Closed")

    await launch.reply_to("chloe", "limit launch 9")
    await world.click("chloe", world.last("#launch", "chloe"), "Undo")

    assert (launch.state, launch.take_calls()) == ((False, None, 0), ["GET", "PATCH"] * 2)
