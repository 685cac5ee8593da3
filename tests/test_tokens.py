"""The tokens in our own addresses: only we can read or make them, each is of one kind, and none is good for ever."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.own_pages.tokens import MAX_LENGTH, TokenExpired, Tokens
from bot.store.connection import Vault
from tests.webinar_samples import NOW

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
UNTIL = NOW + timedelta(days=1)
FACTS = {"key": "page-1"}
TOKENS = Tokens(OLD)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3))
def test_a_token_says_what_was_said_and_shows_nothing_of_it(facts: dict[str, str]) -> None:
    """It fits into an address as it is; what it says cannot be read off it, nor when it was made."""
    token = TOKENS.make("join", facts, UNTIL)
    assert TOKENS.read("join", token, NOW) == facts
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert raw[1:9] == bytes(8)  # where Fernet has the time for everybody to read
    assert b"join" not in raw


def test_a_token_is_good_until_its_time_by_the_clock_it_is_given() -> None:
    """To the second, however far that clock is from the machine's."""
    token = TOKENS.make("join", FACTS, UNTIL)
    assert TOKENS.read("join", token, UNTIL - timedelta(seconds=1)) == FACTS
    assert TOKENS.read("join", token, NOW - timedelta(days=9000)) == FACTS
    for late in (UNTIL, UNTIL + timedelta(days=9000)):
        with pytest.raises(TokenExpired):
            TOKENS.read("join", token, late)


def test_a_token_of_one_kind_is_none_of_another() -> None:
    """Whoever may join may not cancel by it; and one that has expired does not tell of what kind it was."""
    token = TOKENS.make("join", FACTS, UNTIL)
    assert TOKENS.read("cancel", token, NOW) is None
    assert TOKENS.read("cancel", token, UNTIL) is None


def test_a_token_survives_a_change_of_keys_as_long_as_the_old_one_is_kept() -> None:
    """The first key makes, all of them read; a key that is gone takes its tokens with it."""
    old, both, new = TOKENS.make("join", FACTS, UNTIL), Tokens(f"{NEW}, {OLD},"), Tokens(NEW)
    assert both.read("join", old, NOW) == FACTS
    assert new.read("join", both.make("join", FACTS, UNTIL), NOW) == FACTS
    assert new.read("join", old, NOW) is None
    assert TOKENS.read("join", both.make("join", FACTS, UNTIL), NOW) is None


def test_a_token_with_any_letter_changed_is_none() -> None:
    """Wherever it is changed, cut or made longer."""
    token = TOKENS.make("cancel", FACTS, UNTIL)
    for at in range(len(token) - 1):  # the last letter may hold bits that mean nothing
        other = "A" if token[at] != "A" else "B"
        assert TOKENS.read("cancel", f"{token[:at]}{other}{token[at + 1 :]}", NOW) is None
        assert TOKENS.read("cancel", token[:at], NOW) is None
    for longer in (f"{token}A", f"{token}AAAA", f"{token}=", f"{token} ", f"{token[:9]}.{token[9:]}"):
        assert TOKENS.read("cancel", longer, NOW) is None


@settings(max_examples=60)
@given(st.one_of(st.text(max_size=300), st.from_regex(r"\A[A-Za-z0-9_-]{1,300}\Z")))
def test_garbage_is_no_token_and_raises_nothing(text: str) -> None:
    """Whatever somebody types into the address."""
    assert TOKENS.read("join", text, NOW) is None


def test_what_is_too_long_or_was_made_for_something_else_is_no_token() -> None:
    """Not even what the same key has encrypted for the database."""
    assert TOKENS.read("join", "A" * (MAX_LENGTH + 1), NOW) is None
    assert TOKENS.read("join", TOKENS.make("join", {"key": "x" * MAX_LENGTH}, UNTIL), NOW) is None
    assert TOKENS.read("join", Vault(OLD).seal("Ana Ruiz").decode().rstrip("="), NOW) is None
    assert TOKENS.read("join", Vault(OLD).seal('["join"]').decode().rstrip("="), NOW) is None
