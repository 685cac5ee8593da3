"""Remembers each list of people that somebody has registered at once: how far it is, and who works on it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, delete, or_, select, update

from bot.models import Account, Frozen
from bot.store.connection import Db
from bot.store.crowd_schema import batches
from bot.store.keys import account_columns, account_in, of_account


class BatchState(StrEnum):
    """How far a batch is. Only what is `RUNNING` or `UNDOING` is worked on."""

    DRAFT = "draft"
    """Shown to whoever sent the list, and not confirmed."""
    RUNNING = "running"
    STOPPED = "stopped"
    """By a person, or because nobody can register just now; it can go on."""
    DONE = "done"
    UNDOING = "undoing"
    UNDO_STOPPED = "undo_stopped"
    UNDONE = "undone"


OPEN = (BatchState.RUNNING, BatchState.UNDOING)
HALTED = (BatchState.STOPPED, BatchState.UNDO_STOPPED)


class Batch(Frozen):
    """One list as it is written down. The people on it are `applications`. `problem` is a sentence of ours."""

    account: Account
    batch_id: str
    session_id: str
    user_id: str
    state: BatchState
    total: int
    dm_channel_id: str = ""
    dm_ts: str = ""
    begun_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    problem: str = ""


async def add(db: Db, batch: Batch) -> None:
    """Write a new one down; nobody works on it yet."""
    values = batch.model_dump(exclude={"account"})
    await db.execute(batches.insert().values(**account_columns(batch.account), **values))


async def find(db: Db, account: Account, batch_id: str) -> Batch | None:
    """The batch of this id."""
    query = select(batches).where(*of_account(batches, account), batches.c.batch_id == batch_id)
    row = (await db.execute(query)).first()
    return _batch(row) if row else None


async def change(db: Db, batch: Batch, *, frm: BatchState) -> bool:
    """Bring it to the state and the problem that it has here. False where it is no longer as in `frm`.

    Whoever holds it goes on doing so, until they have seen that and let go of it.
    """
    values = batch.model_dump(include={"state", "problem", "ended_at"})
    changed = await db.execute(update(batches).where(*_same(batch), batches.c.state == frm).values(**values))
    return changed.rowcount == 1


async def claim(db: Db, account: Account, by: str, now: datetime, until: datetime) -> Batch | None:
    """Take over the oldest batch that is to be worked on and that nobody works on, until then (machine time)."""
    free = or_(batches.c.claimed_until.is_(None), batches.c.claimed_until < now)
    chosen = select(batches).where(*of_account(batches, account), batches.c.state.in_(OPEN), free)
    chosen = chosen.order_by(batches.c.begun_at, batches.c.batch_id).limit(1)
    if db.is_postgresql:
        chosen = chosen.with_for_update(skip_locked=True)
    row = (await db.execute(chosen)).first()
    if row is None:
        return None
    batch = _batch(row)
    await db.execute(update(batches).where(*_same(batch)).values(claimed_by=by, claimed_until=until))
    return batch


async def is_ours(db: Db, batch: Batch, by: str) -> bool:
    """Whether we hold it still, in the same state. False too where somebody has stopped it."""
    same = [*_same(batch), batches.c.claimed_by == by, batches.c.state == batch.state]
    return (await db.execute(select(batches.c.batch_id).where(*same))).first() is not None


async def hold(db: Db, batch: Batch, by: str, until: datetime | None) -> None:
    """Go on holding it until then, whatever its state; nothing lets go of it."""
    mine = [*_same(batch), batches.c.claimed_by == by]
    await db.execute(update(batches).where(*mine).values(claimed_until=until))


async def place(db: Db, batch: Batch, channel_id: str, ts: str) -> None:
    """Remember where the message stands that tells how far it is."""
    await db.execute(update(batches).where(*_same(batch)).values(dm_channel_id=channel_id, dm_ts=ts))


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.execute(update(batches).where(batches.c.state.in_(OPEN)).values(claimed_until=None))


async def old(db: Db, account: Account, state: BatchState, before: datetime) -> list[Batch]:
    """Those that have been in this state since before then, as far as that is known: drafts since they were begun."""
    since = batches.c.begun_at if state is BatchState.DRAFT else batches.c.ended_at
    rows = await db.execute(
        select(batches).where(*of_account(batches, account), batches.c.state == state, since < before)
    )
    return [_batch(row) for row in rows]


async def forget(db: Db, batch: Batch) -> bool:
    """Nothing of it is remembered; its people are for `batch_lines` to forget. False where it has moved on."""
    gone = await db.execute(delete(batches).where(*_same(batch), batches.c.state == batch.state))
    return gone.rowcount == 1


def _same(batch: Batch) -> list[ColumnElement[bool]]:
    return [*of_account(batches, batch.account), batches.c.batch_id == batch.batch_id]


def _batch(row: Any) -> Batch:
    return Batch(
        account=account_in(row),
        batch_id=row.batch_id,
        session_id=row.session_id,
        user_id=row.user_id,
        state=BatchState(row.state),
        total=row.total,
        dm_channel_id=row.dm_channel_id,
        dm_ts=row.dm_ts,
        begun_at=row.begun_at,
        ended_at=row.ended_at,
        problem=row.problem,
    )
