"""Scheduling a reminder fails in every way it can, and the reminder is posted once."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.db.connection import Store
from bot.notices.model import MessageState, NoticeState
from bot.notices.outbox import message_table
from bot.notices.outbox.context import ONE_CALL
from bot.slack.message import Message as Text
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.delivery import DeliveryHarness, next_whole_second, posted_at
from tests.support.webinar_samples import ACCOUNT

pytest_plugins = ["tests.support.databases"]

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
PLANNED, BATCHED, POSTED = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED
SENDING, SCHEDULED = MessageState.SENDING, MessageState.SCHEDULED
LOST: dict[str, dict[str, Any]] = {
    "cut before it arrives": {"cut": True},
    "cut after it was accepted": {"cut": True, "effect": True},
    "no answer in time": {"hang": 5.0},
    "no answer in time to what was accepted": {"hang": 5.0, "effect": True},
    "an error of Slack's": {"status": 500},
    "an error of Slack's after it was accepted": {"status": 503, "effect": True},
    "an error in a good answer": {"error": "internal_error", "effect": True},
}


async def in_scheduling_window(delivery: DeliveryHarness) -> datetime:
    """Advance to five minutes into the time in which the ten-minute reminder may be scheduled. Returns the start."""
    start = delivery.clock.now() + 20 * MINUTE
    await delivery.announce(start)
    return start


async def scheduled_by_another_worker(delivery: DeliveryHarness) -> None:
    """The claim expires, and another worker schedules the reminder."""
    await delivery.expire_claims()
    await delivery.worker("other").run()
    await delivery.move_to(delivery.clock.now() + timedelta(seconds=3))
    await delivery.worker("other").run()
    assert len(delivery.slack.scheduled()) == 1


async def check_posted_once(delivery: DeliveryHarness, start: datetime) -> None:
    """One reminder is scheduled for its second; Slack posts it then, and nothing else."""
    due = next_whole_second(start - 10 * MINUTE)
    assert [message.post_at for message in delivery.slack.scheduled()] == [due.timestamp()]
    assert (await delivery.reminder_states(), (await delivery.message_states())[-1]) == ([BATCHED], SCHEDULED)
    await delivery.move_to(due - timedelta(seconds=1))
    assert delivery.posted() == []
    await delivery.move_to(due)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()
    (message,) = delivery.posted()
    assert posted_at(message) - due < timedelta(seconds=2)
    assert "starts in 10 minutes" in message.words
    await delivery.move_to(start)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [POSTED]
    assert len(delivery.posted()) == 1


@pytest.mark.parametrize("how", LOST)
async def test_unknown_outcome_is_looked_up(delivery: DeliveryHarness, how: str) -> None:
    """Nothing is repeated: when the claim has expired, a worker asks Slack."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", **LOST[how])

    for _ in range(3):
        await delivery.worker().run()
    calls = [call.method for call in delivery.slack.calls]
    assert calls.count("chat.scheduledMessages.list") == 0
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([BATCHED], [SENDING])
    assert timedelta(seconds=55) < await delivery.claim_time_left() <= timedelta(seconds=60)

    await delivery.expire_claims()
    await delivery.worker().run()
    await delivery.move_to(delivery.clock.now() + timedelta(seconds=3))
    await delivery.worker().run()

    await check_posted_once(delivery, start)


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_while_scheduling_leaves_one_message(any_delivery: DeliveryHarness, after: bool) -> None:
    """Before the call, or between Slack's answer and the commit: the next worker asks Slack."""
    start = await in_scheduling_window(any_delivery)
    await any_delivery.kill_at(any_delivery.paused_slack("schedule", after=after))
    assert (await any_delivery.reminder_states(), await any_delivery.message_states()) == ([BATCHED], [SENDING])

    async with any_delivery.store.write() as db:
        await message_table.release_claims(db)
    await any_delivery.worker("next").run()
    assert (await any_delivery.reminder_states(), await any_delivery.message_states()) == ([BATCHED], [SENDING])

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()
    await any_delivery.move_to(any_delivery.clock.now() + timedelta(seconds=3))
    await any_delivery.worker("next").run()

    await check_posted_once(any_delivery, start)


