"""Parse the arguments of `create` into title, start and length: "Launch day next tue 3pm for 45m"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter, datetime_phrase
from bot.commands.amounts import AMOUNT, normalized, value

MAX_WORDS: Final = 12  # "on Tuesday , the 1st of December 2026 at 3:00 pm UTC"

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


@dataclass(frozen=True, slots=True)
class CreateArgs:
    """The parsed arguments. `title` and `when` together contain every word, in order and unchanged."""

    title: str
    start: datetime | None
    duration: timedelta | None
    when: str = ""


def warm_up() -> None:
    """Load the tables of dateparser. Called once, before the bot is ready."""
    dateparser_adapter.warm_up()


def parse_create_args(words: str, now: datetime, zone: ZoneInfo, locale: str | None = None) -> CreateArgs:
    """Split off the longest trailing run of words that is a date and time. The rest is the title, unchanged.

    `now` is aware; `zone` is the user's; `locale` is Slack's name of their language ("de-DE"), which adds that
    language to English and, for en-US, puts the month first in 3/4. The start is aware UTC and after `now`, except
    for an explicit date in the past. "for 45m" can be at the end or before the date. Never raises.
    """
    spans = [match.span() for match in re.finditer(r"\S+", words)]
    tokens = [words[a:b] for a, b in spans]
    count, length = _split_length(tokens, locale)
    start, count = _split_start(tokens[:count], now, zone, locale)
    if start and not length:
        count, length = _split_length(tokens[:count], locale)
    position = spans[count][0] if count < len(spans) else len(words)
    return CreateArgs(words[:position].strip(), start, length, words[position:].strip())


def _split_length(tokens: list[str], locale: str | None) -> tuple[int, timedelta | None]:
    """The number of tokens before a trailing "for 45m", and its length."""
    introducers = {dateparser_adapter.LANGUAGES[language].length for language in dateparser_adapter.languages(locale)}
    for at in range(len(tokens) - 2, max(-1, len(tokens) - 7), -1):
        if tokens[at].lower() in introducers:
            text = " ".join(tokens[at + 1 :]).rstrip(".,;!?")
            length = parse_length(text)
            if length and not re.fullmatch(r"[\d:]+", text):  # "Budget for 2027" is a title
                return at, length
    return len(tokens), None


def _split_start(tokens: list[str], now: datetime, zone: ZoneInfo, locale: str | None) -> tuple[datetime | None, int]:
    """The start in the longest trailing run that is a date and time, and the number of tokens before it."""
    for at in range(max(0, len(tokens) - MAX_WORDS), len(tokens)):
        before = tokens[at - 1] if at else ""
        moment = datetime_phrase.parse_moment(" ".join(tokens[at:]), now, zone, locale, before=before)
        if moment:
            return moment.start, at if moment.start else len(tokens)
    return None, len(tokens)


def parse_length(text: str) -> timedelta | None:
    """Parse a length: "45" (minutes), "45m", "1h30", "1:30", "90 min", "1½ hours", "30s". `None` if it is none.

    Any length is valid here; the form checks the limits.
    """
    if len(text) > datetime_phrase.MAX_CHARACTERS:
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
