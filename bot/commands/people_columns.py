"""Decide what each column of a list means: by its heading, else by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

from bot.commands.people_address import has_address, only_address
from bot.commands.people_headings import (
    Column,
    Heading,
    folded,
    is_about_another,
    is_about_thing,
    read_heading,
)
from bot.commands.people_name import MAX_NAME_WORDS, can_be_name, is_answer, is_name

SAMPLE_ROWS = 50
"""Rows that decide what a column means."""
_ROLE_ORDER = ("", "attendee", "participant", "registrant", "invitee", "delegate", "member", "student")
"""Whose address is used if a list has several; all other roles come after these."""
_NAME_COLUMNS = (Column.FIRST, Column.LAST, Column.NAME)
_LOCAL_PARTS = re.compile(r"[._+\-\d]+")


@dataclass(frozen=True)
class ColumnPlan:
    """The meaning of each column; other columns have a name in `names`."""

    columns: Mapping[int, Column] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    guessed: Mapping[int, Column] = field(default_factory=dict)
    """Columns whose heading was not understood: what stands in them decided."""
    is_last_first: bool = False
    """Whether the column of full names has the last name first."""
    width: int = 0
    """The number of headings; 0 without headings."""

    @cached_property
    def _by_meaning(self) -> dict[Column, list[int]]:
        found: dict[Column, list[int]] = {}
        for index in sorted(self.columns):
            found.setdefault(self.columns[index], []).append(index)
        return found

    def indexes(self, column: Column) -> list[int]:
        """The columns with this meaning, in order."""
        return self._by_meaning.get(column, [])

    def has(self, column: Column) -> bool:
        """Whether the list has a column with this meaning."""
        return column in self._by_meaning


def plan_with_headings(
    headings: Sequence[str], rows: Sequence[Sequence[str]], answers: Container[str] = ()
) -> ColumnPlan | None:
    """The plan of a list with these headings above these rows; None if they are not headings of these rows.

    Columns with one of the (folded) headings `answers` are neither names nor addresses, whatever stands in them.
    """
    if any(map(has_address, headings)):
        return None
    everything, headings = headings, ["" if folded(cell) in answers else cell for cell in headings]
    read = {index: heading for index, cell in enumerate(headings) if (heading := read_heading(cell))}
    with_address = _columns_with_addresses(rows)
    known = {index: one for index, one in read.items() if one.column is Column.EMAIL}
    emails = {index: one for index, one in known.items() if index in with_address}
    guessed: dict[int, Column] = {}
    if not emails:
        other = _guess_email(headings, rows, with_address, read)
        guessed = {} if other is None else {other: Column.EMAIL}
        emails = known if other is None else {other: Heading(Column.EMAIL)}
    if not emails and _are_only_of_others(headings, with_address, read):
        return ColumnPlan({index: one.column for index, one in read.items()}, width=len(headings))
    if not emails or not with_address or (emails is known and len(read) < 2):
        return None
    columns, names = _matching_names(emails, read)
    if not any(one.column in _NAME_COLUMNS for one in read.values()):
        guessed |= _guess_names(headings, rows, {**read, **emails}, next(iter(columns)))
    elif len(names) == 1:
        guessed |= _guess_other_name(headings, rows, {**read, **emails}, names, next(iter(columns)))
    columns |= names | guessed
    columns |= {index: one.column for index, one in read.items() if one.column not in (*_NAME_COLUMNS, Column.EMAIL)}
    last_first = any(read[index].is_last_first for index in names if index in read)
    extras = {index: cell for index, cell in enumerate(everything) if cell and index not in columns}
    return ColumnPlan(columns, extras, guessed, is_last_first=last_first, width=len(headings))


def _columns_with_addresses(rows: Sequence[Sequence[str]]) -> list[int]:
    """The columns with addresses, those with most of them first."""
    counts: dict[int, int] = {}
    for row in rows[:SAMPLE_ROWS]:
        for index, cell in enumerate(row):
            if has_address(cell):
                counts[index] = counts.get(index, 0) + 1
    return sorted(counts, key=lambda index: (-counts[index], index))


def _guess_email(
    headings: Sequence[str], rows: Sequence[Sequence[str]], with_address: Sequence[int], read: Mapping[int, Heading]
) -> int | None:
    """The column of addresses, and of nothing else, whose heading was not understood. The row below has one, too."""
    if len([cell for cell in headings if cell]) < 2:
        return None
    for index in with_address:
        heading = _cell(headings, index)
        cells = [cell for row in rows[:SAMPLE_ROWS] if "@" in (cell := _cell(row, index))]
        is_unknown = index not in read and not is_about_another(heading) and not is_answer(heading)
        is_column = bool(only_address(_cell(rows[0], index))) and all(map(only_address, cells))
        if is_unknown and is_column and is_name(heading):
            return index
    return None


def _are_only_of_others(headings: Sequence[str], with_address: Sequence[int], read: Mapping[int, Heading]) -> bool:
    """Whether there are names, and the only addresses are of other people ("Manager's email")."""
    has_names = any(one.column in _NAME_COLUMNS for one in read.values())
    return has_names and any(is_about_another(_cell(headings, index)) for index in with_address)


def _matching_names(
    emails: Mapping[int, Heading], read: Mapping[int, Heading]
) -> tuple[dict[int, Column], dict[int, Column]]:
    """The columns of addresses and of names of one person: an attendee's address never goes with a buyer's name."""
    groups: dict[str, dict[int, Column]] = {}
    for index, heading in read.items():
        if heading.column in _NAME_COLUMNS:
            groups.setdefault(heading.role, {})[index] = heading.column
    roles = sorted({heading.role for heading in emails.values()}, key=_rank)
    role = next((role for role in roles if role in groups), roles[0])
    names = groups.get(role) or groups.get("") or {}
    if not names and not role and len(groups) == 1:
        names = next(iter(groups.values()))
    columns = {index: Column.EMAIL for index, heading in emails.items() if heading.role == role}
    return columns, _exact_or_first(names, read)


def _exact_or_first(names: Mapping[int, Column], read: Mapping[int, Heading]) -> dict[int, Column]:
    """The columns of each kind whose headings were understood whole, else the first of the others."""
    exact = {index: column for index, column in names.items() if read[index].is_exact}
    kinds = {*exact.values()}
    first = {column: index for index, column in reversed([*names.items()]) if column not in kinds}
    return exact | {index: column for column, index in first.items()}


def _rank(role: str) -> int:
    return _ROLE_ORDER.index(role) if role in _ROLE_ORDER else len(_ROLE_ORDER)


def _guess_names(
    headings: Sequence[str], rows: Sequence[Sequence[str]], read: Mapping[int, Heading], email: int
) -> dict[int, Column]:
    """The columns of names among those whose headings were not understood."""
    likely = _unknown_names(headings, rows, read)
    if len(likely) == 1:
        return {likely[0]: Column.NAME}
    if len(likely) > MAX_NAME_WORDS:
        return {}
    votes = {pair: _votes(rows, email, *pair) for pair in permutations(likely, 2)}
    best = max(votes, key=lambda pair: votes[pair], default=None)
    if best is None or (len(likely) > 2 and not votes[best]):
        return {}
    return {best[0]: Column.FIRST, best[1]: Column.LAST}


def _guess_other_name(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    read: Mapping[int, Heading],
    names: Mapping[int, Column],
    email: int,
) -> dict[int, Column]:
    """The column of the other name if only one of the two has a known heading."""
    [(known, column)] = names.items()
    likely = _unknown_names(headings, rows, read)
    if column is Column.NAME or not likely:
        return {}
    if len(likely) > 1:
        as_pair = (lambda index: (known, index)) if column is Column.FIRST else (lambda index: (index, known))
        likely = [index for index in likely if _votes(rows, email, *as_pair(index))][:1]
    return dict.fromkeys(likely, Column.LAST if column is Column.FIRST else Column.FIRST)


def _unknown_names(headings: Sequence[str], rows: Sequence[Sequence[str]], read: Mapping[int, Heading]) -> list[int]:
    return [
        index
        for index, cell in enumerate(headings)
        if cell
        and index not in read
        and not is_about_another(cell)
        and not is_about_thing(cell)
        and _is_like_names(rows, index)
    ]


def _is_like_names(rows: Sequence[Sequence[str]], index: int) -> bool:
    """Whether most cells of a column can be names."""
    cells = [cell for row in rows[:SAMPLE_ROWS] if (cell := _cell(row, index))]
    names = [cell for cell in cells if can_be_name(cell)]
    is_repeated = len(cells) > 3 and len({*cells}) == 1
    return bool(cells) and 5 * len(names) >= 4 * len(cells) and not is_repeated


def _votes(rows: Iterable[Sequence[str]], email: int, first: int, last: int) -> int:
    """How many addresses are made of the cells of these columns, in this order ("iris.moreno@", "imoreno@")."""
    count = 0
    for row in rows:
        local = _cell(row, email).rpartition("@")[0]
        given, family = folded(_cell(row, first)), folded(_cell(row, last))
        made = "".join(folded(part) for part in _LOCAL_PARTS.split(local))
        count += bool(given and family and made in (given + family, given[:1] + family, given + family[:1]))
    return count


def _cell(row: Sequence[str], index: int) -> str:
    return row[index] if index < len(row) else ""
