"""Parse a run of words such as "next tue 3pm" as a date and time, or reject it.

dateparser translates the words and resolves the date. Between these two steps, only texts of a known shape are accepted
(date_shapes), because an ignored word would be missing from a title: to dateparser, "Fine Art 3pm" is in Argentina.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Final, NamedTuple
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.commands import clock_range, dateparser_adapter, spelled_hours, time_zones
from bot.commands.date_shapes import MONTHS, WEEKDAYS, DateProblem, Query, check_weekday, read_query
from bot.model.local_time import whole_minute

MONTH_FIRST: Final = frozenset({"en-US"})  # the only one of Slack's locales that writes 12/31
MORNING: Final = time(10)  # for a day without a time: also working hours in the neighboring time zones
MAX_CHARACTERS: Final = 80  # longer than any date; keeps parsing at about a millisecond

_BARE_HOURS = re.compile(r"\d{1,2} ?(?:h|uur|heures?|horas?|ore)", re.IGNORECASE)
_LENGTH_OR_TIME = re.compile(r"(?<![\w:./-])[1-6] ?h(?!\w)", re.IGNORECASE)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:T\S+| \d\d:\d\d(?::\d\d)?(?:[+-]\d\d:?\d\d|Z))", re.IGNORECASE)
_QUOTES = frozenset('"“”„«»‹›`')
_SOON = re.compile(r"in \d{1,4} (?:hour|minute)(?: \d{1,4} minute)?")
_DATED = re.compile(rf"\d{{1,2}} (?:{'|'.join(MONTHS)})")
_MINUS = str.maketrans("−", "-")
# After these, a day or a time is part of a phrase: "Leaders of tomorrow", "Ready for tomorrow".
_JOINERS = frozenset(
    {"of", "for", "to", "and", "or", "the", "a", "an", "by", "with", "from", "into", "about", "your", "our", "my", "&"}
)
# After these, it has another meaning: "last friday 3pm", "every friday 3pm", "from 3pm", "Open until 3pm".
_MODIFIERS = frozenset(
    {"last", "past", "every", "each", "until", "till", "since", "before", "after", "by", "to", "from", "between", "in"}
)
# Before a time without a day, these are a date or time that was not understood: "31/02 9am", "3pm - 4pm".
_NOT_UNDERSTOOD = re.compile(
    r"\d+[/-]\d+(?:[/-]\d+)?|\d+\.\d+\.(?:\d+)?|\d{1,2}(?::\d\d|[ap]m)|[ap]m|\d+(?:st|nd|rd|th)"
)
NAMED_DAYS: Final = frozenset(
    {"black", "cyber", "giving", "super", "good", "ash", "easter", "palm", "fat", "shrove", "holy", "casual", "taco"}
    | {"blue", "red", "first", "second", "third", "fourth", "fifth"}
)
"""Before a weekday and a date, these make the weekday part of a title: "Cyber Monday December 1"."""


class ParsedMoment(NamedTuple):
    """Words that are a date and time. `start` is aware UTC, or `None` if it is left to the user."""

    start: datetime | None
    note: str = ""
    """Why it is left to the user, or what to check about the start: a sentence for the user, or empty."""
    length: timedelta | None = None
    """The length of a range of hours."""
    has_day: bool = False
    has_clock: bool = False


def parse_moment(
    run: str, now: datetime, zone: ZoneInfo, locale: str | None = None, *, before: str = ""
) -> ParsedMoment | None:
    """Parse the whole of `run` as a date and time in `zone`. `None` if a word of it is not part of one.

    `before` is the word in front of the run. A wall time in a daylight saving gap moves forward by the gap; one that
    occurs twice is the first.
    """
    if len(run) > MAX_CHARACTERS:
        return None
    run = spelled_hours.in_digits(" ".join(normalize("NFKC", run).rstrip(".,;!?").split()))
    if len(run) > MAX_CHARACTERS or _QUOTES.intersection(run):  # NFKC can turn one character into eighteen
        return None
    if _ISO.fullmatch(run):
        return _iso(run, zone)
    languages = dateparser_adapter.languages(locale)
    zoned = time_zones.split_zone(dateparser_adapter.normalize_halves(run.translate(_MINUS)), zone, now)
    ranged = clock_range.split_range(zoned.text, languages)
    if not ranged.text:
        return None
    reader = _Reader(
        now, zone, zoned.zone or zone, locale in MONTH_FIRST, before[-MAX_CHARACTERS:].rstrip(".,;:!?").lower()
    )
    moments = [reader.parse(language, ranged.text) for language in languages]
    # A doubt (no start) in one language prevails.
    moment = min(filter(None, moments), key=_certainty, default=None)
    if moment is None or (zoned.is_named and not moment.has_clock):
        return None
    if zoned.problem:
        return moment._replace(start=None, note=moment.note or zoned.problem)
    note = time_zones.seasonal_note(zoned.name, moment.start) if moment.start else ""
    return moment._replace(length=ranged.length, note=moment.note or note)


def _certainty(moment: ParsedMoment) -> int:
    return 2 if moment.start else 0 if moment.note else 1


def _iso(run: str, zone: ZoneInfo) -> ParsedMoment | None:
    try:
        return ParsedMoment(_aware(datetime.fromisoformat(run.upper()), zone), has_day=True, has_clock=True)
    except (ValueError, OverflowError):
        return ParsedMoment(None, f"“{run}” is not a date and time.", has_day=True, has_clock=True)


class _Reader(NamedTuple):
    """Where and when a run was typed, and the word before it."""

    now: datetime
    home: ZoneInfo
    zone: tzinfo
    """The typed time zone, or else the user's."""
    month_first: bool
    before: str

    def parse(self, language: str, run: str) -> ParsedMoment | None:
        """Parse `run`, without time zone and range, in one language."""
        moment = self._parse(language, run)
        if moment is None or (not moment.start and not moment.has_clock):
            with_colon, number = clock_range.with_colon(run)
            other = self._parse(language, with_colon) if with_colon else None
            if other and (other.has_day or not number) and other.has_clock:
                note = other.note or f"“{number}” can be a time, but also something else."
                return other._replace(start=None, note=note) if number else other
        return moment

    def _parse(self, language: str, run: str) -> ParsedMoment | None:
        spelled = dateparser_adapter.normalize_spelling(language, run)
        english = dateparser_adapter.translate(language, spelled)
        wall = self.now.astimezone(self.zone).replace(tzinfo=None)
        try:
            soon = bool(_SOON.fullmatch(english)) and self.zone is self.home
            query = None if soon else read_query(english, run, wall, month_first=self.month_first)
            if not (soon or query) or english == dateparser_adapter.translate(language, spelled.partition(" ")[2]):
                return None  # a first word that makes no difference belongs to the title
            if query and self.before in NAMED_DAYS and (query.weekday or query.day in WEEKDAYS):
                name = f"{self.before} {query.day}".title()
                return None if query.weekday else ParsedMoment(None, f"“{name}” is not a date known here.")
            if query is None:
                return _soon(english, self.now, plain=_is_plain(run, language))
            found = ParsedMoment(None, has_day=bool(query.day), has_clock=query.clock is not None)
            if query.part and query.day and not query.clock and self._is_meant(run, language):
                return found._replace(note=f"“{run}” names no hour: add one, for example 15:00.")
            if not _is_clear(query, run, language, self.before):
                return found
            if language == "en" and query.day:
                _check_no_length(run)
            return found._replace(start=self._start(query, wall))
        except DateProblem as problem:
            return ParsedMoment(None, str(problem), has_day=True, has_clock=True)
        except (ValueError, OverflowError):  # the year 10000
            return None

    def _is_meant(self, run: str, language: str) -> bool:
        """Whether a day with a part of the day is probably a time, not a part of the title."""
        return _is_plain(run, language) and self.before not in _MODIFIERS | _JOINERS

    def _start(self, query: Query, wall: datetime) -> datetime | None:
        start = _resolve(query, wall)
        home = self.now.astimezone(self.home).replace(tzinfo=None)
        if start and query.day and home.date() != wall.date() and _resolve(query, home) != start:
            raise DateProblem("It is another day there now: write the date.")
        return _aware(start, self.zone) if start else None


