"""Plans what is to be said of a webinar, in the transaction that changes it: its reminders, and what is news."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from bot.db.connection import Db
from bot.model.people import Workspace
from bot.model.webinar import Webinar
from bot.notices.events import WebinarEvent, detect_events
from bot.notices.model import Notice, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.rules import DEFAULT_OFFSETS, is_stale, plan
from bot.notices.schedule import is_direct, schedulable_at
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import FEATURE_BY_KIND, ChannelFeatures, Subscription, channel_features
from bot.webinars import table as webinar_table

BATCH_SIZE = 100
"""Webinars planned in one go, so that whoever else wants to run waits only for a moment."""
MAX_WAIT = timedelta(days=2)
"""How long ago something may have been due that a channel still waits for: quiet hours end within a day."""
WAITING = (NoticeState.PLANNED, NoticeState.BATCHED)


async def replan(db: Db, webinar: Webinar, now: datetime) -> None:
    """Bring what waits to be said of a webinar to what it has become, and to what its channels want to hear."""
    # As it is by now, and so that it stays: else who changes it meanwhile would not know of what is planned here.
    current = await webinar_table.find(db, webinar.account, webinar.session_id, to_change=True) or webinar
    await _replan(db, current, channel_features(current, await _subscriptions(db, current)), now)


async def plan_changes(db: Db, before: Webinar | None, after: Webinar, now: datetime, by: str = "") -> None:
    """Plan all that follows from a change of a webinar's row, which this transaction has written.

    `before` is the row as it was, read so that nobody else could change it meanwhile, or nothing for one that is seen
    for the first time. `by` is the Slack user who made the change here: they are not told of it.
    """
    news = detect_events(before, after, now) if before else []
    plans_change = before is None or _reminder_inputs(before) != _reminder_inputs(after)
    if not news and not plans_change:
        return
    if before is None:
        await webinar_table.wait_for_workspace_lock(db, after.account.workspace)
    lines = await _subscriptions(db, after)
    heard = channel_features(after, lines)
    if plans_change and (before or heard):
        await _replan(db, after, heard, now)
    told = [_notice(one, after, place, by) for one in news for place in _recipients(one.kind, after, lines, heard, by)]
    if told:
        await notice_table.plan(db, told)


async def replan_channel(db: Db, workspace: Workspace, channel_id: str, now: datetime) -> None:
    """Bring what waits to be said in a channel to what it wants to hear by now, for every webinar to come."""
    await webinar_table.lock_workspace(db, workspace, now)
    lines = await subscription_table.of_channel(db, workspace, channel_id)
    defaults = await _default_offsets(db, workspace)
    coming = await webinar_table.list_webinars(db, workspace, ending_after=now)
    by_key = {(webinar.account, webinar.session_id): webinar for webinar in coming}
    stale = []
    for row in await notice_table.of_channel(db, workspace, channel_id, now - MAX_WAIT):
        webinar = by_key.get((row.notice.account, row.notice.session_id))
        if (
            webinar
            and row.state in WAITING
            and is_stale(row.notice, webinar, channel_features(webinar, lines), defaults)
        ):
            stale.append(row.id)
    await notice_table.withdraw(db, stale)
    for first in range(0, len(coming), BATCH_SIZE):
        batch = coming[first : first + BATCH_SIZE]
        await notice_table.plan(
            db, [one for webinar in batch for one in plan(webinar, channel_features(webinar, lines), now, defaults)]
        )
        await asyncio.sleep(0)  # others want to run as well


async def _replan(db: Db, webinar: Webinar, heard: Sequence[ChannelFeatures], now: datetime) -> None:
    defaults = await _default_offsets(db, webinar.account.workspace)
    rows = await notice_table.lock_session(db, webinar.account, webinar.session_id)
    waiting = (row for row in rows if row.state in WAITING)
    stale = {row.id for row in waiting if is_stale(row.notice, webinar, heard, defaults)}
    packed = await notice_table.withdraw_locked(db, rows, stale)
    planned = await _spread_load(db, webinar.account.workspace, plan(webinar, heard, now, defaults), now)
    await notice_table.plan(db, planned, packed)


async def _spread_load(db: Db, workspace: Workspace, planned: Sequence[Notice], now: datetime) -> list[Notice]:
    """The same, handed over the earlier the more fall due with them, or Slack could not take them all in time."""
    together = Counter(one.due_at for one in planned)
    crowds = await notice_table.due_counts(db, workspace, together)
    early = [
        schedulable_at(one.due_at, max(crowds[one.due_at], together[one.due_at]), one.channel_id) for one in planned
    ]
    return [one.model_copy(update={"schedulable_at": max(at, now)}) for one, at in zip(planned, early, strict=True)]


async def _subscriptions(db: Db, webinar: Webinar) -> list[Subscription]:
    return await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)


async def _default_offsets(db: Db, workspace: Workspace) -> tuple[timedelta, ...]:
    own = await subscription_table.default_offsets(db, workspace)
    return DEFAULT_OFFSETS if own is None else own


def _reminder_inputs(webinar: Webinar) -> Webinar:
    """All that a reminder may depend on: everything but figures, and when they were read."""
    read = webinar.registration
    figures = read and read.model_copy(
        update={"count": 0, "limit": None, "limit_since": None, "read_at": webinar.start}
    )
    return webinar.model_copy(update={"registration": figures, "seen_at": webinar.start})


def _recipients(
    kind: NoticeKind, webinar: Webinar, lines: Collection[Subscription], heard: Collection[ChannelFeatures], by: str
) -> list[str]:
    """The channels in which it is said: those that hear of such things, and its organiser where it fills up."""
    people = {line.channel_id: line.set_by for line in lines if is_direct(line.channel_id)}
    places = [one.channel_id for one in heard if FEATURE_BY_KIND[kind] in one.features]
    if kind is NoticeKind.FILLING and webinar.created_by and webinar.created_by not in map(people.get, places):
        places.append(webinar.created_by)
    return [place for place in places if not by or by not in (place, people.get(place))]


def _notice(news: WebinarEvent, webinar: Webinar, channel_id: str, by: str) -> Notice:
    return Notice(
        kind=news.kind,
        account=webinar.account,
        session_id=webinar.session_id,
        channel_id=channel_id,
        start=webinar.start.astimezone(UTC),
        occurrence=news.occurrence,
        due_at=news.due_at,
        schedulable_at=news.due_at,
        expires_at=news.expires_at,
        facts=news.facts.model_copy(update={"by": by}),
    )
