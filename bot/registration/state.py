"""The part of a registration that a user can change."""

from __future__ import annotations

from bot.model.people import Frozen
from bot.model.webinar import Preferences, Registration


class RegistrationState(Frozen):
    """The settings of a registration that a user can change."""

    is_open: bool
    limit: int | None = None
    preferences: Preferences | None = None
    """`None` if they are unknown, or not part of a comparison."""


class RegistrationUndo(Frozen):
    """The value of an Undo button: the state after the change (to undo nothing newer) and the state before it."""

    session_id: str
    made: RegistrationState
    back: RegistrationState


def state_of(read: Registration) -> RegistrationState:
    """The changeable settings of a registration."""
    return RegistrationState(is_open=read.is_open, limit=read.limit, preferences=read.preferences)


def comparable_state(read: Registration, other: RegistrationState) -> RegistrationState:
    """The settings to compare with `other`: without preferences if `other` has none."""
    return state_of(read).model_copy(update={} if other.preferences else {"preferences": None})
