"""Parse dates and times with dateparser: translate to its simplified English, then resolve to a date."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from dateparser.conf import settings as plain_settings  # type: ignore[import-untyped]
from dateparser.date import DateDataParser  # type: ignore[import-untyped]
from dateparser.languages.loader import LocaleDataLoader  # type: ignore[import-untyped]

from bot.commands.date_shapes import MONTHS, WEEKDAYS
from bot.commands.relative_phrases import after_translation, before_translation


class Language(NamedTuple):
    """The prepositions of one language, as patterns: before a length, an hour and a day."""

    length: str
    hour: str
    day: str


# English, and the languages of Slack's interface in which dateparser knows at least "tomorrow", weekdays, dates and
# "in 2 hours". Text is parsed in English and the user's language, never in all seven: German "so" is a Sunday and
# French "an" a year, and such words would be removed from other users' titles.
LANGUAGES: Final = {
    "en": Language("for", "at|around|approx", "on|the"),
    "de": Language("für", "um|gegen", "am|den"),
    "fr": Language("pour", "à|vers", "le"),
    "es": Language("durante", "a las?|sobre las?", "el"),
    "it": Language("per", "alle|ore|verso le", "il"),
    "pt": Language("por", "às?|as|pelas", "na|no"),
    "nl": Language("voor", "om|rond", "op"),
}

_MORE_DAYS: Final = {
    "en": frozenset({"tonight", "tonite"}),
    "fr": frozenset({"demain", "aujourd'hui"}),
    "es": frozenset({"hoy"}),
    "it": frozenset({"dopodomani"}),
    "pt": frozenset({"segunda-feira", "terça-feira", "quarta-feira", "quinta-feira", "sexta-feira"}),
}

# Spellings that dateparser does not know in every language.
_SEPARATOR = re.compile(r"(?<!\S)[-–—|@,·](?!\S)")
_NICKNAME = re.compile(r"\b(?:(thu)rs?|(wed)s)\b", re.IGNORECASE)
_HALF = re.compile(r"(?<=\d) ?([ap])\.? ?m\b\.?|(?<=\d)(p)(?!\w)", re.IGNORECASE)
_DOTTED = re.compile(r"(?<![\d.])(\d{1,2})\.(\d\d)(?= ?(?:[ap]m|uhr)\b)", re.IGNORECASE)
_UNIT_AFTER_MINUTES = re.compile(r"(?<=:\d\d) ?(?:h|hrs?|hours?|uhr|uur|heures?|horas?|ore)(?!\w)", re.IGNORECASE)
_H_MINUTES = re.compile(r"\b(\d{1,2})h(\d\d)\b", re.IGNORECASE)
_HOUR = re.compile(
    r"(?:\b(in|dans|en|tra|fra|em|over) )?(?<!\S)(\d{1,2}) ?(?:h|uhr|uur|u|heures?|horas?|ore|o['’]clock)(?!\S)",
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
        translate(language, normalize_spelling(language, "tomorrow 10:00"))
        day_names(language), month_names(language)
    resolve_english("in 1 day 10:00", datetime(2026, 1, 1))  # noqa: DTZ001 - dateparser works in wall time


def normalize_halves(text: str) -> str:
    """Write "3 p.m." and "3p" as "3 pm"."""
    return _HALF.sub(lambda match: f" {(match[1] or match[2]).lower()}m", text)


def normalize_spelling(language: str, text: str) -> str:
    """Write times as 15:00, and remove lone dashes and the prepositions of hours and days."""
    words = LANGUAGES[language]
    text = before_translation(language, _NICKNAME.sub(r"\1\2", _SEPARATOR.sub(" ", text)))
    text = normalize_halves(text)
    text = _DOTTED.sub(r"\1:\2", text)
    text = _H_MINUTES.sub(r"\1:\2", text)
    text = _UNIT_AFTER_MINUTES.sub("", text)
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


@lru_cache(maxsize=256)  # a run without its first word is the next run
def translate(language: str, text: str) -> str:
    """Translate to dateparser's simplified English, without ignored words: "morgen 15:00" is "in 1 day 15:00"."""
    english: str = _locale(language).translate(text, settings=plain_settings) if text else ""
    return after_translation(language, " ".join(re.sub(r"(?<=[a-z])\.", "", english.lower()).split()))


@cache
def month_names(language: str) -> frozenset[str]:
    """The words of one language for months, in lower case, with abbreviations of three letters."""
    info = _locale(language).info
    return frozenset(word.lower() for name in MONTHS for word in info[name] if len(word) > 2 and word.isalpha())


@cache
def day_names(language: str) -> frozenset[str]:
    """The words of one language for weekdays, today, tomorrow and the day after, in lower case, from four letters."""
    info = _locale(language).info
    words = [word for name in WEEKDAYS for word in info[name]]
    words += [word for day in ("0 day ago", "in 1 day", "in 2 day") for word in info["relative-type"].get(day, ())]
    names = (word.lower() for word in words if len(word) > 3 and " " not in word)
    return frozenset(names) | _MORE_DAYS.get(language, frozenset())


def is_known(language: str, word: str) -> bool:
    """Whether dateparser translates this word."""
    return translate(language, word) != translate("en", word) if language != "en" else False


@cache
def _locale(language: str) -> Any:
    return LocaleDataLoader().get_locale(language)


def resolve_english(english: str, base: datetime) -> datetime | None:
    """Resolve dateparser's English to a date and time relative to `base`, in the future if ambiguous; both naive."""
    settings = {"TIMEZONE": "UTC", "RELATIVE_BASE": base, "PREFER_DATES_FROM": "future"}
    resolved: datetime | None = DateDataParser(languages=["en"], settings=settings).get_date_data(english).date_obj
    return resolved
