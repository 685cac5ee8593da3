"""The posted messages that may have to be edited, because a webinar has changed or is over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, Text, and_, or_, select, update

from bot.db.connection import Db
from bot.db.keys import BulkUpdate, of_account, of_workspace
from bot.db.schema import notices, outbox_messages
from bot.model.people import Account, Workspace
from bot.notices.endings import Endings
from bot.notices.model import DeliveryMethod, MessageState, NoticeKind, NoticeState
from bot.notices.outbox.message_table import locked
from bot.notices.outbox.rows import ROWS, BatchedMessage, NoticeRow, OutboundMessage, facts_json, read_facts, read_row

EDITED_FOR = timedelta(days=14)
"""Older messages are left as they are."""
POSTED_WITHIN_S = 60
"""Seconds after its time within which Slack posts a scheduled message."""


class ScheduledPost(NamedTuple):
    """A message that Slack posts at a Unix second."""

    id: int
    channel_id: str
    post_at: int


async def mark_outdated(
    db: Db, account: Account, session_id: str, ended: Endings, now: datetime, *, channel_id: str = ""
) -> None:
    """Have the posted messages about a session looked at, and store why some of their notices lost their point.

    With `channel_id`, only those of this channel.

    Call it in the transaction that changes the webinar. A message that is being sent is looked at once it is posted.
    """
    # All that a new plan locks, in one order.
    mine = (*of_account(notices, account), notices.c.session_id == session_id, notices.c.state.in_(_LOCKED))
    columns = notices.c.id, notices.c.kind, notices.c.facts, notices.c.parcel_id, notices.c.state, notices.c.channel_id
    query = select(*columns).where(*mine).order_by(notices.c.id)
    found = await db.execute(query.with_for_update() if db.is_postgresql else query)
    sent = (row for row in found if row.parcel_id is not None and row.state in _SENT)
    rows = [row for row in sent if channel_id in ("", row.channel_id)]
    changed = []
    for row in rows:
        end, facts = ended.get(NoticeKind(row.kind)), read_facts(row.facts)
        if end is not None and facts.end is None:
            changed.append((row.id, facts.model_copy(update={"end": end})))
    await _FACTS.run(db, [{"key": number, "facts": facts_json(facts)} for number, facts in changed])
    await _look_at(db, {row.parcel_id for row in rows}, now)


async def _look_at(db: Db, message_ids: Collection[int], now: datetime) -> None:
    about = outbox_messages.c.id.in_(message_ids)
    recent = outbox_messages.c.post_at > int((now - EDITED_FOR).timestamp())
    messages = locked(db, select(outbox_messages.c.id).where(about, recent, _CAN_CHANGE))
    ids = list((await db.execute(messages)).scalars()) if message_ids else []
    if ids:
        await db.execute(update(outbox_messages).where(outbox_messages.c.id.in_(ids)).values(edit_at=now))


async def due(db: Db, workspace: Workspace, now: datetime, limit: int) -> list[OutboundMessage]:
    """Posted messages that are to be looked at by now, the longest waiting first."""
    which = (*of_workspace(outbox_messages, workspace), outbox_messages.c.edit_at <= now, _IS_POSTED)
    ids = select(outbox_messages.c.id).where(*which).order_by(outbox_messages.c.edit_at).limit(limit)
    return [one.message for one in await with_notices(db, list((await db.execute(ids)).scalars()))]


async def without_ts(db: Db, workspace: Workspace, channel_id: str, ts: str) -> BatchedMessage | None:
    """The message that Slack was to post at about this time, if nobody knows yet where it is; with its notices."""
    second = int(float(ts))
    here = (*of_workspace(outbox_messages, workspace), outbox_messages.c.channel_id == channel_id)
    about = outbox_messages.c.post_at.between(second - POSTED_WITHIN_S, second)
    ids = select(outbox_messages.c.id).where(*here, about, *_IS_UNPLACED)
    which = notices.c.parcel_id == ids.order_by(outbox_messages.c.post_at.desc()).limit(1).scalar_subquery()
    found = await db.execute(ROWS.where(which, notices.c.state.in_(_SENT)).order_by(notices.c.due_at, notices.c.id))
    rows = tuple(map(read_row, found))
    return BatchedMessage(rows[0].message, rows) if rows and rows[0].message else None


async def without_place(db: Db, workspace: Workspace, since: datetime, until: datetime) -> list[ScheduledPost]:
    """The messages that Slack was to post in this time, and nobody knows where they are; the latest first."""
    time = outbox_messages.c.post_at.between(int(since.timestamp()), int(until.timestamp()))
    columns = outbox_messages.c.id, outbox_messages.c.channel_id, outbox_messages.c.post_at
    query = select(*columns).where(*of_workspace(outbox_messages, workspace), time, *_IS_UNPLACED)
    found = await db.execute(query.order_by(outbox_messages.c.post_at.desc()))
    return [ScheduledPost(*row) for row in found]


async def save_ts(db: Db, message: OutboundMessage, ts: str, now: datetime) -> None:
    """Store where a scheduled message is, so it counts as posted from now on, and have it looked at."""
    unknown = (outbox_messages.c.id == message.id, outbox_messages.c.message_ts.is_(None))
    await db.execute(update(outbox_messages).where(*unknown).values(message_ts=ts, edit_at=now, wake_at=now))


async def claim(db: Db, message: OutboundMessage, until: datetime) -> bool:
    """Keep other workers away from a message until then. False if one of them has it."""
    same = (outbox_messages.c.id == message.id, outbox_messages.c.edit_at == message.edit_at)
    return bool((await db.execute(update(outbox_messages).where(*same).values(edit_at=until))).rowcount)


async def finish(
    db: Db, message: OutboundMessage, claimed_until: datetime, again_at: datetime | None, digest: str | None
) -> None:
    """Release a claim: look again at `again_at`, or never. A change in the meantime keeps the message due."""
    same = (outbox_messages.c.id == message.id, outbox_messages.c.edit_at == claimed_until)
    await db.execute(update(outbox_messages).where(*same).values(edit_at=again_at, text_digest=digest))


async def with_notices(db: Db, message_ids: Collection[int]) -> list[BatchedMessage]:
    """These messages, each with all of its posted notices."""
    if not message_ids:
        return []
    return await posted_messages(db, notices.c.parcel_id.in_(message_ids))


async def posted_messages(db: Db, which: ColumnElement[bool]) -> list[BatchedMessage]:
    """The posted messages of these notices whose place is known, each with all of its posted notices."""
    found = await db.execute(
        ROWS.where(which, notices.c.state == NoticeState.POSTED).order_by(notices.c.due_at, notices.c.id)
    )
    rows: dict[int, list[NoticeRow]] = {}
    for row in map(read_row, found):
        if row.message and row.message.state is MessageState.POSTED and row.message.message_ts:
            rows.setdefault(row.message.id, []).append(row)
    return [BatchedMessage(one[0].message, tuple(one)) for one in rows.values() if one[0].message]


_IS_POSTED: ColumnElement[bool] = and_(
    outbox_messages.c.state == MessageState.POSTED, outbox_messages.c.message_ts.is_not(None)
)
_IS_UNPLACED = (
    outbox_messages.c.way == DeliveryMethod.SCHEDULED,
    outbox_messages.c.message_ts.is_(None),
    outbox_messages.c.state.in_((MessageState.SCHEDULED, MessageState.POSTED)),
)
_FACTS = BulkUpdate(notices, {"facts": Text()}, lambda given: {"facts": given["facts"]})
_SENT = (NoticeState.POSTED, NoticeState.BATCHED)
_LOCKED = (*_SENT, NoticeState.PLANNED, NoticeState.WITHDRAWN)
_CAN_CHANGE = or_(_IS_POSTED, outbox_messages.c.state == MessageState.SENDING)
