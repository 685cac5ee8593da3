"""The sandbox clock: webinars and scheduled messages follow it; signatures and timeouts follow the machine's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta


class SandboxClock:
    """The machine's time plus an offset that only grows."""

    def __init__(self) -> None:
        """Start at the machine's time."""
        self.offset = timedelta()

    def now(self) -> datetime:
        """The moved time: aware, UTC."""
        return self.machine() + self.offset

    def machine(self) -> datetime:
        """The machine's time, not moved: aware, UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the sandbox has its own clock

    def monotonic(self) -> float:
        """Monotonic seconds."""
        return time.monotonic()  # noqa: TID251 - the sandbox has its own clock

    def move(self, by: timedelta) -> datetime:
        """Move forward and return the new time; ValueError for a negative `by`."""
        if by < timedelta():
            raise ValueError("The sandbox clock only goes forward.")
        self.offset += by
        return self.now()
