"""Whether the provider has all figures of a webinar, and when to read them again if not. Pure rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.webinar import Status
from bot.providers.names import named
from bot.reports.model import Report
from bot.reports.texts.problems import NOT_STARTED

if TYPE_CHECKING:
    from bot.model.attendance import PastSession
    from bot.reports.reading_table import ReadingState
    from bot.reports.report_table import StoredReport

FIRST = timedelta(minutes=3)
"""How long after the end upkeep reads for the first time: the provider takes a moment to complete its history."""
PAUSES: Sequence[timedelta] = (timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
"""The waits before further readings, while figures are missing. After the last one the report is final."""
STILL_LIVE = timedelta(minutes=15)
"""The wait if the webinar is still on."""
AGE = timedelta(minutes=5)
"""A user who asks for a report that is not complete gets one that is younger than this, without a call."""


def with_report(stored: StoredReport, state: ReadingState, report: Report) -> StoredReport:
    """What is known after a reading: the report, complete or not, and when it is read again."""
    readings = stored.readings + 1
    is_complete = stored.is_complete or is_settled(state, report) or is_final(report, stored.report, readings)
    report = report.model_copy(update={"complete": is_complete})
    due_at = None if is_complete else next_reading(readings, report.read_at)
    return stored.model_copy(update={"report": report, "readings": readings, "due_at": due_at, "problem": ""})


def not_finished(stored: StoredReport, session: PastSession, now: datetime) -> StoredReport:
    """What is known after a reading of a webinar that has not ended there: nothing to count, and when to look again.

    One that lasts longer than planned is looked at until it has ended, one that nobody has started some times.
    """
    readings = stored.readings + 1
    if session.status is Status.ACTIVE:
        return stored.model_copy(update={"due_at": now + STILL_LIVE, "problem": ""})
    due_at = next_reading(readings, now) if readings <= len(PAUSES) else None
    problem = named(NOT_STARTED, stored.session_id)
    return stored.model_copy(update={"readings": readings, "due_at": due_at, "problem": problem})


def is_settled(state: ReadingState, report: Report) -> bool:
    """Whether nothing is missing: nobody is still there, every record came, and both sources agree."""
    has_all = state.session.participants in (None, state.participants)
    return not state.open_leaves and has_all and not report.disagreement.total


def is_final(report: Report, previous: Report | None, readings: int) -> bool:
    """Whether a report that is not settled is final: its figures have stopped to change, or it was read often enough.

    `readings` counts those that have ended, with this one.
    """
    return _has_same_figures(report, previous) or readings > len(PAUSES)


def _has_same_figures(report: Report, previous: Report | None) -> bool:
    if previous is None:
        return False
    when = {"read_at": report.read_at, "complete": report.complete}
    return previous.model_copy(update=when) == report


def next_reading(readings: int, now: datetime) -> datetime:
    """When a report is read again that is neither settled nor final after so many readings."""
    return now + PAUSES[min(readings, len(PAUSES)) - 1]
