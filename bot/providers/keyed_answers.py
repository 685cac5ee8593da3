"""What the answers to calls with several limits change: rates, days, and calls one at a time. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.providers.gate_state import GroupState
from bot.providers.limit_counts import Moment, StoredKey, call_name, day_learned, open_ended
from bot.providers.limit_keys import AnswerFacts, LimitKey, LimitKind
from bot.providers.rate_budget import (
    DEFAULT_PENALTY,
    MARGIN,
    RateHeaders,
    after_set_back,
    apply_headers,
    give_up_slots,
    release_slot,
)


@dataclass(frozen=True)
class SentTurn:
    """A call that has its slots."""

    rate: LimitKey
    keys: tuple[StoredKey, ...]
    turn: int
    """Its turn in the queue of the rate."""
    went_at: float

    @property
    def name(self) -> str:
        """Its name among all calls of the account."""
        return call_name(self.rate.name, self.turn)


@dataclass(frozen=True)
class KeyedReport:
    """The answer to a call; `status` is `None` if there was none."""

    sent: SentTurn
    status: int | None
    facts: AnswerFacts

    @property
    def refused_rates(self) -> set[str]:
        """The rates that have refused it."""
        return {key.name for key in self.facts.refused_by if key.kind is LimitKind.RATE}

    @property
    def rates(self) -> set[str]:
        """The rates that it changes."""
        return {self.sent.rate.name, *self.facts.rates, *self.refused_rates}

    @property
    def rows(self) -> set[str]:
        """The rows besides those of rates that it changes."""
        return {key.row for key in (*self.day_keys, *self.open_keys)}

    @property
    def day_keys(self) -> dict[StoredKey, bool]:
        """The days that it changes, and whether they are used up."""
        keys = (key for key in self.sent.keys if key.key.kind is LimitKind.DAY)
        found = {key: key.key in self.facts.refused_by for key in keys}
        return {key: used for key, used in found.items() if used or key.key.name in self.facts.day_limits}

    @property
    def open_keys(self) -> list[StoredKey]:
        """The calls one at a time that have ended."""
        return [key for key in self.sent.keys if key.key.kind is LimitKind.ONE_AT_A_TIME]


def with_rates(states: Mapping[str, GroupState], report: KeyedReport, now: float) -> dict[str, GroupState]:
    """The states of the rates that an answer is about, after that answer."""
    facts, own = report.facts, report.sent.rate.name
    budgets = {name: give_up_slots(after_set_back(states[name].budget, now), now) for name in report.rates}
    for name, limit in facts.rates.items():
        budgets[name] = replace(budgets[name], limit=limit)
    budgets[own] = apply_headers(budgets[own], RateHeaders(None, None, facts.remaining, None, None), now)
    budgets[own] = release_slot(budgets[own], report.sent.turn, now, lost=report.status is None)
    for name in report.refused_rates:
        seconds = DEFAULT_PENALTY if facts.retry_after is None else facts.retry_after
        closed_until = max(budgets[name].closed_until, now + seconds + MARGIN)
        budgets[name] = replace(budgets[name], closed_until=closed_until)
    return {name: replace(states[name], budget=budget) for name, budget in budgets.items()}


def with_counts(
    values: Mapping[str, Any], report: KeyedReport, moment: Moment, per_day: Callable[[str], int | None]
) -> dict[str, Any]:
    """The values of the days, and of the calls one at a time, that an answer is about, after that answer."""
    changed, facts = dict(values), report.facts
    for key, is_used_up in report.day_keys.items():
        limit = facts.day_limits.get(key.key.name)
        if is_used_up and limit is None:
            limit = per_day(key.key.name)
        remaining = 0 if is_used_up else facts.day_remaining
        changed[key.row] = day_learned(changed[key.row], moment, limit, remaining)
    for key in report.open_keys:
        lost = report.status is None or key.key in facts.refused_by
        changed[key.row] = open_ended(changed[key.row], key.digest, report.sent.name, moment.now, lost=lost)
    return changed
