"""Parse a run of words such as "next tue 3pm" as a date and time, or reject it.

dateparser translates the words and resolves the date. Between these two steps, this module accepts only texts of a
known shape, because dateparser ignores words that it does not know: to it, "24/7 tomorrow 3pm" is tomorrow at the
current minute, and "Fine Art 3pm" is in Argentina's time zone. An ignored word would be missing from a title.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter

MONTH_FIRST: Final = frozenset({"en-US"})  # the only one of Slack's locales that writes 12/31
MORNING: Final = time(10)  # for a day without a time: also working hours in the neighboring time zones
MAX_CHARACTERS: Final = 80  # longer than any date; keeps parsing at about a millisecond

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_PARTS = {"morning": 0, "afternoon": 12, "evening": 12, "night": 12}  # hours to add to a time without am or pm

_BARE_HOURS = re.compile(r"\d{1,2} ?(?:h|uur|heures?|horas?|ore)", re.IGNORECASE)
_ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\S+", re.IGNORECASE)
_UTC = re.compile(r"(?<=[\dm]) ?(?:utc|gmt)$", re.IGNORECASE)
_QUOTES = frozenset('"“”„«»‹›`')

# The accepted shapes of dateparser's English.
_CLOCK = re.compile(r"(?<![\d:./-])(?:(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap]m))?|(\d{1,2}) ([ap]m))(?![\w:./-])")
_PART = re.compile(rf"\b({'|'.join(_PARTS)})\b")
_SOON = re.compile(r"in \d{1,4} (?:hour|minute)(?: \d{1,4} minute)?")
_RELATIVE = re.compile(rf"(?:(?:next|this) )?{_WEEKDAY}|0 day ago|in \d{{1,3}} (?:day|week|fortnight|month|year)")
_IN_WEEK = re.compile(rf"({_WEEKDAY}) in (\d{{1,2}}) week|in (\d{{1,2}}) week ({_WEEKDAY})")
_NAMED = re.compile(rf"(?:({_WEEKDAY}) )?(?:(\d{{1,2}})\.? ({_MONTH})|({_MONTH}) (\d{{1,2}}))(?: (\d{{4}}))?")
_FIGURES = re.compile(
    rf"(?:({_WEEKDAY}) )?(?:(\d{{4}})([-/.])(\d{{1,2}})\3(\d{{1,2}})"
    r"|(\d{1,2})([-/.])(\d{1,2})(?:(?:\7(\d{4}|\d\d))|(\.))?)"
)
_DAY_OF_MONTH = re.compile(rf"(?:({_WEEKDAY}) )?(\d{{1,2}})")
_DATED = re.compile(rf"\d{{1,2}} {_MONTH}")
# After these, a day or a time is part of a phrase: "Leaders of tomorrow", "Ready for tomorrow".
_JOINERS = frozenset(
    {"of", "for", "to", "and", "or", "the", "a", "an", "by", "with", "from", "into", "about", "your", "our", "my", "&"}
)
# After these, it has another meaning: "last friday 3pm", "every friday 3pm", "from 3pm to 4pm", "Open until 3pm".
_MODIFIERS = frozenset(
    {"last", "past", "every", "each", "until", "till", "since", "before", "after", "by", "to", "from", "between", "in"}
)
# Before a time without a day, these are a date or time that was not understood: "31/02 9am", "3pm - 4pm".
_NOT_UNDERSTOOD = re.compile(
    r"\d+[/-]\d+(?:[/-]\d+)?|\d+\.\d+\.(?:\d+)?|\d{1,2}(?::\d\d|[ap]m)|[ap]m|\d+(?:st|nd|rd|th)"
)


class ParsedMoment(NamedTuple):
    """Words that are a date and time. `start` is aware UTC, or `None` if they may be the end of a title."""

    start: datetime | None


class _Query(NamedTuple):
    """A day in dateparser's English and a time to resolve, and the weekday that the result must have."""

    day: str
    clock: time | None
    part: str
    weekday: str


