"""The budget of a rate group: limits, lanes, shares, penalties and headers."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.providers.base import Lane
from bot.providers.gate_state import GroupState, dump_state, load_state
from bot.providers.rate_budget import (
    MARGIN,
    RateBudget,
    RateHeaders,
    Slot,
    Waiting,
    apply_headers,
    calls_a_minute,
    earliest_turn,
    queue_order,
    read_headers,
    release_slot,
    take_slot,
    turn_times,
)
from tests.support.gate import share
from tests.support.rows import each_row

NOW = 1000.0


lanes = st.sampled_from(Lane)


FIRST = (Lane.MANAGE, Lane.PERSON)
"""The lanes that may use the whole budget."""


lines = st.lists(lanes, max_size=5).map(lambda ahead: sorted(ahead, key=list(Lane).index))


slots = st.builds(
    Slot,
    turn=st.integers(1, 99),
    lane=st.none() | lanes,
    free_at=st.floats(NOW - 100, NOW + 60) | st.just(math.inf),
)


budgets = st.builds(
    RateBudget,
    limit=st.integers(1, 12),
    window=st.just(60.0),
    slots=st.lists(slots, max_size=15).map(tuple),
    closed_until=st.floats(NOW - 100, NOW + 100) | st.just(-math.inf),
    has_answer=st.just(True),
)


def taken(budget: RateBudget, at: float, lane: Lane | None = None) -> int:
    """The number of taken slots at a time, of all lanes or of one."""
    return sum(slot.free_at > at and lane in (None, slot.lane) for slot in budget.slots)


@given(budget=budgets, ahead=lines, lane=lanes)
def test_no_turn_in_a_penalty_or_above_a_limit(budget: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """In any state: not during a penalty, not above the limit or the lane's share, not ahead of users."""
    at = earliest_turn(budget, ahead, lane, NOW)

    assert at >= max(NOW, budget.closed_until)
    if at == NOW:
        before = [one for one in ahead if one is lane]
        order = list(Lane).index
        users = [one for one in ahead if one in FIRST and order(one) <= order(lane)]
        assert taken(budget, NOW) + len(users) < budget.limit
        assert taken(budget, NOW, lane) + len(before) < share(budget.limit, lane)
        assert lane in FIRST or taken(budget, NOW) + len(before) < max(1, budget.limit - 0.2 * budget.limit)


@given(budget=budgets)
def test_users_never_wait_longer_than_other_lanes(budget: RateBudget) -> None:
    """At the same position a user goes first, and a notice before the other lanes."""
    manager, person, *others = (earliest_turn(budget, (), lane, NOW) for lane in Lane)
    notice = earliest_turn(budget, (), Lane.NOTICE, NOW)

    assert manager == person <= notice <= min(others)


