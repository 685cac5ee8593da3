"""Parse the arguments of `create` into title, start and length: "Launch day next tue 3pm for 45m"."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter, datetime_phrase, misspelled_names, start_doubts, time_zones
from bot.commands.datetime_phrase import ParsedMoment
from bot.commands.lengths import parse_length

MAX_WORDS: Final = 14  # "on Tuesday , the 1st of December 2026 from 3:00 to 4:00 pm Berlin time"
MISSPELLED_WORDS: Final = 8  # "wendesday, the 12th of Febuary at 3pm"


@dataclass(frozen=True, slots=True)
class CreateArgs:
    """The parsed arguments. `title` and `when` together contain every word, in order and unchanged."""

    title: str
    start: datetime | None
    duration: timedelta | None
    when: str = ""
    note: str = field(default="", compare=False)
    """Why there is no start although a day or a time was typed, or what to check about it: a sentence, or empty."""


def warm_up() -> None:
    """Load the tables of dateparser. Called once, before the bot is ready."""
    dateparser_adapter.warm_up()
    time_zones.warm_up()
    start_doubts.warm_up()
    misspelled_names.warm_up()


def parse_create_args(words: str, now: datetime, zone: ZoneInfo, locale: str | None = None) -> CreateArgs:
    """Split off the longest trailing run of words that is a date and time. The rest is the title, unchanged.

    `now` is aware; `zone` is the user's; `locale` is Slack's name of their language ("de-DE"), which adds that
    language to English and, for en-US, puts the month first in 3/4. The start is aware UTC and after `now`, except
    for an explicit date in the past. It is the typed time or `None`, never another one. "for 45m" can be at the end or
    before the date; without it, a range of hours is the length. Never raises.
    """
    spans = [match.span() for match in re.finditer(r"\S+", words)]
    tokens = [words[a:b] for a, b in spans]
    count, length = split_length(tokens, locale)
    typed = _TypedWords(tokens[:count], now, zone, locale)
    moment, at = _split_start(typed)
    if moment.start:
        end, length_before = (at, None) if length else split_length(tokens[:at], locale)
        problem = start_doubts.missed_part(tokens[:end], typed.tokens[at:], moment, zone, typed.languages)
        if problem:
            moment = ParsedMoment(None, problem)
        else:
            count, length = end, length or length_before or moment.length
    position = spans[count][0] if count < len(spans) else len(words)
    return CreateArgs(words[:position].strip(), moment.start, length, words[position:].strip(), moment.note)


def split_length(tokens: list[str], locale: str | None) -> tuple[int, timedelta | None]:
    """The number of tokens before a trailing "for 45m", and its length; all of them if there is none."""
    introducers = {dateparser_adapter.LANGUAGES[language].length for language in dateparser_adapter.languages(locale)}
    for at in range(len(tokens) - 2, max(-1, len(tokens) - 7), -1):
        if tokens[at].lower() in introducers:
            text = " ".join(tokens[at + 1 :]).rstrip(".,;!?")
            length = parse_length(text)
            if length and not re.fullmatch(r"[\d:]+", text):  # "Budget for 2027" is a title
                return at, length
    return len(tokens), None


class _TypedWords(NamedTuple):
    """The words before the length, and who typed them when."""

    tokens: list[str]
    now: datetime
    zone: ZoneInfo
    locale: str | None

    @property
    def languages(self) -> list[str]:
        return dateparser_adapter.languages(self.locale)

    def nearest_name(self, index: int) -> str:
        """The name of a day or month that a token almost is, or empty."""
        beside = self.tokens[max(0, index - 1) : index] + self.tokens[index + 1 : index + 2]
        numbered = any(re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)?[.,]?", token) for token in beside)
        return misspelled_names.nearest_name(self.tokens[index], self.languages, beside_number=numbered)

    def longest(self, last: int, words: int = MAX_WORDS) -> tuple[ParsedMoment | None, int]:
        """The moment of the longest trailing run that is a date and time and begins up to `last`, and its begin."""
        for at in range(max(0, len(self.tokens) - words), last + 1):
            before, run = self.tokens[at - 1] if at else "", " ".join(self.tokens[at:])
            moment = datetime_phrase.parse_moment(run, self.now, self.zone, self.locale, before=before)
            if moment:
                return moment, at
        return None, len(self.tokens)


def _split_start(typed: _TypedWords) -> tuple[ParsedMoment, int]:
    """The start and the number of tokens before it; all of them if it is left to the user."""
    moment, at = typed.longest(len(typed.tokens) - 1)
    if moment and moment.note and not moment.start:
        return moment, len(typed.tokens)
    problem = _misspelled(typed, moment, at)
    if moment and moment.start and not problem:
        return moment, at
    return ParsedMoment(None, problem), len(typed.tokens)


def _misspelled(typed: _TypedWords, moment: ParsedMoment | None, at: int) -> str:
    """Asks for a word that would be part of the date and time if it were spelled like a day or month; or empty."""
    count = len(typed.tokens)
    near = {
        index: name for index in range(max(0, count - MISSPELLED_WORDS), count) if (name := typed.nearest_name(index))
    }
    if not near:
        return ""
    spelled = [near.get(index, token) for index, token in enumerate(typed.tokens)]
    repaired, begin = typed._replace(tokens=spelled).longest(max(near), MISSPELLED_WORDS)
    found = [index for index in near if repaired and (repaired.start or repaired.note) and begin <= index]
    if moment and moment.start and not moment.has_day:  # "wendesday launch 3pm", "Febuary 3pm"
        named = start_doubts.names_a_day(spelled[:at], typed.languages)
        found += [index for index in near if index < at and (named or (index == at - 1 and len(near[index]) > 5))]
    return misspelled_names.did_you_mean(typed.tokens[found[-1]], near[found[-1]]) if found else ""
