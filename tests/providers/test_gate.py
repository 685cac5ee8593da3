"""The gate: never a call too many, people first, and silence in a penalty; all in imagined time."""

from __future__ import annotations

import asyncio
import itertools
import math
import selectors
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ProviderBusy
from bot.providers.base import Caller, Lane, ignore_wait
from bot.providers.gate import LocalGate, wait_text
from bot.providers.rate_budget import (
    MARGIN,
    SHARES,
    RateBudget,
    RateHeaders,
    Slot,
    apply_headers,
    earliest_turn,
    read_headers,
    release_slot,
    take_slot,
)

T = TypeVar("T")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ALL_DAY = 86_400.0


class _Skipping(selectors.SelectSelector):
    """Never waits: whatever a timer is set to is the time at once."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            assert timeout is not None, "everybody waits and nobody will ever be woken"
            self.now += timeout
        return ready


class _ImaginedTime(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._imagined = _Skipping()
        super().__init__(self._imagined)

    def time(self) -> float:
        return self._imagined.now


def imagine(story: Callable[[LocalGate], Coroutine[Any, Any, T]]) -> T:
    """Run a story with a gate of its own; an hour in it takes no time."""
    with asyncio.Runner(loop_factory=_ImaginedTime) as runner:
        loop = runner.get_loop()
        return runner.run(story(LocalGate(monotonic=loop.time, now=lambda: NOON)))


def clock() -> float:
    """Imagined seconds since the story began, without what adding and taking away a thousand leaves behind."""
    return round(asyncio.get_running_loop().time() - _Skipping.now, 6)


def caller(
    lane: Lane = Lane.PERSON, patience: float = ALL_DAY, on_wait: Callable[[float], Awaitable[None]] = ignore_wait
) -> Caller:
    """Somebody who waits as long as it takes, if not said otherwise."""
    return Caller(lane, on_wait, patience)


async def call(
    gate: LocalGate,
    who: Caller | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    status: int = 200,
    group: str = "heavy",
) -> float:
    """One call that is answered at once; returns when it went."""
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
    """So many calls wanted at once; returns when each went."""
    return list(await asyncio.gather(*(call(gate, who, headers, group=group) for _ in range(count))))


def rate(limit: int = 10, remaining: int | None = None, window: int = 60, **more: str) -> dict[str, str]:
    """The headers of an answer."""
    told = {"Limit": limit, "Remaining": remaining, "Window": window}
    headers = {f"X-Rate-Limit-{name}": str(value) for name, value in told.items() if value is not None}
    return {**headers, **{name.replace("_", "-"): value for name, value in more.items()}}


# --- the decision: a pure function of a door -----------------------------------------------------------------------

NOW = 1000.0
lanes = st.sampled_from(Lane)
lines = st.lists(lanes, max_size=5).map(lambda ahead: sorted(ahead, key=list(Lane).index))
places = st.builds(
    Slot,
    turn=st.integers(1, 99),
    lane=st.none() | lanes,
    free_at=st.floats(NOW - 100, NOW + 60) | st.just(math.inf),
)
doors = st.builds(
    RateBudget,
    limit=st.integers(1, 12),
    window=st.just(60.0),
    slots=st.lists(places, max_size=15).map(tuple),
    closed_until=st.floats(NOW - 100, NOW + 100) | st.just(-math.inf),
    has_answer=st.just(True),
)


def taken(door: RateBudget, at: float, lane: Lane | None = None) -> int:
    """How many places are taken at a time, by all or by one lane."""
    return sum(place.free_at > at and lane in (None, place.lane) for place in door.slots)


def share(limit: int, lane: Lane) -> int:
    """The most places that a lane may have of so many."""
    return max(1, limit * SHARES[lane] // 10) if lane in SHARES else limit


@given(door=doors, ahead=lines, lane=lanes)
def test_a_turn_is_never_now_when_the_door_is_shut_or_full(door: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """Whatever the state: not in a penalty, not above the limit or the lane's share, not past people."""
    at = earliest_turn(door, ahead, lane, NOW)

    assert at >= max(NOW, door.closed_until)
    if at == NOW:
        before = [one for one in ahead if one is lane]
        assert taken(door, NOW) + len([one for one in ahead if one is Lane.PERSON]) < door.limit
        assert taken(door, NOW, lane) + len(before) < share(door.limit, lane)
        assert lane is Lane.PERSON or taken(door, NOW) + len(before) < max(1, door.limit - 0.2 * door.limit)


