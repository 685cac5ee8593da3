"""The command that adds an existing meeting or webinar."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.event_link import event_number, registration_code, without_secrets
from bot.commands.slack_text import unescape


@dataclass(frozen=True, slots=True)
class Add:
    """Add the meeting or webinar with this number, or with the registration page of this code.

    `words` are what was typed, without the secrets of links.
    """

    number: str = ""
    code: str = ""
    words: str = ""


def parse_add(rest: str) -> Add:
    """Parse what follows the verb, in Slack's encoding: a link, an id, or a whole invitation."""
    number = event_number(rest)
    return Add(number, "" if number else registration_code(rest), unescape(without_secrets(rest)))
