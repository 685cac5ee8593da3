"""Keeps hold of work that goes on after Slack has had its answer, and waits for it at shutdown."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)

GRACE = 0.05
"""Seconds after a listener returns until what it answered has surely been written to Slack."""


class Tasks:
    """A supervised set of tasks: none is collected half-way, none fails unseen, all are waited for."""

    def __init__(self) -> None:
        """Begin with none."""
        self.grace = GRACE
        """How long `after` is for what must not overtake an answer."""
        self._running: set[asyncio.Task[None]] = set()
        self._closing = False

    def start(self, work: Coroutine[Any, Any, None], name: str, *, after: float = 0.0) -> None:
        """Do this work now, or `after` so many seconds. While shutting down it is not begun."""
        if self._closing:
            work.close()
            return
        task = asyncio.create_task(_run(work, name, after), name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def quiet(self) -> None:
        """Wait until nothing is under way."""
        while self._running:
            await asyncio.wait(self._running)

    async def drain(self, patience: float = 20.0) -> None:
        """Take no more work, wait for what is under way, and cancel what takes longer than `patience` seconds."""
        self._closing = True
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=patience)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


async def _run(work: Coroutine[Any, Any, None], name: str, after: float) -> None:
    try:
        if after:
            await asyncio.sleep(after)
        await work
    except asyncio.CancelledError:
        work.close()
        raise
    except Exception:
        log.exception("task.failed", extra={"task": name})
