"""Parse and validate the registration form. Each error names its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.model.email_address import AddressProblem, address_problem
from bot.model.registrant import MAX_EMAIL, MAX_NAME, RegistrantDetails
from bot.model.visible_text import one_line


@dataclass(frozen=True)
class Field:
    """An input of the form."""

    name: str
    label: str
    type: str
    autocomplete: str
    max_length: int


FIRST_NAME, LAST_NAME, EMAIL = "first_name", "last_name", "email"
HONEYPOT = "website"
"""An input that people do not see. Programs fill it in."""
FORM_TOKEN = "form"  # noqa: S105 - the name of an input
MAX_FIELDS = 10
FIELDS = (
    Field(FIRST_NAME, "First name", "text", "given-name", MAX_NAME),
    Field(LAST_NAME, "Last name", "text", "family-name", MAX_NAME),
    Field(EMAIL, "Email", "email", "email", MAX_EMAIL),
)

NO_EMAIL = "Enter your email address."
BAD_EMAIL = "Enter a whole email address, for example name@example.com."
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


def registrant_details(fields: Mapping[str, str]) -> RegistrantDetails:
    """The person in the form: each value on one line, without invisible characters."""
    values = {name: one_line(fields.get(name, "")) for name in (FIRST_NAME, LAST_NAME, EMAIL)}
    return RegistrantDetails(first_name=values[FIRST_NAME], last_name=values[LAST_NAME], email=values[EMAIL])


def field_errors(entered: RegistrantDetails) -> dict[str, str]:
    """The error of each invalid field, in the order of the form."""
    names = ((FIRST_NAME, "first name", entered.first_name), (LAST_NAME, "last name", entered.last_name))
    found = {name: _name_error(label, value) for name, label, value in names}
    if problem := address_problem(entered.email):
        found[EMAIL] = _EMAIL_ERRORS[problem]
    return {name: text for name, text in found.items() if text}


def is_honeypot_filled(fields: Mapping[str, str]) -> bool:
    """Whether a program has probably sent the form."""
    return bool(fields.get(HONEYPOT))


def _name_error(label: str, value: str) -> str:
    if not value:
        return f"Enter your {label}."
    return f"Enter a {label} of at most {MAX_NAME} characters." if len(value) > MAX_NAME else ""
