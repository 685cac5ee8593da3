"""The table of the users who wait for a report."""

from __future__ import annotations

from functools import partial
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import true

from bot.db.connection import Db
from bot.db.leases import LeasedTable
from bot.db.records import record_of
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
    order = (report_waiters.c.asked_at, report_waiters.c.user_id)
    return await LEASES.first(db, account, report_waiters.c.session_id == session_id, order=order)


async def is_waiting(db: Db, waiter: Waiter) -> bool:
    """Whether this user still waits."""
    return await LEASES.find(db, waiter.account, waiter.session_id, waiter.user_id) is not None


async def remove(db: Db, waiter: Waiter) -> bool:
    """Let a user wait no more. False if they did not."""
    return await LEASES.delete(db, waiter)


def _asked_at(waiter: Waiter) -> dict[str, Any]:
    return {"asked_at": waiter.asked_at}


LEASES = LeasedTable(
    report_waiters,
    key=("session_id", "user_id"),
    order=("asked_at", "session_id", "user_id"),
    resumable=true(),
    read=partial(record_of, Waiter),
    write=_asked_at,
)
