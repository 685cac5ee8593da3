"""Lengths of time are parsed and formatted."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.lengths import length_text, parse_length
from tests.support.docs_tables import table
from tests.support.rows import each_row


@each_row(("written", "length"), table("commands.md", "written"))
def test_documented_lengths_are_parsed(written: str, length: str) -> None:
    """Each example of docs/commands.md."""
    found = parse_length(written)
    assert found is not None
    assert length_text(found) == length


@each_row(
    ("text", "length"),
    [
        ("½h", "30 minutes"),
        ("1 1/2 hours", "1 hour 30 minutes"),
        ("1¼ h", "1 hour 15 minutes"),
        ("1 ½ Stunden", "1 hour 30 minutes"),
        ("⅓ hour", "20 minutes"),
        ("2½ minutes", "2 minutes 30 seconds"),
        ("1,440 min", "24 hours"),
        ("1.440 min", "24 hours"),
        ("1 440 min", "24 hours"),
        ("0.125h", "7 minutes 30 seconds"),
        ("1,25h", "1 hour 15 minutes"),
    ],
)
def test_fractions_and_thousands_are_parsed(text: str, length: str) -> None:
    """As people write them."""
    found = parse_length(text)
    assert found is not None
    assert length_text(found) == length


@each_row(
    "text",
    [
        "",
        " ",
        "½",
        "1½",
        "1/0h",
        "1 1440 min",
        "h",
        "m",
        "1.5",
        "1:75",
        "-3",
        "5 apples",
        "1 hourly",
        "1hm",
        "2 days",
        "45 10s",
        "9" * 99,
    ],
)
def test_other_text_is_not_a_length(text: str) -> None:
    """It is not guessed."""
    assert parse_length(text) is None


@given(st.integers(0, 100_000))
def test_formatted_length_is_parsed_back(seconds: int) -> None:
    """`parse_length` accepts the output of `length_text`."""
    length = timedelta(seconds=seconds)
    assert parse_length(length_text(length)) == length


@settings(deadline=None)
@given(text=st.one_of(st.text(max_size=100), st.from_regex(r"[\d.,: hms½/]{1,12}", fullmatch=True)))
def test_any_text_is_a_length_or_none(text: str) -> None:
    """Never raises, and never returns a negative length."""
    found = parse_length(text)
    assert found is None or found >= timedelta()


def test_documentation_has_its_table() -> None:
    """The table above exists, so that the test that reads it is not empty."""
    assert len(table("commands.md", "written")) == 11
