"""Parse a named day, month, quarter, half or year: "March", "Q3 2026", "2026-02", "14 Feb", "last Friday"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Final, NamedTuple, TypeAlias

from bot.commands.calendar_spans import Span, Unit, dates_text, minus
from bot.commands.date_shapes import MONTHS, WEEKDAYS

_MONTH = "|".join(f"{name}|{name[:3]}" for name in MONTHS) + "|sept"
_ORDINALS: Final = ("first|1st", "second|2nd", "third|3rd", "fourth|4th")
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_Label: TypeAlias = Callable[[Span], str]


class NamedSpan(NamedTuple):
    """A span that is named by its number or name, and how spans like it are called."""

    span: Span
    unit: Unit
    label: _Label


def named_span(text: str, today: date) -> NamedSpan | None:
    """The span that the whole text names; without a year the latest that has begun.

    Raises `ValueError` for a date that does not exist.
    """
    for pattern, read in _patterns():
        if match := pattern.fullmatch(text):
            unit, first, label = read(match, today)
            return NamedSpan(Span(first, minus(first, -1, unit)), unit, label)
    return None


_Read: TypeAlias = Callable[[re.Match[str], date], tuple[Unit, date, _Label]]


@cache
def _patterns() -> list[tuple[re.Pattern[str], _Read]]:
    quarter = "|".join(f"(?:{each}) quarter" for each in _ORDINALS)
    half = "|".join(f"(?:{each}) half" for each in _ORDINALS[:2])
    of = r"(?:,? (?:of )?"
    day = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
    return [
        (re.compile(rf"(?P<part>q ?[1-4]|{quarter}){of}{_YEAR})?"), _read_quarter),
        (re.compile(rf"{_YEAR} ?-?(?P<part>q[1-4])"), _read_quarter),
        (re.compile(rf"(?P<part>h ?[12]|{half}){of}{_YEAR})?"), _read_half),
        (re.compile(rf"{_YEAR} ?-?(?P<part>h[12])"), _read_half),
        (re.compile(_YEAR), _read_year),
        (re.compile(rf"(?P<month>{_MONTH})\.?(?:,? {_YEAR})?"), _read_month),
        (re.compile(rf"{_YEAR} (?P<month>{_MONTH})"), _read_month),
        (re.compile(rf"{_YEAR}[-/](?P<month>\d{{1,2}})"), _read_month),
        (re.compile(rf"(?P<month>\d{{1,2}})/{_YEAR}"), _read_month),
        (re.compile(rf"{_YEAR}[-/](?P<month>\d{{1,2}})[-/]{day}"), _read_day),
        (re.compile(rf"{day} (?:of )?(?P<month>{_MONTH})\.?(?:,? {_YEAR})?"), _read_day),
        (re.compile(rf"(?P<month>{_MONTH})\.? {day}(?:,? {_YEAR})?"), _read_day),
        (re.compile(rf"(?:(?:last|past|on) )?(?P<weekday>{'|'.join(WEEKDAYS)})"), _read_weekday),
    ]


def _read_quarter(match: re.Match[str], today: date) -> tuple[Unit, date, _Label]:
    number = _ordinal(match["part"], 4)
    first = _latest(match["year"], 3 * number - 2, 1, today)
    return "quarter", first, _part_label("Q", 3, match["year"] or first.year != today.year)


def _read_half(match: re.Match[str], today: date) -> tuple[Unit, date, _Label]:
    first = _latest(match["year"], 6 * _ordinal(match["part"], 2) - 5, 1, today)
    return "half", first, _part_label("H", 6, match["year"] or first.year != today.year)


def _read_year(match: re.Match[str], _: date) -> tuple[Unit, date, _Label]:
    return "year", date(int(match["year"]), 1, 1), lambda span: str(span.first.year)


def _read_month(match: re.Match[str], today: date) -> tuple[Unit, date, _Label]:
    first = _latest(match["year"], _month(match["month"]), 1, today)
    return "month", first, _month_label


def _read_day(match: re.Match[str], today: date) -> tuple[Unit, date, _Label]:
    return "day", _latest(match["year"], _month(match["month"]), int(match["day"]), today), dates_text


def _read_weekday(match: re.Match[str], today: date) -> tuple[Unit, date, _Label]:
    return "day", today - timedelta(days=(today.weekday() - WEEKDAYS.index(match["weekday"])) % 7 or 7), dates_text


def _ordinal(text: str, most: int) -> int:
    if text[0] in "qh":
        return int(text[-1])
    return next(number for number in range(1, most + 1) if text.split()[0] in _ORDINALS[number - 1].split("|"))


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    return next(number for number, name in enumerate(MONTHS, 1) if name.startswith(text[:3]))


def _latest(year: str | None, month: int, day: int, today: date) -> date:
    """This day in the year, or without one the latest that has begun. Raises `ValueError` if there is none."""
    if year:
        return date(int(year), month, day)
    for earlier in range(5):  # 29 February is up to four years back, or eight around 2100
        try:
            found = date(today.year - earlier, month, day)
        except ValueError:
            continue
        if found <= today:
            return found
    raise ValueError


def _part_label(letter: str, months: int, with_year: object) -> _Label:
    def label(span: Span) -> str:
        return f"{letter}{(span.first.month - 1) // months + 1}" + (f" {span.first.year}" if with_year else "")

    return label


def _month_label(span: Span) -> str:
    return f"{span.first:%B} {span.first.year}"
