"""Writes tables as CSV files that any spreadsheet opens, and in which nothing that somebody typed is ever run."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = r"(?:[\t\r\n]|(?:[^\S\t\r\n]|[\"\ufeff\u200b-\u200f\u2060])*[=+\-@＝＋－＠])"
"""What a spreadsheet takes for a formula, behind blanks and quotes: owasp.org/www-community/attacks/CSV_Injection"""
ESCAPE = "'"
"""In front of it, it makes text of a cell; spreadsheets do not show it there."""
# Where decimals have a comma, spreadsheets cut at semicolons instead, and some at tabs: then a cell begins in the
# middle of one of ours, and quotes that do not begin a cell keep no lines together.
_FORMULA_START = re.compile(f"(^|[;\t\r\n])(?='*{FORMULA})")
_ESCAPED_START = re.compile(f"(^|[;\t\r\n])'(?='*{FORMULA})")
BOM = b"\xef\xbb\xbf"
"""Without it, Excel takes UTF-8 for the machine's own encoding."""


def csv_file(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with its mark, one line for the head and one for each row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([escape(cell) for cell in head])
    writer.writerows([escape(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode("utf-8", "replace")


def escape(cell: str) -> str:
    """The cell, as text whatever it begins with."""
    # What begins as a harmless one does gets another mark, so that `unescape` gives back what was there.
    return _FORMULA_START.sub(rf"\1{ESCAPE}", cell)


def unescape(cell: str) -> str:
    """The cell again as it was before `escape`."""
    return _ESCAPED_START.sub(r"\1", cell)
