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
from tests.support.delivery import LAUNCH, REMINDED, Desk, posted_at, second

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


async def held(desk: Desk, title: str = "Launch day") -> Webinar:
    """A webinar in 20 minutes whose ten-minute reminder Slack holds."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE, title=title)
    await desk.worker().run()
    assert (await desk.states(), await desk.parcel_states()) == ([PACKED], [HELD])
    return announced


def moved(announced: Webinar, by: timedelta = HOUR) -> Webinar:
    """The same webinar, later."""
    return announced.model_copy(update={"start": announced.start + by})


def cancelled(announced: Webinar) -> Webinar:
    """The same webinar, called off."""
    return announced.model_copy(update={"status": Status.CANCELLED})


def due(announced: Webinar) -> Any:
    """The second for which its reminder is held."""
    return second(announced.start - 10 * MINUTE)


def words(desk: Desk) -> list[str]:
    """What the bot has said in the channel so far, in a word or two."""
    known = ("starts in 10 minutes", "was moved", "is cancelled")
    return [next(each for each in known if each in message.words) for message in desk.posted()]


async def test_cancelled_webinar_is_not_reminded_of(desk: Desk) -> None:
    """What Slack holds is taken back."""
    announced = await held(desk)
    await desk.becomes(cancelled(announced))
    await desk.worker().run()

    assert await desk.states() == [WITHDRAWN]
    await desk.move_to(announced.start)
    await desk.worker().run()
    assert words(desk) == []


@pytest.mark.parametrize("how", LOST)
async def test_taking_back_goes_wrong_and_is_tried_again(desk: Desk, how: str) -> None:
    """Also where it was done and only the answer was lost: nobody corrects what was never said."""
    announced = await held(desk)
    await desk.becomes(cancelled(announced))
    desk.slack.fail("chat.deleteScheduledMessage", **LOST[how])
    again = await desk.worker().run()
    assert again is not None
    assert (await desk.states(), await desk.parcel_states()) == ([WITHDRAWN], [WITHDRAWING])

    await desk.move_to(again)
    await desk.worker().run()

    assert await desk.states() == [WITHDRAWN]
    await desk.move_to(announced.start)
    await desk.worker().run()
    assert words(desk) == []


async def test_unclear_hand_over_of_a_cancelled_webinar_is_found_and_taken_back(desk: Desk) -> None:
    """Slack has it, we do not know under which id: it is looked for."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE)
    desk.slack.fail("chat.scheduleMessage", effect=True, cut=True)
    await desk.worker().run()
    await desk.becomes(cancelled(announced))
    await desk.claims_run_out()
    await desk.worker().run()

    assert await desk.states() == [WITHDRAWN]
    assert desk.slack.scheduled() == []


