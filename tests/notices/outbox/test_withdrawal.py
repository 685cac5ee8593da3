"""Reminders that are no longer so: got back from Slack, exchanged, or corrected in the channel where it is too late."""

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
PLANNED, PACKED, WITHDRAWN, SAID = NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.WITHDRAWN, NoticeState.POSTED
HELD, WITHDRAWING = MessageState.SCHEDULED, MessageState.WITHDRAWING
LOST: dict[str, dict[str, Any]] = {
    "busy": {"error": "ratelimited", "retry_after": 5},
    "cut before it arrives": {"cut": True},
    "cut after it was done": {"cut": True, "effect": True},
    "an error of Slack's": {"status": 500},
    "an error of Slack's after it was done": {"status": 500, "effect": True},
    "refused for now": {"error": "invalid_auth"},
}


async def held(delivery: DeliveryHarness, title: str = "Launch day") -> Webinar:
    """A webinar in 20 minutes whose ten-minute reminder Slack holds."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, title=title)
    await delivery.worker().run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([PACKED], [HELD])
    return announced


def moved(announced: Webinar, by: timedelta = HOUR) -> Webinar:
    """The same webinar, later."""
    return announced.model_copy(update={"start": announced.start + by})


def cancelled(announced: Webinar) -> Webinar:
    """The same webinar, called off."""
    return announced.model_copy(update={"status": Status.CANCELED})


def due(announced: Webinar) -> Any:
    """The second for which its reminder is held."""
    return next_whole_second(announced.start - 10 * MINUTE)


def words(delivery: DeliveryHarness) -> list[str]:
    """What the bot has said in the channel so far, in a word or two."""
    known = ("starts in 10 minutes", "was moved", "is cancelled")
    return [next(each for each in known if each in message.words) for message in delivery.posted()]


async def test_cancelled_webinar_is_not_reminded_of(delivery: DeliveryHarness) -> None:
    """What Slack holds is taken back."""
    announced = await held(delivery)
    await delivery.apply_change(cancelled(announced))
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert words(delivery) == []


@pytest.mark.parametrize("how", LOST)
async def test_taking_back_goes_wrong_and_is_tried_again(delivery: DeliveryHarness, how: str) -> None:
    """Also where it was done and only the answer was lost: nobody corrects what was never said."""
    announced = await held(delivery)
    await delivery.apply_change(cancelled(announced))
    delivery.slack.fail("chat.deleteScheduledMessage", **LOST[how])
    again = await delivery.worker().run()
    assert again is not None
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    await delivery.move_to(again)
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert words(delivery) == []


async def test_unclear_hand_over_of_a_cancelled_webinar_is_found_and_taken_back(delivery: DeliveryHarness) -> None:
    """Slack has it, we do not know under which id: it is looked for."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    delivery.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await delivery.worker().run()
    await delivery.apply_change(cancelled(announced))
    await delivery.expire_claims()
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []


