"""How many people came to past webinars, as far as their reports are stored."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from bot.reports import report_table
from bot.webinars.totals import Turnout

if TYPE_CHECKING:
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.reports.report_table import StoredReport

AT_ONCE = 500
"""Reports read by one query."""


async def stored_turnouts(store: Store, account: Account, session_ids: Collection[str]) -> dict[str, Turnout]:
    """The turnouts of these webinars by session id, without those that have no report. No vendor call."""
    ids = sorted(session_ids)
    found: dict[str, StoredReport] = {}
    async with store.read() as db:
        for first in range(0, len(ids), AT_ONCE):
            found |= await report_table.find_many(db, account, ids[first : first + AT_ONCE])
    return {
        session_id: Turnout(
            registered=stored.report.registered if stored.report.has_registration else None,
            attended=stored.report.attended,
        )
        for session_id, stored in found.items()
        if stored.report
    }
