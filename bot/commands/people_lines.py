"""Read people from lines of text as mail programs and people write them: who has which address."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape
from itertools import pairwise

from bot.commands.people_address import MARKS, Address, find_addresses, only_address, without_addresses
from bot.commands.people_name import is_title, name_text, strip_marker
from bot.commands.people_owner import MAX_NAME_TEXT, fits_address, own_name

_COMMENT_AFTER = re.compile(r"\s*\(([^()]*)\)")
_HARD = re.compile(r"[;|\t]")
_SEPARATORS = (";", "|", "\t", ",")
_WIDE = str.maketrans({"，": ",", "、": ",", "،": ",", "；": ";", "؛": ";", "＠": "@", "＜": "<", "＞": ">", "｜": "|"})
_TRAILING = " \t,;|"


class LineProblem(StrEnum):
    """Why a line, or a part of one, is not a person."""

    NO_ADDRESS = "no address"
    UNCLEAR = "unclear"
    """It cannot be told whose name or address something is."""


@dataclass(frozen=True)
class FoundPerson:
    """A person in a line: the full name as written (or ""), the address, and the part of the line that was read.

    `cells` instead of a name if separators divide the line, with the address in the cell number `column`.
    """

    name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    problem: LineProblem | None = None
    cells: tuple[str, ...] = field(default=(), repr=False)
    column: int = 0


def plain_line(line: str) -> str:
    """The line without entities of HTML, with the usual separators for those of other scripts."""
    line = unescape(line) if "&" in line else line
    return line if line.isascii() else line.translate(_WIDE)


def find_people(line: str) -> list[FoundPerson]:
    """The people in a line, in order. A part that is not understood is a `FoundPerson` with a problem."""
    line = strip_marker(line).rstrip(_TRAILING)
    addresses = find_addresses(line)
    if not addresses:
        return [FoundPerson(text=line.strip(), problem=LineProblem.NO_ADDRESS)] if line.strip(MARKS) else []
    if len(addresses) == 1:
        return [_in_cells(line, addresses[0]) or _single(line, addresses[0])]
    for separator in _SEPARATORS:
        parts = [part for part in _parts(line, separator) if part.strip(MARKS)]
        counts = [len(find_addresses(part)) for part in parts] if len(parts) > 1 else []
        if not counts or not all(counts):
            continue
        if not _are_apart(parts):
            break
        if separator != "," or _are_people(parts, counts):
            return [one for part in parts for one in find_people(part)]
    return list(_in_sequence(line, addresses))


def _are_people(parts: Sequence[str], counts: Sequence[int]) -> bool:
    """Whether commas divide people: one address in each part, all with the name on the same side of it."""
    if max(counts) > 1 or any(is_title(without_addresses(part)) for part in parts):
        return False
    found = [(part, find_addresses(part)[0]) for part in parts]
    before = [_has_name(part[: address.start]) for part, address in found]
    after = [_has_name(part[address.end :]) for part, address in found]
    return all(after) and not any(before) if any(after) else True


def _are_apart(parts: Sequence[str]) -> bool:
    """Whether no name between two parts can be that of the other one: "rick@x.example, Jane Doe | jane@x.example".

    A name far from its address is its own if the address is made of it, and the one beyond the separator is not.
    """
    for one, other in pairwise(parts):
        (first, *_, before), (after, *_) = find_addresses(one) * 2, find_addresses(other)
        name, next_name = one[before.end :], other[: after.start]
        is_alone = not _has_name(name) and not _has_name(one[: first.start])
        is_next_alone = not _has_name(next_name) and not _has_name(other[after.end :])
        is_far = next_name.rstrip().endswith(",") and not _is_owned(next_name, after, before)
        if is_next_alone and not _is_owned(name, before, after):
            return False
        if is_alone and (is_far or _has_word_of(next_name, before)):
            return False
    return True


def _has_name(text: str) -> bool:
    return bool(name_text(text[:MAX_NAME_TEXT]))


def _is_owned(name: str, own: Address, other: Address) -> bool:
    return not (words := _words(name)) or (fits_address(own.email, words) and not _has_word_of(name, other))


def _has_word_of(name: str, address: Address) -> bool:
    return any(fits_address(address.email, [word]) for word in _words(name))


def _words(name: str) -> list[str]:
    return name_text(name[:MAX_NAME_TEXT]).replace(",", " ").split()


def split_quoted(line: str, separator: str) -> list[str]:
    """The parts of a line without their quotation marks; a separator between such marks is part of a name."""
    if '"' in line and not line.count('"') % 2:
        with suppress(csv.Error):
            cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
            if not any(cell.count("@") > 1 for cell in cells):
                return cells
    return [part.strip().strip('"') for part in line.split(separator)]


def _parts(line: str, separator: str) -> list[str]:
    """The parts of a line with their quotation marks, as long as those are in pairs."""
    parts = line.split(separator)
    if '"' not in line:
        return parts
    joined = [parts[0]]
    for part in parts[1:]:
        if joined[-1].count('"') % 2:
            joined[-1] += separator + part
        else:
            joined.append(part)
    return parts if joined[-1].count('"') % 2 else joined


def _in_cells(line: str, address: Address) -> FoundPerson | None:
    """The person of a line in which separators divide the address from the name; None without such separators."""
    for separator in _SEPARATORS:
        if separator not in line or (separator == "," and address.is_enclosed):
            continue
        cells = [cell.strip(" \t,") for cell in split_quoted(line, separator)]
        while cells and (not cells[-1] or (is_title(cells[-1]) and len(cells) > 1)):
            cells.pop()
        cells = [cell for at, cell in enumerate(cells) if not is_title(cell) and not (cell.isdecimal() and not at)]
        at = next((at for at, cell in enumerate(cells) if only_address(cell)), None)
        if at is not None and len(cells) > 1:
            if any(_HARD.search(cell) for cell in cells):
                return FoundPerson(email=address.email, text=line.strip(), problem=LineProblem.UNCLEAR)
            return FoundPerson(email=address.email, text=line.strip(), cells=tuple(cells), column=at)
    return None


def _single(line: str, address: Address) -> FoundPerson:
    """The person of a line with one address: their name stands on one side of it."""
    before, after = line[: address.start], line[address.end :]
    comment = _COMMENT_AFTER.match(after)
    has_two = comment and name_text(comment[1]) and name_text(after[comment.end() :])  # "(Jane Doe), Rick Roe"
    sides = [side for side in (before, after) if len(side) > MAX_NAME_TEXT or name_text(side)]
    if len(sides) > 1 or has_two or len(line) > 2 * MAX_NAME_TEXT:
        return FoundPerson(email=address.email, text=line.strip(), problem=LineProblem.UNCLEAR)
    return _person(sides[0] if sides else "", address.email, line)


def _in_sequence(line: str, addresses: Sequence[Address]) -> Iterator[FoundPerson]:
    """People one after another: a name belongs to the address in brackets right after it.

    With a name beside an address without brackets, all is unclear.
    """
    gaps = [line[: addresses[0].start], *(line[a.end : b.start] for a, b in pairwise(addresses))]
    is_clear = not name_text(line[addresses[-1].end :][:MAX_NAME_TEXT]) and all(
        address.is_enclosed or not name_text(gap[:MAX_NAME_TEXT]) for address, gap in zip(addresses, gaps, strict=True)
    )
    is_after_name = False
    for number, (address, gap) in enumerate(zip(addresses, gaps, strict=True)):
        text = line[address.start - len(gap) : address.end].strip(_TRAILING)
        is_beside = _is_beside(gap, address.email, is_first=not number, is_after_name=is_after_name)
        is_others = bool(number) and not is_after_name and _has_word_of(gap, addresses[number - 1])
        if is_clear and is_beside and not is_others:
            person = _person(gap.strip(_TRAILING), address.email, text)
        else:
            person = FoundPerson(email=address.email, text=text, problem=LineProblem.UNCLEAR)
        is_after_name = address.is_enclosed and bool(person.name)
        yield person


def _is_beside(gap: str, email: str, *, is_first: bool, is_after_name: bool) -> bool:
    """Whether the text before an address in brackets is the name for it, and not for the address before that."""
    name = name_text(gap[:MAX_NAME_TEXT])
    if not name or (is_first and gap.rstrip()[-1:] not in {*_TRAILING}):
        return True
    if gap.rstrip()[-1:] in {*_TRAILING}:  # "jane@x.example, Jane, Doe, <rick@x.example>"
        return False
    is_divided = (
        gap.lstrip()[:1] in {*",;|"}
        and not _HARD.search(gap.strip(" ,;|"))
        and ("," not in name or fits_address(email, name.split(",")[1:] + name.split()))
    )
    return is_after_name or is_divided


def _person(written: str, email: str, text: str) -> FoundPerson:
    name = own_name(written, email)
    if name is None:
        return FoundPerson(email=email, text=text.strip(), problem=LineProblem.UNCLEAR)
    return FoundPerson(name, email, text.strip())
