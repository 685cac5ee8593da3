"""Add to Calendar on a card: the entry of anyone who sees it, kept current like those of seats and the team."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from sandbox.slack import Message
from tests.stories.test_calendars import Calendars, calendars, prepared
from tests.support.world import World, running_world

BUTTON = "Add to Calendar"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=prepared) as started:
        yield started


def card(world: World) -> Message:
    """The card in #launch."""
    return next(one for one in world.slack.messages("#launch") if BUTTON in one.buttons)


async def moved(both: Calendars, title: str) -> None:
    """Change the webinar in RingCentral's own app, and run the periodic work twice."""
    await both.change(title=title)
    for _ in range(2):
        await both.world.bot.services.resume()


async def test_anyone_who_sees_the_card_has_one_entry_that_stays_correct(world: World) -> None:
    """A guest takes it without a link, it follows the webinar, and their seat puts its link into the same entry."""
    both = await calendars(world)
    calls = len(world.vendor_calls())
    await world.click("gia", card(world), BUTTON)
    assert "in your direct messages with me" in world.last("#launch", "gia").words
    assert (len(world.vendor_calls()), both.last("gia"), both.files("dev")) == (calls, ("PUBLISH", ""), [])
    assert {"Register", "Details"} <= set(both.messages("gia")[0].buttons)

    await moved(both, "Launch week")
    assert [str(event["SUMMARY"]) for _, event in both.files("gia")] == ["Launch day", "Launch week"]
    link = await both.take_seat("gia")
    assert both.last("gia") == ("PUBLISH", link)
    await moved(both, "Launch month")
    assert both.last("gia") == ("PUBLISH", link)
    assert both.numbers("gia") == [0, 1, 2, 3]  # one file for each change, of the seat alone

    world.clock.move(timedelta(minutes=5))
    await world.click("gia", card(world), BUTTON)
    assert (both.last("gia"), len(both.files("gia"))) == (("PUBLISH", link), 5)
    await both.give_up_seat("gia")
    assert both.last("gia")[0] == "CANCEL"


async def test_entries_without_a_seat_leave_the_calendar_with_the_webinar(world: World) -> None:
    """Once; a member of the team gets the entry of the team instead."""
    both = await calendars(world)
    await both.set_team(panelists=["dev"])
    for user in ("emi", "dev"):
        await world.click(user, card(world), BUTTON)
    assert (both.last("emi"), both.last("dev")) == (("PUBLISH", ""), ("PUBLISH", both.link("dev")))

    await both.cancel_webinar()
    for _ in range(2):
        await world.bot.services.resume()
    for user in ("emi", "dev"):
        assert [method for method, _ in both.files(user)].count("CANCEL") == 1
        both.numbers(user)


async def test_a_person_whom_slack_lets_nobody_message_is_told(world: World) -> None:
    """In place of the file; and it is not sent later. A webinar that is live has nothing to add."""
    both = await calendars(world)
    world.slack.fail("chat.postMessage", error="cannot_dm_bot")
    await world.click("dev", card(world), BUTTON)
    assert "doesn't let me send you a direct message" in world.last("#launch", "dev").words
    await moved(both, "Launch week")
    assert both.files() == []

    shown = card(world)
    before = deepcopy(shown.blocks)
    world.ringcentral.begin(both.launch.session_id)
    await world.bot.services.mirror.sweep()
    [live] = [one for one in world.slack.messages("#launch") if one.ts == shown.ts]
    assert BUTTON not in live.buttons
    live.blocks[:] = before  # as in a client that shows the old card
    await world.click("dev", live, BUTTON)
    assert "nothing to put in your calendar" in world.last("#launch", "dev").words
