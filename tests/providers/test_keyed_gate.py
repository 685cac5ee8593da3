"""The keyed gate never exceeds any of Zoom's limits, for any calls of any processes. In simulated time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import AttemptsUsed, ProviderBusy
from bot.providers.base import Lane
from bot.providers.gate import Gate
from bot.providers.keyed_gate import KeyedGate
from tests.support.gate import SharedRows, caller, simulate
from tests.support.keyed_gate import keyed_gate, make
from tests.support.zoom_limits import StrictZoom, ZoomCall

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
