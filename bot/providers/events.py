"""What a provider's webhooks are about, in our own terms."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import SecretStr

from bot.model.registrant import Decision

MAX_HOSTS = 10
"""Hosts that one subscription can be limited to."""


class EventTopic(StrEnum):
    """What a delivery says has changed, and so what must be read."""

    SESSIONS = "sessions"
    """A session was created, changed, deleted, started or ended."""
    REGISTRATION = "registration"
    """The settings or the registrants of a registration."""
    PRESENCE = "presence"
    """Somebody has joined or left, so the session has started, if this is not known yet."""
    UNKNOWN = "unknown"
    NOTHING = "nothing"
    """Nothing is to be read."""


@dataclass(frozen=True)
class DecisionNews:
    """What a delivery says that was decided about a registrant, and when."""

    event_id: str
    registrant_id: str
    decision: Decision
    at: datetime
    join_link: SecretStr
    """Of somebody who was approved; empty if the delivery has none."""


@dataclass(frozen=True)
class EventHint:
    """What a delivery suggests. It is never data: the actual state is read."""

    topic: EventTopic
    ids: frozenset[str]
    """Every id that it names: of sessions, webinars, registrants, or of something else."""
    key: str = ""
    """The same for each repetition of a delivery, in at most 32 characters; empty if that cannot be known."""
    event_id: str = ""
    """The webinar, if it can be read by itself; empty if the list of sessions must be read."""
    may_be_new: bool = False
    """Whether a webinar that is not known here must be read because of this."""
    news: DecisionNews | None = None
    is_live: bool | None = None
    """Whether the webinar runs, or has ended; `None` if it is about something else."""


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
