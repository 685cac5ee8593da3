"""Writes tables as CSV files that any spreadsheet opens, and in which nothing that somebody typed is ever run."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell begins with that a spreadsheet takes for a formula: owasp.org/www-community/attacks/CSV_Injection"""
HARMLESS = "'"
"""In front of such a cell it makes text of it; spreadsheets do not show it."""
BOM = b"\xef\xbb\xbf"
"""Without it, Excel takes UTF-8 for the machine's own encoding."""


def sheet(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with its mark, one line for the head and one for each row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([harmless(cell) for cell in head])
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode("utf-8", "replace")


def harmless(cell: str) -> str:
    """The cell, as text whatever it begins with."""
    # A cell that begins as a harmless one does gets another mark, so that `as_typed` gives back what was there.
    return HARMLESS + cell if cell.startswith(FORMULA) or _is_marked(cell) else cell


def as_typed(cell: str) -> str:
    """The cell again as it was before `harmless`."""
    return cell[1:] if _is_marked(cell) else cell


def _is_marked(cell: str) -> bool:
    rest = cell.lstrip(HARMLESS)
    return rest != cell and rest.startswith(FORMULA)