async def test_task_canceled_during_the_call_leaves_one_message(delivery: DeliveryHarness) -> None:
    """The process stops while Slack is accepting the call."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", effect=True, hang=5.0)
    task = asyncio.create_task(delivery.worker("killed").run())
    await delivery.slack.wait_for(delivery.slack.scheduled)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await delivery.expire_claims()
    await delivery.worker("next").run()

    await check_posted_once(delivery, start)


async def test_frozen_process_withdraws_its_duplicate(any_delivery: DeliveryHarness) -> None:
    """It was frozen until its claim expired, and schedules what another worker has scheduled meanwhile."""
    start = await in_scheduling_window(any_delivery)
    paused = any_delivery.paused_slack("schedule")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused).run())
    await paused.reached.wait()
    await scheduled_by_another_worker(any_delivery)

    paused.resume.set()
    await frozen

    await check_posted_once(any_delivery, start)


@pytest.mark.parametrize("has_history", [True, False])
async def test_duplicate_that_is_too_late_to_withdraw_is_deleted_after_it_was_posted(
    delivery: DeliveryHarness, caplog: pytest.LogCaptureFixture, has_history: bool
) -> None:
    """A frozen worker schedules its copy in the last minute. Without access to the history it is logged."""
    start = await in_scheduling_window(delivery)
    if has_history:
        delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await delivery.move_to(delivery.clock.now() + timedelta(seconds=seconds))

    paused = delivery.paused_slack("schedule")
    frozen = asyncio.create_task(delivery.worker("frozen", paused, sleep=wait).run())
    await paused.reached.wait()
    await scheduled_by_another_worker(delivery)
    due = next_whole_second(start - 10 * MINUTE)
    await delivery.move_to(due - timedelta(seconds=30))

    paused.resume.set()
    await frozen

    assert [round(seconds) for seconds in waits] == [40]
    assert [message.words.splitlines()[0] for message in delivery.posted()] == ["*Launch day* starts in 10 minutes"] * (
        1 if has_history else 2
    )
    left = [record.getMessage() for record in caplog.records if "duplicate" in record.getMessage()]
    assert left == ["schedule.duplicate_removed" if has_history else "schedule.duplicate_left"]
    await delivery.move_to(start)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [POSTED]


@pytest.mark.parametrize("fault", [{"retry_after": 1}, {"cut": True}], ids=["busy", "cut"])
async def test_frozen_process_withdraws_its_duplicate_after_a_failure(
    delivery: DeliveryHarness, fault: dict[str, Any]
) -> None:
    """Slack is busy at first, or its answer is lost: the withdrawal is retried."""
    start = await in_scheduling_window(delivery)
    paused = delivery.paused_slack("schedule")
    frozen = asyncio.create_task(delivery.worker("frozen", paused).run())
    await paused.reached.wait()
    await scheduled_by_another_worker(delivery)
    delivery.slack.fail("chat.deleteScheduledMessage", **fault)

    paused.resume.set()
    await frozen

    assert [call.ok for call in delivery.slack.calls if call.method == "chat.deleteScheduledMessage"] == [False, True]
    await check_posted_once(delivery, start)


@pytest.mark.parametrize("late", [False, True])
async def test_copy_that_arrives_after_its_claim_expired_is_withdrawn(
    any_delivery: DeliveryHarness, late: bool
) -> None:
    """Slack accepts it and the answer is lost: the worker finds the copy at Slack, also on a later look."""
    start = await in_scheduling_window(any_delivery)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    paused = any_delivery.paused_slack("schedule")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused, sleep=wait).run())
    await paused.reached.wait()
    await scheduled_by_another_worker(any_delivery)
    any_delivery.slack.fail("chat.scheduleMessage", cut=True, effect=True)
    if late:
        any_delivery.slack.fail("chat.scheduledMessages.list", status=502)

    paused.resume.set()
    await frozen

    assert [call.method for call in any_delivery.slack.calls].count("chat.deleteScheduledMessage") == 1
    assert waits == [10.0] * (2 if late else 1)
    await check_posted_once(any_delivery, start)


async def test_second_copy_at_slack_is_withdrawn(any_delivery: DeliveryHarness) -> None:
    """Two workers lost Slack's answer and the first was killed: the next one keeps one copy and withdraws the other."""
    start = await in_scheduling_window(any_delivery)
    paused = any_delivery.paused_slack("schedule", after=True)
    await any_delivery.kill_at(paused)
    [copy] = any_delivery.slack.scheduled()
    await any_delivery.api().schedule(copy.channel, int(copy.post_at), Text("a copy that arrived late", []))
    assert len(any_delivery.slack.scheduled()) == 2

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()

    assert [call.method for call in any_delivery.slack.calls].count("chat.deleteScheduledMessage") == 1
    await check_posted_once(any_delivery, start)


