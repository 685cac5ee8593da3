"""Run gates in simulated time: a local one, and shared ones whose rows are JSON texts."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from bot.providers.base import Caller, Lane, ignore_wait
from bot.providers.gate import Gate, LocalGate, RateGate
from bot.providers.gate_queue import SHARED
from bot.providers.queued_gate import GateRows
from bot.providers.rate_budget import SHARES

T = TypeVar("T")
Decide = Callable[[Mapping[str, Any], float], Mapping[str, Any]]
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
AHEAD = 1.7e9
"""By how many seconds the clock of shared rows is ahead of the simulated one."""
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


class SharedRows(GateRows):
    """Rows as a database keeps them: as text, with a clock of its own, and a wait for each change."""

    def __init__(self, latency: float = 0.0) -> None:
        """`latency` is the duration of a change in seconds."""
        self.values: dict[str, str] = {}
        self.ahead = AHEAD
        self.error: Exception | None = None
        self.changes = 0
        self._lock, self._latency = asyncio.Lock(), latency

    async def read(self, groups: Sequence[str]) -> tuple[dict[str, Any], float]:
        """See `GateRows`; raise `error` if one is set."""
        if self.error is not None:
            raise self.error
        values = {group: json.loads(self.values.get(group, "null")) for group in groups}
        return values, asyncio.get_running_loop().time() + self.ahead

    async def change(self, groups: Sequence[str], decide: Decide) -> None:
        """See `GateRows`; raise `error` if one is set."""
        async with self._lock:
            self.changes += 1
            if self._latency:
                await asyncio.sleep(self._latency)
            if self.error is not None:
                raise self.error
            values = {group: json.loads(self.values.get(group, "null")) for group in groups}
            changed = decide(values, asyncio.get_running_loop().time() + self.ahead)
            self.values.update({group: json.dumps(value, allow_nan=False) for group, value in changed.items()})


def local_gate() -> Gate:
    """A gate of one process, in simulated time."""
    return LocalGate(monotonic=asyncio.get_running_loop().time, now=lambda: NOON)


def shared_gate(rows: GateRows | None = None) -> Gate:
    """A gate of one of the processes that share these rows, in simulated time."""
    return RateGate(rows or SharedRows(), SHARED, monotonic=asyncio.get_running_loop().time, now=lambda: NOON)


class GateKind:
    """The kind of gate that stories run with."""

    build: Callable[[], Gate] = staticmethod(local_gate)


def simulate(story: Callable[[Gate], Coroutine[Any, Any, T]]) -> T:
    """Run a story with its own gate, in simulated time."""

    async def run() -> T:
        return await story(GateKind.build())

    with asyncio.Runner(loop_factory=_SimulatedTime) as runner:
        return runner.run(run())


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
    gate: Gate,
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
    gate: Gate,
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
