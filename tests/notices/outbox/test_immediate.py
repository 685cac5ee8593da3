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
from tests.support.delivery import CHLOE, LAUNCH, REMINDED, Desk
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


def counted(desk: Desk, count: int, limit: int = 100, *, is_open: bool = True) -> Registration:
    """So many registered by now."""
    return registration(count=count, limit=limit, is_open=is_open, read_at=desk.clock.now())


async def filled(desk: Desk, features: Features = ALERTED, session_id: str = "s1", channel_id: str = LAUNCH) -> Webinar:
    """A webinar of tomorrow that has just become full; the channel hears of it, and nobody has said so yet."""
    start = desk.clock.now() + 20 * HOUR
    announced = await desk.announce(
        start, session_id, channel_id=channel_id, features=features, registration=counted(desk, 99), created_by=""
    )
    return await becomes(desk, announced, registration=counted(desk, 100))


async def becomes(desk: Desk, announced: Webinar, **changes: Any) -> Webinar:
    """The mirror learns of changes, a moment later."""
    await desk.move_to(desk.clock.now() + SECOND / 10)
    changed = announced.model_copy(update={**changes, "seen_at": desk.clock.now()})
    await desk.becomes(changed)
    return changed


async def alerts(desk: Desk, session_id: str = "s1") -> list[NoticeState]:
    """How the notices that it is full stand."""
    return [row.state for row in await desk.rows(session_id) if row.notice.kind is NoticeKind.FULL]


def heads(desk: Desk, channel: str = "#launch") -> list[str]:
    """The first line of each message in a channel."""
    return [message.words.splitlines()[0] for message in desk.posted(channel)]


async def quiet(desk: Desk, until: datetime) -> None:
    """#launch wants quiet from now until then."""
    minutes = [moment.hour * 60 + moment.minute for moment in (desk.clock.now(), until)]
    hours = ChannelHours(
        workspace=ACCOUNT.workspace,
        channel_id=LAUNCH,
        quiet_from=minutes[0],
        quiet_to=minutes[1],
        set_by=CHLOE,
        set_at=desk.clock.now(),
    )
    async with desk.store.write() as db:
        await subscription_table.save_hours(db, hours)


async def test_alert_is_posted_at_once_with_a_mark(desk: Desk) -> None:
    """The mark says nothing; by it the message can be found again."""
    await filled(desk)
    await desk.worker().run()

    (message,) = desk.posted()
    (parcel,) = await desk.parcels()
    assert await alerts(desk) == [SAID]
    assert message.metadata == {"event_type": "greenroom_notice", "event_payload": {"id": parcel.mark}}
    assert (parcel.state, parcel.message_ts) == (MessageState.POSTED, message.ts)


async def test_channel_hears_at_most_one_message_a_minute(desk: Desk) -> None:
    """What happens meanwhile waits and goes together; other channels hear theirs."""
    await filled(desk)
    await desk.worker().run()
    await filled(desk, session_id="s2")
    await filled(desk, session_id="s3")
    (room,) = desk.rooms(1)
    await filled(desk, session_id="s4", channel_id=room)
    again = await desk.worker().run()
    (first,) = await desk.parcels_in(LAUNCH)
    assert [len(desk.posted(one)) for one in ("#launch", room)] == [1, 1]
    assert again is not None
    assert again.timestamp() == first.post_at + 60

    await desk.move_to(again)
    await desk.worker().run()

    assert [await alerts(desk, each) for each in ("s1", "s2", "s3")] == [[SAID]] * 3
    assert len(desk.posted()) == 2


async def test_news_waits_for_quiet_hours_to_end(desk: Desk) -> None:
    """Reminders do not, nor does what puts a false one right."""
    announced = await desk.announce(desk.clock.now() + 70 * MINUTE, features=CHANGED)
    until = (desk.clock.now() + 40 * MINUTE).replace(second=0, microsecond=0)
    await quiet(desk, until)
    await desk.live_until(announced.start - 59 * MINUTE)
    await becomes(desk, announced, start=announced.start + HOUR)
    await desk.live_until(until - MINUTE)
    assert heads(desk) == [
        "*Launch day* starts in 1 hour",
        "*Launch day* was moved, so the reminder above is no longer right",
    ]

    await becomes(desk, await desk.known(), title="Relaunch day")
    await desk.live_until(until - SECOND)
    assert len(desk.posted()) == 2
    await desk.live_until(until + 2 * MINUTE)
    assert len(desk.posted()) == 3
    assert "is now called" in desk.posted()[-1].words


