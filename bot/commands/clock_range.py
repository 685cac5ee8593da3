"""Ranges of hours ("3-4pm", "von 15 bis 16 Uhr") and times written without a colon ("1530")."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Final, NamedTuple

_MARK = r"(?: ?(am|pm|[ap](?!\w))| ?(h|uhr|u|uur|heures?|horas?|ore|o['’]clock)(?!\w))?"
_CLOCK = r"(\d{1,2})(?:[:.h](\d\d))?" + _MARK
_HYPHEN = r" ?[-–—~] ?"


class _Words(NamedTuple):
    """What is before a range and between its two times in one language, as patterns."""

    before: str
    between: str


_WORDS: Final = {
    "en": _Words("from|between", "to|till?|until|and"),
    "de": _Words("von|zwischen", "bis|und"),
    "fr": _Words("de|entre", "à|jusqu['’]à|et"),
    "es": _Words("de(?: las?)?|desde(?: las?)?|entre(?: las?)?", "a(?: las?)?|hasta(?: las?)?|y(?: las?)?"),
    "it": _Words("dalle(?: ore)?|tra(?: le)?|fra(?: le)?", "alle(?: ore)?|fino alle|e(?: le)?"),
    "pt": _Words("das|de|entre(?: as)?", "às|as|a|até(?: às)?|e(?: as)?"),
    "nl": _Words("van|tussen", "tot|en"),
}
_AND: Final = frozenset({"and", "und", "et", "y", "e", "en"})  # needs a word before the range
_AT = r"(?<!\S)(at|um|à|a las|alle|ore|às|om|@) "
_JOINED = re.compile(rf"(?:{_AT})?(?<![\w:./,-])(\d{{1,2}})(\d\d) ?(am|pm|hrs|hours|h|uhr)?(?![\w:./-])", re.IGNORECASE)
_LIKE_A_TIME = re.compile(r"(?!20)\d\d\d[05]")
_PERHAPS_A_TIME = re.compile(r"(?!19|20)\d{4}|20\d[05]|\d(?:15|30|45)")  # not Budget 2027, Webinar 101, Top 100
_DOTTED = re.compile(rf"(?:{_AT})?(?<![\w:./,-])([01]?\d|2[0-3])\.([0-5]\d)(?![\w:./-])", re.IGNORECASE)


class Ranged(NamedTuple):
    """A text with only the start of its range, if it had one, and the length of the range."""

    text: str
    length: timedelta | None = None


def split_range(text: str, languages: Sequence[str]) -> Ranged:
    """Replace a range of hours in `text` with its start. Two bare numbers are a range only at the end of a text.

    The half of the day is that of the other time: "3-4pm" is 15:00 for an hour, "11-1pm" is 11:00 for two.
    """
    for language in languages:
        for match in _pattern(language).finditer(text):
            before, hour, minute, half, unit, word, hour2, minute2, half2, unit2 = match.groups()
            is_marked = any((half, half2, minute, minute2, unit, unit2))
            if not before and (word or "").lower() in _AND:
                continue
            if not (before or is_marked or (not word and match.start() and match.end() == len(text))):
                continue
            start, end = _minutes(hour, minute, half), _minutes(hour2, minute2, half2)
            times = _in_order(start, end, hour, half or "", half2 or "") if start and end else None
            if times:
                clock = f"{times[0] // 60:02}:{times[0] % 60:02}"
                rest = f"{text[: match.start()]} {clock} {text[match.end() :]}"
                return Ranged(" ".join(rest.split()), timedelta(minutes=times[1] - times[0]))
    return Ranged(text)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    words = _WORDS[language]
    return re.compile(
        rf"(?<![\w:./-])(?:({words.before}) )?(?<![\w:./-]){_CLOCK}"
        rf"(?:{_HYPHEN}| ({words.between}) ){_CLOCK}(?![\w:/-])",
        re.IGNORECASE,
    )


def _minutes(hour: str, minute: str | None, half: str | None) -> tuple[int, ...]:
    """The minutes after midnight that a time can be: one, or two if it can be before or after noon; none if invalid."""
    hours, minutes = int(hour), int(minute or 0)
    if minutes > 59 or hours > 24 or (hours == 24 and minutes) or (half and not 1 <= hours <= 12):
        return ()
    if half:
        return (hours % 12 * 60 + minutes + (720 if half.lower().startswith("p") else 0),)
    if 1 <= hours <= 12 and not hour.startswith("0"):
        return (hours % 12 * 60 + minutes, hours % 12 * 60 + minutes + 720)
    return (hours * 60 + minutes,)


def _in_order(
    starts: tuple[int, ...], ends: tuple[int, ...], hour: str, half: str, half2: str
) -> tuple[int, int] | None:
    """The start and the end in minutes after midnight of the first day, or `None` if they are the same time."""
    if half2 and not half and len(starts) == 2:  # the latest start before the end
        start = max((each for each in starts if each < ends[0]), default=starts[1])
    elif len(starts) == 2:
        start = starts[1] if int(hour) in (*range(1, 7), 12) else starts[0]  # as a single time is read
    else:
        start = starts[0]
    end = min((each for each in ends if each > start), default=ends[0] + 24 * 60)
    return (start, end) if end - start < 24 * 60 else None


def with_colon(text: str) -> tuple[str, str]:
    """Write a time without a colon with one: "15:30 tomorrow" for "1530 tomorrow". Empty if there is none.

    The second value is the number if it may be something else: a year, an episode, a version.
    """
    if dotted := _DOTTED.search(text):
        is_certain = dotted[1] or (dotted.start() and dotted.end() == len(text))  # "tomorrow 15.30"
        return _replaced(text, dotted, f"{dotted[2]}:{dotted[3]}"), "" if is_certain else f"{dotted[2]}.{dotted[3]}"
    match = _JOINED.search(text)
    if not match:
        return "", ""
    hour, minute, number = match[2], match[3], match[2] + match[3]
    half = match[4].lower() if (match[4] or "").lower() in ("am", "pm") else ""
    if int(minute) > 59 or int(hour) > (12 if half else 24):
        return "", ""
    clock = _replaced(text, match, f"{hour}:{minute}{half}" if half else f"{int(hour):02}:{minute}")
    if match[1] or match[4] or _LIKE_A_TIME.fullmatch(number):
        return clock, ""
    return (clock, number) if _PERHAPS_A_TIME.fullmatch(number) else ("", "")


def _replaced(text: str, match: re.Match[str], clock: str) -> str:
    return f"{text[: match.start()]} {clock} {text[match.end() :]}".strip()
