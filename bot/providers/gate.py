"""The single entry to a rate-limited API: who may call now, in what order callers wait, and for how long."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import machine_now, monotonic
from bot.errors import ProviderBusy
from bot.providers.base import Caller, Lane
from bot.providers.rate_budget import (
    BUDGETS,
    DEFAULT_PENALTY,
    PENALTY,
    RateBudget,
    Waiting,
    apply_headers,
    calls_left,
    earliest_turn,
    queue_order,
    read_headers,
    release_slot,
    start_penalty,
    take_slot,
)

MIN_REPORTED_WAIT = 1.0
"""Seconds; shorter waits are not reported to the user."""


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

        The caller then makes one call at once and reports it with `answered`, whatever its outcome.
        """
        ...

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """Report the answer to the call of a turn; `status` is `None` if there was no answer."""
        ...

    def snapshot(self) -> GateSnapshot:
        """The state now, as far as this process knows it."""
        ...


def wait_text(seconds: float) -> str:
    """A wait as users read it: "in 20 seconds"."""
    if seconds <= MIN_REPORTED_WAIT:
        return "in a moment"
    return f"in {math.ceil(seconds)} seconds" if seconds <= 90 else f"in {math.ceil(seconds / 60)} minutes"


@dataclass
class _Queue:
    """A rate group's budget and its waiting calls."""

    budget: RateBudget
    waiting: list[Waiting] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def wake_all(self) -> None:
        """Make all waiting callers compute their time again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def turn_of(self, call: Waiting, now: float) -> float:
        """The earliest time at which this call can go."""
        order = queue_order(self.budget, self.waiting, now)
        ahead = itertools.takewhile(lambda other: other is not call, order)
        return earliest_turn(self.budget, [other.lane for other in ahead], call.lane, now)

    def next_free(self, now: float) -> float:
        """When the next slot becomes free. The order of the waiting calls can change then."""
        return min((slot.free_at for slot in self.budget.slots if slot.free_at > now), default=math.inf)


class LocalGate:
    """The gate of one process. Its state is neither shared nor stored."""

    def __init__(
        self,
        *,
        name: str = "RingCentral",
        budgets: Mapping[str, int] = BUDGETS,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`name` is the API's name in messages; `budgets` are calls per window, used until headers say otherwise."""
        self._name = name
        self._queues = {group.lower(): _Queue(RateBudget(limit)) for group, limit in budgets.items()}
        self._turns = itertools.count(1)
        self._monotonic, self._sleep, self._now = monotonic, sleep, now

    async def enter(self, group: str, caller: Caller) -> int:
        """See `Gate.enter`. A caller that is cancelled while waiting leaves the queue."""
        queue, turn = self._queues[group.lower()], next(self._turns)
        call = Waiting(turn, caller.lane, caller.who)
        queue.waiting.append(call)
        try:
            await self._wait(queue, call, caller)
            queue.budget = take_slot(queue.budget, turn, caller.lane, self._monotonic(), caller.who)
        except BaseException:
            queue.wake_all()
            raise
        finally:
            queue.waiting.remove(call)
        return turn

    async def _wait(self, queue: _Queue, call: Waiting, caller: Caller) -> None:
        deadline, is_reported = self._monotonic() + caller.patience, False
        while True:
            now = self._monotonic()
            at = queue.turn_of(call, now)
            if at <= now:
                return
            if deadline < at < math.inf or now >= deadline:
                raise self._busy(at - now if at < math.inf else 0.0)
            if not is_reported and MIN_REPORTED_WAIT < at - now < math.inf:
                is_reported = True
                await caller.report_wait(at - now)
            else:
                await self._pause(queue, min(at, deadline, queue.next_free(now)) - now)

    def _busy(self, seconds: float) -> ProviderBusy:
        sentence = f"{self._name} takes only so many calls a minute, and they are used up. Nothing has changed; please"
        ready_at = self._now() + timedelta(seconds=seconds)
        return ProviderBusy(f"{sentence} try again {wait_text(seconds)}.", ready_at=ready_at)

    async def _pause(self, queue: _Queue, seconds: float) -> None:
        """Wait for `seconds`, or until the queue changes."""
        timer, changed = asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(queue.changed.wait())
        try:
            await asyncio.wait((timer, changed), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            changed.cancel()

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """See `Gate.answered`. A 429 without rate headers is a limit of the account and closes every group."""
        now, rates, group = self._monotonic(), read_headers(headers), group.lower()
        named = rates.group if rates.group in self._queues else group
        budgets = {name: queue.budget for name, queue in self._queues.items()}
        budgets[named] = apply_headers(budgets[named], rates, now)
        budgets[group] = release_slot(budgets[group], turn, now, lost=status is None)
        if status == 429:
            penalty = rates.retry_after
            if penalty is None:
                penalty = PENALTY if rates.is_user_budget else DEFAULT_PENALTY
            for name in {group, named} if rates.is_user_budget else budgets:
                budgets[name] = start_penalty(budgets[name], penalty, now)
        for name, queue in self._queues.items():
            self._update(queue, budgets[name])

    def snapshot(self) -> GateSnapshot:
        """See `Gate.snapshot`."""
        now = self._monotonic()
        waiting = Counter(call.lane for queue in self._queues.values() for call in queue.waiting)
        return GateSnapshot(
            left={group: calls_left(queue.budget, now) for group, queue in self._queues.items()},
            waiting={lane: waiting[lane] for lane in Lane},
        )

    def _update(self, queue: _Queue, budget: RateBudget) -> None:
        """Store the budget, and wake waiting callers if their time may have changed."""
        before, queue.budget = queue.budget, budget
        fields = ("limit", "window", "closed_until", "has_answer")
        if any(getattr(before, name) != getattr(budget, name) for name in fields):
            queue.wake_all()
