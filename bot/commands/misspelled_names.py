"""Recognize a word that is almost the name of a day or month: "tommorow", "Febuary"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.commands import dateparser_adapter
from bot.commands.date_shapes import MONTHS, WEEKDAYS


def warm_up() -> None:
    """Read the names of days and months in all languages."""
    for locale in dateparser_adapter.LANGUAGES:
        languages = tuple(dateparser_adapter.languages(locale))
        _names(languages)
        for language in languages:
            dateparser_adapter.is_known(language, "tommorow")


def nearest_name(word: str, languages: Sequence[str], *, beside_number: bool = False) -> str:
    """The name of a day or month that `word` almost is, or empty: "Febuary" is almost "february".

    Beside the number of a day, a short month may have one wrong letter: "5 juny", but not "Football match".
    """
    bare = word.strip(".,;:!?()").lower()
    if not 4 <= len(bare) <= 14 or not bare.isalpha():
        return ""
    return _nearest(bare, tuple(languages), beside_number=beside_number)


def did_you_mean(word: str, name: str) -> str:
    """Asks whether the user meant this name of a day or month."""
    spelled = name.capitalize() if name in (*WEEKDAYS, *MONTHS) or word[:1].isupper() else name
    return f"Did you mean {spelled} by “{word.strip('.,;:!?()')}”?"


@cache
def _names(languages: tuple[str, ...]) -> frozenset[str]:
    names = (dateparser_adapter.day_names(each) | dateparser_adapter.month_names(each) for each in languages)
    return frozenset(name for name in frozenset().union(*names) if len(name) > 3)


def _nearest(word: str, languages: tuple[str, ...], *, beside_number: bool) -> str:
    names = _names(languages)
    if word in names or any(dateparser_adapter.is_known(language, word) for language in languages):
        return ""
    distances = {name: _distance(_single(word), _single(name)) for name in names if abs(len(name) - len(word)) < 3}
    near = {name: far for name, far in distances.items() if _is_near(word, name, far, beside_number=beside_number)}
    return min(near, key=lambda name: (near[name], name)) if near else ""


def _is_near(word: str, name: str, distance: int, *, beside_number: bool) -> bool:
    """Whether a misspelling is likely: two mistakes in eight letters; in five, letters swapped, doubled or left out."""
    if len(name) < 6:  # "Match" is not March
        slip = beside_number or sorted(word) == sorted(name) or len(word) != len(name)
        return distance <= 1 and slip and word[0] == name[0]
    return distance <= (2 if len(name) >= 8 else 1) and (word[0] == name[0] or sorted(word) == sorted(name))


def _single(word: str) -> str:
    """`word` with doubled letters once: the usual mistake in "tomorrow"."""
    return re.sub(r"(.)\1", r"\1", word)


def _distance(one: str, two: str) -> int:
    """How many letters were changed, inserted, left out, or swapped with the next one."""
    before, last = list(range(len(two) + 1)), [0] * (len(two) + 1)
    for at, letter in enumerate(one, 1):
        row = [at]
        for column, other in enumerate(two, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != other))
            if at > 1 and column > 1 and letter == two[column - 2] and one[at - 2] == other:
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
        last, before = before, row
    return before[-1]
