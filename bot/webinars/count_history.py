"""The table of registration counts: one row per reading that differs from the previous one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import select

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.schema import counts
from bot.model.people import Account, Frozen
from bot.model.webinar import Registration


class CountReading(Frozen):
    """A count, valid from `read_at` until the next reading."""

    read_at: AwareDatetime
    count: int
    limit: int | None
    is_open: bool


async def add(db: Db, account: Account, session_id: str, registration: Registration) -> None:
    """Save a reading."""
    row = {
        **account_columns(account),
        "session_id": session_id,
        "read_at": registration.read_at,
        "registrant_count": registration.count,
        "registrant_limit": registration.limit,
        "registration_open": registration.is_open,
    }
    await db.upsert(counts, row)


async def at(db: Db, account: Account, session_id: str, moment: datetime) -> CountReading | None:
    """Return the last reading at or before `moment`, or None."""
    query = select(counts).where(
        *of_account(counts, account), counts.c.session_id == session_id, counts.c.read_at <= moment
    )
    row = (await db.execute(query.order_by(counts.c.read_at.desc()).limit(1))).first()
    return _reading(row) if row else None


async def of_session(db: Db, account: Account, session_id: str) -> list[CountReading]:
    """List the readings of a session, oldest first."""
    query = select(counts).where(*of_account(counts, account), counts.c.session_id == session_id)
    return [_reading(row) for row in await db.execute(query.order_by(counts.c.read_at))]


def _reading(row: Any) -> CountReading:
    return CountReading(
        read_at=row.read_at,
        count=row.registrant_count,
        limit=row.registrant_limit,
        is_open=row.registration_open,
    )
