"""An event loop in simulated time with real sockets: time stands still while a request is on its way."""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import aiohttp

from sandbox.clock import SandboxClock

T = TypeVar("T")
GRACE = 0.001
"""Real seconds in which both ends of a socket in this process have always seen what was sent."""
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class _Selector(selectors.DefaultSelector):
    """Advances the time to the next timer instead of waiting, unless data is on its way."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.in_flight = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(GRACE if self.in_flight else 0)
        if not ready and timeout:
            self.now += timeout
        return ready


class SimulatedLoop(asyncio.SelectorEventLoop):
    """The loop, and how many requests are on their way."""

    def __init__(self) -> None:
        """Start at zero."""
        self.selector = _Selector()
        super().__init__(self.selector)

    def time(self) -> float:
        """Simulated seconds since the start."""
        return self.selector.now

    def clock(self) -> SandboxClock:
        """A clock that shows the simulated time."""
        return _SimulatedClock(self)

    def tracing(self, delay: Callable[[], float]) -> aiohttp.TraceConfig:
        """Counts the requests of a session, each with its delay in both directions."""

        async def sent(_: object, request: SimpleNamespace, __: object) -> None:
            request.is_sent = False
            await asyncio.sleep(delay())
            request.is_sent = True
            self.selector.in_flight += 1

        async def answered(_: object, request: SimpleNamespace, __: object) -> None:
            self.selector.in_flight -= request.is_sent
            await asyncio.sleep(delay())

        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(sent)
        trace.on_request_end.append(answered)
        trace.on_request_exception.append(answered)
        return trace


class _SimulatedClock(SandboxClock):
    def __init__(self, loop: SimulatedLoop) -> None:
        super().__init__()
        self._loop = loop

    def machine(self) -> datetime:
        return START + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()


def simulated(story: Callable[[SimulatedLoop], Coroutine[Any, Any, T]]) -> T:
    """Run a story in simulated time."""
    loop = SimulatedLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(story(loop))


def network(rng: random.Random) -> Callable[[], float]:
    """Delays of a network: mostly short, sometimes seconds."""
    return lambda: rng.choice((0.02, 0.05, 0.1, 0.2, 2.0))