@given(budget=budgets, ahead=lines, lane=lanes)
def test_no_call_waits_without_a_reason(budget: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """A user at the head of the queue goes as soon as a slot is free; others within their turns."""
    for first in FIRST:
        at = earliest_turn(budget, (), first, NOW)
        if budget.closed_until <= NOW and taken(budget, NOW) < budget.limit:
            assert at == NOW
    assert earliest_turn(budget, ahead, lane, NOW) < NOW + 100 + (len(ahead) + 1) * (60 + MARGIN) + 1


@given(budget=budgets, ahead=lines, lane=lanes)
def test_later_callers_do_not_delay_earlier_ones(budget: RateBudget, ahead: list[Lane], lane: Lane) -> None:
    """A caller ahead never makes it faster, and a caller of a later lane never slower."""
    order = list(Lane)
    at = earliest_turn(budget, ahead, lane, NOW)

    for one in Lane:
        with_them = earliest_turn(budget, [*ahead, one], lane, NOW)
        assert with_them >= at if order.index(one) <= order.index(lane) else with_them == at


@pytest.mark.parametrize(
    ("lane", "most"), [(Lane.LOOK, 36), (Lane.PAGE, 18), (Lane.BULK, 63), (Lane.UPKEEP, 36), (Lane.NOTICE, 72)]
)
def test_shares_grow_with_the_budget(lane: Lane, most: int) -> None:
    """Of ninety calls a minute, figures get 36, pages 18, bulk 63, upkeep 36, and all lanes but users 72."""
    slots = tuple(Slot(turn, lane, NOW + 30, taken_at=NOW - 30) for turn in range(most))
    almost, used = RateBudget(90, slots=slots[1:], has_answer=True), RateBudget(90, slots=slots, has_answer=True)

    assert [earliest_turn(budget, (), lane, NOW) for budget in (almost, used)] == [NOW, NOW + 30]


@given(budget=budgets, waiting=st.integers(1, 5))
def test_a_lane_that_has_used_its_share_blocks_no_other(budget: RateBudget, waiting: int) -> None:
    """Neither pages block bulk or upkeep, nor bulk upkeep."""
    for full, behind in ((Lane.PAGE, Lane.BULK), (Lane.PAGE, Lane.UPKEEP), (Lane.BULK, Lane.UPKEEP)):
        used = tuple(Slot(90 + number, full, math.inf) for number in range(share(budget.limit, full)))
        busy = replace(budget, slots=budget.slots + used)
        alone = earliest_turn(busy, (), behind, NOW)
        assert alone > NOW or earliest_turn(busy, [full] * waiting, behind, NOW) == NOW


@given(limit=st.integers(1, 60), limit_header=st.integers(1, 60), remaining=st.integers(0, 60), own=st.integers(0, 20))
def test_headers_override_our_own_count(limit: int, limit_header: int, remaining: int, own: int) -> None:
    """No more calls remain for us than the answer says."""
    budget = RateBudget(limit, slots=tuple(Slot(turn, Lane.PERSON, NOW + 30) for turn in range(own)))

    budget = apply_headers(budget, RateHeaders("heavy", limit_header, remaining, 60.0, None), NOW)

    assert budget.limit == limit_header
    assert budget.limit - taken(budget, NOW) <= max(remaining, 0)
    assert taken(budget, NOW) >= own


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
def test_only_a_lost_call_in_a_penalty_restarts_it(
    penalty: float, closed_for: float, lost: bool, closed_after: float
) -> None:
    """Not an answer, not after the penalty, and not if the budget is closed for another reason."""
    budget = RateBudget(
        10, slots=(Slot(7, Lane.PERSON),), penalty=penalty, closed_until=NOW + closed_for, has_answer=True
    )

    assert release_slot(budget, 7, NOW, lost=lost).closed_until == NOW + closed_after


def test_a_sent_call_ends_the_penalty() -> None:
    """A call that is lost later does not restart it."""
    assert take_slot(RateBudget(10, penalty=60.0, closed_until=NOW), 7, Lane.PERSON, NOW).penalty == 0.0


calls_waiting = st.lists(st.tuples(lanes, st.sampled_from(["", "U1", "U2", "U3"])), max_size=12).map(
    lambda drawn: [Waiting(turn, lane, who) for turn, (lane, who) in enumerate(drawn)]
)
held_slots = st.lists(st.sampled_from(["U1", "U2", "U3"]), max_size=8).map(
    lambda drawn: tuple(Slot(90 + number, Lane.PERSON, NOW + 30, who) for number, who in enumerate(drawn))
)


@given(budget=budgets, waiting=calls_waiting)
def test_the_times_of_a_queue_are_those_of_each_call(budget: RateBudget, waiting: list[Waiting]) -> None:
    """As if each were computed behind those before it."""
    order = queue_order(budget, waiting, NOW)
    lanes_in_order = [call.lane for call in order]

    times = turn_times(budget, order, NOW)

    assert times == [
        earliest_turn(budget, lanes_in_order[:number], lane, NOW) for number, lane in enumerate(lanes_in_order)
    ]


@given(waiting=calls_waiting, held=held_slots)
def test_nobody_gets_a_second_slot_while_another_waits_for_a_first(
    waiting: list[Waiting], held: tuple[Slot, ...]
) -> None:
    """In one lane; the lanes keep their order, and the calls of one user theirs."""
    had = Counter(slot.who for slot in held)

    order = queue_order(RateBudget(10, slots=held, has_answer=True), waiting, NOW)

    assert sorted(order, key=lambda call: call.turn) == waiting
    assert [call.lane for call in order] == sorted((call.lane for call in waiting), key=list(Lane).index)
    for lane in Lane:
        line = [call for call in order if call.lane is lane]
        got = Counter(had)
        for position, call in enumerate(line):
            others = [later.who for later in line[position + 1 :] if later.who]
            assert not call.who or all(got[call.who] <= got[other] for other in others)
            got[call.who] += 1
        for who in ("U1", "U2", "U3"):
            turns = [call.turn for call in line if call.who == who]
            assert turns == sorted(turns)


def test_slots_of_an_earlier_window_do_not_count_against_a_user() -> None:
    """A slot that is free again is forgotten, even if its user had many."""
    old = tuple(Slot(turn, Lane.PERSON, NOW, "U1") for turn in range(9))
    waiting = [Waiting(10, Lane.PERSON, "U1"), Waiting(11, Lane.PERSON, "U2")]

    assert queue_order(RateBudget(10, slots=old, has_answer=True), waiting, NOW) == waiting


@each_row(
    ("limit", "window", "percent", "most"),
    [
        (10, 60.0, 20, 2),
        (10, 60.0, 10, 1),
        (10, 60.0, 70, 7),
        (10, 60.0, 25, 2),
        (90, 60.0, 20, 18),
        (10, 30.0, 20, 4),
        (4, 1.0, 20, 60),
        (30, 1.0, 20, 360),
        (1, 60.0, 70, 1),
        (10, 60.0, 100, 8),
    ],
)
def test_pages_use_the_share_of_the_settings(limit: int, window: float, percent: int, most: int) -> None:
    """The pace that people see is what the gate grants, and never the slots reserved for users who wait."""
    budget = RateBudget(limit, window, has_answer=True, page_percent=percent)
    assert calls_a_minute(budget, Lane.PAGE) == most
    granted = round(most * window / 60)
    waiting = [Waiting(turn, Lane.PAGE) for turn in range(1, granted + 2)]
    assert [at > NOW for at in turn_times(budget, waiting, NOW)] == [False] * granted + [True]


def test_the_share_of_pages_is_a_setting_and_not_stored() -> None:
    """A state that another version or another setting has stored is used with the own share."""
    stored = dump_state(GroupState(RateBudget(10, page_percent=70)))
    assert "page_percent" not in stored["budget"]
    assert load_state(stored, RateBudget(10, page_percent=40)).budget.page_percent == 40


def test_headers_are_read_in_both_spellings_and_any_case() -> None:
    """The guide has two spellings and lower-case samples. Invalid values equal missing ones."""
    expected = RateHeaders("heavy", 10, 0, 60.0, 7.0)
    first = {"X-Rate-Limit-Group": "heavy", "X-Rate-Limit-Limit": "10", "X-Rate-Limit-Remaining": "0"}
    other = {"x-ratelimit-group": " Heavy ", "X-RATELIMIT-LIMIT": "10", "X-RateLimit-Remaining": "0"}

    assert read_headers({**first, "X-Rate-Limit-Window": "60", "Retry-After": "7"}) == expected
    assert read_headers({**other, "X-RateLimit-Window": "60", "retry-after": "7"}) == expected
    assert read_headers({}) == RateHeaders(None, None, None, None, None)
    nonsense = {"X-Rate-Limit-Limit": "many", "X-Rate-Limit-Window": "-1", "Retry-After": "nan"}
    assert read_headers(nonsense) == RateHeaders(None, None, None, None, None)
