"""Parse and format lengths of time: "45m", "1h30", "1½ hours"."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from bot.commands.amounts import AMOUNT, normalized, value

MAX_CHARACTERS: Final = 80  # longer than any length

_AND = r"(?:,? ?(?:and )?)"
_HOURS = r"(?:h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|uur|uren)"
_MINUTES = r"(?:m|mins?\.?|minut\w{1,2})"
_SECONDS = r"(?:s|secs?\.?|seconds?)"
_LENGTH = re.compile(
    rf"(?:(?P<hours>{AMOUNT}) ?{_HOURS})?"
    rf"(?:{_AND}(?P<minutes>{AMOUNT}) ?{_MINUTES}|(?P<bare>(?<!\d)\d{{1,4}}(?!\d)))?"
    rf"(?:{_AND}(?P<seconds>\d{{1,5}}) ?{_SECONDS})?"
)
_CLOCKED = re.compile(r"(\d{1,4}):([0-5]\d)")
_PHRASES = {"half an hour": 30, "an hour": 60, "one hour": 60, "an hour and a half": 90}


def parse_length(text: str) -> timedelta | None:
    """Parse a length: "45" (minutes), "45m", "1h30", "1:30", "90 min", "1½ hours", "30s". `None` if it is none.

    Any length is valid here; the form checks the limits.
    """
    if len(text) > MAX_CHARACTERS:
        return None
    text = " ".join(normalized(text).lower().split())
    if text in _PHRASES:
        return timedelta(minutes=_PHRASES[text])
    if clocked := _CLOCKED.fullmatch(text):
        return timedelta(hours=int(clocked[1]), minutes=int(clocked[2]))
    match = _LENGTH.fullmatch(text)
    if not match or not text or (match["bare"] and match["seconds"]):
        return None
    hours, minutes, bare, seconds = (value(part or "0") for part in match.groups())
    return timedelta(seconds=round(hours * 3600 + (minutes + bare) * 60 + seconds))


def length_text(length: timedelta) -> str:
    """`length` in words, to the second: "45 minutes", "1 hour 30 minutes", "30 seconds"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    words = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(words) or "0 minutes"
