"""One address in all the ways it is written, and nothing else."""

from __future__ import annotations

import json

import pytest

from bot.erasure.address import SoughtAddress
from bot.errors import SettingsError
from tests.support.rows import each_row

BUECHER = "jane@bücher.example"


@each_row(
    ("typed", "stored"),
    [
        ("jane@acme.example", "jane@acme.example"),
        ("Jane@ACME.example", "jane@acme.example"),
        ("jane@acme.example", "JANE@Acme.Example"),
        ("  <jane@acme.example> ", "jane@acme.example"),
        ("mailto:jane@acme.example", "Jane Doe <jane@acme.example>, Rick"),
        ("jane@acme.example", "Write to jane@acme.example."),
        ("jane@acme.example", json.dumps({"a": [1, None, {"b": "x; jane@acme.example; y"}]})),
        (BUECHER, "jane@xn--bcher-kva.example"),
        ("jane@xn--bcher-kva.example", BUECHER),
        (BUECHER, json.dumps(["jane@BÜCHER.example"])),
        ("jose\u0301@acme.example", "josé@acme.example"),
        ("josé@acme.example", json.dumps("Jose\u0301@acme.example")),
        ("jane@acme.example", "ｊａｎｅ@acme.example"),
        ("jane+news@acme.example", "jane+news@acme.example"),
        ("jane@intern.test", "jane@intern.test"),
    ],
)
def test_each_form_of_the_address_is_found(typed: str, stored: str) -> None:
    """Case, composition, Punycode, brackets; in a text and in JSON."""
    assert SoughtAddress(typed).is_in(stored)


@each_row(
    ("typed", "stored"),
    [
        ("jane@acme.example", "mary.jane@acme.example"),
        ("jane@acme.example", "mary-jane@acme.example"),
        ("jane@acme.example", "jane@acme.example.org"),
        ("jane@acme.example", "jane@acme.examples"),
        ("jane@acme.example", "jane+news@acme.example"),
        ("jane+news@acme.example", "jane@acme.example"),
        ("jane@acme.example", "jane@acmexexample"),
        ("jane@acme.example", "jane"),
        (BUECHER, "jane@bucher.example"),
    ],
)
def test_another_address_is_not_found(typed: str, stored: str) -> None:
    """Also if it contains this one."""
    assert not SoughtAddress(typed).is_in(stored)


@each_row("typed", ["", "jane", "jane@", "@acme.example", "Jane Doe", "jane@acme.example, rick@acme.example", "%@%"])
def test_what_is_no_address_is_refused(typed: str) -> None:
    """With an example, and nothing is searched."""
    with pytest.raises(SettingsError, match="not an email address"):
        SoughtAddress(typed)
