"""Read the name of one person: what surrounds it in a list, and its first and last name."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from nameparser import AmbiguityKind, Lexicon, parse

from bot.commands.people_headings import folded, words_of
from bot.model.people import Person
from bot.model.visible_text import one_line

MAX_PARSED: Final = 200
"""A longer text is not taken apart: no name has as many characters."""
MAX_NAME_WORDS: Final = 6

_ANSWERS = words_of(
    "yes no y n true false ja nein oui non si sim nao tak nie da net approved pending denied registered attended none"
    " na tbd missing keine kein unknown confirmed accepted declined active inactive"
)
_NO_NAME = re.compile(r"\d|://|www\.|@")
_NUMBERING = re.compile(r"(?:[(\[#№]?\d{1,5}[.)\]:]+|#\d{1,5}\b|\d{1,5}\s+[-–—]|\(?[a-zA-Z][)\]]|\[[ xX✓✔]?\])\s*")
_BULLET = re.compile(r"[^\w,;|\t\"'“”„«»‘’‚‹›(\[{（【<@+.]+")
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}|（[^（）]*）|【[^【】]*】|［[^［］]*］")
_OPEN_BRACKET = re.compile(r"[(\[{（【［].*$")
_INSIDE = re.compile(r"\s*[(\[（]([^()\[\]（）]*)[)\]）]\s*")
_LABEL = re.compile(r"^[^\d:：]{1,30}[:：]\s*(?=\S)")
PARTICLES = words_of("de la le du des del della di da dos das do van von der den ten ter zu el al bin ben")
"""Words that begin a last name."""
_TITLE_BEFORE = "dr|prof|professor|mr|mrs|ms|mx|herr|frau|mme|mlle|sr|sra|sir|dame|rev|ing|dipl\\.?-ing"
_TITLE = re.compile(rf"(?i:{_TITLE_BEFORE}|jr|phd|ph\.d|md|m\.d|mba|cpa|pmp|esq|ii|iii|iv|bsc|msc)\.?")
_BEFORE_NAME = re.compile(rf"(?i:{_TITLE_BEFORE})\.?")
_RATHER_NAMES: Final = {"md", "ing", "rev"}
"""Titles that are names without a period ("Md Rahman")."""
_LEXICON: Final = Lexicon.default()
_EDGES: Final = ' \t,;:|/<>"“”„«»‹›＂*•'
_QUOTES: Final = {"'": "'", "‘": "’", "‚": "‘", "`": "`"}


class PersonName(NamedTuple):
    """A first and a last name; a part that is not known is empty."""

    first: str = ""
    last: str = ""


def strip_marker(line: str) -> str:
    """The line without the bullet or the number before its first entry."""
    while True:
        bare = line.lstrip()
        match = _NUMBERING.match(bare) or _BULLET.match(bare)
        if not match or not match[0].strip():
            return bare
        line = bare[match.end() :]


def name_text(text: str) -> str:
    """The name in the text beside an address: without marks, labels, departments and numbers. Empty if there is none.

    An address is no name.
    """
    line = strip_marker(one_line(text).strip(_EDGES)).strip(_EDGES)
    if inside := _INSIDE.fullmatch(line):
        line = inside[1]
    line = _OPEN_BRACKET.sub("", _BRACKETS.sub(" ", line))
    line = _LABEL.sub("", line).strip(_EDGES + "-–—")
    if len(line) > 1 and _QUOTES.get(line[0]) == line[-1]:
        line = line[1:-1]
    line = " ".join(word for word in line.split() if any(map(str.isalpha, word)))  # not "🎉", "=", "2"
    return line if is_name(line) else ""


def is_name(text: str) -> bool:
    """Whether a text can be a name: it has a letter, and is neither an address nor a link."""
    return any(char.isalpha() for char in text) and "@" not in text and "://" not in text


def can_be_name(cell: str) -> bool:
    """Whether a cell can be a name, by its length and its letters."""
    is_short = len(cell) <= 80 and len(cell.split()) <= MAX_NAME_WORDS
    return is_short and any(char.isalpha() for char in cell) and not _NO_NAME.search(cell) and not is_answer(cell)


def is_answer(cell: str) -> bool:
    """Whether a cell says yes, no, or that something is missing."""
    return folded(cell) in _ANSWERS


def is_title(text: str) -> bool:
    """Whether a text has titles and suffixes only ("Dr.", "PhD, MBA")."""
    words = text.replace(",", " ").split()
    return bool(words) and all(_TITLE.fullmatch(word) for word in words)


def is_title_before(word: str) -> bool:
    """Whether a word is a title that stands before a name."""
    return bool(_BEFORE_NAME.fullmatch(word))


def split_name(text: str) -> PersonName:
    """First and last name of a person's full name. A part that is missing is empty, never guessed."""
    name = one_line(text)
    if not is_name(name) or len(name) > MAX_PARSED:
        return PersonName(name) if is_name(name) else PersonName()
    bare = _without_titles(name)
    names = PersonName() if _is_joined_title(name, bare) else _parsed(name)
    if not any(names) or _has_title(names, name, bare):
        names = _parsed(bare)
    return names if any(names) else PersonName(bare)


def _parsed(name: str) -> PersonName:
    read = parse(name)
    first, last = read.given_names, read.family
    if not last and read.suffix and any(one.kind is AmbiguityKind.SUFFIX_OR_NAME for one in read.ambiguities):
        last = read.suffix  # "Jack MA": what may be a name is not dropped as a degree
    return PersonName(first, last)


def _without_titles(name: str) -> str:
    """A name without the titles before and after it; titles only stay."""
    words = name.split()
    names = [at for at, word in enumerate(words) if not is_title(word)]
    return " ".join(words[names[0] : names[-1] + 1]).rstrip(", ") if names else name


def _has_title(names: PersonName, name: str, bare: str) -> bool:
    """Whether the parser took a title beside the name for a part of it."""
    found = {*" ".join(names).split()}
    before, _, after = name.partition(bare)
    titles = {word for word in f"{before} {after.replace(',', ' ')}".split() if word.lower() not in _RATHER_NAMES}
    return not found.isdisjoint(titles)


def _is_joined_title(name: str, bare: str) -> bool:
    """Whether the parser would take the name for a part of the title before it ("Dr. The Anh": "the" joins titles)."""
    words = [word.strip(".,").lower() for word in bare.split()[:2]]
    is_joined = len(words) > 1 and words[0] in _LEXICON.conjunctions and not is_title(words[1])
    return is_joined and words[1] not in _LEXICON.titles and not name.startswith(bare)


def profile_name(first: str, last: str, real_name: str, display_name: str) -> PersonName:
    """The name in a Slack profile: its two fields, else its full name, else its display name.

    Of a profile with one name it is the first name: the last name is not known.
    """
    fields = PersonName(*(name if is_name(name) else "" for name in (one_line(first), one_line(last))))
    if "," in "".join(fields):  # Slack fills its fields from the full name, split at the first space
        fields = split_name(" ".join(fields))
    names = [fields, *(split_name(name) for name in (real_name, display_name))]
    return next((name for name in names if all(name)), next((name for name in names if any(name)), PersonName()))


def name_of(person: Person) -> PersonName:
    """First and last name of a Slack user, each empty if it is not known."""
    return profile_name(person.first_name, person.last_name, person.name, "")
