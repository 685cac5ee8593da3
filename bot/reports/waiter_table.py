"""The table of the users who wait for a report."""

from __future__ import annotations

from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, select, true

from bot.db.connection import Db
from bot.db.keys import account_of, of_account
from bot.db.leases import LeasedTable
from bot.db.report_schema import report_waiters
from bot.model.people import Account, Frozen


class Waiter(Frozen):
    """A user who waits for the report of a webinar. The process that serves them owns the row."""

    account: Account
    session_id: str
    user_id: str
    asked_at: AwareDatetime


async def first(db: Db, account: Account, session_id: str) -> Waiter | None:
    """The user who has waited longest for this report."""
    which = [*of_account(report_waiters, account), report_waiters.c.session_id == session_id]
    order = (report_waiters.c.asked_at, report_waiters.c.user_id)
    row = (await db.execute(select(report_waiters).where(*which).order_by(*order).limit(1))).first()
    return _waiter(row) if row else None


async def is_waiting(db: Db, waiter: Waiter) -> bool:
    """Whether this user still waits."""
    found = await db.execute(select(report_waiters.c.user_id).where(*LEASES.same(waiter)))
    return found.first() is not None


async def remove(db: Db, waiter: Waiter) -> bool:
    """Let a user wait no more. False if they did not."""
    return bool((await db.execute(delete(report_waiters).where(*LEASES.same(waiter)))).rowcount)


def _waiter(row: Any) -> Waiter:
    return Waiter(account=account_of(row), session_id=row.session_id, user_id=row.user_id, asked_at=row.asked_at)


def _asked_at(waiter: Waiter) -> dict[str, Any]:
    return {"asked_at": waiter.asked_at}


LEASES = LeasedTable(
    report_waiters,
    key=("session_id", "user_id"),
    order=("asked_at", "session_id", "user_id"),
    resumable=true(),
    read=_waiter,
    write=_asked_at,
)
