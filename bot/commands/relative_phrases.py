"""Phrases that dateparser translates only in part: "nächsten Dienstag", "pasado mañana", "mañana por la tarde".

They are rewritten after its translation, which has removed the accents and knows the days: "nachsten tuesday".
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from bot.commands.date_shapes import WEEKDAY

_DAY: Final = f"({WEEKDAY})"
_TAG: Final = "((?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend)"
_DAG: Final = "((?:maan|dins|woens|donder|vrij|zater|zon)dag|morgen)"
_TOMORROW: Final = r"in 1 day"

# Before the translation: words that it would take apart.
_WHOLE_WORDS: Final = {
    "en": [
        (r"tonite|2nite", "tonight"),
        (r"2day", "today"),
        (r"mid-?day", "noon"),
        (r"tmrw?|tmw|tmro|tmoro|2mrw|2moro|2morrow|tomoz", "tomorrow"),
    ],
    "de": [
        (rf"{_TAG}(vormittag|nachmittag|mittag|abend|nacht|früh)s?", r"\1 \2"), (rf"{_TAG}morgens?", r"\1 früh"),
        (r"sonnabend", "Samstag"), (r"ue?bermorgen", "übermorgen"), (r"mittag", "12:00"), (r"mitternacht", "00:00"),
    ],
    "fr": [
        (r"apr[eè]s[- ]demain", "après-demain"), (r"apr[eè]s[- ]midi", "aprem"), (r"minuit", "00:00"),
        (r"cet(?:te)? aprem", "aujourd'hui aprem"), (r"ce (soir|matin)", r"aujourd'hui \1"),
        (r"cette nuit", "aujourd'hui nuit"),
        (r"(?:en |dans (?:l['’]|la ))?(?:(?:fin|d[eé]but) (?:de |d['’]))?(aprem|matin|soir)[eé]e", r"\1"),
        (r"en (?:fin|d[eé]but) d['’] ?aprem", "aprem"),
    ],
    "es": [
        (r"(?:a|al )?medio ?d[ií]a", "12:00"), (r"medianoche", "00:00"), (r"esta (tarde|noche)", r"hoy \1"),
        (r"esta mañana", "hoy por la mañana"),
    ],
    "it": [
        (r"mezzogiorno", "12:00"), (r"mezzanotte", "00:00"), (r"stasera|questa sera", "oggi sera"),
        (r"stamattina|stamani|questa mattina", "oggi mattina"), (r"stanotte|questa notte", "oggi notte"),
        (r"questo pomeriggio", "oggi pomeriggio"),
    ],
    "pt": [
        (r"meio[- ]dia", "12:00"), (r"meia[- ]noite", "00:00"),
        (r"(?:n?est|n?ess)a (tarde|noite|manhã)", r"hoje à \1"),
    ],
    "nl": [
        (r"middernacht", "00:00"), (rf"{_DAG}(namiddag|middag|ochtend|avond|nacht)", r"\1 \2"),
        (rf"{_DAG}morgen", r"\1 ochtend"), (r"van(middag|ochtend|avond|nacht)", r"vandaag \1"),
        (r"vanmorgen", "vandaag ochtend"),
    ],
}  # fmt: skip

# After it: the words of the language, without accents, and dateparser's English.
_PHRASES: Final = {
    "en": [(rf"{_DAY} next week", r"\1 in 1 week")],
    "de": [
        (rf"{_DAY} (?:na(?:e)?chste[rnm]?|kommende[rnm]?) week", r"\1 in 1 week"),
        (rf"(?:na(?:e)?chste[rnsm]?|kommende[rnsm]?) {_DAY}", r"next \1"),
        (rf"diese[rnsm]? {_DAY}", r"this \1"),
        (r"abends?", "evening"), (r"nachmittags?", "afternoon"), (r"fruh|vormittags?|morgens", "morning"),
        (r"nachts?", "night"),
    ],
    "fr": [
        (rf"{_DAY} (?:prochaine?|qui vient)", r"next \1"), (rf"prochaine? {_DAY}", r"next \1"),
        (rf"ce {_DAY}", r"this \1"), (r"(?:du |l['’] ?|de l['’] ?)?aprem", "afternoon"), (r"(?:du )?matin", "morning"),
        (r"(?:du )?soir", "evening"), (r"(?:de la )?nuit", "night"),
    ],
    "es": [
        (rf"pasado {_TOMORROW}", "in 2 day"), (rf"proximo {_DAY}", r"next \1"),
        (rf"{_DAY} (?:proximo|que viene)", r"next \1"), (rf"este {_DAY}", r"this \1"),
        (rf"(?:por |en |a )?la {_TOMORROW}", "morning"), (r"(?:por |en |a )?la tarde|tarde", "afternoon"),
        (r"(?:por |en |a )?la noche|noche", "night"),
    ],
    "it": [
        (rf"dopodomani|dopo {_TOMORROW}", "in 2 day"), (rf"prossim[oa] {_DAY}", r"next \1"),
        (rf"{_DAY} (?:prossim[oa]|che viene)", r"next \1"), (rf"quest[oa] {_DAY}", r"this \1"),
        (r"(?:del |di |nel )?pomeriggio", "afternoon"), (r"(?:di |del |della |la )?mattin[oa]", "morning"),
        (r"(?:di |della |la )?sera", "evening"), (r"(?:di |della |la )?notte", "night"),
    ],
    "pt": [
        (rf"depois {_TOMORROW}", "in 2 day"), (rf"(?:na |no )?proxim[oa] {_DAY}", r"next \1"),
        (rf"{_DAY} (?:proxim[oa]|que vem)", r"next \1"), (rf"(?:est[ae]|ness[ae]|nest[ae]) {_DAY}", r"this \1"),
        (r"(?:da |a |de |na |pela )?tarde", "afternoon"), (r"(?:da |de |na |pela )?manha", "morning"),
        (r"(?:da |a |de |na )?noite", "night"),
    ],
    "nl": [
        (rf"(?:volgende|aanstaande|komende) {_DAY}", r"next \1"), (rf"deze {_DAY}", r"this \1"),
        (r"(?:s )?middags?|namiddag", "afternoon"), (r"(?:s )?ochtends?", "morning"), (r"(?:s )?avonds?", "evening"),
        (r"(?:s )?nachts?", "night"),
    ],
}  # fmt: skip


def before_translation(language: str, text: str) -> str:
    """Replace words of `text` that dateparser would take apart or does not know."""
    for pattern, word in _compiled(language)[0]:
        text = pattern.sub(word, text)
    return text


def after_translation(language: str, english: str) -> str:
    """Complete dateparser's translation, which is in lower case."""
    for pattern, phrase in _compiled(language)[1]:
        english = pattern.sub(phrase, english)
    return english


@cache
def _compiled(language: str) -> list[list[tuple[re.Pattern[str], str]]]:
    return [
        [(re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE), to) for pattern, to in table[language]]
        for table in (_WHOLE_WORDS, _PHRASES)
    ]
