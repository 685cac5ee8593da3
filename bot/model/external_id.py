"""Encode and decode several values in one external id, as the vendor's guide to registrants describes.

Key and value pairs are in the syntax of a query string, such as `lid=123&oid=4%4056`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode


def encode(pairs: Sequence[tuple[str, str]]) -> str:
    """The pairs as one string, in their order. A key may occur more than once."""
    # JSON can contain half a surrogate pair, which cannot be encoded: it becomes a question mark.
    return urlencode(pairs, encoding="utf-8", errors="replace")


def decode(text: str) -> list[tuple[str, str]]:
    """The pairs in a string; empty for a plain id written by another system."""
    return parse_qsl(text, keep_blank_values=True, errors="replace") if is_pairs(text) else []


def is_pairs(text: str) -> bool:
    """Whether a string consists of pairs: each part has exactly one `=`, so an id that ends in "==" does not."""
    return all(part.count("=") == 1 for part in text.split("&"))


def seat_pairs(team_id: str, user_id: str) -> list[tuple[str, str]]:
    """The pairs by which Greenroom finds the registrant of a seat again: the Slack workspace and the user."""
    return [("team", team_id), ("user", user_id)]


def is_seat(pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether these are the pairs of a seat and nothing else."""
    return [key for key, _ in pairs] == [key for key, _ in seat_pairs("", "")]
