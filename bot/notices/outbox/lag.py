"""How far the delivery of notices is behind: what is due and was not accepted by Slack yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal_column, select

from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.schema import notices, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import MessageState, NoticeState


@dataclass(frozen=True)
class OutboxLag:
    """The notices that are due and were not accepted by Slack yet."""

    count: int
    oldest: datetime | None
    """When the oldest of them was due (domain time)."""


async def read_lag(db: Db, workspace: Workspace, now: datetime) -> OutboxLag:
    """Read the lag of a workspace. A notice that Slack has scheduled is accepted."""
    # Two queries, because no index serves both conditions.
    planned = notices.c.state == literal_column(f"'{NoticeState.PLANNED}'")  # as written in the partial index
    sending = select(outbox_messages.c.id).where(
        *of_workspace(outbox_messages, workspace), outbox_messages.c.state == MessageState.SENDING
    )
    unanswered = and_(notices.c.state == NoticeState.BATCHED, notices.c.parcel_id.in_(sending))
    count, oldest = 0, None
    for which in (planned, unanswered):
        query = select(func.count(), func.min(notices.c.due_at)).where(
            *of_workspace(notices, workspace), which, notices.c.due_at <= now
        )
        found, since = (await db.execute(query)).one()
        count += found
        oldest = min(filter(None, (oldest, since)), default=None)
    return OutboxLag(count, oldest)
