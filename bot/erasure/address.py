"""The forms in which one email address is written, and the search for them in a text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from email_validator import EmailNotValidError, validate_email

from bot.errors import SettingsError

_INVALID = "This is not an email address. Write one, for example: python -m bot forget jane@example.com"
_WORD = r"[\w.!#$%&'*+/=?^`{|}~-]"
"""A character that an address can contain: an address is not found inside a longer one."""


class SoughtAddress:
    """One email address, in upper or lower case, composed or not, with its domain in Unicode or Punycode."""

    def __init__(self, typed: str) -> None:
        """Read it as typed, also as `<jane@example.com>` or `mailto:`. Raises `SettingsError` if it is none."""
        bare = typed.strip().removeprefix("mailto:").strip().removeprefix("<").removesuffix(">").strip()
        try:
            valid = validate_email(bare, check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            raise SettingsError(_INVALID) from None
        domains = {valid.domain, valid.ascii_domain}
        self.forms = sorted({_canonical(f"{valid.local_part}@{domain}") for domain in domains})
        """Each form, to look for; the stored digests are those of lower case."""
        self.digested = sorted({*self.forms, bare.lower()})
        either = "|".join(map(re.escape, self.forms))
        self._found = re.compile(rf"(?<!{_WORD})(?:{either})(?![\w-]|\.\w)")

    def is_in(self, stored: str) -> bool:
        """Whether a stored value contains it: a text, or JSON whose texts may be escaped."""
        return any(self._found.search(_canonical(text)) for text in _texts(stored))


def _canonical(text: str) -> str:
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _texts(stored: str) -> Iterator[str]:
    try:
        yield from _strings(json.loads(stored))
    except ValueError:
        yield stored


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from (key, *_strings(one))
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)
