"""Handing reminders to Slack goes wrong in every way it can, and each is said once all the same."""

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
PLANNED, PACKED, SAID = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.POSTED
GIVING, HELD = MessageState.SENDING, MessageState.SCHEDULED
LOST: dict[str, dict[str, Any]] = {
    "cut before it arrives": {"cut": True},
    "cut after it was accepted": {"cut": True, "effect": True},
    "no answer in time": {"hang": 5.0},
    "no answer in time to what was accepted": {"hang": 5.0, "effect": True},
    "an error of Slack's": {"status": 500},
    "an error of Slack's after it was accepted": {"status": 503, "effect": True},
    "an error in a good answer": {"error": "internal_error", "effect": True},
}


async def in_hand_over(delivery: DeliveryHarness) -> datetime:
    """Bring the clock to five minutes into the time in which the ten-minute reminder may be handed over; its start."""
    start = delivery.clock.now() + 20 * MINUTE
    await delivery.announce(start)
    return start


async def handed_over_by_another(delivery: DeliveryHarness) -> None:
    """The claim expires, and another worker schedules the reminder."""
    await delivery.expire_claims()
    await delivery.worker("other").run()
    await delivery.move_to(delivery.clock.now() + timedelta(seconds=3))
    await delivery.worker("other").run()
    assert len(delivery.slack.scheduled()) == 1


async def check_said_once(delivery: DeliveryHarness, start: datetime) -> None:
    """Slack holds one reminder, for its second, and posts it then; nothing is said a second time."""
    due = next_whole_second(start - 10 * MINUTE)
    assert [held.post_at for held in delivery.slack.scheduled()] == [due.timestamp()]
    assert (await delivery.reminder_states(), (await delivery.message_states())[-1]) == ([PACKED], HELD)
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
    assert await delivery.reminder_states() == [SAID]
    assert len(delivery.posted()) == 1


@pytest.mark.parametrize("how", LOST)
async def test_lost_answer_is_found_out_by_asking(delivery: DeliveryHarness, how: str) -> None:
    """Nobody repeats what Slack may have: it is asked when the claim has run out, and then has it once."""
    start = await in_hand_over(delivery)
    delivery.slack.fail("chat.scheduleMessage", **LOST[how])

    for _ in range(3):
        await delivery.worker().run()
    calls = [call.method for call in delivery.slack.calls]
    assert calls.count("chat.scheduledMessages.list") == 0
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([PACKED], [GIVING])
    assert timedelta(seconds=55) < await delivery.claim_time_left() <= timedelta(seconds=60)

    await delivery.expire_claims()
    await delivery.worker().run()
    await delivery.move_to(delivery.clock.now() + timedelta(seconds=3))
    await delivery.worker().run()

    await check_said_once(delivery, start)


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_during_a_hand_over_leaves_one_message(any_delivery: DeliveryHarness, after: bool) -> None:
    """Whether it died before the call or between Slack's yes and the commit: the next one finds out."""
    start = await in_hand_over(any_delivery)
    await any_delivery.kill_at(any_delivery.paused_slack("schedule", after=after))
    assert (await any_delivery.reminder_states(), await any_delivery.message_states()) == ([PACKED], [GIVING])

    async with any_delivery.store.write() as db:
        await message_table.release_claims(db)
    await any_delivery.worker("next").run()
    assert (await any_delivery.reminder_states(), await any_delivery.message_states()) == ([PACKED], [GIVING])

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()
    await any_delivery.move_to(any_delivery.clock.now() + timedelta(seconds=3))
    await any_delivery.worker("next").run()

    await check_said_once(any_delivery, start)


async def test_task_cancelled_while_slack_is_at_it_leaves_one_message(delivery: DeliveryHarness) -> None:
    """The same when the process ends while it waits for an answer that would have been yes."""
    start = await in_hand_over(delivery)
    delivery.slack.fail("chat.scheduleMessage", effect=True, hang=5.0)
    task = asyncio.create_task(delivery.worker("killed").run())
    await delivery.slack.wait_for(delivery.slack.scheduled)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await delivery.expire_claims()
    await delivery.worker("next").run()

    await check_said_once(delivery, start)


async def test_frozen_process_that_wakes_up_takes_its_own_back(any_delivery: DeliveryHarness) -> None:
    """One that stood still past its claim hands over what another has handed over meanwhile, notices, and undoes it."""
    start = await in_hand_over(any_delivery)
    paused = any_delivery.paused_slack("schedule")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused).run())
    await paused.reached.wait()
    await handed_over_by_another(any_delivery)

    paused.resume.set()
    await frozen

    await check_said_once(any_delivery, start)


@pytest.mark.parametrize("has_history", [True, False])
async def test_duplicate_that_is_too_late_to_withdraw_is_deleted_after_it_was_posted(
    delivery: DeliveryHarness, caplog: pytest.LogCaptureFixture, has_history: bool
) -> None:
    """A frozen worker schedules its copy in the last minute. Without access to the history an admin sees it."""
    start = await in_hand_over(delivery)
    if has_history:
        delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        await delivery.move_to(delivery.clock.now() + timedelta(seconds=seconds))

    paused = delivery.paused_slack("schedule")
    frozen = asyncio.create_task(delivery.worker("frozen", paused, sleep=wait).run())
    await paused.reached.wait()
    await handed_over_by_another(delivery)
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
    assert await delivery.reminder_states() == [SAID]


@pytest.mark.parametrize("fault", [{"retry_after": 1}, {"cut": True}], ids=["busy", "cut"])
async def test_frozen_process_takes_its_own_back_as_soon_as_slack_lets_it(
    delivery: DeliveryHarness, fault: dict[str, Any]
) -> None:
    """Slack is busy at first, or its answer gets lost: what is one too many does not stay for that."""
    start = await in_hand_over(delivery)
    paused = delivery.paused_slack("schedule")
    frozen = asyncio.create_task(delivery.worker("frozen", paused).run())
    await paused.reached.wait()
    await handed_over_by_another(delivery)
    delivery.slack.fail("chat.deleteScheduledMessage", **fault)

    paused.resume.set()
    await frozen

    assert [call.ok for call in delivery.slack.calls if call.method == "chat.deleteScheduledMessage"] == [False, True]
    await check_said_once(delivery, start)


@pytest.mark.parametrize("late", [False, True])
async def test_copy_that_arrives_after_its_claim_expired_is_withdrawn(
    any_delivery: DeliveryHarness, late: bool
) -> None:
    """Slack accepts it and the answer is lost: the worker finds the copy at Slack, also on a later look."""
    start = await in_hand_over(any_delivery)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    paused = any_delivery.paused_slack("schedule")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused, sleep=wait).run())
    await paused.reached.wait()
    await handed_over_by_another(any_delivery)
    any_delivery.slack.fail("chat.scheduleMessage", cut=True, effect=True)
    if late:
        any_delivery.slack.fail("chat.scheduledMessages.list", status=502)

    paused.resume.set()
    await frozen

    assert [call.method for call in any_delivery.slack.calls].count("chat.deleteScheduledMessage") == 1
    assert waits == [10.0] * (2 if late else 1)
    await check_said_once(any_delivery, start)


async def test_second_copy_at_slack_is_withdrawn(any_delivery: DeliveryHarness) -> None:
    """Two workers lost Slack's answer and the first was killed: the next one keeps one copy and withdraws the other."""
    start = await in_hand_over(any_delivery)
    paused = any_delivery.paused_slack("schedule", after=True)
    await any_delivery.kill_at(paused)
    [copy] = any_delivery.slack.scheduled()
    await any_delivery.api().schedule(copy.channel, int(copy.post_at), Text("a copy that arrived late", []))
    assert len(any_delivery.slack.scheduled()) == 2

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()

    assert [call.method for call in any_delivery.slack.calls].count("chat.deleteScheduledMessage") == 1
    await check_said_once(any_delivery, start)


async def test_unclear_hand_over_is_not_repeated_after_its_time(delivery: DeliveryHarness) -> None:
    """Nobody was there to ask in time: it may have been said, so it is not said again, and an admin can see it."""
    start = await in_hand_over(delivery)
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


async def test_slack_that_cannot_say_is_asked_again(delivery: DeliveryHarness) -> None:
    """While the asking fails as well, nothing is concluded."""
    start = await in_hand_over(delivery)
    delivery.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await delivery.worker().run()
    for fault in ({"error": "ratelimited"}, {"cut": True}, {"error": "invalid_channel"}):
        delivery.slack.fail("chat.scheduledMessages.list", **fault)
        await delivery.expire_claims()
        await delivery.worker().run()
        assert (await delivery.reminder_states(), await delivery.message_states()) == ([PACKED], [GIVING])

    await delivery.expire_claims()
    await delivery.worker().run()

    await check_said_once(delivery, start)


async def test_busy_slack_is_waited_for(delivery: DeliveryHarness) -> None:
    """After a 429 nobody knocks until it is over, not for the reminders of other channels either."""
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
    assert sorted((held.channel, held.post_at) for held in delivery.slack.scheduled()) == [
        (room, due) for room in rooms
    ]


