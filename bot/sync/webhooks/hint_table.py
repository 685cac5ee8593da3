"""The table of what webhooks suggest to read, one row per session, and one for the list."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, func, select, update

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.leases import LeasedTable
from bot.db.webhook_schema import webhook_hints
from bot.model.people import Account, Frozen

MAX_LISTED = 200
KEY = ("team_id", "enterprise_id", "provider", "account", "subject")


class StoredHint(Frozen):
    """What to read. `subject` is a session id, or `hint_rules.LIST`. Times are machine time."""

    account: Account
    subject: str
    listed: tuple[str, ...] = ()
    """Session ids that the list must still contain."""
    number: int = 0
    """How many hints there were: if it has grown during a read, there must be another one."""
    due_at: AwareDatetime | None = None
    began_at: AwareDatetime | None = None
    reads: int = 0
    tries: int = 0


async def lock(db: Db, account: Account, subject: str) -> StoredHint:
    """Return the row of this subject, made if there is none, and lock it until the transaction ends."""
    row = {**account_columns(account), "subject": subject}
    await db.upsert(webhook_hints, row, keep=set(row))
    query = select(webhook_hints).where(*of_account(webhook_hints, account), webhook_hints.c.subject == subject)
    return read((await db.execute(query.with_for_update() if db.is_postgresql else query)).one())


async def save(db: Db, hint: StoredHint) -> None:
    """Save a locked row; its lease stays."""
    where = [*of_account(webhook_hints, hint.account), webhook_hints.c.subject == hint.subject]
    await db.execute(update(webhook_hints).where(*where).values(**write(hint)))


async def claim_due(db: Db, account: Account, worker_id: str, now: datetime, until: datetime) -> list[StoredHint]:
    """Claim what is due now and nobody else reads."""
    is_due = webhook_hints.c.due_at <= now
    return await LEASES.claim_many(db, account, worker_id, now, until, is_due, most=10)


async def next_due(db: Db, account: Account) -> datetime | None:
    """When something is due next, claimed or not."""
    found = await db.execute(select(func.min(webhook_hints.c.due_at)).where(*of_account(webhook_hints, account)))
    due: datetime | None = found.scalar()
    return due


async def forget_before(db: Db, account: Account, moment: datetime) -> None:
    """Delete rows with nothing to read whose last read began before this machine time."""
    idle = [webhook_hints.c.due_at.is_(None), webhook_hints.c.began_at < moment]
    await db.execute(delete(webhook_hints).where(*of_account(webhook_hints, account), *idle))


def merge_listed(before: Collection[str], added: Collection[str]) -> tuple[str, ...]:
    """The ids of both, each once."""
    return tuple(dict.fromkeys([*before, *sorted(added)]))[:MAX_LISTED]


def read(row: Any) -> StoredHint:
    """Read a row."""
    return StoredHint(
        account=account_of(row),
        subject=row.subject,
        listed=tuple(json.loads(row.content)) if row.content else (),
        number=row.number,
        due_at=row.due_at,
        began_at=row.began_at,
        reads=row.reads,
        tries=row.tries,
    )


def write(hint: StoredHint) -> dict[str, Any]:
    """The columns of a row, without its key and its lease."""
    return {
        "content": json.dumps(hint.listed) if hint.listed else "",
        "number": hint.number,
        "due_at": hint.due_at,
        "began_at": hint.began_at,
        "reads": hint.reads,
        "tries": hint.tries,
    }


LEASES = LeasedTable(
    webhook_hints,
    key=("subject",),
    order=("due_at",),
    resumable=webhook_hints.c.due_at.is_not(None),
    read=read,
    write=write,
)
"""The leases of reads in progress."""
