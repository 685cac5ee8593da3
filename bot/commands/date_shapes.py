"""The accepted shapes of dateparser's simplified English: a day and a time that together are all of a text.

dateparser ignores words that it does not know: to it, "24/7 tomorrow 3pm" is tomorrow at the current minute. So only
texts of a known shape are resolved, and a date that does not exist is reported instead of replaced by another one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from typing import Final, NamedTuple

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS: Final = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
                 "november", "december")  # fmt: skip
WEEKDAY: Final = f"(?:{'|'.join(WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(MONTHS)})"
PARTS: Final = {"morning": 0, "afternoon": 12, "evening": 12, "night": 12}
"""Hours to add to a time without am or pm."""

_CLOCK = re.compile(r"(?<![\d:./-])(?:(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap]m))?|(\d{1,2}) ([ap]m))(?![\w:./-])")
_TORN = re.compile(rf"\d @ {_MONTH}|{_MONTH} @ \d{{1,2}}\b")
_PART = re.compile(rf"\b({'|'.join(PARTS)})\b")
_RELATIVE = re.compile(rf"(?:(?:next|this) )?{WEEKDAY}|0 day ago|in \d{{1,3}} (?:day|week|fortnight|month|year)")
_RELATIVE_NAMED = re.compile(rf"(0 day ago|in [12] day) ({WEEKDAY})")
_IN_WEEK = re.compile(rf"({WEEKDAY}) in (\d{{1,2}}) week|in (\d{{1,2}}) week ({WEEKDAY})")
_FROM_TODAY = re.compile(r"0 day ago in (\d{1,3}) (day|week)")
_AFTER_DAY = re.compile(rf"(\d{{1,2}}) (fortnight|week) (?:(0|in [12]) day(?: ago)?|({WEEKDAY}))")
_END = re.compile(rf"(?:end|last day) (?:(?:0 )?(month|year)(?: ago)?|in 1 (month|year)|({_MONTH})(?: (\d{{4}}))?)")
_WEEKEND = re.compile(r"(?:(?:next|this|in 1 week) )?weekend")
_END_OF_WEEK = re.compile(r"(?:end|last day) (?:0 |in 1 )?week(?: ago)?")
_WHOLE = re.compile(r"in 1 (week|month|year)")
_NEXT = re.compile(
    r"\b(?:next|n(?:ä|ae?)chst|kommend|prochain|pr[oó]xim|prossim|volgend|que (?:vem|viene))", re.IGNORECASE
)
_NAMED = re.compile(
    rf"(?:({WEEKDAY}) )?(?:(\d{{1,2}})\.? ({_MONTH})|({_MONTH}) (\d{{1,2}}))(?: (\d{{4}}))?(?: ({WEEKDAY}))?"
)
_FIGURES = re.compile(
    rf"(?:({WEEKDAY}) )?(?:(\d{{4}})([-/.])(\d{{1,2}})\3(\d{{1,2}})"
    rf"|(\d{{1,2}})([-/.])(\d{{1,2}})(?:(?:\7(\d{{4}}|\d\d))|(\.))?)(?: ({WEEKDAY}))?"
)
_DAY_OF_MONTH = re.compile(rf"(?:({WEEKDAY}) )?(\d{{1,2}})")
_ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.IGNORECASE)


class DateProblem(ValueError):
    """A text is a date and time, but not one that exists, or not a single one. Its text is a sentence for the user."""


class Query(NamedTuple):
    """A day in dateparser's English and a time to resolve, and the weekday that the result must have."""

    day: str
    clock: time | None
    part: str
    weekday: str = ""
    ends_day: bool = False
    """24:00: midnight at the end of the day."""


