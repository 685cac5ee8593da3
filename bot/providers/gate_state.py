"""The state of a rate group as a JSON value, and what calls and answers make of it. Pure functions of a value."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from bot.providers.caller import Lane
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


class OtherLimits:
    """What the calls of a visit need besides a slot of their rate group: nothing."""

    def ready_at(self, number: int) -> float:  # noqa: ARG002
        """When these limits allow the call with this number; the past if they do now."""
        return -math.inf

    def take(self, number: int, turn: int) -> None:
        """Count the call, which goes now."""


NO_OTHER_LIMITS = OtherLimits()


def visit(
    state: GroupState,
    calls: Sequence[Waiting],
    left: Collection[int],
    now: float,
    lease: float = math.inf,
    others: OtherLimits = NO_OTHER_LIMITS,
) -> Visit:
    """Let the waiting `calls` of a process take their places, or keep them for `lease` seconds, and go if they can.

    A call without a turn is new and gets one. The turns that `left` will not be used: their places and slots are free.
    """
    budget = give_up_slots(after_set_back(state.budget, now), now)
    budget = replace(budget, slots=tuple(slot for slot in budget.slots if slot.turn not in left))
    next_turn, own = state.next_turn, list[Waiting]()
    for number, call in enumerate(calls):
        own.append(replace(call, turn=call.turn or next_turn, until=now + lease, ready_at=others.ready_at(number)))
        next_turn += not call.turn
    gone_before = {*left, *(place.turn for place in own)}
    rest = [call for call in state.waiting if call.turn not in gone_before and now < call.until <= now + lease]
    budget, own, times = _let_go(budget, own, rest, now, others)
    waiting = [*rest, *(place for place in own if times[place.turn] > now)]
    changed = GroupState(budget, tuple(waiting), next_turn)
    return Visit(changed, now, [(place, times[place.turn]) for place in own])


def _let_go(
    budget: RateBudget, own: Sequence[Waiting], rest: Sequence[Waiting], now: float, others: OtherLimits
) -> tuple[RateBudget, list[Waiting], dict[int, float]]:
    """Give the `own` calls their slots whose time has come; return all of them with their times.

    A call that its other limits stop takes no turn from those behind it, also if another call of this visit has just
    used what it needs: then the turns are computed again without it.
    """
    number_of, own, times = {place.turn: number for number, place in enumerate(own)}, list(own), dict[int, float]()
    is_settled = False
    while not is_settled:
        is_settled = True
        gone = {turn for turn, at in times.items() if at <= now and turn in number_of}
        ready = [call for call in (*rest, *own) if call.ready_at <= now and call.turn not in gone]
        order = queue_order(budget, ready, now)
        for call, at in zip(order, turn_times(budget, order, now), strict=True):
            times[call.turn] = at
            number = number_of.get(call.turn)
            if number is None or at > now:
                continue
            if (ready_at := others.ready_at(number)) > now:
                own[number], is_settled = replace(call, ready_at=ready_at), False
                times[call.turn] = ready_at
                continue
            budget = take_slot(budget, call.turn, call.lane, now, call.who)
            others.take(number, call.turn)
    return budget, own, {**{place.turn: place.ready_at for place in own}, **times}


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
    del budget["page_percent"]
    return {"budget": budget, "waiting": [_dump(call) for call in state.waiting], "next_turn": state.next_turn}


def load_state(value: Mapping[str, Any] | None, unused: RateBudget) -> GroupState:
    """The state of a JSON value; a new one, with this budget, if there is none."""
    if value is None:
        return GroupState(unused)
    slots = tuple(_load(Slot, slot) for slot in value["budget"]["slots"])
    waiting = tuple(_load(Waiting, call) for call in value["waiting"])
    values = {**value["budget"], "slots": slots, "page_percent": unused.page_percent}
    return GroupState(_load(RateBudget, values), waiting, value["next_turn"])


def _dump(value: Any) -> dict[str, Any]:
    finite = {one.name: getattr(value, one.name) for one in fields(value)}
    return {name: one for name, one in finite.items() if not (isinstance(one, float) and math.isinf(one))}


def _load(kind: type[T], value: Mapping[str, Any]) -> T:
    known = {name: one for name, one in value.items() if name in kind.__dataclass_fields__}  # type: ignore[attr-defined]
    if known.get("lane"):
        known["lane"] = Lane(known["lane"])
    return kind(**known)