async def test_news_of_a_change_does_not_come_before_what_it_corrects(desk: Desk) -> None:
    """The reminder is due any moment and cannot be got back: what is new is said after it, once."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE, features=CHANGED)
    await desk.worker().run()
    await desk.move_to(announced.start - 10 * MINUTE - 30 * SECOND)
    await becomes(desk, announced, status=Status.CANCELLED)
    await desk.live_until(announced.start - 8 * MINUTE)

    assert heads(desk) == [
        "*Launch day* starts in 10 minutes",
        "*Launch day* is cancelled, so the reminder above is no longer right",
    ]
    kinds = {row.notice.kind: row.state for row in await desk.rows()}
    assert kinds[NoticeKind.CANCELED] is NoticeState.SUPERSEDED


async def test_reminders_of_one_minute_are_one_message(desk: Desk) -> None:
    """Packed before they are handed over; where one of them moves, the others are packed anew."""
    start = desk.clock.now() + 20 * MINUTE
    for number in range(3):
        await desk.announce(start, f"s{number}", title=f"Webinar {number}")
    await desk.worker().run()
    (one,) = desk.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True] * 3

    await becomes(desk, await desk.known("s1"), start=start + HOUR)
    await desk.worker().run()
    (one,) = desk.slack.scheduled()
    assert [f"Webinar {number}" in one.text for number in range(3)] == [True, False, True]

    await becomes(desk, await desk.known("s1"), start=start)
    await desk.worker().run()
    await desk.live_until(start + MINUTE)
    (message,) = desk.posted()
    assert [f"Webinar {number}" in message.words for number in range(3)] == [True] * 3
    assert [[row.state for row in await desk.rows(f"s{n}") if row.state is SAID] for n in range(3)] == [[SAID]] * 3


async def test_what_was_missed_is_one_note_for_each_channel(desk: Desk) -> None:
    """The bot was away: what still matters is said, once for each session, and that it comes late."""
    start = desk.clock.now() + 2 * HOUR
    for number in range(2):
        await desk.announce(start + number * 7 * MINUTE, f"s{number}", title=f"Webinar {number}")
    await desk.move_to(start - 40 * MINUTE)
    await desk.live_until(start - 39 * MINUTE)

    (note,) = desk.posted()
    assert [f"Webinar {number}" in note.words for number in range(2)] == [True, True]
    assert "comes late" in note.words


@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize("how", LOST)
async def test_unclear_post_is_looked_for_where_that_is_allowed(desk: Desk, how: str, accepted: bool) -> None:
    """Found, it is said; not found, it is posted; nothing is doubled."""
    desk.slack.scopes = {*desk.slack.scopes, "channels:history"}
    await filled(desk)
    desk.slack.fail("chat.postMessage", effect=accepted, **LOST[how])
    for _ in range(2):
        await desk.worker().run()
    assert (await alerts(desk), await desk.parcel_states()) == ([PACKED], [MessageState.SENDING])

    await desk.claims_run_out()
    await desk.worker().run()

    assert await alerts(desk) == [SAID]
    assert len(desk.posted()) == 1
    assert [call.method for call in desk.slack.calls].count("conversations.history") == 1


@pytest.mark.parametrize("accepted", [False, True])
async def test_unclear_post_is_repeated_and_says_so(desk: Desk, accepted: bool) -> None:
    """Nobody may look, so it is better said twice than not at all; until it surely has been said."""
    await filled(desk)
    desk.slack.fail("chat.postMessage", effect=accepted, cut=True, times=2)
    desk.slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    for _ in range(4):
        await desk.worker().run()
        await desk.claims_run_out()
        await desk.move_to(desk.clock.now() + 2 * SECOND)

    assert await alerts(desk) == [SAID]
    assert await desk.parcel_states() == [MessageState.POSTED]
    repeated = ["may have been said before" in message.words for message in desk.posted()]
    assert repeated == ([False, True, True] if accepted else [True])


async def test_unclear_post_is_dropped_where_an_admin_wants_that(desk: Desk) -> None:
    """It is not repeated, and the admin can see it."""
    await filled(desk)
    desk.slack.fail("chat.postMessage", cut=True)
    worker = desk.worker(unclear_alerts=UnclearAlerts.DROP)
    await worker.run()
    await desk.claims_run_out()
    await worker.run()

    assert await alerts(desk) == [NoticeState.UNKNOWN]
    assert desk.posted() == []


async def test_history_that_cannot_be_read_just_now_is_asked_again(desk: Desk) -> None:
    """Nothing is concluded from that."""
    desk.slack.scopes = {*desk.slack.scopes, "channels:history"}
    await filled(desk)
    desk.slack.fail("chat.postMessage", effect=True, cut=True)
    await desk.worker().run()
    worker = desk.worker()
    for fault in ({"error": "ratelimited", "retry_after": 1}, {"status": 502}, {"error": "fatal_error"}):
        desk.slack.fail("conversations.history", **fault)
        await desk.claims_run_out()
        await worker.run()
        assert await desk.parcel_states() == [MessageState.SENDING]
        await desk.move_to(desk.clock.now() + 2 * SECOND)

    await desk.claims_run_out()
    await desk.worker().run()
    assert await alerts(desk) == [SAID]
    assert len(desk.posted()) == 1


@pytest.mark.parametrize("after", [False, True])
async def test_process_killed_while_it_posts_leaves_one_message(any_desk: Desk, after: bool) -> None:
    """Whether it died before the call or between Slack's yes and the commit: the next one looks."""
    any_desk.slack.scopes = {*any_desk.slack.scopes, "channels:history"}
    await filled(any_desk)
    await any_desk.killed_at(any_desk.gate("post", after=after))
    await any_desk.worker("next").run()
    assert await alerts(any_desk) == [PACKED]

    await any_desk.claims_run_out()
    await any_desk.worker("next").run()

    assert await alerts(any_desk) == [SAID]
    assert len(any_desk.posted()) == 1


