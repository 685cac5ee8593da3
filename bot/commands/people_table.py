"""Read a list of people with headings: exports of other programs have titles, notes and several sections."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from bot.commands.people_address import has_address, only_address
from bot.commands.people_columns import ColumnPlan, plan_with_headings
from bot.commands.people_headings import Column, read_heading
from bot.commands.people_lines import FoundPerson, LineProblem, find_people
from bot.commands.people_name import PARTICLES, PersonName, name_text, split_name
from bot.commands.people_owner import agree
from bot.commands.people_rows import name_in_row
from bot.errors import BadInput
from bot.model.visible_text import one_line

MAX_COLUMNS = 100
HEADING_ROWS = 60
"""Rows at the top in which headings are looked for."""
FOLLOWING = 20
"""Rows below a heading that have to fit it."""
TOO_WIDE = f"This list has more than {MAX_COLUMNS} columns. Keep those that matter, and send it again."
COMMENT = re.compile(r"\s*(?:#(?!\d)|//|--\s)")

_NAMES = (Column.FIRST, Column.LAST, Column.NAME)


Row = tuple[int, list[str]]
"""The number of a row, counted as in a spreadsheet, and its cells."""


@dataclass(frozen=True)
class ListedPerson:
    """A person as read from a list, and the number of their line. What the list does not say is empty.

    With a `problem`, it is a line that was not understood; `text` is what stands in it.
    """

    number: int
    first_name: str = field(default="", repr=False)
    last_name: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    source: str = ""
    external_id: str = field(default="", repr=False)
    extras: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)
    problem: LineProblem | None = None


@dataclass(frozen=True)
class PeopleList:
    """The lines of a list, and its headings: those that were not understood but used, and those of other columns."""

    people: tuple[ListedPerson, ...]
    guessed: tuple[tuple[str, Column], ...] = ()
    others: tuple[str, ...] = ()


def read_table(text: str, separator: str, unescape: Callable[[str], str], answers: Container[str] = ()) -> PeopleList:
    """Read everyone below the headings of a text in columns. Raises `BadInput` for too many columns.

    `answers` are the (folded) headings of columns that say other things of a person.
    """
    return _read_rows([row for row in split_rows(text, separator, unescape) if any(row[1])], answers)


def heading_score(rows: Sequence[Row], answers: Container[str] = ()) -> int:
    """How many columns the headings among these rows explain; 0 without headings."""
    filled = [row for row in rows if any(row[1])]
    found = _find_headings(filled, answers)
    if found is None:
        return 0
    at, plan = found
    is_split = not any(mark in cell for cell in filled[at][1] for mark in ";\t|")
    return 4 * len(plan.columns) - 2 * len(plan.guessed) + is_split


def _find_headings(rows: Sequence[Row], answers: Container[str]) -> tuple[int, ColumnPlan] | None:
    """The position of the first row of headings, and its plan."""
    for at in range(len(rows)):
        if plan := _plan_at(rows, at, answers):
            return at, plan
    return None


def _plan_at(rows: Sequence[Row], at: int, answers: Container[str]) -> ColumnPlan | None:
    following = [cells for _, cells in rows[at + 1 : at + 1 + FOLLOWING]]
    return plan_with_headings(rows[at][1], following, answers) if following else None


def split_rows(text: str, separator: str, unescape: Callable[[str], str]) -> list[Row]:
    """The rows of a text in columns. An unclosed quotation mark swallows no lines."""
    rows: Iterable[list[str]]
    try:
        # A comprehension rather than list(): it releases the GIL between rows.
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]  # noqa: C416
        if any(cell.count("@") > 1 and "\n" in cell for row in rows for cell in row):
            rows = _plain_rows(text, separator)
    except csv.Error:
        rows = _plain_rows(text, separator)
    return [(number, [unescape(one_line(cell)) for cell in row]) for number, row in enumerate(rows, start=1)]


def _plain_rows(text: str, separator: str) -> list[list[str]]:
    return [[cell.strip().strip('"') for cell in line.split(separator)] for line in text.splitlines()]


def _read_rows(rows: Sequence[Row], answers: Container[str]) -> PeopleList:
    """Read rows under headings. A later row of headings begins another section."""
    found = _find_headings(rows[:HEADING_ROWS], answers)
    start, plan = found or (0, ColumnPlan())
    people = [_not_understood(row) for row in rows[:start] if any(map(has_address, row[1]))]
    guessed: dict[str, Column] = {}
    others = dict.fromkeys(plan.names.values())
    at = start
    while at < len(rows):
        number, cells = rows[at]
        is_addressed = any(map(has_address, cells))
        if not is_addressed and at != start and _is_section(rows, at, answers):
            at += 1
            continue
        new = _plan_at(rows, at, answers) if not is_addressed and _has_email_heading(cells) else None
        if at == start or new:
            plan = new or plan
            guessed |= {cells[index]: column for index, column in plan.guessed.items()}
            others |= dict.fromkeys(plan.names.values())
        elif is_addressed or not COMMENT.match(cells[0]):
            people.append(_person_in_row(number, cells, plan))
        at += 1
    return PeopleList(tuple(people), tuple(guessed.items()), tuple(others))


def _is_section(rows: Sequence[Row], at: int, answers: Container[str]) -> bool:
    """Whether a row is the title of a section: one cell, above a row of headings."""
    is_title = len([cell for cell in rows[at][1] if cell]) == 1 and at + 1 < len(rows)
    return is_title and _has_email_heading(rows[at + 1][1]) and _plan_at(rows, at + 1, answers) is not None


def _has_email_heading(cells: Sequence[str]) -> bool:
    return any((heading := read_heading(cell)) and heading.column is Column.EMAIL for cell in cells)


def _not_understood(row: Row) -> ListedPerson:
    return ListedPerson(row[0], text=_shown(row[1]), problem=LineProblem.UNCLEAR)


def _shown(cells: Sequence[str]) -> str:
    return ", ".join(cell for cell in cells if cell)


def _person_in_row(number: int, cells: list[str], plan: ColumnPlan) -> ListedPerson:
    if any(cells[MAX_COLUMNS:]):
        raise BadInput(TOO_WIDE)
    written = [cell for index in plan.indexes(Column.EMAIL) if (cell := cell_at(cells, index))]
    email = next((cell for cell in written if "@" in cell), next(iter(written), ""))
    if "@" not in email and len([cell for cell in cells if cell]) == 1 and any("@" in cell for cell in cells):
        email = _shown(cells)  # a line of another shape: a name and an address without columns
    found = _people_in_cell(email)
    name, beside = _name_in_row(cells, plan), _name_beside(found)
    person = found[0] if len(found) == 1 else FoundPerson(email=email)
    if beside is None or _is_shifted(cells, plan) or _has_other_address(cells, plan, person.email):
        return _not_understood((number, cells))
    if any(beside) and (any(cells[plan.width :]) or not agree(" ".join(name), " ".join(beside))):
        return _not_understood((number, cells))
    name = name if any(name) else beside
    return ListedPerson(number, *name, person.email or email, **_other_values(cells, plan), text=_shown(cells))


def _name_beside(found: Sequence[FoundPerson]) -> PersonName | None:
    """The name in the cell of the address; None if that cell is unclear or has several people."""
    if len(found) > 1 or any(one.problem is LineProblem.UNCLEAR for one in found):
        return None
    if not found or not found[0].cells:
        return split_name(found[0].name) if found else PersonName()
    row = name_in_row(found[0].cells, found[0].column, found[0].email)
    return row.name if row else None


def _people_in_cell(cell: str) -> list[FoundPerson]:
    if address := only_address(cell):
        return [FoundPerson(email=address)]
    return find_people(cell) if "@" in cell else []


def _is_shifted(cells: Sequence[str], plan: ColumnPlan) -> bool:
    """Whether a row has more cells than headings, so that a name after the address may be cut in two."""
    names = [index for column in _NAMES for index in plan.indexes(column)]
    return any(cells[plan.width :]) and max(names, default=-1) > min(plan.indexes(Column.EMAIL), default=0)


def _has_other_address(cells: Sequence[str], plan: ColumnPlan, email: str) -> bool:
    """Whether a column of names has somebody else's address."""
    for column in _NAMES:
        for index in plan.indexes(column):
            cell = cell_at(cells, index)
            found = [one.email.lower() for one in _people_in_cell(cell) if one.email] if "@" in cell else []
            if found and found != [email.lower()]:
                return True
    return False


