"""The state of a rate group as a JSON value, and what calls and answers make of it. Pure functions of a value."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from bot.providers.base import Lane
from bot.providers.rate_budget import (
    DEFAULT_PENALTY,
    IN_FLIGHT,
    PENALTY,
    RateBudget,
    RateHeaders,
    Slot,
    Waiting,
    after_set_back,
    apply_headers,
    give_up_slots,
    queue_order,
    release_slot,
    start_penalty,
    take_slot,
    turn_times,
)

T = TypeVar("T")


@dataclass(frozen=True)
class GroupState:
    """A rate group: its budget, and the waiting calls of all processes."""

    budget: RateBudget
    waiting: tuple[Waiting, ...] = ()
    next_turn: int = 1


@dataclass(frozen=True)
class CallReport:
    """The answer to the call of a turn; `status` is `None` if there was none."""

    group: str
    turn: int
    status: int | None
    rates: RateHeaders


@dataclass(frozen=True)
class Visit:
    """The state after a process has looked at it, and the place and time of each of its calls.

    A call whose time has come has its slot and waits no more.
    """

    state: GroupState
    now: float
    turns: list[tuple[Waiting, float]] = field(default_factory=list)

    @property
    def next_change(self) -> float:
        """When the next slot becomes free. The order of the waiting calls can change then."""
        slots = self.state.budget.slots
        ends = (slot.taken_at + IN_FLIGHT if slot.free_at == math.inf else slot.free_at for slot in slots)
        return min((end for end in ends if end > self.now), default=math.inf)


def visit(
    state: GroupState, calls: Sequence[Waiting], left: Collection[int], now: float, lease: float = math.inf
) -> Visit:
    """Let the waiting `calls` of a process take their places, or keep them for `lease` seconds, and go if they can.

    A call without a turn is new and gets one. The turns that `left` will not be used: their places and slots are free.
    """
    budget = give_up_slots(after_set_back(state.budget, now), now)
    budget = replace(budget, slots=tuple(slot for slot in budget.slots if slot.turn not in left))
    next_turn, places = state.next_turn, []
    for call in calls:
        places.append(replace(call, turn=call.turn or next_turn, until=now + lease))
        next_turn += not call.turn
    own = {place.turn for place in places}
    others = [call for call in state.waiting if call.turn not in own and call.turn not in left]
    waiting = [*(call for call in others if now < call.until <= now + lease), *places]
    order = queue_order(budget, waiting, now)
    time_of = {call.turn: at for call, at in zip(order, turn_times(budget, order, now), strict=True)}
    for call in order:
        if call.turn in own and time_of[call.turn] <= now:
            budget = take_slot(budget, call.turn, call.lane, now, call.who)
    waiting = [call for call in waiting if call.turn not in own or time_of[call.turn] > now]
    changed = GroupState(budget, tuple(waiting), next_turn)
    return Visit(changed, now, [(place, time_of[place.turn]) for place in places])


def groups_of(report: CallReport, groups: Collection[str]) -> set[str]:
    """The groups that an answer is about. A 429 without rate headers is a limit of the account, of every group."""
    if report.status == 429 and not report.rates.is_user_budget:
        return set(groups)
    return {report.group, _named(report, groups)}


def _named(report: CallReport, groups: Collection[str]) -> str:
    # An unknown name can only be the called group under a new one.
    name = report.rates.group
    return name if name is not None and name in groups else report.group


def with_answer(budgets: Mapping[str, RateBudget], report: CallReport, now: float) -> dict[str, RateBudget]:
    """The budgets of the groups that an answer is about, after that answer."""
    rates, changed = report.rates, dict(budgets)
    named = _named(report, budgets)
    changed[named] = apply_headers(changed[named], rates, now)
    changed[report.group] = release_slot(changed[report.group], report.turn, now, lost=report.status is None)
    if report.status == 429:
        penalty = rates.retry_after
        if penalty is None:
            penalty = PENALTY if rates.is_user_budget else DEFAULT_PENALTY
        for name in groups_of(report, budgets):
            changed[name] = start_penalty(changed[name], penalty, now)
    return changed


def with_answers(states: Mapping[str, GroupState], reports: Iterable[CallReport], now: float) -> dict[str, GroupState]:
    """The states of the groups that the answers are about, after these answers."""
    budgets = {group: give_up_slots(after_set_back(state.budget, now), now) for group, state in states.items()}
    for report in reports:
        budgets = with_answer(budgets, report, now)
    return {group: replace(state, budget=budgets[group]) for group, state in states.items()}


def dump_state(state: GroupState) -> dict[str, Any]:
    """The state as a JSON value. An infinite time is left out: JSON has none, and it is the default."""
    budget = {**_dump(state.budget), "slots": [_dump(slot) for slot in state.budget.slots]}
    return {"budget": budget, "waiting": [_dump(call) for call in state.waiting], "next_turn": state.next_turn}


def load_state(value: Mapping[str, Any] | None, unused: RateBudget) -> GroupState:
    """The state of a JSON value; a new one, with this budget, if there is none."""
    if value is None:
        return GroupState(unused)
    slots = tuple(_load(Slot, slot) for slot in value["budget"]["slots"])
    waiting = tuple(_load(Waiting, call) for call in value["waiting"])
    return GroupState(_load(RateBudget, {**value["budget"], "slots": slots}), waiting, value["next_turn"])


def _dump(value: Any) -> dict[str, Any]:
    finite = {one.name: getattr(value, one.name) for one in fields(value)}
    return {name: one for name, one in finite.items() if not (isinstance(one, float) and math.isinf(one))}


def _load(kind: type[T], value: Mapping[str, Any]) -> T:
    known = {name: one for name, one in value.items() if name in kind.__dataclass_fields__}  # type: ignore[attr-defined]
    if known.get("lane"):
        known["lane"] = Lane(known["lane"])
    return kind(**known)