@pytest.mark.parametrize("wait", [False, True])
async def test_webinar_cancelled_while_its_reminder_is_handed_over(desk: Desk, wait: bool) -> None:
    """Before the call it is spared; after it, what Slack holds is taken back."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE)
    gate = desk.gate("schedule", after=wait)
    handing = asyncio.create_task(desk.worker("me", gate).run())
    await gate.reached.wait()
    await desk.becomes(cancelled(announced))
    await desk.worker("other").run()
    assert (await desk.states(), await desk.parcel_states()) == ([WITHDRAWN], [WITHDRAWING])

    gate.let_through.set()
    await handing
    await desk.worker("other").run()

    assert await desk.states() == [WITHDRAWN]
    assert desk.slack.scheduled() == []


@pytest.mark.parametrize("change", [moved, cancelled])
async def test_webinar_changed_while_others_are_handed_over_is_spared(desk: Desk, change: Any) -> None:
    """It was taken together with them, and its turn had not come yet."""
    start = desk.clock.now() + 20 * MINUTE
    await desk.announce(start, "s1")
    other = await desk.announce(start, "s2")
    gate = desk.gate("schedule", after=True)
    handing = asyncio.create_task(desk.worker("me", gate).run())
    await gate.reached.wait()
    await desk.becomes(change(other))
    gate.let_through.set()
    await handing

    assert (await desk.rows("s2"))[0].state is WITHDRAWN
    assert [call.method for call in desk.slack.calls] == ["chat.scheduleMessage"]


async def test_moved_webinar_is_reminded_of_at_its_new_time(desk: Desk) -> None:
    """The old reminder is taken back, new ones are planned, each is said once."""
    announced = await held(desk)
    later = moved(announced)
    await desk.becomes(later)
    await desk.worker().run()
    assert await desk.states() == [WITHDRAWN, PLANNED, PLANNED]

    await desk.live_until(later.start)

    told = [(round((later.start - posted_at(one)) / MINUTE), one.words.splitlines()[0]) for one in desk.posted()]
    assert told == [(60, "*Launch day* starts in 1 hour"), (10, "*Launch day* starts in 10 minutes")]


@pytest.mark.parametrize("delivered", [False, True])
async def test_webinar_moved_away_and_back_is_reminded_of_once(desk: Desk, delivered: bool) -> None:
    """Whether the reminder was got back in between or not."""
    announced = await held(desk)
    await desk.becomes(moved(announced, 2 * MINUTE))
    if delivered:
        await desk.worker().run()
    await desk.becomes(announced)
    for _ in range(2):
        await desk.worker().run()

    assert [one.post_at for one in desk.slack.scheduled()] == [due(announced).timestamp()]
    await desk.move_to(announced.start)
    await desk.worker().run()
    assert words(desk) == ["starts in 10 minutes"]


@pytest.mark.parametrize("after", [False, True])
async def test_webinar_moved_back_while_its_reminder_is_taken_back(any_desk: Desk, after: bool) -> None:
    """Who takes it back learns that it is wanted again, and it is handed over anew."""
    announced = await held(any_desk)
    await any_desk.becomes(moved(announced, 2 * MINUTE))
    gate = any_desk.gate("unschedule", after=after)
    taking = asyncio.create_task(any_desk.worker("me", gate).run())
    await gate.reached.wait()
    await any_desk.becomes(announced)
    await any_desk.worker("other").run()
    gate.let_through.set()
    await taking
    await any_desk.worker("other").run()

    assert [one.post_at for one in any_desk.slack.scheduled()] == [due(announced).timestamp()]


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_while_it_takes_back_what_is_wanted_again(any_desk: Desk, after: bool) -> None:
    """Slack is asked what it has, and exactly one is there in the end."""
    announced = await held(any_desk)
    await any_desk.becomes(moved(announced, 2 * MINUTE))
    await any_desk.killed_at(any_desk.gate("unschedule", after=after))
    await any_desk.becomes(announced)
    await any_desk.claims_run_out()
    await any_desk.worker("next").run()
    await any_desk.move_to(any_desk.clock.now() + 3 * SECOND)
    await any_desk.worker("next").run()

    assert [one.post_at for one in any_desk.slack.scheduled()] == [due(announced).timestamp()]
    await any_desk.move_to(announced.start)
    await any_desk.worker("next").run()
    assert words(any_desk) == ["starts in 10 minutes"]


@pytest.mark.parametrize("change", [moved, cancelled])
async def test_change_in_the_last_minute_is_corrected_after_the_reminder(desk: Desk, change: Any) -> None:
    """Slack gives nothing back any more: what it posts is followed by what is true, once, and not preceded by it."""
    announced = await held(desk)
    await desk.move_to(due(announced) - 30 * SECOND)
    await desk.becomes(change(announced))
    again = await desk.worker().run()
    assert again == due(announced) + 10 * SECOND
    assert words(desk) == []

    await desk.move_to(due(announced))
    await desk.worker().run()
    assert words(desk) == ["starts in 10 minutes"]
    await desk.move_to(again)
    for _ in range(3):
        await desk.worker().run()
        await desk.claims_run_out()
    assert words(desk) == ["starts in 10 minutes", "was moved" if change is moved else "is cancelled"]
    assert (await desk.rows())[0].problem == "could not be taken back"


async def test_change_heard_of_in_the_moment_of_the_reminder_waits_for_it(desk: Desk) -> None:
    """Slack may post a little late, and a correction must not come first."""
    announced = await held(desk)
    await desk.move_to(due(announced) + SECOND)
    await desk.becomes(moved(announced))
    again = await desk.worker().run()
    assert words(desk) == ["starts in 10 minutes"]

    assert again is not None
    await desk.move_to(again)
    await desk.worker().run()
    assert words(desk) == ["starts in 10 minutes", "was moved"]


async def test_cancelled_reminder_that_slack_may_have_posted_is_corrected(desk: Desk) -> None:
    """The hand-over was unclear and its second is here: that Slack does not hold it proves nothing any more."""
    announced = await desk.announce(desk.clock.now() + 10 * MINUTE + 6 * SECOND)
    desk.slack.fail("chat.scheduleMessage", cut=True)
    await desk.worker().run()
    await desk.becomes(cancelled(announced))
    await desk.claims_run_out()
    again = await desk.worker().run()
    assert (await desk.states(), await desk.parcel_states()) == ([WITHDRAWN], [WITHDRAWING])

    assert again is not None
    await desk.move_to(again)
    await desk.worker().run()
    assert words(desk) == ["is cancelled"]


async def test_change_heard_of_after_the_reminder_is_corrected(desk: Desk) -> None:
    """RingCentral is read every few minutes: it may have been moved before the reminder, and be heard of after it."""
    announced = await held(desk)
    await desk.move_to(due(announced) + 2 * MINUTE)
    await desk.worker().run()
    await desk.becomes(moved(announced))
    await desk.worker().run()

    assert words(desk) == ["starts in 10 minutes", "was moved"]


async def test_change_long_after_a_reminder_is_not_corrected(desk: Desk) -> None:
    """The reminder was right when it was said; the card tells what has become of the webinar since."""
    announced = await desk.announce(desk.clock.now() + 70 * MINUTE)
    await desk.worker().run()
    await desk.live_until(announced.start - 45 * MINUTE)
    await desk.worker().run()
    assert await desk.states() == [SAID, PLANNED]
    await desk.becomes(moved(announced))
    await desk.worker().run()

    assert [message.words.splitlines()[0] for message in desk.posted()] == ["*Launch day* starts in 1 hour"]


async def test_change_heard_of_after_the_start_is_not_corrected(desk: Desk) -> None:
    """Nobody is still waiting for it."""
    announced = await held(desk)
    await desk.move_to(announced.start)
    await desk.becomes(cancelled(announced))
    await desk.worker().run()

    assert words(desk) == ["starts in 10 minutes"]
    assert await desk.states() == [SAID]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"error": "ratelimited", "retry_after": 5}, ["starts in 10 minutes", "is cancelled"]),
        ({"error": "is_archived"}, ["starts in 10 minutes"]),
        ({"cut": True, "effect": True}, ["starts in 10 minutes", "is cancelled"]),
    ],
)
async def test_correction_goes_wrong(desk: Desk, fault: dict[str, Any], said: list[str]) -> None:
    """It waits for a busy Slack, and is given up where it may have been said or cannot be."""
    announced = await held(desk)
    await desk.move_to(due(announced) + 2 * MINUTE)
    await desk.becomes(cancelled(announced))
    desk.slack.fail("chat.postMessage", **fault)
    for _ in range(3):
        await desk.worker().run()
        await desk.move_to(desk.clock.now() + 5 * SECOND)

    assert words(desk) == said
    assert await desk.states() == [SAID]


async def test_two_untrue_reminders_are_corrected_once(desk: Desk) -> None:
    """They came soon after each other: one message puts both right."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE)
    at_twelve = ChannelFeatures(channel_id=LAUNCH, features=REMINDED, offsets=(12 * MINUTE,))
    async with desk.store.write() as db:
        await notice_table.plan(db, plan(announced, [at_twelve], desk.clock.now()))
    await desk.live_until(announced.start - 9 * MINUTE)
    assert len(desk.posted()) == 2
    await desk.becomes(cancelled(announced))
    await desk.worker().run()

    assert len(desk.posted()) == 3
    assert await desk.states() == [SAID, SAID]