def parse_moment(
    run: str, now: datetime, zone: ZoneInfo, locale: str | None = None, *, before: str = ""
) -> ParsedMoment | None:
    """Parse the whole of `run` as a date and time in `zone`. `None` if a word of it is not part of one.

    `before` is the word in front of the run. A wall time in a daylight saving gap moves forward by the gap; one that
    occurs twice is the first.
    """
    if len(run) > MAX_CHARACTERS:
        return None
    run = " ".join(normalize("NFKC", run).rstrip(".,;!?").split())
    if len(run) > MAX_CHARACTERS or _QUOTES.intersection(run):  # NFKC can turn one character into eighteen
        return None
    if _ISO.fullmatch(run):
        return _iso(run, zone)
    bare = _UTC.sub("", run)
    zone = zone if bare == run else ZoneInfo("UTC")
    languages = dateparser_adapter.languages(locale)
    moments = [_parse_in(language, bare, now, zone, locale, before) for language in languages]
    # A doubt (no start) in one language prevails.
    return min(filter(None, moments), key=lambda moment: moment.start is not None, default=None)


def _iso(run: str, zone: ZoneInfo) -> ParsedMoment | None:
    try:
        return ParsedMoment(_aware(datetime.fromisoformat(run.upper()), zone))
    except (ValueError, OverflowError):
        return None


def _parse_in(
    language: str, run: str, now: datetime, zone: ZoneInfo, locale: str | None, before: str
) -> ParsedMoment | None:
    spelled = dateparser_adapter.normalize_spelling(language, run)
    english = dateparser_adapter.translate(language, spelled)
    wall = now.astimezone(zone).replace(tzinfo=None)
    try:
        soon = bool(_SOON.fullmatch(english))
        query = None if soon else _query(english, run, wall, month_first=locale in MONTH_FIRST)
        if not (soon or query) or english == dateparser_adapter.translate(language, spelled.partition(" ")[2]):
            return None  # a first word that makes no difference belongs to the title
        if query is None:
            return _soon(english, now, plain=_is_plain(run, language))
        if not _is_clear(query, run, language, before[-MAX_CHARACTERS:].rstrip(".,;:!?").lower()):
            return ParsedMoment(None)
        start = _resolve(query, wall)
        return ParsedMoment(_aware(start, zone)) if start else None
    except (ValueError, OverflowError):  # the 30th of February, the year 10000
        return None


def _soon(english: str, now: datetime, *, plain: bool) -> ParsedMoment:
    """A number of hours and minutes from `now`, in UTC, so that daylight saving changes do not matter."""
    start = dateparser_adapter.resolve_english(english, now.astimezone(UTC).replace(tzinfo=None)) if plain else None
    return ParsedMoment(_whole_minute(start.replace(tzinfo=UTC)) if start else None)


def _query(english: str, run: str, wall: datetime, *, month_first: bool) -> _Query | None:
    """The day and time in `english`, or `None` if it contains anything else."""
    clocks = list(_CLOCK.finditer(english))
    rest = _CLOCK.sub(" ", english)
    part = match[1] if (match := _PART.search(rest)) else ""
    rest = " ".join(_PART.sub(" ", rest, count=1).split())
    if len(clocks) > 1 or not (clocks or rest):
        return None
    clock = _clock(clocks[0], part) if clocks else None
    if not rest or _RELATIVE.fullmatch(rest):
        return _Query(rest, clock, part, "")
    if week := _IN_WEEK.fullmatch(rest):  # dateparser knows both parts, but not together
        monday = wall + timedelta(weeks=int(week[2] or week[3]), days=-wall.weekday())
        return _Query(_spelled_out(monday + timedelta(days=_WEEKDAYS.index(week[1] or week[4]))), clock, part, "")
    if named := _NAMED.fullmatch(rest):
        weekday, day, month, month2, day2, year = named.groups(default="")
        typed = re.search(rf"(?<!\d)0?{int(day or day2)}(?!\d)", run)  # in digits: "What a May" is not 1 May
        return _Query(f"{day or day2} {month or month2} {year}", clock, part, weekday) if typed else None
    if figures := _FIGURES.fullmatch(rest):
        return _in_figures(figures, clock, part, month_first=month_first)
    number = _DAY_OF_MONTH.fullmatch(rest)
    if number and clock and _ORDINAL.search(run):
        return _Query(_next_day_of_month(int(number[2]), number[1] or "", wall, clock), clock, part, "")
    return None


def _clock(match: re.Match[str], part: str) -> time:
    """The time on a 24-hour clock. 1 to 6 without am, pm or a leading zero is in the afternoon, when webinars are."""
    text, minute, second = match[1] or match[5], int(match[2] or 0), int(match[3] or 0)
    hour, half = int(text), match[4] or match[6]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif hour < 12 and part:
        hour += _PARTS[part]
    elif hour in range(1, 7) and not text.startswith("0"):
        hour += 12
    return time(hour, minute, second)


