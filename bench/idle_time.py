"""Time that runs fast only while a process waits, so that nothing is late because the machine is slow."""

from __future__ import annotations

import asyncio
import selectors
from dataclasses import dataclass, field

from tests.proof.fast_time import FastTime

PATIENCE = 0.02
"""Seconds of the machine without any event after which the process is waiting for time alone: a statement of SQLite,
which has a thread of its own, takes less."""


@dataclass
class Skipped:
    """The seconds that have passed beside those of the machine."""

    seconds: float = 0.0


@dataclass(frozen=True)
class IdleTime(FastTime):
    """Time of a single process, in which work takes as long as on the machine and a wait for a timer is shortened.

    With `FastTime`, everything goes this much faster but the machine: a delivery every ten seconds has a fifth of a
    second at 50 times the speed, and one that takes longer counts as late.
    """

    skipped: Skipped = field(default_factory=Skipped)

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop whose waits for timers are short."""
        return _IdleLoop(self)

    def _passed(self) -> float:
        return self._on_machine() + self.skipped.seconds

    def _on_machine(self) -> float:
        return super()._passed() / self.speed


class _IdleSelector(selectors.DefaultSelector):
    def __init__(self, idle_time: IdleTime) -> None:
        super().__init__()
        self._idle_time = idle_time

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if not timeout or timeout <= PATIENCE:
            return super().select(timeout)
        short = max(timeout / self._idle_time.speed, PATIENCE)
        found = super().select(short)
        if not found:
            self._idle_time.skipped.seconds += timeout - short
        return found


class _IdleLoop(asyncio.SelectorEventLoop):
    def __init__(self, idle_time: IdleTime) -> None:
        self._idle_time = idle_time
        super().__init__(_IdleSelector(idle_time))

    def time(self) -> float:
        return self._idle_time.monotonic()
