"""Parse the arguments of `move` into a webinar, and its new start and length: "launch day next tue 3pm for 45m"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.commands.create_args import parse_create_args, split_length
from bot.commands.shifts import MAX_WORDS, Shift, parse_shift
from bot.commands.slack_text import split_quoted
from bot.commands.webinar_ref import WebinarRef, find_webinars, has_title, ref_from_text
from bot.model.lifecycle import ListedWebinar
from bot.model.local_time import known_zone

MAX_LENGTH_WORDS = 5
"""The words of "for an hour and a half"."""
MAX_TYPED = 60
"""Characters of what was typed that a sentence repeats."""
_TO = re.compile(r"(?:^|\s)to$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class NewTime:
    """A new start or shift, a new length, or both. Without any of them, `note` says why."""

    start: datetime | None = None
    """Aware UTC; it may be in the past if a date was typed."""
    length: timedelta | None = None
    note: str = ""
    """Why there is no start although something was typed, or what to check about it: a sentence, or empty."""
    shift: Shift | None = None
    """How far the webinar is moved, instead of a start."""

    def of(self, start: datetime, time_zone: str, now: datetime, home: ZoneInfo) -> NewTime:
        """The same for a webinar that starts at `start` in this time zone: a shift becomes its new start."""
        if self.shift is None:
            return self
        return replace(self, start=self.shift.start(start, known_zone(time_zone), now, home), shift=None)


@dataclass(frozen=True, slots=True)
class MoveArgs:
    """The parsed arguments. `when` is what was typed after the webinar, unchanged."""

    which: WebinarRef
    when: str
    time: NewTime


def parse_move_args(
    words: str, webinars: Sequence[ListedWebinar], now: datetime, zone: ZoneInfo, locale: str | None = None
) -> MoveArgs:
    """Split off the new time at the end, as `create` does. The rest names one of `webinars`.

    If the time is not clear, the longest beginning that matches a webinar names it, and all words after it are `when`.
    Never raises.
    """
    if any(has_title(webinar, words) for webinar in webinars):
        return MoveArgs(ref_from_text(words), "", NewTime())
    quoted = split_quoted(words)
    if quoted:
        return MoveArgs(ref_from_text(quoted[0]), _without_to(quoted[1]), parse_new_time(quoted[1], now, zone, locale))
    if shifted := _split_shift(words, locale):
        return shifted
    plan = parse_create_args(words, now, zone, locale)
    if plan.when and (plan.start or plan.duration):
        name = plan.title if any(has_title(webinar, plan.title) for webinar in webinars) else _TO.sub("", plan.title)
        return MoveArgs(ref_from_text(name), plan.when, NewTime(plan.start, plan.duration, plan.note))
    name, when = _split_name(words, webinars, now)
    return MoveArgs(ref_from_text(name), when, parse_new_time(when, now, zone, locale))


def parse_new_time(typed: str, now: datetime, zone: ZoneInfo, locale: str | None = None) -> NewTime:
    """Parse what was typed after the webinar, all of it. Never raises."""
    typed = _without_to(typed)
    if not typed:
        return NewTime()
    if shifted := _shifted(typed, locale):
        return shifted
    plan = parse_create_args(typed, now, zone, locale)
    if plan.title:
        shown = typed if len(typed) <= MAX_TYPED else f"{typed[:MAX_TYPED]}…"
        return NewTime(note=plan.note or f"“{shown}” was not understood as a date and a time.")
    return NewTime(plan.start, plan.duration, plan.note)


def _split_shift(words: str, locale: str | None) -> MoveArgs | None:
    """The longest end of `words` that is a shift, with what is in front of it; `None` if none is."""
    begins = [match.start() for match in re.finditer(r"\S+", words)]
    for begin in begins[-(MAX_WORDS + MAX_LENGTH_WORDS) :]:
        if shifted := _shifted(words[begin:], locale):
            return MoveArgs(ref_from_text(_TO.sub("", words[:begin].strip())), words[begin:].strip(), shifted)
    return None


def _shifted(typed: str, locale: str | None) -> NewTime | None:
    """A shift, and the length after it if there is one: "in 5 days for 90m"."""
    tokens = typed.split()
    count, length = split_length(tokens, locale)
    shift = parse_shift(" ".join(tokens[:count]))
    return NewTime(length=length, shift=shift) if shift else None


def _without_to(typed: str) -> str:
    first, _, rest = typed.strip().partition(" ")
    return rest.strip() if first.lower() == "to" else typed.strip()


def _split_name(words: str, webinars: Sequence[ListedWebinar], now: datetime) -> tuple[str, str]:
    """The longest beginning that matches a webinar, and the rest; all words if none does."""
    ends = [match.end() for match in re.finditer(r"\S+", words)]
    for end in reversed(ends):
        if find_webinars(ref_from_text(words[:end]), webinars, now):
            return words[:end], words[end:].strip()
    return words, ""
