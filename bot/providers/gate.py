"""The single entry to a rate-limited API: who may call now, in what order callers wait, and for how long."""

from __future__ import annotations

import asyncio
import logging
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.clock import machine_now, monotonic
from bot.errors import ProviderBusy
from bot.providers.base import Caller, Lane
from bot.providers.gate_queue import UNSHARED, ProcessQueue, Renewal, WaitingCall
from bot.providers.gate_state import (
    CallReport,
    GroupState,
    Visit,
    dump_state,
    groups_of,
    load_state,
    visit,
    with_answers,
)
from bot.providers.rate_budget import BUDGETS, SEND_WITHIN, WINDOW, RateBudget, Waiting, calls_left, read_headers

log = logging.getLogger(__name__)

MIN_REPORTED_WAIT = 1.0
"""Seconds; shorter waits are not reported to the user."""
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


class Gate(Protocol):
    """The gate of one account user. Replicas may share it, so every method may wait for a store."""

    async def enter(self, group: str, caller: Caller) -> int:
        """Wait for a turn and return its number. Raise `ProviderBusy` if the wait would exceed the caller's patience.

        The caller then makes one call at once and reports it with `answered`, whatever its outcome. If the state cannot
        be stored, the error is raised, and nothing may be sent.
        """
        ...

    def may_send(self, group: str, turn: int) -> bool:
        """Whether it is early enough to send the call of this turn; if not, its slot may be another call's by now."""
        ...

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """Report the answer to the call of a turn; `status` is `None` if there was no answer."""
        ...

    async def snapshot(self) -> GateSnapshot:
        """The state now, with what other processes have used; without an answer of the store, as last seen."""
        ...

    async def close(self) -> None:
        """End what runs in the background."""
        ...


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


def wait_text(seconds: float) -> str:
    """A wait as users read it: "in 20 seconds"."""
    if seconds <= MIN_REPORTED_WAIT:
        return "in a moment"
    return f"in {math.ceil(seconds)} seconds" if seconds <= 90 else f"in {math.ceil(seconds / 60)} minutes"


class RateGate(Gate):
    """A gate whose state is kept in rows, so that processes can share it."""

    def __init__(
        self,
        rows: GateRows,
        renewal: Renewal = UNSHARED,
        *,
        name: str = "RingCentral",
        budgets: Mapping[str, int] = BUDGETS,
        window: float = WINDOW,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`name` is the API's name in messages; `budgets` are calls in `window` seconds, unless headers differ."""
        self._rows, self._renewal, self._name = rows, renewal, name
        self._budgets = {group.lower(): RateBudget(limit, window) for group, limit in budgets.items()}
        self._queues = {group: ProcessQueue(group, GroupState(budget)) for group, budget in self._budgets.items()}
        self._went_at: dict[tuple[str, int], float] = {}
        self._reports: list[CallReport] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._monotonic, self._sleep, self._now = monotonic, sleep, now

    async def enter(self, group: str, caller: Caller) -> int:
        """See `Gate.enter`. A caller that is canceled while waiting leaves the queue."""
        queue, call = self._queues[group.lower()], WaitingCall(Waiting(0, caller.lane, caller.who))
        queue.calls.append(call)
        try:
            went_at = await self._wait(queue, call, caller)
        except BaseException:
            queue.remove(call)
            if queue.left:
                self._next_visit(queue)
            raise
        self._went_at[queue.group, call.place.turn] = went_at
        return call.place.turn

    async def _wait(self, queue: ProcessQueue, call: WaitingCall, caller: Caller) -> float:
        deadline, is_reported = self._monotonic() + caller.patience, False
        while True:
            if self._monotonic() >= min(call.go_at, queue.check_at, deadline):
                await self._within(self._next_visit(queue))
            if call.went_at is not None:
                return call.went_at
            now = self._monotonic()
            if deadline < call.go_at < math.inf or now >= deadline:
                raise self._busy(call.go_at - now if call.go_at < math.inf else 0.0)
            if not is_reported and MIN_REPORTED_WAIT < call.go_at - now < math.inf:
                is_reported = True
                await caller.report_wait(call.go_at - now)
            else:
                await self._pause(queue, min(call.go_at, queue.check_at, deadline) - now)

    def _busy(self, seconds: float) -> ProviderBusy:
        sentence = f"{self._name} takes only so many calls a minute, and they are used up. Nothing has changed; please"
        ready_at = self._now() + timedelta(seconds=seconds)
        return ProviderBusy(f"{sentence} try again {wait_text(seconds)}.", ready_at=ready_at)

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
        seen: list[Visit] = []

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            state = load_state(values[queue.group], self._budgets[queue.group])
            seen[:] = [visit(state, [call.place for call in calls], left, now, self._renewal.lease)]
            return {queue.group: dump_state(seen[0].state)}

        await self._rows.change((queue.group,), decide)
        queue.left -= left
        queue.apply(calls, seen[0], began, self._monotonic(), self._renewal)
        if queue.left:
            self._next_visit(queue)

    def may_send(self, group: str, turn: int) -> bool:
        """See `Gate.may_send`."""
        return self._monotonic() - self._went_at.get((group.lower(), turn), -math.inf) < SEND_WITHIN

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """See `Gate.answered`. A report that cannot be stored is stored with the next transaction.

        Until then the call counts as unanswered, and soon as lost, so that nothing is sent too early.
        """
        self._went_at.pop((group.lower(), turn), None)
        self._reports.append(CallReport(group.lower(), turn, status, read_headers(headers)))
        try:
            await self._within(self._start(self._send_reports()))
        except Exception as error:  # noqa: BLE001 - whatever the store raises: the call itself was answered
            log.warning("gate.report_delayed", extra={"reason": type(error).__name__})

    async def _send_reports(self) -> None:
        reports, self._reports = self._reports, []
        groups = sorted(set().union(*(groups_of(report, self._queues) for report in reports)))
        if not groups:
            return
        changed: dict[str, GroupState] = {}

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            states = {group: load_state(values[group], self._budgets[group]) for group in groups}
            changed.update(with_answers(states, reports, now))
            return {group: dump_state(state) for group, state in changed.items()}

        try:
            await self._rows.change(groups, decide)
        except BaseException:
            self._reports = [*reports, *self._reports]
            raise
        for group, state in changed.items():
            self._queues[group].note(state)

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


class LocalGate(RateGate):
    """The gate of one process. Its state is neither shared nor stored."""

    def __init__(self, *, monotonic: Callable[[], float] = monotonic, **options: Any) -> None:
        """See `RateGate`."""
        super().__init__(LocalRows(monotonic), monotonic=monotonic, **options)
