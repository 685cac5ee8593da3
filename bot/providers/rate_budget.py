"""The budget of one rate group: which calls count, and when the next one may go. Pure functions of a value.

`bot.concurrency.SlidingWindow` counts events that have a known time. It does not fit here: the vendor counts a call at
an unknown time between its request and its answer, so a slot is released by the answer; slots belong to lanes with
shares of their own; and response headers add slots that other programs have used.
"""

from __future__ import annotations

import heapq
import itertools
import math
from collections import Counter, defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.providers.caller import Lane

# Calls per user and minute, and the waits after a 429: developers.ringcentral.com/guide/basics/rate-limits
BUDGETS: Mapping[str, int] = {"light": 50, "medium": 40, "heavy": 10, "auth": 5}
WINDOW = 60.0
PENALTY = 60.0
DEFAULT_PENALTY = 30.0
"""Seconds to wait after a 429 that has neither `Retry-After` nor rate headers."""

MARGIN = 0.25
"""Seconds added to every wait, so that a small difference between two clocks never makes a call too early."""
SEND_WITHIN = 10.0
"""Seconds after a slot was granted in which its call must be sent."""
LONGEST_CALL = 20.0
"""Seconds from sending a call to its answer, at most; a call without an answer is given up then."""
IN_FLIGHT = SEND_WITHIN + LONGEST_CALL
"""Seconds from a slot to the answer of its call, at most, unless its process is gone."""
RESERVE = 0.2
"""The part of a budget that only users may use who wait for more than a figure."""
SHARES: Mapping[Lane, int] = {Lane.LOOK: 4, Lane.PAGE: 2, Lane.BULK: 7, Lane.UPKEEP: 4}
"""The most tenths of a budget that a lane may use. Whole numbers, because 0.7 of 90 would be 62.99…"""
PAGE_PERCENT = SHARES[Lane.PAGE] * 10
"""The same of our own pages in percent, unless the settings have another share."""
UNRESERVED = (Lane.MANAGE, Lane.PERSON)
"""The lanes that may use the whole budget, so that a user alone gets all of it."""
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
    who: str = ""
    taken_at: float = -math.inf


@dataclass(frozen=True)
class Waiting:
    """A call that waits for a slot. Turns are numbered in the order of arrival."""

    turn: int
    lane: Lane
    who: str = ""
    until: float = math.inf
    """When the place is given up, unless the process of the call has renewed it."""
    ready_at: float = -math.inf
    """When its other limits allow it; until then it takes no turn from the calls behind it."""


@dataclass(frozen=True)
class RateBudget:
    """The state of one rate group. Times are seconds of one clock."""

    limit: int
    window: float = WINDOW
    slots: tuple[Slot, ...] = ()
    closed_until: float = -math.inf
    penalty: float = 0.0
    """The length of the current penalty, 0 if there is none. A call that arrives during a penalty restarts it."""
    has_answer: bool = False
    """Whether a first call was answered. Until then, the calls of an earlier process are unknown."""
    page_percent: int = PAGE_PERCENT
    """The most that our own pages may use, in percent. A setting: it is not stored."""


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


def queue_order(budget: RateBudget, waiting: Collection[Waiting], now: float) -> list[Waiting]:
    """The waiting calls in the order in which they get their slots.

    By lane, then by the slots that their user has or gets first, then by arrival: no user gets a second slot while
    another one of the same lane waits for a first.
    """
    held = Counter(slot.who for slot in budget.slots if slot.who and slot.free_at > now)
    before: Counter[tuple[Lane, str]] = Counter()
    order = []
    for call in sorted(waiting, key=lambda call: call.turn):
        rank = held[call.who] + before[call.lane, call.who] if call.who else 0
        before[call.lane, call.who] += 1
        order.append((LANES.index(call.lane), rank, call.turn, call))
    return [call for *_, call in sorted(order, key=lambda item: item[:3])]


def earliest_turn(budget: RateBudget, ahead: Iterable[Lane], lane: Lane, now: float) -> float:
    """The earliest time for a call in `lane` that waits behind `ahead`; `now` if it can go at once.

    A waiting call whose lane has used its share does not block calls behind it. Returns infinity while the first
    call has no answer: only one call is sent before that.
    """
    if not budget.has_answer and any(slot.free_at == math.inf for slot in budget.slots):
        return math.inf
    counts = Counter((*ahead, lane))
    times = (at for taker, at in _next_slots(budget, counts.copy(), now) if taker is lane)
    return next(itertools.islice(times, counts[lane] - 1, None))


def turn_times(budget: RateBudget, order: Sequence[Waiting], now: float) -> list[float]:
    """The earliest time of each call of a queue, whose order is that of `queue_order`."""
    if not budget.has_answer:
        # One call is sent before the first answer. When the others can go is unknown.
        first = [earliest_turn(budget, (), call.lane, now) for call in order[:1]]
        return first + [math.inf] * (len(order) - 1)
    times: dict[Lane, deque[float]] = defaultdict(deque)
    for lane, at in _next_slots(budget, Counter(call.lane for call in order), now):
        times[lane].append(at)
    return [times[call.lane].popleft() for call in order]