@pytest.mark.parametrize("wait", [False, True])
async def test_webinar_cancelled_while_its_reminder_is_handed_over(delivery: DeliveryHarness, wait: bool) -> None:
    """Before the call it is spared; after it, what Slack holds is taken back."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    paused = delivery.paused_slack("schedule", after=wait)
    handing = asyncio.create_task(delivery.worker("me", paused).run())
    await paused.reached.wait()
    await delivery.apply_change(cancelled(announced))
    await delivery.worker("other").run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    paused.resume.set()
    await handing
    await delivery.worker("other").run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []


@pytest.mark.parametrize("change", [moved, cancelled])
async def test_webinar_changed_while_others_are_handed_over_is_spared(delivery: DeliveryHarness, change: Any) -> None:
    """It was taken together with them, and its turn had not come yet."""
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


async def test_moved_webinar_is_reminded_of_at_its_new_time(delivery: DeliveryHarness) -> None:
    """The old reminder is taken back, new ones are planned, each is said once."""
    announced = await held(delivery)
    later = moved(announced)
    await delivery.apply_change(later)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [WITHDRAWN, PLANNED, PLANNED]

    await delivery.run_until(later.start)

    told = [(round((later.start - posted_at(one)) / MINUTE), one.words.splitlines()[0]) for one in delivery.posted()]
    assert told == [(60, "*Launch day* starts in 1 hour"), (10, "*Launch day* starts in 10 minutes")]


@pytest.mark.parametrize("delivered", [False, True])
async def test_webinar_moved_away_and_back_is_reminded_of_once(delivery: DeliveryHarness, delivered: bool) -> None:
    """Whether the reminder was got back in between or not."""
    announced = await held(delivery)
    await delivery.apply_change(moved(announced, 2 * MINUTE))
    if delivered:
        await delivery.worker().run()
    await delivery.apply_change(announced)
    for _ in range(2):
        await delivery.worker().run()

    assert [one.post_at for one in delivery.slack.scheduled()] == [due(announced).timestamp()]
    await delivery.move_to(announced.start)
    await delivery.worker().run()
    assert words(delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("after", [False, True])
async def test_webinar_moved_back_while_its_reminder_is_taken_back(any_delivery: DeliveryHarness, after: bool) -> None:
    """Who takes it back learns that it is wanted again, and it is handed over anew."""
    announced = await held(any_delivery)
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
async def test_process_killed_while_it_takes_back_what_is_wanted_again(
    any_delivery: DeliveryHarness, after: bool
) -> None:
    """Slack is asked what it has, and exactly one is there in the end."""
    announced = await held(any_delivery)
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
    assert words(any_delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("change", [moved, cancelled])
async def test_change_in_the_last_minute_is_corrected_after_the_reminder(
    delivery: DeliveryHarness, change: Any
) -> None:
    """Slack gives nothing back any more: what it posts is followed by what is true, once, and not preceded by it."""
    announced = await held(delivery)
    await delivery.move_to(due(announced) - 30 * SECOND)
    await delivery.apply_change(change(announced))
    again = await delivery.worker().run()
    assert again == due(announced) + 10 * SECOND
    assert words(delivery) == []

    await delivery.move_to(due(announced))
    await delivery.worker().run()
    assert words(delivery) == ["starts in 10 minutes"]
    await delivery.move_to(again)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()
    assert words(delivery) == ["starts in 10 minutes", "was moved" if change is moved else "is cancelled"]
    assert (await delivery.notice_rows())[0].problem == "could not be taken back"


async def test_change_heard_of_in_the_moment_of_the_reminder_waits_for_it(delivery: DeliveryHarness) -> None:
    """Slack may post a little late, and a correction must not come first."""
    announced = await held(delivery)
    await delivery.move_to(due(announced) + SECOND)
    await delivery.apply_change(moved(announced))
    again = await delivery.worker().run()
    assert words(delivery) == ["starts in 10 minutes"]

    assert again is not None
    await delivery.move_to(again)
    await delivery.worker().run()
    assert words(delivery) == ["starts in 10 minutes", "was moved"]


async def test_cancelled_reminder_that_slack_may_have_posted_is_corrected(delivery: DeliveryHarness) -> None:
    """The hand-over was unclear and its second is here: that Slack does not hold it proves nothing any more."""
    announced = await delivery.announce(delivery.clock.now() + 10 * MINUTE + 6 * SECOND)
    delivery.slack.fail("chat.scheduleMessage", cut=True)
    await delivery.worker().run()
    await delivery.apply_change(cancelled(announced))
    await delivery.expire_claims()
    again = await delivery.worker().run()
    assert (await delivery.reminder_states(), await delivery.message_states()) == ([WITHDRAWN], [WITHDRAWING])

    assert again is not None
    await delivery.move_to(again)
    await delivery.worker().run()
    assert words(delivery) == ["is cancelled"]


async def test_change_heard_of_after_the_reminder_is_corrected(delivery: DeliveryHarness) -> None:
    """RingCentral is read every few minutes: it may have been moved before the reminder, and be heard of after it."""
    announced = await held(delivery)
    await delivery.move_to(due(announced) + 2 * MINUTE)
    await delivery.worker().run()
    await delivery.apply_change(moved(announced))
    await delivery.worker().run()

    assert words(delivery) == ["starts in 10 minutes", "was moved"]


async def test_change_long_after_a_reminder_is_not_corrected(delivery: DeliveryHarness) -> None:
    """The reminder was right when it was said; the card tells what has become of the webinar since."""
    announced = await delivery.announce(delivery.clock.now() + 70 * MINUTE)
    await delivery.worker().run()
    await delivery.run_until(announced.start - 45 * MINUTE)
    await delivery.worker().run()
    assert await delivery.reminder_states() == [SAID, PLANNED]
    await delivery.apply_change(moved(announced))
    await delivery.worker().run()

    assert [message.words.splitlines()[0] for message in delivery.posted()] == ["*Launch day* starts in 1 hour"]


async def test_change_heard_of_after_the_start_is_not_corrected(delivery: DeliveryHarness) -> None:
    """Nobody is still waiting for it."""
    announced = await held(delivery)
    await delivery.move_to(announced.start)
    await delivery.apply_change(cancelled(announced))
    await delivery.worker().run()

    assert words(delivery) == ["starts in 10 minutes"]
    assert await delivery.reminder_states() == [SAID]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"error": "ratelimited", "retry_after": 5}, ["starts in 10 minutes", "is cancelled"]),
        ({"error": "is_archived"}, ["starts in 10 minutes"]),
        ({"cut": True, "effect": True}, ["starts in 10 minutes", "is cancelled"]),
    ],
)
async def test_correction_goes_wrong(delivery: DeliveryHarness, fault: dict[str, Any], said: list[str]) -> None:
    """It waits for a busy Slack, and is given up where it may have been said or cannot be."""
    announced = await held(delivery)
    await delivery.move_to(due(announced) + 2 * MINUTE)
    await delivery.apply_change(cancelled(announced))
    delivery.slack.fail("chat.postMessage", **fault)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.move_to(delivery.clock.now() + 5 * SECOND)

    assert words(delivery) == said
    assert await delivery.reminder_states() == [SAID]


async def test_two_untrue_reminders_are_corrected_once(delivery: DeliveryHarness) -> None:
    """They came soon after each other: one message puts both right."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE)
    at_twelve = ChannelFeatures(channel_id=LAUNCH, features=REMINDERS_ONLY, offsets=(12 * MINUTE,))
    async with delivery.store.write() as db:
        await notice_table.plan(db, plan(announced, [at_twelve], delivery.clock.now()))
    await delivery.run_until(announced.start - 9 * MINUTE)
    assert len(delivery.posted()) == 2
    await delivery.apply_change(cancelled(announced))
    await delivery.worker().run()

    assert len(delivery.posted()) == 3
    assert await delivery.reminder_states() == [SAID, SAID]


