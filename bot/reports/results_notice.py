"""Notifies channels and the organizer when the figures of a webinar are complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.notices.model import NoticeFacts
from bot.notices.planner import plan_results

if TYPE_CHECKING:
    from bot.db.connection import Db
    from bot.model.webinar import Webinar
    from bot.reports.model import Report


class ResultsNotice:
    """To be called in the transaction that stores a report as complete for the first time."""

    def __init__(self, clock: Clock, wake: Callable[[], None]) -> None:
        """`wake` starts the delivery of notices."""
        self._clock = clock
        self._wake = wake

    async def __call__(self, db: Db, webinar: Webinar, report: Report) -> None:
        """Plan the notices, which have figures only."""
        await plan_results(db, webinar, results_facts(report), self._clock.now())
        self._wake()


def results_facts(report: Report) -> NoticeFacts:
    """The figures of a report for a notice."""
    return NoticeFacts(
        count=report.registered if report.has_registration else None,
        attended=report.attended,
        without_registrant=report.without_registrant,
        peak=report.peak,
        peak_at=report.peak_at,
    )
