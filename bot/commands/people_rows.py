"""Read rows of a list without headings: which cells beside the address are the name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.commands.people_name import PersonName, can_be_name, split_name
from bot.commands.people_owner import fits_address, own_name


@dataclass(frozen=True)
class NamedRow:
    """The name in a row, and its other values; `source` is the first word that is not part of the name."""

    name: PersonName = field(default=PersonName(), repr=False)
    source: str = ""
    extras: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def used_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns in which any row has something."""
    return [index for index in range(max(map(len, rows))) if any(index < len(row) and row[index] for row in rows)]


def name_in_row(cells: Sequence[str], column: int, email: str) -> NamedRow | None:
    """The name beside the address, which is in this column: a full name, or first and last name.

    None if it is not clear which cells are the name of this person. A name is on one side of the address.
    """
    sides = [_names(cells, range(column)), _names(cells, range(column + 1, len(cells)))]
    filled = [side for side in sides if any(cells[index] for index in side)]
    if len(filled) > 1:
        filled = [side for side in filled if fits_address(email, _words(cells, side[:2]))]
    if len(filled) > 1 or (not filled and any(sides) and any(cells[index] for side in sides for index in side)):
        return None
    names = filled[0] if filled else []
    name = _name([cells[index] for index in names], email)
    if name is None:
        return None
    others = [index for side in sides for index in side if index not in names[:2] and cells[index]]
    extras = [index for index, cell in enumerate(cells) if cell and index != column and index not in (*names, *others)]
    return NamedRow(
        name,
        cells[others[0]] if others else "",
        tuple((f"column{index + 1}", cells[index]) for index in sorted([*others[1:], *extras])),
    )


def _names(cells: Sequence[str], side: range) -> list[int]:
    """The cells of a side that can be names or are empty."""
    return [index for index in side if not cells[index] or can_be_name(cells[index])]


def _words(cells: Sequence[str], indexes: Sequence[int]) -> list[str]:
    return " ".join(cells[index] for index in indexes).split()


def _name(names: Sequence[str], email: str) -> PersonName | None:
    """The name in these cells; None if they may be two people. Of a full name beside another, the address decides."""
    if len(names) < 2:
        whole = own_name(names[0] if names else "", email)
        return None if whole is None else split_name(whole)
    is_plain = len(names) == 2 and len([word for word in names[0].split() if len(word) > 1]) < 2
    words = " ".join(names[:2]).split()
    is_own = is_plain or (fits_address(email, words) and fits_address(email, [*names[1].split()[-1:], *words]))
    return PersonName(*names[:2]) if is_own else None
