"""Run a `LocalGate` in simulated time."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.providers.base import Caller, Lane, ignore_wait
from bot.providers.gate import LocalGate
from bot.providers.rate_budget import SHARES

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL_DAY = 86_400.0


class _SkippingSelector(selectors.SelectSelector):
    """Never waits: advances the time to the next timer."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "all tasks wait and no timer is set"
            self.now += timeout
        return ready


class _SimulatedTime(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._selector = _SkippingSelector()
        super().__init__(self._selector)

    def time(self) -> float:
        return self._selector.now


def simulate(story: Callable[[LocalGate], Coroutine[Any, Any, T]]) -> T:
    """Run a story with its own gate, in simulated time."""
    with asyncio.Runner(loop_factory=_SimulatedTime) as runner:
        loop = runner.get_loop()
        return runner.run(story(LocalGate(monotonic=loop.time, now=lambda: NOON)))


def clock() -> float:
    """Simulated seconds since the story began, without rounding errors."""
    return round(asyncio.get_running_loop().time() - _SkippingSelector.now, 6)


def caller(
    lane: Lane = Lane.PERSON,
    patience: float = ALL_DAY,
    on_wait: Callable[[float], Awaitable[None]] = ignore_wait,
    who: str = "",
) -> Caller:
    """A caller who waits for any time unless `patience` is given."""
    return Caller(lane, on_wait, patience, who=who)


async def call(
    gate: LocalGate,
    who: Caller | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    group: str = "heavy",
) -> float:
    """Make one call that is answered at once; return when it was sent."""
    turn = await gate.enter(group, who or caller())
    went = clock()
    await gate.answered(group, turn, status, headers or {})
    return round(went, 2)


async def calls(
    gate: LocalGate,
    count: int,
    who: Caller | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    group: str = "heavy",
) -> list[float]:
    """Start several calls at once; return when each was sent."""
    return list(await asyncio.gather(*(call(gate, who, headers, group=group) for _ in range(count))))


def rate(limit: int = 10, remaining: int | None = None, window: int = 60, **more: str) -> dict[str, str]:
    """The rate headers of an answer."""
    rates = {"Limit": limit, "Remaining": remaining, "Window": window}
    headers = {f"X-Rate-Limit-{name}": str(value) for name, value in rates.items() if value is not None}
    return {**headers, **{name.replace("_", "-"): value for name, value in more.items()}}


def share(limit: int, lane: Lane) -> int:
    """The most slots of a lane, for a limit."""
    return max(1, limit * SHARES[lane] // 10) if lane in SHARES else limit
