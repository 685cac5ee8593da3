"""Notes that a follow-up is open once the attendance is complete, so that the organizer is reminded of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.reports.follow_up import run_table
from bot.reports.open_items_table import ItemKind, open_item

if TYPE_CHECKING:
    from bot.db.connection import Db
    from bot.model.webinar import Webinar
    from bot.reports.model import Report


class FollowUpReminder:
    """To be called in the transaction that stores a report as complete for the first time."""

    def __init__(self, clock: Clock) -> None:
        """Count the days of the reminders from the time of this clock."""
        self._clock = clock

    async def __call__(self, db: Db, webinar: Webinar, report: Report) -> None:
        """Note it for the creator, unless there is nobody to write to, or a follow-up was sent already."""
        if not (webinar.created_by and (report.attended or report.absent)):
            return
        if await run_table.latest(db, webinar.account, webinar.session_id) is None:
            await open_item(db, webinar, ItemKind.FOLLOWUP, webinar.created_by, self._clock.now())
