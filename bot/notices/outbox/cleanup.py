"""Deletes old notices and messages in small transactions that do not block others for long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, select

from bot.db.connection import Db, Store
from bot.db.schema import notices, outbox_messages
from bot.notices.model import MessageState
from bot.notices.outbox.notice_table import ENDED

CLOSED = (MessageState.POSTED, MessageState.WITHDRAWN, MessageState.UNKNOWN, MessageState.FAILED)
BATCH = 500
"""Rows deleted in one transaction."""


async def forget_notices(store: Store, before: datetime) -> None:
    """Delete all notices that ended before `before`."""
    while True:
        async with store.write() as db:
            if not await delete_old(db, before, BATCH):
                return


async def delete_old(db: Db, before: datetime, limit: int) -> int:
    """Delete at most `limit` notices that ended before `before`, and messages without notices. Returns how many."""
    over = (notices.c.state.in_(ENDED), notices.c.expires_at < before, notices.c.due_at < before)
    old = select(notices.c.id).where(*over).order_by(notices.c.id).limit(limit)
    gone = await db.execute(delete(notices).where(notices.c.id.in_(old)))
    empty = ~exists().where(notices.c.parcel_id == outbox_messages.c.id)
    past = (outbox_messages.c.state.in_(CLOSED), outbox_messages.c.post_at < int(before.timestamp()))
    left = select(outbox_messages.c.id).where(*past, empty).order_by(outbox_messages.c.id).limit(limit)
    emptied = await db.execute(delete(outbox_messages).where(outbox_messages.c.id.in_(left)))
    return gone.rowcount + emptied.rowcount
