"""Parse a list in any encoding and with any separator, and detect the meaning of its columns."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from bot.errors import BadInput
from bot.registration.csv_export import unescape

NumberedRow = tuple[int, list[str]]
"""The number of a row, counted as in a spreadsheet, and its cells."""

SEPARATORS = (",", ";", "\t", "|")
SAMPLE_LINES = 50
"""Rows from which the separator and the columns are detected."""

MAX_HEADING = 100
"""The part of a heading that is compared."""
MAX_COLUMNS = 100
TOO_WIDE = f"This list has more than {MAX_COLUMNS} columns. Keep those that matter, and send it again."
NOT_TEXT = "This is a workbook and no list as text. Save it as CSV in your spreadsheet, and send that file."
WORKBOOK_SIGNATURES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""The first bytes of workbook files (ZIP, OLE)."""

# The input is arbitrary: these patterns run in linear time, however long a line is.
_IN_BRACKETS = re.compile(r"<\s*(?:mailto:)?([^<>|\s@]+@[^<>|\s@]+)(?:\|[^<>]*|\s*)>")
"""The address in `Iris Moreno <iris@acme.example>`, as mail programs write it."""
_BEFORE_NAMES = re.compile(r'[<>",;]')
_BARE_ADDRESS = re.compile(r"(?<![^\s@<>,;])[^\s@<>,;]+@[^\s@<>,;]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")


class Column(StrEnum):
    """The meaning of a column."""

    FIRST = "first"
    LAST = "last"
    NAME = "name"
    EMAIL = "email"
    SOURCE = "source"
    EXTERNAL_ID = "external id"
    NOTHING = "nothing"
    """A column of our own exports that is not imported."""


_SPELLINGS: Mapping[Column, str] = {
    Column.FIRST: "first firstname given givenname forename vorname rufname prenom nombre nome primeironome voornaam"
    " fornamn fornavn imie etunimi",
    Column.LAST: "last lastname surname family familyname nachname familienname zuname nom nomdefamille apellido"
    " apellidos cognome sobrenome apelido ultimonome achternaam efternamn etternavn efternavn nazwisko sukunimi",
    Column.NAME: "name fullname displayname participant attendee contact teilnehmer vollername nomcomplet"
    " nombrecompleto nombreyapellidos nomecompleto naam volledigenaam",
    Column.EMAIL: "email emailaddress emailadress mail mailaddress mailadresse emailadresse emailadres emailid"
    " workemail workemailaddress businessemail useremail contactemail adresseemail adressemail courriel correo"
    " correoelectronico direcciondecorreo direccionemail indirizzoemail enderecodeemail epost epostadress"
    " epostadresse eposta sahkoposti",
    Column.SOURCE: "source leadsource utmsource campaign quelle kampagne origen fuente origine fonte origem bron",
    Column.EXTERNAL_ID: "externalid",
    Column.NOTHING: "registeredutc joined aftertheevent",
}
_COLUMNS = {spelling: column for column, spellings in _SPELLINGS.items() for spelling in spellings.split()}


@dataclass(frozen=True)
class ColumnPlan:
    """The meaning of each column; other columns have a name in `names`."""

    columns: Mapping[int, Column] = field(default_factory=dict)
    names: Mapping[int, str] = field(default_factory=dict)
    has_header: bool = False

    def values_of(self, line: Sequence[str]) -> dict[Column, str]:
        """The values of a row by meaning; a full name is split."""
        found = dict.fromkeys(Column, "")
        for index, column in self.columns.items():
            if index < len(line) and not found[column]:
                found[column] = line[index]
        name, found[Column.EMAIL] = _address_in(found[Column.EMAIL])
        found[Column.NAME] = found[Column.NAME] or name
        first, last = split_name(found[Column.NAME])
        if not found[Column.FIRST] or not found[Column.LAST]:
            # A "Name" column beside a column of first names contains last names.
            one = found[Column.NAME] if found[Column.FIRST] else last
            found[Column.LAST] = found[Column.LAST] or one
            found[Column.FIRST] = found[Column.FIRST] or first
        return found

    def extras(self, line: Sequence[str]) -> list[tuple[str, str]]:
        """The other values of a row, by column name."""
        return [(name, line[index]) for index, name in self.names.items() if index < len(line) and line[index]]


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


def parse_rows(text: str) -> list[NumberedRow]:
    """The rows that are not empty, with their numbers and cells. Raises `BadInput` for too many columns."""
    text = text.replace("\x00", "").removeprefix("\ufeff")
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return []
    in_brackets = sum("@" in line and bool(_IN_BRACKETS.search(line)) for line in lines[:SAMPLE_LINES])
    if 2 * in_brackets > len(lines[:SAMPLE_LINES]) and not _is_header(_split(lines[0], _separator(lines[:1]))):
        return list(_parse_bracketed(text))
    table = _parse_table(text, _separator(lines[:SAMPLE_LINES]))
    if any(len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]) for row in table):
        raise BadInput(TOO_WIDE)
    return [(number, row[:MAX_COLUMNS]) for number, row in enumerate(table, start=1) if any(row)]


