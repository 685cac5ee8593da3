"""Parse a shift of time: "in 5 days" counts from now, "2 weeks later" and "+3 days" from the webinar's own start."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands.amounts import AMOUNT, normalized, value
from bot.commands.shift_words import LANGUAGES, ShiftWords
from bot.model.local_time import later, whole_minute

MAX_CHARACTERS: Final = 80
MAX_WORDS: Final = 8
"""The longest shift: "in one week and two days from now on"."""
MOST: Final = timedelta(days=3660)
"""Longer ones are typing mistakes."""
_UNITS: Final = ("months", "weeks", "days", "hours", "minutes")


@dataclass(frozen=True, slots=True)
class Shift:
    """How far a webinar is moved. Months and days keep the local hour; the rest is elapsed time."""

    months: int = 0
    days: int = 0
    elapsed: timedelta | None = None
    """`None` if no hours or minutes were typed."""
    is_from_now: bool = False

    def start(self, start: datetime, zone: ZoneInfo, now: datetime, home: ZoneInfo) -> datetime:
        """The new start (UTC) of a webinar that starts at `start` in `zone`; `home` is the time zone of the user.

        "in 5 days" is five days after the user's today, at the webinar's local hour; "in 2 hours" is two hours from
        now. A local hour that the clocks skip moves forward by the gap; one that they show twice is the first.
        """
        elapsed = self.elapsed or timedelta()
        if not self.is_from_now:
            return later(start, zone, months=self.months, days=self.days) + elapsed
        target = later(now, home, months=self.months, days=self.days)
        if self.elapsed is not None:
            return whole_minute(target + elapsed)
        days = (target.astimezone(home).date() - start.astimezone(home).date()).days
        return later(start, zone, days=days)


def parse_shift(text: str) -> Shift | None:
    """Parse the whole of `text` as a shift, in any of seven languages; `None` if it is none. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return None
    text = " ".join(normalized(text).lower().rstrip(".,;!?").split())
    if not text or len(text) > MAX_CHARACTERS:
        return None
    return next(filter(None, (_parse(words, text) for words in LANGUAGES)), None)


def _parse(words: ShiftWords, text: str) -> Shift | None:
    patterns = _patterns(words)
    for whole, direction, is_from_now in patterns.shapes:
        if (match := whole.fullmatch(text)) and (amount := _amount(patterns, match["amount"])):
            sign = -1 if direction == "earlier" or (match.groupdict().get("sign") or "+") != "+" else 1
            return _shift(amount, sign, is_from_now=is_from_now)
    return None


def _amount(patterns: _Patterns, text: str) -> dict[str, float] | None:
    """The amount of each unit, each at most once; `None` if anything else is in the text."""
    for phrase, figures in patterns.phrases:
        text = phrase.sub(figures, text)
    found: dict[str, float] = {}
    at = 0
    while at < len(text):
        part = patterns.part.match(text, at)
        unit = next((name for name in _UNITS if part and part[name]), "")
        if part is None or not unit or unit in found:
            return None
        found[unit] = patterns.numbers[part["word"]] if part["word"] else value(part["number"])
        at = part.end()
    return found


def _shift(amount: dict[str, float], sign: int, *, is_from_now: bool) -> Shift | None:
    months, weeks, days, hours, minutes = (amount.get(unit, 0) * sign for unit in _UNITS)
    if any(number != int(number) for number in (months, weeks, days)):
        return None  # half a day at the same local hour means nothing
    elapsed = timedelta(hours=hours, minutes=minutes) if {"hours", "minutes"} & amount.keys() else None
    if timedelta(days=abs(months) * 31 + abs(weeks * 7 + days)) + abs(elapsed or timedelta()) > MOST:
        return None
    return Shift(int(months), int(weeks * 7 + days), elapsed, is_from_now)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The compiled words of a language."""

    shapes: tuple[tuple[re.Pattern[str], str, bool], ...]
    """Each whole shape with its direction, and whether it counts from now."""
    part: re.Pattern[str]
    numbers: dict[str, int]
    phrases: tuple[tuple[re.Pattern[str], str], ...]


@cache
def _patterns(words: ShiftWords) -> _Patterns:
    numbers = {name: at for at, names in enumerate(words.numbers.split(","), 1) for name in names.split("/")}
    named = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    units = "|".join(f"(?P<{unit}>{getattr(words, unit)})" for unit in _UNITS)
    # "un'ora" and "5d" need no space, "five days" does.
    part = (
        rf"(?:(?P<number>{AMOUNT}) ?|(?P<word>{named})(?:['’]| ))(?:{units})(?![^\W\d_])[ ,]*(?:{words.conjunction} )?"
    )
    amount = r"(?P<amount>\S.*?)"
    shapes = (
        (rf"(?:{words.ahead}) {amount}(?: (?:{words.from_now}))?", "later", True),
        (rf"{amount} (?:{words.from_now})", "later", True),
        (rf"(?:(?:{words.by}) )?\+? ?{amount} (?:{words.later})", "later", False),
        (rf"(?:(?:{words.by}) )?{amount} (?:{words.earlier})", "earlier", False),
        (rf"(?P<sign>[+\-−–]) ?{amount}", "", False),
    )
    return _Patterns(
        tuple((re.compile(shape), direction, is_from_now) for shape, direction, is_from_now in shapes),
        re.compile(part),
        numbers,
        tuple((re.compile(rf"(?<!\w)(?:{phrase})(?!\w)"), figures) for phrase, figures in words.phrases),
    )
