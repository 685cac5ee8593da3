"""Hands words about time to dateparser: first into its plain English, then onto the calendar."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from dateparser.conf import settings as plain_settings  # type: ignore[import-untyped]
from dateparser.date import DateDataParser  # type: ignore[import-untyped]
from dateparser.languages.loader import LocaleDataLoader  # type: ignore[import-untyped]


class Language(NamedTuple):
    """The little words of one language, as patterns: before a length, before an hour, before a day."""

    length: str
    hour: str
    day: str


# English for everybody, and those languages of Slack's own interface in which dateparser reads at least "tomorrow", a
# weekday, a date and "in 2 hours". A person is read in English and their own, never in all seven: German "so" is a
# Sunday, French "an" a year, and each further language would eat such words from everybody else's titles.
LANGUAGES: Final = {
    "en": Language("for", "at", "on|the"),
    "de": Language("für", "um", "am|den"),
    "fr": Language("pour", "à", "le"),
    "es": Language("durante", "a las?", "el"),
    "it": Language("per", "alle|ore", "il"),
    "pt": Language("por", "às?|as", "na|no"),
    "nl": Language("voor", "om", "op"),
}

# What people type, brought into the one spelling that dateparser reads in every language.
_SEPARATOR = re.compile(r"(?<!\S)[-–—|@,·](?!\S)")
_NICKNAME = re.compile(r"\b(?:(thu)rs?|(wed)s)\b", re.IGNORECASE)
_HALF = re.compile(r"(?<=\d) ?([ap])\.? ?m\b\.?", re.IGNORECASE)
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d\d)(?= ?(?:[ap]m|uhr)\b)", re.IGNORECASE)
_H_MINUTES = re.compile(r"\b(\d{1,2})h(\d\d)\b", re.IGNORECASE)
_HOUR = re.compile(
    r"(?:\b(in|dans|en|tra|fra|em|over) )?(?<!\S)(\d{1,2}) ?(?:h|uhr|uur|heures?|horas?|ore|o['’]clock)(?!\S)",
    re.IGNORECASE,
)


def languages(locale: str | None) -> list[str]:
    """The languages in which a person is read: their own, if it is one of ours, and English."""
    own = (locale or "en").replace("_", "-").split("-")[0].lower()
    return [own, "en"] if own in LANGUAGES and own != "en" else ["en"]


@cache
def warm_up() -> None:
    """Load the tables of every language and of the calendar, which takes a fifth of a second the first time."""
    for language in LANGUAGES:
        translate(language, "tomorrow 10:00")
    resolve_english("in 1 day 10:00", datetime(2026, 1, 1))  # noqa: DTZ001 - the calendar works in wall time


def normalize_spelling(language: str, text: str) -> str:
    """`text` with its clocks written 15:00 and without lone dashes and the little words before hours and days."""
    words = LANGUAGES[language]
    text = _NICKNAME.sub(r"\1\2", _SEPARATOR.sub(" ", text))
    text = _HALF.sub(r" \1m", text)
    text = _DOTTED.sub(r"\1:\2", text)
    text = _H_MINUTES.sub(r"\1:\2", text)
    text = _HOUR.sub(lambda match: match[0] if match[1] else f"{match[2]}:00", text)
    bare_hour, little = _little(words)
    text = bare_hour.sub(r"\1:00", text)
    return " ".join(little.sub(" ", text).split())


@cache
def _little(words: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(rf"(?<!\S)(?:{words.hour}) (\d{{1,2}})(?= (?![ap]m)|$)", re.IGNORECASE),
        re.compile(rf"(?<!\S)(?:{words.hour}|{words.day})(?= )", re.IGNORECASE),
    )


def translate(language: str, text: str) -> str:
    """`text` in dateparser's plain English, without the words that it ignores: "morgen 15:00" is "in 1 day 15:00"."""
    english: str = _locale(language).translate(text, settings=plain_settings) if text else ""
    return " ".join(re.sub(r"(?<=[a-z])\.", "", english.lower()).split())


@cache
def _locale(language: str) -> Any:
    return LocaleDataLoader().get_locale(language)


def resolve_english(english: str, base: datetime) -> datetime | None:
    """What dateparser's calendar says to its own English, reckoned from `base`, the future first; both without zone."""
    settings = {"TIMEZONE": "UTC", "RELATIVE_BASE": base, "PREFER_DATES_FROM": "future"}
    found: datetime | None = DateDataParser(languages=["en"], settings=settings).get_date_data(english).date_obj
    return found
