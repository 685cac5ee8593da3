"""Deletes webinars long over, with everything about them that has no job of its own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from bot.db.campaign_schema import campaigns
from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import calendar_entries
from bot.db.report_schema import reports
from bot.db.schema import cards, counts, webinars
from bot.model.people import Account
from bot.model.webinar import MAX_LENGTH


async def forget_webinars(db: Db, account: Account, before: datetime, limit: int) -> int:
    """Delete at most `limit` webinars that ended before `before`, with what is known of them. Returns how many."""
    # No session is longer than MAX_LENGTH, so the start decides.
    over = *of_account(webinars, account), webinars.c.start < before - MAX_LENGTH
    query = select(webinars.c.session_id).where(*over).order_by(webinars.c.start).limit(limit)
    ids = list((await db.execute(query)).scalars())
    for table in (cards, counts, reports, campaigns, webinars) if ids else ():
        await db.execute(delete(table).where(*of_account(table, account), table.c.session_id.in_(ids)))
    return len(ids)


async def forget_calendars(db: Db, account: Account, before: datetime) -> None:
    """Delete the numbers of the calendar files of webinars that ended before `before`: no further file follows."""
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before - MAX_LENGTH)
    mine = *of_account(calendar_entries, account), calendar_entries.c.session_id.in_(over)
    await db.execute(delete(calendar_entries).where(*mine))
