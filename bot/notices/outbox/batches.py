"""Locks due notices, makes messages of them by the rules of batching, and writes them, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from bot.db.connection import Db
from bot.db.keys import workspace_of
from bot.db.schema import channels, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.outbox.batch_plan import BatchPlan, ChannelKey, ReserveCall, channel_key, with_end
from bot.notices.outbox.batching import bundles, due_window, plan_scheduled
from bot.notices.outbox.claims import (
    BATCH,
    MERGE_LIMIT,
    Claim,
    channel_columns,
    channel_values,
    in_channels,
    lock_channels,
    lock_notices,
)
from bot.notices.outbox.coalesce import plan_immediate
from bot.notices.outbox.message_insert import defer, insert_messages, write_ends
from bot.notices.outbox.message_table import AT_ONCE, AT_SLACK, request_withdrawal
from bot.notices.outbox.rows import BatchedMessage, NoticeRow, OutboundMessage, read_message
from bot.notices.outbox.starts import without_told_live
from bot.notices.quiet_hours import ChannelHours
from bot.notices.schedule import POST_INTERVAL, ChannelActivity
from bot.notices.subscriptions import table as subscription_table

RECENT = (MessageState.SENDING, MessageState.POSTED, MessageState.UNKNOWN)
"""States of an immediate message that a channel has seen, or may have."""


@dataclass(frozen=True)
class MessageBatch:
    """Messages to send, and notices that were missed; `more` if another batch may be due."""

    messages: list[BatchedMessage]
    missed: list[NoticeRow]
    more: bool


@dataclass(frozen=True)
class _Locked:
    """Notices that are locked and whose channels are ours, and those that have expired."""

    rows: list[NoticeRow]
    expired: list[NoticeRow]
    more: bool


async def batch_scheduled(
    db: Db, now: datetime, claim: Claim, reserve: ReserveCall, limit: int = BATCH
) -> MessageBatch:
    """Make messages for Slack to schedule, of at most `limit` notices and others of the same channels and minutes."""
    locked = await _lock(db, now, claim, limit, directly=False)
    rows = [*locked.rows, *await _same_minute(db, locked.rows, now, claim)]
    plan = plan_scheduled(rows, await _at_slack(db, rows), now, reserve)
    return await _write(db, locked, plan, claim)


async def batch_immediate(
    db: Db, now: datetime, claim: Claim, reserve: ReserveCall, limit: int = BATCH
) -> MessageBatch:
    """Make messages to post now, of at most `limit` notices and all others that wait in the same channels."""
    locked = await _lock(db, now, claim, limit, directly=True)
    rows = locked.rows
    if locked.more and rows:
        rows = [*rows, *await lock_notices(db, claim, now, MERGE_LIMIT, directly=True, with_=rows)]
    split = await without_told_live(db, rows, now)
    plan = plan_immediate(split.left, await _activity(db, split.left, now), now, reserve)
    plan.ended += split.superseded
    plan.deferred += split.waiting
    return await _write(db, locked, plan, claim)


async def _lock(db: Db, now: datetime, claim: Claim, limit: int, *, directly: bool) -> _Locked:
    rows = await lock_notices(db, claim, now, limit, directly=directly)
    expired = [with_end(row, NoticeState.MISSED) for row in rows if row.notice.expires_at <= now]
    left = [row for row in rows if row.notice.expires_at > now]
    ours = await lock_channels(db, {channel_key(row) for row in left})
    mine = [row for row in left if channel_key(row) in ours]
    return _Locked(mine, expired, more=len(rows) == limit and bool(expired or mine))


async def _write(db: Db, locked: _Locked, plan: BatchPlan, claim: Claim) -> MessageBatch:
    ended = [*locked.expired, *plan.ended]
    await write_ends(db, ended)
    await defer(db, plan.deferred)
    await request_withdrawal(db, plan.withdraw)
    messages = await insert_messages(db, plan.drafts, claim, plan.rewritten)
    return MessageBatch(messages, [row for row in ended if row.state is NoticeState.MISSED], locked.more)


async def _same_minute(db: Db, rows: Collection[NoticeRow], now: datetime, claim: Claim) -> list[NoticeRow]:
    """Other notices planned for the same channels and minutes, even if they are not due for scheduling yet."""
    if not rows:
        return []
    first, last = due_window(rows, now)
    found = await lock_notices(db, claim, now, MERGE_LIMIT, directly=False, with_=rows, first=first, last=last)
    wanted = bundles(rows, now)
    return [row for row in found if not wanted.isdisjoint(bundles([row], now))]


async def _at_slack(db: Db, rows: Collection[NoticeRow]) -> dict[ChannelKey, list[OutboundMessage]]:
    """The messages that Slack has or may have scheduled in these channels; the channels are locked."""
    scheduled: dict[ChannelKey, list[OutboundMessage]] = defaultdict(list)
    if rows:
        query = _scheduled(postgresql=db.is_postgresql)
        for row in await db.execute(query, channel_values(db, rows)):
            scheduled[row.team_id, row.enterprise_id, row.channel_id].append(read_message(row))
    return scheduled


async def _activity(db: Db, rows: Sequence[NoticeRow], now: datetime) -> dict[ChannelKey, ChannelActivity]:
    """What determines when the next message may be posted in these channels."""
    if not rows:
        return {}
    hours = await _quiet_hours(db, rows)
    since = int((now - POST_INTERVAL).timestamp())
    query = _recent(postgresql=db.is_postgresql)
    posted: dict[ChannelKey, int] = {}
    until: dict[ChannelKey, datetime] = {}
    for row in await db.execute(query, {"since": since, **channel_values(db, rows)}):
        channel = (row.team_id, row.enterprise_id, row.channel_id)
        if row.state == MessageState.WITHDRAWING:
            until[channel] = max(row.wake_at, until.get(channel, AT_ONCE))
        else:
            posted[channel] = max(row.post_at, posted.get(channel, 0))
    keys = {channel_key(row) for row in rows}
    return {key: ChannelActivity(posted.get(key), hours.get(key), until.get(key)) for key in keys}


async def _quiet_hours(db: Db, rows: Collection[NoticeRow]) -> dict[ChannelKey, ChannelHours]:
    found = await db.execute(_with_hours(postgresql=db.is_postgresql), channel_values(db, rows))
    quiet: dict[Workspace, list[str]] = defaultdict(list)
    for team_id, enterprise_id, channel_id in found:
        quiet[workspace_of(team_id, enterprise_id)].append(channel_id)
    return {
        (workspace.team_id, workspace.enterprise_id, channel_id): hours
        for workspace, ids in quiet.items()
        for channel_id, hours in (await subscription_table.hours_of(db, workspace, ids)).items()
    }


@cache
def _scheduled(*, postgresql: bool) -> Select[Any]:
    here = in_channels(outbox_messages, postgresql=postgresql)
    return select(outbox_messages).where(
        here, outbox_messages.c.way == DeliveryMethod.SCHEDULED, outbox_messages.c.state.in_(AT_SLACK)
    )


@cache
def _recent(*, postgresql: bool) -> Select[Any]:
    posted = and_(
        outbox_messages.c.way == DeliveryMethod.IMMEDIATE,
        outbox_messages.c.state.in_(RECENT),
        outbox_messages.c.post_at > bindparam("since"),
    )
    withdrawing = outbox_messages.c.state == MessageState.WITHDRAWING
    what = [
        *channel_columns(outbox_messages),
        outbox_messages.c.state,
        outbox_messages.c.post_at,
        outbox_messages.c.wake_at,
    ]
    return select(*what).where(in_channels(outbox_messages, postgresql=postgresql), or_(posted, withdrawing))


@cache
def _with_hours(*, postgresql: bool) -> Select[Any]:
    here = in_channels(channels, postgresql=postgresql)
    return select(*channel_columns(channels)).where(here, channels.c.quiet_from.is_not(None))