async def test_new_title_stands_in_the_reminder_that_slack_held(desk: Desk) -> None:
    """It is exchanged for one that says what is so, for the same second."""
    announced = await held(desk, title="Old title")
    await desk.becomes(announced.model_copy(update={"title": "New title"}))
    for _ in range(2):
        await desk.worker().run()

    (one,) = desk.slack.scheduled()
    assert one.post_at == due(announced).timestamp()
    assert one.text.startswith("New title starts in 10 minutes")
    methods = [call.method for call in desk.slack.calls]
    assert methods == ["chat.scheduleMessage", "chat.deleteScheduledMessage", "chat.scheduleMessage"]


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_during_an_exchange_leaves_one_message(any_desk: Desk, after: bool) -> None:
    """Whoever comes next goes on with it, and what Slack holds in the end has the new title."""
    announced = await held(any_desk, title="Old title")
    await any_desk.becomes(announced.model_copy(update={"title": "New title"}))
    await any_desk.killed_at(any_desk.gate("unschedule", after=after))
    await any_desk.claims_run_out()
    await any_desk.worker("next").run()
    await any_desk.move_to(any_desk.clock.now() + 5 * SECOND)
    await any_desk.worker("next").run()

    (one,) = any_desk.slack.scheduled()
    assert one.text.startswith("New title starts")
    await any_desk.move_to(announced.start)
    await any_desk.worker("next").run()
    assert words(any_desk) == ["starts in 10 minutes"]


