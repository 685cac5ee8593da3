"""Immediate messages: together, not too often, not in set_quiet_hours hours; and looked up after an unknown outcome."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model.webinar import Registration, Status, Webinar
from bot.notices.model import Feature, MessageState, NoticeKind, NoticeState
from bot.notices.quiet_hours import ChannelHours
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Features
from bot.settings import UnclearAlerts
from tests.support.delivery import CHLOE, LAUNCH, REMINDERS_ONLY, DeliveryHarness
from tests.support.webinar_samples import ACCOUNT, registration

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ALERTED: Features = frozenset({Feature.ALERTS})
CHANGED: Features = frozenset({Feature.REMINDERS, Feature.CHANGES})
POSTED, BATCHED, PLANNED = NoticeState.POSTED, NoticeState.BATCHED, NoticeState.PLANNED
LOST: dict[str, dict[str, Any]] = {
    "cut": {"cut": True},
    "no answer in time": {"hang": 5.0},
    "an error of Slack's": {"status": 500},
    "an error in a good answer": {"error": "internal_error"},
}


def counted(delivery: DeliveryHarness, count: int, limit: int = 100, *, is_open: bool = True) -> Registration:
    """A registration with so many registrants."""
    return registration(count=count, limit=limit, is_open=is_open, read_at=delivery.clock.now())


async def became_full(
    delivery: DeliveryHarness, features: Features = ALERTED, session_id: str = "s1", channel_id: str = LAUNCH
) -> Webinar:
    """A webinar of tomorrow that has just become full; the channel is subscribed, and nothing is posted yet."""
    start = delivery.clock.now() + 20 * HOUR
    announced = await delivery.announce(
        start, session_id, channel_id=channel_id, features=features, registration=counted(delivery, 99), created_by=""
    )
    return await update_webinar(delivery, announced, registration=counted(delivery, 100))


async def update_webinar(delivery: DeliveryHarness, announced: Webinar, **changes: Any) -> Webinar:
    """The mirror records changes, a moment later."""
    await delivery.move_to(delivery.clock.now() + SECOND / 10)
    changed = announced.model_copy(update={**changes, "seen_at": delivery.clock.now()})
    await delivery.apply_change(changed)
    return changed


async def alerts(delivery: DeliveryHarness, session_id: str = "s1") -> list[NoticeState]:
    """The states of the notices that it is full."""
    return [row.state for row in await delivery.notice_rows(session_id) if row.notice.kind is NoticeKind.FULL]


def first_lines(delivery: DeliveryHarness, channel: str = "#launch") -> list[str]:
    """The first line of each message in a channel."""
    return [message.words.splitlines()[0] for message in delivery.posted(channel)]


async def set_quiet_hours(delivery: DeliveryHarness, until: datetime) -> None:
    """#launch has set_quiet_hours hours from now on."""
    minutes = [moment.hour * 60 + moment.minute for moment in (delivery.clock.now(), until)]
    hours = ChannelHours(
        workspace=ACCOUNT.workspace,
        channel_id=LAUNCH,
        quiet_from=minutes[0],
        quiet_to=minutes[1],
        set_by=CHLOE,
        set_at=delivery.clock.now(),
    )
    async with delivery.store.write() as db:
        await subscription_table.save_hours(db, hours)


async def test_alert_is_posted_at_once_with_a_mark(delivery: DeliveryHarness) -> None:
    """The mark identifies the post in the history."""
    await became_full(delivery)
    await delivery.worker().run()

    (posted,) = delivery.posted()
    (message,) = await delivery.messages()
    assert await alerts(delivery) == [POSTED]
    assert posted.metadata == {"event_type": "greenroom_notice", "event_payload": {"id": message.mark}}
    assert (message.state, message.message_ts) == (MessageState.POSTED, posted.ts)


async def test_channel_gets_at_most_one_message_a_minute(delivery: DeliveryHarness) -> None:
    """Later notices wait and are sent together; other channels get theirs."""
    await became_full(delivery)
    await delivery.worker().run()
    await became_full(delivery, session_id="s2")
    await became_full(delivery, session_id="s3")
    (room,) = delivery.add_channels(1)
    await became_full(delivery, session_id="s4", channel_id=room)
    again = await delivery.worker().run()
    (first,) = await delivery.messages_in(LAUNCH)
    assert [len(delivery.posted(one)) for one in ("#launch", room)] == [1, 1]
    assert again is not None
    assert again.timestamp() == first.post_at + 60

    await delivery.move_to(again)
    await delivery.worker().run()

    assert [await alerts(delivery, each) for each in ("s1", "s2", "s3")] == [[POSTED]] * 3
    assert len(delivery.posted()) == 2


async def test_event_waits_for_quiet_hours_to_end(delivery: DeliveryHarness) -> None:
    """Reminders and corrections do not."""
    announced = await delivery.announce(delivery.clock.now() + 70 * MINUTE, features=CHANGED)
    until = (delivery.clock.now() + 40 * MINUTE).replace(second=0, microsecond=0)
    await set_quiet_hours(delivery, until)
    await delivery.run_until(announced.start - 59 * MINUTE)
    await update_webinar(delivery, announced, start=announced.start + HOUR)
    await delivery.run_until(until - MINUTE)
    assert first_lines(delivery) == [
        "*Launch day* starts in 1 hour",
        "*Launch day* was moved, so the reminder above is out of date",
    ]

    await update_webinar(delivery, await delivery.mirrored_webinar(), title="Relaunch day")
    await delivery.run_until(until - SECOND)
    assert len(delivery.posted()) == 2
    await delivery.run_until(until + 2 * MINUTE)
    assert len(delivery.posted()) == 3
    assert "is now called" in delivery.posted()[-1].words


async def test_change_is_not_posted_before_the_reminder_that_it_corrects(delivery: DeliveryHarness) -> None:
    """The reminder is due within the minute and cannot be withdrawn: the change is posted after it, once."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, features=CHANGED)
    await delivery.worker().run()
    await delivery.move_to(announced.start - 10 * MINUTE - 30 * SECOND)
    await update_webinar(delivery, announced, status=Status.CANCELED)
    await delivery.run_until(announced.start - 8 * MINUTE)

    assert first_lines(delivery) == [
        "*Launch day* starts in 10 minutes",
        "*Launch day* is canceled, so the reminder above is out of date",
    ]
    kinds = {row.notice.kind: row.state for row in await delivery.notice_rows()}
    assert kinds[NoticeKind.CANCELED] is NoticeState.SUPERSEDED


async def test_reminders_of_one_minute_are_one_message(delivery: DeliveryHarness) -> None:
    """Batched before they are scheduled; if one of them moves, the others are batched again."""
    start = (delivery.clock.now() + 20 * MINUTE).replace(second=0, microsecond=0)  # webinars start at whole minutes
    for number in range(3):
        await delivery.announce(start, f"s{number}", title=f"Webinar {number}")
    await delivery.worker().run()
    (one,) = delivery.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True] * 3

    await update_webinar(delivery, await delivery.mirrored_webinar("s1"), start=start + HOUR)
    await delivery.worker().run()
    (one,) = delivery.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True, False, True]

    await update_webinar(delivery, await delivery.mirrored_webinar("s1"), start=start)
    await delivery.worker().run()
    await delivery.run_until(start + MINUTE)
    (message,) = delivery.posted()
    assert [f"Webinar {number}" in message.words for number in range(3)] == [True] * 3
    assert [[row.state for row in await delivery.notice_rows(f"s{n}") if row.state is POSTED] for n in range(3)] == [
        [POSTED]
    ] * 3


async def test_missed_notices_are_one_message_for_each_channel(delivery: DeliveryHarness) -> None:
    """The bot was down: what still matters is posted once for each session, with a note that it is late."""
    start = delivery.clock.now() + 2 * HOUR
    for number in range(2):
        await delivery.announce(start + number * 7 * MINUTE, f"s{number}", title=f"Webinar {number}")
    await delivery.move_to(start - 40 * MINUTE)
    await delivery.run_until(start - 39 * MINUTE)

    (note,) = delivery.posted()
    assert [f"Webinar {number}" in note.words for number in range(2)] == [True, True]
    assert "comes late" in note.words


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("how", LOST)
async def test_unknown_post_is_looked_up_in_the_history(delivery: DeliveryHarness, how: str, accepted: bool) -> None:
    """If it is found, it is posted; if not, it is posted now; never twice."""
    delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    await became_full(delivery)
    delivery.slack.fail("chat.postMessage", effect=accepted, **LOST[how])
    for _ in range(2):
        await delivery.worker().run()
    assert (await alerts(delivery), await delivery.message_states()) == ([BATCHED], [MessageState.SENDING])

    await delivery.expire_claims()
    await delivery.worker().run()

    assert await alerts(delivery) == [POSTED]
    assert len(delivery.posted()) == 1
    assert [call.method for call in delivery.slack.calls].count("conversations.history") == 1


@pytest.mark.parametrize("accepted", [False, True])
async def test_unknown_post_is_repeated_with_a_note(delivery: DeliveryHarness, accepted: bool) -> None:
    """The history cannot be read: a duplicate is better than a lost alert."""
    await became_full(delivery)
    delivery.slack.fail("chat.postMessage", effect=accepted, cut=True, times=2)
    delivery.slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    for _ in range(4):
        await delivery.worker().run()
        await delivery.expire_claims()
        await delivery.move_to(delivery.clock.now() + 2 * SECOND)

    assert await alerts(delivery) == [POSTED]
    assert await delivery.message_states() == [MessageState.POSTED]
    repeated = ["may have been said before" in message.words for message in delivery.posted()]
    assert repeated == ([False, True, True] if accepted else [True])


async def test_unknown_post_is_dropped_by_setting(delivery: DeliveryHarness) -> None:
    """It is not repeated, and the admin can see it."""
    await became_full(delivery)
    delivery.slack.fail("chat.postMessage", cut=True)
    worker = delivery.worker(unclear_alerts=UnclearAlerts.DROP)
    await worker.run()
    await delivery.expire_claims()
    await worker.run()

    assert await alerts(delivery) == [NoticeState.UNKNOWN]
    assert delivery.posted() == []


async def test_failed_history_lookup_is_repeated(delivery: DeliveryHarness) -> None:
    """Until Slack answers, nothing is concluded."""
    delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    await became_full(delivery)
    delivery.slack.fail("chat.postMessage", effect=True, cut=True)
    await delivery.worker().run()
    worker = delivery.worker()
    for fault in ({"error": "ratelimited", "retry_after": 1}, {"status": 502}, {"error": "fatal_error"}):
        delivery.slack.fail("conversations.history", **fault)
        await delivery.expire_claims()
        await worker.run()
        assert await delivery.message_states() == [MessageState.SENDING]
        await delivery.move_to(delivery.clock.now() + 2 * SECOND)

    await delivery.expire_claims()
    await delivery.worker().run()
    assert await alerts(delivery) == [POSTED]
    assert len(delivery.posted()) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_while_it_posts_leaves_one_message(any_delivery: DeliveryHarness, after: bool) -> None:
    """Before the call, or between Slack's answer and the commit: the next worker reads the history."""
    any_delivery.slack.scopes = {*any_delivery.slack.scopes, "channels:history"}
    await became_full(any_delivery)
    await any_delivery.kill_at(any_delivery.paused_slack("post", after=after))
    await any_delivery.worker("next").run()
    assert await alerts(any_delivery) == [BATCHED]

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()

    assert await alerts(any_delivery) == [POSTED]
    assert len(any_delivery.posted()) == 1


