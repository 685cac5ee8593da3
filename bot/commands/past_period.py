"""Parse a period of past webinars: "this quarter", "last 90 days", "March", "2026", "Q3", "since 1 May", "May-July"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.commands.calendar_spans import (
    DAYS_IN,
    FIRST_YEAR,
    LAST_YEAR,
    Span,
    Unit,
    add_months,
    before,
    containing,
    dates_text,
    minus,
)
from bot.commands.named_spans import named_span
from bot.commands.slack_text import EDGE_MARKS

_UNITS: Final[dict[str, Unit]] = {
    "d": "day", "day": "day", "days": "day", "w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
    "mo": "month", "mos": "month", "mth": "month", "month": "month", "months": "month", "q": "quarter",
    "qtr": "quarter", "quarter": "quarter", "quarters": "quarter", "y": "year", "yr": "year", "yrs": "year",
    "year": "year", "years": "year", "half": "half", "half year": "half", "half-year": "half",
}  # fmt: skip
_NUMBERS: Final = (
    "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_MOST: Final[dict[Unit, int]] = {"day": 3660, "week": 520, "month": 120, "quarter": 40, "half": 20, "year": 10}
"""Up to ten years."""
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_AMOUNT = rf"\d{{1,4}}|{'|'.join(_NUMBERS)}"
_LAST = "last|previous|prior|past"
_SHORTEST_UNIT = 3
"""Letters of a unit without an amount: a single "q" is not a quarter."""
DAY_BEFORE = "the day before"
_YEAR_TO_DATE = re.compile(r"(?:the )?year to date|ytd|(?:the |this )?year so far")
_BEGIN = "since|starting|after|as of"
_UNTIL_NOW = re.compile(r" (?:until|till|to|through) (?:today|now)$")
_RANGE = (
    re.compile(r"(?:from )?(.+?) ?(?:\b(?:to|until|till|through|thru)\b|(?<=\S) ?[-–—] ?(?=\S)) ?(.+)"),
    re.compile(r"between (.+) and (.+)"),
)
_LEAD = re.compile(r"^(?:(?:in|during|for|from|of|over)\b ?)?(?:the )?")
_MAX_LENGTH = 60


class _Calendar(NamedTuple):
    """The user's day, and whether their weeks begin on Sunday."""

    today: date
    sunday_first: bool


class _Parsed(NamedTuple):
    span: Span
    label: str
    earlier: Span
    earlier_label: str
    """Follows a figure: "up from 51 % last quarter"."""


@dataclass(frozen=True, slots=True)
class Period:
    """A period in the user's days, as UTC moments, and the one of the same length before it."""

    begin: datetime
    end: datetime
    """The first moment after it."""
    label: str
    """As a heading: "This quarter"."""
    dates: str
    """The days: "Oct 1 – Dec 31, 2026"."""
    earlier_begin: datetime
    earlier_label: str
    """The period before, as it follows a figure: "last quarter"."""


def parse_past_period(text: str, now: datetime, zone: ZoneInfo, *, sunday_first: bool = False) -> Period | None:
    """The period that the whole text names; `None` if it names none.

    `zone` is the user's. A month, a quarter or a day without a year is the latest that has begun.
    """
    plain = " ".join(normalize("NFKC", text).casefold().split()).strip(EDGE_MARKS + " ")
    if not plain or len(plain) > _MAX_LENGTH:
        return None
    try:
        parsed = _parse(plain, _Calendar(now.astimezone(zone).date(), sunday_first))
    except (ValueError, OverflowError):  # a date that does not exist
        return None
    if not parsed or parsed.earlier.first.year < FIRST_YEAR or parsed.span.end.year > LAST_YEAR:
        return None
    return Period(
        begin=_midnight(parsed.span.first, zone),
        end=_midnight(parsed.span.end, zone),
        label=parsed.label[0].upper() + parsed.label[1:],
        dates=dates_text(parsed.span),
        earlier_begin=_midnight(parsed.earlier.first, zone),
        earlier_label=parsed.earlier_label,
    )


def split_past_period(
    text: str, now: datetime, zone: ZoneInfo, *, sunday_first: bool = False
) -> Iterator[tuple[Period, str]]:
    """Every way to read `text` as a period before or after words of a title, the longest period first."""
    words = text.split()
    for count in range(len(words), 0, -1):
        for period_words, rest in ((words[:count], words[count:]), (words[-count:], words[:-count])):
            period = parse_past_period(" ".join(period_words), now, zone, sunday_first=sunday_first)
            if period:
                yield period, " ".join(rest)
            if not rest:
                break


