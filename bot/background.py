"""Runs work that continues after the response to Slack, and drains it at shutdown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

GRACE = 0.05
"""Seconds after a listener returns until its response has been written to Slack."""


class BackgroundTasks:
    """A supervised set of tasks: each is referenced until it ends, failures are logged, and shutdown waits."""

    def __init__(self) -> None:
        """Start without tasks."""
        self.grace = GRACE
        """The delay of work that must not run before the response is written."""
        self._running: set[asyncio.Task[None]] = set()
        self._resumable: set[asyncio.Task[None]] = set()
        self._closing = False
        self.failed = 0
        """How many tasks have failed since the start."""

    def start(self, work: Coroutine[Any, Any, None], name: str, *, after: float = 0.0, resumable: bool = False) -> None:
        """Run this work now, or after a delay in seconds. During shutdown it is not started.

        `resumable` work continues after a restart, so shutdown cancels it at once.
        """
        if self._closing:
            work.close()
            return
        task = asyncio.create_task(self._run(work, name, after), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        if resumable:
            self._resumable.add(task)
            task.add_done_callback(self._resumable.discard)

    async def wait_idle(self) -> None:
        """Wait until no task is running."""
        while self._running:
            await asyncio.wait(self._running)

    async def drain(self, seconds: float = 20.0) -> None:
        """Accept no more work, wait for running tasks, and cancel those that take longer than `seconds`."""
        self._closing = True
        for task in self._resumable:
            task.cancel()
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self, work: Coroutine[Any, Any, None], name: str, after: float) -> None:
        try:
            if after:
                await asyncio.sleep(after)
            await work
        except asyncio.CancelledError:
            work.close()
            raise
        except Exception:
            self.failed += 1
            log.exception("task.failed", extra={"task": name})
