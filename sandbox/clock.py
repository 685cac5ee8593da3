"""The clock the sandbox moves: webinars and scheduled messages follow it, signatures and time-outs do not."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """The machine's time plus an offset that only grows."""

    def __init__(self) -> None:
        """Start at the machine's own time."""
        self.offset = timedelta()

    def now(self) -> datetime:
        """The moved time, aware, in UTC."""
        return self.machine() + self.offset

    def machine(self) -> datetime:
        """The machine's time, aware, in UTC, untouched by any move."""
        return datetime.now(UTC)  # noqa: TID251 - the sandbox has its own clock

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()  # noqa: TID251 - the sandbox has its own clock

    def move(self, by: timedelta) -> datetime:
        """Go forward and return the new time; time that has been cannot come back, so `by` is never negative."""
        if by < timedelta():
            raise ValueError("The sandbox clock only goes forward.")
        self.offset += by
        return self.now()
