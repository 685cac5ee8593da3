"""Decide whether a text is the name of the person with an address, or of two people, or of a company as well."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.commands.people_headings import folded
from bot.commands.people_name import is_title, is_title_before, name_text

MAX_NAME_TEXT = 300
"""A longer text beside an address is no name."""

_EMAIL_LABEL = re.compile(r"[\s,;|–-]*\be-?mail(?:[ -]address|-adresse)?\s*[:=]?\s*<?$", re.IGNORECASE)
_DIVIDER = re.compile(r"\s+(?:[/@•·:]|[-–—]{1,2}|via|c/o)\s|\s*\|\s*")
_BETWEEN_PARTS = re.compile(r"[\W\d_]+")
_QUOTED = re.compile(
    r"""(?:["“”„«](?P<double>[^"“”„«»]*)["“”»]|(?:^|(?<=[\s,]))['‘](?P<single>.*)['’])\s*[<(\[]?\s*$"""
)


def own_name(written: str, email: str) -> str | None:
    """The name in what is written beside an address; empty if there is none, None if it may be another person's."""
    if len(written) > MAX_NAME_TEXT:
        return None
    written = _EMAIL_LABEL.sub("", written)
    if len([part for part in re.split(r"[;\t]", written) if name_text(part)]) > 1:
        return None
    if quoted := _QUOTED.search(written):
        is_alone = not name_text(written[: quoted.start()])
        inside = name_text(quoted["double"] or quoted["single"] or "")
        return None if not is_alone else "" if is_title(inside) else inside
    pieces = [text for part in _DIVIDER.split(written) if (text := name_text(part)) and not is_title(text)]
    name = _piece(pieces, email)
    return name if not name or _is_one_person(name, email) else None


def agree(one: str, other: str) -> bool:
    """Whether two texts can be the name of the same person: they share a word, or one of them is empty."""
    words, others = ({folded(word) for word in text.split()} - {""} for text in (one, other))
    return not words or not others or not words.isdisjoint(others)


def fits_address(email: str, words: Sequence[str]) -> bool:
    """Whether an address is made of the first of these words, or of its initial and another one ("imoreno@").

    Only at an end of the address or of a part of it: letters in the middle are there by chance.
    """
    folds = [fold for word in words if (fold := folded(word))]
    parts = [_local_part(email), *map(folded, _BETWEEN_PARTS.split(email.rpartition("@")[0]))]
    if not folds:
        return False
    is_first = len(folds[0]) > 1 and any(part.startswith(folds[0]) or part.endswith(folds[0]) for part in parts)
    return is_first or any(part.startswith(folds[0][0] + word) for word in folds[1:] for part in parts)


def is_one_name(name: str, email: str) -> bool:
    """Whether words without a comma are the name of one person: of four and more words, the address decides."""
    written = name.split()
    start = next((at for at, word in enumerate(written) if not is_title(word)), 0)
    # A title after a name begins another one: "Jane Doe Frau Roe".
    named = [word for word in written[start:] if is_title_before(word) or not is_title(word)]
    words = [word for word in named if len(folded(word)) > 1 and not word.islower()]
    return len(words) < 4 or fits_address(email, words)


def _piece(pieces: Sequence[str], email: str) -> str | None:
    """The name among several texts ("Jane Doe - Sales"): the one that the address is made of."""
    if len(pieces) < 2:
        return "".join(pieces)
    fitting = [piece for piece in pieces if fits_address(email, piece.split())]
    name = fitting[0] if len(fitting) == 1 else pieces[0]
    others = [piece for piece in pieces if piece is not name]
    is_clear = len(fitting) == 1 or (not fitting and all(len(piece.split()) == 1 for piece in others))
    return name if is_clear and not any(_may_be_person(piece) for piece in others) else None


def _may_be_person(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and not any(word.islower() for word in words)  # not "Head of Sales"


def _is_one_person(name: str, email: str) -> bool:
    """Whether a name is that of one person: "John Smith, Jane Doe" are two, "Ana Ruiz, Acme" has a company.

    If several words stand before the comma, the address decides: it has to be made of the words on both sides.
    """
    parts = [part for part in name.split(",") if folded(part) and not is_title(part)]
    if len(parts) != 2:
        return len(parts) < 2 and is_one_name(name, email)
    last, first = ([word for word in part.split() if not is_title(word)] for part in parts)
    if any(map(is_title_before, _between(parts[0].split(), last))):
        return False  # "Jane Doe Dr. Roe, Rick"
    if len(last) < 2 or (last[0][:1].islower() and not last[-1][:1].islower()):  # "de la Cruz, Joan"
        return len(first) < 4
    if len(first) < 2:
        return fits_address(email, [*first, *last]) or not _local_part(email).startswith(folded(last[0]))
    given, local = [folded(word) for word in first], _local_part(email)
    ways = {given[0], "".join(given), given[0][:1], "".join(word[:1] for word in given)}
    return any(local in {way + family, family + way} for family in _family_parts(last) for way in ways)


def _between(words: Sequence[str], names: Sequence[str]) -> Sequence[str]:
    """The words from the first name to the last one."""
    return words[words.index(names[0]) : len(words) - [*reversed(words)].index(names[-1])] if names else ()


def _family_parts(last: Sequence[str]) -> list[str]:
    folds = [folded(word) for word in last]
    return ["".join(folds), *folds]


def _local_part(email: str) -> str:
    return re.sub(r"\d+$", "", folded(email.rpartition("@")[0]))
