"""The keyed gate never exceeds any of Zoom's limits, for any calls of any processes. In simulated time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import AttemptsUsed, ProviderBusy
from bot.providers.base import Lane
from bot.providers.gate import Gate
from bot.providers.keyed_gate import KeyedGate
from bot.providers.queued_gate import GateSnapshot, joint_snapshot
from tests.support.gate import SharedRows, caller, clock, simulate
from tests.support.keyed_gate import keyed_gate, make
from tests.support.zoom_limits import EVENING, StrictZoom, ZoomCall

PEOPLE, HOSTS = ("ana", "ben", "emi"), ("host", "other host")
some = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2, unique=True).map(tuple)
zoom_calls = st.one_of(
    st.builds(ZoomCall, st.just("light"), addresses=st.sampled_from(PEOPLE).map(lambda one: (one,))),
    st.builds(ZoomCall, st.just("light"), host=st.sampled_from(HOSTS)),
    st.builds(ZoomCall, st.just("light"), deletes=st.sampled_from(HOSTS)),
    st.builds(ZoomCall, st.just("medium"), registrants=some),
    st.builds(ZoomCall, st.just("heavy"), addresses=some),
    st.builds(ZoomCall, st.sampled_from(["light", "medium", "heavy", "intensive"])),
)
moments = st.integers(0, 90_000).map(lambda ms: ms / 1000)
delays = st.integers(0, 9_000).map(lambda ms: ms / 1000)


@dataclass
class Planned:
    """A call of one process: when, in which lane, with which patience, and its delays."""

    replica: int
    call: ZoomCall
    at: float
    lane: Lane
    patience: float
    request_delay: float
    answer_delay: float


planned = st.builds(
    Planned,
    st.integers(0, 2),
    zoom_calls,
    moments | st.just(30.0),
    st.sampled_from(Lane),
    st.sampled_from([5.0, 3600.0]),
    delays,
    delays,
)


@settings(deadline=None, max_examples=25)
@given(
    calls=st.lists(planned, min_size=15, max_size=60),
    plan=st.sampled_from(["free", "pro", "business"]),
    headers=st.booleans(),
    skew=st.sampled_from([-5.0, 0.0, 5.0]),
    latency=st.sampled_from([0.0, 0.02]),
)
def test_no_limit_is_exceeded_by_any_calls(
    calls: list[Planned], plan: str, headers: bool, skew: float, latency: float
) -> None:
    """Three processes across a midnight: no call over a limit, and every call goes unless its patience ends."""
    zoom, unfair, used_up = StrictZoom(plan, headers, skew), list[Planned](), list[ZoomCall]()

    async def one(planned: Planned, gates: list[KeyedGate]) -> None:
        await asyncio.sleep(planned.at)
        who = caller(planned.lane, planned.patience, who=f"U{planned.replica}")
        try:
            gate = gates[planned.replica]
            await make(gate, zoom, planned.call, who, (planned.request_delay, planned.answer_delay))
        except AttemptsUsed:
            used_up.append(planned.call)
        except ProviderBusy:
            if planned.patience > 5:
                unfair.append(planned)

    async def story(_: Gate) -> None:
        rows = SharedRows(latency)
        gates = [keyed_gate(rows) for _ in range(3)]
        await asyncio.gather(*(one(planned, gates) for planned in calls))

    simulate(story)

    assert zoom.violations == []
    assert unfair == []
    assert all(zoom.wanted(call.addresses) >= 3 for call in used_up)


ADDRESS_USED_UP = (
    "Zoom lets one address register only three times a day, and this address has used them, so nothing was changed. "
    "Try again after 00:00 UTC, in"
)


def test_an_address_whose_day_is_used_up_delays_nobody_else() -> None:
    """It is refused before a call, or waits past midnight; the others and all other calls go at once meanwhile."""
    zoom = StrictZoom("pro")

    async def story(_: Gate) -> tuple[str, float, list[float]]:
        gate = keyed_gate()
        ana, ben = (ZoomCall("light", addresses=(one,)) for one in ("ana", "ben"))
        for _number in range(3):
            await make(gate, zoom, ana)
        with pytest.raises(AttemptsUsed) as refused:
            await make(gate, zoom, ana, caller(patience=30))
        patient = [asyncio.ensure_future(make(gate, zoom, ana, caller(Lane.MANAGE))) for _ in range(2)]
        await asyncio.sleep(5)
        began = clock()
        others = [await make(gate, zoom, one) - began for one in (ben, ZoomCall("light"), ben, ZoomCall("medium"), ben)]
        return str(refused.value), min(await asyncio.gather(*patient)), others

    sentence, next_day, others = simulate(story)

    assert sentence.startswith(ADDRESS_USED_UP)
    assert max(others) < 1
    assert 60 < next_day < 120
    assert zoom.violations == []


def test_the_limits_of_a_host_a_registrant_and_the_account() -> None:
    """100 changes a host, 10 decisions a registrant and the calls of the plan; each refusal says which."""
    zoom = StrictZoom("business")

    async def until_refused(gate: KeyedGate, call: ZoomCall, most: int) -> tuple[int, str]:
        for made in range(most + 1):
            try:
                await make(gate, zoom, call, caller(patience=5))
            except ProviderBusy as error:
                return made, error.sentence.split(",")[0]
        return most + 1, ""

    async def story(_: Gate) -> list[tuple[int, str]]:
        gate = keyed_gate()
        await make(gate, zoom, ZoomCall("light"))
        calls = ZoomCall("light", host="host"), ZoomCall("medium", registrants=("r1", "r2"))
        return [await until_refused(gate, call, 100) for call in calls]

    refused = simulate(story)

    assert [count for count, _ in refused] == [100, 10]
    assert "for one host" in refused[0][1]
    assert "one person's registration" in refused[1][1]
    assert zoom.violations == []


def test_one_delete_at_a_time_for_each_owner() -> None:
    """Those of one owner follow one another, in any process; those of another owner do not wait."""
    zoom = StrictZoom("business")

    async def story(_: Gate) -> list[float]:
        rows = SharedRows()
        first, second = keyed_gate(rows), keyed_gate(rows)
        await make(first, zoom, ZoomCall("light"))
        owners = ("host", "host", "other")
        deletes = [
            make(gate, zoom, ZoomCall("light", deletes=one), delays=(1, 1))
            for gate in (first, second)
            for one in owners
        ]
        return sorted(round(at) for at in await asyncio.gather(*deletes))

    times = simulate(story)

    assert zoom.violations == []
    assert times[:2] == [0, 0]
    assert times[-1] <= 10


@pytest.mark.parametrize(
    ("headers", "message", "call", "waits", "days"),
    [
        ({"X-RateLimit-Type": "QPS", "Retry-After": "7"}, "", ZoomCall("light"), 7, []),
        (
            {"X-RateLimit-Type": "QPS", "X-RateLimit-Reset": f"{EVENING.timestamp() + 4:.0f}"},
            "",
            ZoomCall("light"),
            4,
            [],
        ),
        ({"X-RateLimit-Type": "QPS"}, "", ZoomCall("light", addresses=("ana",)), 2, []),
        (
            {"X-RateLimit-Type": "Daily-limit", "Retry-After": "2026-03-03T00:00:00Z"},
            "",
            ZoomCall("heavy"),
            60,
            ["heavy"],
        ),
        ({"X-RateLimit-Type": "Daily-limit"}, "", ZoomCall("heavy"), 60, ["heavy"]),
        (
            {"X-RateLimit-Type": "Daily-limit", "Retry-After": "Tue, 03 Mar 2026 00:00:00 GMT"},
            "",
            ZoomCall("heavy"),
            60,
            ["heavy"],
        ),
        ({"Retry-After": "12"}, "", ZoomCall("light"), 12, []),
        ({}, "", ZoomCall("light"), 30, []),
        (
            {"X-RateLimit-Category": "Light", "X-RateLimit-Limit": "4"},
            "",
            ZoomCall("light", addresses=("ana",)),
            60,
            ["ana"],
        ),
        ({}, "You have exceeded the daily rate limit (100)", ZoomCall("light", host="host"), 60, ["host"]),
        (
            {},
            "Too many concurrent requests. A request to disassociate",
            ZoomCall("light", deletes="host"),
            20,
            ["deletes"],
        ),
        ({"Retry-After": "soon"}, "reached the maximum per-second rate limit", ZoomCall("light", host="host"), 30, []),
    ],
)
def test_a_refusal_closes_what_it_names(
    headers: dict[str, str], message: str, call: ZoomCall, waits: float, days: list[str]
) -> None:
    """In seconds, as a date, by a reset, or by nothing: then until midnight for what is counted by the day."""

    async def story(_: Gate) -> tuple[float, float]:
        gate, zoom = keyed_gate(), StrictZoom("free")
        turn = await gate.enter(call.keys, caller())
        await gate.answered(turn, 429, headers, message)
        of_nobody = ZoomCall(call.label)
        times = await asyncio.gather(make(gate, zoom, call), make(gate, zoom, of_nobody))
        return times[0], times[1]

    same, other = simulate(story)

    is_personal = bool(days) and days != ["heavy"]
    assert waits <= same <= waits + 12
    assert (other < 2) == is_personal


@pytest.mark.parametrize(("plan", "most"), [("free", 4), ("pro", 30), ("business", 80)])
def test_the_first_answer_shows_the_plan(plan: str, most: int) -> None:
    """Until then one call at a time; then the figures of all labels are those of the plan."""

    async def story(_: Gate) -> tuple[int, int, set[str]]:
        gate, zoom = keyed_gate(), StrictZoom(plan)
        await make(gate, zoom, ZoomCall("heavy"))
        await asyncio.gather(*(make(gate, zoom, ZoomCall("light")) for _ in range(200)))
        left = (await gate.snapshot()).left
        first_second = [at for at, call in zoom.arrived if at < 1 and call.label == "light"]
        assert zoom.violations == []
        return len(first_second), left["medium"], {name for name in left if name.endswith("_today")}

    in_first_second, medium, days = simulate(story)

    assert in_first_second == most
    assert medium == {"free": 2, "pro": 20, "business": 60}[plan]
    assert days == ({"light_today", "medium_today", "heavy_today"} if plan == "free" else {"heavy_today"})


def test_a_wait_is_reported_and_lanes_keep_their_order() -> None:
    """As at the other gate: once, in seconds; and a manager goes before a list that waits."""
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async def story(_: Gate) -> tuple[float, list[float]]:
        gate, zoom = keyed_gate(), StrictZoom("free", headers=False)
        await make(gate, zoom, ZoomCall("heavy"))
        bulk = [
            asyncio.ensure_future(make(gate, zoom, ZoomCall("heavy"), caller(Lane.BULK, on_wait=note)))
            for _ in range(5)
        ]
        await asyncio.sleep(0.1)
        manager = await make(gate, zoom, ZoomCall("heavy"), caller(Lane.MANAGE))
        return manager, await asyncio.gather(*bulk)

    manager, bulk = simulate(story)

    assert manager < min(bulk)
    assert len(waits) == 5 - sum(wait < 1.1 for wait in bulk)


async def test_one_snapshot_of_two_gates() -> None:
    """The groups of the second one have its name; the calls that wait are added up."""

    async def first() -> GateSnapshot:
        return GateSnapshot({"heavy": 9}, {Lane.BULK: 1})

    async def second() -> GateSnapshot:
        return GateSnapshot({"heavy": 3, "heavy_today": 900}, {Lane.BULK: 2, Lane.PERSON: 1})

    both = await joint_snapshot({"": first, "zoom": second})

    assert both.left == {"heavy": 9, "zoom_heavy": 3, "zoom_heavy_today": 900}
    assert (both.waiting[Lane.BULK], both.waiting[Lane.PERSON], both.waiting[Lane.PAGE]) == (3, 1, 0)