async def test_unknown_outcome_is_not_repeated_after_the_due_time(delivery: DeliveryHarness) -> None:
    """The bot was down at that time: the reminder may have been posted, and ends as unknown."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await delivery.worker().run()
    await delivery.expire_claims()

    await delivery.move_to(start - 9 * MINUTE)
    assert len(delivery.posted()) == 1
    for _ in range(3):
        await delivery.worker("next").run()
        await delivery.expire_claims()

    (row,) = await delivery.notice_rows()
    assert (row.state, row.problem) == (NoticeState.UNKNOWN, "not clear whether Slack had it when it was due")
    assert len(delivery.posted()) == 1


async def test_failed_lookup_is_repeated(delivery: DeliveryHarness) -> None:
    """Until Slack answers, nothing is concluded."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await delivery.worker().run()
    for fault in ({"error": "ratelimited"}, {"cut": True}, {"error": "invalid_channel"}):
        delivery.slack.fail("chat.scheduledMessages.list", **fault)
        await delivery.expire_claims()
        await delivery.worker().run()
        assert (await delivery.reminder_states(), await delivery.message_states()) == ([BATCHED], [SENDING])

    await delivery.expire_claims()
    await delivery.worker().run()

    await check_posted_once(delivery, start)


async def test_rate_limit_is_respected(delivery: DeliveryHarness) -> None:
    """After a 429 nothing is scheduled until it is over, in other channels of the workspace either."""
    start = delivery.clock.now() + 20 * MINUTE
    rooms = delivery.add_channels(5)
    for number, room in enumerate(rooms):
        await delivery.announce(start, f"s{number}", channel_id=room)
    delivery.slack.fail("chat.scheduleMessage", error="ratelimited", retry_after=30)
    worker = delivery.worker(slots=1)
    again = await worker.run()
    assert again is not None
    assert timedelta(seconds=29) < again - delivery.clock.now() <= timedelta(seconds=30)
    await worker.run()
    assert [call.method for call in delivery.slack.calls] == ["chat.scheduleMessage"]

    await delivery.move_to(again)
    await worker.run()

    due = int(next_whole_second(start - 10 * MINUTE).timestamp())
    assert sorted((message.channel, message.post_at) for message in delivery.slack.scheduled()) == [
        (room, due) for room in rooms
    ]


async def test_full_channel_is_retried(delivery: DeliveryHarness) -> None:
    """Slack takes 30 messages of a channel in five minutes; other apps may have used them."""
    start = delivery.clock.now() + 70 * MINUTE
    delivery.slack.limits.schedule_in_window = 0
    await delivery.announce(start)
    await delivery.worker().run()
    assert [call.error for call in delivery.slack.calls] == ["restricted_too_many"]

    await delivery.run_until(start - 55 * MINUTE)
    delivery.slack.limits.schedule_in_window = 30
    await delivery.run_until(start - 31 * MINUTE)

    texts = [line for message in delivery.posted() for line in re.findall("starts in .*|.*comes late.*", message.words)]
    assert texts == ["starts in 55 minutes", "Greenroom was away for a while, so this comes late."]


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found", "invalid_blocks"])
async def test_final_refusal_ends_a_reminder(delivery: DeliveryHarness, code: str) -> None:
    """It is not retried; the row records the reason, and the person who set the channel up is notified."""
    await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", error=code)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()

    (row,) = await delivery.notice_rows()
    assert row.state is NoticeState.FAILED
    assert row.problem
    notified = [] if code == "invalid_blocks" else ["chat.postMessage"]
    assert [call.method for call in delivery.slack.calls] == ["chat.scheduleMessage", *notified]


