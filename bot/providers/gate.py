"""The single entry to a rate-limited API: who may call now, in what order callers wait, and for how long."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from bot.clock import machine_now, monotonic
from bot.errors import ProviderBusy
from bot.providers.caller import Caller, Lane
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
from bot.providers.queued_gate import GateRows, GateSnapshot, LocalRows, QueuedGate
from bot.providers.rate_budget import BUDGETS, PAGE_PERCENT, SEND_WITHIN, WINDOW, RateBudget, Waiting, read_headers
from bot.providers.wait_words import wait_text


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

    def calls_a_minute(self, group: str, lane: Lane) -> int:
        """How many calls of a group a lane can make in a minute, as far as its limits are known. No call."""
        ...

    async def snapshot(self) -> GateSnapshot:
        """The state now, with what other processes have used; without an answer of the store, as last seen."""
        ...

    async def close(self) -> None:
        """End what runs in the background."""
        ...


class RateGate(QueuedGate[CallReport], Gate):
    """A gate whose state is kept in rows, so that processes can share it."""

    def __init__(
        self,
        rows: GateRows,
        renewal: Renewal = UNSHARED,
        *,
        name: str = "RingCentral",
        budgets: Mapping[str, int] = BUDGETS,
        window: float = WINDOW,
        page_percent: int = PAGE_PERCENT,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`name` is the API's name in messages; `budgets` are calls in `window` seconds, unless headers differ.

        Our own pages may use `page_percent` of each.
        """
        unused = {
            group.lower(): RateBudget(limit, window, page_percent=page_percent) for group, limit in budgets.items()
        }
        super().__init__(rows, renewal, unused, monotonic=monotonic, sleep=sleep, now=now)
        self._name = name
        self._went_at: dict[tuple[str, int], float] = {}

    async def enter(self, group: str, caller: Caller) -> int:
        """See `Gate.enter`. A caller that is canceled while waiting leaves the queue."""
        queue, call = self._queues[group.lower()], WaitingCall(Waiting(0, caller.lane, caller.who))
        went_at = await self._go(queue, call, caller)
        self._went_at[queue.group, call.place.turn] = went_at
        return call.place.turn

    def _refusal(self, call: WaitingCall, seconds: float) -> ProviderBusy:  # noqa: ARG002
        sentence = f"{self._name}'s limit of calls a minute is reached, so nothing was changed."
        return ProviderBusy(f"{sentence} Try again {wait_text(seconds)}.", ready_at=self._ready_at(seconds))

    async def _take_turns(self, queue: ProcessQueue, calls: Sequence[WaitingCall], left: Collection[int]) -> Visit:
        seen: list[Visit] = []

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            state = load_state(values[queue.group], self._budgets[queue.group])
            seen[:] = [visit(state, [call.place for call in calls], left, now, self._renewal.lease)]
            return {queue.group: dump_state(seen[0].state)}

        await self._rows.change((queue.group,), decide)
        return seen[0]

    def may_send(self, group: str, turn: int) -> bool:
        """See `Gate.may_send`."""
        return self._monotonic() - self._went_at.get((group.lower(), turn), -math.inf) < SEND_WITHIN

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """See `Gate.answered`. A report that cannot be stored is stored with the next transaction."""
        self._went_at.pop((group.lower(), turn), None)
        await self._report(CallReport(group.lower(), turn, status, read_headers(headers)))

    async def _store(self, reports: Sequence[CallReport]) -> None:
        groups = sorted(set().union(*(groups_of(report, self._queues) for report in reports)))
        changed: dict[str, GroupState] = {}

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            states = {group: load_state(values[group], self._budgets[group]) for group in groups}
            changed.update(with_answers(states, reports, now))
            return {group: dump_state(state) for group, state in changed.items()}

        await self._rows.change(groups, decide)
        for group, state in changed.items():
            self._queues[group].note(state)


class LocalGate(RateGate):
    """The gate of one process. Its state is neither shared nor stored."""

    def __init__(self, *, monotonic: Callable[[], float] = monotonic, **options: Any) -> None:
        """See `RateGate`."""
        super().__init__(LocalRows(monotonic), monotonic=monotonic, **options)
