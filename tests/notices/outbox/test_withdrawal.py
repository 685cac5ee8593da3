"""Reminders that are outdated: withdrawn from Slack, replaced, or corrected in the channel if it is too late."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.model.webinar import Status, Webinar
from bot.notices.model import MessageState, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.rules import plan
from bot.notices.subscriptions.model import ChannelFeatures
from tests.support.delivery import LAUNCH, REMINDERS_ONLY, DeliveryHarness, next_whole_second, posted_at

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PLANNED, BATCHED, WITHDRAWN, POSTED = (
    NoticeState.PLANNED,
    NoticeState.BATCHED,
    NoticeState.WITHDRAWN,
    NoticeState.POSTED,
)
SCHEDULED, WITHDRAWING = MessageState.SCHEDULED, MessageState.WITHDRAWING
LOST: dict[str, dict[str, Any]] = {
    "busy": {"error": "ratelimited", "retry_after": 5},
    "cut before it arrives": {"cut": True},
    "cut after it was done": {"cut": True, "effect": True},
    "an error of Slack's": {"status": 500},
    "an error of Slack's after it was done": {"status": 500, "effect": True},
    "refused for now": {"error": "invalid_auth"},
}


async def scheduled_reminder(delivery: DeliveryHarness, title: str = "Launch day") -> Webinar:
    """A webinar in 20 minutes whose ten-minute reminder is scheduled at Slack."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, title=title)
    await delivery.worker().run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([BATCHED], [SCHEDULED])
    return announced


def moved(announced: Webinar, by: timedelta = HOUR) -> Webinar:
    """The same webinar, later."""
    return announced.model_copy(update={"start": announced.start + by})


def canceled(announced: Webinar) -> Webinar:
    """The same webinar, canceled."""
    return announced.model_copy(update={"status": Status.CANCELED})


def due(announced: Webinar) -> Any:
    """The second for which its reminder is scheduled."""
    return next_whole_second(announced.start - 10 * MINUTE)


def first_lines(delivery: DeliveryHarness) -> list[str]:
    """What was posted in the channel, in a few words each."""
    phrases = ("starts in 10 minutes", "was moved", "is canceled")
    return [next(each for each in phrases if each in message.words) for message in delivery.posted()]


async def test_reminder_of_a_canceled_webinar_is_withdrawn(delivery: DeliveryHarness) -> None:
    """Slack has it scheduled."""
    announced = await scheduled_reminder(delivery)
    await delivery.apply_change(canceled(announced))
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert first_lines(delivery) == []


@pytest.mark.parametrize("how", LOST)
async def test_failed_withdrawal_is_retried(delivery: DeliveryHarness, how: str) -> None:
    """Also if it succeeded and only the answer was lost: what was never posted is not corrected."""
    announced = await scheduled_reminder(delivery)
    await delivery.apply_change(canceled(announced))
    delivery.slack.fail("chat.deleteScheduledMessage", **LOST[how])
    again = await delivery.worker().run()
    assert again is not None
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    await delivery.move_to(again)
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert first_lines(delivery) == []


async def test_unknown_reminder_of_a_canceled_webinar_is_found_and_withdrawn(delivery: DeliveryHarness) -> None:
    """Slack has scheduled it under an id that we do not know."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    delivery.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await delivery.worker().run()
    await delivery.apply_change(canceled(announced))
    await delivery.expire_claims()
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []


@pytest.mark.parametrize("wait", [False, True])
async def test_webinar_canceled_while_its_reminder_is_scheduled(delivery: DeliveryHarness, wait: bool) -> None:
    """Before the call nothing is scheduled; after it the scheduled message is withdrawn."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    paused = delivery.paused_slack("schedule", after=wait)
    handing = asyncio.create_task(delivery.worker("me", paused).run())
    await paused.reached.wait()
    await delivery.apply_change(canceled(announced))
    await delivery.worker("other").run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    paused.resume.set()
    await handing
    await delivery.worker("other").run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []


@pytest.mark.parametrize("change", [moved, canceled])
async def test_webinar_changed_before_its_turn_is_not_scheduled(delivery: DeliveryHarness, change: Any) -> None:
    """Its reminder was batched with others, and its call has not started."""
    start = delivery.clock.now() + 20 * MINUTE
    await delivery.announce(start, "s1")
    other = await delivery.announce(start, "s2")
    paused = delivery.paused_slack("schedule", after=True)
    handing = asyncio.create_task(delivery.worker("me", paused).run())
    await paused.reached.wait()
    await delivery.apply_change(change(other))
    paused.resume.set()
    await handing

    assert (await delivery.notice_rows("s2"))[0].state is WITHDRAWN
    assert [call.method for call in delivery.slack.calls] == ["chat.scheduleMessage"]


async def test_moved_webinar_gets_its_reminders_at_the_new_time(delivery: DeliveryHarness) -> None:
    """The old reminder is withdrawn, new ones are planned, each is posted once."""
    announced = await scheduled_reminder(delivery)
    later = moved(announced)
    await delivery.apply_change(later)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [WITHDRAWN, PLANNED, PLANNED]

    await delivery.run_until(later.start)

    posted = [(round((later.start - posted_at(one)) / MINUTE), one.words.splitlines()[0]) for one in delivery.posted()]
    assert posted == [(60, "*Launch day* starts in 1 hour"), (10, "*Launch day* starts in 10 minutes")]


@pytest.mark.parametrize("delivered", [False, True])
async def test_webinar_moved_away_and_back_gets_one_reminder(delivery: DeliveryHarness, delivered: bool) -> None:
    """Whether the withdrawal is done in between or not."""
    announced = await scheduled_reminder(delivery)
    await delivery.apply_change(moved(announced, 2 * MINUTE))
    if delivered:
        await delivery.worker().run()
    await delivery.apply_change(announced)
    for _ in range(2):
        await delivery.worker().run()

    assert [one.post_at for one in delivery.slack.scheduled()] == [due(announced).timestamp()]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert first_lines(delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("after", [False, True])
async def test_webinar_moved_back_during_the_withdrawal(any_delivery: DeliveryHarness, after: bool) -> None:
    """The reminder is scheduled again."""
    announced = await scheduled_reminder(any_delivery)
    await any_delivery.apply_change(moved(announced, 2 * MINUTE))
    paused = any_delivery.paused_slack("unschedule", after=after)
    taking = asyncio.create_task(any_delivery.worker("me", paused).run())
    await paused.reached.wait()
    await any_delivery.apply_change(announced)
    await any_delivery.worker("other").run()
    paused.resume.set()
    await taking
    await any_delivery.worker("other").run()

    assert [one.post_at for one in any_delivery.slack.scheduled()] == [due(announced).timestamp()]


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_during_the_withdrawal_of_a_current_reminder(
    any_delivery: DeliveryHarness, after: bool
) -> None:
    """Slack is asked, and one reminder is scheduled in the end."""
    announced = await scheduled_reminder(any_delivery)
    await any_delivery.apply_change(moved(announced, 2 * MINUTE))
    await any_delivery.kill_at(any_delivery.paused_slack("unschedule", after=after))
    await any_delivery.apply_change(announced)
    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()
    await any_delivery.move_to(any_delivery.clock.now() + 3 * SECOND)
    await any_delivery.worker("next").run()

    assert [one.post_at for one in any_delivery.slack.scheduled()] == [due(announced).timestamp()]
    await any_delivery.move_to(announced.start)
    await any_delivery.worker("next").run()
    assert first_lines(any_delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("change", [moved, canceled])
async def test_change_in_the_last_minute_is_corrected_after_the_reminder(
    delivery: DeliveryHarness, change: Any
) -> None:
    """Slack withdraws nothing any more: the correction follows the reminder, once."""
    announced = await scheduled_reminder(delivery)
    await delivery.move_to(due(announced) - 30 * SECOND)
    await delivery.apply_change(change(announced))
    again = await delivery.worker().run()
    assert again == due(announced) + 10 * SECOND
    assert first_lines(delivery) == []

    await delivery.move_to(due(announced))
    await delivery.worker().run()
    assert first_lines(delivery) == ["starts in 10 minutes"]
    await delivery.move_to(again)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()
    assert first_lines(delivery) == ["starts in 10 minutes", "was moved" if change is moved else "is canceled"]
    assert (await delivery.notice_rows())[0].problem == "could not be taken back"


async def test_change_seen_at_the_due_second_waits_for_the_reminder(delivery: DeliveryHarness) -> None:
    """Slack may post a little late, and the correction must not come first."""
    announced = await scheduled_reminder(delivery)
    await delivery.move_to(due(announced) + SECOND)
    await delivery.apply_change(moved(announced))
    again = await delivery.worker().run()
    assert first_lines(delivery) == ["starts in 10 minutes"]

    assert again is not None
    await delivery.move_to(again)
    await delivery.worker().run()
    assert first_lines(delivery) == ["starts in 10 minutes", "was moved"]


async def test_canceled_reminder_that_may_be_posted_is_corrected(delivery: DeliveryHarness) -> None:
    """The outcome is unknown and its second has come: that Slack has nothing scheduled proves nothing."""
    announced = await delivery.announce(delivery.clock.now() + 10 * MINUTE + 6 * SECOND)
    delivery.slack.fail("chat.scheduleMessage", cut=True)
    await delivery.worker().run()
    await delivery.apply_change(canceled(announced))
    await delivery.expire_claims()
    again = await delivery.worker().run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    assert again is not None
    await delivery.move_to(again)
    await delivery.worker().run()
    assert first_lines(delivery) == ["is canceled"]


async def test_change_seen_after_the_reminder_is_corrected(delivery: DeliveryHarness) -> None:
    """RingCentral is polled every few minutes: the webinar may have moved before the reminder was posted."""
    announced = await scheduled_reminder(delivery)
    await delivery.move_to(due(announced) + 2 * MINUTE)
    await delivery.worker().run()
    await delivery.apply_change(moved(announced))
    await delivery.worker().run()

    assert first_lines(delivery) == ["starts in 10 minutes", "was moved"]


async def test_change_long_after_a_reminder_is_not_corrected(delivery: DeliveryHarness) -> None:
    """The reminder was right when it was posted; the card shows the change."""
    announced = await delivery.announce(delivery.clock.now() + 70 * MINUTE)
    await delivery.worker().run()
    await delivery.run_until(announced.start - 45 * MINUTE)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [POSTED, PLANNED]
    await delivery.apply_change(moved(announced))
    await delivery.worker().run()

    assert [message.words.splitlines()[0] for message in delivery.posted()] == ["*Launch day* starts in 1 hour"]


async def test_change_seen_after_the_start_is_not_corrected(delivery: DeliveryHarness) -> None:
    """Nobody waits for it any more."""
    announced = await scheduled_reminder(delivery)
    await delivery.move_to(announced.start)
    await delivery.apply_change(canceled(announced))
    await delivery.worker().run()

    assert first_lines(delivery) == ["starts in 10 minutes"]
    assert await delivery.reminder_states() == [POSTED]


@pytest.mark.parametrize(
    ("fault", "posted"),
    [
        ({"error": "ratelimited", "retry_after": 5}, ["starts in 10 minutes", "is canceled"]),
        ({"error": "is_archived"}, ["starts in 10 minutes"]),
        ({"cut": True, "effect": True}, ["starts in 10 minutes", "is canceled"]),
    ],
)
async def test_failed_correction(delivery: DeliveryHarness, fault: dict[str, Any], posted: list[str]) -> None:
    """It waits for a busy Slack, and is dropped if it may have been posted or cannot be."""
    announced = await scheduled_reminder(delivery)
    await delivery.move_to(due(announced) + 2 * MINUTE)
    await delivery.apply_change(canceled(announced))
    delivery.slack.fail("chat.postMessage", **fault)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.move_to(delivery.clock.now() + 5 * SECOND)

    assert first_lines(delivery) == posted
    assert await delivery.reminder_states() == [POSTED]


async def test_two_wrong_reminders_are_corrected_once(delivery: DeliveryHarness) -> None:
    """One message corrects both."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    at_twelve = ChannelFeatures(channel_id=LAUNCH, features=REMINDERS_ONLY, offsets=(12 * MINUTE,))
    async with delivery.store.write() as db:
        await notice_table.plan(db, plan(announced, [at_twelve], delivery.clock.now()))
    await delivery.run_until(announced.start - 9 * MINUTE)
    assert len(delivery.posted()) == 2
    await delivery.apply_change(canceled(announced))
    await delivery.worker().run()

    assert len(delivery.posted()) == 3
    assert await delivery.reminder_states() == [POSTED, POSTED]


async def test_scheduled_reminder_is_replaced_for_a_new_title(delivery: DeliveryHarness) -> None:
    """For the same second."""
    announced = await scheduled_reminder(delivery, title="Old title")
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    for _ in range(2):
        await delivery.worker().run()

    (one,) = delivery.slack.scheduled()
    assert one.post_at == due(announced).timestamp()
    assert one.text.startswith("New title starts in 10 minutes")
    methods = [call.method for call in delivery.slack.calls]
    assert methods == ["chat.scheduleMessage", "chat.deleteScheduledMessage", "chat.scheduleMessage"]


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_during_a_replacement_leaves_one_message(
    any_delivery: DeliveryHarness, after: bool
) -> None:
    """The next worker completes it, and the scheduled message has the new title."""
    announced = await scheduled_reminder(any_delivery, title="Old title")
    await any_delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    await any_delivery.kill_at(any_delivery.paused_slack("unschedule", after=after))
    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()
    await any_delivery.move_to(any_delivery.clock.now() + 5 * SECOND)
    await any_delivery.worker("next").run()

    (one,) = any_delivery.slack.scheduled()
    assert one.text.startswith("New title starts")
    await any_delivery.move_to(announced.start)
    await any_delivery.worker("next").run()
    assert first_lines(any_delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("fault", [{"error": "ratelimited"}, {"cut": True}, {"cut": True, "effect": True}])
async def test_failed_replacement(delivery: DeliveryHarness, fault: dict[str, Any]) -> None:
    """Slack is asked, and one message is scheduled in the end."""
    announced = await scheduled_reminder(delivery, title="Old title")
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    delivery.slack.fail("chat.deleteScheduledMessage", **fault)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()
        await delivery.move_to(delivery.clock.now() + 5 * SECOND)

    assert [one.post_at for one in delivery.slack.scheduled()] == [due(announced).timestamp()]
    assert (await delivery.reminder_states(), (await delivery.message_states())[-1]) == ([BATCHED], SCHEDULED)


async def test_new_title_in_the_last_two_minutes_is_ignored(delivery: DeliveryHarness) -> None:
    """A replacement could lose the reminder."""
    announced = await scheduled_reminder(delivery, title="Old title")
    await delivery.move_to(due(announced) - 110 * SECOND)
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    await delivery.worker().run()

    assert [one.text.split(" starts")[0] for one in delivery.slack.scheduled()] == ["Old title"]


@pytest.mark.parametrize("posted", [False, True])
async def test_unsubscribed_channel_gets_no_reminder(delivery: DeliveryHarness, posted: bool) -> None:
    """The scheduled message is withdrawn; a posted reminder needs no correction."""
    announced = await scheduled_reminder(delivery)
    if posted:
        await delivery.move_to(due(announced) + MINUTE)
    await delivery.subscribe(announced, frozenset())
    await delivery.worker().run()

    assert first_lines(delivery) == (["starts in 10 minutes"] if posted else [])
    assert delivery.slack.scheduled() == []


async def test_webinar_that_ended_early_gets_no_reminder(delivery: DeliveryHarness) -> None:
    """It started and ended before its time."""
    announced = await scheduled_reminder(delivery)
    await delivery.apply_change(announced.model_copy(update={"status": Status.FINISHED}))
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []
