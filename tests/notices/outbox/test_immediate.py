"""What is posted at once: together, not too often, not at night; and found out about where Slack's answer got lost."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.model.webinar import Registration, Status, Webinar
from bot.notices.model import MessageState, NoticeKind, NoticeState
from bot.notices.quiet_hours import ChannelHours
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Feature, Features
from bot.settings import UnclearAlerts
from tests.support.delivery import CHLOE, LAUNCH, REMINDERS_ONLY, DeliveryHarness
from tests.support.webinar_samples import ACCOUNT, registration

pytest_plugins = ["tests.support.databases"]

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
ALERTED: Features = frozenset({Feature.ALERTS})
CHANGED: Features = frozenset({Feature.REMINDERS, Feature.CHANGES})
SAID, PACKED, PLANNED = NoticeState.POSTED, NoticeState.BATCHED, NoticeState.PLANNED
LOST: dict[str, dict[str, Any]] = {
    "cut": {"cut": True},
    "no answer in time": {"hang": 5.0},
    "an error of Slack's": {"status": 500},
    "an error in a good answer": {"error": "internal_error"},
}


def counted(delivery: DeliveryHarness, count: int, limit: int = 100, *, is_open: bool = True) -> Registration:
    """So many registered by now."""
    return registration(count=count, limit=limit, is_open=is_open, read_at=delivery.clock.now())


async def filled(
    delivery: DeliveryHarness, features: Features = ALERTED, session_id: str = "s1", channel_id: str = LAUNCH
) -> Webinar:
    """A webinar of tomorrow that has just become full; the channel hears of it, and nobody has said so yet."""
    start = delivery.clock.now() + 20 * HOUR
    announced = await delivery.announce(
        start, session_id, channel_id=channel_id, features=features, registration=counted(delivery, 99), created_by=""
    )
    return await becomes(delivery, announced, registration=counted(delivery, 100))


async def becomes(delivery: DeliveryHarness, announced: Webinar, **changes: Any) -> Webinar:
    """The mirror learns of changes, a moment later."""
    await delivery.move_to(delivery.clock.now() + SECOND / 10)
    changed = announced.model_copy(update={**changes, "seen_at": delivery.clock.now()})
    await delivery.apply_change(changed)
    return changed


async def alerts(delivery: DeliveryHarness, session_id: str = "s1") -> list[NoticeState]:
    """How the notices that it is full stand."""
    return [row.state for row in await delivery.notice_rows(session_id) if row.notice.kind is NoticeKind.FULL]


def heads(delivery: DeliveryHarness, channel: str = "#launch") -> list[str]:
    """The first line of each message in a channel."""
    return [message.words.splitlines()[0] for message in delivery.posted(channel)]


async def quiet(delivery: DeliveryHarness, until: datetime) -> None:
    """#launch wants quiet from now until then."""
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
    """The mark says nothing; by it the message can be found again."""
    await filled(delivery)
    await delivery.worker().run()

    (posted,) = delivery.posted()
    (message,) = await delivery.messages()
    assert await alerts(delivery) == [SAID]
    assert posted.metadata == {"event_type": "greenroom_notice", "event_payload": {"id": message.mark}}
    assert (message.state, message.message_ts) == (MessageState.POSTED, posted.ts)


async def test_channel_hears_at_most_one_message_a_minute(delivery: DeliveryHarness) -> None:
    """What happens meanwhile waits and goes together; other channels hear theirs."""
    await filled(delivery)
    await delivery.worker().run()
    await filled(delivery, session_id="s2")
    await filled(delivery, session_id="s3")
    (room,) = delivery.add_channels(1)
    await filled(delivery, session_id="s4", channel_id=room)
    again = await delivery.worker().run()
    (first,) = await delivery.messages_in(LAUNCH)
    assert [len(delivery.posted(one)) for one in ("#launch", room)] == [1, 1]
    assert again is not None
    assert again.timestamp() == first.post_at + 60

    await delivery.move_to(again)
    await delivery.worker().run()

    assert [await alerts(delivery, each) for each in ("s1", "s2", "s3")] == [[SAID]] * 3
    assert len(delivery.posted()) == 2


async def test_news_waits_for_quiet_hours_to_end(delivery: DeliveryHarness) -> None:
    """Reminders do not, nor does what puts a false one right."""
    announced = await delivery.announce(delivery.clock.now() + 70 * MINUTE, features=CHANGED)
    until = (delivery.clock.now() + 40 * MINUTE).replace(second=0, microsecond=0)
    await quiet(delivery, until)
    await delivery.run_until(announced.start - 59 * MINUTE)
    await becomes(delivery, announced, start=announced.start + HOUR)
    await delivery.run_until(until - MINUTE)
    assert heads(delivery) == [
        "*Launch day* starts in 1 hour",
        "*Launch day* was moved, so the reminder above is no longer right",
    ]

    await becomes(delivery, await delivery.mirrored_webinar(), title="Relaunch day")
    await delivery.run_until(until - SECOND)
    assert len(delivery.posted()) == 2
    await delivery.run_until(until + 2 * MINUTE)
    assert len(delivery.posted()) == 3
    assert "is now called" in delivery.posted()[-1].words


async def test_news_of_a_change_does_not_come_before_what_it_corrects(delivery: DeliveryHarness) -> None:
    """The reminder is due any moment and cannot be got back: what is new is said after it, once."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, features=CHANGED)
    await delivery.worker().run()
    await delivery.move_to(announced.start - 10 * MINUTE - 30 * SECOND)
    await becomes(delivery, announced, status=Status.CANCELED)
    await delivery.run_until(announced.start - 8 * MINUTE)

    assert heads(delivery) == [
        "*Launch day* starts in 10 minutes",
        "*Launch day* is cancelled, so the reminder above is no longer right",
    ]
    kinds = {row.notice.kind: row.state for row in await delivery.notice_rows()}
    assert kinds[NoticeKind.CANCELED] is NoticeState.SUPERSEDED


async def test_reminders_of_one_minute_are_one_message(delivery: DeliveryHarness) -> None:
    """Packed before they are handed over; where one of them moves, the others are packed anew."""
    start = delivery.clock.now() + 20 * MINUTE
    for number in range(3):
        await delivery.announce(start, f"s{number}", title=f"Webinar {number}")
    await delivery.worker().run()
    (one,) = delivery.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True] * 3

    await becomes(delivery, await delivery.mirrored_webinar("s1"), start=start + HOUR)
    await delivery.worker().run()
    (one,) = delivery.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True, False, True]

    await becomes(delivery, await delivery.mirrored_webinar("s1"), start=start)
    await delivery.worker().run()
    await delivery.run_until(start + MINUTE)
    (message,) = delivery.posted()
    assert [f"Webinar {number}" in message.words for number in range(3)] == [True] * 3
    assert [[row.state for row in await delivery.notice_rows(f"s{n}") if row.state is SAID] for n in range(3)] == [
        [SAID]
    ] * 3


async def test_what_was_missed_is_one_note_for_each_channel(delivery: DeliveryHarness) -> None:
    """The bot was away: what still matters is said, once for each session, and that it comes late."""
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
async def test_unclear_post_is_looked_for_where_that_is_allowed(
    delivery: DeliveryHarness, how: str, accepted: bool
) -> None:
    """Found, it is said; not found, it is posted; nothing is doubled."""
    delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    await filled(delivery)
    delivery.slack.fail("chat.postMessage", effect=accepted, **LOST[how])
    for _ in range(2):
        await delivery.worker().run()
    assert (await alerts(delivery), await delivery.message_states()) == ([PACKED], [MessageState.SENDING])

    await delivery.expire_claims()
    await delivery.worker().run()

    assert await alerts(delivery) == [SAID]
    assert len(delivery.posted()) == 1
    assert [call.method for call in delivery.slack.calls].count("conversations.history") == 1


@pytest.mark.parametrize("accepted", [False, True])
async def test_unclear_post_is_repeated_and_says_so(delivery: DeliveryHarness, accepted: bool) -> None:
    """Nobody may look, so it is better said twice than not at all; until it surely has been said."""
    await filled(delivery)
    delivery.slack.fail("chat.postMessage", effect=accepted, cut=True, times=2)
    delivery.slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    for _ in range(4):
        await delivery.worker().run()
        await delivery.expire_claims()
        await delivery.move_to(delivery.clock.now() + 2 * SECOND)

    assert await alerts(delivery) == [SAID]
    assert await delivery.message_states() == [MessageState.POSTED]
    repeated = ["may have been said before" in message.words for message in delivery.posted()]
    assert repeated == ([False, True, True] if accepted else [True])


async def test_unclear_post_is_dropped_where_an_admin_wants_that(delivery: DeliveryHarness) -> None:
    """It is not repeated, and the admin can see it."""
    await filled(delivery)
    delivery.slack.fail("chat.postMessage", cut=True)
    worker = delivery.worker(unclear_alerts=UnclearAlerts.DROP)
    await worker.run()
    await delivery.expire_claims()
    await worker.run()

    assert await alerts(delivery) == [NoticeState.UNKNOWN]
    assert delivery.posted() == []


async def test_history_that_cannot_be_read_just_now_is_asked_again(delivery: DeliveryHarness) -> None:
    """Nothing is concluded from that."""
    delivery.slack.scopes = {*delivery.slack.scopes, "channels:history"}
    await filled(delivery)
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
    assert await alerts(delivery) == [SAID]
    assert len(delivery.posted()) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_while_it_posts_leaves_one_message(any_delivery: DeliveryHarness, after: bool) -> None:
    """Whether it died before the call or between Slack's yes and the commit: the next one looks."""
    any_delivery.slack.scopes = {*any_delivery.slack.scopes, "channels:history"}
    await filled(any_delivery)
    await any_delivery.kill_at(any_delivery.paused_slack("post", after=after))
    await any_delivery.worker("next").run()
    assert await alerts(any_delivery) == [PACKED]

    await any_delivery.expire_claims()
    await any_delivery.worker("next").run()

    assert await alerts(any_delivery) == [SAID]
    assert len(any_delivery.posted()) == 1