@given(door=doors)
def test_people_are_never_told_a_later_time_than_others(door: RateBudget) -> None:
    """In the same place of the same line a person goes first, and nobody goes before a notice."""
    person, notice, *others = (earliest_turn(door, (), lane, NOW) for lane in Lane)

    assert person <= notice <= min(others)


@given(door=doors, ahead=lines, lane=lanes)
def test_a_turn_is_not_put_off_without_a_reason(door: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """A person with nobody ahead goes as soon as the door is open and a place is free; others within their turns."""
    at = earliest_turn(door, (), Lane.PERSON, NOW)

    if door.closed_until <= NOW and taken(door, NOW) < door.limit:
        assert at == NOW
    assert earliest_turn(door, ahead, lane, NOW) < NOW + 100 + (len(ahead) + 1) * (60 + MARGIN) + 1


@given(door=doors, ahead=lines, lane=lanes)
def test_who_joins_the_line_behind_changes_nothing(door: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """One more ahead is never to anybody's advantage, and one of a later lane never to their disadvantage."""
    order = list(Lane)
    at = earliest_turn(door, ahead, lane, NOW)

    for one in Lane:
        with_them = earliest_turn(door, [*ahead, one], lane, NOW)
        assert with_them >= at if order.index(one) <= order.index(lane) else with_them == at


@pytest.mark.parametrize(("lane", "most"), [(Lane.PAGE, 18), (Lane.BULK, 63), (Lane.UPKEEP, 36), (Lane.NOTICE, 72)])
def test_shares_grow_with_the_budget(lane: Lane, most: int) -> None:
    """Of ninety calls a minute strangers get eighteen, a batch 63, upkeep 36, and all but people 72."""
    places = tuple(Slot(turn, lane, NOW + 30) for turn in range(most))
    almost, used = RateBudget(90, slots=places[1:], has_answer=True), RateBudget(90, slots=places, has_answer=True)

    assert [earliest_turn(door, (), lane, NOW) for door in (almost, used)] == [NOW, NOW + 30]


@given(door=doors, waiting=st.integers(1, 5))
def test_a_lane_that_has_used_its_share_holds_up_nobody(door: RateBudget, waiting: int) -> None:
    """A full line of strangers does not keep a batch, nor a batch the upkeep, from the places that they cannot use."""
    for full, behind in ((Lane.PAGE, Lane.BULK), (Lane.PAGE, Lane.UPKEEP), (Lane.BULK, Lane.UPKEEP)):
        used = tuple(Slot(90 + number, full, math.inf) for number in range(share(door.limit, full)))
        busy = replace(door, slots=door.slots + used)
        alone = earliest_turn(busy, (), behind, NOW)
        assert alone > NOW or earliest_turn(busy, [full] * waiting, behind, NOW) == NOW


@given(limit=st.integers(1, 60), told=st.integers(1, 60), remaining=st.integers(0, 60), own=st.integers(0, 20))
def test_headers_are_believed_over_our_own_count(limit: int, told: int, remaining: int, own: int) -> None:
    """What the answer says is left is the most that is left for us."""
    door = RateBudget(limit, slots=tuple(Slot(turn, Lane.PERSON, NOW + 30) for turn in range(own)))

    door = apply_headers(door, RateHeaders("heavy", told, remaining, 60.0, None), NOW)

    assert door.limit == told
    assert door.limit - taken(door, NOW) <= max(remaining, 0)
    assert taken(door, NOW) >= own


# --- the whole gate against a vendor that counts by the guide ------------------------------------------------------


@dataclass
class Vendor:
    """Counts calls at the moment they arrive, in a sliding window, with a penalty that every call restarts."""

    limit: int = 10
    headers: bool = True
    arrived: deque[float] = field(default_factory=deque)
    shut_until: float = -math.inf
    refused: int = 0

    def answer(self, now: float) -> tuple[int, Mapping[str, str]]:
        while self.arrived and self.arrived[0] <= now - 60:
            self.arrived.popleft()
        if now < self.shut_until or len(self.arrived) >= self.limit:
            self.shut_until = now + 60
            self.refused += 1
            return 429, {"retry-after": "60", **self._headers(0)}
        self.arrived.append(now)
        return 200, self._headers(self.limit - len(self.arrived))

    def _headers(self, remaining: int) -> dict[str, str]:
        told = {"Group": "Heavy", "Limit": self.limit, "Remaining": remaining, "Window": 60}
        return {f"X-Rate-Limit-{name}": str(value) for name, value in told.items()} if self.headers else {}


@dataclass
class Visit:
    """A call: when it is wanted, by whom, and how long the network takes each way."""

    lane: Lane
    wanted: float
    there: float
    back: float
    lost: bool = False
    went: float = math.nan
    answered: float = math.nan
    status: int | None = None

    async def happen(self, gate: LocalGate, vendor: Vendor) -> None:
        await asyncio.sleep(self.wanted)
        turn = await gate.enter("heavy", caller(self.lane))
        self.went = clock()
        await asyncio.sleep(self.there)
        status, headers = vendor.answer(clock())
        await asyncio.sleep(self.back)
        self.answered, self.status = clock(), None if self.lost else status
        await gate.answered("heavy", turn, self.status, {} if self.lost else headers)


def visit_lists(*, lost: bool) -> st.SearchStrategy[list[Visit]]:
    """Any two and a half minutes of calls."""
    # In milliseconds: whatever comes less than a clock's tick apart comes in no order.
    moments, delays = (st.integers(0, most * 1000).map(lambda ms: ms / 1000) for most in (150, 20))
    losses = st.booleans() if lost else st.just(value=False)
    return st.lists(st.builds(Visit, lanes, moments, delays, delays, losses), max_size=40)


def happen(visits: list[Visit], vendor: Vendor) -> None:
    """Let them all come."""

    async def story(gate: LocalGate) -> None:
        await asyncio.gather(*(visit.happen(gate, vendor) for visit in visits))

    imagine(story)


@settings(deadline=None, max_examples=60)
@given(visits=visit_lists(lost=False), limit=st.integers(1, 12), data=st.data())
def test_no_call_is_refused_whatever_was_spent_before_the_start(
    visits: list[Visit], limit: int, data: st.DataObject
) -> None:
    """Any limit, any delay, and a former process that has spent part of the budget: no 429 all the same."""
    before = data.draw(st.lists(st.floats(-59, 0), max_size=limit - 1).map(sorted))
    vendor = Vendor(limit, arrived=deque(before))

    happen(visits, vendor)

    assert vendor.refused == 0


@settings(deadline=None, max_examples=60)
@given(visits=visit_lists(lost=True))
def test_no_call_is_refused_by_a_vendor_without_headers(visits: list[Visit]) -> None:
    """The published budget is kept without any help, also when answers get lost on their way."""
    vendor = Vendor(headers=False)

    happen(visits, vendor)

    assert vendor.refused == 0


@settings(deadline=None, max_examples=60)
@given(visits=visit_lists(lost=False))
def test_lanes_keep_their_order_and_their_share(visits: list[Visit]) -> None:
    """Nobody overtakes a person, a lane is first come first served, and what is kept for people is kept."""
    happen(visits, Vendor())

    for one, other in itertools.permutations(visits, 2):
        waits_as_well = other.wanted < one.went < other.went
        assert not (waits_as_well and one.lane is not Lane.PERSON and other.lane is Lane.PERSON)
        assert not (waits_as_well and one.lane is other.lane and other.wanted < one.wanted)
    for one in visits:
        in_window = [other.lane for other in visits if one.went - 60 < other.went <= one.went]
        assert all(in_window.count(lane) <= share(10, lane) for lane in SHARES)
        assert len(in_window) - in_window.count(Lane.PERSON) <= 8


@settings(deadline=None, max_examples=60)
@given(visits=visit_lists(lost=False), bursts=st.lists(st.floats(0, 150), max_size=2))
def test_nobody_knocks_in_a_penalty_that_others_brought_on(visits: list[Visit], bursts: list[float]) -> None:
    """Another program spends our user's budget: after its 429 no call goes out until the penalty is over."""
    vendor = Vendor()

    async def burst(at: float) -> None:
        await asyncio.sleep(at)
        for _ in range(11):
            vendor.answer(clock())

    async def story(gate: LocalGate) -> None:
        await asyncio.gather(*(visit.happen(gate, vendor) for visit in visits), *map(burst, bursts))

    imagine(story)

    for refused in (visit for visit in visits if visit.status == 429):
        assert [v for v in visits if refused.answered < v.went < refused.answered + 60] == []


# --- stories -------------------------------------------------------------------------------------------------------


def test_the_eleventh_call_waits_a_window_and_is_told_once() -> None:
    """Ten go at once, the rest a window later, and each is told the seconds once."""
    told: list[float] = []

    async def on_wait(seconds: float) -> None:
        told.append(seconds)

    async def story(gate: LocalGate) -> list[float]:
        return await calls(gate, 12, caller(on_wait=on_wait))

    assert imagine(story) == [0.0] * 10 + [60.25] * 2
    assert told == [60.25, 60.25]


def test_a_wait_of_a_moment_is_not_worth_telling() -> None:
    """Up to a second nobody is interrupted."""
    told: list[float] = []

    async def on_wait(seconds: float) -> None:
        told.append(seconds)

    async def story(gate: LocalGate) -> float:
        await call(gate, None, {"Retry-After": "0.5"}, status=429)
        return await call(gate, caller(on_wait=on_wait))

    assert imagine(story) == pytest.approx(0.75)
    assert told == []


def test_each_group_has_its_own_budget() -> None:
    """Light 50, Medium 40, Heavy 10, Auth 5, and one does not wait for another."""

    async def story(gate: LocalGate) -> list[int]:
        groups = {"Light": 51, "Medium": 41, "Heavy": 11, "Auth": 6}
        went = await asyncio.gather(*(calls(gate, count, group=group) for group, count in groups.items()))
        return [times.count(0.0) for times in went]

    assert imagine(story) == [50, 40, 10, 5]


def test_an_impatient_caller_is_refused_at_once_with_the_time() -> None:
    """Who would have to wait longer than they want is told when to come back, and nothing is sent."""

    async def story(gate: LocalGate) -> tuple[ProviderBusy, float]:
        await calls(gate, 10)
        with pytest.raises(ProviderBusy) as refusal:
            await call(gate, caller(patience=60.0))
        return refusal.value, clock()

    refusal, when = imagine(story)

    assert when == 0.0
    assert refusal.ready_at == NOON + timedelta(seconds=60.25)
    assert refusal.sentence == (
        "RingCentral takes only so many calls a minute, and they are used up. Nothing has changed; please try again "
        "in 61 seconds."
    )


def test_patience_that_just_suffices_is_enough() -> None:
    """A wait that ends exactly with the patience is no refusal."""

    async def story(gate: LocalGate) -> float:
        await calls(gate, 10)
        return await call(gate, caller(patience=60.0 + MARGIN))

    assert imagine(story) == 60.25


def test_a_wait_is_put_in_words_a_person_uses() -> None:
    """Moments, seconds, minutes."""
    assert [wait_text(seconds) for seconds in (0.0, 1.0, 1.5, 90.0, 90.5, 120.5, 3600.0)] == [
        "in a moment",
        "in a moment",
        "in 2 seconds",
        "in 90 seconds",
        "in 2 minutes",
        "in 3 minutes",
        "in 60 minutes",
    ]


def test_a_caller_without_patience_goes_when_there_is_room() -> None:
    """Patience is for waiting only."""

    async def story(gate: LocalGate) -> float:
        return await call(gate, caller(patience=0.0))

    assert imagine(story) == 0.0


def test_who_waits_is_refused_as_soon_as_a_penalty_outlasts_their_patience() -> None:
    """A wait that was short when it began and is no more ends at once, not at the end of the patience."""

    async def story(gate: LocalGate) -> float:
        await calls(gate, 9)
        slow = await gate.enter("heavy", caller())
        waiting = asyncio.ensure_future(call(gate, caller(patience=100.0)))
        await asyncio.sleep(20)
        await gate.answered("heavy", slow, 429, rate(retry_after="120"))
        with pytest.raises(ProviderBusy):
            await waiting
        return clock()

    assert imagine(story) == pytest.approx(20.0)


def test_a_cancelled_waiter_leaves_its_place_to_the_next() -> None:
    """Somebody who closed the form does not hold up those behind."""

    async def story(gate: LocalGate) -> float:
        await calls(gate, 10)
        gone = [asyncio.ensure_future(call(gate)) for _ in range(10)]
        stays = asyncio.ensure_future(call(gate))
        await asyncio.sleep(5)
        for one in gone:
            one.cancel()
        return await stays

    assert imagine(story) == 60.25


def test_a_person_who_leaves_the_line_lets_the_sweep_go_in_time() -> None:
    """One place is free in a minute: when the person who waits for it goes away, the sweep behind gets it."""

    async def story(gate: LocalGate) -> float:
        await call(gate, None, rate(limit=1))
        person = asyncio.ensure_future(call(gate))
        sweep = asyncio.ensure_future(call(gate, caller(Lane.UPKEEP)))
        await asyncio.sleep(5)
        person.cancel()
        return await sweep

    assert imagine(story) == 60.25


def test_a_call_that_was_never_sent_counts_all_the_same() -> None:
    """Whether a lost call was counted there is not known, so it is taken as counted when it was given up."""

    async def story(gate: LocalGate) -> float:
        await calls(gate, 9)
        lost = await gate.enter("heavy", caller())
        await asyncio.sleep(20)
        await gate.answered("heavy", lost, None, {})
        await calls(gate, 9)
        return await call(gate)

    assert imagine(story) == pytest.approx(80.25)


def test_a_call_lost_in_a_penalty_may_have_started_it_again() -> None:
    """One of several calls under way is refused, another is lost later: the penalty is counted from the later."""

    async def story(gate: LocalGate) -> float:
        await call(gate)
        refused, lost = await gate.enter("heavy", caller()), await gate.enter("heavy", caller())
        await gate.answered("heavy", refused, 429, {"Retry-After": "60", "X-RateLimit-Limit": "10"})
        await asyncio.sleep(20)
        await gate.answered("heavy", lost, None, {})
        return await call(gate)

    assert imagine(story) == pytest.approx(80.25)


@pytest.mark.parametrize(
    ("penalty", "closed_for", "lost", "closed_after"),
    [
        (60.0, 10.0, True, 60.0 + MARGIN),
        (60.0, 10.0, False, 10.0),
        (60.0, 0.0, True, 0.0),
        (60.0, -10.0, True, -10.0),
        (0.0, 10.0, True, 10.0),
        (0.0, 0.125, True, 0.125),
    ],
)
def test_only_a_lost_call_in_a_penalty_starts_it_again(
    penalty: float, closed_for: float, lost: bool, closed_after: float
) -> None:
    """An answer does not, a penalty that is over does not, and being closed for another reason does not."""
    door = RateBudget(
        10, slots=(Slot(7, Lane.PERSON),), penalty=penalty, closed_until=NOW + closed_for, has_answer=True
    )

    assert release_slot(door, 7, NOW, lost=lost).closed_until == NOW + closed_after


def test_a_call_that_goes_out_ends_the_penalty() -> None:
    """What is lost after that restarts nothing."""
    assert take_slot(RateBudget(10, penalty=60.0, closed_until=NOW), 7, Lane.PERSON, NOW).penalty == 0.0


def test_a_new_process_sends_one_call_to_find_out() -> None:
    """Before a first answer nobody knows what the process before us has spent, so one call goes and the rest wait."""

    async def story(gate: LocalGate) -> list[float]:
        first = await gate.enter("heavy", caller())
        others = asyncio.ensure_future(calls(gate, 5))
        await asyncio.sleep(3)
        await gate.answered("heavy", first, 200, rate(remaining=2))
        return await others

    assert imagine(story) == [3.0, 3.0, 63.25, 63.25, 63.25]


def test_a_wait_for_the_first_answer_has_no_length_to_tell() -> None:
    """How long it takes is not known."""

    async def story(gate: LocalGate) -> list[float]:
        told: list[float] = []

        async def tell(seconds: float) -> None:
            told.append(seconds)

        first = await gate.enter("heavy", caller())
        second = asyncio.ensure_future(gate.enter("heavy", caller(on_wait=tell)))
        await asyncio.sleep(5)
        await gate.answered("heavy", first, 200, {})
        await second
        return told

    assert imagine(story) == []


def test_a_silent_first_call_does_not_outlast_the_patience_of_the_others() -> None:
    """Who waits for the first answer gives up when their patience ends."""

    async def story(gate: LocalGate) -> float:
        await gate.enter("heavy", caller())
        with pytest.raises(ProviderBusy):
            await call(gate, caller(patience=7.0))
        return clock()

    assert imagine(story) == pytest.approx(7.0)


def test_upkeep_uses_four_of_ten_and_notices_leave_two() -> None:
    """The sweep and the reminders cannot use up what people need."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float], list[float]]:
        await call(gate)
        waiting = asyncio.ensure_future(calls(gate, 6, caller(Lane.UPKEEP)))
        await asyncio.sleep(1)
        notices = asyncio.ensure_future(calls(gate, 6, caller(Lane.NOTICE)))
        await asyncio.sleep(1)
        people = await calls(gate, 2)
        return await waiting, await notices, people

    upkeep, notices, people = imagine(story)

    assert upkeep.count(0.0) == 4
    assert notices.count(1.0) == 3
    assert people == [2.0, 2.0]


def test_a_person_goes_at_once_past_a_long_batch() -> None:
    """A hundred registrations wait: two people find their places free, and the batch goes on at seven a minute."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float]]:
        await call(gate)
        batch = asyncio.ensure_future(calls(gate, 28, caller(Lane.BULK)))
        await asyncio.sleep(70)
        people = await calls(gate, 2)
        return people, await batch

    people, batch = imagine(story)

    assert people == [70.0, 70.0]
    # Of the eight places that are not for people only one is kept for upkeep, and the batch waits for what people use.
    assert [batch.count(moment) for moment in (0.0, 60.25, 120.5, 130.25, 180.75)] == [6, 7, 5, 2, 5]


@pytest.mark.parametrize(("first", "in_first_minute"), [(Lane.UPKEEP, 7), (Lane.PAGE, 6)])
def test_batch_leaves_a_slot_only_while_upkeep_has_none(first: Lane, in_first_minute: int) -> None:
    """Of the eight slots that are not reserved for users, one stays free for upkeep until upkeep has used one."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, caller(first))
        return await calls(gate, 7, caller(Lane.BULK))

    assert imagine(story).count(0.0) == in_first_minute


def test_a_thousand_registrations_take_143_minutes() -> None:
    """Seven a minute is 1.43 times the time that the whole budget would take."""

    async def worker(gate: LocalGate, numbers: Iterator[int]) -> None:
        for _ in numbers:
            await call(gate, caller(Lane.BULK))

    async def story(gate: LocalGate) -> float:
        numbers = iter(range(1000))
        await asyncio.gather(*(worker(gate, numbers) for _ in range(8)))
        return clock() / 60

    assert 142 < imagine(story) < 144


def test_strangers_take_two_places_a_minute_and_hold_up_nobody() -> None:
    """Seven people on our own page are in line, and what waits behind them goes at once all the same."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float], list[float]]:
        await call(gate)
        strangers = asyncio.ensure_future(calls(gate, 7, caller(Lane.PAGE)))
        await asyncio.sleep(1)
        batch = await calls(gate, 2, caller(Lane.BULK))
        upkeep = await calls(gate, 2, caller(Lane.UPKEEP))
        return await strangers, batch, upkeep

    strangers, batch, upkeep = imagine(story)

    assert strangers == [0.0] * 2 + [60.25] * 2 + [120.5] * 2 + [180.75]
    assert (batch, upkeep) == ([1.0] * 2, [1.0] * 2)


@pytest.mark.parametrize("others", [[], [Lane.PERSON, Lane.PERSON, Lane.PAGE, Lane.PAGE, Lane.NOTICE]])
def test_upkeep_has_a_place_a_minute_beside_a_batch_without_end(others: list[Lane]) -> None:
    """The sweep comes last in every line, and yet no batch makes it wait until its end, whoever else calls."""

    async def busy(gate: LocalGate, lane: Lane) -> None:
        while True:
            await call(gate, caller(lane))
            await asyncio.sleep(55)

    async def story(gate: LocalGate) -> list[float]:
        await call(gate)
        batch = asyncio.ensure_future(calls(gate, 60, caller(Lane.BULK)))
        people = asyncio.gather(*(busy(gate, lane) for lane in others))
        await asyncio.sleep(5)
        upkeep = await calls(gate, 4, caller(Lane.UPKEEP))
        assert not batch.done()
        batch.cancel()
        people.cancel()
        return upkeep

    went = [-60.25, *imagine(story)]

    assert all(later - earlier < 121 for earlier, later in itertools.pairwise(went))


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_tiny_budget_is_open_to_every_lane(limit: int) -> None:
    """Whatever a share comes to, it is one place at least."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, None, rate(limit=limit))
        return list(await asyncio.gather(*(call(gate, caller(lane)) for lane in Lane)))

    went = imagine(story)

    assert went[0] == min(went)
    assert max(went) <= 60.25 * len(Lane)


def test_a_person_overtakes_the_sweep_that_waits() -> None:
    """Who comes last but waits in person goes first when a place is free."""

    async def story(gate: LocalGate) -> list[str]:
        await call(gate, None, rate(limit=1))
        order: list[str] = []

        async def named(name: str, lane: Lane) -> None:
            turn = await gate.enter("heavy", caller(lane))
            order.append(name)
            await gate.answered("heavy", turn, 200, {})

        lanes = {"sweep": Lane.UPKEEP, "reminder": Lane.NOTICE, "Ana": Lane.PERSON, "Ben": Lane.PERSON}
        await asyncio.gather(*(named(name, lane) for name, lane in lanes.items()))
        return order

    assert imagine(story) == ["Ana", "Ben", "reminder", "sweep"]


@pytest.mark.parametrize(
    ("headers", "heavy", "light"),
    [
        (rate(retry_after="7"), 7.25, 0.0),
        (rate(), 60.25, 0.0),
        ({"retry-after": "7"}, 7.25, 7.25),
        ({}, 30.25, 30.25),
        ({"Retry-After": "soon"}, 30.25, 30.25),
        (rate(50, retry_after="7", X_Rate_Limit_Group="Light"), 7.25, 7.25),
        (rate(40, retry_after="7", X_Rate_Limit_Group="Medium"), 7.25, 0.0),
    ],
)
def test_a_429_holds_what_it_speaks_of(headers: dict[str, str], heavy: float, light: float) -> None:
    """The group that was called and the group that is named; the whole account where there are no rate headers.

    Without Retry-After the wait is a safe default.
    """

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, group="light")
        turn = await gate.enter("heavy", caller())
        await gate.answered("heavy", turn, 429, headers)
        return list(await asyncio.gather(call(gate), call(gate, group="light")))

    assert imagine(story) == pytest.approx([heavy, light])


def test_thirty_callers_keep_still_in_a_penalty() -> None:
    """One 429 and thirty who wait: none of them goes before the penalty ends."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, None, rate(retry_after="60"), status=429)
        return await calls(gate, 30)

    assert imagine(story) == [60.25] * 10 + [120.5] * 10 + [180.75] * 10


def test_nothing_remaining_means_a_whole_window_of_waiting() -> None:
    """Ten calls over 45 seconds: the first place is free after 60, but the vendor says to wait Window from here."""

    async def story(gate: LocalGate) -> float:
        for remaining in range(9, -1, -1):
            await call(gate, None, rate(remaining=remaining))
            await asyncio.sleep(5)
        return await call(gate)

    assert imagine(story) == 105.25


def test_a_lower_remainder_than_ours_is_believed() -> None:
    """Another program works as the same user: what it spent is spent."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, None, rate(remaining=3))
        return await calls(gate, 5)

    assert imagine(story) == [0.0] * 3 + [60.25] * 2


def test_a_higher_remainder_than_ours_is_not_believed() -> None:
    """What we have sent is sent, whatever an answer that was overtaken says."""

    async def story(gate: LocalGate) -> list[float]:
        await calls(gate, 9)
        await call(gate, None, rate(remaining=9))
        return await calls(gate, 1)

    assert imagine(story) == [60.25]


def test_a_raised_limit_lets_those_who_wait_go() -> None:
    """The vendor raised the budget of this app: nobody waits for the old one."""

    async def story(gate: LocalGate) -> list[float]:
        await calls(gate, 9)
        slow = await gate.enter("heavy", caller())
        waiting = asyncio.ensure_future(calls(gate, 3))
        await asyncio.sleep(2)
        await gate.answered("heavy", slow, 200, rate(limit=100, remaining=90))
        return await waiting

    assert imagine(story) == [2.0] * 3


def test_headers_of_another_known_group_count_there() -> None:
    """The vendor moved an operation to another group: its figures are not taken for ours."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, None, rate(50, 0, X_Rate_Limit_Group="Medium"))
        return list(await asyncio.gather(call(gate), call(gate, group="medium")))

    assert imagine(story) == pytest.approx([0.0, 60.25])


def test_headers_of_a_renamed_group_count_here() -> None:
    """A group nobody knows can only be ours under a new name."""

    async def story(gate: LocalGate) -> float:
        await call(gate, None, rate(remaining=0, X_Rate_Limit_Group="heavier"))
        return await call(gate)

    assert imagine(story) == pytest.approx(60.25)


def test_headers_are_read_in_both_spellings_and_any_case() -> None:
    """The guide has two spellings and its own sample small letters; nonsense is the same as nothing."""
    told = RateHeaders("heavy", 10, 0, 60.0, 7.0)
    first = {"X-Rate-Limit-Group": "heavy", "X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "0"}
    other = {"x-ratelimit-group": " Heavy ", "X-RATELIMIT-LIMIT": "10", "X-RateLimit-Remaining": "0"}

    assert read_headers({**first, "X-Rate-Limit-Window": "60", "Retry-After": "7"}) == told
    assert read_headers({**other, "X-RateLimit-Window": "60", "retry-after": "7"}) == told
    assert read_headers({}) == RateHeaders(None, None, None, None, None)
    nonsense = {"X-Rate-Limit-Limit": "many", "X-Rate-Limit-Window": "-1", "Retry-After": "nan"}
    assert read_headers(nonsense) == RateHeaders(None, None, None, None, None)
