"""Limits on registrations as people write them, and what else the last word of a command may be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import limit_arg
from bot.commands.limit_arg import MAX_LIMIT, next_limit, read_limit
from bot.commands.parser import Limit, parse
from bot.commands.resolve import resolve_limit
from bot.commands.webinar_ref import WebinarRef
from bot.errors import BadInput
from tests.support.docs_tables import table
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW, webinar

KNOWN = [
    webinar(session_id="101", title="Launch day"),
    webinar(session_id="102", title="Budget 2027"),
    webinar(session_id="103", title="Café 2028"),
]


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
        ("２００", 200),
        (str(MAX_LIMIT), MAX_LIMIT),
        ("off", None),
        ("OFF", None),
        ("`off`", None),
        ("none", None),
        ("unlimited", None),
    ],
)
def test_limit_is_read_however_it_is_written(typed: str, limit: int | None) -> None:
    """Whole numbers with or without marks between thousands, and words for none."""
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
        (str(MAX_LIMIT + 1), limit_arg.TOO_MANY),
        ("9" * 5000, limit_arg.TOO_MANY),
        ("many", "“many” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("1,00,0", "“1,00,0” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("200X", "“200X” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("so \n many", "“so many” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("x" * 40, f"“{'x' * 40}” is no limit. Use a whole number such as 200, or use `off` for no limit."),
        ("x" * 99, f"“{'x' * 39}…” is no limit. Use a whole number such as 200, or use `off` for no limit."),
    ],
)
def test_anything_else_gets_its_own_sentence(typed: str, sentence: str) -> None:
    """What is wrong, and what to write instead."""
    with pytest.raises(BadInput) as wrong:
        read_limit(typed)
    assert wrong.value.sentence == sentence.format("use `off`")


def test_sentence_says_how_to_write_no_limit_there() -> None:
    """A form has an empty field for it."""
    with pytest.raises(BadInput, match="such as 200, or leave it empty for no limit"):
        read_limit("-1", "leave it empty")


@given(st.text())
def test_any_text_is_a_limit_or_a_sentence(typed: str) -> None:
    """Nothing else ever comes of it."""
    try:
        limit = read_limit(typed)
    except BadInput:
        return
    assert limit is None or 1 <= limit <= MAX_LIMIT


@each_row(
    ("typed", "which", "to"),
    [
        ("launch 200", "launch", "200"),
        ("launch off", "launch", "off"),
        ("launch", "launch", ""),
        ("launch day", "launch day", ""),
        ("launch many", "launch", "many"),
        ("Budget 2027", "Budget 2027", ""),
        ("2027 budget", "2027 budget", ""),
        ("cafe 2028", "cafe 2028", ""),
        ("budget 50", "budget", "50"),
        ("budget 2027 50", "budget 2027", "50"),
        ('"Budget" 2027', "Budget", "2027"),
        ("101", "101", ""),
        ("101 50", "101", "50"),
        ("50", "", "50"),
        ("off", "", "off"),
        ("next", "next", ""),
        ("next 50", "next", "50"),
        ("", "", ""),
        ("garden", "garden", ""),
    ],
)
def test_last_word_may_belong_to_the_title(typed: str, which: str, to: str) -> None:
    """A limit is never set that was a year in a title; a limit alone lets the person pick the webinar."""
    command = parse(f"limit {typed}")
    assert isinstance(command, Limit)
    settled = resolve_limit(command, KNOWN, NOW)
    assert (settled.which.text, settled.to) == (which, to)


@pytest.mark.parametrize(("typed", "which", "to"), table("commands.md", "also after `limit`"))
def test_documentation_says_what_belongs_to_the_title(typed: str, which: str, to: str) -> None:
    """Among the webinars that stand there."""
    known = [webinar(session_id=id_, title=title) for id_, title, *_ in table("commands.md", "id")]
    command = parse(f"limit {typed}")
    assert isinstance(command, Limit)
    settled = resolve_limit(command, known, NOW)
    assert (settled.which.text, settled.to) == (which, to)


def test_without_webinars_the_words_stay_as_they_are() -> None:
    """Nothing is known yet."""
    command = Limit(WebinarRef("launch"), "50")
    assert resolve_limit(command, [], NOW) == command


@pytest.mark.parametrize(
    ("limit", "count", "offered"),
    [(1, 1, 2), (2, 2, 3), (50, 50, 75), (75, 10, 120), (100, 100, 150), (1000, 1187, 1800), (MAX_LIMIT, 0, MAX_LIMIT)],
)
def test_next_limit_is_half_as_many_again(limit: int, count: int, offered: int) -> None:
    """In two leading figures, as people think of limits; never below what there is."""
    assert next_limit(limit, count) == offered
