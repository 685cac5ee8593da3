"""The lanes of the gate: users first, and a share for each lane. In simulated time."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from bot.providers.base import Lane
from bot.providers.gate import Gate
from tests.support.gate import call, caller, calls, clock, rate, simulate

pytest_plugins = ["tests.support.gate_kinds"]
pytestmark = pytest.mark.usefixtures("each_gate")


def test_upkeep_uses_four_of_ten_and_notices_leave_two() -> None:
    """Upkeep and notices cannot use the users' reserve."""

    async def story(gate: Gate) -> tuple[list[float], list[float], list[float]]:
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
    """And the bulk list continues at an even pace of seven a minute."""

    async def story(gate: Gate) -> tuple[list[float], list[float]]:
        await call(gate)
        batch = asyncio.ensure_future(calls(gate, 28, caller(Lane.BULK)))
        await asyncio.sleep(70)
        people = await calls(gate, 2)
        return people, await batch

    people, batch = simulate(story)

    assert people == [70.0, 70.0]
    # Of the eight slots outside the users' reserve one is kept for upkeep; the slots that users take delay the batch.
    assert batch[:8] == [0.0] * 3 + [8.61, 17.21, 25.82, 60.25, 68.86]
    assert batch[10:12] == [94.68, 120.5]
    assert all(8.5 < later - earlier < 8.7 for earlier, later in itertools.pairwise(batch[11:]))


def test_a_short_list_goes_at_once() -> None:
    """Its first calls are not spread."""

    async def story(gate: Gate) -> list[float]:
        await call(gate)
        return await calls(gate, 3, caller(Lane.BULK))

    assert simulate(story) == [0.0] * 3


@pytest.mark.parametrize(("first", "in_first_minute"), [(Lane.UPKEEP, 7), (Lane.PAGE, 6)])
def test_bulk_leaves_a_slot_only_while_upkeep_has_none(first: Lane, in_first_minute: int) -> None:
    """Of the eight slots that are not reserved for users, one stays free until upkeep has used one."""

    async def story(gate: Gate) -> list[float]:
        await call(gate, caller(first))
        return await calls(gate, 7, caller(Lane.BULK))

    assert sum(went < 60 for went in simulate(story)) == in_first_minute


@pytest.mark.parametrize("starts", [[7.0], [90.0], [100.0, 130.0, 160.0], [400.0, 420.0, 440.0, 460.0]])
def test_a_creation_waits_for_the_next_slot_at_most_during_a_bulk_list(starts: list[float]) -> None:
    """Its two calls go at once or within six seconds, and so do the calls after it, although all ten slots are used."""

    async def creation(gate: Gate, start: float) -> list[float]:
        await asyncio.sleep(start)
        return [await call(gate, caller(Lane.MANAGE, who="U1")) - start for _ in range(2)]

    async def background(gate: Gate, lane: Lane, every: float) -> None:
        while True:
            await call(gate, caller(lane))
            await asyncio.sleep(every)

    async def story(gate: Gate) -> list[list[float]]:
        await call(gate)
        others = [asyncio.ensure_future(background(gate, Lane.UPKEEP, 30.0))]
        others += [asyncio.ensure_future(background(gate, Lane.BULK, 0.0)) for _ in range(3)]
        waits = await asyncio.gather(*(creation(gate, start) for start in starts))
        for other in others:
            other.cancel()
        return waits

    for waits in simulate(story):
        assert waits[0] <= 6.0
        assert waits[1] <= 12.0


@pytest.mark.parametrize("lane", [Lane.MANAGE, Lane.PERSON])
def test_a_user_alone_gets_all_ten(lane: Lane) -> None:
    """Whether they manage or take part."""

    async def story(gate: Gate) -> list[float]:
        return await calls(gate, 11, caller(lane, who="U1"))

    assert simulate(story) == [0.0] * 10 + [60.25]


def test_nobody_gets_a_second_slot_while_another_waits_for_a_first() -> None:
    """Ana has sent thirty requests; Ben, who comes after her, gets a next slot, and they take turns from then on."""

    async def story(gate: Gate) -> tuple[list[float], list[float]]:
        await call(gate, None, rate(limit=2))
        ana = asyncio.ensure_future(calls(gate, 30, caller(who="ana")))
        await asyncio.sleep(5)
        ben = await calls(gate, 3, caller(who="ben"))
        return ben, await ana

    ben, ana = simulate(story)

    assert ben == [60.25, 120.5, 180.75]
    assert ana[:6] == [0.0, 60.25, 120.5, 180.75, 241.0, 241.0]


def test_managers_go_before_users_who_take_part_and_those_before_onlookers() -> None:
    """Regardless of who came first and how many slots a manager has had."""

    async def story(gate: Gate) -> list[str]:
        await call(gate, caller(Lane.MANAGE, who="manager"), rate(limit=1))
        order: list[str] = []

        async def named(name: str, lane: Lane) -> None:
            turn = await gate.enter("heavy", caller(lane, who=name))
            order.append(name)
            await gate.answered("heavy", turn, 200, {})

        people = {"onlooker": Lane.LOOK, "attendee": Lane.PERSON, "manager": Lane.MANAGE}
        await asyncio.gather(*(named(name, lane) for name, lane in people.items()))
        return order

    assert simulate(story) == ["manager", "attendee", "onlooker"]


def test_onlookers_leave_six_slots() -> None:
    """However many they are: others go at once."""

    async def story(gate: Gate) -> tuple[list[float], list[float]]:
        await call(gate, caller(Lane.LOOK, who="U0"))
        onlookers = [asyncio.ensure_future(call(gate, caller(Lane.LOOK, who=f"U{number}"))) for number in range(1, 30)]
        await asyncio.sleep(1)
        people = await calls(gate, 6, caller(Lane.MANAGE, who="manager"))
        return people, [await onlooker for onlooker in onlookers[:4]]

    people, onlookers = simulate(story)

    assert people == [1.0] * 6
    assert onlookers == [0.0] * 3 + [60.25]


def test_a_thousand_registrations_take_143_minutes() -> None:
    """Seven a minute: 1.43 times as long as with the whole budget."""

    async def worker(gate: Gate, numbers: Iterator[int]) -> None:
        for _ in numbers:
            await call(gate, caller(Lane.BULK))

    async def story(gate: Gate) -> float:
        numbers = iter(range(1000))
        await asyncio.gather(*(worker(gate, numbers) for _ in range(8)))
        return clock() / 60

    assert 142 < simulate(story) < 144


def test_pages_take_two_slots_a_minute_and_block_no_other_lane() -> None:
    """Bulk and upkeep calls behind seven waiting visitors go at once."""

    async def story(gate: Gate) -> tuple[list[float], list[float], list[float]]:
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

    async def busy(gate: Gate, lane: Lane) -> None:
        while True:
            await call(gate, caller(lane))
            await asyncio.sleep(55)

    async def story(gate: Gate) -> list[float]:
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

    async def story(gate: Gate) -> list[float]:
        await call(gate, None, rate(limit=limit))
        return list(await asyncio.gather(*(call(gate, caller(lane)) for lane in Lane)))

    went = simulate(story)

    assert went[0] == min(went)
    assert max(went) <= 60.25 * len(Lane)


def test_a_user_overtakes_waiting_lanes() -> None:
    """The next free slot goes to the user, even if they came last."""

    async def story(gate: Gate) -> list[str]:
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