@pytest.mark.parametrize("fault", [{"error": "ratelimited"}, {"cut": True}, {"cut": True, "effect": True}])
async def test_exchange_goes_wrong(desk: Desk, fault: dict[str, Any]) -> None:
    """Slack is asked what it has, and one message is there in the end."""
    announced = await held(desk, title="Old title")
    await desk.becomes(announced.model_copy(update={"title": "New title"}))
    desk.slack.fail("chat.deleteScheduledMessage", **fault)
    for _ in range(3):
        await desk.worker().run()
        await desk.claims_run_out()
        await desk.move_to(desk.clock.now() + 5 * SECOND)

    assert [one.post_at for one in desk.slack.scheduled()] == [due(announced).timestamp()]
    assert (await desk.states(), (await desk.parcel_states())[-1]) == ([PACKED], HELD)


async def test_new_title_comes_too_late_for_an_exchange(desk: Desk) -> None:
    """In the last two minutes an exchange could lose the reminder: the old title is good enough."""
    announced = await held(desk, title="Old title")
    await desk.move_to(due(announced) - 110 * SECOND)
    await desk.becomes(announced.model_copy(update={"title": "New title"}))
    await desk.worker().run()

    assert [one.text.split(" starts")[0] for one in desk.slack.scheduled()] == ["Old title"]


@pytest.mark.parametrize("posted", [False, True])
async def test_channel_that_does_not_want_to_hear_is_not_reminded(desk: Desk, posted: bool) -> None:
    """Somebody unsubscribed it: what is held is taken back, and what was said was no lie."""
    announced = await held(desk)
    if posted:
        await desk.move_to(due(announced) + MINUTE)
    await desk.hears(announced, frozenset())
    await desk.worker().run()

    assert words(desk) == (["starts in 10 minutes"] if posted else [])
    assert desk.slack.scheduled() == []


async def test_webinar_that_ended_early_is_not_reminded_of(desk: Desk) -> None:
    """It began and ended before its time; nothing is to be said any more."""
    announced = await held(desk)
    await desk.becomes(announced.model_copy(update={"status": Status.FINISHED}))
    await desk.worker().run()

    assert await desk.states() == [WITHDRAWN]
    assert desk.slack.scheduled() == []
