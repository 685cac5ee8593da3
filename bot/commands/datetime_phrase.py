"""Reads a run of words such as "next tue 3pm" as one moment, or says that it is none.

dateparser knows the words and the calendar; between the two stands a gate of our own. dateparser ignores what it cannot
place: "24/7 tomorrow 3pm" is tomorrow at the present minute to it, "Fine Art 3pm" is in Argentina's time. Here a word
that was ignored would be lost from a title, so only texts of a known shape are let through.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter

MONTH_FIRST: Final = frozenset({"en-US"})  # of the locales Slack offers, the one that writes 12/31
MORNING: Final = time(10)  # a day without an hour: mid-morning, and working hours for the neighbouring zones too
MAX_CHARACTERS: Final = 80  # longer than any date, and what keeps one reading near a millisecond

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_WEEKDAY = f"(?:{'|'.join(_WEEKDAYS)})"
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_PARTS = {"morning": 0, "afternoon": 12, "evening": 12, "night": 12}  # hours to add to a bare clock

_BARE_HOURS = re.compile(r"\d{1,2} ?(?:h|uur|heures?|horas?|ore)", re.IGNORECASE)
_ORDINAL = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\dT\S+", re.IGNORECASE)
_UTC = re.compile(r"(?<=[\dm]) ?(?:utc|gmt)$", re.IGNORECASE)
_QUOTES = frozenset('"“”„«»‹›`')

# What dateparser's English may look like.
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
# After these a day or an hour is part of a phrase: "Leaders of tomorrow", "Ready for tomorrow", "Open until 3pm".
_JOINERS = frozenset(
    {"of", "for", "to", "and", "or", "the", "a", "an", "by", "with", "from", "into", "about", "your", "our", "my", "&"}
)
# After these it is another moment than it says, or none: "last friday 3pm", "every friday 3pm", "from 3pm to 4pm".
_TURNERS = frozenset(
    {"last", "past", "every", "each", "until", "till", "since", "before", "after", "by", "to", "from", "between", "in"}
)
# In front of an hour alone these are a day or an hour that was not understood: "31/02 9am", "3pm - 4pm".
_LEFT_OVER = re.compile(r"\d+[/-]\d+(?:[/-]\d+)?|\d+\.\d+\.(?:\d+)?|\d{1,2}(?::\d\d|[ap]m)|[ap]m|\d+(?:st|nd|rd|th)")


class ParsedMoment(NamedTuple):
    """Words that name a moment; `start` is aware UTC, or None where they may as well be the end of a title."""

    start: datetime | None


class _Asked(NamedTuple):
    """What is put to dateparser: the day and the clock in its English, and what its answer must agree with."""

    day: str
    clock: time | None
    part: str
    weekday: str


def parse_moment(
    run: str, now: datetime, zone: ZoneInfo, locale: str | None = None, *, before: str = ""
) -> ParsedMoment | None:
    """The moment that the whole of `run` names in `zone`; None if a word of it does not belong to one.

    `before` is the word in front of the run. A wall time that the clocks skip moves forward by the gap; one that they
    show twice is the first.
    """
    if len(run) > MAX_CHARACTERS:
        return None
    run = " ".join(normalize("NFKC", run).rstrip(".,;!?").split())
    if len(run) > MAX_CHARACTERS or _QUOTES.intersection(run):  # one character can become eighteen
        return None
    if _ISO.fullmatch(run):
        return _iso(run, zone)
    bare = _UTC.sub("", run)
    where = zone if bare == run else ZoneInfo("UTC")
    found = [_read_in(language, bare, now, where, locale, before) for language in dateparser_adapter.languages(locale)]
    readings = [reading for reading in found if reading]
    return min(readings, key=lambda reading: reading.start is not None, default=None)  # one doubt is enough


def _iso(run: str, zone: ZoneInfo) -> ParsedMoment | None:
    try:
        return ParsedMoment(_aware(datetime.fromisoformat(run.upper()), zone))
    except (ValueError, OverflowError):
        return None


def _read_in(
    language: str, run: str, now: datetime, zone: ZoneInfo, locale: str | None, before: str
) -> ParsedMoment | None:
    spelled = dateparser_adapter.normalize_spelling(language, run)
    english = dateparser_adapter.translate(language, spelled)
    wall = now.astimezone(zone).replace(tzinfo=None)
    try:
        soon = bool(_SOON.fullmatch(english))
        asked = None if soon else _shape(english, run, wall, month_first=locale in MONTH_FIRST)
        if not (soon or asked) or english == dateparser_adapter.translate(language, spelled.partition(" ")[2]):
            return None  # if its first word makes no difference, that word is the title's
        if asked is None:
            return _soon(english, now, plain=_is_plain(run, language))
        if not _is_clear(asked, run, language, before[-MAX_CHARACTERS:].rstrip(".,;:!?").lower()):
            return ParsedMoment(None)
        found = _resolve(asked, wall)
        return ParsedMoment(_aware(found, zone)) if found else None
    except (ValueError, OverflowError):  # the 30th of February, the year 10000
        return None


def _soon(english: str, now: datetime, *, plain: bool) -> ParsedMoment:
    """So many hours and minutes from `now`: reckoned in UTC, for an hour is an hour also when the clocks change."""
    found = dateparser_adapter.resolve_english(english, now.astimezone(UTC).replace(tzinfo=None)) if plain else None
    return ParsedMoment(_whole_minute(found.replace(tzinfo=UTC)) if found else None)


def _shape(english: str, run: str, wall: datetime, *, month_first: bool) -> _Asked | None:
    """The day and the clock that `english` consists of, or None if it holds anything else."""
    clocks = list(_CLOCK.finditer(english))
    rest = _CLOCK.sub(" ", english)
    part = match[1] if (match := _PART.search(rest)) else ""
    rest = " ".join(_PART.sub(" ", rest, count=1).split())
    if len(clocks) > 1 or not (clocks or rest):
        return None
    clock = _clock(clocks[0], part) if clocks else None
    if not rest or _RELATIVE.fullmatch(rest):
        return _Asked(rest, clock, part, "")
    if week := _IN_WEEK.fullmatch(rest):  # dateparser knows both words, but not together
        monday = wall + timedelta(weeks=int(week[2] or week[3]), days=-wall.weekday())
        return _Asked(_spelled_out(monday + timedelta(days=_WEEKDAYS.index(week[1] or week[4]))), clock, part, "")
    if named := _NAMED.fullmatch(rest):
        weekday, day, month, month2, day2, year = named.groups(default="")
        typed = re.search(rf"(?<!\d)0?{int(day or day2)}(?!\d)", run)  # in figures: "What a May" is no 1 May
        return _Asked(f"{day or day2} {month or month2} {year}", clock, part, weekday) if typed else None
    if figures := _FIGURES.fullmatch(rest):
        return _in_figures(figures, clock, part, month_first=month_first)
    number = _DAY_OF_MONTH.fullmatch(rest)
    if number and clock and _ORDINAL.search(run):
        return _Asked(_next_day_of_month(int(number[2]), number[1] or "", wall, clock), clock, part, "")
    return None


def _clock(match: re.Match[str], part: str) -> time:
    """The time on a 24-hour clock. From 1 to 6 with neither half nor leading zero is the afternoon: nobody holds a
    webinar at 3 in the night."""
    text, minute, second = match[1] or match[5], int(match[2] or 0), int(match[3] or 0)
    hour, half = int(text), match[4] or match[6]
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif hour < 12 and part:
        hour += _PARTS[part]
    elif hour in range(1, 7) and not text.startswith("0"):
        hour += 12
    return time(hour, minute, second)


def _in_figures(match: re.Match[str], clock: time | None, part: str, *, month_first: bool) -> _Asked | None:
    """A date such as 2026-12-01, 1.12.2026 or 12/1: its month is named, so that nothing is left to guess."""
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
    return _Asked(f"{int(day)} {_MONTHS[int(month) - 1]} {year}", clock, part, weekday)


def _next_day_of_month(number: int, weekday: str, wall: datetime, clock: time) -> str:
    """The next date whose day is `number` (and that falls on `weekday`): "the 25th", "Friday the 13th"."""
    for ahead in range(800):
        day = wall.date() + timedelta(days=ahead)
        if day.day == number and weekday in ("", _WEEKDAYS[day.weekday()]) and datetime.combine(day, clock) >= wall:
            return _spelled_out(day)
    raise ValueError(f"no month has a day {number}")


def _spelled_out(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _is_clear(asked: _Asked, run: str, language: str, before: str) -> bool:
    """Whether the run can hardly be part of a title: a time in figures, a date, or plain words for a day."""
    if before in _TURNERS or (not asked.day and _is_left_over(before, run, language)):
        return False
    dated = bool(_DATED.match(asked.day))
    if any(c.isdigit() for c in run) and (asked.clock or dated):
        return True
    if not _is_plain(run, language) or before in _JOINERS:
        return False
    if language != "en":
        return bool(asked.clock and asked.day)  # "demain à midi", but neither "Café de midi" nor "Guten Morgen"
    return (
        dated  # monday next week
        or asked.clock is not None  # noon
        or (bool(asked.part) and asked.day == "0 day ago")  # tonight
        or (asked.day in ("in 1 day", "in 2 day") and "tomorrow" in run)
        or asked.day.startswith(("next ", "this "))
        or (asked.day in _WEEKDAYS and run.startswith("on "))
    )


def _is_left_over(before: str, run: str, language: str) -> bool:
    """Whether an hour without a day does not stand for itself."""
    if before in _JOINERS or _LEFT_OVER.fullmatch(before) or _BARE_HOURS.fullmatch(run):
        return True  # "Workshop 2h" says how long, not when
    english = dateparser_adapter.translate(language, before)
    return english in (*_WEEKDAYS, *_MONTHS) or english.endswith(" ago")


def _is_plain(run: str, language: str) -> bool:
    """Whether a run is typed as one says it and not as a title: "Start in 60 minutes", not "SQL in 60 Minutes"."""
    return language == "de" or all(  # German writes its hours with a capital letter anyway
        word == word.lower() or dateparser_adapter.translate(language, word) in _WEEKDAYS for word in run.split()
    )


def _resolve(asked: _Asked, wall: datetime) -> datetime | None:
    """The next wall time that fits, by dateparser's calendar; None if that disagrees with what was typed."""
    clock = asked.clock or (None if asked.part else time(23, 59))
    # An hour is never asked alone: on the evening of the 31st of May dateparser takes "15:00" for the 1st of May.
    day = asked.day or ("0 day ago" if clock and clock >= wall.time() else "in 1 day")
    found = dateparser_adapter.resolve_english(f"{day} {clock.isoformat() if clock else asked.part}", wall)
    if not found or (clock and found.time() != clock):
        return None
    if asked.weekday and _WEEKDAYS[found.weekday()] != asked.weekday:
        return None
    if asked.clock:
        return found
    start = found if asked.part else datetime.combine(found, MORNING)
    return start if start > wall else wall.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)


def _aware(wall: datetime, zone: ZoneInfo) -> datetime:
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)


def _whole_minute(moment: datetime) -> datetime:
    """The minute that `moment` lies in, or the next if it has begun."""
    down = moment.replace(second=0, microsecond=0)
    return down if down == moment else down + timedelta(minutes=1)
