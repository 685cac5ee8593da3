"""The scheduler delivers when woken, when a notice is due and at every heartbeat, and stops cleanly."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.scheduler import SHORTEST_WAIT, Scheduler

CLOCK = SystemClock()


class Work:
    """What the clock drives here: it counts, and a delivery ends when it is let."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self.deliveries = 0
        self.sweeps = 0
        self.due: datetime | None = None
        self.fails = False
        self.is_alive = True
        self.stopped = False
        self.go_on = asyncio.Event()
        self.go_on.set()
        self._changed = asyncio.Event()

    async def run(self) -> datetime | None:
        """Look at the outbox."""
        self.deliveries += 1
        self._changed.set()
        await self.go_on.wait()
        if self.fails:
            raise ConnectionError
        due, self.due = self.due, None
        return due

    async def stop(self) -> None:
        """Nobody asks for another delivery."""
        self.stopped = True

    async def sweep(self) -> None:
        """Something that takes long."""
        self.sweeps += 1
        self._changed.set()
        await asyncio.Event().wait()

    async def nothing(self) -> None:
        """What is of no interest here."""

    async def reaches(self, deliveries: int) -> None:
        """Wait until so many deliveries have begun."""
        async with asyncio.timeout(5):
            while self.deliveries < deliveries:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def ticking() -> AsyncIterator[tuple[Scheduler, Work]]:
    """A clock that has just been started."""
    work = Work()
    scheduler = Scheduler(CLOCK, work)
    scheduler.add("sweep", timedelta(minutes=5), work.sweep)
    scheduler.add("count", timedelta(minutes=5), work.nothing)
    scheduler.start()
    await work.reaches(1)
    try:
        yield scheduler, work
    finally:
        work.go_on.set()
        await scheduler.stop()


async def test_wake_during_a_delivery_is_not_lost() -> None:
    """It may be about a notice that the running delivery has not seen; one more delivery is enough for all wakes."""
    async with ticking() as (scheduler, work):
        work.go_on.clear()
        scheduler.wake()
        await work.reaches(2)
        for _ in range(5):
            scheduler.wake()
            await asyncio.sleep(0)
        work.go_on.set()
        await work.reaches(3)
        scheduler.wake()
        await work.reaches(4)

    assert work.deliveries == 4


async def test_wakes_leave_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    """People may press buttons as quickly as they like."""
    async with ticking() as (scheduler, work):
        work.go_on.clear()
        for count in range(2, 5):
            scheduler.wake()
            scheduler.wake()
            await work.reaches(min(count, 2))
        work.go_on.set()
        await work.reaches(3)

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_clock_wakes_when_the_next_notice_is_due() -> None:
    """On time, and not in a spin where it is due already."""
    async with ticking() as (scheduler, work):
        work.due = CLOCK.now() - timedelta(hours=1)
        began = CLOCK.now()
        await scheduler.deliver()
        await work.reaches(3)

        assert SHORTEST_WAIT - timedelta(milliseconds=20) < CLOCK.now() - began


async def test_delivery_that_fails_does_not_stop_the_clock(caplog: pytest.LogCaptureFixture) -> None:
    """The database was away for a moment: it is said, and the next look takes place."""
    async with ticking() as (scheduler, work):
        work.fails = True
        scheduler.wake()
        await work.reaches(2)
        work.fails = False
        scheduler.wake()
        await work.reaches(3)
        assert scheduler.is_alive

    assert [record.reason for record in caplog.records if record.name == "bot.scheduler"] == ["ConnectionError"]  # type: ignore[attr-defined]


async def test_clock_is_no_help_where_nothing_gets_written_down() -> None:
    """Whoever relies on this process learns that it cannot be relied on."""
    async with ticking() as (scheduler, work):
        assert scheduler.is_alive
        work.is_alive = False
        assert not scheduler.is_alive


async def test_stop_waits_for_a_delivery_and_breaks_off_the_rest_quietly(caplog: pytest.LogCaptureFixture) -> None:
    """What Slack is being told is written down; a sweep that waits for RingCentral is taken up again another day."""
    async with ticking() as (scheduler, work):
        work.go_on.clear()
        scheduler.wake()
        await work.reaches(2)
        scheduler.wake()
        stopping = asyncio.create_task(scheduler.stop())
        done, _ = await asyncio.wait([stopping], timeout=0.05)
        assert done == set()
        work.go_on.set()
        await stopping
        await asyncio.sleep(0)

    assert (work.sweeps, work.deliveries, work.stopped) == (1, 2, True)
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []
