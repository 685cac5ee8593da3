"""Reminders in a channel: planned when a webinar is shared, posted by Slack in time, true or corrected, never twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.clock import machine_now
from bot.db.schema import outbox_messages as table
from bot.notices.model import TIMED, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.outbox.rows import NoticeRow
from sandbox.slack import Message
from tests.support.world import World

SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
TOLD = {DAY: "1 day", HOUR: "1 hour", 10 * MINUTE: "10 minutes"}


async def announced(world: World, ahead: timedelta = 3 * DAY) -> datetime:
    """A webinar so long ahead, made and announced in #launch by Chloé; its start."""
    start = (world.clock.now() + ahead).replace(microsecond=0)
    await world.create("chloe", "Launch day", start=start, fields={"Announce in": "#launch"})
    return start


async def reach(world: World, moment: datetime) -> None:
    """Let time pass as the sandbox does, stopping wherever the bot (if it runs) or Slack has something to do."""
    while True:
        wake = await world.bot.services.scheduler.deliver() if world.is_bot_running else None
        await world.slack.tick()
        if world.clock.now() >= moment:
            return
        held = world.slack.next_post_at()
        stops = [moment, wake or moment, datetime.fromtimestamp(held, UTC) if held else moment]
        world.clock.move(max(min(stops) - world.clock.now(), SECOND / 10))


async def rows(world: World) -> list[NoticeRow]:
    """The rows of the one webinar, ordered by due time."""
    (webinar,) = await world.bot.services.mirror.everything()
    async with world.bot.services.store.read() as db:
        return await notice_table.of_session(db, webinar.account, webinar.session_id)


async def states(world: World) -> list[NoticeState]:
    """The states of the reminders, ordered by due time."""
    return [row.state for row in await rows(world) if row.notice.kind in TIMED]


def reminders(world: World, start: datetime) -> list[tuple[int, str]]:
    """The reminders in #launch and their corrections: how many seconds before the start, and the first line."""
    posted = [message for message in _posted(world) if not _is_news(message)]
    return [(round(start.timestamp() - float(message.ts)), message.words.splitlines()[0]) for message in posted]


def news(world: World) -> list[str]:
    """Posts in #launch other than cards and reminders: the first line of each."""
    return [message.words.splitlines()[0] for message in _posted(world) if _is_news(message)]


def expected(*offsets: timedelta, title: str = "Launch day") -> list[tuple[int, str]]:
    """The reminders so long before the start, each in its second."""
    return [(int(offset.total_seconds()), f"*{title}* starts in {TOLD[offset]}") for offset in offsets]


def card(world: World) -> Message:
    """The one card in #launch."""
    (found,) = [message for message in _standing(world) if "Refresh" in message.buttons]
    return found


def edit(world: World, **changes: object) -> None:
    """Change the one webinar in RingCentral's own app."""
    (made,) = world.ringcentral.webinars()
    world.ringcentral.edit(str(made["session_id"]), **changes)


async def test_shared_webinar_is_reminded_of_three_times(world: World) -> None:
    """1 d, 1 h and 10 min before; each once, in its second, across restarts."""
    start = await announced(world)
    for before in (DAY + 5 * MINUTE, HOUR - MINUTE):
        await reach(world, start - before)
        for _ in range(2):
            await world.bot.services.scheduler.deliver()
        await world.stop_bot()
        await world.start_bot()
    await reach(world, start + HOUR)

    assert reminders(world, start) == expected(DAY, HOUR, 10 * MINUTE)
    assert await states(world) == [NoticeState.POSTED] * 3


@pytest.mark.parametrize(
    ("ahead", "offsets"),
    [
        (DAY + 5 * MINUTE, [DAY, HOUR, 10 * MINUTE]),
        (DAY - MINUTE, [HOUR, 10 * MINUTE]),
        (20 * MINUTE, [10 * MINUTE]),
        (9 * MINUTE, []),
    ],
)
async def test_only_reminders_that_are_still_ahead_are_planned(
    world: World, ahead: timedelta, offsets: list[timedelta]
) -> None:
    """A webinar shared late gets no reminders for offsets that have passed."""
    start = await announced(world, ahead)
    assert [row.notice.offset for row in await rows(world)] == offsets

    await reach(world, start)

    assert reminders(world, start) == expected(*offsets)


async def test_reminder_is_scheduled_a_quarter_of_an_hour_before(world: World) -> None:
    """Not earlier, for the exact second, and without metadata, with which Slack would never post it."""
    start = await announced(world)
    await reach(world, start - DAY - 15 * MINUTE - 2 * SECOND)
    assert world.slack.scheduled() == []

    await reach(world, start - DAY - 15 * MINUTE + SECOND)

    (held,) = world.slack.scheduled()
    assert held.post_at == (start - DAY).timestamp()
    assert held.content["metadata"] is None
    assert held.text.startswith("Launch day starts in 1 day: ")


