"""Write hours that are spelled out in English as digits: "three thirty pm" is 3:30 pm, "half past three" 3:30."""

from __future__ import annotations

import re
from typing import Final

_HOURS: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MINUTES: Final = {
    "oh five": 5, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "twenty five": 25, "twenty-five": 25, "thirty": 30,
    "thirty five": 35, "thirty-five": 35, "forty": 40, "forty five": 45, "forty-five": 45, "fifty": 50,
    "fifty five": 55, "fifty-five": 55,
}  # fmt: skip
_HOUR: Final = rf"(?P<hour>{'|'.join(_HOURS)})"
_MINUTE: Final = rf"(?:[ -](?P<minute>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}))?"
_WITH_HALF: Final = re.compile(rf"(?<!\S){_HOUR}{_MINUTE}(?= ?[ap]\.?m(?!\w)| (?:noon|midnight)(?!\w))", re.IGNORECASE)
_O_CLOCK: Final = re.compile(rf"(?<!\S){_HOUR} ?o['’]clock(?!\S)", re.IGNORECASE)
_AT: Final = re.compile(rf"(?<!\S)(?P<at>at|@) {_HOUR}{_MINUTE}(?![\w'’-])", re.IGNORECASE)
_PAST: Final = re.compile(
    rf"(?<!\S)(?P<part>half|(?:a )?quarter) (?P<side>past|after|to|before) {_HOUR}(?![\w'’-])", re.IGNORECASE
)
_NOON: Final = re.compile(r"12:00 (noon|midnight)", re.IGNORECASE)


def in_digits(text: str) -> str:
    """The same text with its spelled-out hours in digits.

    An hour counts with am, pm or o'clock, after "at" beside other words, or with "half past" or "quarter to".
    """
    text = _PAST.sub(_past, text)
    text = _O_CLOCK.sub(_clock, text)
    text = _NOON.sub(r"\1", _WITH_HALF.sub(_clock, text))
    return text if _AT.fullmatch(text) else _AT.sub(lambda found: f"{found['at']} {_clock(found)}", text)


def _clock(found: re.Match[str]) -> str:
    minute = found.groupdict().get("minute")
    return f"{_number(found['hour'])}:{_MINUTES[minute.lower()] if minute else 0:02}"


def _past(found: re.Match[str]) -> str:
    hour, minute = _number(found["hour"]), 30 if found["part"].lower() == "half" else 15
    if found["side"].lower() in ("past", "after"):
        return f"{hour}:{minute}"
    return f"{(hour + 10) % 12 + 1}:{60 - minute}"


def _number(word: str) -> int:
    return _HOURS.index(word.lower()) + 1
