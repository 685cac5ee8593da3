"""Decide who in a pasted or uploaded list can be registered, and why the others cannot."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import Field

from bot.commands.people_headings import folded
from bot.commands.people_lines import LineProblem
from bot.commands.people_table import ListedPerson, PeopleList
from bot.commands.people_text import read_list
from bot.errors import BadInput
from bot.model.csv_export import unescape
from bot.model.email_address import AddressProblem, address_problem
from bot.model.external_id import decode, encode
from bot.model.people import Frozen
from bot.model.question import (
    LAST_NAME,
    STANDARD,
    Answers,
    Question,
    QuestionKind,
    QuestionSet,
    answer_problem,
    given,
    read_choice,
)
from bot.model.registrant import MAX_EMAIL, MAX_NAME, RegistrantDetails
from bot.registration.bulk.list_file import decode_text
from bot.registration.registrant_file import HEADER

MAX_PEOPLE = 10_000
"""People in one list."""
MAX_EXTERNAL_ID = 1_000
MAX_SOURCE = 255
"""The vendor documents no maximum for either: these reject values meant for another column."""
MAX_TEXT = 200
"""The part of a line that is shown again."""

NO_ADDRESS = "there is no email address"
BAD_ADDRESS = "the email address is not complete"
LONG_ADDRESS = f"the email address is longer than {MAX_EMAIL} characters"
NO_NAME = "there is no name"
NO_FIRST = "there is no first name"
NO_LAST = "there is no last name"
LONG_NAME = f"a name is longer than {MAX_NAME} characters"
LONG_OTHERS = "the text in the other columns is too long"
NO_ANSWER = "there is no answer to: {}"
NO_CHOICE = "this is not one of the choices of: {}"
LONG_ANSWER = "this is too long: {}"
MAX_LABEL = 24
"""Characters of a question in a reason, which has room for 64."""
SEVERAL = (QuestionKind.CHOICES, QuestionKind.DATES)
UNCLEAR = "it is not clear whose name or address this is"
EMPTY = "There is nobody in this list. Write one person a line: first name, last name, email address."
TOO_MANY = "This list has {:,} lines. Register at most {:,} people at once: cut it into several lists."


_ADDRESS_PROBLEMS = {
    AddressProblem.MISSING: NO_ADDRESS,
    AddressProblem.INVALID: BAD_ADDRESS,
    AddressProblem.TOO_LONG: LONG_ADDRESS,
}
_LINE_PROBLEMS = {LineProblem.NO_ADDRESS: NO_ADDRESS, LineProblem.UNCLEAR: UNCLEAR}


class ImportRow(Frozen):
    """A person in a list, and the number of their row."""

    number: int
    details: RegistrantDetails


class ImportProblem(Frozen):
    """A row that cannot be registered: the reason, which quotes nothing from the row, and what was read."""

    number: int
    reason: str
    details: RegistrantDetails = Field(default=RegistrantDetails(first_name="", last_name="", email=""), repr=False)
    text: str = Field(default="", repr=False)
    """The row as it was read."""


class ImportResult(Frozen):
    """The result of reading a list: people to register, invalid rows, and rows that repeat an address."""

    rows: tuple[ImportRow, ...]
    problems: tuple[ImportProblem, ...] = ()
    repeated: tuple[ImportRow, ...] = ()
    guessed: tuple[tuple[str, str], ...] = ()
    """Headings that were not understood, and what their columns were taken for by what stands in them."""
    others: tuple[str, ...] = ()
    """Headings of columns whose values are kept as `externalId`."""
    shortened: int = 0
    """People whose values of other columns are not all kept."""


def read_people(
    raw: bytes | str,
    *,
    source: str = "",
    pairs: Sequence[tuple[str, str]] = (),
    questions: QuestionSet = STANDARD,
) -> ImportResult:
    """Read a list of people. `source` and `pairs` apply to rows without their own.

    A column whose heading is a question, also one that the form does not ask, has the answers to it.

    Raises `BadInput` if the list is empty or too long.
    """
    found = read_list(decode_text(raw), unescape, _by_heading(questions).keys())
    if not found.people:
        raise BadInput(EMPTY)
    if len(found.people) > MAX_PEOPLE:
        raise BadInput(TOO_MANY.format(len(found.people), MAX_PEOPLE))
    return _sorted_out(found, source, pairs, questions)


def row_problem(details: RegistrantDetails, questions: QuestionSet = STANDARD) -> str:
    """Why a person cannot be registered, without quoting their data; empty if they can."""
    if problem := address_problem(details.email):
        return _ADDRESS_PROBLEMS[problem]
    if not details.first_name:
        return NO_FIRST if details.last_name else NO_NAME
    if not details.last_name and questions.requires_last_name:
        return NO_LAST
    if len(details.first_name) > MAX_NAME or len(details.last_name) > MAX_NAME:
        return LONG_NAME
    if missing := _answer_problem(details, questions):
        return missing
    return LONG_OTHERS if len(details.external_id) > MAX_EXTERNAL_ID or len(details.source) > MAX_SOURCE else ""


def _answer_problem(details: RegistrantDetails, questions: QuestionSet) -> str:
    for question in questions.questions:
        values = given(details.fields, question.name)
        if question.name == LAST_NAME or not answer_problem(question, values):
            continue
        label = question.label if len(question.label) <= MAX_LABEL else f"{question.label[: MAX_LABEL - 1]}…"
        if not values:
            return NO_ANSWER.format(label)
        return (NO_CHOICE if question.has_choices else LONG_ANSWER).format(label)
    return ""


def _by_heading(questions: QuestionSet) -> dict[str, Question]:
    """The questions by the headings that their columns can have. Those that are asked come first."""
    named = [one for one in questions.questions if one.name != LAST_NAME]
    by_alias = {folded(alias): one for one in reversed(named) for alias in one.aliases}
    by_name = {folded(heading): one for one in reversed(named) for heading in (one.name, one.label)}
    return by_alias | by_name


def _answers(
    person: ListedPerson, by_heading: Mapping[str, Question], initial: Answers
) -> tuple[Answers, tuple[tuple[str, str], ...]]:
    """The answers in the columns of a row, and the values of all other columns.

    `initial` are the answers of questions that have a choice at first: dates that a list does not name.
    """
    answers: dict[str, list[str]] = {}
    others: list[tuple[str, str]] = []
    for heading, value in person.extras:
        question = by_heading.get(folded(heading))
        if question is None:
            others.append((heading, value))
        elif question.name not in answers:
            parts = re.split(r"[;,|]", value) if question.kind in SEVERAL else [value]
            answers[question.name] = [read_choice(question, part.strip()) for part in parts if part.strip()]
    found = tuple((name, value) for name, values in answers.items() for value in values)
    return (*found, *(pair for pair in initial if pair[0] not in answers)), tuple(others)


def _sorted_out(
    found: PeopleList, source: str, pairs: Sequence[tuple[str, str]], questions: QuestionSet
) -> ImportResult:
    rows: list[ImportRow] = []
    problems: list[ImportProblem] = []
    repeated: list[ImportRow] = []
    seen: set[str] = set()
    shortened = 0
    by_heading = _by_heading(questions)
    initial = tuple((one.name, value) for one in questions.asked for value in one.initial)
    for person in found.people:
        answers, extras = _answers(person, by_heading, initial)
        details, left_out = _details(replace(person, extras=extras), source, pairs)
        details = details.model_copy(update={"fields": answers})
        reason = _LINE_PROBLEMS[person.problem] if person.problem else row_problem(details, questions)
        row = ImportRow(number=person.number, details=details)
        if reason:
            text = person.text[:MAX_TEXT]
            problems.append(ImportProblem(number=person.number, reason=reason, details=details, text=text))
        elif details.address in seen:
            repeated.append(row)
        else:
            seen.add(details.address)
            rows.append(row)
            shortened += bool(left_out)
    return ImportResult(
        rows=tuple(rows),
        problems=tuple(problems),
        repeated=tuple(repeated),
        guessed=tuple((heading, str(column)) for heading, column in found.guessed),
        others=found.others,
        shortened=shortened,
    )


def _details(
    person: ListedPerson, source: str, pairs: Sequence[tuple[str, str]]
) -> tuple[RegistrantDetails, Sequence[tuple[str, str]]]:
    """The person to register, and the values of other columns for which there is no room."""
    external_id, left_out = person.external_id, list[tuple[str, str]]()
    own_pairs = decode(external_id)
    keys = {key for key, _ in (*own_pairs, *person.extras)}
    given = [pair for pair in pairs if pair[0] not in keys]
    if person.extras or given:
        # A plain id becomes a pair named after its column.
        own_pairs = own_pairs or ([(HEADER[-1], external_id)] if external_id else [])
        external_id, left_out = _fitting(own_pairs, person.extras, given)
    details = RegistrantDetails(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        external_id=external_id,
        source=person.source or source,
    )
    return details, left_out


def _fitting(
    own_pairs: Sequence[tuple[str, str]], extras: Sequence[tuple[str, str]], given: Sequence[tuple[str, str]]
) -> tuple[str, list[tuple[str, str]]]:
    """The pairs as one string, with as many of the extra ones as there is room for, and those left out."""
    whole = encode([*own_pairs, *extras, *given])
    if len(whole) <= MAX_EXTERNAL_ID:
        return whole, []
    length = len(encode([*own_pairs, *given]))
    kept: list[tuple[str, str]] = []
    left_out: list[tuple[str, str]] = []
    for pair in extras:
        size = len(encode([pair])) + 1
        (kept if length + size <= MAX_EXTERNAL_ID else left_out).append(pair)
        length += size if kept and kept[-1] is pair else 0
    return encode([*own_pairs, *kept, *given]), left_out
