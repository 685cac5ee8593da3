"""Runs periodic jobs, and delivery when a notice is due. The rows in the database are the source of truth."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
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
"""The longest time between two deliveries: it corrects a timer that a clock jump delayed."""
STALE_BEATS = 3
UPDATES = "updates"
"""The job that updates the messages and calendars of people after a change."""
SHORTEST_WAIT = timedelta(seconds=0.5)
"""Prevents a busy loop on a row that another replica owns."""

Work = Callable[[], Awaitable[object]]


class Delivers(Protocol):
    """The outbox worker."""

    async def run(self) -> datetime | None:
        """Deliver what is due; returns when the next notice is due (domain time)."""
        ...

    async def stop(self) -> None:
        """Stop cleanly."""
        ...

    @property
    def is_alive(self) -> bool:
        """Whether the worker delivers."""
        ...


class Scheduler:
    """The periodic jobs of one process, and the timer for the next notice."""

    def __init__(self, clock: Clock, delivery: Delivers) -> None:
        """Run `delivery` at every heartbeat, when a notice is due, and when woken."""
        self._clock = clock
        self._delivery = delivery
        self._jobs: dict[str, tuple[timedelta, Work]] = {"heartbeat": (HEARTBEAT, self.deliver)}
        self._on_demand: dict[str, tuple[asyncio.Lock, Work]] = {}
        self._delivering = asyncio.Lock()
        self._is_woken = False
        self._woken: set[str] = set()
        self._stopping = False
        self._beat_at = monotonic()
        self.failed: Counter[str] = Counter()
        """How often each job has failed or could not run since the start."""
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            timezone=UTC,
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )

    def add(self, name: str, interval: timedelta, work: Work) -> None:
        """Add a periodic job, to be started by `start`."""
        self._jobs[name] = (interval, work)

    def add_on_demand(self, name: str, work: Work) -> None:
        """Add a job that runs when `run_soon` is called."""
        self._on_demand[name] = (asyncio.Lock(), work)

    def pause(self, *names: str) -> None:
        """Stop running these jobs until the next `start`, or those on demand for good; without names, all of them."""
        for name in names or [*(job.id for job in self._scheduler.get_jobs()), *self._on_demand]:
            if not self._on_demand.pop(name, None):
                self._scheduler.remove_job(name)

    def start(self) -> None:
        """Run every job now, then at its interval."""
        self._scheduler.add_listener(self._note_failure, EVENT_JOB_ERROR | EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)
        now = machine_now()
        for name, (interval, work) in self._jobs.items():
            job = partial(self._until_stopped, work)
            self._scheduler.add_job(job, "interval", seconds=interval.total_seconds(), id=name, next_run_time=now)
        self._scheduler.start()

    def wake(self) -> None:
        """Deliver now: a notice was planned or withdrawn, or the clock was moved."""
        if self._is_woken:
            return  # a delivery that has not started yet includes this
        self._is_woken = True
        # Two: while one is running, another may wait for it to end.
        self._deliver_at(machine_now(), "wake", max_instances=2)

    def run_soon(self, name: str) -> None:
        """Run a job on demand now. Calls before it begins are one; a call while it runs has it run once more."""
        if name in self._woken or name not in self._on_demand or not self._scheduler.running:
            return
        self._woken.add(name)
        job = partial(self._until_stopped, partial(self._run_woken, name, *self._on_demand[name]))
        # Two: while one is running, another may wait for it to end.
        self._scheduler.add_job(job, "date", run_date=machine_now(), id=name, replace_existing=True, max_instances=2)

    async def deliver(self) -> datetime | None:
        """Deliver what is due, and set the timer for the next notice; returns its time (domain time)."""
        async with self._delivering:
            self._is_woken = False
            due = await self._delivery.run()
            self._beat_at = monotonic()
            if due is not None and self._scheduler.running:
                # The domain clock may be ahead of machine time, which timers use.
                wait = max(due - self._clock.now(), SHORTEST_WAIT)
                self._deliver_at(machine_now() + wait, "due")
            return due

    @property
    def is_alive(self) -> bool:
        """Whether a delivery ran recently and its results are saved. Timers and event loops can stop silently."""
        is_running = self._scheduler.running and not self._stopping and self._delivery.is_alive
        return is_running and monotonic() - self._beat_at < STALE_BEATS * HEARTBEAT.total_seconds()

    async def stop(self) -> None:
        """Start nothing more, wait for a running delivery, and cancel jobs that can be resumed later."""
        self._stopping = True
        if self._scheduler.running:
            self._scheduler.pause()
            async with self._delivering:
                self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # the shutdown itself is posted to the loop
        await self._delivery.stop()

    async def _run_woken(self, name: str, lock: asyncio.Lock, work: Work) -> None:
        async with lock:
            self._woken.discard(name)
            await work()

    def _deliver_at(self, moment: datetime, name: str, max_instances: int = 1) -> None:
        job = partial(self._until_stopped, self.deliver)
        self._scheduler.add_job(
            job, "date", run_date=moment, id=name, replace_existing=True, max_instances=max_instances
        )

    def _note_failure(self, event: JobExecutionEvent) -> None:
        self.failed[event.job_id] += 1
        error = getattr(event, "exception", None)
        reason = type(error).__name__ if error else "missed or still running"
        log.error("scheduler.job_failed", extra={"job": event.job_id, "reason": reason}, exc_info=error)

    async def _until_stopped(self, work: Work) -> None:
        try:
            await work()
        except asyncio.CancelledError:
            if not self._stopping:
                raise
