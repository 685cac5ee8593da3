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
    """How fast time runs for everybody who takes part, and since when. Nothing of what they do is shortened."""

    speed: float = SPEED
    unix: float = field(default_factory=_unix)
    ticks: float = field(default_factory=_ticks)

    def now(self) -> datetime:
        """The hurried time of day, aware, in UTC."""
        return datetime.fromtimestamp(self.unix + self._passed(), UTC)

    def monotonic(self) -> float:
        """Hurried seconds that only go forward."""
        return self.ticks + self._passed()

    def take_over(self) -> None:
        """Set the clocks of this process, before anything of ours that looks at one has been imported."""
        clock.machine_now = self.now
        clock.monotonic = clock.boottime = self.monotonic
        connection.TRANSACTION_TIMEOUT_MS = int(connection.TRANSACTION_TIMEOUT_MS / self.speed)

    def loop(self) -> asyncio.AbstractEventLoop:
        """An event loop with timers, and so time-outs, that hurry."""
        return _FastLoop(self)

    def clock(self) -> SandboxClock:
        """A clock for a stand-in that lives as fast."""
        return _FastClock(self)

    def _passed(self) -> float:
        return (_ticks() - self.ticks) * self.speed


async def speed_up_database(url: str, hurry: FastTime) -> None:
    """Have `clock_timestamp()` of this PostgreSQL database hurry as well: claims go by it."""
    address = async_url(url)
    engine = create_async_engine(address, isolation_level="AUTOCOMMIT")
    began = f"to_timestamp({hurry.unix!r})"
    hurried = f"select {began} + (pg_catalog.clock_timestamp() - {began}) * {hurry.speed!r}::float8"
    async with engine.connect() as opened:
        for statement in (
            "create schema hurry",
            f"create function hurry.clock_timestamp() returns timestamptz language sql volatile as $$ {hurried} $$",
            f"alter database {address.database} set search_path = hurry, public, pg_catalog",
        ):
            await opened.execute(text(statement))
    await engine.dispose()


class _FastClock(SandboxClock):
    def __init__(self, hurry: FastTime) -> None:
        super().__init__()
        self._hurry = hurry

    def machine(self) -> datetime:
        return self._hurry.now()

    def monotonic(self) -> float:
        return self._hurry.monotonic()


class _FastSelector(selectors.DefaultSelector):
    def __init__(self, speed: float) -> None:
        super().__init__()
        self._speed = speed

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        return super().select(timeout / self._speed if timeout else timeout)


class _FastLoop(asyncio.SelectorEventLoop):
    def __init__(self, hurry: FastTime) -> None:
        self._hurry = hurry
        super().__init__(_FastSelector(hurry.speed))

    def time(self) -> float:
        return self._hurry.monotonic()
