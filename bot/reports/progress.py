"""How far a reading is, and how long it still takes: pure rules."""

from __future__ import annotations

import math
from dataclasses import dataclass

from bot.reports.reading_table import Reading, ReadingStep

PER_PAGE = 1000
PROMPT_CALLS = 6
"""So many calls of a reading go in the lane of the user who waits: all of a webinar with some 2,000 registrants."""
LATER_CALLS = 7
"""So many a minute of the others, which leave room for commands of all users."""
MINUTE = 60.0
NOTICEABLE = 5.0
"""Seconds by which a wait must be longer to be said again."""


@dataclass(frozen=True)
class ReadingProgress:
    """How far a reading is."""

    pages: int
    """Calls that were answered."""
    of_pages: int
    """Calls that it takes altogether, as far as is known."""
    people: int
    """Registrants and participants read."""
    seconds_left: float
    """The expected time until it is done."""


def progress_of(reading: Reading, registered: int, gate_wait: float = 0.0) -> ReadingProgress:
    """The progress of a reading. `registered` is how many registrants are expected; the gate may know a longer wait."""
    state = reading.state
    known = state.session.participants
    lists = [registered if known is None else known]
    if state.has_registration:
        lists.append(max(registered, state.registrants))
    needed = 1 + sum(max(1, math.ceil(count / PER_PAGE)) for count in lists)
    of_pages = state.pages if reading.step is ReadingStep.COUNT else max(needed, state.pages + 1)
    return ReadingProgress(
        pages=state.pages,
        of_pages=of_pages,
        people=state.registrants + state.participants,
        seconds_left=max(gate_wait, expected_seconds(of_pages - state.pages, max(0, PROMPT_CALLS - state.pages))),
    )


def expected_seconds(calls: int, prompt: int) -> float:
    """How long so many calls take, of which `prompt` can go at once."""
    return max(0, calls - prompt) / LATER_CALLS * MINUTE


def has_moved(before: ReadingProgress, after: ReadingProgress) -> bool:
    """Whether a user should see the difference: a further page, or a wait that is longer than they know of."""
    return after.pages != before.pages or after.seconds_left > before.seconds_left + NOTICEABLE
