"""Tokens in our URLs: only this installation can read or create them, each has one kind, and all expire."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.db.vault import Vault
from bot.registration.own_pages.tokens import MAX_LENGTH, TokenExpired, Tokens
from tests.support.webinar_samples import NOW

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
UNTIL = NOW + timedelta(days=1)
CLAIMS = {"key": "page-1"}
TOKENS = Tokens(OLD)


@settings(max_examples=40)
@given(st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3))
def test_a_token_round_trips_and_reveals_nothing(claims: dict[str, str]) -> None:
    """It is URL-safe, and neither its claims nor its creation time can be read."""
    token = TOKENS.make("join", claims, UNTIL)
    assert TOKENS.read("join", token, NOW) == claims
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token)
    raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    assert raw[1:9] == bytes(8)  # Fernet's timestamp, in plain text
    assert b"join" not in raw


def test_a_token_expires_by_the_given_clock() -> None:
    """To the second, however far that clock is from system time."""
    token = TOKENS.make("join", CLAIMS, UNTIL)
    assert TOKENS.read("join", token, UNTIL - timedelta(seconds=1)) == CLAIMS
    assert TOKENS.read("join", token, NOW - timedelta(days=9000)) == CLAIMS
    for late in (UNTIL, UNTIL + timedelta(days=9000)):
        with pytest.raises(TokenExpired):
            TOKENS.read("join", token, late)


def test_a_token_is_invalid_as_another_kind() -> None:
    """A join token cannot cancel, and an expired one does not reveal its kind."""
    token = TOKENS.make("join", CLAIMS, UNTIL)
    assert TOKENS.read("cancel", token, NOW) is None
    assert TOKENS.read("cancel", token, UNTIL) is None


def test_a_token_survives_key_rotation_while_the_old_key_is_kept() -> None:
    """The first key encrypts, all of them decrypt; tokens of a removed key are invalid."""
    old, both, new = TOKENS.make("join", CLAIMS, UNTIL), Tokens(f"{NEW}, {OLD},"), Tokens(NEW)
    assert both.read("join", old, NOW) == CLAIMS
    assert new.read("join", both.make("join", CLAIMS, UNTIL), NOW) == CLAIMS
    assert new.read("join", old, NOW) is None
    assert TOKENS.read("join", both.make("join", CLAIMS, UNTIL), NOW) is None


def test_a_modified_token_is_invalid() -> None:
    """At any position: changed, truncated or extended."""
    token = TOKENS.make("cancel", CLAIMS, UNTIL)
    for at in range(len(token) - 1):  # the last character may contain padding bits
        other = "A" if token[at] != "A" else "B"
        assert TOKENS.read("cancel", f"{token[:at]}{other}{token[at + 1 :]}", NOW) is None
        assert TOKENS.read("cancel", token[:at], NOW) is None
    for longer in (f"{token}A", f"{token}AAAA", f"{token}=", f"{token} ", f"{token[:9]}.{token[9:]}"):
        assert TOKENS.read("cancel", longer, NOW) is None


@settings(deadline=None)
@given(st.one_of(st.text(max_size=300), st.from_regex(r"\A[A-Za-z0-9_-]{1,300}\Z")))
def test_garbage_is_invalid_and_raises_nothing(text: str) -> None:
    """Any text in the URL."""
    assert TOKENS.read("join", text, NOW) is None


def test_long_tokens_and_database_values_are_invalid() -> None:
    """Even values that the same key has encrypted."""
    assert TOKENS.read("join", "A" * (MAX_LENGTH + 1), NOW) is None
    assert TOKENS.read("join", TOKENS.make("join", {"key": "x" * MAX_LENGTH}, UNTIL), NOW) is None
    assert TOKENS.read("join", Vault(OLD).seal("Ana Ruiz").decode().rstrip("="), NOW) is None
    assert TOKENS.read("join", Vault(OLD).seal('["join"]').decode().rstrip("="), NOW) is None
