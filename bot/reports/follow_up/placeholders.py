"""Placeholders in the texts of a follow-up, such as {title}: recognize and replace them. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

FIRST_NAME, TITLE, DATE, HOST, RECORDING = "first name", "title", "date", "host", "recording"
PLACEHOLDERS: Mapping[str, str] = {
    FIRST_NAME: "the first name of each person",
    TITLE: "the title of the webinar",
    DATE: "when it took place",
    HOST: "the name of its host",
    RECORDING: "the link of the recording, if it is shared",
}
"""Each placeholder and what it stands for."""
NAMELESS = "there"
"""In place of a first name that is not known, as in "Hi there"."""

_WORDS = re.compile(r"[\w\s\-]+")
_BRACES = re.compile(r"\{([^{}\n]{1,40})\}")


def normalized(name: str) -> str:
    """The name between the braces as we spell it: `First_Name` is `first name`."""
    return " ".join(re.sub(r"[_\-]", " ", name).casefold().split())


def used(text: str) -> set[str]:
    """The names of all placeholders in a text, known or not."""
    return {normalized(found) for found in _BRACES.findall(text)}


def unknown(text: str) -> list[str]:
    """What looks like a placeholder in a text and is none, in order, as it was typed."""
    words = [found for found in _BRACES.findall(text) if _WORDS.fullmatch(found) and normalized(found)]
    return [found for found in words if normalized(found) not in PLACEHOLDERS]


def merge(text: str, values: Mapping[str, str], literal: Callable[[str], str] = str) -> str:
    """The text with the value of each placeholder; `literal` converts what stands between placeholders."""
    parts = _BRACES.split(text)
    merged = [literal(part) if index % 2 == 0 else _value(part, values, literal) for index, part in enumerate(parts)]
    return "".join(merged)


def _value(name: str, values: Mapping[str, str], literal: Callable[[str], str]) -> str:
    known = values.get(normalized(name))
    return literal(f"{{{name}}}") if known is None else known
