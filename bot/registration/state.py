"""The part of a registration that a person can change, as data."""

from __future__ import annotations

from bot.model.people import Frozen
from bot.model.webinar import Preferences, Registration


class RegistrationState(Frozen):
    """What a person can change of a registration."""

    is_open: bool
    limit: int | None = None
    preferences: Preferences | None = None
    """Nothing where they do not matter, or are not known."""


class RegistrationUndo(Frozen):
    """What the button of that name carries: what was made, so that nothing newer is undone, and what to go back to."""

    session_id: str
    made: RegistrationState
    back: RegistrationState


def state_of(read: Registration) -> RegistrationState:
    """What was read, as far as a person can change it."""
    return RegistrationState(is_open=read.is_open, limit=read.limit, preferences=read.preferences)


def comparable_state(read: Registration, other: RegistrationState) -> RegistrationState:
    """The same, without the preferences where the other has none: then they do not matter."""
    return state_of(read).model_copy(update={} if other.preferences else {"preferences": None})
