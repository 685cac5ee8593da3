"""Find a time zone next to a time: "3pm EST", "3pm Berlin time", "15:00 UTC+2", "15h heure de Paris"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Final, NamedTuple
from unicodedata import category, normalize
from zoneinfo import ZoneInfo, available_timezones

from bot.commands.date_shapes import MONTHS, WEEKDAYS
from bot.commands.zone_names import CITIES, OFFSETS, REGIONS, SEASONS, SEVERAL

_OFFSET = re.compile(r"(?<![\w+])(?:utc|gmt) ?([+\-−–]) ?(\d{1,2})(?::?(\d\d))?(?![\w:])", re.IGNORECASE)
_ATTACHED = re.compile(r"(?<=:\d\d)(?:z(?!\w)|([+−])(\d\d):?([0-5]\d)?(?![\w:]))", re.IGNORECASE)
_IANA = re.compile(r"(?<!\S)([A-Z][A-Za-z]+(?:/[A-Z][\w+-]*){1,2})(?!\S)")
_NAME = r"(?!(?:[ap]m|h|uhr|uur|heures?|horas?|ore)(?!\w))[^\W\d_][\w.'’-]*"
_TIME_WORD = re.compile(
    rf"(?<!\w)((?:{_NAME} ){{1,4}})(?:time|zeit|tijd)(?!\w)"
    rf"|(?<!\w)(?:heure|hora|ora|hor[aá]rio)(?: (?:de|di|do|da|del) | (?=d['’]))(?:d['’])?({_NAME}(?: {_NAME}){{0,2}})",
    re.IGNORECASE,
)
_ABBREVIATION = re.compile(r"(?<![\w/+.'’-])([A-Za-z]{2,8})(?![\w/+'’-])|(?:(?<=\d)|(?<=\d[ap]m))([A-Z]{3,4})(?!\w)")
_AFTER_CLOCK = re.compile(r"(?:\d(?: ?[ap]m)?|\d ?(?:h|uhr|uur|heures?|o['’]clock)|noon|midnight)[ ,]*$", re.IGNORECASE)
_UNKNOWN = re.compile(r"[A-Z]{1,3}[SD]?T")
_NO_ZONES: Final = frozenset(
    {name[:3].upper() for name in (*WEEKDAYS, *MONTHS)} | {"AM", "PM", "UHR", "UUR", "SEPT", "TUES", "WEDS", "THUR"}
    | {"THURS", "MARCH", "APRIL", "JUNE", "JULY", "TODAY", "NOON"}
)  # fmt: skip
_WORDS: Final = frozenset({"ART", "CAT", "PET", "EAT", "WAT", "COT", "US", "UK", "ET", "CT", "MT", "PT", "NYC"})
"""Before a time, these are more likely the end of a title."""
_LOWER_CASE_WORDS: Final = frozenset({"art", "ast", "cat", "eat", "ist", "pet", "wat", "west", "wet"})
"""Words of some language in lower case; in capitals they are time zones."""
_LOCAL: Final = frozenset({"local", "my", "our"})
HOW: Final = "write a city, as in “3pm Berlin time”, or an offset, as in “3pm UTC+2”"


class Zoned(NamedTuple):
    """A text without its time zone. `problem` is a sentence about one that is not known."""

    text: str
    zone: tzinfo | None = None
    problem: str = ""
    name: str = ""
    """The abbreviation that was typed, in capitals, if it was one."""

    @property
    def is_named(self) -> bool:
        """Whether the text had a time zone, known or not."""
        return self.zone is not None or bool(self.problem)


def split_zone(text: str, home: ZoneInfo, now: datetime) -> Zoned:
    """Remove the time zone from `text`, a date and time. `home` is the user's own, whose abbreviations prevail."""
    bare = _joined(*re.split(r"[()]", text))
    for find in (_offset, _named, _iana, _abbreviated):
        for found in find(bare, home, now):
            return found
    return Zoned(text)


def seasonal_note(name: str, start: datetime) -> str:
    """What to check if the place of an abbreviation has another time on that day: "3pm EST" in July; or empty."""
    if name not in SEASONS:
        return ""
    place = start.astimezone(ZoneInfo(SEASONS[name]))
    offset = timedelta(hours=OFFSETS[name])
    if place.utcoffset() == offset:
        return ""
    city = SEASONS[name].rpartition("/")[2].replace("_", " ")
    return f"{name} is UTC{OFFSETS[name]:+}, but {city} has {place.tzname()} on that day."


def warm_up() -> None:
    """Read the names of all time zones."""
    _zone_of_place("berlin")


def _offset(text: str, _: ZoneInfo, __: datetime) -> Iterator[Zoned]:
    for pattern in (_OFFSET, _ATTACHED):
        if match := pattern.search(text):
            sign, hours, minutes = match.groups(default="0")
            offset = timedelta(hours=int(hours), minutes=int(minutes))
            rest = _without(text, match)
            if offset <= timedelta(hours=14):
                yield Zoned(rest, timezone(-offset if sign in "-−–" else offset))
            yield Zoned(rest, problem=f"No time zone is {match[0].strip()}: {HOW}.")


