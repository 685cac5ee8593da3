"""The table of calendar entries: the sequence of each person's last file of a webinar, apart from seat and team."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, select, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.people_schema import calendar_entries
from bot.model.people import Account

OUTDATED = "outdated"
"""In place of the digest of what a file shows."""


class Taker(NamedTuple):
    """A person without a role in a webinar, and the direct message in which they took its calendar file."""

    user_id: str
    channel_id: str


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
    """Save whether the last file of this person is that of a member of the team. Their seat or team updates it."""
    row = {"is_of_team": is_of_team, "shown_digest": "", "dm_channel_id": ""}
    await db.execute(update(calendar_entries).where(*_of_person(account, session_id, user_id)).values(**row))


async def save_taken(db: Db, account: Account, session_id: str, taker: Taker, digest: str) -> None:
    """Save what the last file of a person without a role shows, unless they have got a seat or a role meanwhile.

    The digest of a file that is about to be sent is `OUTDATED`, so that it is sent again after a crash.
    """
    row = {"is_of_team": False, "shown_digest": digest, "dm_channel_id": taker.channel_id}
    mine = _of_person(account, session_id, taker.user_id)
    if digest != OUTDATED:
        mine.append(calendar_entries.c.shown_digest != "")
    await db.execute(update(calendar_entries).where(*mine).values(**row))


async def forget_taker(db: Db, account: Account, session_id: str, user_id: str) -> None:
    """Send this person no more files, unless they have a seat or a role."""
    row = {"shown_digest": "", "dm_channel_id": ""}
    await db.execute(update(calendar_entries).where(*_of_person(account, session_id, user_id)).values(**row))


async def save_offer(db: Db, account: Account, session_id: str, user_id: str, ts: str) -> None:
    """Save which direct message offers this person to register; an empty `ts` if none does."""
    mine = _of_person(account, session_id, user_id)
    await db.execute(update(calendar_entries).where(*mine).values(offer_ts=ts))


async def offer_of(db: Db, account: Account, session_id: str, user_id: str) -> str:
    """The direct message that offers this person to register; empty if none does."""
    mine = _of_person(account, session_id, user_id)
    return (await db.execute(select(calendar_entries.c.offer_ts).where(*mine))).scalar() or ""


async def taken_sessions(db: Db, account: Account) -> frozenset[str]:
    """The sessions with people who took a file without a role."""
    query = select(calendar_entries.c.session_id).distinct()
    rows = await db.execute(query.where(*of_account(calendar_entries, account), calendar_entries.c.shown_digest != ""))
    return frozenset(rows.scalars())


async def outdated_takers(
    db: Db, account: Account, session_id: str, digest: str, limit: int | None = None
) -> list[Taker]:
    """The people without a role whose last file shows something else than `digest`."""
    query = select(calendar_entries.c.user_id, calendar_entries.c.dm_channel_id).where(
        *of_account(calendar_entries, account),
        calendar_entries.c.session_id == session_id,
        calendar_entries.c.shown_digest.not_in(("", digest)),
    )
    rows = await db.execute(query.order_by(calendar_entries.c.user_id).limit(limit))
    return [Taker(row.user_id, row.dm_channel_id) for row in rows]


def _of_person(account: Account, session_id: str, user_id: str) -> list[ColumnElement[bool]]:
    person = calendar_entries.c.session_id == session_id, calendar_entries.c.user_id == user_id
    return [*of_account(calendar_entries, account), *person]
