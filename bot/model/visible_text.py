"""Reduce typed text to one line of visible characters: what looks empty is empty."""

from __future__ import annotations

import re
from unicodedata import category, normalize

# Format characters (Cf), and others that leave no mark on the page though Unicode counts them as letters or symbols:
# fillers and blanks of Hangul, Khmer and Braille, the grapheme joiner, variation selectors. Also halves of characters.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
_JOINER = re.compile("(?<![\u0600-\u0fff\u1000-\u1aff])[\u200c\u200d]+|[\u200c\u200d]+(?![\u0600-\u0fff\u1000-\u1aff])")
"""Joiners outside the scripts that spell with them (Arabic and those of India and South East Asia)."""
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")


def one_line(text: str) -> str:
    """The text on one line, composed, without invisible characters; empty if nothing in it can be seen."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    if not text.isascii():
        text = _JOINER.sub("", _INVISIBLE.sub("", normalize("NFC", text)))
    text = _SPACE.sub(" ", text).strip()
    return text if any(_is_visible(char) for char in text) else ""


def _is_visible(char: str) -> bool:
    """Whether a character shows on its own: an accent without a letter does not."""
    return char.isalnum() or category(char)[0] in "LNPS"
