"""Read a list of people as it was pasted or exported: with headings, in columns, or one person after another."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence

from bot.commands.people_headings import Column, read_heading
from bot.commands.people_lines import FoundPerson, LineProblem, find_people, plain_line
from bot.commands.people_name import split_name
from bot.commands.people_rows import name_in_row, used_columns
from bot.commands.people_table import (
    COMMENT,
    HEADING_ROWS,
    MAX_COLUMNS,
    TOO_WIDE,
    ListedPerson,
    PeopleList,
    cell_at,
    heading_score,
    read_table,
    split_rows,
)
from bot.errors import BadInput
from bot.model.visible_text import one_line

SEPARATORS = (",", ";", "\t", "|", "，", "；", "、")

_SEPARATOR_LINE = re.compile(r'\s*"?sep=(?P<separator>.)"?\s*', re.IGNORECASE)


def read_list(text: str, unescape: Callable[[str], str] = str, answers: Container[str] = ()) -> PeopleList:
    """Read everyone in a list. `unescape` is for the cells of a table. Raises `BadInput` for too many columns.

    `answers` are the (folded) headings of columns that say other things of a person.
    """
    text = text.replace("\x00", "").removeprefix("\ufeff")
    forced = _SEPARATOR_LINE.fullmatch(text.partition("\n")[0])
    head = "\n".join(text.split("\n", HEADING_ROWS)[:HEADING_ROWS])
    best: tuple[int, str] | None = None
    for separator in [forced["separator"]] if forced else SEPARATORS:
        if separator in text or separator == SEPARATORS[0] or forced:
            score = heading_score(split_rows(head, separator, unescape), answers)
            best = max(best or (0, ""), (score, separator), key=lambda one: one[0])
    if best and best[0]:
        return read_table(text, best[1], unescape, answers)
    lines = enumerate(text.splitlines(), start=1)
    return PeopleList(tuple(_read_lines((number, line) for number, line in lines if not (forced and number == 1))))


def _read_lines(lines: Iterable[tuple[int, str]]) -> list[ListedPerson]:
    """Read lines without headings: what separators divide by columns, all else as mail programs write people."""
    found = [(number, one) for number, line in lines for one in _people_of(line)]
    groups: dict[int, list[tuple[str, ...]]] = {}
    for _, one in found:
        if one.cells:
            groups.setdefault(one.column, []).append(one.cells)
    used = {column: used_columns(rows) for column, rows in groups.items()}
    return [_person_in_line(number, one, used.get(one.column, [])) for number, one in found]


def _people_of(line: str) -> list[FoundPerson]:
    line = plain_line(line)
    if "@" not in line and (COMMENT.match(line) or line.rstrip().endswith(":") or _is_heading_line(line)):
        return []
    return find_people(line)


def _is_heading_line(line: str) -> bool:
    """Whether a line has headings, though nobody below them."""
    read = [[heading.column for cell in line.split(one) if (heading := read_heading(cell))] for one in SEPARATORS[:4]]
    return any(Column.EMAIL in columns and len(columns) > 1 for columns in read)


def _person_in_line(number: int, one: FoundPerson, used: Sequence[int]) -> ListedPerson:
    text = one_line(one.text)
    if not one.cells:
        return ListedPerson(number, *split_name(one.name), one.email, text=text, problem=one.problem)
    if any(one.cells[MAX_COLUMNS:]):
        raise BadInput(TOO_WIDE)
    row = name_in_row([one_line(cell_at(one.cells, index)) for index in used], used.index(one.column), one.email)
    if row is None:
        return ListedPerson(number, email=one.email, text=text, problem=LineProblem.UNCLEAR)
    return ListedPerson(number, *row.name, one.email, row.source, extras=row.extras, text=text)
