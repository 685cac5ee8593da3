"""Writes what a batch of notices becomes: new messages, which this worker has claimed, deferrals and ends."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Interval, String, Text, bindparam, func, insert

from bot.clock import machine_now
from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import BulkUpdate, rows_from_lists, workspace_columns
from bot.db.schema import CHANNEL_AND_SECOND, notices, outbox_messages
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.outbox.batch_plan import MessageDraft
from bot.notices.outbox.claims import Claim
from bot.notices.outbox.rows import BatchedMessage, NoticeRow, OutboundMessage, facts_json

EACH = ("team_id", "enterprise_id", "channel_id", "way", "post_at", "mark", "wake_at", "attempts")
"""The columns in which new messages differ."""
MESSAGE_FIELDS = ("channel_id", "way", "post_at", "mark", "wake_at", "attempts")


async def insert_messages(
    db: Db, drafts: Sequence[MessageDraft], claim: Claim, rewritten: Collection[int] = ()
) -> list[BatchedMessage]:
    """Insert messages that this worker is about to send. `rewritten`: the notices whose facts have changed."""
    if not drafts:
        return []
    rows = [sorted(draft.rows, key=_by_due) if len(draft.rows) > 1 else draft.rows for draft in drafts]
    values = [_columns(draft, group) for draft, group in zip(drafts, rows, strict=True)]
    ids = await _insert(db, values, claim)
    batch = [_batched(group, number, each, claim) for group, number, each in zip(rows, ids, values, strict=True)]
    await _BATCHED.run(db, [{"key": row.id, "message": one.message.id} for one in batch for row in one.rows])
    changed = [row for one in batch for row in one.rows if row.id in rewritten]
    await _FACTS.run(db, [{"key": row.id, "facts": facts_json(row.notice.facts)} for row in changed])
    return batch


async def defer(db: Db, rows: Iterable[tuple[NoticeRow, datetime]]) -> None:
    """Let notices wait until the given times."""
    await _DEFERRED.run(db, [{"key": row.id, "until": until} for row, until in rows])


async def write_ends(db: Db, rows: Collection[NoticeRow]) -> None:
    """Write the final states and problems of notices."""
    await _ENDED.run(db, [{"key": row.id, "ended": row.state, "why": row.problem} for row in rows])


async def _insert(db: Db, values: Sequence[dict[str, Any]], claim: Claim) -> list[int]:
    """Insert rows and return their ids, in the same order."""
    common = {"state": MessageState.SENDING, "claimed_by": claim.by}
    if not db.is_postgresql:
        until = machine_now() + claim.lease
        made = await db.execute(_INSERT, [{**each, **common, "claimed_until": until} for each in values])
        return list(made.scalars())
    lists = {name: [each[name] for each in values] for name in EACH}
    made = await db.execute(_INSERT_ALL, {**lists, **common, "lease": claim.lease})
    # No two messages of a transaction share a channel and a second.
    ids = {tuple(key): number for number, *key in made}
    return [ids[tuple(each[name] for name in CHANNEL_AND_SECOND)] for each in values]


def _insert_all() -> Any:
    """One statement for any number of messages: a statement for each number would have to be prepared separately."""
    common = {"state": bindparam("state", type_=outbox_messages.c.state.type), "claimed_by": bindparam("claimed_by")}
    until = func.clock_timestamp() + bindparam("lease", type_=Interval())
    chosen = rows_from_lists(outbox_messages, EACH).add_columns(*common.values(), until)
    statement = insert(outbox_messages).from_select([*EACH, *common, "claimed_until"], chosen, include_defaults=False)
    return statement.returning(outbox_messages.c.id, *(outbox_messages.c[name] for name in CHANNEL_AND_SECOND))


def _by_due(row: NoticeRow) -> tuple[datetime, int]:
    return row.notice.due_at, row.id


def _columns(draft: MessageDraft, rows: Sequence[NoticeRow]) -> dict[str, Any]:
    notice = rows[0].notice
    return {
        **workspace_columns(notice.account.workspace),
        "channel_id": notice.channel_id,
        "way": draft.way,
        "post_at": draft.post_at,
        "mark": secrets.token_hex(8) if draft.way is DeliveryMethod.IMMEDIATE else "",
        "wake_at": draft.wake_at,
        "attempts": 1 + max(row.message.attempts if row.message else 0 for row in rows),
    }


def _batched(rows: Sequence[NoticeRow], message_id: int, values: dict[str, Any], claim: Claim) -> BatchedMessage:
    message = OutboundMessage(
        id=message_id,
        workspace=rows[0].notice.account.workspace,
        state=MessageState.SENDING,
        claimed_by=claim.by,
        **{name: values[name] for name in MESSAGE_FIELDS},
    )
    batched = (NoticeRow(row.id, row.notice, NoticeState.BATCHED, message, row.problem) for row in rows)
    return BatchedMessage(message, tuple(batched))


_INSERT = insert(outbox_messages).returning(outbox_messages.c.id, sort_by_parameter_order=True)
_INSERT_ALL = _insert_all()
_DEFERRED = BulkUpdate(notices, {"until": UtcDateTime()}, lambda given: {"hand_at": given["until"]})
_ENDED = BulkUpdate(
    notices, {"ended": String(), "why": Text()}, lambda given: {"state": given["ended"], "problem": given["why"]}
)
_BATCHED = BulkUpdate(
    notices,
    {"message": BigInteger()},
    lambda given: {"state": NoticeState.BATCHED, "parcel_id": given["message"]},
)
_FACTS = BulkUpdate(notices, {"facts": Text()}, lambda given: {"facts": given["facts"]})
