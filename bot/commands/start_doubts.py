"""Find out that a title contains more of a date and time than was understood, so that the start is left to the user.

A day alone would start at 10:00, and a time alone today. Both are wrong if the title has the rest: "3ish tomorrow",
"tommorow 3pm".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from bot.commands import dateparser_adapter
from bot.commands.date_shapes import WEEKDAYS
from bot.commands.datetime_phrase import NAMED_DAYS, ParsedMoment

_NEAR_WORDS: Final = 6
"""How many of the last words of a title are searched for parts of a phrase."""
_MAX_TITLE_WORDS: Final = 40
_MAX_CHARACTERS: Final = 24  # longer than any name of a day, in any language
_NUMBER_WORDS: Final = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eins?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
    "|elf|zwölf|une|deux|trois|quatre|cinq|sept|huit|neuf|dix|onze|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez"
    "|once|doce|due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|uma|duas|três|quatro|sete|oito|dez|doze"
    "|een|twee|drie|vijf|zes|zeven|negen|tien|twaalf"
)
_NUMBER: Final = rf"(?:\d{{1,2}}(?:[:.]\d\d)?|{_NUMBER_WORDS})"
_UNIT: Final = r"(?:o['’]clock|uhr|heures?|horas?|ore|uur)"
_AT: Final = r"(?:at|@|um|gegen|à|vers|a las?|alle|all['’]|às|as|om)"

# Anywhere in a title.
_CLOCK = re.compile(
    r"(?<![\w:./-])(?:\d{1,2}(?:[:.h]\d\d)? ?[-–—] ?)?(?:"
    r"\d{1,2}(?:[:.h]\d\d)? ?(?:[ap]\.?m\.?(?!\w)|uhr|o['’]clock|heures|uur)(?!\w)"
    r"|\d{1,2}(?::[0-5]\d|h[0-5]\d)(?![\d:/]))"
    r"|(?<!\w)(?:\d{1,2}(?::\d\d)?|noon) ?-?ish(?!\w)|(?-i:(?<!\w)(?:noon|midnight|midday)(?!\w))"
    rf"|(?<!\w)(?:half|quarter) (?:past|to|after) {_NUMBER}(?!\w)",
    re.IGNORECASE,
)
# At the end of a title, before a day.
_CLOCK_AT_END = re.compile(
    r"(?<![\w:./-])(?:"
    r"(?:\d{1,2} ?(?:[-–—~]|to|till|until|bis|à|a|alle|às|tot) ?\d{1,2}"
    rf"|\d{{1,2}}[.,]\d\d|(?:half|quarter|viertel|kwart|halb) (?:(?:vor|nach|voor|over) )?{_NUMBER}"
    rf"|{_AT} {_NUMBER}(?:(?: \w+){{0,2}}|\w*)|{_NUMBER} {_UNIT}"
    r"|\d{1,2} in the \w+|lunch ?time|eod|cob|eob|close of business|first thing|end of (?:the )?day)"
    # Also with other words before the day: "15h with Ana tomorrow".
    r"|(?:(?:[7-9]|1\d|2[0-4]) ?h|(?:[01]?[3-9]|1\d|2[1-4])[0-5][05]|\d{1,2}(?:[ap]\w{0,3}|mp|ma|pn))"
    r"(?: \w+){0,2}"
    r")$",
    re.IGNORECASE,
)
_NUMBER_AT_END = re.compile(rf"(?:(?<!\S)(\S+) )?(?<!\S)(1[0-2]|[1-9]|{_NUMBER_WORDS})$")
_COUNTED: Final = frozenset(
    {"part", "phase", "day", "chapter", "episode", "round", "session", "module", "top", "week", "volume", "season"}
    | {"level", "stage", "step", "lesson", "number", "no", "no.", "windows", "teil", "folge", "runde", "woche", "tag"}
    | {"partie", "épisode", "semaine", "parte", "episodio", "semana", "fase", "deel"}
)
# Anywhere in a title, or with few words before the time: "12/3 with Ana 3pm".
_DATE = re.compile(
    r"(?<![\w./-])(?:\d{1,2}([./-])\d{1,2}\1\d{2,4}|\d{4}-\d{1,2}-\d{1,2})(?!\w)"
    r"|(?<!\w)(?:next|this|coming|following|end of(?: the| next| this)?)"
    r" (?:weekend|week|month|fortnight|quarter|year)(?!\w)"
    r"|(?<![\w./-])(?!24/7|50/50)\d{1,2}/\d{1,2}(?=(?: \S+){0,3}$)"
    r"|(?<!\w)the \d{1,2}(?:st|nd|rd|th)(?=(?: \S+){0,2}$)"
    r"|(?<!\w)in (?:a|an|one|two|three|\d{1,3}) (?:day|week|fortnight|month)s?(?=(?: \S+){0,2}$)"
)
# At the end of a title, before a time.
_DAY_AT_END = re.compile(
    r"(?<!\w)(?:(?:next|this|coming|following|end|last day|start|beginning|middle|early|late)(?: of)?"
    r"(?: the| next| this)? (?:weekend|week|month|fortnight|quarter|year|spring|summer|autumn|fall|winter)"
    r"|month[- ]end|eo[mwqy]"
    r"|christmas(?: eve| day)?|new year['’]?s?(?: eve| day)?|easter|thanksgiving|halloween|weihnachten|silvester|noël"
    r"|navidad|nochevieja|natale|capodanno|natal|kerst"
    r"|(?:a|an|one|two|\d+) (?:day|week|fortnight|month)s?(?: (?:from|on|after))?(?: \w+)?|every \w+|each \w+"
    r"|(?:n(?:ä|ae)chste|kommende|übernächste)[nrsm]? \w+"
    r"|\w+ (?:prochaine?|suivante?|pr[oó]xim[oa]|prossim[oa]|que vi?em?e?)"
    r"|(?:pr[oó]xim[oa]|prossim[oa]|volgende?) \w+|(?:el |la |il |o |a )?(?:fin|fine|fim|ende|eind) \w+(?: \w+)?)"
    r"[ ,]*(?:at|um|à|a las?|alle|às|om|-|–)?$",
    re.IGNORECASE,
)


def warm_up() -> None:
    """Read the names of days and months in all languages."""
    for language in dateparser_adapter.LANGUAGES:
        _month_pattern(tuple(dateparser_adapter.languages(language)))


def missed_part(
    title: Sequence[str], when: Sequence[str], moment: ParsedMoment, zone: ZoneInfo, languages: Sequence[str]
) -> str:
    """Why words of the title belong to the date and time after it, `when`: a sentence, or empty."""
    title = [word[:_MAX_CHARACTERS] for word in title[-_MAX_TITLE_WORDS:]]
    run = " ".join(when)
    text, end = " ".join(title), " ".join(title[-_NEAR_WORDS:]).rstrip(" ,;:-–—/")
    if not moment.has_clock:
        found = _CLOCK.search(text) or _CLOCK_AT_END.search(end)
        clock = found[0].strip() if found else _bare_number(end)
        return f"“{clock}” was not understood as the time of “{run}”." if clock else ""
    if not moment.has_day:
        day = _DATE.search(text) or _month_pattern(tuple(languages)).search(text) or _DAY_AT_END.search(end)
        word = day[0].strip() if day else _day_word(title, languages)
        return f"“{word}” was not understood as the day of “{run}”." if word else ""
    if second := _CLOCK.search(" ".join(title[-3:])):
        return f"“{second[0].strip()}” was not understood together with “{run}”."
    return _other_weekday(title, run, moment, zone, languages)


def _bare_number(end: str) -> str:
    """A number from 1 to 12 that can be an hour, unless it counts something: "Part 2", "Top 10"."""
    found = _NUMBER_AT_END.search(end)
    return str(found[2]) if found and (found[1] or "").lower() not in _COUNTED else ""


def _other_weekday(
    title: Sequence[str], run: str, moment: ParsedMoment, zone: ZoneInfo, languages: Sequence[str]
) -> str:
    """Why the weekday in front of the date and time contradicts it: "Monday tomorrow 3pm" on another day."""
    if not title or not moment.start or (len(title) > 1 and title[-2].lower() in NAMED_DAYS):
        return ""
    english = {dateparser_adapter.translate(language, title[-1].strip(".,;:-")) for language in languages}
    weekday = WEEKDAYS[moment.start.astimezone(zone).weekday()]
    other = next((day for day in english if day in WEEKDAYS and day != weekday), "")
    return f"“{run}” is a {weekday.capitalize()}, not a {other.capitalize()}." if other else ""


def names_a_day(title: Sequence[str], languages: Sequence[str]) -> bool:
    """Whether the title has the name of a day, or of a month with a number."""
    text = " ".join(title)
    return bool(_month_pattern(tuple(languages)).search(text) or _day_word(title, languages))


@cache
def _month_pattern(languages: tuple[str, ...]) -> re.Pattern[str]:
    months = "|".join(sorted(set().union(*(dateparser_adapter.month_names(language) for language in languages))))
    return re.compile(
        rf"(?<!\w)(?:\d{{1,2}}(?:st|nd|rd|th|\.)? (?:of |de )?(?:{months})"
        rf"|(?:{months}) \d{{1,2}}(?:st|nd|rd|th)?)(?!\w)",
        re.IGNORECASE,
    )


def _day_word(title: Sequence[str], languages: Sequence[str]) -> str:
    names = set().union(*(dateparser_adapter.day_names(language) for language in languages))
    words = (word.strip(".,;:!?()-–—") for word in title[-2 * _NEAR_WORDS :])
    return next((word for word in words if word.lower() in names), "")
