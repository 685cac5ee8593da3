"""The table of messages (`parcels`): queries, claims on single rows, and requests to withdraw or check a message.

Lock order: notices first, then messages, each by id. Every function that locks rows keeps it, so no deadlock is
possible. `message_results` writes the outcomes of calls to Slack.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Interval, Select, bindparam, func, literal, or_, select, update

from bot.clock import machine_now
from bot.db.columns import EPOCH, UtcDateTime
from bot.db.connection import Db
from bot.db.keys import of_bound_workspace, of_workspace, workspace_columns
from bot.db.schema import outbox_messages
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState
from bot.notices.outbox.rows import OutboundMessage, read_message
from bot.notices.schedule import MIN_TIME_TO_REPLACE

AT_SLACK = (MessageState.SENDING, MessageState.SCHEDULED, MessageState.WITHDRAWING)
"""States in which Slack has scheduled the message, or may have."""
OPEN = (MessageState.SENDING, MessageState.WITHDRAWING)
"""States in which the outcome of a call to Slack is expected."""
AT_ONCE = EPOCH
PAGE = 500
"""Rows that one pass reads."""


async def reload(db: Db, message: OutboundMessage) -> OutboundMessage:
    """Read the current row of a message."""
    return read_message((await db.execute(select(outbox_messages).where(outbox_messages.c.id == message.id))).one())


async def of_same_second(db: Db, message: OutboundMessage) -> list[OutboundMessage]:
    """All messages of the same channel and second that Slack has, may have or had scheduled."""
    same = (outbox_messages.c.channel_id == message.channel_id, outbox_messages.c.post_at == message.post_at)
    state = outbox_messages.c.state.in_((*AT_SLACK, MessageState.POSTED))
    scheduled = (
        outbox_messages.c.way == DeliveryMethod.SCHEDULED,
        state,
        *of_workspace(outbox_messages, message.workspace),
        *same,
    )
    return [read_message(row) for row in await db.execute(select(outbox_messages).where(*scheduled))]


async def extend_claim(db: Db, message: OutboundMessage, wait: timedelta, problem: str | None = None) -> bool:
    """Leave the outcome open and the message claimed for so much machine time. False if another worker claimed it."""
    extended = await db.execute(
        update(outbox_messages)
        .where(
            outbox_messages.c.id == message.id,
            outbox_messages.c.state.in_(OPEN),
            outbox_messages.c.claimed_by == message.claimed_by,
        )
        .values(claimed_until=lease_clock(db, wait), problem=message.problem if problem is None else problem)
    )
    return bool(extended.rowcount)


async def begin_repeat(db: Db, message: OutboundMessage, now: datetime, problem: str) -> OutboundMessage | None:
    """Prepare to post a message again that may have been posted; None if another worker claimed it."""
    again = replace(message, attempts=message.attempts + 1, post_at=int(now.timestamp()), problem=problem)
    changes = {"attempts": again.attempts, "post_at": again.post_at, "problem": problem}
    ours = (outbox_messages.c.state == MessageState.SENDING, outbox_messages.c.claimed_by == message.claimed_by)
    done = await db.execute(update(outbox_messages).where(outbox_messages.c.id == message.id, *ours).values(changes))
    return again if done.rowcount else None


async def postpone_withdrawal(db: Db, message: OutboundMessage, when: datetime, problem: str | None = None) -> None:
    """Release the claim on a withdrawal, which is to be tried again at `when`."""
    await db.execute(
        update(outbox_messages)
        .where(outbox_messages.c.id == message.id, outbox_messages.c.state == MessageState.WITHDRAWING)
        .values(wake_at=when, claimed_until=None, problem=message.problem if problem is None else problem)
    )


async def to_check(db: Db, now: datetime, workspace: Workspace | None) -> list[OutboundMessage]:
    """Scheduled messages whose text may have to be replaced because their webinar has changed."""
    values = {"now": now, "beyond": int((now + MIN_TIME_TO_REPLACE).timestamp()), **_workspace_values(workspace)}
    return [read_message(row) for row in await db.execute(_to_check(one_workspace=bool(workspace)), values)]


@cache
def _to_check(*, one_workspace: bool) -> Select[Any]:
    changed = (outbox_messages.c.state == MessageState.SCHEDULED, outbox_messages.c.wake_at <= bindparam("now"))
    beyond = outbox_messages.c.post_at > bindparam("beyond")
    query = select(outbox_messages).where(
        *changed, beyond, *(of_bound_workspace(outbox_messages) if one_workspace else ())
    )
    return query.order_by(outbox_messages.c.wake_at).limit(PAGE)


async def next_wake(db: Db, workspace: Workspace | None = None) -> datetime | None:
    """When an unclaimed message next needs work."""
    found = await db.execute(_next_wake(one_workspace=bool(workspace)), _workspace_values(workspace))
    moment: datetime | None = found.scalar()
    return moment


@cache
def _next_wake(*, one_workspace: bool) -> Select[Any]:
    waiting = or_(
        outbox_messages.c.state == MessageState.SCHEDULED, outbox_messages.c.state == MessageState.WITHDRAWING
    )
    query = select(func.min(outbox_messages.c.wake_at)).where(waiting, outbox_messages.c.claimed_until.is_(None))
    return query.where(*(of_bound_workspace(outbox_messages) if one_workspace else ()))


async def release_claims(db: Db) -> None:
    """Release the claims of a previous process, for a database that only one process uses.

    A message that was being sent stays claimed until its lease expires: Slack may still be about to accept it.
    """
    under_way = or_(outbox_messages.c.state == MessageState.SENDING, outbox_messages.c.scheduled_id.is_(None))
    await db.execute(
        update(outbox_messages)
        .where(outbox_messages.c.claimed_until.is_not(None), ~under_way)
        .values(claimed_until=None)
    )


async def request_withdrawal(db: Db, ids: Collection[int]) -> set[int]:
    """Mark messages for withdrawal from Slack. Returns those that Slack has, may have or is about to get."""
    if not ids:
        return set()
    query = locked(db, select(outbox_messages.c.id)).where(
        outbox_messages.c.id.in_(ids),
        outbox_messages.c.way == DeliveryMethod.SCHEDULED,
        outbox_messages.c.state.in_(AT_SLACK),
    )
    found = set((await db.execute(query)).scalars())
    if found:
        withdrawing = {"state": MessageState.WITHDRAWING, "wake_at": AT_ONCE}
        new = outbox_messages.c.state != MessageState.WITHDRAWING
        await db.execute(update(outbox_messages).where(outbox_messages.c.id.in_(found), new).values(withdrawing))
    return found


async def request_check(db: Db, ids: Collection[int], now: datetime) -> None:
    """Have the text of scheduled messages checked, because their webinar has changed."""
    if not ids:
        return
    ahead = outbox_messages.c.post_at > int(now.timestamp())
    state = outbox_messages.c.state.in_((MessageState.SENDING, MessageState.SCHEDULED))
    query = locked(db, select(outbox_messages.c.id)).where(outbox_messages.c.id.in_(ids), state, ahead)
    found = list((await db.execute(query)).scalars())
    await db.execute(update(outbox_messages).where(outbox_messages.c.id.in_(found)).values(wake_at=now))


def lease_clock(db: Db, ahead: timedelta = timedelta()) -> ColumnElement[Any]:
    """The clock of leases, moved ahead: the database's own where replicas share it, else the machine's."""
    if db.is_postgresql:
        return func.clock_timestamp() + literal(ahead, Interval())
    return literal(machine_now() + ahead, UtcDateTime())


def locked(db: Db, query: Select[Any]) -> Select[Any]:
    """The same query, which locks the messages it finds, by id."""
    return query.order_by(outbox_messages.c.id).with_for_update() if db.is_postgresql else query


def _workspace_values(workspace: Workspace | None) -> dict[str, str]:
    return workspace_columns(workspace) if workspace else {}
