"""Notices planned by a change of a webinar: in subscribed channels, once, and not for the person who made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.db.connection import Db, Store
from bot.model.webinar import Status
from bot.notices.model import Feature, NoticeFacts, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.planner import replan, replan_channel
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope
from bot.webinars import table as webinar_table
from tests.support.db_samples import LATER, OTHER_ACCOUNTS, notice
from tests.support.planner_samples import (
    ALERTS,
    CHANGES,
    DAY,
    FILLING,
    HOUR,
    REMINDERS,
    WORKSPACE,
    planned_events,
    planned_reminders,
    save_change,
    save_with_subscriptions,
    subscription,
    webinar_subscription,
    webinar_with_count,
)
from tests.support.webinar_samples import ACCOUNT, NOW, START, webinar

pytest_plugins = ["tests.support.databases"]

QUARTER = HOUR / 4


@pytest_asyncio.fixture
async def db(store: Store) -> AsyncIterator[Db]:
    """A transaction on either database."""
    async with store.write() as opened:
        yield opened


async def test_channels_get_their_features(db: Db) -> None:
    """A full webinar is reported, with the count, in channels with the feature `alerts`, and to the organizer."""
    await save_with_subscriptions(
        db,
        webinar_with_count(3, 4),
        subscription("C1", ALERTS),
        subscription("C2", CHANGES, FILLING),
        webinar_subscription("C3", ALERTS),
    )

    await save_change(db, webinar_with_count(4, 4, at=LATER))

    assert await planned_events(db) == [("C1", NoticeKind.FULL), ("C3", NoticeKind.FULL), ("U1", NoticeKind.FULL)]
    (first, *_) = await notice_table.of_session(db, ACCOUNT, "s1")
    assert first.notice.facts == NoticeFacts(count=4, limit=4)
    assert (first.notice.due_at, first.notice.schedulable_at, first.notice.expires_at) == (LATER, LATER, START)


async def test_move_plans_new_reminders_and_a_notice(db: Db) -> None:
    """The old ones are withdrawn in the same transaction."""
    await save_with_subscriptions(db, webinar(), webinar_subscription("C1", REMINDERS, CHANGES, offsets=(HOUR,)))
    assert await planned_reminders(db) == [("C1", START, HOUR)]

    await save_change(db, webinar(start=START + DAY, seen_at=LATER), by="U1")

    assert await planned_reminders(db) == [("C1", START + DAY, HOUR)]
    moved = [
        row.notice for row in await notice_table.of_session(db, ACCOUNT, "s1") if row.notice.kind is NoticeKind.MOVED
    ]
    assert [(one.start, one.facts) for one in moved] == [(START + DAY, NoticeFacts(was_start=START, by="U1"))]


async def test_replanning_reads_the_webinar_again(db: Db) -> None:
    """The caller's webinar may be older than the row."""
    await save_with_subscriptions(db, webinar(), webinar_subscription("C1", REMINDERS, offsets=(HOUR,)))
    await webinar_table.save(db, webinar(start=START + DAY, seen_at=LATER))

    await replan(db, webinar(), LATER)

    assert await planned_reminders(db) == [("C1", START + DAY, HOUR)]


async def test_author_of_a_change_gets_no_notice(db: Db) -> None:
    """The person who made the change gets no DM; channels and other people do."""
    subscriptions = [
        subscription(where, CHANGES, set_by=who) for where, who in (("C1", "U1"), ("D1", "U1"), ("D2", "U2"))
    ]
    await save_with_subscriptions(db, webinar(), *subscriptions)

    await save_change(db, webinar(status=Status.CANCELED, seen_at=LATER), by="U1")

    assert await planned_events(db) == [("C1", NoticeKind.CANCELED), ("D2", NoticeKind.CANCELED)]


@pytest.mark.parametrize(("by", "places"), [("", ["U1"]), ("U2", ["U1"]), ("U1", [])])
async def test_organizer_gets_filling(db: Db, by: str, places: list[str]) -> None:
    """The organizer needs no subscription, and gets none of their own change."""
    await save_with_subscriptions(db, webinar_with_count(8, 100))

    await save_change(db, webinar_with_count(8, 10, at=LATER), by=by)

    assert await planned_events(db) == [(place, NoticeKind.FILLING) for place in places]


