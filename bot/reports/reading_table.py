"""The table of readings in progress, and that of their pages."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import delete, select

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.leases import LeasedTable
from bot.db.records import record_of
from bot.db.report_schema import report_pages, report_readings
from bot.model.attendance import PastSession
from bot.model.people import Account, Frozen
from bot.model.webinar import Status


class ReadingStep(StrEnum):
    """What is read next."""

    SESSION = "session"
    REGISTRANTS = "registrants"
    PARTICIPANTS = "participants"
    COUNT = "count"
    """Everything is read."""


class ReadingState(Frozen):
    """How far a reading is, besides its step."""

    session: PastSession = PastSession(status=Status.SCHEDULED)
    has_registration: bool = True
    pages: int = 0
    """Calls that were answered so far."""
    page: int = 0
    """Pages of the current list."""
    registrants: int = 0
    participants: int = 0
    open_leaves: int = 0
    """Participants without a time of leaving: while there are any, the history is not complete."""
    is_down: bool = False
    """Whether the provider did not answer the last call, so the reading waits."""


class Reading(Frozen):
    """A reading of the registrants and participants of one webinar."""

    account: Account
    session_id: str
    step: ReadingStep = ReadingStep.SESSION
    token: str | None = None
    state: ReadingState = ReadingState()
    begun_at: AwareDatetime


async def find(db: Db, account: Account, session_id: str) -> Reading | None:
    """The reading of this webinar."""
    return await LEASES.find(db, account, session_id)


async def add_page(db: Db, reading: Reading, content: str) -> None:
    """Save what was read with the current step and page; the same page again replaces it."""
    key = {**account_columns(reading.account), "session_id": reading.session_id}
    row = {**key, "step": reading.step, "number": reading.state.page, "content": content}
    await db.upsert(report_pages, row)


async def pages(db: Db, reading: Reading, step: ReadingStep) -> list[str]:
    """What was read in a step, page by page."""
    which = [*of_account(report_pages, reading.account), report_pages.c.session_id == reading.session_id]
    query = select(report_pages.c.content).where(*which, report_pages.c.step == step)
    return list((await db.execute(query.order_by(report_pages.c.number))).scalars())


async def drop_pages(db: Db, reading: Reading, *steps: ReadingStep) -> None:
    """Delete what was read in these steps."""
    which = [*of_account(report_pages, reading.account), report_pages.c.session_id == reading.session_id]
    await db.execute(delete(report_pages).where(*which, report_pages.c.step.in_(steps)))


async def end(db: Db, reading: Reading, worker_id: str) -> bool:
    """Delete a reading with its pages. False, and nothing deleted, if another worker owns it."""
    ended = await LEASES.delete(db, reading, report_readings.c.claimed_by == worker_id)
    if ended:
        await drop_pages(db, reading, *ReadingStep)
    return ended


def _reading(row: Any) -> Reading:
    return record_of(Reading, row, state=ReadingState.model_validate_json(row.content))


def _progress(reading: Reading) -> dict[str, Any]:
    content = reading.state.model_dump_json()
    return {"step": reading.step, "token": reading.token, "content": content, "begun_at": reading.begun_at}


LEASES = LeasedTable(
    report_readings,
    key=("session_id",),
    order=("begun_at", "session_id"),
    resumable=report_readings.c.step.in_(tuple(ReadingStep)),
    read=_reading,
    write=_progress,
)
