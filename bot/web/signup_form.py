"""Parse and validate the registration form. Each error names its field."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import parse_qsl

from bot.model.email_address import AddressProblem, address_problem
from bot.model.question import STANDARD, Choice, Question, QuestionKind, QuestionSet, answer_problem, given
from bot.model.registrant import MAX_EMAIL, MAX_NAME, RegistrantDetails
from bot.model.visible_text import one_line
from bot.web.time_words import time_words


@dataclass(frozen=True)
class ChoiceText:
    """One choice of a menu or of checkboxes: its value or its name, its text, and the time that it means, if any."""

    key: str
    text: str
    utc: str = ""


@dataclass(frozen=True)
class Field:
    """An input of the form."""

    name: str
    label: str
    type: str
    autocomplete: str
    max_length: int
    is_required: bool = True
    choices: tuple[ChoiceText, ...] = ()


FIRST_NAME, LAST_NAME, EMAIL = "first_name", "last_name", "email"
MENU, CHECKBOXES, LINES = "menu", "checkboxes", "lines"
"""Types of inputs beside those of HTML."""
HONEYPOT = "website"
"""An input that people do not see. Programs fill it in."""
FORM_TOKEN = "form"  # noqa: S105 - the name of an input
MAX_FIELDS = 120
MAX_ANSWER = 500
FIELDS = (
    Field(FIRST_NAME, "First name", "text", "given-name", MAX_NAME),
    Field(LAST_NAME, "Last name", "text", "family-name", MAX_NAME),
    Field(EMAIL, "Email", "email", "email", MAX_EMAIL),
)
AUTOCOMPLETE = {
    "address": "street-address",
    "city": "address-level2",
    "state": "address-level1",
    "zip": "postal-code",
    "country": "country",
    "phone": "tel",
    "org": "organization",
    "job_title": "organization-title",
}
"""What browsers fill in, by the name of the question: the words of HTML."""

NO_EMAIL = "Enter your email address."
BAD_EMAIL = "Enter a complete email address, for example name@example.com."
LONG_EMAIL = f"Enter an email address of at most {MAX_EMAIL} characters."
HONEYPOT_FILLED = "A field that people don’t see was filled in. If you are a person, press Register once more."
_EMAIL_ERRORS = {
    AddressProblem.MISSING: NO_EMAIL,
    AddressProblem.INVALID: BAD_EMAIL,
    AddressProblem.TOO_LONG: LONG_EMAIL,
}


def parse_body(raw: bytes) -> dict[str, str]:
    """The fields of a URL-encoded body. Raises `ValueError` if it has more fields than the form."""
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))


def fields_of(questions: QuestionSet, time_zone: str = "UTC") -> list[tuple[Field, Question | None]]:
    """The inputs of a form with these questions, each with its question; dates to choose are in this time zone."""
    last = questions.last_name
    names: list[tuple[Field, Question | None]] = [
        (replace(field, is_required=bool(last and last.is_required)) if field.name == LAST_NAME else field, None)
        for field in FIELDS
        if field.name != LAST_NAME or last
    ]
    return [*names, *((_question_field(one, time_zone), one) for one in questions.asked)]


def registrant_details(fields: Mapping[str, str], questions: QuestionSet = STANDARD) -> RegistrantDetails:
    """The person in the form: each value on one line, without invisible characters, with their answers."""
    values = {name: one_line(fields.get(name, "")) for name in (FIRST_NAME, LAST_NAME, EMAIL)}
    answers = tuple((one.name, value) for one in questions.asked for value in _answers(fields, one) if value)
    return RegistrantDetails(
        first_name=values[FIRST_NAME], last_name=values[LAST_NAME], email=values[EMAIL], fields=answers
    )


def field_errors(entered: RegistrantDetails, questions: QuestionSet = STANDARD) -> dict[str, str]:
    """The error of each invalid field, in the order of the form."""
    found = {FIRST_NAME: _name_error("first name", entered.first_name)}
    found[LAST_NAME] = _name_error("last name", entered.last_name, is_required=questions.requires_last_name)
    if problem := address_problem(entered.email):
        found[EMAIL] = _EMAIL_ERRORS[problem]
    found |= {_name_of(one): answer_problem(one, given(entered.fields, one.name)) for one in questions.asked}
    return {name: text for name, text in found.items() if text}


def values_of(entered: RegistrantDetails, questions: QuestionSet) -> dict[str, list[str]]:
    """What was entered, by the name of the input; of choices the digests that are chosen."""
    values = {FIRST_NAME: [entered.first_name], LAST_NAME: [entered.last_name], EMAIL: [entered.email]}
    for one in questions.asked:
        found = given(entered.fields, one.name) or list(one.initial)
        values[_name_of(one)] = [_digest(value) for value in found] if one.has_choices else found
    return values


def is_honeypot_filled(fields: Mapping[str, str]) -> bool:
    """Whether a program has probably sent the form."""
    return bool(fields.get(HONEYPOT))


def _question_field(question: Question, time_zone: str) -> Field:
    several = question.kind in (QuestionKind.CHOICES, QuestionKind.DATES)
    kinds = {QuestionKind.LONG_TEXT: LINES, QuestionKind.TEXT: "text"}
    kind = kinds.get(question.kind, CHECKBOXES if several else MENU)
    name = _name_of(question)
    return Field(
        name=name,
        label=question.label,
        type=kind,
        autocomplete=AUTOCOMPLETE.get(question.name, "off"),
        max_length=min(question.max_length or MAX_ANSWER, MAX_ANSWER),
        is_required=question.is_required,
        choices=tuple(
            _choice_text(question, one, f"{name}." if several else "", time_zone) for one in question.choices
        ),
    )


def _choice_text(question: Question, choice: Choice, prefix: str, time_zone: str) -> ChoiceText:
    key = f"{prefix}{_digest(choice.value)}"
    if question.kind is not QuestionKind.DATES:
        return ChoiceText(key, choice.text)
    at = time_words(datetime.fromisoformat(choice.text), time_zone)
    return ChoiceText(key, at.words, at.utc)


def _answers(fields: Mapping[str, str], question: Question) -> list[str]:
    name = _name_of(question)
    if not question.has_choices:
        text = fields.get(name, "")
        return [text.strip() if question.kind is QuestionKind.LONG_TEXT else one_line(text)]
    chosen = fields.get(name, "")
    keys = {one.value: _digest(one.value) for one in question.choices}
    return [value for value, key in keys.items() if key == chosen or f"{name}.{key}" in fields]


def _name_of(question: Question) -> str:
    return f"q{_digest(question.name)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _name_error(label: str, value: str, *, is_required: bool = True) -> str:
    if not value:
        return f"Enter your {label}." if is_required else ""
    return f"Enter a {label} of at most {MAX_NAME} characters." if len(value) > MAX_NAME else ""
