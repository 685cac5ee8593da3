"""Writes the outcomes of calls to Slack to the tables: what Slack scheduled, posted, refused or gave back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, case, func, select, update

from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import BulkUpdate, column_in, of_bound_workspace, workspace_columns
from bot.db.schema import notices, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import MessageState, NoticeState
from bot.notices.outbox.message_table import AT_ONCE, OPEN, PAGE, locked
from bot.notices.outbox.rows import OutboundMessage, PostedMessage, ScheduledAtSlack

NOT_WITHDRAWN = "could not be taken back"
"""Stored as the problem of a notice that should not have been posted."""


async def mark_scheduled(db: Db, results: Sequence[ScheduledAtSlack]) -> set[int]:
    """Mark messages scheduled. One that is to be withdrawn keeps that state and gets the id to withdraw it by.

    An id that is not returned was settled by another worker: our scheduled copy is a duplicate.
    """
    found = await db.execute(_states(postgresql=db.is_postgresql), {"ids": [result.message_id for result in results]})
    rows = {row.id: row for row in found}
    open_ = [result for result in results if result.message_id in rows and rows[result.message_id].state in OPEN]
    if open_:
        values = [
            {"key": result.message_id, "at_slack": result.scheduled_id, "digest": result.text_digest}
            for result in open_
        ]
        await _SCHEDULED.run(db, values)
    # Another worker may have found the same copy at Slack first.
    same = (
        result
        for result in results
        if result.message_id in rows and rows[result.message_id].scheduled_id == result.scheduled_id
    )
    return {result.message_id for result in (*open_, *same)}


async def mark_posted(db: Db, results: Sequence[PostedMessage]) -> set[int]:
    """Mark messages and their notices posted.

    An id that is not returned was settled by another worker: our post is a duplicate.
    """
    ids = [result.message_id for result in results]
    await _lock_notices(db, ids)
    found = await db.execute(_states(postgresql=db.is_postgresql), {"ids": ids})
    rows = {row.id: row for row in found}
    sending = [
        result
        for result in results
        if result.message_id in rows and rows[result.message_id].state == MessageState.SENDING
    ]
    if sending:
        await _POSTED.run(db, [_posted_values(one) for one in sending])
        await _mark_notices_posted(db, [result.message_id for result in sending])
    same = (
        result for result in results if result.message_id in rows and rows[result.message_id].message_ts == result.ts
    )
    return {result.message_id for result in (*sending, *same)}


def _posted_values(posted: PostedMessage) -> dict[str, Any]:
    values = {"key": posted.message_id, "ts": posted.ts, "digest": posted.text_digest}
    return {**values, "channel": posted.channel_id, "edit": posted.edit_at}


async def requeue(db: Db, message: OutboundMessage, again_at: datetime, problem: str = "") -> bool:
    """Close a message that Slack does not have, and plan its notices again, from `again_at` on."""
    return bool(await requeue_all(db, [message.id], again_at, problem))


async def requeue_all(db: Db, message_ids: Sequence[int], again_at: datetime, problem: str = "") -> set[int]:
    """The same for many messages. An id that is not returned was settled by another worker."""
    await _lock_notices(db, message_ids)
    found = await db.execute(_states(postgresql=db.is_postgresql), {"ids": list(message_ids)})
    ids = {row.id for row in found if row.state in OPEN}
    if ids:
        # A withdrawal is no failed attempt.
        attempts = case((outbox_messages.c.state == MessageState.WITHDRAWING, 0), else_=outbox_messages.c.attempts)
        closed = {"state": MessageState.WITHDRAWN, "attempts": attempts, "problem": problem, "claimed_until": None}
        await db.execute(update(outbox_messages).where(outbox_messages.c.id.in_(ids)).values(closed))
        again = {"state": NoticeState.PLANNED, "hand_at": again_at, "problem": problem}
        batched = (notices.c.parcel_id.in_(ids), notices.c.state == NoticeState.BATCHED)
        await db.execute(update(notices).where(*batched).values(again))
    return ids


async def close(db: Db, message: OutboundMessage, state: MessageState, problem: str) -> bool:
    """Close a message and its notices for good, as unknown or failed. False if it was closed before."""
    if await _lock(db, message, OPEN) is None:
        return False
    await _close(db, message, state, problem)
    return True


async def close_posted(db: Db, message: OutboundMessage, problem: str = "") -> list[int]:
    """Close a message that was posted before it could be withdrawn, or may have been (`problem`).

    Returns the ids of the notices that should not have been posted.
    """
    if await _lock(db, message, (MessageState.WITHDRAWING,)) is None:
        return []
    await _close(db, message, MessageState.UNKNOWN if problem else MessageState.POSTED, problem)
    unwanted = await db.execute(
        update(notices)
        .where(notices.c.parcel_id == message.id, notices.c.state.in_((NoticeState.WITHDRAWN, NoticeState.SKIPPED)))
        .values(state=NoticeState.POSTED, problem=NOT_WITHDRAWN)
        .returning(notices.c.id)
    )
    return sorted(unwanted.scalars())


async def replace_at_slack(db: Db, message: OutboundMessage) -> None:
    """Withdraw a scheduled message whose text is outdated, so that it is scheduled anew."""
    if await _lock(db, message, (MessageState.SCHEDULED,)):
        await _set(db, message, state=MessageState.WITHDRAWING, wake_at=AT_ONCE)


async def mark_checked(db: Db, message: OutboundMessage, wake_at: datetime) -> None:
    """Record that the text of a message is current, unless its webinar has changed again since it was read."""
    same = (
        outbox_messages.c.id == message.id,
        outbox_messages.c.state == MessageState.SCHEDULED,
        outbox_messages.c.wake_at == message.wake_at,
    )
    await db.execute(update(outbox_messages).where(*same).values(wake_at=wake_at))


async def mark_past_posted(db: Db, now: datetime, workspace: Workspace | None = None) -> bool:
    """Mark scheduled messages posted once their `wake_at` has passed. True if there may be more."""
    query, values = _past(one_workspace=bool(workspace)), {"now": now, "by": int(now.timestamp())}
    values |= workspace_columns(workspace) if workspace else {}
    ids = list((await db.execute(query, values)).scalars())
    await _lock_notices(db, ids)
    if not ids:
        return False
    still = list((await db.execute(locked(db, query.where(outbox_messages.c.id.in_(ids))), values)).scalars())
    if still:
        await db.execute(
            update(outbox_messages).where(outbox_messages.c.id.in_(still)).values(state=MessageState.POSTED)
        )
        await _mark_notices_posted(db, still)
    return len(ids) == PAGE


@cache
def _past(*, one_workspace: bool) -> Select[Any]:
    scheduled = (outbox_messages.c.state == MessageState.SCHEDULED, outbox_messages.c.wake_at <= bindparam("now"))
    query = select(outbox_messages.c.id).where(*scheduled, outbox_messages.c.post_at <= bindparam("by"))
    return (
        query.where(*(of_bound_workspace(outbox_messages) if one_workspace else ()))
        .order_by(outbox_messages.c.wake_at)
        .limit(PAGE)
    )


@cache
def _states(*, postgresql: bool) -> Select[Any]:
    what = select(
        outbox_messages.c.id, outbox_messages.c.state, outbox_messages.c.scheduled_id, outbox_messages.c.message_ts
    )
    return (
        what.where(column_in(outbox_messages.c.id, "ids", postgresql=postgresql))
        .order_by(outbox_messages.c.id)
        .with_for_update()
    )


async def _close(db: Db, message: OutboundMessage, state: MessageState, problem: str) -> None:
    await _set(db, message, state=state, problem=problem, claimed_until=None)
    closed = {"state": NoticeState(state.value), "problem": problem}
    await db.execute(update(notices).where(*_notices_in(message)).values(closed))


async def _mark_notices_posted(db: Db, ids: Sequence[int]) -> None:
    await db.execute(_notices_posted(postgresql=db.is_postgresql), {"ids": list(ids)})


@cache
def _notices_posted(*, postgresql: bool) -> Any:
    batched = (column_in(notices.c.parcel_id, "ids", postgresql=postgresql), notices.c.state == NoticeState.BATCHED)
    return update(notices).where(*batched).values(state=NoticeState.POSTED, problem="")


async def _lock_notices(db: Db, ids: Sequence[int]) -> None:
    if db.is_postgresql and ids:
        await db.execute(_NOTICES_IN, {"ids": list(ids)})


async def _lock(db: Db, message: OutboundMessage, states: Collection[MessageState]) -> MessageState | None:
    await _lock_notices(db, [message.id])
    query = locked(db, select(outbox_messages.c.state)).where(
        outbox_messages.c.id == message.id, outbox_messages.c.state.in_(states)
    )
    found: str | None = (await db.execute(query)).scalar()
    return MessageState(found) if found else None


async def _set(db: Db, message: OutboundMessage, **values: Any) -> None:
    await db.execute(update(outbox_messages).where(outbox_messages.c.id == message.id).values(values))


def _notices_in(message: OutboundMessage) -> list[ColumnElement[bool]]:
    return [notices.c.parcel_id == message.id, notices.c.state == NoticeState.BATCHED]


_NOTICES_IN = (
    select(notices.c.id)
    .where(column_in(notices.c.parcel_id, "ids", postgresql=True))
    .order_by(notices.c.id)
    .with_for_update()
)
_IS_SENDING = outbox_messages.c.state == MessageState.SENDING
_SCHEDULED = BulkUpdate(
    outbox_messages,
    {"at_slack": String(), "digest": String()},
    lambda given: {
        "state": case((_IS_SENDING, MessageState.SCHEDULED), else_=outbox_messages.c.state),
        "scheduled_id": given["at_slack"],
        "text_digest": given["digest"],
        "attempts": 0,
        "problem": "",
        "claimed_until": None,
    },
)
_POSTED = BulkUpdate(
    outbox_messages,
    {"ts": String(), "digest": String(), "channel": String(), "edit": UtcDateTime()},
    lambda given: {
        "posted_in": given["channel"],
        # A change while it was being sent has made it due already.
        "edit_at": func.coalesce(outbox_messages.c.edit_at, given["edit"]),
        "state": MessageState.POSTED,
        "message_ts": given["ts"],
        "text_digest": given["digest"],
        "problem": "",
        "claimed_until": None,
    },
)
