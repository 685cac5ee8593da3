"""Spans of the calendar: days, weeks, months, quarters and years, and the ones before them."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, TypeAlias

Unit: TypeAlias = Literal["day", "week", "month", "quarter", "half", "year"]
MONTHS_IN: Final[dict[Unit, int]] = {"month": 1, "quarter": 3, "half": 6, "year": 12}
DAYS_IN: Final[dict[Unit, int]] = {"day": 1, "week": 7}
FIRST_YEAR, LAST_YEAR = 1990, 2100
"""The years in which spans are supported: a webinar is in none that is much earlier or later."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to the day before `end`."""

    first: date
    end: date


def containing(day: date, unit: Unit, *, sunday_first: bool = False) -> Span:
    """The day, week, month, quarter, half or year that contains `day`."""
    if unit == "day":
        return Span(day, day + timedelta(days=1))
    if unit == "week":
        first = day - timedelta(days=(day.weekday() + sunday_first) % 7)
        return Span(first, first + timedelta(days=7))
    months = MONTHS_IN[unit]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    return Span(first, add_months(first, months))


def before(span: Span, unit: Unit) -> Span:
    """The span of this unit before a span of it."""
    return Span(minus(span.first, 1, unit), span.first)


def minus(day: date, amount: int, unit: Unit) -> date:
    """The day so many units earlier: the last day of the month if that month is shorter."""
    if unit in DAYS_IN:
        return day - timedelta(days=amount * DAYS_IN[unit])
    return add_months(day, -amount * MONTHS_IN[unit])


def add_months(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def dates_text(span: Span) -> str:
    """The days of a span, in American order: "Oct 1 – Dec 31, 2026"."""
    first, last = span.first, span.end - timedelta(days=1)
    end = f"{last:%b} {last.day}, {last.year}"
    if first == last:
        return end
    year = "" if first.year == last.year else f", {first.year}"
    return f"{first:%b} {first.day}{year} – {end}"
