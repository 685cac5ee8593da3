"""How old the figures of the mirror are."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.schema import webinars
from bot.model.lifecycle import ENDED_STATUSES
from bot.model.people import Account


async def oldest_count(db: Db, account: Account, now: datetime) -> datetime | None:
    """Return when the oldest count of an upcoming webinar was read; None if none was."""
    query = select(func.min(webinars.c.counted_at)).where(
        *of_account(webinars, account), webinars.c.start > now, webinars.c.status.not_in(ENDED_STATUSES)
    )
    oldest: datetime | None = (await db.execute(query)).scalar()
    return oldest