async def test_crowded_channel_is_tried_later(delivery: DeliveryHarness) -> None:
    """Slack takes 30 messages of a channel in five minutes: where somebody else has used them up, ours come later."""
    start = delivery.clock.now() + 70 * MINUTE
    delivery.slack.limits.schedule_in_window = 0
    await delivery.announce(start)
    await delivery.worker().run()
    assert [call.error for call in delivery.slack.calls] == ["restricted_too_many"]

    await delivery.run_until(start - 55 * MINUTE)
    delivery.slack.limits.schedule_in_window = 30
    await delivery.run_until(start - 31 * MINUTE)

    said = [line for message in delivery.posted() for line in re.findall("starts in .*|.*comes late.*", message.words)]
    assert said == ["starts in 55 minutes", "Greenroom was away for a while, so this comes late."]


@pytest.mark.parametrize("code", ["is_archived", "not_in_channel", "channel_not_found", "invalid_blocks"])
async def test_clear_no_is_the_end_of_a_reminder(delivery: DeliveryHarness, code: str) -> None:
    """Nothing knocks for ever where Slack does not let us post; the row says why, and who set it up is told."""
    await in_hand_over(delivery)
    delivery.slack.fail("chat.scheduleMessage", error=code)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()

    (row,) = await delivery.notice_rows()
    assert row.state is NoticeState.FAILED
    assert row.problem
    told = [] if code == "invalid_blocks" else ["chat.postMessage"]
    assert [call.method for call in delivery.slack.calls] == ["chat.scheduleMessage", *told]


async def test_who_set_a_channel_up_is_told_once_that_it_is_closed(delivery: DeliveryHarness) -> None:
    """Not for each webinar that cannot be told of there, until they set something up there anew."""
    start = delivery.clock.now() + 20 * MINUTE
    await delivery.announce(start)
    await delivery.announce(start + MINUTE, "s2")
    delivery.slack.channel("#launch").archived = True
    await delivery.worker().run()
    await delivery.move_to(delivery.clock.now() + MINUTE)
    await delivery.worker().run()
    assert [(await delivery.notice_rows(each))[0].state for each in ("s1", "s2")] == [NoticeState.FAILED] * 2
    (first,) = delivery.posted("D0CHLOE")
    assert first.words.startswith("Greenroom can't post in <#C0LAUNCH> any more")

    await delivery.announce(start, "s3")
    await delivery.run_until(start)
    assert len(delivery.posted("D0CHLOE")) == 2


@pytest.mark.parametrize("code", ["time_in_past", "invalid_auth", "service_unavailable"])
async def test_no_for_now_is_tried_again_at_growing_intervals(delivery: DeliveryHarness, code: str) -> None:
    """What an admin or Slack can mend is worth another try, but not for longer than the reminder is worth saying."""
    start = await in_hand_over(delivery)
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
    # Looked at a moment after it was written down.
    assert all(wait - 1.5 < seen <= wait for seen, wait in zip(tries, wanted, strict=True)), tries
    assert delivery.posted() == []


async def test_no_for_now_ends_well_when_it_is_mended(delivery: DeliveryHarness) -> None:
    """One refusal costs nothing but a little time."""
    start = await in_hand_over(delivery)
    delivery.slack.fail("chat.scheduleMessage", error="invalid_auth")
    wake = await delivery.worker().run()
    assert wake is not None
    await delivery.move_to(wake)
    await delivery.worker().run()

    await check_said_once(delivery, start)


async def test_two_replicas_hand_over_each_once(any_delivery: DeliveryHarness) -> None:
    """Two deliveries with connections of their own, on one database, many reminders at once."""
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
    held = any_delivery.slack.scheduled()
    assert len({one.channel for one in held}) == count
    assert len({one.text for one in held}) == count
    assert [call.ok for call in any_delivery.slack.calls] == [True] * count


async def test_claim_that_is_nearly_over_begins_no_call(delivery: DeliveryHarness) -> None:
    """Its answer could come when somebody else has taken the reminder over: it is given back and taken anew."""
    start = await in_hand_over(delivery)
    hurried = delivery.worker("hurried", lease=timedelta(seconds=ONE_CALL))
    await hurried.run()
    assert delivery.slack.calls == []
    assert await delivery.reminder_states() == [PLANNED]

    await delivery.worker().run()
    await check_said_once(delivery, start)


async def test_workspace_that_is_not_ours_is_left_alone(any_delivery: DeliveryHarness) -> None:
    """A worker with the token of one workspace neither hands over nor waits for what belongs to another."""
    start = any_delivery.clock.now() + 20 * MINUTE
    other = OTHER_ACCOUNTS[0]
    await any_delivery.announce(start, account=other)
    worker = any_delivery.worker(of=ACCOUNT.workspace)
    assert await worker.run() is None
    assert any_delivery.slack.calls == []

    await any_delivery.worker(of=other.workspace).run()
    assert len(any_delivery.slack.scheduled()) == 1