def _check_no_length(run: str) -> None:
    """Raise `DateProblem` for "2h tomorrow" in English, where it may be a length."""
    if hours := _LENGTH_OR_TIME.search(run):
        raise DateProblem(f"“{hours[0]}” can be a time, but also a length.")


def _soon(english: str, now: datetime, *, plain: bool) -> ParsedMoment:
    """A number of hours and minutes from `now`, in UTC, so that daylight saving changes do not matter."""
    start = dateparser_adapter.resolve_english(english, now.astimezone(UTC).replace(tzinfo=None)) if plain else None
    return ParsedMoment(whole_minute(start.replace(tzinfo=UTC)) if start else None, has_day=True, has_clock=True)


def _is_clear(query: Query, run: str, language: str, before: str) -> bool:
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
        or (query.day in WEEKDAYS and run.startswith("on "))
    )


def _follows_a_date(before: str, run: str, language: str) -> bool:
    """Whether a time without a day belongs to the word before it."""
    if before in _JOINERS or _NOT_UNDERSTOOD.fullmatch(before) or _BARE_HOURS.fullmatch(run):
        return True  # "Workshop 2h" is a length
    english = dateparser_adapter.translate(language, before)
    return english in (*WEEKDAYS, *MONTHS) or english.endswith(" ago")


def _is_plain(run: str, language: str) -> bool:
    """Whether the run is in lower case and not in title case: "Start in 60 minutes", not "SQL in 60 Minutes"."""
    return language == "de" or all(  # German capitalizes all nouns
        word == word.lower() or dateparser_adapter.translate(language, word) in WEEKDAYS for word in run.split()
    )


def _resolve(query: Query, wall: datetime) -> datetime | None:
    """The next wall time that matches, or `None` if dateparser's result contradicts the query."""
    clock = time(23, 59) if query.ends_day else query.clock or (None if query.part else time(23, 59))
    # Never a time without a day: on the evening of May 31, dateparser resolves "15:00" to May 1.
    day = query.day or ("0 day ago" if clock and clock >= wall.time() else "in 1 day")
    resolved = dateparser_adapter.resolve_english(f"{day} {clock.isoformat() if clock else query.part}", wall)
    if not resolved or (clock and resolved.time() != clock):
        return None
    check_weekday(resolved.date(), query.weekday)
    if query.ends_day:
        return datetime.combine(resolved.date() + timedelta(days=1), time())
    start = resolved if query.clock or query.part else datetime.combine(resolved, MORNING)
    if query.clock or start > wall or start.date() < wall.date():
        return start
    hour = wall.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    if hour.date() > start.date():
        raise DateProblem("No full hour is left today.")
    return hour


def _aware(wall: datetime, zone: tzinfo) -> datetime:
    return (wall if wall.tzinfo else wall.replace(tzinfo=zone)).astimezone(UTC)