def _parse(text: str, calendar: _Calendar) -> _Parsed | None:
    if open_ended := re.fullmatch(rf"(?:{_BEGIN}) (.+)", _UNTIL_NOW.sub("", text)):
        return _since(open_ended[1], calendar)
    if _YEAR_TO_DATE.fullmatch(text):
        return _this("year", calendar)
    bare = _LEAD.sub("", text)
    return (
        _relative(bare, calendar)
        or _rolling(bare, calendar.today)
        or _named(bare, calendar.today)
        or _between(text, calendar)
    )


def _relative(text: str, calendar: _Calendar) -> _Parsed | None:
    if text == "today":
        today = containing(calendar.today, "day")
        return _Parsed(today, text, before(today, "day"), DAY_BEFORE)
    match = re.fullmatch(rf"(?:(this|current|{_LAST}) )?({_UNIT})|(yesterday)", text)
    if not match or (match[2] and not match[1] and len(match[2]) < _SHORTEST_UNIT):
        return None
    unit = _UNITS[match[2] or "day"]
    return _this(unit, calendar) if match[1] in {"this", "current"} else _last(unit, calendar)


def _this(unit: Unit, calendar: _Calendar) -> _Parsed:
    span = containing(calendar.today, unit, sunday_first=calendar.sunday_first)
    if unit == "day":
        return _Parsed(span, "today", before(span, unit), DAY_BEFORE)
    return _Parsed(span, f"this {_noun(unit)}", before(span, unit), f"last {_noun(unit)}")


def _last(unit: Unit, calendar: _Calendar) -> _Parsed:
    span = before(containing(calendar.today, unit, sunday_first=calendar.sunday_first), unit)
    label = "yesterday" if unit == "day" else f"last {_noun(unit)}"
    return _Parsed(span, label, before(span, unit), f"the {_noun(unit)} before")


def _rolling(text: str, today: date) -> _Parsed | None:
    match = re.fullmatch(rf"(?:(?:{_LAST}) )?({_AMOUNT}) ?({_UNIT})", text)
    if not match:
        return None
    unit = _UNITS[match[2]]
    amount = int(match[1]) if match[1].isdecimal() else _NUMBERS.index(match[1]) + 1
    if not 0 < amount <= _MOST[unit]:
        return None
    end = today + timedelta(days=1)
    span = Span(minus(end, amount, unit), end)
    many = f"{amount} {_noun(unit)}{'s' * (amount > 1)}"
    return _Parsed(span, f"last {many}", Span(minus(span.first, amount, unit), span.first), f"in the {many} before")


def _named(text: str, today: date) -> _Parsed | None:
    found = named_span(text, today)
    if not found:
        return None
    earlier = before(found.span, found.unit)
    name = found.label(earlier)
    if found.unit in DAYS_IN:
        return _Parsed(found.span, found.label(found.span), earlier, DAY_BEFORE)
    if str(earlier.first.year) not in name and earlier.first.year != today.year:
        name = f"{name} {earlier.first.year}"
    return _Parsed(found.span, found.label(found.span), earlier, f"in {name}")


def _noun(unit: Unit) -> str:
    return "half-year" if unit == "half" else unit


def _since(text: str, calendar: _Calendar) -> _Parsed | None:
    begin = _parse(text, calendar)
    end = calendar.today + timedelta(days=1)
    if not begin or begin.span.first > calendar.today:
        return None
    is_named = begin.label[0].isupper()
    label = begin.label if is_named else dates_text(Span(begin.span.first, begin.span.first + timedelta(days=1)))
    return _Parsed(*_with_same_length(begin.span.first, end, f"since {label}"))


def _between(text: str, calendar: _Calendar) -> _Parsed | None:
    for pattern in _RANGE:
        match = pattern.fullmatch(text)
        if not match:
            continue
        last = _parse(match[2], calendar)
        first = _parse(match[1], calendar._replace(today=last.span.first) if last else calendar)
        if first and last and first.span.first < last.span.end and len(match[1]) < len(text):
            span = Span(first.span.first, last.span.end)
            return _Parsed(*_with_same_length(span.first, span.end, dates_text(span)))
    return None


def _with_same_length(first: date, end: date, label: str) -> tuple[Span, str, Span, str]:
    days = (end - first).days
    months = (end.year - first.year) * 12 + end.month - first.month
    whole = months > 0 and first.day == end.day == 1
    earlier = add_months(first, -months) if whole else first - timedelta(days=days)
    many = f"{months} month{'s' * (months > 1)}" if whole else f"{days} day{'s' * (days > 1)}"
    return Span(first, end), label, Span(earlier, first), f"in the {many} before"


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
