"""What a provider's webhooks are about, in our own terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAX_HOSTS = 10
"""Hosts that one subscription can be limited to."""


class EventTopic(StrEnum):
    """What a delivery says has changed, and so what must be read."""

    SESSIONS = "sessions"
    """A session was created, changed, deleted, started or ended."""
    REGISTRATION = "registration"
    """The settings or the registrants of a registration."""
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class EventHint:
    """What a delivery suggests. It is never data: the actual state is read."""

    topic: EventTopic
    ids: frozenset[str]
    """Every id that it names: of sessions, webinars, registrants, or of something else."""


@dataclass(frozen=True)
class EventSubscription:
    """A webhook subscription at the provider."""

    subscription_id: str
    address: str
    is_active: bool
    """False once the provider has stopped delivering, for which `problem` is its reason."""
    expires_at: datetime
    filters: tuple[str, ...] = ()
    """The filters that work."""
    disabled: tuple[str, ...] = ()
    """The filters that the provider does not let us use, in its own terms."""
    problem: str = ""
