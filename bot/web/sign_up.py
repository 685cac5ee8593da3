"""Reads the form of our registration page, and says what is wrong under the field where it is wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from urllib.parse import parse_qsl

from bot import roster
from bot.registrants import MAX_EMAIL, MAX_NAME, Applicant
from bot.web import markup

FIRST_NAME, LAST_NAME, EMAIL = "first_name", "last_name", "email"
TRAP = "website"
FORM = "form"
MAX_FIELDS = 10
FIELDS = (
    markup.Field(FIRST_NAME, "First name", "text", "given-name", MAX_NAME),
    markup.Field(LAST_NAME, "Last name", "text", "family-name", MAX_NAME),
    markup.Field(EMAIL, "E-mail", "email", "email", MAX_EMAIL),
)

NO_EMAIL = "Enter your e-mail address."
ODD_EMAIL = "Enter a whole e-mail address, for example name@example.com."
LONG_EMAIL = f"Enter an e-mail address of at most {MAX_EMAIL} characters."
CAUGHT = "A field that people don’t see was filled in. If you are a person, press Register once more."
_EMAILS = {roster.NO_ADDRESS: NO_EMAIL, roster.BAD_ADDRESS: ODD_EMAIL, roster.LONG_ADDRESS: LONG_EMAIL}


def typed(raw: bytes) -> dict[str, str]:
    """The fields of a form as it was sent. Raises `ValueError` for one with more fields than any of ours has."""
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS))


def applicant(fields: Mapping[str, str]) -> Applicant:
    """Who wants to come: on one line, without what nobody can see."""
    found = {name: _line(fields.get(name, "")) for name in (FIRST_NAME, LAST_NAME, EMAIL)}
    return Applicant(first_name=found[FIRST_NAME], last_name=found[LAST_NAME], email=found[EMAIL])


def wrong(who: Applicant) -> dict[str, str]:
    """What to do about each field that cannot be used, in the order of the form."""
    names = ((FIRST_NAME, "first name", who.first_name), (LAST_NAME, "last name", who.last_name))
    found = {name: _wrong_name(label, value) for name, label, value in names}
    found[EMAIL] = _EMAILS.get(roster.check(who.model_copy(update={"first_name": "x", "last_name": "x"})), "")
    return {name: what for name, what in found.items() if what}


def is_caught(fields: Mapping[str, str]) -> bool:
    """Whether a program has filled it in."""
    return bool(fields.get(TRAP))


def _wrong_name(label: str, value: str) -> str:
    if not value:
        return f"Enter your {label}."
    return f"Enter a {label} of at most {MAX_NAME} characters." if len(value) > MAX_NAME else ""


def _line(text: str) -> str:
    seen = "".join(" " if unicodedata.category(char) in {"Cc", "Zl", "Zp"} else char for char in text)
    return " ".join(unicodedata.normalize("NFC", seen).split())