async def test_new_title_stands_in_the_reminder_that_slack_held(delivery: DeliveryHarness) -> None:
    """It is exchanged for one that says what is so, for the same second."""
    announced = await held(delivery, title="Old title")
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    for _ in range(2):
        await delivery.worker().run()

    (one,) = delivery.slack.scheduled()
    assert one.post_at == due(announced).timestamp()
    assert one.text.startswith("New title starts in 10 minutes")
    methods = [call.method for call in delivery.slack.calls]
    assert methods == ["chat.scheduleMessage", "chat.deleteScheduledMessage", "chat.scheduleMessage"]


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_during_an_exchange_leaves_one_message(any_delivery: DeliveryHarness, after: bool) -> None:
    """Whoever comes next goes on with it, and what Slack holds in the end has the new title."""
    announced = await held(any_delivery, title="Old title")
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
    assert words(any_delivery) == ["starts in 10 minutes"]


@pytest.mark.parametrize("fault", [{"error": "ratelimited"}, {"cut": True}, {"cut": True, "effect": True}])
async def test_exchange_goes_wrong(delivery: DeliveryHarness, fault: dict[str, Any]) -> None:
    """Slack is asked what it has, and one message is there in the end."""
    announced = await held(delivery, title="Old title")
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    delivery.slack.fail("chat.deleteScheduledMessage", **fault)
    for _ in range(3):
        await delivery.worker().run()
        await delivery.expire_claims()
        await delivery.move_to(delivery.clock.now() + 5 * SECOND)

    assert [one.post_at for one in delivery.slack.scheduled()] == [due(announced).timestamp()]
    assert (await delivery.reminder_states(), (await delivery.message_states())[-1]) == ([PACKED], HELD)


async def test_new_title_comes_too_late_for_an_exchange(delivery: DeliveryHarness) -> None:
    """In the last two minutes an exchange could lose the reminder: the old title is good enough."""
    announced = await held(delivery, title="Old title")
    await delivery.move_to(due(announced) - 110 * SECOND)
    await delivery.apply_change(announced.model_copy(update={"title": "New title"}))
    await delivery.worker().run()

    assert [one.text.split(" starts")[0] for one in delivery.slack.scheduled()] == ["Old title"]


@pytest.mark.parametrize("posted", [False, True])
async def test_channel_that_does_not_want_to_hear_is_not_reminded(delivery: DeliveryHarness, posted: bool) -> None:
    """Somebody unsubscribed it: what is held is taken back, and what was said was no lie."""
    announced = await held(delivery)
    if posted:
        await delivery.move_to(due(announced) + MINUTE)
    await delivery.subscribe(announced, frozenset())
    await delivery.worker().run()

    assert words(delivery) == (["starts in 10 minutes"] if posted else [])
    assert delivery.slack.scheduled() == []


async def test_webinar_that_ended_early_is_not_reminded_of(delivery: DeliveryHarness) -> None:
    """It began and ended before its time; nothing is to be said any more."""
    announced = await held(delivery)
    await delivery.apply_change(announced.model_copy(update={"status": Status.FINISHED}))
    await delivery.worker().run()

    assert await delivery.reminder_states() == [WITHDRAWN]
    assert delivery.slack.scheduled() == []