async def test_subscribed_organizer_gets_filling_once(db: Db) -> None:
    """One notice in the DM where they subscribed, not a second by user id."""
    await save_with_subscriptions(
        db,
        webinar_with_count(7, 10),
        subscription("D1", FILLING, set_by="U1"),
        subscription("C1", FILLING, set_by="U1"),
    )

    await save_change(db, webinar_with_count(8, 10, at=LATER))

    assert await planned_events(db) == [("C1", NoticeKind.FILLING), ("D1", NoticeKind.FILLING)]


async def test_a_webinar_seen_first_is_reminded_of_but_no_news(db: Db) -> None:
    """A channel subscribed to all webinars gets reminders of a new one."""
    await save_with_subscriptions(db, webinar_with_count(10, 10), subscription("C1", *Feature))

    assert await planned_events(db) == [("C1", NoticeKind.STARTING)]
    assert await planned_reminders(db) == [("C1", START, before) for before in (HOUR / 6, HOUR, DAY)]


async def test_creator_learned_later_reaches_their_subscribers(db: Db) -> None:
    """The poller may see a webinar before its creation is committed."""
    await save_with_subscriptions(
        db, webinar(created_by=""), subscription("C1", REMINDERS, scope=Scope.MINE, subject="U1")
    )
    assert await planned_reminders(db) == []

    await save_change(db, webinar())

    assert len(await planned_reminders(db)) == 3


async def test_a_figure_leaves_the_plan_alone(db: Db) -> None:
    """Counts come every minute; reminders do not depend on them."""
    await save_with_subscriptions(db, webinar_with_count(3), subscription("C1", REMINDERS))
    for row in await notice_table.of_session(db, ACCOUNT, "s1"):
        await notice_table.withdraw(db, [row.id])

    await save_change(db, webinar_with_count(5, at=LATER))

    assert await planned_reminders(db) == []


async def test_workspace_and_channels_choose_their_reminders(db: Db) -> None:
    """The workspace's offsets apply to channels without their own."""
    await subscription_table.save_default_offsets(db, WORKSPACE, [2 * HOUR], "U1", NOW)

    await save_with_subscriptions(
        db, webinar(), subscription("C1", REMINDERS), webinar_subscription("C2", REMINDERS, offsets=(HOUR,))
    )

    assert await planned_reminders(db) == [("C1", START, 2 * HOUR), ("C2", START, HOUR)]


async def test_many_reminders_are_scheduled_earlier(db: Db) -> None:
    """1,000 due at once are scheduled 30 minutes ahead, a few 15 minutes ahead."""
    crowd = [notice(session_id="s2", channel_id=f"D{number}", due_at=START - HOUR) for number in range(1000)]
    await notice_table.plan(db, [one.model_copy(update={"schedulable_at": one.due_at - QUARTER}) for one in crowd])

    await save_with_subscriptions(db, webinar(), webinar_subscription("C1", REMINDERS, offsets=(HOUR, 2 * HOUR)))

    rows = await notice_table.of_session(db, ACCOUNT, "s1")
    assert [row.notice.due_at - row.notice.schedulable_at for row in rows] == [QUARTER, 2 * QUARTER]


async def test_reminders_planned_together_for_one_time_are_a_crowd(db: Db) -> None:
    """Notices of the same transaction are not in the database yet, but they count: 600 channels need 18 minutes."""
    channels = [webinar_subscription(f"C{number}", REMINDERS, offsets=(HOUR,)) for number in range(600)]

    await save_with_subscriptions(db, webinar(), *channels, webinar_subscription("E1", REMINDERS, offsets=(2 * HOUR,)))

    rows = await notice_table.of_session(db, ACCOUNT, "s1")
    counts = Counter((row.notice.offset, row.notice.due_at - row.notice.schedulable_at) for row in rows)
    assert counts == {(HOUR, 600 * QUARTER / 500): 600, (2 * HOUR, QUARTER): 1}


async def test_a_muted_webinar_is_not_reminded_of(db: Db) -> None:
    """Planned notices are withdrawn, and planned again when subscribed again."""
    await save_with_subscriptions(db, webinar(), subscription("C1", REMINDERS), subscription("C2", REMINDERS))
    await subscription_table.save(db, webinar_subscription("C1", CHANGES))
    await replan(db, webinar(), LATER)
    assert {channel for channel, *_ in await planned_reminders(db)} == {"C2"}

    await subscription_table.remove(db, webinar_subscription("C1"))
    await replan(db, webinar(), LATER)

    assert {channel for channel, *_ in await planned_reminders(db)} == {"C1", "C2"}


