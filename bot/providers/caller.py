"""Who makes a vendor call and why, and a page of what it returns. `base` has the port that uses them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

Item = TypeVar("Item", covariant=True)

NOTE_TIMEOUT = 3.0
"""Seconds after which a report of a wait is given up."""


class Lane(StrEnum):
    """The reason for a vendor call, from the highest priority (a waiting user) to the lowest (upkeep)."""

    MANAGE = "manage"
    """A user waits who manages a webinar, or creates one."""
    PERSON = "person"
    """A user waits who takes part."""
    LOOK = "look"
    """A user waits for a newer figure."""
    NOTICE = "notice"
    PAGE = "page"
    """A visitor of our own registration page, who waits in a queue."""
    BULK = "bulk"
    """One of many calls that a user started at once."""
    UPKEEP = "upkeep"


async def ignore_wait(seconds: float) -> None:
    """Do not report the wait: no user is waiting."""


async def send_at_once() -> None:
    """Do nothing before the call is sent."""


@dataclass(frozen=True)
class Caller:
    """Why and for whom a vendor call is made, how long it may wait, and how to report a wait to the user."""

    lane: Lane
    on_wait: Callable[[float], Awaitable[None]] = ignore_wait
    """Called once, with the seconds to wait, if the call cannot go at once."""
    patience: float = 180.0
    """The longest wait in seconds, after which the call fails with `ProviderBusy`."""
    before_sending: Callable[[], Awaitable[None]] = send_at_once
    """Called after any wait, each time the call is about to be sent. If it raises, the call is not sent."""
    who: str = ""
    """The user who waits, so that users share the budget fairly; empty if nobody does."""

    async def report_wait(self, seconds: float) -> None:
        """Call `on_wait` for at most `NOTE_TIMEOUT`. Its failure never ends the call that waits."""
        try:
            async with asyncio.timeout(NOTE_TIMEOUT):
                await self.on_wait(seconds)
        except Exception as error:  # noqa: BLE001 - whatever it is: the note is not the work
            log.warning("wait.not_reported", extra={"reason": type(error).__name__})


UPKEEP = Caller(Lane.UPKEEP)
NOTICE = Caller(Lane.NOTICE)
BULK = Caller(Lane.BULK, patience=600.0)
PAGE = Caller(Lane.PAGE, patience=600.0)


@dataclass(frozen=True)
class Page(Generic[Item]):
    """A part of a list, at most 1,000 items."""

    items: tuple[Item, ...]
    next_token: str | None = None
    """What asks for the next page; `None` after the last one."""
