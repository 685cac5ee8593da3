"""Texts that may break a rule for wording, each with its reason."""

from __future__ import annotations

EXEMPT = {
    r"With .{,40} you send .*sentences": "a consent says what is sent, where, until when",
}
"""Patterns of problems of what stories show."""

PENDING = (r"sentences in a paragraph",)
"""Patterns of problems of what stories show that are being mended; the texts in the code keep all rules for words."""
