"""The one place that reads the clock; everything else is told what time it is."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the time that webinars and notices live by."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock: what `bot run` always uses."""

    def now(self) -> datetime:
        """The machine's present moment, aware, in UTC."""
        return machine_now()


def machine_now() -> datetime:
    """The machine's time, for what must not follow a moved clock: tokens, time-outs, timers (aware, UTC)."""
    return datetime.now(UTC)  # noqa: TID251 - this is the one place


def monotonic() -> float:
    """Seconds that only go forward, for measuring waits and rate windows."""
    return time.monotonic()  # noqa: TID251 - this is the one place


def boottime() -> float:
    """Seconds that go forward also while the machine sleeps, for what must not be done when too much time has passed.

    Where the machine has no such clock (it is Linux's), those that stand still while it sleeps.
    """
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
