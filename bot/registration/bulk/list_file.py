"""Decode an uploaded list: its encoding is not stated anywhere."""

from __future__ import annotations

import codecs

from bot.errors import BadInput

NOT_TEXT = "This is a workbook and no list as text. Save it as CSV in your spreadsheet, and send that file."
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of workbook files (ZIP, OLE)."""


def decode_text(raw: bytes | str) -> str:
    """Decode a file: by its byte order mark, else as UTF-16 or UTF-8 if it is valid, else as Windows-1252.

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
        # Windows-1252 leaves five bytes undefined; latin-1 decodes every byte.
        try:
            return raw.decode("cp1252")
        except UnicodeDecodeError:
            return raw.decode("latin-1")
