"""Makes time run faster for whole processes and their database, so that a lease of a minute ends in a few seconds."""

from __future__ import annotations

import asyncio
import selectors
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot import clock
from bot.db import connection
from bot.db.connection import async_url
from sandbox.clock import SandboxClock

SPEED = 20.0


def _unix() -> float:
    return time.clock_gettime(time.CLOCK_REALTIME)


def _ticks() -> float:
    return time.clock_gettime(time.CLOCK_MONOTONIC)


@dataclass(frozen=True)
class FastTime:
    """How fast time runs for all processes of a proof, and since when. No lease or timeout is shortened."""

    speed: float = SPEED
    unix: float = field(default_factory=_unix)
    ticks: float = field(default_factory=_ticks)

    def now(self) -> datetime:
        """The fast time of day, aware, in UTC."""
        return datetime.fromtimestamp(self.unix + self._passed(), UTC)

    def monotonic(self) -> float:
        """Fast seconds that only increase."""
        return self.ticks + self._passed()

    def take_over(self) -> None:
        """Set the clocks of this process, before the import of any module that uses one."""
        clock.machine_now = self.now
        clock.monotonic = clock.boottime = self.monotonic
        connection.TRANSACTION_TIMEOUT_MS = int(connection.TRANSACTION_TIMEOUT_MS / self.speed)

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop whose timers and timeouts run fast."""
        return _FastLoop(self)

    def clock(self) -> SandboxClock:
        """A clock for a stand-in that runs as fast."""
        return _FastClock(self)

    def _passed(self) -> float:
        return (_ticks() - self.ticks) * self.speed


async def speed_up_database(url: str, fast_time: FastTime) -> None:
    """Speed up `clock_timestamp()` of this PostgreSQL database too: leases use it."""
    address = async_url(url)
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    start = f"to_timestamp({fast_time.unix!r})"
    fast = f"select {start} + (pg_catalog.clock_timestamp() - {start}) * {fast_time.speed!r}::float8"
    async with engine.connect() as opened:
        for statement in (
            "create schema fast_time",
            f"create function fast_time.clock_timestamp() returns timestamptz language sql volatile as $$ {fast} $$",
            f"alter database {address.database} set search_path = fast_time, public, pg_catalog",
        ):
            await opened.execute(text(statement))
    await engine.dispose()


class _FastClock(SandboxClock):
    def __init__(self, fast_time: FastTime) -> None:
        super().__init__()
        self._fast_time = fast_time

    def machine(self) -> datetime:
        return self._fast_time.now()

    def monotonic(self) -> float:
        return self._fast_time.monotonic()


class _FastSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / self._speed if timeout else timeout)


class _FastLoop(asyncio.SelectorEventLoop):
    def __init__(self, fast_time: FastTime) -> None:
        self._fast_time = fast_time
        super().__init__(_FastSelector(fast_time.speed))

    def time(self) -> float:
        return self._fast_time.monotonic()
