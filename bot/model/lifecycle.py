"""The life cycle of a webinar and its registration: stage, upcoming, open, full."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.model.webinar import Registration, Status, Webinar

ENDED_STATUSES: Final = frozenset({Status.FINISHED, Status.CANCELED})
JOIN_WINDOW: Final = timedelta(minutes=15)
"""How long before the start people are shown the way to join."""
LATE_START: Final = timedelta(hours=1)
"""How long after its start a webinar that was not opened still counts as upcoming."""


class ListedWebinar(Protocol):
    """A webinar as far as finding it by name needs it."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def status(self) -> str: ...


def is_upcoming(webinar: ListedWebinar, now: datetime) -> bool:
    """Whether it is live, or scheduled and its start is at most an hour ago."""
    if webinar.status in ENDED_STATUSES:
        return False
    return webinar.status == Status.ACTIVE or webinar.start > now - LATE_START


class RegistrationStatus(StrEnum):
    """Whether people can register."""

    OPEN = "open"
    FULL = "full"
    """The limit is reached: the provider has closed the registration, or is about to."""
    CLOSED = "closed"
    """Closed by an organizer, while there is room."""


def registration_status(registration: Registration) -> RegistrationStatus:
    """Whether people can register, and if not, the reason."""
    if is_full(registration):
        return RegistrationStatus.FULL
    return RegistrationStatus.OPEN if registration.is_open else RegistrationStatus.CLOSED


class Stage(StrEnum):
    """The stage of a webinar, as users see it."""

    COMING = "coming"
    LIVE = "live"
    OVER = "over"
    CANCELED = "cancelled"


def stage(webinar: Webinar, now: datetime) -> Stage:
    """The stage of `webinar`. One that was never started is over when its planned end has passed."""
    if webinar.status is Status.CANCELED:
        return Stage.CANCELED
    if webinar.status is Status.ACTIVE:
        return Stage.LIVE
    return Stage.OVER if webinar.status is Status.FINISHED or now >= webinar.end else Stage.COMING


def is_coming_or_live(webinar: Webinar, now: datetime) -> bool:
    """Whether people can still register for it or join it."""
    return stage(webinar, now) in {Stage.COMING, Stage.LIVE}


def can_join(webinar: Webinar, now: datetime) -> bool:
    """Whether it is live, or about to start."""
    current = stage(webinar, now)
    return current is Stage.LIVE or (current is Stage.COMING and now >= webinar.start - JOIN_WINDOW)


def has_begun_early(webinar: Webinar) -> bool:
    """Whether it is certainly live before its planned start. Hosts who only practice have not begun."""
    is_early = webinar.live_from is not None and webinar.live_from < webinar.start
    return is_early and webinar.status is Status.ACTIVE


def is_full(registration: Registration) -> bool:
    """Whether the number of registrations has reached the limit."""
    return registration.limit is not None and registration.count >= registration.limit


def full_since(before: Registration | None, read: Registration) -> datetime | None:
    """When the limit closed a registration that was read; None if it is not full, or was closed by a person before."""
    if not is_full(read):
        return None
    if before and is_full(before):
        return before.full_since
    return read.read_at if before is None or before.is_open else None


def accepts_registrations(registration: Registration) -> bool:
    """Whether the registration is open and not full."""
    return registration_status(registration) is RegistrationStatus.OPEN