def detect_columns(lines: Sequence[Sequence[str]]) -> ColumnPlan:
    """Detect the columns from the header if there is one, else from the position of the addresses."""
    if not lines:
        return ColumnPlan()
    if _is_header(lines[0]):
        detected = {
            index: _COLUMNS[_normalized(cell)] for index, cell in enumerate(lines[0]) if _normalized(cell) in _COLUMNS
        }
        names = {index: cell for index, cell in enumerate(lines[0]) if cell and index not in detected}
        return ColumnPlan(detected, names, has_header=True)
    return _columns_by_address(lines[:SAMPLE_LINES])


def split_name(name: str) -> tuple[str, str]:
    """Split a full name into first and last name: "Iris Moreno", "Moreno, Iris"; a single word is a first name."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.strip().partition(" ")
    return first, last.strip()


def is_reserved(name: str) -> bool:
    """Whether a column of this name would be imported with another meaning."""
    return not name.strip() or _normalized(name) in _COLUMNS or name != _cleaned(name)


def _address_in(cell: str) -> tuple[str, str]:
    """The name beside an address (or ""), and the address."""
    inside = _people_in(cell)
    if inside:
        return inside[0]
    alone = list(_BARE_ADDRESS.finditer(cell))
    if len(alone) == 1 and alone[0][0] != cell:
        return (cell[: alone[0].start()] + cell[alone[0].end() :]).strip(" ,;-"), alone[0][0]
    return "", cell.removeprefix("mailto:")


def _people_in(line: str) -> list[tuple[str, str]]:
    """The names and addresses in a line with addresses in angle brackets."""
    found: list[tuple[str, str]] = []
    end = 0
    for one in _IN_BRACKETS.finditer(line):
        before = line[end : one.start()].rstrip()
        in_quotes = before.endswith('"')
        name = before[:-1].rpartition('"')[2] if in_quotes else _BEFORE_NAMES.split(before)[-1]
        found.append((name.strip(), one[1]))
        end = one.end()
    return found


def _columns_by_address(lines: Sequence[Sequence[str]]) -> ColumnPlan:
    with_address = Counter(index for line in lines for index, cell in enumerate(line) if "@" in cell)
    width = max(len(line) for line in lines)
    email = with_address.most_common(1)[0][0] if with_address else width
    other_columns = [index for index in range(width) if index != email and any(_cell(line, index) for line in lines)]
    columns = {email: Column.EMAIL}
    if len(other_columns) == 1:
        columns[other_columns[0]] = Column.NAME
    else:
        columns |= dict(zip(other_columns, (Column.FIRST, Column.LAST, Column.SOURCE), strict=False))
    names = {index: f"column{index + 1}" for index in other_columns if index not in columns}
    return ColumnPlan(columns, names)


def _parse_bracketed(text: str) -> list[NumberedRow]:
    """Parse people as mail programs write them, one or several per line."""
    found: list[NumberedRow] = []
    for number, line in enumerate(text.splitlines(), start=1):
        people = _people_in(line)
        found += [(number, [_cleaned(name), address]) for name, address in people]
        if not people and line.strip():
            found.append((number, ["", _cleaned(line)]))
    return found


def _parse_table(text: str, separator: str) -> list[list[str]]:
    try:
        # A comprehension rather than list(): it releases the GIL between rows.
        table = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)]  # noqa: C416
    except csv.Error:
        table = []
    if not table or any(cell.count("@") > 1 and "\n" in cell for row in table for cell in row):
        # An unclosed quote has swallowed lines: treat quotes as plain characters.
        table = [_split(line, separator) for line in text.splitlines()]
    return [[_cleaned(cell) for cell in row] for row in table]


def _split(line: str, separator: str) -> list[str]:
    return [cell.strip().strip('"') for cell in line.split(separator)]


def _separator(lines: Sequence[str]) -> str:
    """The separator that occurs equally often in the most lines; a comma if there is none."""

    def score(separator: str) -> tuple[int, int]:
        counts = Counter(line.count(separator) for line in lines)
        width, how_many = max(counts.items(), key=lambda item: (item[1] if item[0] else 0, item[0]))
        return (how_many, width) if width else (0, 0)

    return max(SEPARATORS, key=score)


def _is_header(line: Sequence[str]) -> bool:
    detected = [_COLUMNS[_normalized(cell)] for cell in line if _normalized(cell) in _COLUMNS]
    return not any("@" in cell for cell in line) and (Column.EMAIL in detected or len(detected) > 1)


def _normalized(cell: str) -> str:
    """A heading without case, accents, spaces and punctuation."""
    apart = unicodedata.normalize("NFKD", unescape(cell[:MAX_HEADING]).casefold())
    return "".join(char for char in apart if char.isascii() and char.isalnum())


def _cleaned(cell: str) -> str:
    if cell.isascii() and cell.isprintable():
        return unescape(cell.strip())
    # Composed characters, and no invisible ones.
    return unescape(" ".join(_CONTROL.sub(" ", unicodedata.normalize("NFC", cell)).split()))


def _cell(line: Sequence[str], index: int) -> str:
    return line[index] if index < len(line) else ""