async def test_frozen_process_that_wakes_up_deletes_its_own_post(any_delivery: DeliveryHarness) -> None:
    """One that stood still past its claim posts what another has posted meanwhile, notices, and undoes it."""
    any_delivery.slack.scopes = {*any_delivery.slack.scopes, "channels:history"}
    await filled(any_delivery)
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
    await filled(any_delivery)
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
    assert await alerts(any_delivery) == [SAID]


async def test_busy_channel_does_not_hold_up_another(delivery: DeliveryHarness) -> None:
    """A 429 for posting is about one channel."""
    (room,) = delivery.add_channels(1)
    await filled(delivery)
    delivery.slack.fail("chat.postMessage", error="ratelimited", retry_after=30)
    worker = delivery.worker()
    again = await worker.run()
    await filled(delivery, session_id="s2", channel_id=room)
    await worker.run()
    assert ([len(delivery.posted(one)) for one in ("#launch", room)], await alerts(delivery)) == ([0, 1], [PLANNED])

    assert again is not None
    await delivery.move_to(again)
    await worker.run()
    assert len(delivery.posted()) == 1


async def test_workspace_without_the_app_is_not_knocked_at_for_ever(delivery: DeliveryHarness) -> None:
    """At growing intervals, until it is no longer worth saying; an admin can see why."""
    announced = await delivery.announce(delivery.clock.now() + 20 * MINUTE, features=REMINDERS_ONLY)
    delivery.slack.uninstall()
    await delivery.run_until(announced.start)

    (row,) = await delivery.notice_rows()
    assert (row.state, row.problem) == (NoticeState.MISSED, "account_inactive")
    tries = [call for call in delivery.slack.calls if call.method == "chat.scheduleMessage"]
    assert 15 < len(tries) < 25
