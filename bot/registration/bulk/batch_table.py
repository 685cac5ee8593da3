"""The table of batches: lists of people registered at once, and how far each has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from functools import partial

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement

from bot.db.connection import Db
from bot.db.leases import LeasedTable
from bot.db.people_schema import batches
from bot.db.records import record_of
from bot.model.people import Account, Frozen


class BatchState(StrEnum):
    """How far a batch has come. Only `RUNNING` and `UNDOING` are worked on."""

    DRAFT = "draft"
    """Shown to its user, and not confirmed."""
    RUNNING = "running"
    STOPPED = "stopped"
    """By a user, or because registration is refused; it can be continued."""
    DONE = "done"
    UNDOING = "undoing"
    UNDO_STOPPED = "undo_stopped"
    UNDONE = "undone"


OPEN = (BatchState.RUNNING, BatchState.UNDOING)
HALTED = (BatchState.STOPPED, BatchState.UNDO_STOPPED)


class Batch(Frozen):
    """A list of people, whose rows are registration requests. `problem` is a sentence for the user."""

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
    """Save a new batch without a lease."""
    await LEASES.add(db, batch, **batch.model_dump(exclude={"account", "batch_id"}))


async def find(db: Db, account: Account, batch_id: str) -> Batch | None:
    """The batch of this id."""
    return await LEASES.find(db, account, batch_id)


async def change(db: Db, batch: Batch, *, frm: BatchState) -> bool:
    """Save the state and the problem of this record. False if the saved state is not `frm`.

    The lease stays with its worker, which releases it after it has seen the change.
    """
    values = batch.model_dump(include={"state", "problem", "ended_at"})
    return await LEASES.change(db, batch, values, batches.c.state == frm)


def is_unchanged(batch: Batch) -> list[ColumnElement[bool]]:
    """Conditions that hold until the state changes, for example because a user stops the batch."""
    return [batches.c.state == batch.state]


async def save_message(db: Db, batch: Batch, channel_id: str, ts: str) -> None:
    """Save the channel and timestamp of its progress message."""
    await LEASES.change(db, batch, {"dm_channel_id": channel_id, "dm_ts": ts})


async def find_older(db: Db, account: Account, state: BatchState, before: datetime) -> list[Batch]:
    """The batches in this state that ended (drafts: began) before this time."""
    since = batches.c.begun_at if state is BatchState.DRAFT else batches.c.ended_at
    return await LEASES.all(db, account, batches.c.state == state, since < before)


async def delete_batch(db: Db, batch: Batch) -> bool:
    """Delete a batch without its rows (`row_table.delete_rows`). False if its state has changed."""
    return await LEASES.delete(db, batch, *is_unchanged(batch))


LEASES = LeasedTable(
    batches,
    key=("batch_id",),
    order=("begun_at", "batch_id"),
    resumable=batches.c.state.in_(OPEN),
    read=partial(record_of, Batch),
)
