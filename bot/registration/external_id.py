"""Several values in one `externalId`: written and read as the vendor's guide describes it.

developers.ringcentral.com/guide/webinar/registrants, "Using the externalId property to correlate a registrant within
an external system": key and value pairs in the syntax of a query string, such as `lid=123&oid=4%4056`.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode


def encode(pairs: Sequence[tuple[str, str]]) -> str:
    """One text for all pairs, in their order; a key may come more than once."""
    # Half a surrogate pair is no character: it can come out of JSON, and becomes a question mark.
    return urlencode(pairs, encoding="utf-8", errors="replace")


def decode(text: str) -> list[tuple[str, str]]:
    """The pairs in a text that holds some; a plain id, which other systems write, holds none."""
    return parse_qsl(text, keep_blank_values=True, errors="replace") if is_pairs(text) else []


def is_pairs(text: str) -> bool:
    """Whether a text is written as pairs: each part has one `=`, so an id that ends in "==" is none."""
    return all(part.count("=") == 1 for part in text.split("&"))
