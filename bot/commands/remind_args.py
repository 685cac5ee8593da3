"""What follows `remind`: the reminders of a channel, the default ones, or those of the person who types."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.commands.slack_text import normalized_word, split_lengths, split_quoted, unescape
from bot.commands.webinar_ref import WebinarRef, ref_from_text

_ME: Final = frozenset({"me", "myself"})
_ABOUT = re.compile(r"^(?:about|of|for)\s+(?=\S)", re.IGNORECASE)
_INTRODUCER = re.compile(r"\s+(?:before(?:\s+the\s+start\s+of)?|about|of|for)\s+(?=\S)", re.IGNORECASE)
"""Between times and the webinar that they are about."""
_THE_START = re.compile(r"\s+before\s+(?:it\s+starts|the\s+start)[.!]?\s*$", re.IGNORECASE)
_IN = re.compile(r"(?:^|\s)in\s*$", re.IGNORECASE)
"""Before a length, it makes a wait of it: "in 10 minutes"."""


@dataclass(frozen=True, slots=True)
class Remind:
    """Show or set the reminders of a channel. `times` are lengths as typed, valid or not."""

    which: WebinarRef
    times: str = ""


@dataclass(frozen=True, slots=True)
class RemindMe:
    """Remind the person who types it, by direct message. `times` are lengths as typed, valid or not.

    They are before the start, or from now on after "in".
    """

    which: WebinarRef
    times: str = ""


def wait_text(times: str) -> str:
    """The lengths after "in", which are counted from now on; empty if the times are before the start."""
    word, _, lengths = times.partition(" ")
    return lengths.strip() if word == "in" else ""


def parse_remind(rest: str) -> Remind | RemindMe:
    """Parse the text after `remind`. A title that begins with "me" has to be quoted."""
    text = unescape(rest)
    first, after = [*text.split(maxsplit=1), "", ""][:2]
    quoted = split_quoted(text)
    if normalized_word(first) in _ME and not quoted:
        return _parse_me(after)
    if normalized_word(first) == "defaults" and not quoted:
        return Remind(WebinarRef("defaults"), after)
    before, times = quoted or split_lengths(text)
    return Remind(ref_from_text(before), times)


def _parse_me(text: str) -> RemindMe:
    text = _THE_START.sub("", text)
    if leading := _leading_times(text):
        return RemindMe(ref_from_text(leading[1]), leading[0])
    named = _ABOUT.sub("", text)
    which, times = split_quoted(named) or split_lengths(named)
    wait = _IN.search(which) if times else None
    if wait:
        return RemindMe(ref_from_text(which[: wait.start()].strip()), f"in {times}")
    return RemindMe(ref_from_text(which), times)


def _leading_times(text: str) -> tuple[str, str] | None:
    """The times and the webinar if the times come first: "1h before Launch day". None if they do not."""
    for match in _INTRODUCER.finditer(text):
        which, times = split_lengths(text[: match.start()])
        if times and normalized_word(which) in ("", "in"):
            return text[: match.start()], text[match.end() :]
    return None
