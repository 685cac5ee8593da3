"""Parse dates and times with dateparser: translate to its simplified English, then resolve to a date."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from dateparser.conf import settings as plain_settings  # type: ignore[import-untyped]
from dateparser.date import DateDataParser  # type: ignore[import-untyped]
from dateparser.languages.loader import LocaleDataLoader  # type: ignore[import-untyped]


class Language(NamedTuple):
    """The prepositions of one language, as patterns: before a length, an hour and a day."""

    length: str
    hour: str
    day: str


# English, and the languages of Slack's interface in which dateparser knows at least "tomorrow", weekdays, dates and
# "in 2 hours". Text is parsed in English and the user's language, never in all seven: German "so" is a Sunday and
# French "an" a year, and such words would be removed from other users' titles.
LANGUAGES: Final = {
    "en": Language("for", "at", "on|the"),
    "de": Language("für", "um", "am|den"),
    "fr": Language("pour", "à", "le"),
    "es": Language("durante", "a las?", "el"),
    "it": Language("per", "alle|ore", "il"),
    "pt": Language("por", "às?|as", "na|no"),
    "nl": Language("voor", "om", "op"),
}

# Spellings that dateparser does not know in every language.
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
    """The languages to parse in: the user's own, if supported, and English."""
    own = (locale or "en").replace("_", "-").split("-")[0].lower()
    return [own, "en"] if own in LANGUAGES and own != "en" else ["en"]


@cache
def warm_up() -> None:
    """Load the tables of every language, which takes 0.2 seconds the first time."""
    for language in LANGUAGES:
        translate(language, "tomorrow 10:00")
    resolve_english("in 1 day 10:00", datetime(2026, 1, 1))  # noqa: DTZ001 - dateparser works in wall time


def normalize_spelling(language: str, text: str) -> str:
    """Write times as 15:00, and remove lone dashes and the prepositions of hours and days."""
    words = LANGUAGES[language]
    text = _NICKNAME.sub(r"\1\2", _SEPARATOR.sub(" ", text))
    text = _HALF.sub(r" \1m", text)
    text = _DOTTED.sub(r"\1:\2", text)
    text = _H_MINUTES.sub(r"\1:\2", text)
    text = _HOUR.sub(lambda match: match[0] if match[1] else f"{match[2]}:00", text)
    bare_hour, prepositions = _prepositions(words)
    text = bare_hour.sub(r"\1:00", text)
    return " ".join(prepositions.sub(" ", text).split())


@cache
def _prepositions(words: Language) -> tuple[re.Pattern[str], re.Pattern[str]]:
    return (
        re.compile(rf"(?<!\S)(?:{words.hour}) (\d{{1,2}})(?= (?![ap]m)|$)", re.IGNORECASE),
        re.compile(rf"(?<!\S)(?:{words.hour}|{words.day})(?= )", re.IGNORECASE),
    )


def translate(language: str, text: str) -> str:
    """Translate to dateparser's simplified English, without ignored words: "morgen 15:00" is "in 1 day 15:00"."""
    english: str = _locale(language).translate(text, settings=plain_settings) if text else ""
    return " ".join(re.sub(r"(?<=[a-z])\.", "", english.lower()).split())


@cache
def _locale(language: str) -> Any:
    return LocaleDataLoader().get_locale(language)


def resolve_english(english: str, base: datetime) -> datetime | None:
    """Resolve dateparser's English to a date and time relative to `base`, in the future if ambiguous; both naive."""
    settings = {"TIMEZONE": "UTC", "RELATIVE_BASE": base, "PREFER_DATES_FROM": "future"}
    resolved: datetime | None = DateDataParser(languages=["en"], settings=settings).get_date_data(english).date_obj
    return resolved
