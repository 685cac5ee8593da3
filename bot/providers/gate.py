"""The one door to a rate-limited API: who may call now, who waits behind whom, and for how long."""

from __future__ import annotations

import asyncio
import bisect
import heapq
import itertools
import math
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import machine_now, monotonic
from bot.errors import ProviderBusy
from bot.providers.base import Caller, Lane

# Calls per user and minute, and the waits after a 429: developers.ringcentral.com/guide/basics/rate-limits
BUDGETS: Mapping[str, int] = {"light": 50, "medium": 40, "heavy": 10, "auth": 5}
WINDOW = 60.0
PENALTY = 60.0
BLIND_PENALTY = 30.0

MARGIN = 0.25
"""Seconds added to every wait, so that two clocks that run a little apart never make a call come early."""
WORTH_TELLING = 1.0
"""Seconds; a shorter wait is not worth interrupting anybody."""
RESERVE = 0.2
"""The part of a budget that only people may use."""
SHARES: Mapping[Lane, int] = {Lane.PAGE: 2, Lane.BULK: 7, Lane.UPKEEP: 4}
"""The tenths of a budget that a lane may use at most, in whole numbers: 0.7 of 90 would be 62.99…"""
LANES = tuple(Lane)


class Gate(Protocol):
    """The door of one account user. It may be shared by replicas, so every method may wait for a store."""

    async def enter(self, group: str, caller: Caller) -> int:
        """Wait for a turn and return its number, or raise `ProviderBusy` where that would outlast the patience.

        Whoever gets a number makes one call at once and reports it with `answered`, whatever became of it.
        """
        ...

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """Report what came back for a turn; `status` is None where nothing did."""
        ...


@dataclass(frozen=True)
class Slot:
    """One place of a budget: taken when a call goes out, free again one window after its answer came.

    The vendor counts the call at some moment between the two, so counting from the answer is never too early.
    """

    turn: int
    lane: Lane | None
    """Nothing for a call that somebody else made as the same user."""
    free_at: float = math.inf


@dataclass(frozen=True)
class GateState:
    """Everything the gate knows of one rate group; times are monotonic seconds."""

    limit: int
    window: float = WINDOW
    places: tuple[Slot, ...] = ()
    closed_until: float = -math.inf
    penalty: float = 0.0
    """How long the running penalty is, 0 in none; a call that reaches the vendor during it starts it again."""
    tried: bool = False
    """Whether a first call has come back: until then nobody knows what was spent before we started."""


@dataclass(frozen=True)
class RateHeaders:
    """What the headers of an answer say; None for what they leave out."""

    group: str | None
    limit: int | None
    remaining: int | None
    window: float | None
    retry_after: float | None

    @property
    def of_a_budget(self) -> bool:
        """Whether the answer speaks of the user's budget and not of some other limit."""
        return (self.limit, self.remaining, self.window) != (None, None, None)


def turn_at(door: GateState, ahead: Iterable[Lane], lane: Lane, now: float) -> float:
    """When a call may go that waits behind `ahead`: `now`, or the earliest time it could be.

    Whoever waits only because their lane has used its share holds up nobody behind them. Infinity stands for "when
    the first answer is in": before that, only one call is sent to find out.
    """
    if not door.tried and any(place.free_at == math.inf for place in door.places):
        return math.inf
    # A call still under way cannot free its place sooner than if it were answered now.
    latest = now + door.window + MARGIN
    places = [(min(p.free_at, latest), p.lane or "") for p in door.places if p.free_at > now]
    heapq.heapify(places)
    taken, waiting = Counter(held for _, held in places), Counter((*ahead, lane))
    at = max(now, door.closed_until)
    while True:
        while places and places[0][0] <= at:
            taken[heapq.heappop(places)[1]] -= 1
        for one in LANES:
            while waiting[one] and _has_room(door.limit, taken, one):
                heapq.heappush(places, (at + door.window + MARGIN, one))
                taken[one] += 1
                waiting[one] -= 1
        if not waiting[lane]:
            return at
        at = places[0][0]


