"""Native tables that people sort and filter: `data_table` blocks within Slack's limits.

https://docs.slack.dev/reference/block-kit/blocks/data-table-block. Where copies of that page disagree, the smaller
limit counts: 100 rows besides the header, not 200. Messages and the Home tab show them; modals do not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from bot.model.visible_text import one_line
from bot.slack.blocks import Block, cut
from bot.slack.data_words import EMPTY_CELL, TABLE

MAX_ROWS: Final = 100
"""Rows besides the header."""
MAX_COLUMNS: Final = 20
MAX_TABLE_TEXT: Final = 20_000
"""Characters in all data tables of a message."""
MAX_CELL: Final = 200
"""Characters of a cell: ours, so that a single long one does not displace the other rows."""
PAGE_SIZE: Final = 10


@dataclass(frozen=True)
class NumberCell:
    """A number with its own text, such as a percentage. A column sorts by number if all of its cells are numbers."""

    value: float
    text: str


Cell: TypeAlias = str | int | NumberCell
Row: TypeAlias = Sequence[Cell]


def data_table(caption: str, header: Sequence[str], rows: Sequence[Row], *, page_size: int = PAGE_SIZE) -> Block:
    """A table of the first rows, as many as `rows_that_fit`. `ValueError` for a table without rows."""
    if not rows or not 1 <= len(header) <= MAX_COLUMNS:
        raise ValueError("a table has rows, and 1 to 20 columns")
    shown = rows[: rows_that_fit(header, rows)]
    return {
        "caption": one_line(caption) or EMPTY_CELL,
        "page_size": page_size,
        "rows": [[_cell(cell) for cell in row] for row in (header, *shown)],
        "type": TABLE,
    }


def rows_that_fit(header: Sequence[str], rows: Sequence[Row]) -> int:
    """How many of these rows, from the first one, fit in one message."""
    left = MAX_TABLE_TEXT - _length(header)
    for count, row in enumerate(rows[:MAX_ROWS]):
        left -= _length(row)
        if left < 0:
            return count
    return min(len(rows), MAX_ROWS)


def _cell(cell: Cell) -> dict[str, Any]:
    if isinstance(cell, NumberCell):
        return {"text": cell.text, "type": "raw_number", "value": cell.value}
    if isinstance(cell, int):
        return {"text": f"{cell:,}", "type": "raw_number", "value": cell}
    return {"text": _text(cell), "type": "raw_text"}


def _text(cell: str) -> str:
    return cut(one_line(cell), MAX_CELL) or EMPTY_CELL


def _length(row: Row) -> int:
    return sum(len(_cell(cell)["text"]) for cell in row)
