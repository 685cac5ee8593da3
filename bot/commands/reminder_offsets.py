"""Parse reminder offsets, the times before a start ("1d 1h 10m"), and format them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.commands.amounts import AMOUNT, FRACTION, FRACTIONS, normalized, value
from bot.commands.lengths import length_text, parse_length
from bot.commands.slack_text import normalized_word
from bot.errors import BadInput

MAX_OFFSETS: Final = 10
"""The most reminders of one webinar in a channel."""
MAX_OFFSET: Final = timedelta(days=120)
"""The longest offset, which is also the longest that Slack schedules a message ahead."""
EXAMPLE: Final = "1d 1h 10m"
OFF_WORDS: Final = frozenset({"off", "none", "never", "mute"})
ON_WORDS: Final = frozenset({"on", "unmute"})

MAX_QUOTED = 5
MAX_WORD = 40

_END = rf"(?![^\W\d_{FRACTIONS}])"
_WEEKS = r"(?:w|wks?|weeks?|wochen?|semaines?|semanas?|settiman[ae]|weken)"
_DAYS = r"(?:d|days?|tage?n?|jours?|días?|dias?|giorn[oi]|dag(?:en)?)"
_OFFSET = re.compile(
    rf"(?:(?P<weeks>{AMOUNT}) ?{_WEEKS}{_END})?(?:(?P<days>{AMOUNT}) ?{_DAYS}{_END})?(?P<rest>.*)", re.DOTALL
)
_CONTINUES = re.compile(rf"{FRACTION}|\d{{3}}(?!\d)")
"""What can follow a whole number and a space: 1 ½ hours, 1 440 minutes."""
_SIGNED = re.compile(r"([+\-−–])(\d.*)")
_BETWEEN_WORDS = re.compile(r"[\s;]+|,(?!\d)|(?<!\d),")
_EDGES = "\"'“”„«»‘’`()[]{}.!?"
_SKIPPED = frozenset({"", "and", "&", "before", "the", "start"})
_COUNTS = {"a": "1", "an": "1", "one": "1"}


def parse_offsets(text: str) -> tuple[timedelta, ...]:
    """The offsets as `read_offsets` reads them. Raises `BadInput` with every problem."""
    offsets, problem = read_offsets(text)
    if problem:
        raise BadInput(problem)
    return offsets


def read_offsets(text: str) -> tuple[tuple[timedelta, ...], str]:
    """Read the offsets, longest first, without duplicates; and every problem, empty if there is none.

    Separate words are separate reminders: "1h 30m" are two, "1h30m" is one.
    """
    offsets, invalid, signed = _split(text)
    unique = tuple(sorted(set(offsets), reverse=True))
    problems = [
        _invalid_problem(invalid),
        _sign_problem(signed),
        _zero_problem(unique),
        _too_early_problem(unique),
        f"These are {len(unique)} reminders: a channel has at most {MAX_OFFSETS} for a webinar."
        if len(unique) > MAX_OFFSETS
        else "",
    ]
    if not (offsets or invalid or signed):
        problems = [f"Say how long before the start, for example {EXAMPLE}."]
    return unique, "\n".join(filter(None, problems))


def is_off(text: str) -> bool:
    """Whether `text`, in place of times, turns reminders off."""
    return normalized_word(text) in OFF_WORDS


def is_switch(text: str) -> bool:
    """Whether `text`, in place of times, turns reminders off or on."""
    return is_off(text) or normalized_word(text) in ON_WORDS


def repeated_offsets(text: str) -> tuple[timedelta, ...]:
    """The offsets that occur more than once in `text`, longest first."""
    offsets, _, _ = _split(text)
    return tuple(sorted({offset for offset in offsets if offsets.count(offset) > 1}, reverse=True))


def offsets_in_past(offsets: Iterable[timedelta], start: datetime, now: datetime) -> tuple[timedelta, ...]:
    """The offsets whose reminder would be in the past."""
    return tuple(offset for offset in offsets if start - offset <= now)


def too_late_text(offsets: Sequence[timedelta], start: datetime, now: datetime) -> str:
    """Why these reminders cannot be posted any more; empty if there are none."""
    if start <= now:
        return "The webinar has already started, so there is nothing left to remind you of."
    if not offsets:
        return ""
    reminders = "a reminder" if len(offsets) == 1 else "reminders"
    wait = _rounded_text(start - now)
    return f"The webinar starts in {wait}, so {reminders} {offsets_text(offsets)} would be in the past."


def offset_text(offset: timedelta) -> str:
    """One offset in words: "1 day", "1 hour 30 minutes"."""
    rest = offset - timedelta(days=offset.days)
    days = f"{offset.days} day{'' if offset.days == 1 else 's'}" if offset.days else ""
    return f"{days} {length_text(rest) if rest or not days else ''}".strip()


def offsets_text(offsets: Collection[timedelta]) -> str:
    """Offsets in words: "1 day, 1 hour and 10 minutes before", or "never" if there are none."""
    if not offsets:
        return "never"
    *others, last = map(offset_text, offsets)
    return f"{', '.join(others)} and {last} before" if others else f"{last} before"


def offsets_as_typed(offsets: Iterable[timedelta]) -> str:
    """Offsets as input for `parse_offsets`: "1d 1h 10m"."""
    return " ".join(map(_as_typed, offsets))


def _split(text: str) -> tuple[list[timedelta], list[str], list[str]]:
    """The offsets, the invalid words, and the words with a sign."""
    split = [word.strip(_EDGES) for word in _BETWEEN_WORDS.split(text)]
    typed = [word for word in split if normalized(word).strip(_EDGES).casefold() not in _SKIPPED]
    words = [normalized(word).strip(_EDGES) for word in typed]
    offsets: list[timedelta] = []
    invalid: list[str] = []
    signed: list[str] = []
    at = 0
    while at < len(words):
        offset, count = _parse_at(words, at)
        if offset is not None:
            offsets.append(offset)
        else:
            (signed if _SIGNED.fullmatch(words[at]) else invalid).append(typed[at])
        at += count
    return offsets, invalid, signed


def _parse_at(words: Sequence[str], at: int) -> tuple[timedelta | None, int]:
    """The offset that begins at this word, and its number of words: "10m", "10 minutes", "an hour"."""
    if " ".join(words[at : at + 3]).casefold() == "half an hour":
        return timedelta(minutes=30), 3
    first = _COUNTS.get(words[at].casefold(), words[at])
    if re.fullmatch(AMOUNT, first):
        following = words[at + 1 : at + 3]
        continues = bool(following and _CONTINUES.match(following[0]))
        for count in (1, 2) if continues else (1,) if following and following[0][:1].isalpha() else ():
            offset = _parse_word(" ".join([first, *following[:count]]))
            if offset is not None:
                return offset, count + 1
    return _parse_word(words[at]), 1


def _parse_word(word: str) -> timedelta | None:
    match = _OFFSET.fullmatch(word.casefold())
    if not match or not re.search(r"[^\W\d_]|:", word):  # without a unit
        return None
    weeks, days = (value(part or "0") for part in match.group("weeks", "days"))
    rest = match["rest"]
    if rest and (match["weeks"] or match["days"]) and rest.isdigit():
        return None
    length = parse_length(rest) if rest else timedelta()
    return (
        None if length is None else timedelta(seconds=round(timedelta(weeks=weeks, days=days).total_seconds())) + length
    )


def _invalid_problem(invalid: Sequence[str]) -> str:
    if not invalid:
        return ""
    quoted = [f"“{word if len(word) <= MAX_WORD else word[:MAX_WORD] + '…'}”" for word in dict.fromkeys(invalid)]
    more = f" and {len(quoted) - MAX_QUOTED} more" if len(quoted) > MAX_QUOTED else ""
    return f"I don't understand {', '.join(quoted[:MAX_QUOTED])}{more}. Try 1d, 2h or 30m."


def _sign_problem(signed: Sequence[str]) -> str:
    if not signed:
        return ""
    word = signed[0][: MAX_WORD + 1]
    return f"Reminders go out before the start, so write {word[1:]} instead of {word}."


def _zero_problem(offsets: Iterable[timedelta]) -> str:
    if all(offset > timedelta() for offset in offsets):
        return ""
    return "A reminder goes out before the start, so 0 cannot be used."


def _too_early_problem(offsets: Iterable[timedelta]) -> str:
    early = [offset for offset in offsets if offset > MAX_OFFSET]
    if not early:
        return ""
    return f"{offset_text(max(early))} before is too early: the longest is {offset_text(MAX_OFFSET)}."


def _rounded_text(wait: timedelta) -> str:
    """A length in words, rounded down to a minute, or to an hour above a day."""
    unit = timedelta(hours=1) if wait >= timedelta(days=1) else timedelta(minutes=1)
    return offset_text(wait // unit * unit) if wait >= unit else "less than a minute"


def _as_typed(offset: timedelta) -> str:
    minutes, seconds = divmod(int(offset.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    return "".join(
        f"{number}{unit}" for number, unit in zip((days, hours, minutes, seconds), "dhms", strict=True) if number
    )
