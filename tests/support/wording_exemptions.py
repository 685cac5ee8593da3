"""Texts that may break a rule for wording, each with its reason."""

from __future__ import annotations

EXEMPT = {
    r"With .{,40} you send .*sentences in a paragraph": "a consent says what is sent, where, until when",
}
"""Patterns of problems of what stories show."""

PENDING = (
    r"sentences in a paragraph",
    r"rows of buttons",
    r"“please” more than once",
    r"\((?:instead|American): ",
    r"identifier|as it is stored",
    r"no confirmation of “Cancel Webinar”",
    r"not a sentence|characters, more than|case|without a label|primary button|alt text|emoji|full stop|\(blame|filler",
)
"""Patterns of problems that are being mended; empty when all are."""

PENDING_FILES = (
    *("bot/notices/", "bot/home/", "bot/webinars/texts/", "bot/slack/", "bot/registration/", "bot/web/", "bot/team/"),
    *("bot/providers/", "bot/reports/", "bot/sync/", "bot/creation/", "bot/commands/", "handlers/"),
)
"""Files whose texts are being mended; empty when all are."""
