"""A gate whose calls count against several limits at once: a rate, the days of subjects, and one at a time."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from bot.clock import machine_now, monotonic
from bot.errors import AttemptsUsed, ProviderBusy
from bot.providers.caller import Caller, Lane
from bot.providers.gate_queue import UNSHARED, ProcessQueue, Renewal, WaitingCall
from bot.providers.gate_state import GroupState, Visit, dump_state, load_state, visit
from bot.providers.keyed_answers import KeyedReport, SentTurn, with_counts, with_rates
from bot.providers.limit_counts import CountedLimits, Moment, StoredKey, day_left
from bot.providers.limit_keys import ApiLimits, LimitAnswer, LimitKey, LimitKind
from bot.providers.queued_gate import SNAPSHOT_TIMEOUT, GateRows, QueuedGate
from bot.providers.rate_budget import PAGE_PERCENT, SEND_WITHIN, RateBudget, Waiting

NO_RATE = LimitKey(LimitKind.RATE, "")


@dataclass(eq=False)
class KeyedCall(WaitingCall):
    """A call of this process with its limits."""

    rate: LimitKey = NO_RATE
    keys: tuple[StoredKey, ...] = ()
    """Its limits besides the rate."""
    stopped_by: LimitKey | None = None
    """The one of these that it waits for, if it does not wait for the rate."""


class KeyedGate(QueuedGate[KeyedReport]):
    """The gate of one account of a vendor with several limits a call. Replicas share it if its rows are shared."""

    def __init__(
        self,
        rows: GateRows,
        limits: ApiLimits,
        renewal: Renewal = UNSHARED,
        *,
        digest: Callable[[str], str],
        page_percent: int = PAGE_PERCENT,
        today: Callable[[], datetime] = machine_now,
        monotonic: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], datetime] = machine_now,
    ) -> None:
        """`digest` hides a subject before it is stored; `today` is the clock of days, `now` that of `ready_at`.

        Our own pages may use `page_percent` of each rate.
        """
        budgets = {
            name: RateBudget(limit, window, page_percent=page_percent)
            for name, (limit, window) in limits.rates().items()
        }
        super().__init__(rows, renewal, budgets, monotonic=monotonic, sleep=sleep, now=now)
        self._limits, self._digest, self._today = limits, digest, today
        self._turns = itertools.count(1)
        self._sent: dict[int, SentTurn] = {}

    async def enter(self, keys: Sequence[LimitKey], caller: Caller) -> int:
        """Wait until every limit of the call allows it, and return the number of its turn.

        Raises `ProviderBusy` if that would take longer than the caller's patience, `AttemptsUsed` if a subject's day is
        used up: nothing was sent then. Otherwise the caller makes one call at once, and reports it with `answered`,
        whatever its outcome. If the state cannot be stored, the error is raised, and nothing may be sent.
        """
        rate, stored = self._stored(keys)
        call = KeyedCall(Waiting(0, caller.lane, caller.who), rate=rate, keys=stored)
        went_at = await self._go(self._queues[rate.name], call, caller)
        turn = next(self._turns)
        self._sent[turn] = SentTurn(rate, stored, call.place.turn, went_at)
        return turn

    async def used_up(self, keys: Sequence[LimitKey], lane: Lane) -> dict[LimitKey, ProviderBusy]:
        """Those of these days that are used up, with the error that a call would get. Nothing is counted."""
        stored = [self._store_key(key) for key in keys if key.kind is LimitKind.DAY]
        values, now = await self._rows.read([key.row for key in stored])
        moment = Moment(now, self._today())
        counted = CountedLimits("", [(lane, [key]) for key in stored], values, moment, self._limits.per_day)
        waits = {key.key: counted.ready_at(number) - now for number, key in enumerate(stored)}
        return {key: self._busy(key, wait) for key, wait in waits.items() if wait > 0}

    def _stored(self, keys: Sequence[LimitKey]) -> tuple[LimitKey, tuple[StoredKey, ...]]:
        (rate,) = (key for key in keys if key.kind is LimitKind.RATE)
        others = (key for key in dict.fromkeys(keys) if key is not rate)
        # A limit that the account does not have is not counted: on SQLite, each count is a write to the disk.
        kept = (key for key in others if key.kind is not LimitKind.DAY or self._limits.per_day(key.name) is not None)
        return rate, tuple(self._store_key(key) for key in kept)

    def _store_key(self, key: LimitKey) -> StoredKey:
        return StoredKey(key, self._digest(key.subject) if key.subject else "")

    async def _take_turns(self, queue: ProcessQueue, calls: Sequence[WaitingCall], left: Collection[int]) -> Visit:
        keyed = cast("Sequence[KeyedCall]", calls)
        lanes_and_keys = [(call.place.lane, call.keys) for call in keyed]
        rows = {key.row for call in keyed for key in call.keys}
        seen: list[tuple[Visit, CountedLimits]] = []

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            moment = Moment(now, self._today())
            others = CountedLimits(queue.group, lanes_and_keys, values, moment, self._limits.per_day)
            state = load_state(values[queue.group], self._budgets[queue.group])
            places = [call.place for call in keyed]
            seen[:] = [(visit(state, places, left, now, self._renewal.lease, others), others)]
            return {queue.group: dump_state(seen[0][0].state), **others.values}

        await self._rows.change((queue.group, *sorted(rows)), decide)
        result, others = seen[0]
        for number, (call, (place, _)) in enumerate(zip(keyed, result.turns, strict=True)):
            call.stopped_by = others.stopped_by(number) if place.ready_at > result.now else None
        return result

    def _refusal(self, call: WaitingCall, seconds: float) -> ProviderBusy:
        keyed = cast("KeyedCall", call)
        return self._busy(keyed.stopped_by or keyed.rate, seconds)

    def _busy(self, key: LimitKey, seconds: float) -> ProviderBusy:
        of_one = key.kind is LimitKind.DAY and key.subject
        error = AttemptsUsed if of_one else ProviderBusy
        return error(self._limits.sentence(key, seconds), ready_at=self._ready_at(seconds))

    def may_send(self, turn: int) -> bool:
        """Whether it is early enough to send the call of this turn; if not, its slots may be another call's by now."""
        sent = self._sent.get(turn)
        return sent is not None and self._monotonic() - sent.went_at < SEND_WITHIN

    async def answered(self, turn: int, status: int | None, headers: Mapping[str, str], message: str = "") -> None:
        """Report the answer to the call of a turn; `status` is `None` without one, `message` that of a refusal."""
        sent = self._sent.pop(turn)
        answer = LimitAnswer(status, headers, message, self._now(), self._today())
        facts = self._limits.read((sent.rate, *(key.key for key in sent.keys)), answer)
        await self._report(KeyedReport(sent, status, facts))

    async def _store(self, reports: Sequence[KeyedReport]) -> None:
        rates = sorted(set[str]().union(*(report.rates for report in reports)))
        rows = sorted(set[str]().union(*(report.rows for report in reports)))
        states: dict[str, GroupState] = {}

        def decide(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            counts: dict[str, Any] = {row: values[row] or {} for row in rows}
            states.update({rate: load_state(values[rate], self._budgets[rate]) for rate in rates})
            for report in reports:
                states.update(with_rates(states, report, now))
                counts = with_counts(counts, report, Moment(now, self._today()), self._limits.per_day)
            return {**{rate: dump_state(state) for rate, state in states.items()}, **counts}

        await self._rows.change((*rates, *rows), decide)
        for rate, state in states.items():
            self._queues[rate].note(state)
        if any(report.open_keys for report in reports):
            self._look_again()

    async def _left(self) -> dict[str, int]:
        """Calls that each rate has left now, and that the account has left today (`heavy_today`)."""
        left = await super()._left()
        limits = self._limits.account_days()
        rows = {self._store_key(LimitKey(LimitKind.DAY, name)).row: name for name in limits}
        try:
            async with asyncio.timeout(SNAPSHOT_TIMEOUT):
                values, now = await self._rows.read(tuple(rows))
        except Exception:  # noqa: BLE001 - whatever the store raises: the rates have been logged
            return left
        moment = Moment(now, self._today())
        days = {name: day_left(values[row] or {}, limits[name], moment) for row, name in rows.items()}
        return left | {f"{name}_today": calls for name, calls in days.items()}

    def _look_again(self) -> None:
        """Let the calls look again that wait for another one to end."""
        for queue in self._queues.values():
            if any(call.stopped_by for call in cast("Sequence[KeyedCall]", queue.calls)):
                queue.check_at = -math.inf
                queue.wake_all()
