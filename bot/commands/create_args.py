"""Splits what follows `create` into title, start and length: "Launch day next tue 3pm for 45m"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from unicodedata import normalize
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter, datetime_phrase

MAX_WORDS: Final = 12  # "on Tuesday , the 1st of December 2026 at 3:00 pm UTC"

_NUMBER = r"\d{1,4}(?:[.,]\d{1,3})?"
_AND = r"(?:,? ?(?:and )?)"
_HOURS = r"(?:h|hrs?|hours?|std\.?|stunden?|heures?|horas?|or[ae]|uur|uren)"
_MINUTES = r"(?:m|mins?\.?|minut\w{1,2})"
_SECONDS = r"(?:s|secs?\.?|seconds?)"
_LENGTH = re.compile(
    rf"(?:(?P<hours>{_NUMBER}) ?{_HOURS})?"
    rf"(?:{_AND}(?P<minutes>{_NUMBER}) ?{_MINUTES}|(?P<bare>(?<!\d)\d{{1,4}}(?!\d)))?"
    rf"(?:{_AND}(?P<seconds>\d{{1,5}}) ?{_SECONDS})?"
)
_CLOCKED = re.compile(r"(\d{1,4}):([0-5]\d)")
_SAID = {"half an hour": 30, "an hour": 60, "one hour": 60, "an hour and a half": 90}


@dataclass(frozen=True, slots=True)
class CreateArgs:
    """What was typed, taken apart: `title` and `when` hold every word of it, in order and untouched."""

    title: str
    start: datetime | None
    duration: timedelta | None
    when: str = ""


def warm_up() -> None:
    """Load what the first reading would otherwise wait for; called once, before the bot is ready."""
    dateparser_adapter.warm_up()


def parse_create_args(words: str, now: datetime, zone: ZoneInfo, locale: str | None = None) -> CreateArgs:
    """Take the longest trailing run of words that names a moment off `words`; what is left is the title, to the letter.

    `now` is aware; `zone` is the person's; `locale` is Slack's word for their language ("de-DE"), which adds that
    language to English and, for en-US, puts the month first in 3/4. The start is aware UTC and, unless a day was named
    that has passed, ahead of `now`. "for 45m" may stand at the end or before the moment. Never raises, for any words.
    """
    spans = [match.span() for match in re.finditer(r"\S+", words)]
    tokens = [words[a:b] for a, b in spans]
    keep, length = _cut_length(tokens, locale)
    start, keep = _cut_moment(tokens[:keep], now, zone, locale)
    if start and not length:
        keep, length = _cut_length(tokens[:keep], locale)
    at = spans[keep][0] if keep < len(spans) else len(words)
    return CreateArgs(words[:at].strip(), start, length, words[at:].strip())


def _cut_length(tokens: list[str], locale: str | None) -> tuple[int, timedelta | None]:
    """How many tokens stand before a trailing "for 45m", and how long that is."""
    introducers = {dateparser_adapter.LANGUAGES[language].length for language in dateparser_adapter.languages(locale)}
    for at in range(len(tokens) - 2, max(-1, len(tokens) - 7), -1):
        if tokens[at].lower() in introducers:
            text = " ".join(tokens[at + 1 :]).rstrip(".,;!?")
            length = parse_length(text)
            if length and not re.fullmatch(r"[\d:]+", text):  # "Budget for 2027" is a title
                return at, length
    return len(tokens), None


def _cut_moment(tokens: list[str], now: datetime, zone: ZoneInfo, locale: str | None) -> tuple[datetime | None, int]:
    """The moment that the longest readable trailing run names, and how many tokens stand before it."""
    for at in range(max(0, len(tokens) - MAX_WORDS), len(tokens)):
        before = tokens[at - 1] if at else ""
        reading = datetime_phrase.parse_moment(" ".join(tokens[at:]), now, zone, locale, before=before)
        if reading:
            return reading.start, at if reading.start else len(tokens)
    return None, len(tokens)


def parse_length(text: str) -> timedelta | None:
    """How long `text` says: "45" (minutes), "45m", "1h30", "1:30", "90 min", "1.5 hours", "30s"; None if it says none.

    Any length is let through, also one that no webinar may have: the form knows the limits.
    """
    if len(text) > datetime_phrase.MAX_CHARACTERS:
        return None
    text = " ".join(normalize("NFKC", text).lower().split())
    if text in _SAID:
        return timedelta(minutes=_SAID[text])
    if clocked := _CLOCKED.fullmatch(text):
        return timedelta(hours=int(clocked[1]), minutes=int(clocked[2]))
    match = _LENGTH.fullmatch(text)
    if not match or not text or (match["bare"] and match["seconds"]):
        return None
    hours, minutes, bare, seconds = (float((part or "0").replace(",", ".")) for part in match.groups())
    return timedelta(seconds=round(hours * 3600 + (minutes + bare) * 60 + seconds))


def length_text(length: timedelta) -> str:
    """`length` in words, to the second: "45 minutes", "1 hour 30 minutes", "30 seconds"."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (seconds, "second")]
    said = [f"{number} {unit}{'' if number == 1 else 's'}" for number, unit in parts if number]
    return " ".join(said) or "0 minutes"
