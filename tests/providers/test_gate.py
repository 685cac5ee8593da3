"""Waiting at the gate: reports, patience, cancellation and lost calls. In simulated time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from bot.errors import ProviderBusy
from bot.providers.base import NOTE_TIMEOUT, Caller, Lane
from bot.providers.gate import Gate
from bot.providers.rate_budget import MARGIN
from bot.providers.wait_words import wait_text
from tests.support.gate import NOON, call, caller, calls, clock, rate, simulate

pytest_plugins = ["tests.support.gate_kinds"]
pytestmark = pytest.mark.usefixtures("each_gate")


def test_the_eleventh_call_waits_a_window_and_reports_it_once() -> None:
    """Ten calls go at once, the others one window later; each wait is reported once."""
    waits: list[float] = []

    async def on_wait(seconds: float) -> None:
        waits.append(seconds)

    async def story(gate: Gate) -> list[float]:
        return await calls(gate, 12, caller(on_wait=on_wait))

    assert simulate(story) == [0.0] * 10 + [60.25] * 2
    assert waits == [60.25, 60.25]


@pytest.mark.parametrize("error", [ValueError("any"), ProviderBusy("busy", ready_at=NOON), OSError()])
def test_a_wait_that_cannot_be_reported_goes_on(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    """The call is made all the same, as soon as it may."""

    async def on_wait(_: float) -> None:
        raise error

    async def story(gate: Gate) -> list[float]:
        return await calls(gate, 11, caller(on_wait=on_wait))

    assert simulate(story) == [0.0] * 10 + [60.25]
    assert [record.message for record in caplog.records] == ["wait.not_reported"]


async def test_a_report_that_hangs_is_given_up() -> None:
    """A silent Slack delays the call by a few seconds at most, in real time."""
    hanging = Caller(Lane.PERSON, on_wait=lambda _: asyncio.sleep(60))

    async with asyncio.timeout(NOTE_TIMEOUT + 1):
        await hanging.report_wait(10.0)


def test_waits_up_to_a_second_are_not_reported() -> None:
    """Users are not interrupted."""
    waits: list[float] = []

    async def on_wait(seconds: float) -> None:
        waits.append(seconds)

    async def story(gate: Gate) -> float:
        await call(gate, None, {"Retry-After": "0.5"}, status=429)
        return await call(gate, caller(on_wait=on_wait))

    assert simulate(story) == pytest.approx(0.75)
    assert waits == []


def test_each_group_has_its_own_budget() -> None:
    """Light 50, Medium 40, Heavy 10, Auth 5; groups do not wait for each other."""

    async def story(gate: Gate) -> list[int]:
        groups = {"Light": 51, "Medium": 41, "Heavy": 11, "Auth": 6}
        went = await asyncio.gather(*(calls(gate, count, group=group) for group, count in groups.items()))
        return [times.count(0.0) for times in went]

    assert simulate(story) == [50, 40, 10, 5]


def test_an_impatient_caller_is_refused_at_once_with_the_time() -> None:
    """If the wait would exceed the patience, the error says when to retry, and nothing is sent."""

    async def story(gate: Gate) -> tuple[ProviderBusy, float]:
        await calls(gate, 10)
        with pytest.raises(ProviderBusy) as refusal:
            await call(gate, caller(patience=60.0))
        return refusal.value, clock()

    refusal, when = simulate(story)

    assert when == 0.0
    assert refusal.ready_at == NOON + timedelta(seconds=60.25)
    assert refusal.sentence == (
        "RingCentral's limit of calls a minute is reached, so nothing was changed. Try again in 61 seconds."
    )


def test_patience_that_just_suffices_is_enough() -> None:
    """A wait that ends exactly with the patience is not refused."""

    async def story(gate: Gate) -> float:
        await calls(gate, 10)
        return await call(gate, caller(patience=60.0 + MARGIN))

    assert simulate(story) == 60.25


def test_waits_are_formatted_in_words() -> None:
    """A moment, seconds, minutes."""
    assert [wait_text(seconds) for seconds in (0.0, 1.0, 1.5, 90.0, 90.5, 120.5, 3600.0)] == [
        "in a moment",
        "in a moment",
        "in 2 seconds",
        "in 90 seconds",
        "in 2 minutes",
        "in 3 minutes",
        "in 60 minutes",
    ]


def test_a_caller_without_patience_goes_when_there_is_room() -> None:
    """Patience matters only for waiting."""

    async def story(gate: Gate) -> float:
        return await call(gate, caller(patience=0.0))

    assert simulate(story) == 0.0


def test_a_penalty_longer_than_the_patience_ends_the_wait() -> None:
    """At once, not at the end of the patience."""

    async def story(gate: Gate) -> float:
        await calls(gate, 9)
        slow = await gate.enter("heavy", caller())
        waiting = asyncio.ensure_future(call(gate, caller(patience=100.0)))
        await asyncio.sleep(20)
        await gate.answered("heavy", slow, 429, rate(retry_after="120"))
        with pytest.raises(ProviderBusy):
            await waiting
        return clock()

    assert simulate(story) == pytest.approx(20.0)


def test_a_canceled_caller_leaves_its_position_to_the_next() -> None:
    """A user who closed the form does not delay the others."""

    async def story(gate: Gate) -> float:
        await calls(gate, 10)
        canceled = [asyncio.ensure_future(call(gate)) for _ in range(10)]
        stays = asyncio.ensure_future(call(gate))
        await asyncio.sleep(5)
        for task in canceled:
            task.cancel()
        return await stays

    assert simulate(story) == 60.25


def test_a_canceled_user_lets_upkeep_go_in_time() -> None:
    """The only free slot goes to the next caller in the queue."""

    async def story(gate: Gate) -> float:
        await call(gate, None, rate(limit=1))
        person = asyncio.ensure_future(call(gate))
        sweep = asyncio.ensure_future(call(gate, caller(Lane.UPKEEP)))
        await asyncio.sleep(5)
        person.cancel()
        return await sweep

    assert simulate(story) == 60.25


def test_a_lost_call_counts() -> None:
    """The vendor may have counted it, so it counts from the time it was given up."""

    async def story(gate: Gate) -> float:
        await calls(gate, 9)
        lost = await gate.enter("heavy", caller())
        await asyncio.sleep(20)
        await gate.answered("heavy", lost, None, {})
        await calls(gate, 9)
        return await call(gate)

    assert simulate(story) == pytest.approx(80.25)


def test_a_call_lost_in_a_penalty_restarts_it() -> None:
    """One call is refused, another is lost later: the penalty counts from the later one."""

    async def story(gate: Gate) -> float:
        await call(gate)
        refused, lost = await gate.enter("heavy", caller()), await gate.enter("heavy", caller())
        await gate.answered("heavy", refused, 429, {"Retry-After": "60", "X-RateLimit-Limit": "10"})
        await asyncio.sleep(20)
        await gate.answered("heavy", lost, None, {})
        return await call(gate)

    assert simulate(story) == pytest.approx(80.25)


def test_a_new_process_sends_one_call_first() -> None:
    """The calls of the earlier process are unknown until its answer, so the other calls wait."""

    async def story(gate: Gate) -> list[float]:
        first = await gate.enter("heavy", caller())
        others = asyncio.ensure_future(calls(gate, 5))
        await asyncio.sleep(3)
        await gate.answered("heavy", first, 200, rate(remaining=2))
        return await others

    assert simulate(story) == [3.0, 3.0, 63.25, 63.25, 63.25]


def test_the_wait_for_the_first_answer_is_not_reported() -> None:
    """Its length is unknown."""

    async def story(gate: Gate) -> list[float]:
        waits: list[float] = []

        async def tell(seconds: float) -> None:
            waits.append(seconds)

        first = await gate.enter("heavy", caller())
        second = asyncio.ensure_future(gate.enter("heavy", caller(on_wait=tell)))
        await asyncio.sleep(5)
        await gate.answered("heavy", first, 200, {})
        await second
        return waits

    assert simulate(story) == []


def test_an_unanswered_first_call_does_not_block_others_forever() -> None:
    """They give up when their patience ends."""

    async def story(gate: Gate) -> float:
        await gate.enter("heavy", caller())
        with pytest.raises(ProviderBusy):
            await call(gate, caller(patience=7.0))
        return clock()

    assert simulate(story) == pytest.approx(7.0)
