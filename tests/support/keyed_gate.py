"""Keyed gates with Zoom's limits in simulated time."""

from __future__ import annotations

import asyncio
import hashlib

from bot.providers.base import Caller
from bot.providers.gate_queue import SHARED, UNSHARED, Renewal
from bot.providers.keyed_gate import KeyedGate
from bot.providers.queued_gate import GateRows, LocalRows
from bot.providers.zoom.limits import ZoomLimits
from tests.support.gate import caller, clock
from tests.support.zoom_limits import StrictZoom, ZoomCall, today


def digest(subject: str) -> str:
    """A digest without a key."""
    return hashlib.sha256(subject.encode()).hexdigest()[:16]


def keyed_gate(rows: GateRows | None = None, renewal: Renewal | None = None) -> KeyedGate:
    """A gate of one process, or of one of those that share `rows`."""
    time = asyncio.get_running_loop().time
    kind = renewal or (UNSHARED if rows is None else SHARED)
    return KeyedGate(rows or LocalRows(time), ZoomLimits(), kind, digest=digest, today=today, monotonic=time, now=today)


async def make(
    gate: KeyedGate, zoom: StrictZoom, call: ZoomCall, who: Caller | None = None, delays: tuple[float, float] = (0, 0)
) -> float:
    """Make one call, with a delay of its request and of its answer; return when it was sent."""
    turn = await gate.enter(call.keys, who or caller())
    went = clock()
    zoom.sent.update(call.addresses)
    await asyncio.sleep(delays[0])
    status, headers = zoom.arrive(call)
    await asyncio.sleep(delays[1])
    zoom.done(call)
    await gate.answered(turn, status, headers)
    return went
