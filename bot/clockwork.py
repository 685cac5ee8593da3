"""Wakes what must happen at a time: APScheduler is the clock, the rows in the database are the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock, machine_now, monotonic

log = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=10)
"""Between two looks at the outbox, whatever the timers do: it repairs a timer that a clock jump delayed."""
SWEEP = timedelta(minutes=5)
DAILY = timedelta(days=1)
RECOVER = timedelta(seconds=30)
COUNT = timedelta(seconds=15)
DIGEST = timedelta(minutes=1)
STALE_BEATS = 3
SHORTEST_NAP = timedelta(seconds=0.5)
"""So that a row which another replica holds does not keep this one spinning."""

Work = Callable[[], Awaitable[object]]


class Delivers(Protocol):
    """Who moves the outbox along."""

    async def run(self) -> datetime | None:
        """Do what is due, and say when there is next something to do (domain time)."""
        ...

    async def stop(self) -> None:
        """End in good order."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether it can be relied on."""
        ...


class Clockwork:
    """The periodic work of one process, and the wake-up for the next notice."""

    def __init__(
        self,
        clock: Clock,
        delivery: Delivers,
        *,
        sweep: Work,
        count: Work,
        digest: Work,
        recover: Work,
        daily: Work,
    ) -> None:
        """Have `delivery` run at every beat, when something is due and when poked; the rest each at its own pace."""
        self._clock = clock
        self._delivery = delivery
        self._work: dict[str, tuple[Work, timedelta]] = {
            "heartbeat": (self.deliver, HEARTBEAT),
            "sweep": (sweep, SWEEP),
            "count": (count, COUNT),
            "digest": (digest, DIGEST),
            "recover": (recover, RECOVER),
            "daily": (daily, DAILY),
        }
        self._delivering = asyncio.Lock()
        self._poked = False
        self._stopping = False
        self._beat_at = monotonic()
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def start(self) -> None:
        """Begin: everything once now, then each at its own pace."""
        self._scheduler.add_listener(_complain, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        now = machine_now()
        for name, (work, pace) in self._work.items():
            job = partial(self._until_stopped, work)
            self._scheduler.add_job(job, "interval", seconds=pace.total_seconds(), id=name, next_run_time=now)
        self._scheduler.start()

    def poke(self) -> None:
        """Look at the outbox now: something was planned, withdrawn, or the clock was moved."""
        if self._poked:
            return  # a delivery that has not begun yet will see this too
        self._poked = True
        # Two: while one is under way, another may wait for it to end.
        self._deliver_at(machine_now(), "poke", max_instances=2)

    async def deliver(self) -> datetime | None:
        """Do what is due, and set the timer for what is due next, which is returned (domain time)."""
        async with self._delivering:
            self._poked = False
            due = await self._delivery.run()
            self._beat_at = monotonic()
            if due is not None and self._scheduler.running:
                # The domain's clock may be ahead of the machine's, by which timers go.
                wait = max(due - self._clock.now(), SHORTEST_NAP)
                self._deliver_at(machine_now() + wait, "wake")
            return due

    @property
    def is_alive(self) -> bool:
        """Whether the outbox has been looked at lately, and what comes of it is written down.

        A clock can stop without a word, and so can a loop.
        """
        return self._delivery.is_alive and monotonic() - self._beat_at < STALE_BEATS * HEARTBEAT.total_seconds()

    async def stop(self) -> None:
        """Begin nothing more, wait for a delivery under way, and break off what can be taken up again later."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
            async with self._delivering:
                self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the shutdown itself is posted to the loop
        await self._delivery.stop()

    def _deliver_at(self, moment: datetime, name: str, max_instances: int = 1) -> None:
        job = partial(self._until_stopped, self.deliver)
        self._scheduler.add_job(
            job, "date", run_date=moment, id=name, replace_existing=True, max_instances=max_instances
        )

    async def _until_stopped(self, work: Work) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            if not self._stopping:
                raise


def _complain(event: JobExecutionEvent) -> None:
    reason = type(event.exception).__name__ if getattr(event, "exception", None) else "missed or still running"
    log.error(
        "clockwork.job", extra={"job": event.job_id, "reason": reason}, exc_info=getattr(event, "exception", None)
    )
