"""The only module that reads the clock; all other code receives `now`."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The domain clock, by which webinars and notices are timed."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class SystemClock:
    """The clock of the machine, which `bot run` always uses."""

    def now(self) -> datetime:
        """Return the current time of the machine, aware, in UTC."""
        return machine_now()


def machine_now() -> datetime:
    """Return the time of the machine (aware, UTC), for tokens, timeouts and timers, which ignore a moved clock."""
    return datetime.now(UTC)  # noqa: TID251 - the only place


def monotonic() -> float:
    """Return seconds that only increase, for waits and rate windows."""
    return time.monotonic()  # noqa: TID251 - the only place


def boottime() -> float:
    """Return seconds that also increase while the machine sleeps, for work that must not be done too late.

    Without such a clock (only Linux has it), the seconds stop while the machine sleeps.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
