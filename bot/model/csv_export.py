"""Write CSV files that every spreadsheet opens and in which no cell is executed as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

FORMULA = r"(?:[\t\r\n]|(?:[^\S\t\r\n]|[\"\ufeff\u200b-\u200f\u2060])*[=+\-@＝＋－＠])"
"""The start of a formula, after spaces and quotes: owasp.org/www-community/attacks/CSV_Injection"""
ESCAPE = "'"
"""A prefix that makes a cell text; spreadsheets hide it."""
# In locales with a decimal comma, spreadsheets split at semicolons, and some at tabs: a cell may then begin in the
# middle of one of ours, and quotes that do not begin a cell do not protect line breaks.
_FORMULA_START = re.compile(f"(^|[;\t\r\n])(?='*{FORMULA})")
_ESCAPED_START = re.compile(f"(^|[;\t\r\n])'(?='*{FORMULA})")
BOM = b"\xef\xbb\xbf"
"""Without it, Excel reads UTF-8 as the system's encoding."""


def csv_file(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file in UTF-8 with a byte order mark: the header, then the rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([escape(cell) for cell in header])
    writer.writerows([escape(cell) for cell in row] for row in rows)
    return BOM + text.getvalue().encode("utf-8", "replace")


def escape(cell: str) -> str:
    """The cell with a prefix if a spreadsheet could execute it."""
    # A cell that already has the prefix gets another one, so that `unescape` is the exact inverse.
    return _FORMULA_START.sub(rf"\1{ESCAPE}", cell)


def unescape(cell: str) -> str:
    """The cell as it was before `escape`."""
    return _ESCAPED_START.sub(r"\1", cell)
