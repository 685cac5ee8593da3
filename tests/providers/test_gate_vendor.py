"""The gate never exceeds a vendor's budget, for any calls. In simulated time."""

from __future__ import annotations

import asyncio
import itertools
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.providers.base import Lane
from bot.providers.gate import Gate
from bot.providers.rate_budget import IN_FLIGHT, SHARES
from tests.support.gate import caller, clock, share, simulate

pytest_plugins = ["tests.support.gate_kinds"]
pytestmark = pytest.mark.usefixtures("each_gate")

LANES = st.sampled_from(Lane)


@dataclass
class Vendor:
    """Counts calls on arrival in a sliding window, with a penalty that every call restarts."""

    limit: int = 10
    headers: bool = True
    arrived: deque[float] = field(default_factory=deque)
    shut_until: float = -math.inf
    refused: int = 0

    def answer(self, now: float) -> tuple[int, Mapping[str, str]]:
        while self.arrived and self.arrived[0] <= now - 60:
            self.arrived.popleft()
        if now < self.shut_until or len(self.arrived) >= self.limit:
            self.shut_until = now + 60
            self.refused += 1
            return 429, {"retry-after": "60", **self._headers(0)}
        self.arrived.append(now)
        return 200, self._headers(self.limit - len(self.arrived))

    def _headers(self, remaining: int) -> dict[str, str]:
        rates = {"Group": "Heavy", "Limit": self.limit, "Remaining": remaining, "Window": 60}
        return {f"X-Rate-Limit-{name}": str(value) for name, value in rates.items()} if self.headers else {}


@dataclass
class VendorCall:
    """A call: when it is made, in which lane, and its network delay in each direction."""

    lane: Lane
    wanted: float
    request_delay: float
    answer_delay: float
    lost: bool = False
    sent_at: float = math.nan
    answered_at: float = math.nan
    status: int | None = None

    async def make(self, gate: Gate, vendor: Vendor) -> None:
        await asyncio.sleep(self.wanted)
        turn = await gate.enter("heavy", caller(self.lane))
        self.sent_at = clock()
        await asyncio.sleep(self.request_delay)
        status, headers = vendor.answer(clock())
        await asyncio.sleep(self.answer_delay)
        self.answered_at, self.status = clock(), None if self.lost else status
        await gate.answered("heavy", turn, self.status, {} if self.lost else headers)


def call_lists(*, lost: bool) -> st.SearchStrategy[list[VendorCall]]:
    """Any calls in two and a half minutes, each answered within the time that the client waits for an answer."""
    # In milliseconds, because the order of calls within one tick of the clock is undefined.
    moments, delays = (st.integers(0, most * 1000).map(lambda ms: ms / 1000) for most in (150, int(IN_FLIGHT) // 2 - 1))
    losses = st.booleans() if lost else st.just(value=False)
    return st.lists(st.builds(VendorCall, LANES, moments, delays, delays, losses), max_size=40)


def run_calls(vendor_calls: list[VendorCall], vendor: Vendor) -> None:
    """Make all the calls."""

    async def story(gate: Gate) -> None:
        await asyncio.gather(*(call.make(gate, vendor) for call in vendor_calls))

    simulate(story)


@settings(deadline=None)
@given(vendor_calls=call_lists(lost=False), limit=st.integers(1, 12), data=st.data())
def test_no_call_is_refused_after_a_restart(vendor_calls: list[VendorCall], limit: int, data: st.DataObject) -> None:
    """For any limit, delay, and calls of an earlier process: no 429."""
    before = data.draw(st.lists(st.floats(-59, 0), max_size=limit - 1).map(sorted))
    vendor = Vendor(limit, arrived=deque(before))

    run_calls(vendor_calls, vendor)

    assert vendor.refused == 0


@settings(deadline=None)
@given(vendor_calls=call_lists(lost=True))
def test_no_call_is_refused_by_a_vendor_without_headers(vendor_calls: list[VendorCall]) -> None:
    """The published budget is kept without headers, also if answers are lost."""
    vendor = Vendor(headers=False)

    run_calls(vendor_calls, vendor)

    assert vendor.refused == 0


@settings(deadline=None)
@given(vendor_calls=call_lists(lost=False))
def test_lanes_keep_their_order_and_their_share(vendor_calls: list[VendorCall]) -> None:
    """No call overtakes a manager, each lane is first come, first served, and the users' reserve is kept."""
    run_calls(vendor_calls, Vendor())

    for first, second in itertools.permutations(vendor_calls, 2):
        both_wait = second.wanted < first.sent_at < second.sent_at
        assert not (both_wait and first.lane is not Lane.MANAGE and second.lane is Lane.MANAGE)
        assert not (both_wait and first.lane is second.lane and second.wanted < first.wanted)
    for call in vendor_calls:
        in_window = [other.lane for other in vendor_calls if call.sent_at - 60 < other.sent_at <= call.sent_at]
        assert all(in_window.count(lane) <= share(10, lane) for lane in SHARES)
        users = in_window.count(Lane.MANAGE) + in_window.count(Lane.PERSON)
        assert len(in_window) - users <= 8


@settings(deadline=None)
@given(vendor_calls=call_lists(lost=False), bursts=st.lists(st.floats(0, 150), max_size=2))
def test_no_call_in_a_penalty_caused_by_another_program(vendor_calls: list[VendorCall], bursts: list[float]) -> None:
    """After a 429, no call is sent until the penalty is over."""
    vendor = Vendor()

    async def burst(at: float) -> None:
        await asyncio.sleep(at)
        for _ in range(11):
            vendor.answer(clock())

    async def story(gate: Gate) -> None:
        await asyncio.gather(*(call.make(gate, vendor) for call in vendor_calls), *map(burst, bursts))

    simulate(story)

    for refused in (call for call in vendor_calls if call.status == 429):
        end = refused.answered_at + 60
        assert [call for call in vendor_calls if refused.answered_at < call.sent_at < end] == []
