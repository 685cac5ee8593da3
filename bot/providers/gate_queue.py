"""The calls of one process that wait in one rate group, and what it knows of the group's state."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.providers.rate_budget import IN_FLIGHT

if TYPE_CHECKING:
    from bot.providers.gate_state import GroupState, Visit
    from bot.providers.rate_budget import Waiting


@dataclass(frozen=True)
class Renewal:
    """How a process keeps its places in a queue that it shares with others; by default it shares it with nobody."""

    lease: float = math.inf
    """Seconds after which a place is given up, unless its process has renewed it."""
    every: float = math.inf
    """Seconds between renewals. Each also shows what other processes have changed."""
    first: float = math.inf
    """Seconds between looks for an answer that nobody knows the time of: the very first one, or one that other calls
    must wait for."""


UNSHARED = Renewal()
SHARED = Renewal(lease=10.0, every=3.0, first=0.25)


@dataclass(eq=False)
class WaitingCall:
    """A call of this process that waits. Times are monotonic."""

    place: Waiting
    go_at: float = -math.inf
    """When it can go, as far as is known; the past before the state was seen."""
    went_at: float | None = None
    """When the transaction began in which it got its slot."""
    has_left: bool = False


@dataclass(eq=False)
class ProcessQueue:
    """The waiting calls of this process in one rate group, and the group's state when this process last saw it."""

    group: str
    state: GroupState
    calls: list[WaitingCall] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    """Turns of calls that were given up, and are still in the state."""
    check_at: float = -math.inf
    """When to see the state again (monotonic)."""
    ahead: float = 0.0
    """By how many seconds the clock of the state is ahead of ours."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    running: asyncio.Task[None] | None = None
    """The last transaction that has begun."""
    following: asyncio.Task[None] | None = None
    """The transaction that begins after it."""

    def wake_all(self) -> None:
        """Make all waiting callers compute their time again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def remove(self, call: WaitingCall) -> None:
        """Give up a place or an unused slot; if a transaction is assigning it, when that has ended."""
        call.has_left = True
        if call in self.calls:
            self.calls.remove(call)
        if call.place.turn:
            self.left.add(call.place.turn)

    def apply(self, calls: Sequence[WaitingCall], seen: Visit, began: float, now: float, renewal: Renewal) -> None:
        """Give each of the calls its place and its time, and let those go that have a slot."""
        self.state, self.ahead = seen.state, seen.now - now
        self.check_at = now + min(seen.next_change - seen.now, renewal.every)
        for call, (place, at) in zip(calls, seen.turns, strict=True):
            call.place, call.go_at = place, now + (at - seen.now)
            if at <= seen.now:
                call.went_at = began
            if at == math.inf or seen.now < place.ready_at <= seen.now + IN_FLIGHT:
                self.check_at = min(self.check_at, now + renewal.first)
            if call.has_left:
                self.left.add(place.turn)
        self.calls = [call for call in self.calls if call.went_at is None]
        self.wake_all()

    def note(self, state: GroupState) -> None:
        """Keep a state that answers have changed; see it again if the waiting calls may go at another time."""
        before, self.state = self.state.budget, state
        fields = ("limit", "window", "closed_until", "has_answer")
        if any(getattr(before, name) != getattr(state.budget, name) for name in fields):
            self.check_at = -math.inf
            self.wake_all()
