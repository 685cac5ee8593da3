"""Queries that the tables of seats and of suggestions share: one row per person and session."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Table, delete, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.schema import webinars
from bot.model.people import Account
from bot.model.webinar import MAX_LENGTH


class _Saved(Protocol):
    @property
    def state(self) -> str: ...

    @property
    def changed_at(self) -> datetime: ...


def of_session(table: Table, account: Account, session_id: str) -> list[ColumnElement[bool]]:
    """Select the rows of one session."""
    return [*of_account(table, account), table.c.session_id == session_id]


def is_unchanged(table: Table, record: _Saved) -> list[ColumnElement[bool]]:
    """Conditions that hold until the row of this record is saved again."""
    return [table.c.state == record.state, table.c.changed_at == record.changed_at]


async def first(db: Db, table: Table, *which: ColumnElement[bool]) -> Any:
    """The first of these rows, or None."""
    return (await db.execute(select(table).where(*which).limit(1))).first()


async def sessions(db: Db, table: Table, account: Account, *which: ColumnElement[bool]) -> frozenset[str]:
    """The sessions that have such rows."""
    found = await db.execute(select(table.c.session_id).where(*of_account(table, account), *which).distinct())
    return frozenset(found.scalars())


async def forget_ended(db: Db, table: Table, account: Account, before: datetime) -> None:
    """Delete the rows of webinars that ended before then."""
    # No session is longer than MAX_LENGTH: some rows stay for up to a day more than they need to.
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before - MAX_LENGTH)
    await db.execute(delete(table).where(*of_account(table, account), table.c.session_id.in_(over)))
