"""Deletes readings that never ended, and requests for reports that were never answered."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.report_schema import report_pages, report_readings, report_waiters
from bot.model.people import Account


async def forget_begun(db: Db, account: Account, before: datetime) -> None:
    """Delete what was read for reports, and who has asked for them, if that began before `before`."""
    old = select(report_readings.c.session_id).where(
        *of_account(report_readings, account), report_readings.c.begun_at < before
    )
    await db.execute(delete(report_pages).where(*of_account(report_pages, account), report_pages.c.session_id.in_(old)))
    for table, begun in ((report_readings, report_readings.c.begun_at), (report_waiters, report_waiters.c.asked_at)):
        await db.execute(delete(table).where(*of_account(table, account), begun < before))
