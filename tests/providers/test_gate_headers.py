"""The gate follows the vendor's 429 answers and rate headers. In simulated time."""

from __future__ import annotations

import asyncio

import pytest

from bot.providers.gate import Gate
from tests.support.gate import call, caller, calls, rate, simulate

pytest_plugins = ["tests.support.gate_kinds"]
pytestmark = pytest.mark.usefixtures("each_gate")


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
def test_a_429_closes_the_groups_it_is_about(headers: dict[str, str], heavy: float, light: float) -> None:
    """The called and the named group, or the whole account without rate headers. The default wait applies without

    Retry-After.
    """

    async def story(gate: Gate) -> list[float]:
        await call(gate, group="light")
        turn = await gate.enter("heavy", caller())
        await gate.answered("heavy", turn, 429, headers)
        return list(await asyncio.gather(call(gate), call(gate, group="light")))

    assert simulate(story) == pytest.approx([heavy, light])


def test_thirty_callers_wait_in_a_penalty() -> None:
    """After one 429, none of them calls before the penalty ends."""

    async def story(gate: Gate) -> list[float]:
        await call(gate, None, rate(retry_after="60"), status=429)
        return await calls(gate, 30)

    assert simulate(story) == [60.25] * 10 + [120.5] * 10 + [180.75] * 10


def test_zero_remaining_of_our_own_calls_means_a_wait_for_the_next_slot() -> None:
    """The vendor counts in a sliding window, so each of our calls leaves it one window after its answer."""

    async def story(gate: Gate) -> list[float]:
        for remaining in range(9, -1, -1):
            await call(gate, None, rate(remaining=remaining))
            await asyncio.sleep(5)
        return await calls(gate, 2)

    assert simulate(story) == [60.25, 65.25]


def test_zero_remaining_with_calls_of_another_program_means_a_wait_of_a_whole_window() -> None:
    """When they were made is unknown."""

    async def story(gate: Gate) -> list[float]:
        await call(gate, None, rate(remaining=9))
        await asyncio.sleep(5)
        await call(gate, None, rate(remaining=0))
        return await calls(gate, 2)

    assert simulate(story) == [60.25, 65.25]


def test_a_lower_remaining_than_ours_is_used() -> None:
    """Another program with the same user has made the other calls."""

    async def story(gate: Gate) -> list[float]:
        await call(gate, None, rate(remaining=3))
        return await calls(gate, 5)

    assert simulate(story) == [0.0] * 3 + [60.25] * 2


def test_a_higher_remaining_than_ours_is_ignored() -> None:
    """Our own calls count, even if an older answer arrives late."""

    async def story(gate: Gate) -> list[float]:
        await calls(gate, 9)
        await call(gate, None, rate(remaining=9))
        return await calls(gate, 1)

    assert simulate(story) == [60.25]


def test_a_raised_limit_wakes_waiting_callers() -> None:
    """They do not wait for the old limit."""

    async def story(gate: Gate) -> list[float]:
        await calls(gate, 9)
        slow = await gate.enter("heavy", caller())
        waiting = asyncio.ensure_future(calls(gate, 3))
        await asyncio.sleep(2)
        await gate.answered("heavy", slow, 200, rate(limit=100, remaining=90))
        return await waiting

    assert simulate(story) == [2.0] * 3


def test_headers_of_another_known_group_apply_to_it() -> None:
    """The vendor has moved an operation to another group."""

    async def story(gate: Gate) -> list[float]:
        await call(gate, None, rate(50, 0, X_Rate_Limit_Group="Medium"))
        return list(await asyncio.gather(call(gate), call(gate, group="medium")))

    assert simulate(story) == pytest.approx([0.0, 60.25])


def test_headers_of_an_unknown_group_apply_to_the_called_one() -> None:
    """It can only be the called group under a new name."""

    async def story(gate: Gate) -> float:
        await call(gate, None, rate(remaining=0, X_Rate_Limit_Group="heavier"))
        return await call(gate)

    assert simulate(story) == pytest.approx(60.25)