async def test_reminder_is_posted_while_the_bot_is_down(world: World) -> None:
    """A scheduled reminder is posted while the bot is down, and not repeated afterwards."""
    start = await announced(world)
    await reach(world, start - DAY - 10 * MINUTE)
    await world.stop_bot()
    await reach(world, start - DAY + HOUR)
    assert reminders(world, start) == expected(DAY)

    await world.start_bot()
    await reach(world, start - 2 * HOUR)

    assert reminders(world, start) == expected(DAY)
    assert await states(world) == [NoticeState.POSTED, NoticeState.PLANNED, NoticeState.PLANNED]


async def test_bot_that_is_back_before_a_reminder_is_due_is_in_time(world: World) -> None:
    """The bot was down at scheduling time and is back a minute before the due time."""
    start = await announced(world)
    await reach(world, start - DAY - HOUR)
    await world.stop_bot()
    await reach(world, start - DAY - MINUTE)
    await world.start_bot()
    await reach(world, start - DAY + MINUTE)

    assert reminders(world, start) == expected(DAY)


async def test_late_bot_posts_only_unexpired_reminders(world: World) -> None:
    """A late reminder states the actual time until the start; an expired one is not posted."""
    start = await announced(world)
    await reach(world, start - DAY - HOUR)
    await world.stop_bot()
    await reach(world, start - 40 * MINUTE)
    await world.start_bot()
    await reach(world, start - 38 * MINUTE)

    ((before, words),) = reminders(world, start)
    assert words == "*Launch day* starts in 40 minutes"
    assert 39 * 60 < before <= 40 * 60
    first, second, third = await rows(world)
    assert [first.state, second.state, third.state] == [NoticeState.MISSED, NoticeState.BATCHED, NoticeState.PLANNED]


async def test_bot_back_after_the_start_posts_nothing(world: World) -> None:
    """No false "starts in"."""
    start = await announced(world)
    await world.stop_bot()
    await reach(world, start + MINUTE)
    await world.start_bot()
    await reach(world, start + HOUR)

    assert reminders(world, start) == []
    assert await states(world) == [NoticeState.MISSED] * 3


async def test_canceled_webinar_withdraws_its_reminders(world: World) -> None:
    """Also the one already scheduled at Slack; only the updated card and the cancellation remain."""
    start = await announced(world)
    await reach(world, start - DAY - 10 * MINUTE)
    assert len(world.slack.scheduled()) == 1

    await world.command("chloe", "#launch", "cancel launch day")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    await world.until(lambda: world.slack.scheduled() == [])
    await reach(world, start + HOUR)

    assert await states(world) == [NoticeState.WITHDRAWN] * 3
    rewritten, canceled = (message.words for message in _standing(world))
    assert "is canceled" in rewritten
    assert canceled.startswith("*Launch day* was canceled by Chloé Martin")


async def test_webinar_moved_in_ringcentral_is_reminded_of_at_its_new_time(world: World) -> None:
    """The poller detects it: scheduled messages are withdrawn, all are replanned, each is posted once."""
    start = await announced(world)
    await reach(world, start - DAY - 10 * MINUTE)
    later = start + 2 * DAY
    edit(world, scheduledStartTime=later)
    await world.bot.services.mirror.sweep()
    await reach(world, later)

    assert reminders(world, later) == expected(DAY, HOUR, 10 * MINUTE)
    assert news(world) == ["*Launch day* was moved"]
    assert (await states(world))[:3] == [NoticeState.WITHDRAWN] * 3


async def test_webinar_moved_and_moved_back_keeps_its_reminders(world: World) -> None:
    """Two sweeps, no trace."""
    start = await announced(world)
    await reach(world, start - DAY - 10 * MINUTE)
    for moment in (start + DAY, start):
        edit(world, scheduledStartTime=moment)
        await world.bot.services.mirror.sweep()
        await world.bot.services.scheduler.deliver()
    await reach(world, start)

    assert reminders(world, start) == expected(DAY, HOUR, 10 * MINUTE)


async def test_webinar_moved_too_late_is_corrected_in_the_channel(world: World) -> None:
    """Moved in the last minute before a reminder: a correction follows the post."""
    start = await announced(world)
    await reach(world, start - 10 * MINUTE - 30 * SECOND)
    edit(world, scheduledStartTime=start + DAY)
    await world.bot.services.mirror.sweep()
    await reach(world, start - 9 * MINUTE)

    *earlier, (before, correction) = reminders(world, start)
    assert earlier == expected(DAY, HOUR, 10 * MINUTE)
    assert correction.startswith("*Launch day* was moved, so the reminder above is out of date")
    assert 9 * 60 <= before <= 9 * 60 + 50