def _in_figures(match: re.Match[str], clock: time | None, part: str, *, month_first: bool) -> _Query | None:
    """A numeric date such as 2026-12-01, 1.12.2026 or 12/1, with the name of its month, which is unambiguous."""
    weekday, year, _, month, day, one, sign, two, year2, dot = match.groups(default="")
    if not year:
        if not year2 and (not clock or sign == "-" or (sign == "." and not dot)):
            return None  # 24/7, 3-4 and version 2.0
        day, month = (two, one) if month_first and sign == "/" else (one, two)
        if int(month) > 12:
            day, month = month, day
        year = f"20{year2}" if len(year2) == 2 else year2
    if not 1 <= int(month) <= 12:
        return None
    return _Query(f"{int(day)} {_MONTHS[int(month) - 1]} {year}", clock, part, weekday)


def _next_day_of_month(number: int, weekday: str, wall: datetime, clock: time) -> str:
    """The next date with this day of the month, and this weekday if any: "the 25th", "Friday the 13th"."""
    for ahead in range(800):
        day = wall.date() + timedelta(days=ahead)
        if day.day == number and weekday in ("", _WEEKDAYS[day.weekday()]) and datetime.combine(day, clock) >= wall:
            return _spelled_out(day)
    raise ValueError(f"no month has a day {number}")


def _spelled_out(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _is_clear(query: _Query, run: str, language: str, before: str) -> bool:
    """Whether the run is unlikely to be part of a title: a time in digits, a date, or a day in lower case."""
    if before in _MODIFIERS or (not query.day and _follows_a_date(before, run, language)):
        return False
    dated = bool(_DATED.match(query.day))
    if any(c.isdigit() for c in run) and (query.clock or dated):
        return True
    if not _is_plain(run, language) or before in _JOINERS:
        return False
    if language != "en":
        return bool(query.clock and query.day)  # "demain à midi", but neither "Café de midi" nor "Guten Morgen"
    return (
        dated  # monday next week
        or query.clock is not None  # noon
        or (bool(query.part) and query.day == "0 day ago")  # tonight
        or (query.day in ("in 1 day", "in 2 day") and "tomorrow" in run)
        or query.day.startswith(("next ", "this "))
        or (query.day in _WEEKDAYS and run.startswith("on "))
    )


def _follows_a_date(before: str, run: str, language: str) -> bool:
    """Whether a time without a day belongs to the word before it."""
    if before in _JOINERS or _NOT_UNDERSTOOD.fullmatch(before) or _BARE_HOURS.fullmatch(run):
        return True  # "Workshop 2h" is a length
    english = dateparser_adapter.translate(language, before)
    return english in (*_WEEKDAYS, *_MONTHS) or english.endswith(" ago")


def _is_plain(run: str, language: str) -> bool:
    """Whether the run is in lower case and not in title case: "Start in 60 minutes", not "SQL in 60 Minutes"."""
    return language == "de" or all(  # German capitalizes all nouns
        word == word.lower() or dateparser_adapter.translate(language, word) in _WEEKDAYS for word in run.split()
    )


def _resolve(query: _Query, wall: datetime) -> datetime | None:
    """The next wall time that matches, or `None` if dateparser's result contradicts the query."""
    clock = query.clock or (None if query.part else time(23, 59))
    # Never a time without a day: on the evening of May 31, dateparser resolves "15:00" to May 1.
    day = query.day or ("0 day ago" if clock and clock >= wall.time() else "in 1 day")
    resolved = dateparser_adapter.resolve_english(f"{day} {clock.isoformat() if clock else query.part}", wall)
    if not resolved or (clock and resolved.time() != clock):
        return None
    if query.weekday and _WEEKDAYS[resolved.weekday()] != query.weekday:
        return None
    if query.clock:
        return resolved
    start = resolved if query.part else datetime.combine(resolved, MORNING)
    return start if start > wall else wall.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _aware(wall: datetime, zone: ZoneInfo) -> datetime:
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)


def _whole_minute(moment: datetime) -> datetime:
    """`moment` rounded up to a minute."""
    rounded = moment.replace(second=0, microsecond=0)
    return rounded if rounded == moment else rounded + timedelta(minutes=1)
