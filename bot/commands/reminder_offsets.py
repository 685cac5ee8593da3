"""Reads how long before a start people want to be reminded ("1d 1h 10m"), and says it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from unicodedata import normalize

from bot.commands.create_args import length_text, parse_length
from bot.errors import BadInput

MAX_OFFSETS: Final = 10
"""How many reminders of one webinar a channel can have."""
MAX_OFFSET: Final = timedelta(days=120)
"""The earliest reminder; Slack would not hold a message for longer either."""
EXAMPLE: Final = "1d 1h 10m"

MAX_QUOTED = 5
MAX_WORD = 40

_NUMBER = r"\d{1,5}(?:[.,]\d{1,3})?"
_END = r"(?![^\W\d_])"
_WEEKS = r"(?:w|wks?|weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken)"
_DAYS = r"(?:d|days?|tage?n?|jours?|días?|dias?|giorn[oi]|dag(?:en)?)"
_ONE = re.compile(
    rf"(?:(?P<weeks>{_NUMBER}) ?{_WEEKS}{_END})?(?:(?P<days>{_NUMBER}) ?{_DAYS}{_END})?(?P<rest>.*)", re.DOTALL
)
_SIGNED = re.compile(r"([+\-−–])(\d.*)")
_BETWEEN_WORDS = re.compile(r"[\s;]+|,(?!\d)|(?<!\d),")
_EDGES = "\"'“”„«»‘’`()[]{}.!?"
_SKIPPED = frozenset({"", "and", "&", "before", "the", "start"})
_COUNTS = {"a": "1", "an": "1", "one": "1"}


def parse_offsets(text: str) -> tuple[timedelta, ...]:
    """How long before the start each reminder is wanted, longest first; what is named twice is there once.

    Words apart are reminders apart: "1h 30m" are two, "1h30m" is one. Raises `BadInput` with all that is wrong.
    """
    leads, wrong, signed = _take_apart(text)
    found = tuple(sorted(set(leads), reverse=True))
    problems = [
        _no_times(wrong),
        _with_sign(signed),
        _zero(found),
        _too_early(found),
        f"These are {len(found)} reminders: a channel has at most {MAX_OFFSETS} for a webinar."
        if len(found) > MAX_OFFSETS
        else "",
    ]
    if not (leads or wrong or signed):
        problems = [f"Say how long before the start, for example {EXAMPLE}."]
    if any(problems):
        raise BadInput(" ".join(filter(None, problems)))
    return found


def repeated_offsets(text: str) -> tuple[timedelta, ...]:
    """What `text` names more than once, longest first."""
    leads, _, _ = _take_apart(text)
    return tuple(sorted({lead for lead in leads if leads.count(lead) > 1}, reverse=True))


def offsets_in_past(leads: Iterable[timedelta], start: datetime, now: datetime) -> tuple[timedelta, ...]:
    """Those of them whose moment is past."""
    return tuple(lead for lead in leads if start - lead <= now)


def too_late_text(leads: Sequence[timedelta], start: datetime, now: datetime) -> str:
    """Why these reminders cannot go out any more; empty where there are none."""
    if start <= now:
        return "The webinar's start has passed, so there is nothing left to remind of."
    if not leads:
        return ""
    reminders = "a reminder" if len(leads) == 1 else "reminders"
    return f"The webinar starts in {_left(start - now)}, so {reminders} {offsets_text(leads)} would be in the past."


def offset_text(lead: timedelta) -> str:
    """One of them in words: "1 day", "1 hour 30 minutes"."""
    rest = lead - timedelta(days=lead.days)
    days = f"{lead.days} day{'' if lead.days == 1 else 's'}" if lead.days else ""
    return f"{days} {length_text(rest) if rest or not days else ''}".strip()


def offsets_text(leads: Collection[timedelta]) -> str:
    """All of them in words: "1 day, 1 hour and 10 minutes before"; "never" where there are none."""
    if not leads:
        return "never"
    *others, last = map(offset_text, leads)
    return f"{', '.join(others)} and {last} before" if others else f"{last} before"


def offsets_as_typed(leads: Iterable[timedelta]) -> str:
    """All of them as one types them: "1d 1h 10m"; `parse_offsets` reads the same from it."""
    return " ".join(map(_spell, leads))


def _take_apart(text: str) -> tuple[list[timedelta], list[str], list[str]]:
    """The leads, the words that are none, and those that have a sign."""
    words = [word.strip(_EDGES) for word in _BETWEEN_WORDS.split(normalize("NFKC", text))]
    words = [word for word in words if word.casefold() not in _SKIPPED]
    leads: list[timedelta] = []
    wrong: list[str] = []
    signed: list[str] = []
    at = 0
    while at < len(words):
        lead, taken = _next(words, at)
        if lead is not None:
            leads.append(lead)
        else:
            (signed if _SIGNED.fullmatch(words[at]) else wrong).append(words[at])
        at += taken
    return leads, wrong, signed


def _next(words: Sequence[str], at: int) -> tuple[timedelta | None, int]:
    """The lead that begins at this word, and how many words it takes: "10m", "10 minutes", "an hour"."""
    half = " ".join(words[at : at + 3]).casefold()
    if half == "half an hour":
        return timedelta(minutes=30), 3
    first = _COUNTS.get(words[at].casefold(), words[at])
    if re.fullmatch(_NUMBER, first) and at + 1 < len(words) and words[at + 1][:1].isalpha():
        lead = _read(f"{first} {words[at + 1]}")
        if lead is not None:
            return lead, 2
    return _read(words[at]), 1


def _read(word: str) -> timedelta | None:
    match = _ONE.fullmatch(word.casefold())
    if not match or not re.search(r"[^\W\d_]|:", word):  # a bare number has no unit
        return None
    weeks, days = (float((part or "0").replace(",", ".")) for part in match.group("weeks", "days"))
    rest = match["rest"]
    if rest and (match["weeks"] or match["days"]) and rest.isdigit():
        return None
    length = parse_length(rest) if rest else timedelta()
    return (
        None if length is None else timedelta(seconds=round(timedelta(weeks=weeks, days=days).total_seconds())) + length
    )


def _no_times(wrong: Sequence[str]) -> str:
    if not wrong:
        return ""
    named = [f"“{word if len(word) <= MAX_WORD else word[:MAX_WORD] + '…'}”" for word in dict.fromkeys(wrong)]
    more = f" and {len(named) - MAX_QUOTED} more" if len(named) > MAX_QUOTED else ""
    one = len(named) == 1
    return f"{', '.join(named[:MAX_QUOTED])}{more} {'is no time' if one else 'are no times'}: write 1d, 2h or 30m."


def _with_sign(signed: Sequence[str]) -> str:
    if not signed:
        return ""
    word = signed[0][: MAX_WORD + 1]
    return f"Reminders go out before the start, so write {word[1:]} instead of {word}."


def _zero(leads: Iterable[timedelta]) -> str:
    if all(lead > timedelta() for lead in leads):
        return ""
    return "A reminder goes out before the start, so 0 cannot be used."


def _too_early(leads: Iterable[timedelta]) -> str:
    early = [lead for lead in leads if lead > MAX_OFFSET]
    if not early:
        return ""
    return f"{offset_text(max(early))} before is too early: the longest is {offset_text(MAX_OFFSET)}."


def _left(wait: timedelta) -> str:
    """How long there still is, to the minute; to the hour where it is more than a day."""
    unit = timedelta(hours=1) if wait >= timedelta(days=1) else timedelta(minutes=1)
    return offset_text(wait // unit * unit) if wait >= unit else "less than a minute"


def _spell(lead: timedelta) -> str:
    minutes, seconds = divmod(int(lead.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return "".join(
        f"{number}{unit}" for number, unit in zip((days, hours, minutes, seconds), "dhms", strict=True) if number
    )