async def test_frozen_process_that_wakes_up_deletes_its_own_post(any_desk: Desk) -> None:
    """One that stood still past its claim posts what another has posted meanwhile, notices, and undoes it."""
    any_desk.slack.scopes = {*any_desk.slack.scopes, "channels:history"}
    await filled(any_desk)
    gate = any_desk.gate("post")
    frozen = asyncio.create_task(any_desk.worker("frozen", gate).run())
    await gate.reached.wait()
    await any_desk.claims_run_out()
    await any_desk.worker("other").run()
    assert len(any_desk.posted()) == 1

    gate.let_through.set()
    await frozen

    assert [call.method for call in any_desk.slack.calls][-2:] == ["chat.postMessage", "chat.delete"]
    assert len(any_desk.posted()) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_post_that_arrives_after_its_claim_expired_is_removed(any_desk: Desk, late: bool) -> None:
    """Slack accepts it and the answer is lost: the worker finds the duplicate by its mark, also on a later look."""
    any_desk.slack.scopes = {*any_desk.slack.scopes, "channels:history"}
    await filled(any_desk)
    waits: list[float] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    gate = any_desk.gate("post")
    frozen = asyncio.create_task(any_desk.worker("frozen", gate, sleep=wait).run())
    await gate.reached.wait()
    await any_desk.claims_run_out()
    await any_desk.worker("other").run()
    [kept] = any_desk.posted()
    any_desk.slack.fail("chat.postMessage", cut=True, effect=True)
    if late:
        any_desk.slack.fail("conversations.history", status=502)

    gate.let_through.set()
    await frozen

    assert [message.ts for message in any_desk.posted()] == [kept.ts]
    assert [call.method for call in any_desk.slack.calls].count("chat.delete") == 1
    assert waits == [10.0] * (2 if late else 1)
    assert await alerts(any_desk) == [SAID]


async def test_busy_channel_does_not_hold_up_another(desk: Desk) -> None:
    """A 429 for posting is about one channel."""
    (room,) = desk.rooms(1)
    await filled(desk)
    desk.slack.fail("chat.postMessage", error="ratelimited", retry_after=30)
    worker = desk.worker()
    again = await worker.run()
    await filled(desk, session_id="s2", channel_id=room)
    await worker.run()
    assert ([len(desk.posted(one)) for one in ("#launch", room)], await alerts(desk)) == ([0, 1], [PLANNED])

    assert again is not None
    await desk.move_to(again)
    await worker.run()
    assert len(desk.posted()) == 1


async def test_workspace_without_the_app_is_not_knocked_at_for_ever(desk: Desk) -> None:
    """At growing intervals, until it is no longer worth saying; an admin can see why."""
    announced = await desk.announce(desk.clock.now() + 20 * MINUTE, features=REMINDED)
    desk.slack.uninstall()
    await desk.live_until(announced.start)

    (row,) = await desk.rows()
    assert (row.state, row.problem) == (NoticeState.MISSED, "account_inactive")
    tries = [call for call in desk.slack.calls if call.method == "chat.scheduleMessage"]
    assert 15 < len(tries) < 25
