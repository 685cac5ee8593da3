"""Find the email addresses in a text, with the brackets around them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

MARKS = " \t,;|.:/&+-–—\"'*•·"
"""Characters that say nothing about a person."""

# The input is arbitrary: these patterns run in linear time, however long a text is.
_ADDRESS = re.compile(r"(?<![^\s@<>,;|\"()\[\]:=])[^\s@<>,;|\"()\[\]]+@[^\s<>,;|\"()\[\]]+")
_PLAIN = re.compile(r"[\w+-][\w.+-]*@[\w-]+(?:\.[\w-]+)+")
"""An ordinary address: most need no closer look."""
_BEFORE = re.compile(r"(?P<open>[<(\[{])?\s*(?:mailto:)?['\"]?$", re.IGNORECASE)
_AFTER = re.compile(r"['\"]?(?:\|[^<>]{0,300})?\s*[>)\]}]")
_OPENING = "<([{"


@dataclass(frozen=True)
class Address:
    """An address in a text; it starts and ends with the brackets around it if it is enclosed in some."""

    start: int
    end: int
    email: str = field(repr=False)
    is_enclosed: bool


def has_address(text: str) -> bool:
    """Whether there is an address in a text."""
    return "@" in text and (bool(_PLAIN.fullmatch(text)) or bool(find_addresses(text)))


def only_address(text: str) -> str:
    """The address in a text that has nothing else; empty otherwise."""
    if "@" not in text or _PLAIN.fullmatch(text):
        return text if "@" in text else ""
    found = find_addresses(text)
    return found[0].email if len(found) == 1 and not without_addresses(text).strip(MARKS) else ""


def without_addresses(text: str) -> str:
    """The text outside addresses and their brackets."""
    addresses = find_addresses(text)
    starts, ends = [0, *(one.end for one in addresses)], [*(one.start for one in addresses), len(text)]
    return " ".join(text[start:end] for start, end in zip(starts, ends, strict=True))


def find_addresses(text: str) -> list[Address]:
    """The addresses in a text, in order; the same one again beside itself counts once."""
    found: list[Address] = []
    for match in _ADDRESS.finditer(text):
        written = match[0].rstrip(".:'!?*}").lstrip("'*{")
        start, end = match.start(), match.end()
        local, at, domain = written.partition("@")
        email = re.split("[:=]", local)[-1] + at + domain  # "mailto:", "E-mail:"
        before = _BEFORE.search(text, max(0, start - 12), start)
        after = _AFTER.match(text, end)
        is_enclosed = bool(before and before["open"] and after)
        if is_enclosed and before and after:
            start, end = before.start(), after.end()
        last = found[-1] if found else None
        if last and last.email.lower() == email.lower() and not text[last.end : start].strip(MARKS + _OPENING):
            found[-1] = Address(last.start, end, email, is_enclosed=True)
        else:
            found.append(Address(start, end, email, is_enclosed))
    return found
