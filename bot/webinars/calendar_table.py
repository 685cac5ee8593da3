"""The table of calendar entries: the sequence of each person's last file of a webinar, apart from seat and team."""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.people_schema import calendar_entries
from bot.model.people import Account


async def next_sequence(db: Db, account: Account, session_id: str, user_id: str, at_least: int) -> int:
    """Reserve the sequence of this person's next file: higher than all earlier ones, and not below `at_least`.

    Locks the row, so the files of one person are numbered in the order of their transactions.
    """
    row: dict[str, Any] = {**account_columns(account), "session_id": session_id, "user_id": user_id}
    row |= {"sequence": at_least, "is_of_team": False}
    insert = postgres.insert(calendar_entries) if db.is_postgresql else sqlite.insert(calendar_entries)
    current = calendar_entries.c.sequence
    following = case((current < at_least, at_least), else_=current + 1)
    reserved = insert.values(**row).on_conflict_do_update(
        index_elements=list(calendar_entries.primary_key), set_={"sequence": following}
    )
    return int((await db.execute(reserved.returning(current))).scalar_one())


async def save_role(db: Db, account: Account, session_id: str, user_id: str, *, is_of_team: bool) -> None:
    """Save whether the last file of this person is that of a member of the team."""
    person = calendar_entries.c.session_id == session_id, calendar_entries.c.user_id == user_id
    where = (*of_account(calendar_entries, account), *person)
    await db.execute(update(calendar_entries).where(*where).values(is_of_team=is_of_team))