def read_query(english: str, run: str, wall: datetime, *, month_first: bool) -> Query | None:
    """The day and time in `english`, translated from `run`; `None` if it contains anything else.

    `wall` is the user's time. Raises `DateProblem` for a date or time that does not exist.
    """
    clocks = list(_CLOCK.finditer(english))
    if _TORN.search(_CLOCK.sub("@", english)):
        return None  # "7 at 12 March" is not 7 March
    rest = _CLOCK.sub(" ", english)
    part = match[1] if (match := _PART.search(rest)) else ""
    rest = " ".join(_PART.sub(" ", rest, count=1).split())
    if len(clocks) > 1 or not (clocks or rest):
        return None
    day, weekday = ("", "") if not rest else _day(rest, run, wall, month_first=month_first, has_clock=bool(clocks))
    if rest and not day:
        return None
    clock, ends_day = _clock(clocks[0], part, has_day=bool(rest)) if clocks else (None, False)
    if clocks and clock is None:
        return None
    if clock and (number := _DAY_OF_MONTH.fullmatch(rest)):
        day = _next_day_of_month(int(number[2]), number[1] or "", wall, clock)
    return Query(day, clock, part, weekday, ends_day)


def _clock(match: re.Match[str], part: str, *, has_day: bool) -> tuple[time | None, bool]:
    """The time on a 24-hour clock, and whether it is 24:00.

    1 to 6 without am, pm or a leading zero is in the afternoon, when webinars are.
    """
    text, minute, second = match[1] or match[5], int(match[2] or 0), int(match[3] or 0)
    hour, half = int(text), match[4] or match[6]
    if (hour, minute, second, half) == (24, 0, 0, None):
        return time(), True
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif hour < 12 and part:
        hour += PARTS[part]
    elif hour in range(1, 7) and not text.startswith("0"):
        hour += 12
    if hour < 24 and minute < 60 and second < 60:
        return time(hour, minute, second), False
    if has_day:
        raise DateProblem(f"{match[0]} is not a time.")
    return None, False  # an aspect ratio, perhaps


def _day(rest: str, run: str, wall: datetime, *, month_first: bool, has_clock: bool) -> tuple[str, str]:
    """The day in dateparser's English, empty if `rest` is none, and the weekday it must have."""
    _check_single(rest, run, has_clock=has_clock)
    if _RELATIVE.fullmatch(rest):
        return rest, ""
    if relative := _RELATIVE_NAMED.fullmatch(rest):
        return relative[1], relative[2]
    if computed := _computed_day(rest, wall):
        return _spelled_out(computed), ""
    if named := _NAMED.fullmatch(rest):
        return _in_words(named, run, wall, has_clock=has_clock)
    if figures := _FIGURES.fullmatch(rest):
        return _in_figures(figures, has_clock=has_clock, month_first=month_first)
    return (rest, "") if has_clock and _DAY_OF_MONTH.fullmatch(rest) and _ORDINAL.search(run) else ("", "")


def _check_single(rest: str, run: str, *, has_clock: bool) -> None:
    """Raise `DateProblem` for a weekend, a week or a month, which are more than one day."""
    if _WEEKEND.fullmatch(rest) and (has_clock or rest != "weekend"):
        raise DateProblem("A weekend has two days: write Saturday, Sunday or a date.")
    if _END_OF_WEEK.fullmatch(rest):
        raise DateProblem("The end of a week can be Friday or Sunday: write the weekday or a date.")
    if (whole := _WHOLE.fullmatch(rest)) and _NEXT.search(run):
        raise DateProblem(f"Next {whole[1]} is more than one day: write a weekday or a date.")


