"""How many had registered when: one row for each reading of a registration that differed from the one before."""

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
    """What a reading said that differed from the one before; it held from `read_at` until the next one."""

    read_at: AwareDatetime
    count: int
    limit: int | None
    is_open: bool


async def add(db: Db, account: Account, session_id: str, registration: Registration) -> None:
    """Keep what was read just now."""
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
    """The last figure at or before a moment; None where nothing had been read by then."""
    query = select(counts).where(
        *of_account(counts, account), counts.c.session_id == session_id, counts.c.read_at <= moment
    )
    row = (await db.execute(query.order_by(counts.c.read_at.desc()).limit(1))).first()
    return _figure(row) if row else None


async def of_session(db: Db, account: Account, session_id: str) -> list[CountReading]:
    """Every figure of this session, oldest first."""
    query = select(counts).where(*of_account(counts, account), counts.c.session_id == session_id)
    return [_figure(row) for row in await db.execute(query.order_by(counts.c.read_at))]


def _figure(row: Any) -> CountReading:
    return CountReading(
        read_at=row.read_at,
        count=row.registrant_count,
        limit=row.registrant_limit,
        is_open=row.registration_open,
    )