def _name_in_row(cells: Sequence[str], plan: ColumnPlan) -> PersonName:
    """The name from the columns of names: a full name fills what the others do not say."""
    first, last, whole = (_name_cell(cells, plan, column) for column in (Column.FIRST, Column.LAST, Column.NAME))
    if first and last:
        return PersonName(first, last)
    if not plan.has(Column.NAME) and not (plan.has(Column.FIRST) and plan.has(Column.LAST)):
        whole, first, last = first or last, "", ""  # the only column of names has full names, whatever its heading
    full = split_name(name_text(whole))
    if plan.is_last_first and "," not in whole:
        full = _last_first(name_text(whole))
    given = first or last
    if given and whole and not {*given.casefold().split()} <= {*whole.casefold().split()}:
        # A "Name" column beside a column of first names has last names.
        return PersonName(first or whole, last or whole)
    return PersonName(first or full.first, last or full.last)


def _last_first(name: str) -> PersonName:
    """The name in a column of last name and first name: "Moreno Iris", "DE LA CRUZ Joan", "van Dijk Renée"."""
    words = name.split()
    capitals = [word for word in words if word.isupper() and len(word) > 1]
    particles = len([*takewhile(lambda word: word.casefold() in PARTICLES, words)])
    last = capitals if capitals and len(capitals) < len(words) else words[: particles + 1]
    return PersonName(" ".join(word for word in words if word not in last), " ".join(last))


def _name_cell(cells: Sequence[str], plan: ColumnPlan, column: Column) -> str:
    values = [cell for index in plan.indexes(column) if (cell := cell_at(cells, index))]
    return next((cell for cell in values if "@" not in cell or not has_address(cell)), "")


def _other_values(cells: Sequence[str], plan: ColumnPlan) -> dict[str, Any]:
    source, external_id = (
        next((cell for index in plan.indexes(column) if (cell := cell_at(cells, index))), "")
        for column in (Column.SOURCE, Column.EXTERNAL_ID)
    )
    extras = tuple((name, cells[index]) for index, name in plan.names.items() if cell_at(cells, index))
    return {"source": source, "external_id": external_id, "extras": extras}


def cell_at(cells: Sequence[str], index: int) -> str:
    """The cell of a row; empty if the row is shorter."""
    return cells[index] if index < len(cells) else ""