def _computed_day(rest: str, wall: datetime) -> date | None:
    """The day of a phrase that dateparser does not know: "monday next week", "a fortnight today", "end of month"."""
    today = wall.date()
    if week := _IN_WEEK.fullmatch(rest):  # dateparser knows both parts, but not together
        monday = today + timedelta(weeks=int(week[2] or week[3]), days=-today.weekday())
        return monday + timedelta(days=WEEKDAYS.index(week[1] or week[4]))
    if ahead := _FROM_TODAY.fullmatch(rest):
        return today + timedelta(days=int(ahead[1]) * (7 if ahead[2] == "week" else 1))
    if after := _AFTER_DAY.fullmatch(rest):
        to_weekday = (WEEKDAYS.index(after[4]) - today.weekday() - 1) % 7 + 1 if after[4] else 0
        days = to_weekday or int((after[3] or "0").removeprefix("in "))
        return today + timedelta(weeks=int(after[1]) * (2 if after[2] == "fortnight" else 1), days=days)
    if end := _END.fullmatch(rest):
        this, following, month, year = end.groups(default="")
        number = MONTHS.index(month) + 1 if month else 12 if "year" in (this, following) else today.month
        in_year = int(year or today.year) + (following == "year" or (bool(month) and not year and number < today.month))
        if following == "month":
            number, in_year = (1, in_year + 1) if number == 12 else (number + 1, in_year)
        return date(in_year, number, monthrange(in_year, number)[1])
    return None


def _in_words(match: re.Match[str], run: str, wall: datetime, *, has_clock: bool) -> tuple[str, str]:
    """A date with the name of its month: "12 March", "March 12, 2026"."""
    weekday, day, month, month2, day2, year, weekday2 = match.groups(default="")
    number = int(day or day2)
    typed = re.search(rf"(?<!\d)0?{number}(?!\d)", run)  # in digits: "What a May" is not 1 May
    if not typed or (not has_clock and (number > 31 or (year and int(year) < 1900))):
        return "", ""  # in "12 March 1530", the last number is a time
    if year and not has_clock and int(year) > wall.year + 2 and int(year) % 100 < 60:
        raise DateProblem(f"“{year}” can be a year, but also a time: write the time with a colon.")
    return _existing(number, MONTHS.index(month or month2) + 1, year), weekday or weekday2


def _existing(day: int, month: int, year: str) -> str:
    """The date in dateparser's English. Raises `DateProblem` if it does not exist in that year, or in any."""
    if not 1 <= day <= monthrange(int(year or 2024) or 2024, month)[1]:
        raise DateProblem(f"There is no {MONTHS[month - 1].capitalize()} {day}{f', {year}' if year else ''}.")
    return f"{day} {MONTHS[month - 1]} {year}"


def _in_figures(match: re.Match[str], *, has_clock: bool, month_first: bool) -> tuple[str, str]:
    """A numeric date such as 2026-12-01, 1.12.2026 or 12/1, with the name of its month, which is unambiguous."""
    weekday, year, _, month, day, one, sign, two, year2, dot, weekday2 = match.groups(default="")
    if not year:
        if not year2 and weekday2:
            return "", ""  # 24/7 friday
        if not year2 and (not has_clock or sign == "-" or (sign == "." and not dot)):
            return "", ""  # 24/7, 3-4 and version 2.0
        day, month = (two, one) if month_first and sign == "/" else (one, two)
        if int(month) > 12:
            day, month = month, day
        year = f"20{year2}" if len(year2) == 2 else year2
    if not 1 <= int(month) <= 12:
        raise DateProblem(f"“{match[0]}” is not a date.")
    return _existing(int(day), int(month), year), weekday or weekday2


def _next_day_of_month(number: int, weekday: str, wall: datetime, clock: time) -> str:
    """The next date with this day of the month: "the 25th". It must have the weekday, if any: "Friday the 13th"."""
    if not 1 <= number <= 31:
        raise DateProblem(f"No month has a day {number}.")
    days = (wall.date() + timedelta(days=ahead) for ahead in range(100))
    day = next(day for day in days if day.day == number and datetime.combine(day, clock) >= wall)
    check_weekday(day, weekday)
    return _spelled_out(day)


def check_weekday(day: date, weekday: str) -> None:
    """Raise `DateProblem` if the day has another weekday than this; an empty one is any."""
    actual = WEEKDAYS[day.weekday()]
    if weekday not in ("", actual):
        named = f"{MONTHS[day.month - 1].capitalize()} {day.day}, {day.year}"
        raise DateProblem(f"{named} is a {actual.capitalize()}, not a {weekday.capitalize()}.")


def _spelled_out(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