def _has_room(limit: int, taken: Mapping[str, int], lane: Lane) -> bool:
    """Whether a lane may take one more place of so many."""
    used = sum(taken.values())
    if lane is Lane.PERSON:
        return used < limit
    room = max(1, limit - math.ceil(limit * RESERVE))
    if lane is Lane.BULK and not taken.get(Lane.UPKEEP):
        # A long line must not keep upkeep waiting until its end, so one place stays free for it.
        room = max(1, room - 1)
    return used < room and (lane not in SHARES or taken.get(lane, 0) < max(1, limit * SHARES[lane] // 10))


def take_slot(door: GateState, turn: int, lane: Lane, now: float) -> GateState:
    """The door after a call went out."""
    places = (*(place for place in door.places if place.free_at > now), Slot(turn, lane))
    return replace(door, places=places, penalty=0.0)


def release_slot(door: GateState, turn: int, now: float, *, lost: bool) -> GateState:
    """The door after a call came back, or is `lost`: then it may have been counted as late as now."""
    free_at = now + door.window + MARGIN
    places = tuple(replace(place, free_at=free_at) if place.turn == turn else place for place in door.places)
    door = replace(door, places=places, tried=True)
    return start_penalty(door, door.penalty, now) if lost and door.penalty and now < door.closed_until else door


def apply_headers(door: GateState, told: RateHeaders, now: float) -> GateState:
    """The door after the headers of an answer were read: they know of calls that we did not make."""
    door = replace(door, limit=max(1, told.limit or door.limit), window=told.window or door.window)
    if told.remaining is None:
        return door
    free_at = now + door.window + MARGIN
    ours = sum(place.free_at > now for place in door.places)
    others = (Slot(0, None, free_at),) * max(0, door.limit - told.remaining - ours)
    door = replace(door, places=door.places + others)
    # "Remaining 0: wait Window seconds", says the same guide.
    return replace(door, closed_until=max(door.closed_until, free_at)) if told.remaining == 0 else door


def start_penalty(door: GateState, penalty: float, now: float) -> GateState:
    """The door in a penalty of so many seconds from now."""
    return replace(door, penalty=penalty, closed_until=max(door.closed_until, now + penalty + MARGIN))


def read_headers(headers: Mapping[str, str]) -> RateHeaders:
    """What an answer says of the budget, in either of the vendor's spellings and in any case."""
    plain = {name.lower().replace("x-ratelimit-", "x-rate-limit-"): value for name, value in headers.items()}
    limit, remaining = _number(plain.get("x-rate-limit-limit")), _number(plain.get("x-rate-limit-remaining"))
    group = plain.get("x-rate-limit-group")
    return RateHeaders(
        group=group.strip().lower() if group else None,
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        window=_number(plain.get("x-rate-limit-window")),
        retry_after=_number(plain.get("retry-after")),
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def waiting_time(seconds: float) -> str:
    """How a person is told to come back after a wait."""
    if seconds <= WORTH_TELLING:
        return "in a moment"
    return f"in {math.ceil(seconds)} seconds" if seconds <= 90 else f"in {math.ceil(seconds / 60)} minutes"


@dataclass
class _Line:
    """A door and the people before it, sorted by lane and then by arrival."""

    door: GateState
    waiting: list[tuple[int, int]] = field(default_factory=list)
    bell: asyncio.Event = field(default_factory=asyncio.Event)

    def ring(self) -> None:
        """Make everybody in the line look again."""
        self.bell.set()
        self.bell = asyncio.Event()

    def ahead_of(self, place: tuple[int, int]) -> list[Lane]:
        return [LANES[lane] for lane, _ in self.waiting[: bisect.bisect_left(self.waiting, place)]]


class LocalGate:
    """The gate of one process: nothing of it is shared or outlives the process."""

    def __init__(
        self,
        *,
        name: str = "RingCentral",
        budgets: Mapping[str, int] = BUDGETS,
        window: float = WINDOW,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`name` is what people call the API; `budgets` are calls per window, believed until headers say otherwise."""
        self._name = name
        self._lines = {group.lower(): _Line(GateState(limit, window)) for group, limit in budgets.items()}
        self._turns = itertools.count(1)
        self._monotonic, self._sleep, self._now = monotonic, sleep, now

    async def enter(self, group: str, caller: Caller) -> int:
        """See `Gate.enter`. A caller who is cancelled while waiting leaves the line to the others."""
        line, turn = self._lines[group.lower()], next(self._turns)
        place = (LANES.index(caller.lane), turn)
        bisect.insort(line.waiting, place)
        try:
            await self._wait(line, place, caller)
            line.door = take_slot(line.door, turn, caller.lane, self._monotonic())
        except BaseException:
            line.ring()
            raise
        finally:
            line.waiting.remove(place)
        return turn

    async def _wait(self, line: _Line, place: tuple[int, int], caller: Caller) -> None:
        deadline, told = self._monotonic() + caller.patience, False
        while True:
            now = self._monotonic()
            at = turn_at(line.door, line.ahead_of(place), caller.lane, now)
            if at <= now:
                return
            if deadline < at < math.inf or now >= deadline:
                raise self._busy(at - now if at < math.inf else 0.0)
            if not told and WORTH_TELLING < at - now < math.inf:
                told = True
                await caller.on_wait(at - now)
            else:
                await self._pause(line, min(at, deadline) - now)

    def _busy(self, seconds: float) -> ProviderBusy:
        sentence = f"{self._name} takes only so many calls a minute, and they are used up. Nothing has changed; please"
        ready_at = self._now() + timedelta(seconds=seconds)
        return ProviderBusy(f"{sentence} try again {waiting_time(seconds)}.", ready_at=ready_at)

    async def _pause(self, line: _Line, seconds: float) -> None:
        """Wait so long, or until the bell rings."""
        timer, bell = asyncio.ensure_future(self._sleep(seconds)), asyncio.ensure_future(line.bell.wait())
        try:
            await asyncio.wait((timer, bell), return_when=asyncio.FIRST_COMPLETED)
        finally:
            timer.cancel()
            bell.cancel()

    async def answered(self, group: str, turn: int, status: int | None, headers: Mapping[str, str]) -> None:
        """See `Gate.answered`. A 429 without rate headers is a limit of the whole account and holds every group."""
        now, told, group = self._monotonic(), read_headers(headers), group.lower()
        named = told.group if told.group in self._lines else group
        doors = {name: line.door for name, line in self._lines.items()}
        doors[named] = apply_headers(doors[named], told, now)
        doors[group] = release_slot(doors[group], turn, now, lost=status is None)
        if status == 429:
            penalty = told.retry_after
            if penalty is None:
                penalty = PENALTY if told.of_a_budget else BLIND_PENALTY
            for name in {group, named} if told.of_a_budget else doors:
                doors[name] = start_penalty(doors[name], penalty, now)
        for name, line in self._lines.items():
            self._change(line, doors[name])

    def _change(self, line: _Line, door: GateState) -> None:
        """Keep the door, and ring where those who wait would now be told another time."""
        before, line.door = line.door, door
        if any(getattr(before, what) != getattr(door, what) for what in ("limit", "window", "closed_until", "tried")):
            line.ring()
