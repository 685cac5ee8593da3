"""Read a list of people from pasted text or a file."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.people import Frozen
from bot.model.registrant import MAX_EMAIL, MAX_NAME, RegistrantDetails
from bot.registration.bulk.csv_columns import Column, ColumnPlan, decode_text, detect_columns, parse_rows
from bot.registration.external_id import decode, encode
from bot.registration.registrant_file import HEADER

MAX_PEOPLE = 10_000
"""People in one list."""
MAX_EXTERNAL_ID = 1_000
MAX_SOURCE = 255
"""The vendor documents no maximum for either: these reject values meant for another column."""

NO_ADDRESS = "there is no e-mail address"
BAD_ADDRESS = "the e-mail address is not complete"
LONG_ADDRESS = f"the e-mail address is longer than {MAX_EMAIL} characters"
NO_FIRST = "there is no first name"
NO_LAST = "there is no last name"
LONG_NAME = f"a name is longer than {MAX_NAME} characters"
LONG_OTHERS = "what stands in the other columns is too long"
EMPTY = "There is nobody in this list. Write one person a line: first name, last name, e-mail address."
TOO_MANY = "This list has {:,} lines. Register at most {:,} people at once: cut it into several lists."


_ADDRESS_PROBLEMS = {
    AddressProblem.MISSING: NO_ADDRESS,
    AddressProblem.INVALID: BAD_ADDRESS,
    AddressProblem.TOO_LONG: LONG_ADDRESS,
}


class ImportRow(Frozen):
    """A person who can be registered, and the number of their row."""

    number: int
    details: RegistrantDetails


class ImportProblem(Frozen):
    """A row that cannot be registered, and the reason, which quotes nothing from the row."""

    number: int
    reason: str


class ImportResult(Frozen):
    """The result of reading a list: people to register, invalid rows, and rows that repeat an address."""

    rows: tuple[ImportRow, ...]
    problems: tuple[ImportProblem, ...] = ()
    repeated: tuple[int, ...] = ()


def read_people(raw: bytes | str, *, source: str = "", pairs: Sequence[tuple[str, str]] = ()) -> ImportResult:
    """Read a list of people. `source` and `pairs` apply to rows without their own.

    Raises `BadInput` if the list is empty or too long.
    """
    parsed = parse_rows(decode_text(raw))
    layout = detect_columns([row for _, row in parsed])
    body = parsed[1:] if layout.has_header else parsed
    if not body:
        raise BadInput(EMPTY)
    if len(body) > MAX_PEOPLE:
        raise BadInput(TOO_MANY.format(len(body), MAX_PEOPLE))
    rows: list[ImportRow] = []
    problems: list[ImportProblem] = []
    repeated: list[int] = []
    seen: set[str] = set()
    for number, row in body:
        details, problem = _details(layout, row, source, pairs)
        if problem:
            problems.append(ImportProblem(number=number, reason=problem))
        elif details.address in seen:
            repeated.append(number)
        else:
            seen.add(details.address)
            rows.append(ImportRow(number=number, details=details))
    return ImportResult(rows=tuple(rows), problems=tuple(problems), repeated=tuple(repeated))


def row_problem(details: RegistrantDetails) -> str:
    """Why a person cannot be registered, without quoting their data; empty if they can."""
    if problem := address_problem(details.email):
        return _ADDRESS_PROBLEMS[problem]
    if not details.first_name:
        return NO_FIRST
    if not details.last_name:
        return NO_LAST
    if len(details.first_name) > MAX_NAME or len(details.last_name) > MAX_NAME:
        return LONG_NAME
    return LONG_OTHERS if len(details.external_id) > MAX_EXTERNAL_ID or len(details.source) > MAX_SOURCE else ""


def _details(
    layout: ColumnPlan, row: Sequence[str], source: str, pairs: Sequence[tuple[str, str]]
) -> tuple[RegistrantDetails, str]:
    values = layout.values_of(row)
    external_id = values[Column.EXTERNAL_ID]
    own_pairs, others = decode(external_id), layout.extras(row)
    keys = {key for key, _ in (*own_pairs, *others)}
    extra = [*others, *(pair for pair in pairs if pair[0] not in keys)]
    if extra:
        # A plain id becomes a pair named after its column.
        own_pairs = own_pairs or ([(HEADER[-1], external_id)] if external_id else [])
        external_id = encode([*own_pairs, *extra])
    details = RegistrantDetails(
        first_name=values[Column.FIRST],
        last_name=values[Column.LAST],
        email=values[Column.EMAIL],
        external_id=external_id,
        source=values[Column.SOURCE] or source,
    )
    return details, row_problem(details)
