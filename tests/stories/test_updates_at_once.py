"""Messages and calendars of seats and team follow a change at once; the periodic work is for what failed."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from sandbox.slack import Message
from tests.stories.test_calendars import Calendars, calendars, prepared
from tests.support.world import World, running_world

HOUR = timedelta(hours=1)
PEOPLE = ("dev", "emi")
NOTICE = re.compile("was moved|is now called|was canceled")


def at_once(world: World) -> None:
    """The periodic work is paused: what happens here follows from a change."""
    prepared(world)
    world.updates_at_once = True


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world whose people are updated right after a change."""
    async with running_world(tmp_path, prepare=at_once) as started:
        yield started


async def with_people(world: World) -> Calendars:
    """A webinar with Dev on its team, and a seat of Emi."""
    both = await calendars(world)
    await both.take_seat("emi")
    await both.set_team(panelists=["dev"])
    return both


async def files_arrive(both: Calendars, count: int = 2) -> None:
    """Wait until both people have this many calendar files."""
    await both.world.until(lambda: all(len(both.files(user)) >= count for user in PEOPLE))


@pytest.mark.parametrize("change", ["moved", "renamed", "longer", "described"])
async def test_a_change_at_ringcentral_updates_people_at_once(world: World, change: str) -> None:
    """As soon as the change is read: no periodic work runs here."""
    both = await with_people(world)
    start = (await world.bot.services.mirror.find(both.launch.session_id)).start + HOUR
    changes: dict[str, dict[str, Any]] = {
        "moved": {"scheduledStartTime": f"{start:%Y-%m-%dT%H:%M:%SZ}"},
        "renamed": {"title": "Launch week"},
        "longer": {"scheduledDuration": 7200},
        "described": {"description": "New words"},
    }
    await both.change(**changes[change])

    await files_arrive(both)
    current = await world.bot.services.mirror.find(both.launch.session_id)
    for user in PEOPLE:
        _, event = both.files(user)[-1]
        assert (str(event["SUMMARY"]), event.decoded("DTEND")) == (current.title, current.end.replace(microsecond=0))
        assert both.numbers(user) == [0, 1]


async def test_a_move_from_slack_updates_people_at_once(world: World) -> None:
    """Once each."""
    both = await with_people(world)
    start = (await world.bot.services.mirror.find(both.launch.session_id)).start + HOUR
    await world.command("chloe", "#launch", f"move launch {start:%Y-%m-%d %H:%M} UTC")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    await files_arrive(both)
    await both.resume()
    for user in PEOPLE:
        _, event = both.files(user)[-1]
        assert event.decoded("DTSTART") == start.replace(second=0, microsecond=0)
        assert both.numbers(user) == [0, 1]


async def test_a_file_follows_the_notice_that_explains_it(world: World) -> None:
    """For a move, for a rename in the same minute, whose notice has to wait, and for a cancellation."""
    both = await with_people(world)
    start = (await world.bot.services.mirror.find(both.launch.session_id)).start + HOUR
    await world.command("chloe", "#launch", f"move launch {start:%Y-%m-%d %H:%M} UTC")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await files_arrive(both)
    assert [explained(both, user) for user in PEOPLE] == [["was moved"]] * 2

    await both.change(title="Launch week")
    await world.bot.services.resume()
    assert [len(both.files(user)) for user in PEOPLE] == [2, 2]
    await world.move(timedelta(seconds=61))
    await world.bot.services.resume()
    assert [explained(both, user) for user in PEOPLE] == [["was moved", "is now called"]] * 2

    await world.move(timedelta(seconds=61))
    await both.cancel_webinar()
    await world.bot.services.resume()
    assert [explained(both, user) for user in PEOPLE] == [["was moved", "is now called", "was canceled"]] * 2


def explained(both: Calendars, user: str) -> list[str]:
    """What the notice right before each later file of this user announces."""
    shown = [one for one in both.launch.dms(user) if one.files or NOTICE.search(one.text)]
    files = [place for place, one in enumerate(shown) if one.files][1:]
    return [found[0] if (found := NOTICE.search(shown[place - 1].text)) else "" for place in files]


async def test_the_card_names_the_team_and_follows_it(world: World) -> None:
    """Whom the organizer invites is announced at once; whom they remove disappears; nobody's address is shown."""
    both = await with_people(world)
    await world.post_card("Launch day", "C0RANDOM")
    await world.until(lambda: all("with Dev " in card.words and "with Dev " in card.text for card in cards(world)))

    await both.set_team(panelists=["dev", "finn"])
    await world.until(lambda: all(" and Finn Berg" in card.words for card in cards(world)))
    await both.set_team(panelists=["finn"])
    await world.until(lambda: all("with Finn Berg" in card.words for card in cards(world)))
    assert not any("@acme.example" in str(card.blocks) for card in cards(world))


def cards(world: World) -> list[Message]:
    """The card in each of its channels."""
    everywhere = (*world.slack.messages("#launch"), *world.slack.messages("#random"))
    return [one for one in everywhere if one.bot and not one.ephemeral_to and "Details" in one.buttons][:2]


async def test_a_cancellation_updates_people_at_once(world: World) -> None:
    """The entry leaves both calendars."""
    both = await with_people(world)
    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()

    await files_arrive(both)
    assert {both.last(user)[0] for user in PEOPLE} == {"CANCEL"}


async def test_a_former_member_gets_the_entry_of_the_seat_at_once(world: World) -> None:
    """They leave the team and keep their seat: its link replaces that of the team."""
    both = await calendars(world)
    link = await both.take_seat()
    await both.set_team(panelists=["dev", "finn"])
    await both.set_team(panelists=["finn"])

    await world.until(lambda: both.last() == ("PUBLISH", link))
    both.numbers()


@pytest.mark.parametrize("role", ["seat", "team"])
async def test_a_crash_after_a_file_repeats_it_once(world: World, role: str) -> None:
    """Slack has the file, and Greenroom ends before it saves that: the next run sends it again, later ones do not."""
    both = await calendars(world)
    await (both.set_team(panelists=["dev"]) if role == "team" else both.take_seat())
    world.slack.fail("files.completeUploadExternal", effect=True, hang=60)
    await both.change(title="Launch week")
    await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()
    for _ in range(3):
        await both.resume()

    assert [str(event["SUMMARY"]) for _, event in both.files()] == ["Launch day", "Launch week", "Launch week"]
    both.numbers()
