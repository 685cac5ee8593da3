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
    """A delivery stub that counts its runs; a run ends when the test allows it."""

    def __init__(self) -> None:
        """Start without runs."""
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
        """Run a delivery."""
        self.deliveries += 1
        self._changed.set()
        await self.go_on.wait()
        if self.fails:
            raise ConnectionError
        due, self.due = self.due, None
        return due

    async def stop(self) -> None:
        """Record the stop."""
        self.stopped = True

    async def sweep(self) -> None:
        """Run a long job."""
        self.sweeps += 1
        self._changed.set()
        await asyncio.Event().wait()

    async def nothing(self) -> None:
        """Do nothing."""

    async def reaches(self, deliveries: int) -> None:
        """Wait until this many deliveries have begun."""
        async with asyncio.timeout(5):
            while self.deliveries < deliveries:
                self._changed.clear()
                await self._changed.wait()


@asynccontextmanager
async def ticking() -> AsyncIterator[tuple[Scheduler, Work]]:
    """Return a started scheduler."""
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
    """The running delivery may have missed its notice; one more delivery serves all wakes."""
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


async def test_a_job_on_demand_runs_once_more_if_it_is_woken_while_it_runs() -> None:
    """The running one may have missed the change; one more run serves all wakes. A paused job does not run."""
    async with ticking() as (scheduler, work):
        scheduler.add_on_demand("updates", work.run)
        work.go_on.clear()
        scheduler.run_soon("updates")
        await work.reaches(2)
        for _ in range(5):
            scheduler.run_soon("updates")
            await asyncio.sleep(0)
        work.go_on.set()
        await work.reaches(3)
        scheduler.run_soon("updates")
        await work.reaches(4)
        scheduler.pause("updates")
        scheduler.run_soon("updates")
        await scheduler.deliver()

    assert (work.deliveries, scheduler.failed) == (5, {})


async def test_many_wakes_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Many wakes in a row log nothing."""
    async with ticking() as (scheduler, work):
        work.go_on.clear()
        for count in range(2, 5):
            scheduler.wake()
            scheduler.wake()
            await work.reaches(min(count, 2))
        work.go_on.set()
        await work.reaches(3)

    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_scheduler_delivers_when_the_next_notice_is_due() -> None:
    """On time, and without a busy loop if it is due already."""
    async with ticking() as (scheduler, work):
        work.due = CLOCK.now() - timedelta(hours=1)
        began = CLOCK.now()
        await scheduler.deliver()
        await work.reaches(3)

        assert SHORTEST_WAIT - timedelta(milliseconds=20) < CLOCK.now() - began


async def test_failed_delivery_does_not_stop_the_scheduler(caplog: pytest.LogCaptureFixture) -> None:
    """A database error is logged, and the next delivery runs."""
    async with ticking() as (scheduler, work):
        work.fails = True
        scheduler.wake()
        await work.reaches(2)
        work.fails = False
        scheduler.wake()
        await work.reaches(3)
        assert scheduler.is_alive

    assert [record.reason for record in caplog.records if record.name == "bot.scheduler"] == ["ConnectionError"]  # type: ignore[attr-defined]


async def test_scheduler_is_not_alive_if_results_are_not_saved() -> None:
    """The process reports that it is not alive."""
    async with ticking() as (scheduler, work):
        assert scheduler.is_alive
        work.is_alive = False
        assert not scheduler.is_alive


async def test_stop_waits_for_a_delivery_and_cancels_other_jobs(caplog: pytest.LogCaptureFixture) -> None:
    """The results of a running delivery are saved; a sweep waiting for RingCentral is canceled."""
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
