"""The table of what an organizer still has open after a webinar, and when they are reminded of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.keys import account_columns, account_of, of_account
from bot.db.recording_schema import open_items
from bot.db.schema import webinars
from bot.model.people import Account, Frozen
from bot.reports.messages import table as message_table
from bot.reports.messages.table import MessageTopic

if TYPE_CHECKING:
    from bot.db.connection import Db
    from bot.model.webinar import Webinar


class ItemKind(StrEnum):
    """What is open; the value is stored and must not change later."""

    RECORDING = "recording"
    """It is not decided where to share the recording."""
    FOLLOWUP = "followup"
    """Nobody has followed up with those who came or did not."""


class ItemOutcome(StrEnum):
    """How an item was closed; the value is stored and must not change later."""

    DONE = "done"
    NOT_NEEDED = "not_needed"


REMIND_AFTER = (timedelta(days=1), timedelta(days=3))
"""How long after an item was opened its organizer is reminded, if it is still open."""


class OpenItem(Frozen):
    """Something that the organizer of a webinar has not done yet; with an outcome, it is closed."""

    account: Account
    session_id: str
    kind: ItemKind
    user_id: str
    opened_at: AwareDatetime
    reminders: int = 0
    """How many reminders were planned."""
    remind_at: AwareDatetime | None = None
    outcome: ItemOutcome | None = None
    closed_by: str = ""
    """The person who closed it."""


async def open_item(db: Db, webinar: Webinar, kind: ItemKind, user_id: str, now: datetime) -> bool:
    """Note that this is open, and remind its organizer after a day and after three. False if it was noted before.

    An item that was closed stays closed.
    """
    insert = postgres.insert(open_items) if db.is_postgresql else sqlite.insert(open_items)
    key = {**account_columns(webinar.account), "session_id": webinar.session_id, "kind": kind}
    values = {"user_id": user_id, "opened_at": now, "remind_at": now + REMIND_AFTER[0]}
    return (await db.execute(insert.values(**key, **values).on_conflict_do_nothing())).rowcount == 1


async def close_item(
    db: Db, webinar: Webinar, kind: ItemKind, by: str, outcome: ItemOutcome = ItemOutcome.DONE
) -> bool:
    """Close an item, so that nobody is reminded of it any more. False if it was not open.

    The reminders that were posted are rewritten.
    """
    which = *_of_session(webinar.account, webinar.session_id), open_items.c.kind == kind, open_items.c.outcome == ""
    values = {"outcome": outcome, "closed_by": by, "remind_at": None}
    if not (await db.execute(update(open_items).where(*which).values(**values))).rowcount:
        return False
    await message_table.mark_outdated(db, webinar.account, webinar.session_id, MessageTopic.ITEMS)
    return True


async def of_session(db: Db, account: Account, session_id: str) -> list[OpenItem]:
    """The items of a session, open and closed ones."""
    query = select(open_items).where(*_of_session(account, session_id)).order_by(open_items.c.kind.desc())
    return [_item(row) for row in await db.execute(query)]


async def open_of(db: Db, account: Account, user_id: str) -> dict[str, list[ItemKind]]:
    """What is open for this user, by session id; in each the recording first."""
    which = *of_account(open_items, account), open_items.c.user_id == user_id, open_items.c.outcome == ""
    query = select(open_items.c.session_id, open_items.c.kind).where(*which).order_by(open_items.c.kind.desc())
    found: dict[str, list[ItemKind]] = {}
    for session_id, kind in await db.execute(query):
        found.setdefault(session_id, []).append(ItemKind(kind))
    return found


async def due_sessions(db: Db, account: Account, now: datetime, most: int) -> list[str]:
    """The sessions with an item whose reminder is due, longest overdue first."""
    which = *of_account(open_items, account), open_items.c.remind_at <= now
    query = select(open_items.c.session_id).where(*which).group_by(open_items.c.session_id)
    found = await db.execute(query.order_by(func.min(open_items.c.remind_at)).limit(most))
    return list(found.scalars())


async def save_reminder(db: Db, items: Collection[OpenItem]) -> None:
    """Save how many reminders each open item has had, and when the next one is due."""
    for item in items:
        which = *_of_session(item.account, item.session_id), open_items.c.kind == item.kind, open_items.c.outcome == ""
        values = {"reminders": item.reminders, "remind_at": item.remind_at}
        await db.execute(update(open_items).where(*which).values(**values))


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the items of webinars that began before then."""
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before)
    await db.execute(delete(open_items).where(*of_account(open_items, account), open_items.c.session_id.in_(over)))


def _of_session(account: Account, session_id: str) -> list[Any]:
    return [*of_account(open_items, account), open_items.c.session_id == session_id]


def _item(row: Any) -> OpenItem:
    return OpenItem(
        account=account_of(row),
        session_id=row.session_id,
        kind=ItemKind(row.kind),
        user_id=row.user_id,
        opened_at=row.opened_at,
        reminders=row.reminders,
        remind_at=row.remind_at,
        outcome=ItemOutcome(row.outcome) if row.outcome else None,
        closed_by=row.closed_by,
    )
