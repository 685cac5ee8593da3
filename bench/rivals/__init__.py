"""Competitors of the outbox. Each is one module with `fill`, which plans the jobs, and `worker`, which runs them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import aiohttp

from bench.rivals import awa_queue, greenroom, job_store, pgqueuer_queue, procrastinate_queue
from bench.rivals.job import Run

Worker = Callable[[str, str, str, aiohttp.ClientSession], AbstractAsyncContextManager[Run]]
Fill = Callable[[str, Sequence[tuple[str, str]]], Awaitable[list[float]]]


@dataclass(frozen=True)
class Rival:
    """A competitor with the settings that its documentation recommends."""

    fill: Fill
    """Create its tables and one due job per place; return the milliseconds per move of a session's later jobs."""
    worker: Worker
    """Connect to the database and Slack; the value starts to work on what is due."""


RIVALS = {
    "APScheduler job store": Rival(job_store.fill, job_store.worker),
    "procrastinate": Rival(procrastinate_queue.fill, procrastinate_queue.worker),
    "pgqueuer": Rival(pgqueuer_queue.fill, pgqueuer_queue.worker),
    "awa": Rival(awa_queue.fill, awa_queue.worker),
}
WORKERS: dict[str, Worker] = {"greenroom": greenroom.worker, **{name: rival.worker for name, rival in RIVALS.items()}}
