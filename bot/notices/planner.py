"""Plans the notices of a webinar in the transaction that changes it: its reminders and its events."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from bot.db.connection import Db
from bot.model.lifecycle import accepts_registrations
from bot.model.people import Workspace
from bot.model.webinar import Status, Webinar
from bot.notices.endings import changes_posted, endings
from bot.notices.events import WebinarEvent, detect_events
from bot.notices.model import (
    FEATURE_BY_KIND,
    FOR_ORGANIZER,
    ONLY_FOR_ORGANIZER,
    PENDING,
    Feature,
    Notice,
    NoticeFacts,
    NoticeKind,
)
from bot.notices.outbox import notice_table, posted_table
from bot.notices.rules import DEFAULT_OFFSETS, EARLY, expires_at, is_stale, plan
from bot.notices.schedule import is_direct, schedulable_at
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import ChannelFeatures, Subscription, channel_features
from bot.webinars import table as webinar_table

BATCH_SIZE = 100
"""Webinars planned at a time, between which other tasks may run."""
MAX_WAIT = timedelta(days=2)
"""How long after its due time a notice may still be pending: quiet hours end within a day."""


async def replan(db: Db, webinar: Webinar, now: datetime) -> None:
    """Adapt the pending notices of a webinar to its current state and to the subscriptions of its channels."""
    # Read under a lock: a concurrent change would miss the notices planned here.
    current = await webinar_table.find(db, webinar.account, webinar.session_id, for_update=True) or webinar
    await _replan(db, current, channel_features(current, await _subscriptions(db, current)), now)


async def plan_changes(db: Db, before: Webinar | None, after: Webinar, now: datetime, by: str = "") -> None:
    """Plan the notices that follow from a change of a webinar's row, which this transaction has written.

    `before` is the previous row, read under a lock in this transaction, or None for a new webinar. `by` is the Slack
    user who made the change through Greenroom: they get no notice of it.
    """
    if before and changes_posted(before, after):
        await posted_table.mark_outdated(db, after.account, after.session_id, endings(before, after, by, now), now)
    events = detect_events(before, after, now) if before else []
    reminders_change = before is None or _reminder_inputs(before) != _reminder_inputs(after)
    if not events and not reminders_change:
        return
    if before is None:
        await webinar_table.wait_for_workspace_lock(db, after.account.workspace)
    subscriptions = await _subscriptions(db, after)
    channels = channel_features(after, subscriptions)
    begun = await _early_recipients(db, after, channels, events, now)
    if reminders_change and (before or channels):
        await _replan(db, after, channels, now)
    notices = [
        _notice(event, after, channel_id, by)
        for event in events
        for channel_id in (
            begun if event.occurrence == EARLY else _recipients(event.kind, after, subscriptions, channels, by)
        )
    ]
    if notices:
        await notice_table.plan(db, notices)


async def plan_results(db: Db, webinar: Webinar, facts: NoticeFacts, now: datetime) -> None:
    """Plan that a webinar's figures are complete: in its subscribed channels and for the organizer, once for each.

    A canceled webinar has no results.
    """
    current = await webinar_table.find(db, webinar.account, webinar.session_id, for_update=True) or webinar
    if current.status is Status.CANCELED:
        return
    kind, subscriptions = NoticeKind.RESULTS, await _subscriptions(db, current)
    channels = _recipients(kind, current, subscriptions, channel_features(current, subscriptions), by="")
    event = WebinarEvent(kind=kind, facts=facts, due_at=now, expires_at=expires_at(kind, None, moment=now))
    await notice_table.plan(db, [_notice(event, current, channel_id, by="") for channel_id in channels])


async def replan_channel(db: Db, workspace: Workspace, channel_id: str, now: datetime) -> None:
    """Adapt the pending notices of a channel to its subscriptions, for every upcoming webinar."""
    await webinar_table.lock_workspace(db, workspace, now)
    subscriptions = await subscription_table.of_channel(db, workspace, channel_id)
    defaults = await _default_offsets(db, workspace)
    upcoming = await webinar_table.list_webinars(db, workspace, ending_after=now)
    by_key = {(webinar.account, webinar.session_id): webinar for webinar in upcoming}
    stale = []
    for row in await notice_table.of_channel(db, workspace, channel_id, now - MAX_WAIT):
        webinar = by_key.get((row.notice.account, row.notice.session_id))
        if (
            webinar
            and row.state in PENDING
            and is_stale(row.notice, webinar, channel_features(webinar, subscriptions), defaults)
        ):
            stale.append(row.id)
    await notice_table.withdraw(db, stale)
    for index in range(0, len(upcoming), BATCH_SIZE):
        batch = upcoming[index : index + BATCH_SIZE]
        await notice_table.plan(
            db,
            [
                notice
                for webinar in batch
                for notice in plan(webinar, channel_features(webinar, subscriptions), now, defaults)
            ],
        )
        await asyncio.sleep(0)  # let other tasks run


async def _replan(db: Db, webinar: Webinar, channels: Sequence[ChannelFeatures], now: datetime) -> None:
    defaults = await _default_offsets(db, webinar.account.workspace)
    rows = await notice_table.lock_session(db, webinar.account, webinar.session_id)
    waiting = (row for row in rows if row.state in PENDING)
    stale = {row.id for row in waiting if is_stale(row.notice, webinar, channels, defaults)}
    batched = await notice_table.withdraw_locked(db, rows, stale)
    planned = await _spread_load(db, webinar.account.workspace, plan(webinar, channels, now, defaults), now)
    await notice_table.plan(db, planned, batched)


async def _early_recipients(
    db: Db, webinar: Webinar, channels: Sequence[ChannelFeatures], events: Collection[WebinarEvent], now: datetime
) -> list[str]:
    """The channels that learn that a webinar is live before its start: those not yet notified of the start.

    A channel that follows what is live may have heard of it already, when the webinar became active.
    """
    if not any(event.occurrence == EARLY for event in events):
        return []
    rows = await notice_table.lock_session(db, webinar.account, webinar.session_id)
    waiting = {row.notice.channel_id for row in rows if row.state in PENDING and row.notice.kind is NoticeKind.LIVE}
    to_come = plan(
        webinar.model_copy(update={"live_from": None}),
        channels,
        now,
        await _default_offsets(db, webinar.account.workspace),
    )
    has_heard = {channel.channel_id for channel in channels if Feature.LIVE in channel.features} - waiting
    return sorted({notice.channel_id for notice in to_come} - has_heard)


async def _spread_load(db: Db, workspace: Workspace, planned: Sequence[Notice], now: datetime) -> list[Notice]:
    """The same notices, scheduled earlier the more are due at the same time, because of Slack's rate limit."""
    together = Counter(notice.due_at for notice in planned)
    loads = await notice_table.due_counts(db, workspace, together)
    times = [
        schedulable_at(notice.due_at, max(loads[notice.due_at], together[notice.due_at]), notice.channel_id)
        for notice in planned
    ]
    return [
        notice.model_copy(update={"schedulable_at": max(time, now)})
        for notice, time in zip(planned, times, strict=True)
    ]


