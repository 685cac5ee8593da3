"""Claims rows of the outbox for one worker: due notices for one transaction, messages for the time of a lease."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Select, Table, Text, bindparam, func, literal, not_, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from bot.clock import machine_now
from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import column_in, columns_in, columns_in_parameters, of_bound_workspace, workspace_columns
from bot.db.schema import notices, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.outbox.batch_plan import ChannelKey, channel_key
from bot.notices.outbox.message_table import lease_clock
from bot.notices.outbox.rows import ROWS, NoticeRow, OutboundMessage, read_message, read_row

BATCH = 128
"""Rows claimed in one transaction: a transaction costs as much as about thirty rows in it."""
MERGE_LIMIT = 1000
"""Notices that join a batch: more than fit into one message."""


@dataclass(frozen=True)
class Claim:
    """Who claims rows, for how much machine time, and of which workspace (None: of all)."""

    by: str
    lease: timedelta
    workspace: Workspace | None = None


async def claim_unknown(db: Db, claim: Claim, limit: int = BATCH) -> list[OutboundMessage]:
    """Claim messages that were being sent when their lease expired: Slack may or may not have accepted them."""
    return await _claim(db, MessageState.SENDING, claim, {"most": limit})


async def claim_withdrawals(db: Db, now: datetime, claim: Claim, limit: int = BATCH) -> list[OutboundMessage]:
    """Claim messages that are due to be withdrawn from Slack, or corrected."""
    return await _claim(db, MessageState.WITHDRAWING, claim, {"most": limit, "now": now})


async def lock_notices(
    db: Db,
    claim: Claim,
    now: datetime,
    most: int,
    *,
    directly: bool,
    with_: Collection[NoticeRow] = (),
    **due: datetime,
) -> list[NoticeRow]:
    """Lock planned notices that may be sent now, until the transaction ends; skip those that are locked.

    `directly`: notices to be posted, else notices to be scheduled. `with_`: other notices of the channels of these; of
    notices to be scheduled those due between `first` and `last`, even if they may not be scheduled yet.
    """
    query = _planned(
        directly=directly, more=bool(with_), one_workspace=bool(claim.workspace), postgresql=db.is_postgresql
    )
    values = {"now": now, "most": most, **due, **(workspace_columns(claim.workspace) if claim.workspace else {})}
    if with_:
        values |= {"mine": [row.id for row in with_], **channel_values(db, with_)}
    return [read_row(row) for row in await db.execute(query, values)]


@cache
def _planned(*, directly: bool, more: bool, one_workspace: bool, postgresql: bool) -> Select[Any]:
    which = [
        notices.c.state == NoticeState.PLANNED,
        notices.c.way == (DeliveryMethod.IMMEDIATE if directly else DeliveryMethod.SCHEDULED),
    ]
    if one_workspace:
        which += of_bound_workspace(notices)
    if more:
        which += [
            in_channels(notices, postgresql=postgresql),
            not_(column_in(notices.c.id, "mine", postgresql=postgresql)),
            notices.c.expires_at > bindparam("now"),
        ]
    if more and not directly:
        which.append(notices.c.due_at.between(bindparam("first"), bindparam("last")))
    else:
        which.append(notices.c.hand_at <= bindparam("now"))
    query = ROWS.where(*which).order_by(notices.c.hand_at, notices.c.id).limit(bindparam("most"))
    return _skip_locked(query, notices)


async def lock_channels(db: Db, channels: set[ChannelKey]) -> set[ChannelKey]:
    """Lock channels until the transaction ends. Returns those that no other transaction has locked."""
    if not db.is_postgresql or not channels:
        return channels
    # Does not wait: two workers that hold rows and wait for each other's channels would deadlock.
    keys = {"|".join(channel): channel for channel in channels}
    wanted = func.unnest(literal(sorted(keys), ARRAY(Text))).column_valued("wanted")
    locks = select(wanted, func.pg_try_advisory_xact_lock(func.hashtextextended(wanted, 0)))
    return {keys[key] for key, is_ours in await db.execute(locks) if is_ours}


def channel_columns(table: Table) -> list[Column[Any]]:
    """The columns that identify the channel of a row."""
    return [table.c.team_id, table.c.enterprise_id, table.c.channel_id]


def in_channels(table: Table, *, postgresql: bool) -> ColumnElement[bool]:
    """The condition that a row belongs to one of the channels given as `channel_values`."""
    return columns_in(channel_columns(table), "place", postgresql=postgresql)


def channel_values(db: Db, rows: Iterable[NoticeRow]) -> dict[str, list[Any]]:
    """The channels of these rows, as values for `in_channels`."""
    return columns_in_parameters(channel_columns(notices), "place", {channel_key(row) for row in rows}, db)


async def _claim(db: Db, state: MessageState, claim: Claim, values: dict[str, Any]) -> list[OutboundMessage]:
    query = _unclaimed(state, one_workspace=bool(claim.workspace), postgresql=db.is_postgresql)
    values |= workspace_columns(claim.workspace) if claim.workspace else {}
    values |= {} if db.is_postgresql else {"clock": machine_now()}
    found = [read_message(row) for row in await db.execute(query, values)]
    ours = {"claimed_by": claim.by, "claimed_until": lease_clock(db, claim.lease)}
    if found:
        await db.execute(
            update(outbox_messages).where(outbox_messages.c.id.in_([message.id for message in found])).values(ours)
        )
    return [replace(message, claimed_by=claim.by) for message in found]


@cache
def _unclaimed(state: MessageState, *, one_workspace: bool, postgresql: bool) -> Select[Any]:
    clock = func.clock_timestamp() if postgresql else bindparam("clock", type_=UtcDateTime())
    which = [
        outbox_messages.c.state == state,
        or_(outbox_messages.c.claimed_until.is_(None), outbox_messages.c.claimed_until < clock),
    ]
    if state is MessageState.WITHDRAWING:
        which.append(outbox_messages.c.wake_at <= bindparam("now"))
    if one_workspace:
        which += of_bound_workspace(outbox_messages)
    query = (
        select(outbox_messages)
        .where(*which)
        .order_by(outbox_messages.c.wake_at, outbox_messages.c.id)
        .limit(bindparam("most"))
    )
    return _skip_locked(query, outbox_messages)


def _skip_locked(query: Select[Any], table: Table) -> Select[Any]:
    # PostgreSQL only: on SQLite the write transaction already excludes all other writers.
    return query.with_for_update(skip_locked=True, of=table)
