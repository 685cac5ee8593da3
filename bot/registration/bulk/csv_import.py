"""Reads a list of people as somebody pastes it or has it in a file, and writes the list of registrants as a file."""

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
"""The vendor gives no length for either: these keep out what was surely meant for another column."""

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
    """Somebody who can be registered, and the line of the list they stand in."""

    number: int
    applicant: RegistrantDetails


class ImportProblem(Frozen):
    """A line that nobody can be registered from, and what is wrong with it, in words that quote nothing of it."""

    number: int
    what: str


class ImportResult(Frozen):
    """What a list says: who can be registered, what is wrong, and the lines whose address stands further up."""

    rows: tuple[ImportRow, ...]
    problems: tuple[ImportProblem, ...] = ()
    repeated: tuple[int, ...] = ()


def read_people(raw: bytes | str, *, source: str = "", pairs: Sequence[tuple[str, str]] = ()) -> ImportResult:
    """The people of a list. `source` and `pairs` are for those whose line does not say its own.

    Raises `BadInput` for a list of nobody, and for one of too many.
    """
    lines = parse_rows(decode_text(raw))
    layout = detect_columns([line for _, line in lines])
    body = lines[1:] if layout.has_head else lines
    if not body:
        raise BadInput(EMPTY)
    if len(body) > MAX_PEOPLE:
        raise BadInput(TOO_MANY.format(len(body), MAX_PEOPLE))
    rows: list[ImportRow] = []
    problems: list[ImportProblem] = []
    repeated: list[int] = []
    seen: set[str] = set()
    for number, line in body:
        applicant, wrong = _applicant(layout, line, source, pairs)
        if wrong:
            problems.append(ImportProblem(number=number, what=wrong))
        elif applicant.address in seen:
            repeated.append(number)
        else:
            seen.add(applicant.address)
            rows.append(ImportRow(number=number, applicant=applicant))
    return ImportResult(rows=tuple(rows), problems=tuple(problems), repeated=tuple(repeated))


def row_problem(applicant: RegistrantDetails) -> str:
    """Why a person cannot be registered, without quoting input; empty if they can."""
    if problem := address_problem(applicant.email):
        return _ADDRESS_PROBLEMS[problem]
    if not applicant.first_name:
        return NO_FIRST
    if not applicant.last_name:
        return NO_LAST
    if len(applicant.first_name) > MAX_NAME or len(applicant.last_name) > MAX_NAME:
        return LONG_NAME
    return LONG_OTHERS if len(applicant.external_id) > MAX_EXTERNAL_ID or len(applicant.source) > MAX_SOURCE else ""


def _applicant(
    layout: ColumnPlan, line: Sequence[str], source: str, pairs: Sequence[tuple[str, str]]
) -> tuple[RegistrantDetails, str]:
    found = layout.sort(line)
    external_id = found[Column.EXTERNAL_ID]
    known, own = decode(external_id), layout.extras(line)
    said = {key for key, _ in (*known, *own)}
    extra = [*own, *(pair for pair in pairs if pair[0] not in said)]
    if extra:
        # What is there already and is no pairs gets the name of its column.
        known = known or ([(HEADER[-1], external_id)] if external_id else [])
        external_id = encode([*known, *extra])
    applicant = RegistrantDetails(
        first_name=found[Column.FIRST],
        last_name=found[Column.LAST],
        email=found[Column.EMAIL],
        external_id=external_id,
        source=found[Column.SOURCE] or source,
    )
    return applicant, row_problem(applicant)
