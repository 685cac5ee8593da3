"""Which email addresses are valid, in every form that takes one."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.email_address import AddressProblem, address_problem
from bot.model.registrant import MAX_EMAIL, RegistrantDetails
from bot.registration.bulk.csv_import import read_people
from bot.web import signup_form
from handlers.register import form as register_form
from handlers.register import form_check
from handlers.seat import form as seat_form
from handlers.team import outsiders
from tests.support.rows import each_row

ACCEPTED = [
    "ana@acme.example",
    "Ana.Ruiz+news@Events.Acme.Example",
    "o'brien@acme.ie",
    "a_b-c%d/e=f@acme.example",
    "!#$&*?^`{|}~@acme.example",
    "1@2.example",
    "a@b.co",
    "jürgen@acme.example",
    "ana@müller.example",
    "ana@xn--mller-kva.example",
    "用户@例子.公司",
    "e\u0301@acme.example",  # decomposed
    "ana@acme.test",
    "ana@mail.acme.local",
    "ana@acme.internal",
    f"{'a' * 64}@acme.example",
    f"{'a' * 100}@acme.example",  # longer than the standard's limit for a local part; such addresses exist
    f"{'a' * 241}@acme.example",  # 254 characters
]
INVALID = [
    "ana",
    "ana@",
    "@acme.example",
    "ana@acme",
    "ana@localhost",
    "ana@@acme.example",
    "ana@acme@example.com",
    "ana ruiz@acme.example",
    " ana@acme.example",
    "ana@acme.example ",
    "ana@acme.example.",
    "ana@acme..example",
    "ana@.acme.example",
    "ana@-acme.example",
    "ana@acme-.example",
    "ana@acme_mail.example",
    f"ana@{'a' * 64}.example",
    "ana..ruiz@acme.example",
    ".ana@acme.example",
    "ana.@acme.example",
    '"ana ruiz"@acme.example',
    "ana@192.0.2.1",
    "ana@[192.0.2.1]",
    "ana@acme.123",
    "ana@acme.invalid",
    "ana@acme.onion",
    "ana@acme,example",
    "ana@acme.example,max@acme.example",
    "ana@acme.example;max@acme.example",
    "<ana@acme.example>",
    "Ana Ruiz <ana@acme.example>",
    "(ana@acme.example)",
    "mailto:ana@acme.example",
    "ana@acme.example\n",
    "ana@acme\u3002example",
    "ana\uff20acme.example",
    "ana\u200b@acme.example",
    "ana@acme.example\u200b",
    "\ufeffana@acme.example",
    "ana\u202eruiz@acme.example",
    "ana\xa0ruiz@acme.example",
    "ana@acme.example”",
    "x" * 1_000,
]
LONG = [f"{'x' * 250}@acme.example", f"{'x' * 100_000}@acme.example", "@" * (MAX_EMAIL + 1)]


@each_row("text", ACCEPTED)
def test_valid_addresses_are_accepted(text: str) -> None:
    """Including international ones and those of internal mail systems."""
    assert address_problem(text) is None


@each_row("text", INVALID)
def test_invalid_addresses_are_refused(text: str) -> None:
    """Typing errors, several addresses, invisible characters, and domains that cannot receive mail."""
    assert address_problem(text) is AddressProblem.INVALID


def test_missing_and_long_addresses_are_distinguished() -> None:
    """Every form has its own text for each."""
    assert address_problem("") is AddressProblem.MISSING
    assert {address_problem(text) for text in LONG} == {AddressProblem.TOO_LONG}


@settings(deadline=None)
@given(st.text(max_size=40) | st.from_regex(r"\A[^@]{1,20}@[^@]{1,20}\.[^@]{1,8}\Z") | st.emails())
def test_an_accepted_address_is_one_word_with_a_domain(text: str) -> None:
    """A vendor or mail program cannot read it as two addresses, a name or a header."""
    if address_problem(text) is None:
        assert re.fullmatch(r"[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\s@<>()\[\],;:\".]+", text)


def from_list(address: str) -> str:
    """The problem of a one-line CSV list."""
    problems = read_people(f"email,first,last\n{address},Ana,Ruiz").problems
    return problems[0].reason if problems else ""


def from_seat_form(address: str) -> str:
    """The error in the seat form."""
    try:
        seat_form.check_form(seat_form.SeatInput(session_id="s1", first_name="Ana", last_name="Ruiz", email=address))
    except BadInput as error:
        return error.fields["email"]
    return ""


def from_signup_form(address: str) -> str:
    """The error on our own registration page."""
    return signup_form.field_errors(RegistrantDetails(first_name="Ana", last_name="Ruiz", email=address)).get(
        "email", ""
    )


def from_register_form(address: str) -> str:
    """The error in the form that registers another person."""
    try:
        form_check.registrant_details(
            register_form.RegistrantInput(first_name="Ana", last_name="Ruiz", email=address), provider="RingCentral"
        )
    except BadInput as error:
        return error.fields["email"]
    return ""


def from_team_form(address: str) -> str:
    """The error of a line in the team form."""
    return "".join(outsiders.read_outsiders(f"Ana Ruiz <{address}>", provider="RingCentral")[1])


@pytest.mark.parametrize(
    ("enter", "invalid", "long"),
    [
        (from_list, "is not complete", "longer than 256 characters"),
        (from_seat_form, "Type an email address, such as", "takes at most 256 characters"),
        (from_signup_form, "Enter a complete email address", "at most 256 characters"),
        (from_register_form, "This address is not complete.", "Use at most 256 characters."),
        (from_team_form, "is not an email address", "longer than the 256 characters"),
    ],
)
def test_every_form_applies_the_same_rule(enter: Callable[[str], str], invalid: str, long: str) -> None:
    """With its own text for each problem."""
    assert enter("ana@acme.example") == ""
    assert enter("jürgen@acme.example") == ""
    assert invalid in enter("ana..ruiz@acme.example")
    assert invalid in enter("ana@acme.invalid")
    assert long in enter(f"{'x' * 250}@acme.example")
