"""A length is read as people write it and said in words that are read back."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.create_args import length_text, parse_length
from tests.support.docs_tables import table
from tests.support.rows import each_row


@each_row(("written", "length"), table("commands.md", "written"))
def test_documented_length_is_what_is_read(written: str, length: str) -> None:
    """Each length of the page is true."""
    found = parse_length(written)
    assert found is not None
    assert length_text(found) == length


@each_row("text", ["", " ", "h", "m", "1.5", "1:75", "-3", "5 apples", "1 hourly", "1hm", "2 days", "45 10s", "9" * 99])
def test_length_that_says_none_is_none(text: str) -> None:
    """What is no length is not guessed."""
    assert parse_length(text) is None


@given(st.integers(0, 100_000))
def test_length_said_is_read_back(seconds: int) -> None:
    """What `length_text` says, `parse_length` understands."""
    length = timedelta(seconds=seconds)
    assert parse_length(length_text(length)) == length


@settings(max_examples=300, deadline=None)
@given(text=st.one_of(st.text(max_size=100), st.from_regex(r"[\d.,: hms]{1,12}", fullmatch=True)))
def test_length_of_any_text_never_raises(text: str) -> None:
    """Any text is a length of no less than nothing, or none."""
    found = parse_length(text)
    assert found is None or found >= timedelta()


def test_documentation_has_its_table() -> None:
    """The table read above is there: the test that reads it does not pass by finding nothing."""
    assert len(table("commands.md", "written")) == 10