def _named(text: str, home: ZoneInfo, _: datetime) -> Iterator[Zoned]:
    match = _TIME_WORD.search(text)
    if not match:
        return
    words = (match[1] or match[2]).split()
    before = match[1] is not None  # the place is in front of the word "time"
    parts = (
        [words[at:] for at in range(len(words))] if before else [words[: at + 1] for at in reversed(range(len(words)))]
    )
    for place in parts:
        zone = home if folded(" ".join(place)) in _LOCAL else _zone_of_place(folded(" ".join(place)))
        if zone:
            kept = words[: len(words) - len(place)] if before else words[len(place) :]
            yield Zoned(_joined(text[: match.start()], *kept, text[match.end() :]), zone)
    if _AFTER_CLOCK.search(text[: match.start()]):
        yield Zoned(_without(text, match), problem=f"“{match[0]}” is not a time zone known here: {HOW}.")


def _iana(text: str, _: ZoneInfo, __: datetime) -> Iterator[Zoned]:
    if match := _IANA.search(text):
        known = match[1] in _all_zones()
        problem = "" if known else f"“{match[1]}” is not a time zone known here: {HOW}."
        yield Zoned(_without(text, match), ZoneInfo(match[1]) if known else None, problem)


def _abbreviated(text: str, home: ZoneInfo, now: datetime) -> Iterator[Zoned]:
    shouted = re.sub(r"(?<=\d) [ap]m", "", text)
    is_capitals = shouted == shouted.upper()
    for match in _ABBREVIATION.finditer(text):
        word, before, rest = match[1] or match[2], text[: match.start()], _without(text, match)
        if not _can_be_zone(word, before):
            continue
        name = word.upper()
        if zone := _own(name, home, now) or _zone_of_abbreviation(name, home):
            yield Zoned(rest, zone, name=name)
        elif name in SEVERAL:
            yield Zoned(rest, problem=f"“{word}” is the name of several time zones: {HOW}.")
        elif before and not is_capitals and _is_like_a_zone(word, before):
            yield Zoned(rest, problem=f"“{word}” is not a time zone known here: {HOW}.")


def _can_be_zone(word: str, before: str) -> bool:
    """Whether a word can be an abbreviation: in capitals, or right after a time."""
    name = word.upper()
    if name in _NO_ZONES or (name in _WORDS and not re.search(r"\d|noon", before)):
        return False
    if word == "est" and not re.search(r"[ap]m[ ,]*$", before):
        return False  # French for "is"
    return word.isupper() or (len(word) > 2 and word not in _LOWER_CASE_WORDS and bool(_AFTER_CLOCK.search(before)))


def _is_like_a_zone(word: str, before: str) -> bool:
    """Whether an unknown word looks like an abbreviation."""
    return word.isupper() and len(word) < 6 and bool(_AFTER_CLOCK.search(before) or _UNKNOWN.fullmatch(word))


def _own(name: str, home: ZoneInfo, now: datetime) -> tzinfo | None:
    """The offset that the user's own time zone calls by this name, in winter or summer."""
    for month in (1, 7):
        moment = datetime(now.year, month, 1, 12, tzinfo=UTC).astimezone(home)
        offset = moment.utcoffset()
        if moment.tzname() == name and offset is not None:
            return timezone(offset)
    return None


def _zone_of_abbreviation(name: str, home: ZoneInfo) -> tzinfo | None:
    if name in OFFSETS:
        return timezone(timedelta(hours=OFFSETS[name]))
    if name == "CST" and home.key.startswith(("America/", "US/", "Canada/")):
        return timezone(timedelta(hours=-6))
    return ZoneInfo(REGIONS[name]) if name in REGIONS else None


@cache
def _all_zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def zone_names_by_place() -> dict[str, str]:
    """The zone of each city that names one."""
    continents = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    zones = sorted(zone for zone in _all_zones() if zone.startswith(continents))
    return {folded(zone.rpartition("/")[2].replace("_", " ")): zone for zone in zones} | CITIES


def _zone_of_place(place: str) -> tzinfo | None:
    """The zone of a city, a country or a region, also as an adjective: "berliner", "amsterdamse"."""
    words: Sequence[str] = (place, place.removesuffix("er"), place.removesuffix("se"))
    for word in words:
        if offset := OFFSETS.get({"eastern standard": "EST", "eastern daylight": "EDT", "pacific standard": "PST",
                                  "pacific daylight": "PDT"}.get(word, "")):  # fmt: skip
            return timezone(timedelta(hours=offset))
        if zone := zone_names_by_place().get(word):
            return ZoneInfo(zone)
    return ZoneInfo(REGIONS[place.upper()]) if place.upper() in REGIONS else None


def _without(text: str, match: re.Match[str]) -> str:
    return _joined(text[: match.start()], text[match.end() :])


def _joined(*parts: str) -> str:
    return " ".join(" ".join(parts).split())


def folded(text: str) -> str:
    """The text without accents, in lower case."""
    return "".join(c for c in normalize("NFKD", text) if not category(c).startswith("M")).casefold().strip(".'’")
