"""Parse limits on registrations, and decide whether the last word of `limit` is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import limit_arg
from bot.commands.limit_arg import MAX_LIMIT, next_limit, read_limit
from bot.errors import BadInput
from tests.support.rows import each_row


@each_row(
    ("typed", "limit"),
    [
        ("1", 1),
        ("200", 200),
        (" 200. ", 200),
        ("+200", 200),
        ("007", 7),
        ("1,000", 1000),
        ("1.000", 1000),
        ("1’000’000", 1_000_000),
        ("2 500", 2500),
        ("2  500", 2500),
        ("2\u00a0500", 2500),
        ("2\u202f500", 2500),
        ("2\u2009500", 2500),
        ("2\u2007500", 2500),
        ("1 000 000", 1_000_000),
        ("2_500", 2500),
        ("2·500", 2500),
        ("2٬500", 2500),
        ("1,00,000", 100_000),
        ("２００", 200),
        (str(MAX_LIMIT), MAX_LIMIT),
        ("off", None),
        ("OFF", None),
        ("`off`", None),
        ("none", None),
        ("unlimited", None),
    ],
)
def test_valid_limits_are_parsed(typed: str, limit: int | None) -> None:
    """Whole numbers with or without thousands separators, and words for no limit."""
    assert read_limit(typed) == limit


@each_row(
    ("typed", "sentence"),
    [
        ("0", limit_arg.ZERO),
        ("-0", limit_arg.ZERO),
        ("-1", limit_arg.NEGATIVE),
        ("−50", limit_arg.NEGATIVE),
        ("2.5", limit_arg.FRACTION),
        ("0,5", limit_arg.FRACTION),
        (".5", limit_arg.FRACTION),
        (str(MAX_LIMIT + 1), limit_arg.TOO_MANY.format("The provider", "{}")),
        ("9" * 5000, limit_arg.TOO_MANY.format("The provider", "{}")),
        ("many", "I don't understand “many”. Use a whole number such as 200, or use `off` for no limit."),
        ("1,00,0", "I don't understand “1,00,0”. Use a whole number such as 200, or use `off` for no limit."),
        ("1 00", "I don't understand “1 00”. Use a whole number such as 200, or use `off` for no limit."),
        ("1,000 000", "I don't understand “1,000 000”. Use a whole number such as 200, or use `off` for no limit."),
        ("-2 500", limit_arg.NEGATIVE),
        ("200X", "I don't understand “200X”. Use a whole number such as 200, or use `off` for no limit."),
        ("so \n many", "I don't understand “so many”. Use a whole number such as 200, or use `off` for no limit."),
        ("x" * 40, f"I don't understand “{'x' * 40}”. Use a whole number such as 200, or use `off` for no limit."),
        ("x" * 99, f"I don't understand “{'x' * 39}…”. Use a whole number such as 200, or use `off` for no limit."),
    ],
)
def test_invalid_limits_have_their_own_sentences(typed: str, sentence: str) -> None:
    """The problem, and what to write instead."""
    with pytest.raises(BadInput) as wrong:
        read_limit(typed)
    assert wrong.value.sentence == sentence.format("use `off`")


def test_sentence_names_the_way_to_write_no_limit() -> None:
    """In a form: an empty field."""
    with pytest.raises(BadInput, match="such as 200, or leave it empty for no limit"):
        read_limit("-1", "leave it empty")


@given(st.text())
def test_any_text_is_a_valid_limit_or_bad_input(typed: str) -> None:
    """No other exception."""
    try:
        limit = read_limit(typed)
    except BadInput:
        return
    assert limit is None or 1 <= limit <= MAX_LIMIT


@pytest.mark.parametrize(
    ("limit", "count", "offered"),
    [(1, 1, 2), (2, 2, 3), (50, 50, 75), (75, 10, 120), (100, 100, 150), (1000, 1187, 1800), (MAX_LIMIT, 0, MAX_LIMIT)],
)
def test_next_limit_is_half_as_much_again(limit: int, count: int, offered: int) -> None:
    """Rounded up to two significant digits, and never below the count."""
    assert next_limit(limit, count) == offered
