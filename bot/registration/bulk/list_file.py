"""Decode an uploaded list: its encoding is not stated anywhere."""

from __future__ import annotations

import codecs
import re

from bot.commands.people_headings import is_heading
from bot.errors import BadInput

NOT_TEXT = "This is a spreadsheet file. Save it as CSV, then send that file."
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of workbook files (ZIP, OLE)."""

_CELLS = re.compile(r'[,;\t|"]+')
_SYMBOL_IN_WORD = re.compile(r"[^\W\d_][^\w\s!-~’–]|[^\w\s!-~‘’–][^\W\d_]")
NON_LATIN = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp874", "cp932", "euc_jp", "gb18030", "big5", "cp949"]
"""What spreadsheets write by default where people do not write in Latin letters."""
LATIN = ("cp1252", "cp1250", "cp1254")
"""Western, Central European and Turkish Windows; in doubt the first."""
SAMPLE = 20_000
MAX_LINES, MAX_CELLS = 10, 100


def decode_text(raw: bytes | str) -> str:
    """Decode a file: by its byte order mark, else as UTF-16 or UTF-8 if it is valid, else by its headings.

    Raises `BadInput` for a workbook.
    """
    if isinstance(raw, str):
        return raw
    if raw.startswith(WORKBOOK_SIGNATURES):
        raise BadInput(NOT_TEXT)
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    start = raw[:200]
    if start[1::2].count(0) > len(start) // 4:
        return raw.decode("utf-16-le", "replace")
    if start[::2].count(0) > len(start) // 4:
        return raw.decode("utf-16-be", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_windows(raw)


def _decode_windows(raw: bytes) -> str:
    """Decode a file in an encoding of Windows: the one in which most headings are understood, else a Latin one."""
    sample = raw if len(raw) < SAMPLE else raw[:SAMPLE].rpartition(b"\n")[0]
    understood = {encoding: _headings(sample, encoding) for encoding in (*LATIN, *NON_LATIN)}
    best = [encoding for encoding, count in understood.items() if count == max(understood.values())]
    encoding = _latin(sample) if LATIN[0] in best else best[0]
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return raw.decode("latin-1")  # it decodes every byte


def _headings(sample: bytes, encoding: str) -> int:
    """How many cells of the first lines are headings in this encoding; fewer than none if it is not valid."""
    try:
        lines = sample.decode(encoding).splitlines()[:MAX_LINES]
    except UnicodeDecodeError:
        return -1
    return sum(is_heading(cell) for line in lines for cell in _CELLS.split(line)[:MAX_CELLS])


def _latin(sample: bytes) -> str:
    """The encoding in which fewest symbols stand inside words; in doubt the first."""
    texts = {encoding: sample.decode(encoding, "replace") for encoding in LATIN}
    return min(LATIN, key=lambda encoding: len(_SYMBOL_IN_WORD.findall(texts[encoding])))
