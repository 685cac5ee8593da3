"""Several processes share one gate through its rows. In simulated time."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import ProviderBusy
from bot.providers.base import Lane
from bot.providers.gate import Gate
from bot.providers.gate_queue import SHARED
from bot.providers.rate_budget import IN_FLIGHT, LONGEST_CALL, MARGIN, SEND_WITHIN, WINDOW
from tests.providers.test_gate_vendor import LANES, Vendor
from tests.support.gate import AHEAD, SharedRows, call, caller, calls, clock, rate, shared_gate, simulate

LEASE = SHARED.lease
GIVEN_BACK = IN_FLIGHT + WINDOW + MARGIN
"""Seconds after which a slot of a dead process can be used again."""


class Outage(Exception):
    """The rows cannot be reached."""


class Replica:
    """A process with its own gate on shared rows, which can die or freeze."""

    def __init__(self, rows: SharedRows) -> None:
        self.rows = rows
        self.gate = shared_gate(self)
        self.is_dead = False
        self.frozen_until = -math.inf
        self.tasks: set[asyncio.Task[object]] = set()

    async def read(self, groups):  # type: ignore[no-untyped-def] # as GateRows
        """Pass a read on."""
        return await self.rows.read(groups)

    async def change(self, groups, decide):  # type: ignore[no-untyped-def] # as GateRows
        """Pass a change on, unless the process is dead; a transaction that it has begun may still be stored."""
        await self.thawed()
        if self.is_dead:
            raise Outage
        await self.rows.change(groups, decide)
        await self.thawed()

    async def thawed(self) -> None:
        """Do nothing while the process is frozen."""
        while self.frozen_until > clock():  # noqa: ASYNC110 - it may freeze again meanwhile
            await asyncio.sleep(self.frozen_until - clock())

    def kill(self) -> None:
        """End the process as `kill -9` does."""
        self.is_dead = True
        for task in self.tasks:
            task.cancel()


@dataclass
class ReplicaCall:
    """A call: by which process, when, in which lane, and its delay in each direction."""

    replica: int
    lane: Lane
    wanted: float
    request_delay: float
    answer_delay: float

    async def make(self, replica: Replica, vendor: Vendor) -> None:
        await asyncio.sleep(self.wanted)
        if replica.is_dead:
            return
        turn = await replica.gate.enter("heavy", caller(self.lane, who=f"U{self.replica}"))
        await replica.thawed()
        if replica.is_dead:
            return
        if not replica.gate.may_send("heavy", turn):
            await replica.gate.answered("heavy", turn, None, {})
            return
        # Once sent, a call arrives whatever becomes of its process.
        status, headers = await asyncio.shield(asyncio.ensure_future(arrive(vendor, self.request_delay)))
        await asyncio.sleep(self.answer_delay)
        await replica.gate.answered("heavy", turn, status, headers)


async def arrive(vendor: Vendor, delay: float) -> tuple[int, Mapping[str, str]]:
    """Let a call arrive at the vendor."""
    await asyncio.sleep(delay)
    return vendor.answer(clock())


moments, delays = (st.integers(0, most * 1000).map(lambda ms: ms / 1000) for most in (150, int(LONGEST_CALL / 2)))
replica_calls = st.lists(
    st.builds(ReplicaCall, st.integers(0, 2), LANES, moments, delays, delays), min_size=12, max_size=40
)
troubles = st.lists(st.tuples(st.integers(0, 1), moments, st.sampled_from([None, 5.0, 15.0, 60.0])), max_size=3)
"""Which process dies (None) or freezes, when, and for how long."""


@settings(deadline=None, max_examples=25)
@given(wanted=replica_calls, troubles=troubles, headers=st.booleans(), latency=st.sampled_from([0.0, 0.02]))
def test_no_call_is_refused_whatever_happens_to_the_processes(
    wanted: list[ReplicaCall],
    troubles: list[tuple[int, float, float | None]],
    headers: bool,
    latency: float,
) -> None:
    """Three processes, of which two die or freeze at any time; with and without rate headers: no 429."""
    vendor = Vendor(headers=headers)

    async def trouble(replica: Replica, at: float, seconds: float | None) -> None:
        await asyncio.sleep(at)
        if seconds is None:
            replica.kill()
        else:
            replica.frozen_until = round(at + seconds, 6)  # as exact as the clock, which is never between two steps

    async def story(_: Gate) -> None:
        rows = SharedRows(latency)
        replicas = [Replica(rows) for _ in range(3)]
        for one in wanted:
            task = asyncio.ensure_future(one.make(replicas[one.replica], vendor))
            replicas[one.replica].tasks.add(task)
        happen = [trouble(replicas[number], at, seconds) for number, at, seconds in troubles]
        await asyncio.gather(*happen)
        done = await asyncio.gather(*(task for one in replicas for task in one.tasks), return_exceptions=True)
        assert all(error is None or isinstance(error, asyncio.CancelledError | Outage | TimeoutError) for error in done)

    simulate(story)

    assert vendor.refused == 0


@settings(deadline=None, max_examples=12)
@given(wanted=replica_calls, limit=st.integers(1, 12), data=st.data())
def test_no_call_is_refused_although_others_have_called(
    wanted: list[ReplicaCall], limit: int, data: st.DataObject
) -> None:
    """Calls of other programs before the start are seen in the headers of the first answer."""
    vendor = Vendor(limit, arrived=deque(data.draw(st.lists(st.floats(-59, 0), max_size=limit - 1).map(sorted))))

    async def story(_: Gate) -> None:
        rows = SharedRows()
        replicas = [Replica(rows) for _ in range(3)]
        await asyncio.gather(*(one.make(replicas[one.replica], vendor) for one in wanted))

    simulate(story)

    assert vendor.refused == 0
    assert len(vendor.arrived) > 0


def replicas(count: int = 3) -> list[Replica]:
    """Processes on the same rows."""
    rows = SharedRows()
    return [Replica(rows) for _ in range(count)]


def test_processes_share_the_budget_and_the_order() -> None:
    """Three calls a minute for all together, and people take turns regardless of their process."""

    async def story(_: Gate) -> tuple[list[float], list[float]]:
        first, second, third = (replica.gate for replica in replicas())
        await call(first, None, rate(limit=3))
        ana = asyncio.ensure_future(calls(first, 12, caller(who="ana")))
        await asyncio.sleep(5)
        ben, emi = await asyncio.gather(calls(second, 2, caller(who="ben")), calls(third, 1, caller(who="emi")))
        return ben + emi, await ana

    others, ana = simulate(story)

    assert others == [60.25, 120.5, 60.25]
    assert ana[:6] == [0.0, 0.0, 60.25, 120.5, 120.5, 180.75]


def test_a_person_waits_one_slot_whatever_other_processes_have_queued() -> None:
    """Lists, sweeps and visitors fill two processes; a creation in the third goes at once or within six seconds."""

    async def busy(gate: Gate, lane: Lane) -> None:
        while True:
            await call(gate, caller(lane))

    async def story(_: Gate) -> list[float]:
        first, second, third = (replica.gate for replica in replicas())
        await call(first)
        lanes = [Lane.BULK] * 8 + [Lane.UPKEEP] * 4 + [Lane.PAGE] * 4 + [Lane.NOTICE] * 4 + [Lane.LOOK] * 8
        others = [asyncio.ensure_future(busy(gate, lane)) for gate in (first, second) for lane in lanes]
        waits = []
        for number in range(4):
            await asyncio.sleep(97)
            began = clock()
            waits.append(await call(third, caller(Lane.MANAGE, who=f"U{number}")) - began)
        for other in others:
            other.cancel()
        return waits

    assert max(simulate(story)) <= 6.0


def test_the_place_of_a_dead_process_is_given_up() -> None:
    """It was first in the queue; the next one gets its slot after the lease, and not a minute later."""

    async def story(_: Gate) -> float:
        dead, alive = replicas(2)
        await call(alive.gate, None, rate(limit=1))
        dead.tasks.add(asyncio.ensure_future(call(dead.gate)))
        await asyncio.sleep(1)
        waiting = asyncio.ensure_future(call(alive.gate))
        await asyncio.sleep(20)
        dead.kill()
        return await waiting

    assert simulate(story) == 60.25


def test_the_slots_of_a_dead_process_are_given_back() -> None:
    """When its calls can certainly not be counted any more."""

    async def story(_: Gate) -> list[float]:
        dead, alive = replicas(2)
        await call(alive.gate)
        await asyncio.gather(*(dead.gate.enter("heavy", caller()) for _ in range(9)))
        dead.kill()
        return await calls(alive.gate, 10)

    assert simulate(story) == pytest.approx([60.25] + [GIVEN_BACK] * 9, abs=0.3)


def test_a_first_call_that_died_does_not_block_the_others_forever() -> None:
    """Before the first answer one call is sent at a time; its process is gone."""

    async def story(_: Gate) -> float:
        dead, alive = replicas(2)
        await dead.gate.enter("heavy", caller())
        dead.kill()
        return await call(alive.gate)

    assert simulate(story) == pytest.approx(IN_FLIGHT, abs=0.3)


def test_the_first_answer_wakes_other_processes() -> None:
    """Within a moment."""

    async def story(_: Gate) -> list[float]:
        first, second = replicas(2)
        turn = await first.gate.enter("heavy", caller())
        waiting = asyncio.ensure_future(calls(second.gate, 3))
        await asyncio.sleep(1.1)
        await first.gate.answered("heavy", turn, 200, rate(remaining=9))
        return await waiting

    assert simulate(story) == pytest.approx([1.25] * 3, abs=0.2)


def test_a_penalty_holds_for_every_process() -> None:
    """One process has learned of it; a 429 without rate headers closes every group."""

    async def story(_: Gate) -> list[float]:
        first, second, third = (replica.gate for replica in replicas())
        await asyncio.gather(call(first), call(first, group="light"))
        await call(first, None, {"Retry-After": "40"}, status=429)
        return list(await asyncio.gather(call(second), call(third, group="light")))

    assert simulate(story) == [40.25, 40.25]


def test_a_call_is_not_sent_long_after_its_slot_was_granted() -> None:
    """A process that was frozen asks before it sends."""

    async def story(gate: Gate) -> list[bool]:
        turn = await gate.enter("heavy", caller())
        answers = [gate.may_send("heavy", turn)]
        await asyncio.sleep(SEND_WITHIN)
        answers.append(gate.may_send("heavy", turn))
        await gate.answered("heavy", turn, None, {})
        return [*answers, gate.may_send("heavy", turn)]

    assert simulate(story) == [True, False, False]


def test_an_outage_ends_the_waits_and_sends_nothing() -> None:
    """Those who wait get the error of the rows; afterward the gate works again."""

    async def story(_: Gate) -> tuple[list[BaseException | float], list[float]]:
        rows = SharedRows()
        gate = shared_gate(rows)
        await calls(gate, 10)
        waiting = [asyncio.ensure_future(call(gate)) for _ in range(3)]
        await asyncio.sleep(1)
        rows.error = Outage()
        ended = await asyncio.gather(*waiting, return_exceptions=True)
        rows.error = None
        return ended, await calls(gate, 1)

    ended, after = simulate(story)

    assert [type(error) for error in ended] == [Outage] * 3
    assert after == [60.25]


def test_an_answer_that_could_not_be_reported_is_reported_later(caplog: pytest.LogCaptureFixture) -> None:
    """The call was answered, so its caller gets no error; the penalty that the answer told of is kept."""

    async def story(_: Gate) -> float:
        rows = SharedRows()
        gate = shared_gate(rows)
        await call(gate)
        turn = await gate.enter("heavy", caller())
        rows.error = Outage()
        await gate.answered("heavy", turn, 429, rate(retry_after="60"))
        rows.error = None
        await asyncio.sleep(5)
        return await call(gate)

    assert simulate(story) == 65.25
    assert [record.message for record in caplog.records] == ["gate.report_delayed"]


def test_rows_that_do_not_answer_end_the_wait() -> None:
    """Not the patience of the caller, but the time in which rows answer."""

    async def story(_: Gate) -> float:
        with pytest.raises(TimeoutError):
            await call(shared_gate(SharedRows(latency=60.0)))
        return clock()

    assert simulate(story) == 5.0


def test_waiting_costs_few_transactions() -> None:
    """Thirty people wait in each of three processes for two minutes: a few transactions a second in all."""

    async def story(_: Gate) -> float:
        rows = SharedRows()
        gates = [shared_gate(rows) for _ in range(3)]
        await call(gates[0])
        for number, gate in enumerate(gates):
            for person in range(30):
                asyncio.ensure_future(call(gate, caller(who=f"U{number}-{person}")))  # noqa: RUF006 - gathered by the loop
        await asyncio.sleep(120)
        return rows.changes / 120

    assert simulate(story) < 3.0


def test_a_refused_or_canceled_caller_leaves_nothing_behind() -> None:
    """Neither a place nor an unused slot."""

    async def story(_: Gate) -> list[float]:
        first, second = (replica.gate for replica in replicas(2))
        await calls(first, 9)
        with pytest.raises(ProviderBusy):
            await asyncio.gather(*(call(first, caller(Lane.NOTICE, patience=1.0)) for _ in range(5)))
        canceled = asyncio.ensure_future(first.enter("heavy", caller(who="U1")))
        await asyncio.sleep(0)
        canceled.cancel()
        await asyncio.sleep(1)
        return await calls(second, 2)

    assert simulate(story) == [1.0, 60.25]


@pytest.mark.parametrize("seconds", [-300.0, 3600.0])
def test_a_changed_clock_of_the_database_blocks_nothing_for_long(seconds: float) -> None:
    """If it is set back, the state is set back with it; if it is set forward, slots are free at once."""

    async def story(_: Gate) -> float:
        rows = SharedRows()
        gate = shared_gate(rows)
        await calls(gate, 10)
        rows.ahead = AHEAD + seconds
        return await call(gate)

    assert simulate(story) <= 60.25