async def test_frozen_process_deletes_its_duplicate(any_delivery: DeliveryHarness) -> None:
    """It was frozen until its claim expired, and posts what another worker has posted meanwhile."""
    any_delivery.slack.scopes = {*any_delivery.slack.scopes, "channels:history"}
    await became_full(any_delivery)
    paused = any_delivery.paused_slack("post")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused).run())
    await paused.reached.wait()
    await any_delivery.expire_claims()
    await any_delivery.worker("other").run()
    assert len(any_delivery.posted()) == 1

    paused.resume.set()
    await frozen

    assert [call.method for call in any_delivery.slack.calls][-2:] == ["chat.postMessage", "chat.delete"]
    assert len(any_delivery.posted()) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_post_that_arrives_after_its_claim_expired_is_removed(any_delivery: DeliveryHarness, late: bool) -> None:
    """Slack accepts it and the answer is lost: the worker finds the duplicate by its mark, also on a later look."""
    any_delivery.slack.scopes = {*any_delivery.slack.scopes, "channels:history"}
    await became_full(any_delivery)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    paused = any_delivery.paused_slack("post")
    frozen = asyncio.create_task(any_delivery.worker("frozen", paused, sleep=wait).run())
    await paused.reached.wait()
    await any_delivery.expire_claims()
    await any_delivery.worker("other").run()
    [kept] = any_delivery.posted()
    any_delivery.slack.fail("chat.postMessage", cut=True, effect=True)
    if late:
        any_delivery.slack.fail("conversations.history", status=502)

    paused.resume.set()
    await frozen

    assert [message.ts for message in any_delivery.posted()] == [kept.ts]
    assert [call.method for call in any_delivery.slack.calls].count("chat.delete") == 1
    assert waits == [10.0] * (2 if late else 1)
    assert await alerts(any_delivery) == [POSTED]


async def test_busy_channel_does_not_delay_another(delivery: DeliveryHarness) -> None:
    """A 429 for a post is about one channel."""
    (room,) = delivery.add_channels(1)
    await became_full(delivery)
    delivery.slack.fail("chat.postMessage", error="ratelimited", retry_after=30)
    worker = delivery.worker()
    again = await worker.run()
    await became_full(delivery, session_id="s2", channel_id=room)
    await worker.run()
    assert ([len(delivery.posted(one)) for one in ("#launch", room)], await alerts(delivery)) == ([0, 1], [PLANNED])

    assert again is not None
    await delivery.move_to(again)
    await worker.run()
    assert len(delivery.posted()) == 1


async def test_uninstalled_workspace_is_not_retried_forever(delivery: DeliveryHarness) -> None:
    """Retried at growing intervals until the alert expires; the admin can see why."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, features=REMINDERS_ONLY)
    delivery.slack.uninstall()
    await delivery.run_until(announced.start)

    (row,) = await delivery.notice_rows()
    assert (row.state, row.problem) == (NoticeState.MISSED, "account_inactive")
    tries = [call for call in delivery.slack.calls if call.method == "chat.scheduleMessage"]
    assert 15 < len(tries) < 25
