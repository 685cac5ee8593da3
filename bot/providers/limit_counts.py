"""What is counted besides rates: calls of a day, and calls one at a time. Pure functions of JSON values.

A call counts for the day on which it is sent; in the last seconds before midnight UTC for both days, because the vendor
counts it at some time between its request and its answer, by a clock of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from bot.providers.caller import Lane
from bot.providers.gate_state import OtherLimits
from bot.providers.limit_keys import LimitKey, LimitKind
from bot.providers.rate_budget import IN_FLIGHT, LONGEST_CALL, MARGIN, RESERVE, UNRESERVED

DAY_MARGIN = 10.0
"""Seconds by which the vendor's clock may differ from ours around midnight."""

Counts = Mapping[str, Mapping[str, Any]]
"""Days (2026-11-30) with their calls (`used`) and, if the vendor has stated it, their `limit`."""


@dataclass(frozen=True)
class Moment:
    """One moment by both clocks: that of the rows, in seconds, and that of days."""

    now: float
    today: datetime

    def days(self) -> list[str]:
        """The days that a call sent now can count for at the vendor."""
        early, late = timedelta(seconds=DAY_MARGIN), timedelta(seconds=DAY_MARGIN + IN_FLIGHT)
        return sorted({str((self.today - early).date()), str((self.today + late).date())})

    def start_of_day_after(self, day: str) -> float:
        """When the day after this one has begun, also by the vendor's clock, in seconds of the rows."""
        next_day = date.fromisoformat(day) + timedelta(days=1)
        midnight = datetime(next_day.year, next_day.month, next_day.day, tzinfo=UTC)
        return self.now + (midnight - self.today).total_seconds() + DAY_MARGIN


def day_room(key: LimitKey, limit: int, lane: Lane) -> int:
    """The calls of a day that a lane may make: a part of an account's calls is reserved for users who wait."""
    if key.subject or lane in UNRESERVED:
        return limit
    return max(1, limit - math.ceil(limit * RESERVE))


def day_ready_at(counts: Counts, key: LimitKey, limit: int, lane: Lane, moment: Moment) -> float:
    """When a call may go: the past, or the start of the first day that has room."""
    full = [day for day in moment.days() if _used(counts, day) >= day_room(key, _limit(counts, day, limit), lane)]
    return moment.start_of_day_after(full[-1]) if full else -math.inf


def day_left(counts: Counts, limit: int, moment: Moment) -> int:
    """The calls that are left today."""
    return max(0, min(_limit(counts, day, limit) - _used(counts, day) for day in moment.days()))


def day_counted(counts: Counts, moment: Moment, more: int = 1) -> Counts:
    """The counts after `more` calls that are sent now."""
    return {**counts, **{day: {**counts.get(day, {}), "used": _used(counts, day) + more} for day in moment.days()}}


def day_learned(counts: Counts, moment: Moment, limit: int | None, remaining: int | None) -> Counts:
    """The counts after the vendor has stated the limit or what remains of the day that began last."""
    day = moment.days()[0]
    row = {**counts.get(day, {}), "used": _used(counts, day)}
    if limit is not None:
        row["limit"] = limit
    if remaining is not None and "limit" in row:
        row["used"] = max(row["used"], row["limit"] - remaining)
    return {**counts, day: row}


def _used(counts: Counts, day: str) -> int:
    return int(counts.get(day, {}).get("used", 0))


def _limit(counts: Counts, day: str, limit: int) -> int:
    known = counts.get(day, {}).get("limit")
    return limit if known is None else int(known)


Open = Mapping[str, Mapping[str, Any]]
"""Digests of subjects with the call that is open (`call`), and until when it counts as open (`until`)."""


def open_ready_at(calls: Open, subject: str, now: float) -> float:
    """When the next call of this subject may go: the past, or when the open one is given up at the latest."""
    until = calls.get(subject, {}).get("until", -math.inf)
    return float(until) if now < until <= now + IN_FLIGHT else -math.inf


def open_begun(calls: Open, subject: str, call: str, now: float) -> Open:
    """The open calls after one more, without those that are given up."""
    kept = {name: one for name, one in calls.items() if now < one["until"] <= now + IN_FLIGHT}
    return {**kept, subject: {"call": call, "until": now + IN_FLIGHT}}


def open_ended(calls: Open, subject: str, call: str, now: float, *, lost: bool) -> Open:
    """The open calls after an answer; a lost call may still be at work at the vendor."""
    if calls.get(subject, {}).get("call") != call:
        return calls
    return {**calls, subject: {"call": "", "until": now + (LONGEST_CALL if lost else MARGIN)}}


def call_name(rate: str, turn: int) -> str:
    """The name of a call among all calls of an account."""
    return f"{rate}:{turn}"


@dataclass(frozen=True)
class StoredKey:
    """A limit of a call besides its rate, with the names under which it is stored."""

    key: LimitKey
    digest: str

    @property
    def row(self) -> str:
        """The name of the row that has its value."""
        return f"{DAY_ROW}{self.key.name}:{self.digest}" if self.key.kind is LimitKind.DAY else self.key.name


DAY_ROW = "day:"
"""How the names of rows with days begin; the table of days is kept under these names (`bot/db/limit_rows.py`)."""


class CountedLimits(OtherLimits):
    """The limits of the calls of one visit besides their rate. Taking a call changes the values."""

    def __init__(
        self,
        rate: str,
        calls: Sequence[tuple[Lane, Sequence[StoredKey]]],
        values: Mapping[str, Any],
        moment: Moment,
        per_day: Callable[[str], int | None],
    ) -> None:
        """`values` are those of the rows of all keys; `per_day` is the limit of a day."""
        self._rate, self._calls, self._moment, self._per_day = rate, calls, moment, per_day
        self.values: dict[str, Any] = {key.row: values[key.row] or {} for _, keys in calls for key in keys}

    def ready_at(self, number: int) -> float:
        """See `OtherLimits`."""
        lane, keys = self._calls[number]
        return max((self._key_ready_at(key, lane) for key in keys), default=-math.inf)

    def stopped_by(self, number: int) -> LimitKey | None:
        """The limit that stops this call longest, if one does now."""
        lane, keys = self._calls[number]
        last = max(keys, key=lambda key: self._key_ready_at(key, lane), default=None)
        return last.key if last and self._key_ready_at(last, lane) > self._moment.now else None

    def _key_ready_at(self, key: StoredKey, lane: Lane) -> float:
        value = self.values[key.row]
        if key.key.kind is LimitKind.ONE_AT_A_TIME:
            return open_ready_at(value, key.digest, self._moment.now)
        limit = self._per_day(key.key.name)
        return -math.inf if limit is None else day_ready_at(value, key.key, limit, lane, self._moment)

    def take(self, number: int, turn: int) -> None:
        """See `OtherLimits`."""
        for key in self._calls[number][1]:
            value = self.values[key.row]
            if key.key.kind is LimitKind.ONE_AT_A_TIME:
                value = open_begun(value, key.digest, call_name(self._rate, turn), self._moment.now)
            else:
                value = day_counted(value, self._moment)
            self.values[key.row] = value