async def test_a_channel_that_changes_its_mind_is_replanned(db: Db) -> None:
    """For every upcoming webinar, of this channel alone: unsubscribed notices go, subscribed ones come."""
    await save_with_subscriptions(
        db, webinar_with_count(3, 4), subscription("C1", REMINDERS, ALERTS), subscription("C2", REMINDERS)
    )
    await save_with_subscriptions(db, webinar(session_id="s2"))
    await save_change(db, webinar_with_count(4, 4, at=LATER))
    others = [one for one in await planned_reminders(db) if one[0] == "C2"]

    await subscription_table.save(db, subscription("C1", CHANGES))
    await subscription_table.save(db, webinar_subscription("C1", REMINDERS, session_id="s2", offsets=(HOUR,)))
    await replan_channel(db, WORKSPACE, "C1", LATER)

    assert await planned_reminders(db) == others
    assert ("C1", START, HOUR) in await planned_reminders(db, "s2")
    states = {row.notice.channel_id: row.state for row in await notice_table.of_session(db, ACCOUNT, "s1")}
    assert (states["C1"], states["U1"]) == (NoticeState.WITHDRAWN, NoticeState.PLANNED)


async def test_changed_subscription_keeps_notices_still_subscribed(db: Db) -> None:
    """Pending alerts, and reminders at the workspace's offsets."""
    await subscription_table.save_default_offsets(db, WORKSPACE, [HOUR], "U1", NOW)
    await save_with_subscriptions(db, webinar_with_count(3, 4), subscription("C1", REMINDERS, ALERTS))
    await save_change(db, webinar_with_count(4, 4, at=LATER))
    before = await notice_table.of_session(db, ACCOUNT, "s1")
    assert {row.notice.kind for row in before} == {NoticeKind.REMINDER, NoticeKind.FULL}

    await subscription_table.save(db, subscription("C1", REMINDERS, ALERTS, CHANGES))
    await replan_channel(db, WORKSPACE, "C1", LATER)

    assert await notice_table.of_session(db, ACCOUNT, "s1") == before
    assert await planned_reminders(db) == [("C1", START, HOUR)]
    await subscription_table.save_default_offsets(db, WORKSPACE, [2 * HOUR], "U1", NOW)
    await replan_channel(db, WORKSPACE, "C1", LATER)
    assert await planned_reminders(db) == [("C1", START, 2 * HOUR)]


async def test_channel_that_subscribes_to_all_gets_each(db: Db) -> None:
    """All upcoming webinars, in batches; none that are over or of another workspace."""
    for number in range(120):
        await webinar_table.save(db, webinar(session_id=f"s{number}", start=START + number * HOUR))
    await webinar_table.save(db, webinar(session_id="over", start=NOW - DAY))
    await webinar_table.save(db, webinar(session_id="theirs", account=OTHER_ACCOUNTS[0]))
    await subscription_table.save(db, subscription("C1", REMINDERS))

    await replan_channel(db, WORKSPACE, "C1", NOW)

    planned = await notice_table.of_channel(db, WORKSPACE, "C1", NOW)
    assert len(planned) == 3 * 120
    assert {row.notice.session_id for row in planned} == {f"s{number}" for number in range(120)}


async def test_aborted_transaction_is_planned_again(store: Store) -> None:
    """A crash before the commit leaves nothing, and the same change is reported later."""
    async with store.write() as db:
        await save_with_subscriptions(db, webinar_with_count(3, 4), subscription("C1", ALERTS))

    async def crash() -> None:
        async with store.write() as db:
            await save_change(db, webinar_with_count(4, 4, at=LATER))
            assert await planned_events(db) == [("C1", NoticeKind.FULL), ("U1", NoticeKind.FULL)]
            raise InterruptedError

    with pytest.raises(InterruptedError):
        await crash()
    async with store.write() as db:
        assert await planned_events(db) == []
        await save_change(db, webinar_with_count(4, 4, at=LATER + HOUR), now=LATER + HOUR)
        assert await planned_events(db) == [("C1", NoticeKind.FULL), ("U1", NoticeKind.FULL)]
