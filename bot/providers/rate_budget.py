"""The budget of one rate group: which calls count, and when the next one may go. Pure functions of a value.

`bot.concurrency.SlidingWindow` counts events that have a known time. It does not fit here: the vendor counts a call at
an unknown time between its request and its answer, so a slot is released by the answer; slots belong to lanes with
shares of their own; and response headers add slots that other programs have used.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.providers.base import Lane

# Calls per user and minute, and the waits after a 429: developers.ringcentral.com/guide/basics/rate-limits
BUDGETS: Mapping[str, int] = {"light": 50, "medium": 40, "heavy": 10, "auth": 5}
WINDOW = 60.0
PENALTY = 60.0
DEFAULT_PENALTY = 30.0
"""Seconds to wait after a 429 that has neither `Retry-After` nor rate headers."""

MARGIN = 0.25
"""Seconds added to every wait, so that a small difference between two clocks never makes a call too early."""
RESERVE = 0.2
"""The part of a budget that only waiting users may use."""
SHARES: Mapping[Lane, int] = {Lane.PAGE: 2, Lane.BULK: 7, Lane.UPKEEP: 4}
"""The most tenths of a budget that a lane may use. Whole numbers, because 0.7 of 90 would be 62.99…"""
LANES = tuple(Lane)


@dataclass(frozen=True)
class Slot:
    """One call in the budget: taken when the call is sent, released one window after its answer.

    The vendor counts the call at some time between the two, so counting from the answer is never too early.
    """

    turn: int
    lane: Lane | None
    """`None` for a call by another program with the same user."""
    free_at: float = math.inf


@dataclass(frozen=True)
class RateBudget:
    """The state of one rate group. Times are monotonic seconds."""

    limit: int
    window: float = WINDOW
    slots: tuple[Slot, ...] = ()
    closed_until: float = -math.inf
    penalty: float = 0.0
    """The length of the current penalty, 0 if there is none. A call that arrives during a penalty restarts it."""
    has_answer: bool = False
    """Whether a first call was answered. Until then, the calls of an earlier process are unknown."""


@dataclass(frozen=True)
class RateHeaders:
    """The rate headers of an answer; `None` for missing ones."""

    group: str | None
    limit: int | None
    remaining: int | None
    window: float | None
    retry_after: float | None

    @property
    def is_user_budget(self) -> bool:
        """Whether the headers describe the user's budget and not some other limit."""
        return (self.limit, self.remaining, self.window) != (None, None, None)


def earliest_turn(budget: RateBudget, ahead: Iterable[Lane], lane: Lane, now: float) -> float:
    """The earliest time for a call in `lane` that waits behind `ahead`; `now` if it can go at once.

    A waiting call whose lane has used its share does not block calls behind it. Returns infinity while the first
    call has no answer: only one call is sent before that.
    """
    if not budget.has_answer and any(slot.free_at == math.inf for slot in budget.slots):
        return math.inf
    # A call without an answer releases its slot no sooner than if it were answered now.
    latest = now + budget.window + MARGIN
    slots = [(min(slot.free_at, latest), slot.lane or "") for slot in budget.slots if slot.free_at > now]
    heapq.heapify(slots)
    taken, waiting = Counter(slot_lane for _, slot_lane in slots), Counter((*ahead, lane))
    at = max(now, budget.closed_until)
    while True:
        while slots and slots[0][0] <= at:
            taken[heapq.heappop(slots)[1]] -= 1
        for each in LANES:
            while waiting[each] and _has_room(budget.limit, taken, each):
                heapq.heappush(slots, (at + budget.window + MARGIN, each))
                taken[each] += 1
                waiting[each] -= 1
        if not waiting[lane]:
            return at
        at = slots[0][0]


def _has_room(limit: int, taken: Mapping[str, int], lane: Lane) -> bool:
    """Whether `lane` may take one more of `limit` slots."""
    used = sum(taken.values())
    if lane is Lane.PERSON:
        return used < limit
    room = max(1, limit - math.ceil(limit * RESERVE))
    if lane is Lane.BULK and not taken.get(Lane.UPKEEP):
        # Keep one slot for upkeep, which would otherwise wait until the end of a long bulk list.
        room = max(1, room - 1)
    return used < room and (lane not in SHARES or taken.get(lane, 0) < max(1, limit * SHARES[lane] // 10))


def take_slot(budget: RateBudget, turn: int, lane: Lane, now: float) -> RateBudget:
    """The budget after a call was sent."""
    slots = (*(slot for slot in budget.slots if slot.free_at > now), Slot(turn, lane))
    return replace(budget, slots=slots, penalty=0.0)


def release_slot(budget: RateBudget, turn: int, now: float, *, lost: bool) -> RateBudget:
    """The budget after a call was answered, or was `lost`: then the vendor may have counted it as late as now."""
    free_at = now + budget.window + MARGIN
    slots = tuple(replace(slot, free_at=free_at) if slot.turn == turn else slot for slot in budget.slots)
    budget = replace(budget, slots=slots, has_answer=True)
    is_in_penalty = budget.penalty and now < budget.closed_until
    return start_penalty(budget, budget.penalty, now) if lost and is_in_penalty else budget


def apply_headers(budget: RateBudget, headers: RateHeaders, now: float) -> RateBudget:
    """The budget after the headers of an answer, which also count calls by other programs."""
    budget = replace(budget, limit=max(1, headers.limit or budget.limit), window=headers.window or budget.window)
    if headers.remaining is None:
        return budget
    free_at = now + budget.window + MARGIN
    ours = sum(slot.free_at > now for slot in budget.slots)
    others = (Slot(0, None, free_at),) * max(0, budget.limit - headers.remaining - ours)
    budget = replace(budget, slots=budget.slots + others)
    # The same guide: "Remaining 0: wait Window seconds".
    return replace(budget, closed_until=max(budget.closed_until, free_at)) if headers.remaining == 0 else budget


def start_penalty(budget: RateBudget, penalty: float, now: float) -> RateBudget:
    """The budget in a penalty of `penalty` seconds from now."""
    return replace(budget, penalty=penalty, closed_until=max(budget.closed_until, now + penalty + MARGIN))


def read_headers(headers: Mapping[str, str]) -> RateHeaders:
    """Parse the rate headers of an answer, in the vendor's two spellings and any case. Invalid values are `None`."""
    by_name = {name.lower().replace("x-ratelimit-", "x-rate-limit-"): value for name, value in headers.items()}
    limit, remaining = _number(by_name.get("x-rate-limit-limit")), _number(by_name.get("x-rate-limit-remaining"))
    group = by_name.get("x-rate-limit-group")
    return RateHeaders(
        group=group.strip().lower() if group else None,
        limit=None if limit is None else int(limit),
        remaining=None if remaining is None else int(remaining),
        window=_number(by_name.get("x-rate-limit-window")),
        retry_after=_number(by_name.get("retry-after")),
    )


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