async def test_webinar_that_was_moved_before_a_reminder_and_read_after_it_is_corrected(world: World) -> None:
    """The move was detected after the post; a correction follows."""
    start = await announced(world)
    await reach(world, start - HOUR - 2 * MINUTE)
    await world.bot.services.mirror.sweep()
    edit(world, scheduledStartTime=start + DAY)
    await reach(world, start - HOUR + 2 * MINUTE)
    await world.bot.services.mirror.sweep()
    await reach(world, start - MINUTE)

    *earlier, (_, correction) = reminders(world, start)
    assert earlier == expected(DAY, HOUR)
    assert correction.startswith("*Launch day* was moved, so the reminder above is out of date")


async def test_new_title_stands_in_the_reminder(world: World) -> None:
    """Also where Slack held the old one already."""
    start = (world.clock.now() + 2 * DAY).replace(microsecond=0)
    world.ringcentral.create("Launch day", start)
    await world.bot.services.mirror.sweep()
    await world.command("ana", "#launch", "share launch day")
    await reach(world, start - DAY - 10 * MINUTE)
    edit(world, title="Relaunch day")
    await world.bot.services.mirror.sweep()
    await reach(world, start - DAY)

    assert reminders(world, start) == expected(DAY, title="Relaunch day")
    assert news(world) == ["*Launch day* is now called *Relaunch day*"]


async def test_webinar_shared_twice_in_a_channel_is_reminded_of_once(world: World) -> None:
    """The channel keeps its card, which stays true; the reminders are the same ones."""
    start = await announced(world)
    await world.command("ana", "#launch", "share launch day")
    await reach(world, start - DAY)
    edit(world, scheduledDuration=7200)
    await world.bot.services.mirror.sweep()

    assert reminders(world, start) == expected(DAY)
    cards = [message for message in _standing(world) if "Refresh" in message.buttons]
    assert ["2 hours" in each.words for each in cards] == [True]


async def test_webinar_shared_in_two_channels_is_reminded_of_in_both(world: World) -> None:
    """Each channel has its own."""
    start = await announced(world)
    await world.command("chloe", "#marketing", "share launch day")
    await reach(world, start - DAY)

    assert reminders(world, start) == expected(DAY)
    assert "starts in 1 day" in world.last("#marketing").words


async def test_archived_channel_is_given_up(world: World) -> None:
    """Each reminder is tried once."""
    start = await announced(world)
    world.slack.channel("#launch").archived = True
    calls = len(world.slack.calls)
    await reach(world, start)

    assert await states(world) == [NoticeState.FAILED] * 3
    scheduled = [call.error for call in world.slack.calls[calls:] if call.method == "chat.scheduleMessage"]
    assert scheduled == ["is_archived"] * 3
    world.slack.channel("#launch").archived = False


async def test_deleted_card_takes_its_reminders_with_it(world: World) -> None:
    """Deleting the card ends the channel's reminders."""
    start = await announced(world)
    await reach(world, start - DAY - 10 * MINUTE)
    card(world).deleted = True
    edit(world, scheduledDuration=7200)
    await world.bot.services.mirror.sweep()
    await reach(world, start)

    assert _standing(world) == []


@pytest.mark.parametrize("accepted", [False, True])
async def test_bot_killed_while_scheduling_posts_once(world: World, accepted: bool) -> None:
    """Unknown outcome: the next bot waits, lists scheduled messages, and repeats only missing ones."""
    start = await announced(world)
    await reach(world, start - DAY - 16 * MINUTE)
    world.slack.fail("chat.scheduleMessage", effect=accepted, hang=5.0)
    world.clock.move(2 * MINUTE)
    world.bot.services.scheduler.wake()
    if accepted:
        await world.until(world.slack.scheduled)
    else:
        await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    await world.start_bot()
    await world.bot.services.scheduler.deliver()
    assert (await states(world))[0] is NoticeState.BATCHED

    async with world.bot.services.store.write() as db:
        held = table.c.claimed_until.is_not(None)
        await db.execute(update(table).where(held).values(claimed_until=machine_now() - SECOND))
    await reach(world, start)

    assert reminders(world, start) == expected(DAY, HOUR, 10 * MINUTE)


def _posted(world: World) -> list[Message]:
    return [message for message in _standing(world) if "Refresh" not in message.buttons]


def _is_news(message: Message) -> bool:
    return "starts in" not in message.words and "so the reminder above" not in message.words


def _standing(world: World) -> list[Message]:
    """What everybody sees in #launch."""
    return [message for message in world.slack.messages("#launch") if message.ephemeral_to is None]