async def _subscriptions(db: Db, webinar: Webinar) -> list[Subscription]:
    return await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)


async def _default_offsets(db: Db, workspace: Workspace) -> tuple[timedelta, ...]:
    stored = await subscription_table.default_offsets(db, workspace)
    return DEFAULT_OFFSETS if stored is None else stored


def _reminder_inputs(webinar: Webinar) -> Webinar:
    """The webinar without what no reminder depends on: figures, as long as people can register or not as before."""
    registration = webinar.registration
    neutral = registration and registration.model_copy(
        update={
            "is_open": accepts_registrations(registration),
            "count": 0,
            "limit": None,
            "limit_since": None,
            "full_since": None,
            "read_at": webinar.start,
        }
    )
    return webinar.model_copy(update={"registration": neutral, "seen_at": webinar.start})


def _recipients(
    kind: NoticeKind,
    webinar: Webinar,
    subscriptions: Collection[Subscription],
    channels: Collection[ChannelFeatures],
    by: str,
) -> list[str]:
    """Channels that get a notice of this kind: the subscribed ones and, for some kinds, the organizer's DM.

    The person who made the change gets none.
    """
    subscribers = {
        subscription.channel_id: subscription.set_by
        for subscription in subscriptions
        if is_direct(subscription.channel_id)
    }
    readers = [] if kind in ONLY_FOR_ORGANIZER else channels
    channel_ids = [channel.channel_id for channel in readers if FEATURE_BY_KIND[kind] in channel.features]
    if kind in FOR_ORGANIZER and webinar.created_by and webinar.created_by not in map(subscribers.get, channel_ids):
        channel_ids.append(webinar.created_by)
    return [channel_id for channel_id in channel_ids if not by or by not in (channel_id, subscribers.get(channel_id))]


def _notice(event: WebinarEvent, webinar: Webinar, channel_id: str, by: str) -> Notice:
    return Notice(
        kind=event.kind,
        account=webinar.account,
        session_id=webinar.session_id,
        channel_id=channel_id,
        start=webinar.start.astimezone(UTC),
        occurrence=event.occurrence,
        due_at=event.due_at,
        schedulable_at=event.due_at,
        expires_at=event.expires_at,
        facts=event.facts.model_copy(update={"by": by}),
    )
