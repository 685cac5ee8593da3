"""The life cycle of a webinar and its registration: stage, open, full."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from bot.model.webinar import Registration, Status, Webinar

NOT_STARTED_AFTER: Final = timedelta(
    hours=1
)  # how long after its start a webinar that nobody has opened still counts as coming


ENDED_STATUSES: Final = frozenset({"Finished", "Cancelled"})


class ListedWebinar(Protocol):
    """What `find` needs to know of a webinar."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def start(self) -> datetime: ...
    @property
    def status(self) -> str: ...


def is_upcoming(webinar: ListedWebinar, now: datetime) -> bool:
    """Whether it is on or still ahead; one that was due an hour ago and has not been opened is not."""
    return webinar.status not in ENDED_STATUSES and (
        webinar.status == "Active" or webinar.start > now - NOT_STARTED_AFTER
    )


class RegistrationStatus(StrEnum):
    """Whether people can register."""

    OPEN = "open"
    FULL = "full"
    """As many have registered as may: the limit has closed it, or is about to."""
    CLOSED = "closed"
    """By hand, while there is room."""


def registration_status(registration: Registration) -> RegistrationStatus:
    """Whether people can register, and why not."""
    if registration.limit is not None and registration.count >= registration.limit:
        return RegistrationStatus.FULL
    return RegistrationStatus.OPEN if registration.is_open else RegistrationStatus.CLOSED


class Stage(StrEnum):
    """Where a webinar is in its life, as a reader sees it."""

    COMING = "coming"
    LIVE = "live"
    OVER = "over"
    CANCELLED = "cancelled"


def stage(webinar: Webinar, now: datetime) -> Stage:
    """Where it is; one that nobody started is over once its planned end has passed."""
    if webinar.status is Status.CANCELLED:
        return Stage.CANCELLED
    if webinar.status is Status.ACTIVE:
        return Stage.LIVE
    return Stage.OVER if webinar.status is Status.FINISHED or now >= webinar.end else Stage.COMING


def is_open_to_come(webinar: Webinar, now: datetime) -> bool:
    """Whether people can still register for it or join it."""
    return stage(webinar, now) in {Stage.COMING, Stage.LIVE}


def is_full(read: Registration) -> bool:
    """Whether as many have registered as may."""
    return read.limit is not None and read.count >= read.limit
