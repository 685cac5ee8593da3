"""Polite reminders of what an organizer has not done after a webinar: once after a day, once after three."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest_asyncio

from bot.model.webinar import Status
from bot.reports.open_items import TOGETHER, due_items
from bot.reports.open_items_table import REMIND_AFTER, ItemKind, ItemOutcome, OpenItem, close_item, open_item
from tests.support.recordings import DAY, HOUR, MINUTE, RecordedHarness, recorded_harness, without_waits
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW
from tests.support.world import World, running_world


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def note_followup(launch: RecordedHarness) -> None:
    """Note that the follow-up is open, as it is once the figures are there."""
    webinar = await launch.services.mirror.find(launch.session_id)
    async with launch.services.store.write() as db:
        await open_item(db, webinar, ItemKind.FOLLOWUP, "U0CHLOE", launch.services.clock.now())


async def test_both_kinds_are_one_message_after_a_day_and_one_after_three(world: World) -> None:
    """To the organizer alone; what was closed is one line in both, and nobody is reminded a third time."""
    launch = await recorded_harness(world)
    await note_followup(launch)
    await launch.look(23 * HOUR, every=HOUR)
    assert len(launch.dms()) == 1  # the question
    await launch.look(2 * HOUR, every=HOUR)

    [_, first] = launch.dms()
    assert first.words.startswith("After *Launch day*, this is still open.")
    assert "*Recording:* it is available, and you have not decided yet whether to share it." in first.words
    assert "*Follow-up:* you have not written to those who came or to those who did not." in first.words
    assert first.buttons == ["Recording", "Done", "Not Needed", "Follow Up", "Done", "Not Needed"]
    await world.click("chloe", first, "Recording")
    assert "Share in Channels" in world.last("@chloe", "chloe").buttons
    await launch.look(2 * DAY, every=HOUR)
    [_, _, second] = launch.dms()
    assert second.words == first.words

    await world.click("chloe", second, "Not Needed", block_id="followup")
    for message in launch.dms()[1:]:
        assert "Follow-up: not needed, says <@U0CHLOE>" in message.words
        assert message.buttons == ["Recording", "Done", "Not Needed"]
    await world.click("chloe", second, "Done")
    for message in launch.dms()[1:]:
        assert message.buttons == []
        assert message.words.startswith("After *Launch day*: Recording: done, says <@U0CHLOE> · Follow-up: not needed")
    await launch.look(5 * DAY, every=6 * HOUR)
    assert len(launch.dms()) == 3


async def test_what_is_decided_or_canceled_is_not_reminded_of(world: World) -> None:
    """Sharing the recording closes its item; a canceled webinar has none."""
    launch = await recorded_harness(world)
    await world.click("chloe", launch.dms()[0], "Share in Channels")
    await launch.look(4 * DAY, every=6 * HOUR)
    assert len(launch.dms()) == 1

    await note_followup(launch)
    webinar = await launch.services.mirror.find(launch.session_id)
    await launch.services.mirror.set_status(webinar, Status.CANCELED)
    await launch.look(4 * DAY, every=6 * HOUR)
    assert len(launch.dms()) == 1


async def test_an_item_is_opened_and_closed_once(world: World) -> None:
    """The first to close it counts; it does not open again, nor is anybody reminded of it."""
    launch = await recorded_harness(world)
    webinar = await launch.services.mirror.find(launch.session_id)
    async with launch.services.store.write() as db:
        assert not await open_item(db, webinar, ItemKind.RECORDING, "U0CHLOE", NOW)
        assert await close_item(db, webinar, ItemKind.RECORDING, "U0ANA", ItemOutcome.NOT_NEEDED)
        assert not await close_item(db, webinar, ItemKind.RECORDING, "U0CHLOE")
        assert not await open_item(db, webinar, ItemKind.RECORDING, "U0CHLOE", NOW)
    [item] = await launch.services.recordings.open_items.of_webinar(webinar)
    assert (item.outcome, item.closed_by, item.remind_at) == (ItemOutcome.NOT_NEEDED, "U0ANA", None)
    await launch.look(2 * DAY, every=6 * HOUR)
    assert len(launch.dms()) == 1


async def test_two_answers_at_once_are_one(world: World) -> None:
    """The second says that it was closed already."""
    launch = await recorded_harness(world)
    await launch.look(DAY)
    reminder = launch.dms()[1]

    await asyncio.gather(*(world.slack.click("chloe", reminder, label) for label in ("Done", "Not Needed")))
    await world.settled()

    assert "This was already closed" in world.last("@chloe", "chloe").words
    assert "Recording: done" in launch.dms()[1].words or "Recording: not needed" in launch.dms()[1].words


async def test_reminders_missed_while_the_bot_was_down_are_one(world: World) -> None:
    """And come when it is back."""
    launch = await recorded_harness(world)
    await world.stop_bot()
    world.clock.move(10 * DAY)
    await world.start_bot()
    await launch.look(MINUTE)
    await launch.look(5 * DAY, every=DAY)

    assert [one.buttons for one in launch.dms()[1:]] == [["Recording", "Done", "Not Needed"]]


def item(kind: ItemKind, age: timedelta, reminders: int = 0, **changes: object) -> OpenItem:
    """An item that was opened so long ago, with its next reminder."""
    opened = NOW - age
    waits = [*REMIND_AFTER, None]
    wait = waits[reminders]
    remind_at = opened + wait if wait else None
    values = {"account": ACCOUNT, "session_id": "s1", "kind": kind, "user_id": "U1", "opened_at": opened}
    return OpenItem(**{**values, "reminders": reminders, "remind_at": remind_at, **changes})


RECORDING, FOLLOWUP = ItemKind.RECORDING, ItemKind.FOLLOWUP
ROWS: list[tuple[str, list[OpenItem], list[tuple[ItemKind, int, timedelta | None]]]] = [
    ("not due yet", [item(RECORDING, DAY - MINUTE)], []),
    ("the first", [item(RECORDING, DAY)], [(RECORDING, 1, 3 * DAY)]),
    ("the second is the last", [item(RECORDING, 3 * DAY, 1)], [(RECORDING, 2, None)]),
    ("no third", [item(RECORDING, 30 * DAY, 2)], []),
    ("both missed", [item(RECORDING, 5 * DAY)], [(RECORDING, 1, None)]),
    (
        "one that is due soon comes along",
        [item(RECORDING, DAY), item(FOLLOWUP, DAY - TOGETHER)],
        [(RECORDING, 1, 3 * DAY), (FOLLOWUP, 1, 3 * DAY)],
    ),
    ("one that is due later does not", [item(RECORDING, DAY), item(FOLLOWUP, HOUR)], [(RECORDING, 1, 3 * DAY)]),
    ("a closed one does not", [item(RECORDING, DAY, outcome=ItemOutcome.DONE)], []),
]


@each_row(("case", "items", "expected"), ROWS)
def test_what_is_due_is_decided_by_time_and_outcome(
    case: str, items: list[OpenItem], expected: list[tuple[ItemKind, int, timedelta | None]]
) -> None:
    """Each item has two reminders at most; those due at about the same time are together."""

    def after(one: OpenItem) -> timedelta | None:
        return one.remind_at - one.opened_at if one.remind_at else None

    now: datetime = NOW
    assert [(one.kind, one.reminders, after(one)) for one in due_items(items, now)] == expected
