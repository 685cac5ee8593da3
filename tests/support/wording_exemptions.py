"""Texts that may break a rule for wording, each with its reason."""

from __future__ import annotations

EXEMPT = {
    r"With .{,40} you send .*sentences": "a consent says what is sent, where, until when",
}
"""Patterns of problems of what stories show."""
