"""The table of reports: one row per webinar that is over, counts only."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import and_, or_, select

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.report_schema import reports
from bot.db.schema import webinars
from bot.model.people import Account, Frozen
from bot.model.webinar import Status
from bot.reports.model import Report


class StoredReport(Frozen):
    """What is known about a webinar that is over, and what was tried."""

    account: Account
    session_id: str
    report: Report | None = None
    """`None` before the first reading has succeeded."""
    readings: int = 0
    due_at: AwareDatetime | None = None
    """When upkeep reads it again; `None` if it need not."""
    problem: str = ""
    """The sentence that ended the last reading; empty if it succeeded."""
    ended_at: AwareDatetime | None = None

    def is_of_earlier_date(self, start: datetime) -> bool:
        """Whether it was read before this start: the webinar was moved since."""
        return self.ended_at is not None and self.ended_at < start

    @property
    def is_complete(self) -> bool:
        """Whether the provider had all figures."""
        return self.report is not None and self.report.complete


async def find(db: Db, account: Account, session_id: str) -> StoredReport | None:
    """The row of this webinar."""
    query = select(reports).where(*of_account(reports, account), reports.c.session_id == session_id)
    row = (await db.execute(query)).first()
    return _stored(row) if row else None


async def find_many(db: Db, account: Account, session_ids: Collection[str]) -> dict[str, StoredReport]:
    """The rows of these webinars by session id, without those that have none."""
    query = select(reports).where(*of_account(reports, account), reports.c.session_id.in_(session_ids))
    return {row.session_id: _stored(row) for row in await db.execute(query)}


async def save(db: Db, stored: StoredReport) -> None:
    """Save the row of a webinar."""
    row = {
        **account_columns(stored.account),
        "session_id": stored.session_id,
        "content": stored.report.model_dump_json() if stored.report else None,
        "is_complete": stored.is_complete,
        "readings": stored.readings,
        "due_at": stored.due_at,
        "problem": stored.problem,
        "ended_at": stored.ended_at,
    }
    await db.upsert(reports, row)


async def due(db: Db, account: Account, started_after: datetime, now: datetime) -> list[str]:
    """The sessions, oldest first, that began since then, are not canceled, and are due to be read or never were."""
    same = [webinars.c[name] == reports.c[name] for name in (*account_columns(account), "session_id")]
    # What was read before the start is of an earlier date, from which the webinar was moved.
    is_due = or_(reports.c.session_id.is_(None), reports.c.due_at <= now, reports.c.ended_at < webinars.c.start)
    began = and_(webinars.c.start > started_after, webinars.c.start <= now)
    query = select(webinars.c.session_id).outerjoin_from(webinars, reports, and_(*same))
    query = query.where(*of_account(webinars, account), began, webinars.c.status != Status.CANCELED, is_due)
    return list((await db.execute(query.order_by(webinars.c.start, webinars.c.session_id))).scalars())


def _stored(row: Any) -> StoredReport:
    return StoredReport(
        account=account_of(row),
        session_id=row.session_id,
        report=Report.model_validate_json(row.content) if row.content else None,
        readings=row.readings,
        due_at=row.due_at,
        problem=row.problem,
        ended_at=row.ended_at,
    )