def _next_slots(budget: RateBudget, waiting: Counter[Lane], now: float) -> Iterator[tuple[Lane, float]]:
    """Which lane gets each of the next slots, and when, until the waiting calls are served. Empties `waiting`."""
    # A call without an answer releases its slot no sooner than if it were answered now.
    latest = now + budget.window + MARGIN
    slots = [(min(slot.free_at, latest), slot.lane or "") for slot in budget.slots if slot.free_at > now]
    heapq.heapify(slots)
    taken = Counter(slot_lane for _, slot_lane in slots)
    bulk_at = max((slot.taken_at for slot in budget.slots if slot.lane is Lane.BULK), default=-math.inf)
    at = max(now, budget.closed_until)
    while waiting.total():
        while slots and slots[0][0] <= at:
            taken[heapq.heappop(slots)[1]] -= 1
        for each in LANES:
            while waiting[each] and _has_room(budget, taken, each):
                if each is Lane.BULK:
                    if at < _bulk_turn(budget, taken[each], bulk_at):
                        break
                    bulk_at = at
                heapq.heappush(slots, (at + budget.window + MARGIN, each))
                taken[each] += 1
                waiting[each] -= 1
                yield each, at
        paced = _bulk_turn(budget, taken[Lane.BULK], bulk_at) if waiting[Lane.BULK] else -math.inf
        at = min(moment for moment in (paced, slots[0][0] if slots else math.inf) if moment > at)


def _bulk_turn(budget: RateBudget, taken: int, last: float) -> float:
    """The earliest time of the next bulk call: after the first few, one at a time at an even pace.

    A burst would free its slots in a burst a window later, and a user would wait for that instead of for the next slot.
    """
    share = _share(budget, Lane.BULK)
    return -math.inf if taken < max(1, share // 2) else last + (budget.window + MARGIN) / share


def _share(budget: RateBudget, lane: Lane) -> int:
    if lane is Lane.PAGE:
        return max(1, budget.limit * budget.page_percent // 100)
    return max(1, budget.limit * SHARES[lane] // 10) if lane in SHARES else budget.limit


def calls_a_minute(budget: RateBudget, lane: Lane) -> int:
    """How many calls a lane can make in a minute while no other calls are made, at least one."""
    return max(1, int(min(_share(budget, lane), _unreserved(budget.limit)) * 60 / budget.window))


def _unreserved(limit: int) -> int:
    return max(1, limit - math.ceil(limit * RESERVE))


def _has_room(budget: RateBudget, taken: Mapping[str, int], lane: Lane) -> bool:
    """Whether `lane` may take one more slot."""
    limit, used = budget.limit, sum(taken.values())
    if lane in UNRESERVED:
        return used < limit
    room = _unreserved(limit)
    if lane is Lane.BULK and not taken.get(Lane.UPKEEP):
        # Keep one slot for upkeep, which would otherwise wait until the end of a long bulk list.
        room = max(1, room - 1)
    return used < room and taken.get(lane, 0) < _share(budget, lane)


def calls_left(budget: RateBudget, now: float) -> int:
    """How many calls may still be sent now; none during a penalty."""
    budget = give_up_slots(after_set_back(budget, now), now)
    if now < budget.closed_until:
        return 0
    return max(0, budget.limit - sum(slot.free_at > now for slot in budget.slots))


def take_slot(budget: RateBudget, turn: int, lane: Lane, now: float, who: str = "") -> RateBudget:
    """The budget after a call was sent."""
    slot = Slot(turn, lane, who=who, taken_at=now)
    slots = (*(slot for slot in budget.slots if slot.free_at > now), slot)
    return replace(budget, slots=slots, penalty=0.0)


def release_slot(budget: RateBudget, turn: int, now: float, *, lost: bool) -> RateBudget:
    """The budget after a call was answered, or was `lost`: then the vendor may have counted it as late as now."""
    free_at = now + budget.window + MARGIN
    slots = tuple(replace(slot, free_at=free_at) if slot.turn == turn else slot for slot in budget.slots)
    budget = replace(budget, slots=slots, has_answer=True)
    is_in_penalty = budget.penalty and now < budget.closed_until
    return start_penalty(budget, budget.penalty, now) if lost and is_in_penalty else budget


def give_up_slots(budget: RateBudget, now: float) -> RateBudget:
    """The budget without calls that can get no answer any more: their process is gone. Each counts as lost then."""
    for slot in budget.slots:
        ended_at = slot.taken_at + IN_FLIGHT
        if slot.free_at == math.inf and ended_at <= now:
            budget = release_slot(budget, slot.turn, ended_at, lost=True)
    return budget


def after_set_back(budget: RateBudget, now: float) -> RateBudget:
    """The budget with its times set back like the clock, which shows an earlier time than when a slot was taken."""
    ahead = max((slot.taken_at for slot in budget.slots), default=-math.inf) - now
    if ahead <= 0:
        return budget
    times = ("taken_at", "free_at")
    slots = (replace(slot, **{name: getattr(slot, name) - ahead for name in times}) for slot in budget.slots)
    return replace(budget, slots=tuple(slots), closed_until=budget.closed_until - ahead)


def apply_headers(budget: RateBudget, headers: RateHeaders, now: float) -> RateBudget:
    """The budget after the headers of an answer, which also count calls by other programs."""
    budget = replace(budget, limit=max(1, headers.limit or budget.limit), window=headers.window or budget.window)
    if headers.remaining is None:
        return budget
    free_at = now + budget.window + MARGIN
    ours = sum(slot.free_at > now for slot in budget.slots)
    others = (Slot(0, None, free_at),) * max(0, budget.limit - headers.remaining - ours)
    # The same guide says of Remaining 0: wait Window seconds. For calls of other programs, their slots ensure that; our
    # own calls become free one by one, as they leave the vendor's sliding window.
    return replace(budget, slots=budget.slots + others)


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