async def test_owner_of_a_lost_channel_is_notified_once(delivery: DeliveryHarness) -> None:
    """For all webinars, until they set something up there again."""
    start = delivery.clock.now() + 20 * MINUTE
    await delivery.announce(start)
    await delivery.announce(start + MINUTE, "s2")
    delivery.slack.channel("#launch").archived = True
    await delivery.worker().run()
    await delivery.move_to(delivery.clock.now() + MINUTE)
    await delivery.worker().run()
    assert [(await delivery.notice_rows(each))[0].state for each in ("s1", "s2")] == [NoticeState.FAILED] * 2
    (first,) = delivery.posted("D0CHLOE")
    assert first.words.startswith("Greenroom can't post in <#C0LAUNCH> right now")

    await delivery.announce(start, "s3")
    await delivery.run_until(start)
    assert len(delivery.posted("D0CHLOE")) == 2


@pytest.mark.parametrize("code", ["time_in_past", "invalid_auth", "service_unavailable"])
async def test_temporary_refusal_is_retried_with_growing_intervals(delivery: DeliveryHarness, code: str) -> None:
    """An admin or Slack can resolve it, until the reminder expires."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", error=code, times=100)
    worker = delivery.worker()
    tries: list[float] = []
    while (wake := await worker.run()) is not None and len(tries) < 40:
        tries.append((wake - delivery.clock.now()).total_seconds())
        await delivery.move_to(wake)

    assert await delivery.reminder_states() == [NoticeState.MISSED]
    assert delivery.clock.now() < start
    wanted = [2, 4, 8, 16, 32] + [60] * 14
    assert len(tries) == len(wanted)
    # Read a moment after it was written.
    assert all(wait - 1.5 < seen <= wait for seen, wait in zip(tries, wanted, strict=True)), tries
    assert delivery.posted() == []


async def test_resolved_refusal_does_no_harm(delivery: DeliveryHarness) -> None:
    """One refusal costs a little time."""
    start = await in_scheduling_window(delivery)
    delivery.slack.fail("chat.scheduleMessage", error="invalid_auth")
    wake = await delivery.worker().run()
    assert wake is not None
    await delivery.move_to(wake)
    await delivery.worker().run()

    await check_posted_once(delivery, start)


async def test_two_replicas_schedule_each_reminder_once(any_delivery: DeliveryHarness) -> None:
    """Two workers with connections of their own, on one database, many reminders at once."""
    start = any_delivery.clock.now() + 20 * MINUTE
    count = 90
    for number, room in enumerate(any_delivery.add_channels(count)):
        await any_delivery.announce(start, f"s{number}", title=f"Webinar {number}", channel_id=room)
    second_store = Store(any_delivery.store.url.render_as_string(hide_password=False), any_delivery.store.vault)
    one = any_delivery.worker("one", a_minute=count)
    two = any_delivery.worker("two", store=second_store, a_minute=count)

    await asyncio.gather(one.run(), two.run())
    await asyncio.gather(one.run(), two.run())

    await two.stop()
    await second_store.close()
    scheduled = any_delivery.slack.scheduled()
    assert len({one.channel for one in scheduled}) == count
    assert len({one.text for one in scheduled}) == count
    assert [call.ok for call in any_delivery.slack.calls] == [True] * count


async def test_expiring_claim_starts_no_call(delivery: DeliveryHarness) -> None:
    """The answer could come after another worker has claimed the reminder: it is requeued."""
    start = await in_scheduling_window(delivery)
    hurried = delivery.worker("hurried", lease=timedelta(seconds=ONE_CALL))
    await hurried.run()
    assert delivery.slack.calls == []
    assert await delivery.reminder_states() == [PLANNED]

    await delivery.worker().run()
    await check_posted_once(delivery, start)


async def test_worker_of_one_workspace_ignores_others(any_delivery: DeliveryHarness) -> None:
    """It has the token of one workspace, and neither schedules nor waits for another's notices."""
    start = any_delivery.clock.now() + 20 * MINUTE
    other = OTHER_ACCOUNTS[0]
    await any_delivery.announce(start, account=other)
    worker = any_delivery.worker(of=ACCOUNT.workspace)
    assert await worker.run() is None
    assert any_delivery.slack.calls == []

    await any_delivery.worker(of=other.workspace).run()
    assert len(any_delivery.slack.scheduled()) == 1
