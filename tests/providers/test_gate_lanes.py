"""The lanes of the gate: users first, and a share for each lane. In simulated time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from bot.providers.base import Lane
from bot.providers.gate import LocalGate
from tests.support.gate import call, caller, calls, clock, rate, simulate


def test_upkeep_uses_four_of_ten_and_notices_leave_two() -> None:
    """Upkeep and notices cannot use the users' reserve."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float], list[float]]:
        await call(gate)
        waiting = asyncio.ensure_future(calls(gate, 6, caller(Lane.UPKEEP)))
        await asyncio.sleep(1)
        notices = asyncio.ensure_future(calls(gate, 6, caller(Lane.NOTICE)))
        await asyncio.sleep(1)
        people = await calls(gate, 2)
        return await waiting, await notices, people

    upkeep, notices, people = simulate(story)

    assert upkeep.count(0.0) == 4
    assert notices.count(1.0) == 3
    assert people == [2.0, 2.0]


def test_a_user_goes_at_once_during_a_long_bulk_list() -> None:
    """And the bulk list continues at seven a minute."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float]]:
        await call(gate)
        batch = asyncio.ensure_future(calls(gate, 28, caller(Lane.BULK)))
        await asyncio.sleep(70)
        people = await calls(gate, 2)
        return people, await batch

    people, batch = simulate(story)

    assert people == [70.0, 70.0]
    # Of the eight slots outside the users' reserve one is kept for upkeep; the slots that users take delay the batch.
    assert [batch.count(moment) for moment in (0.0, 60.25, 120.5, 130.25, 180.75)] == [6, 7, 5, 2, 5]


@pytest.mark.parametrize(("first", "in_first_minute"), [(Lane.UPKEEP, 7), (Lane.PAGE, 6)])
def test_bulk_leaves_a_slot_only_while_upkeep_has_none(first: Lane, in_first_minute: int) -> None:
    """Of the eight slots that are not reserved for users, one stays free until upkeep has used one."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, caller(first))
        return await calls(gate, 7, caller(Lane.BULK))

    assert simulate(story).count(0.0) == in_first_minute


def test_a_thousand_registrations_take_143_minutes() -> None:
    """Seven a minute: 1.43 times as long as with the whole budget."""

    async def worker(gate: LocalGate, numbers: Iterator[int]) -> None:
        for _ in numbers:
            await call(gate, caller(Lane.BULK))

    async def story(gate: LocalGate) -> float:
        numbers = iter(range(1000))
        await asyncio.gather(*(worker(gate, numbers) for _ in range(8)))
        return clock() / 60

    assert 142 < simulate(story) < 144


def test_pages_take_two_slots_a_minute_and_block_no_other_lane() -> None:
    """Bulk and upkeep calls behind seven waiting visitors go at once."""

    async def story(gate: LocalGate) -> tuple[list[float], list[float], list[float]]:
        await call(gate)
        strangers = asyncio.ensure_future(calls(gate, 7, caller(Lane.PAGE)))
        await asyncio.sleep(1)
        batch = await calls(gate, 2, caller(Lane.BULK))
        upkeep = await calls(gate, 2, caller(Lane.UPKEEP))
        return await strangers, batch, upkeep

    strangers, batch, upkeep = simulate(story)

    assert strangers == [0.0] * 2 + [60.25] * 2 + [120.5] * 2 + [180.75]
    assert (batch, upkeep) == ([1.0] * 2, [1.0] * 2)


@pytest.mark.parametrize("others", [[], [Lane.PERSON, Lane.PERSON, Lane.PAGE, Lane.PAGE, Lane.NOTICE]])
def test_upkeep_gets_a_slot_a_minute_during_an_endless_bulk_list(others: list[Lane]) -> None:
    """Although it is the last lane, and whatever the other lanes call."""

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

    went = [-60.25, *simulate(story)]

    assert all(later - earlier < 121 for earlier, later in itertools.pairwise(went))


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
def test_a_tiny_budget_is_open_to_every_lane(limit: int) -> None:
    """Every share is at least one slot."""

    async def story(gate: LocalGate) -> list[float]:
        await call(gate, None, rate(limit=limit))
        return list(await asyncio.gather(*(call(gate, caller(lane)) for lane in Lane)))

    went = simulate(story)

    assert went[0] == min(went)
    assert max(went) <= 60.25 * len(Lane)


def test_a_user_overtakes_waiting_lanes() -> None:
    """The next free slot goes to the user, even if they came last."""

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

    assert simulate(story) == ["Ana", "Ben", "reminder", "sweep"]
