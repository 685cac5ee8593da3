"""Calls that wait in queues whose state is kept in rows, so that processes can share it: the base of every gate."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar

from bot.errors import ProviderBusy
from bot.providers.caller import Caller, Lane
from bot.providers.gate_queue import ProcessQueue, Renewal, WaitingCall
from bot.providers.gate_state import GroupState, Visit, load_state
from bot.providers.rate_budget import RateBudget, calls_a_minute, calls_left
from bot.providers.wait_words import MIN_REPORTED_WAIT

log = logging.getLogger(__name__)

Report = TypeVar("Report")

ROWS_TIMEOUT = 5.0
"""Seconds in which the rows must answer."""
SNAPSHOT_TIMEOUT = 2.0
"""The same for a look at them."""


@dataclass(frozen=True)
class GateSnapshot:
    """The state of a gate at one moment."""

    left: Mapping[str, int]
    """Calls that each rate group has left now."""
    waiting: Mapping[Lane, int]
    """Calls of this process that wait, by lane, over all groups."""


async def joint_snapshot(gates: Mapping[str, Callable[[], Awaitable[GateSnapshot]]]) -> GateSnapshot:
    """One snapshot of several gates: the groups of a gate begin with its name and `_`, unless the name is empty."""
    left: dict[str, int] = {}
    waiting: Counter[Lane] = Counter()
    for name, read in gates.items():
        snapshot = await read()
        left |= {f"{name}_{group}" if name else group: calls for group, calls in snapshot.left.items()}
        waiting.update(snapshot.waiting)
    return GateSnapshot(left, {lane: waiting[lane] for lane in Lane})


class GateRows(Protocol):
    """Where the state of one account user is kept: a JSON value for each rate group."""

    async def read(self, groups: Sequence[str]) -> tuple[Mapping[str, Any], float]:
        """The values of these groups (`None` if new), and the time in seconds. Does not wait for changes."""
        ...

    async def change(
        self, groups: Sequence[str], decide: Callable[[Mapping[str, Any], float], Mapping[str, Any]]
    ) -> None:
        """Replace the values of these groups by what `decide` makes of them (`None` if new) and of the time in seconds.

        All or none, and one change after the other, also those of other processes, with one clock for all.
        """
        ...


class LocalRows(GateRows):
    """The state in the memory of one process."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """Start without values."""
        self._values: dict[str, Any] = {}
        self._monotonic = monotonic

    async def read(self, groups: Sequence[str]) -> tuple[Mapping[str, Any], float]:
        """See `GateRows`."""
        return {group: self._values.get(group) for group in groups}, self._monotonic()

    async def change(
        self, groups: Sequence[str], decide: Callable[[Mapping[str, Any], float], Mapping[str, Any]]
    ) -> None:
        """See `GateRows`. Does not wait."""
        self._values.update(decide({group: self._values.get(group) for group in groups}, self._monotonic()))


class QueuedGate(Generic[Report]):
    """Lets waiting calls go in the order of their queues, one transaction for all that wait at once."""

    def __init__(
        self,
        rows: GateRows,
        renewal: Renewal,
        budgets: Mapping[str, RateBudget],
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        now: Callable[[], datetime],
    ) -> None:
        """`budgets` are those of the rate groups before the first call."""
        self._rows, self._renewal, self._budgets = rows, renewal, budgets
        self._queues = {group: ProcessQueue(group, GroupState(budget)) for group, budget in budgets.items()}
        self._reports: list[Report] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._monotonic, self._sleep, self._now = monotonic, sleep, now

    def calls_a_minute(self, group: str, lane: Lane) -> int:
        """How many calls of a group a lane can make in a minute, as far as its limits are known. No call."""
        return calls_a_minute(self._queues[group].state.budget, lane)

    async def _take_turns(self, queue: ProcessQueue, calls: Sequence[WaitingCall], left: Collection[int]) -> Visit:
        """In one transaction, give each of the calls its place, and a slot to those that can go."""
        raise NotImplementedError

    async def _store(self, reports: Sequence[Report]) -> None:
        """Store answers in one transaction."""
        raise NotImplementedError

    def _refusal(self, call: WaitingCall, seconds: float) -> ProviderBusy:
        """The error of a call that cannot go for `seconds`, which is too long."""
        raise NotImplementedError

    async def _go(self, queue: ProcessQueue, call: WaitingCall, caller: Caller) -> float:
        """Wait for a slot; return when it was granted. A caller that is canceled while waiting leaves the queue."""
        queue.calls.append(call)
        try:
            return await self._wait(queue, call, caller)
        except BaseException:
            queue.remove(call)
            if queue.left:
                self._next_visit(queue)
            raise

    async def _wait(self, queue: ProcessQueue, call: WaitingCall, caller: Caller) -> float:
        deadline, is_reported = self._monotonic() + caller.patience, False
        while True:
            if self._monotonic() >= min(call.go_at, queue.check_at, deadline):
                await self._within(self._next_visit(queue))
            if call.went_at is not None:
                return call.went_at
            now = self._monotonic()
            if deadline < call.go_at < math.inf or now >= deadline:
                raise self._refusal(call, call.go_at - now if call.go_at < math.inf else 0.0)
            if not is_reported and MIN_REPORTED_WAIT < call.go_at - now < math.inf:
                is_reported = True
                await caller.report_wait(call.go_at - now)
            else:
                await self._pause(queue, min(call.go_at, queue.check_at, deadline) - now)

    async def _pause(self, queue: ProcessQueue, seconds: float) -> None:
        """Wait for `seconds`, or until the queue changes."""
        timer, changed = asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(queue.changed.wait())
        try:
            await asyncio.wait((timer, changed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            changed.cancel()

    def _next_visit(self, queue: ProcessQueue) -> asyncio.Task[None]:
        """The next transaction, which all calls of this process share: it sees every call that waits now."""
        if queue.following is None or queue.following.done():
            queue.following = self._start(self._visit(queue, queue.running))
        return queue.following

    async def _visit(self, queue: ProcessQueue, previous: asyncio.Task[None] | None) -> None:
        if previous is not None:
            await asyncio.wait((previous,))
        queue.running, queue.following = queue.following, None
        await self._send_reports()
        calls, left, began = tuple(queue.calls), frozenset(queue.left), self._monotonic()
        seen = await self._take_turns(queue, calls, left)
        queue.left -= left
        queue.apply(calls, seen, began, self._monotonic(), self._renewal)
        if queue.left:
            self._next_visit(queue)

    async def _report(self, report: Report) -> None:
        """Store an answer. One that cannot be stored is stored with the next transaction.

        Until then the call counts as unanswered, and soon as lost, so that nothing is sent too early.
        """
        self._reports.append(report)
        try:
            await self._within(self._start(self._send_reports()))
        except Exception as error:  # noqa: BLE001 - whatever the store raises: the call itself was answered
            log.warning("gate.report_delayed", extra={"reason": type(error).__name__})

    async def _send_reports(self) -> None:
        reports, self._reports = self._reports, []
        if not reports:
            return
        try:
            await self._store(reports)
        except BaseException:
            self._reports = [*reports, *self._reports]
            raise

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a transaction to its end, even if those who wait for it are canceled."""
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # retrieved, so that asyncio does not log it when all callers were canceled

    async def _within(self, task: asyncio.Task[None]) -> None:
        """Wait for a transaction, but not forever. Raises what it raises."""
        await asyncio.wait((task,), timeout=ROWS_TIMEOUT)
        if not task.done():
            raise TimeoutError
        task.result()

    def _ready_at(self, seconds: float) -> datetime:
        return self._now() + timedelta(seconds=seconds)

    async def snapshot(self) -> GateSnapshot:
        """See `Gate.snapshot`."""
        waiting = Counter(call.place.lane for queue in self._queues.values() for call in queue.calls)
        left = await self._left()
        return GateSnapshot(left=left, waiting={lane: waiting[lane] for lane in Lane})

    async def _left(self) -> dict[str, int]:
        try:
            async with asyncio.timeout(SNAPSHOT_TIMEOUT):
                values, now = await self._rows.read(tuple(self._queues))
        except Exception as error:  # noqa: BLE001 - whatever the store raises: what was last seen is shown
            log.warning("gate.snapshot_outdated", extra={"reason": type(error).__name__})
            now = self._monotonic()
            return {name: calls_left(queue.state.budget, now + queue.ahead) for name, queue in self._queues.items()}
        return {name: calls_left(load_state(values[name], self._budgets[name]).budget, now) for name in self._queues}

    async def close(self) -> None:
        """See `Gate.close`."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=ROWS_TIMEOUT)
