"""Four processes share one gate on PostgreSQL and are killed at work: the vendor refuses no call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral, Rules
from tests.proof.fast_time import FastTime
from tests.proof.gate_worker import GateOptions
from tests.proof.worker_starter import worker_starter
from tests.support.webinar_samples import START

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

LIMIT, WINDOW = 6, 1.0
CALLS = 13
"""Calls to wait for after each kill: more than two windows."""


@asynccontextmanager
async def strict_vendor(*, headers: bool) -> AsyncIterator[RingCentral]:
    """A stand-in with a small budget, whose penalty is long enough to be noticed."""
    budgets = {"Light": 900, "Medium": 900, "Auth": 900, "Heavy": LIMIT}
    rules = Rules(window=WINDOW, penalty=5, budgets=budgets, rate_headers=headers, sessions_per_user=50)
    vendor = RingCentral(SandboxClock(), rules=rules)
    await vendor.start()
    try:
        yield vendor
    finally:
        await vendor.stop()


def options(vendor: RingCentral, database: str, webinars: list[str]) -> GateOptions:
    """How a worker reaches both."""
    login = {name: getattr(vendor, name) for name in ("client_id", "client_secret", "jwt")}
    return GateOptions(database, LIMIT, WINDOW, webinars, server_url=vendor.url, **login)


async def until_called(vendor: RingCentral, count: int) -> None:
    """Wait until the vendor has had that many Heavy calls in all."""
    changed = asyncio.Event()
    vendor.on_change.append(changed.set)
    async with asyncio.timeout(80):
        while sum(call.group == "Heavy" for call in vendor.calls) < count:
            changed.clear()
            await asyncio.wait({asyncio.ensure_future(changed.wait())}, timeout=0.1)


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "no headers"])
async def test_four_processes_that_are_killed_cause_no_429(
    postgres: Postgres, tmp_path: Path, *, headers: bool
) -> None:
    """Two of them are killed while they call, and one is started again; the others use what these had."""
    database = await postgres.migrated()
    async with (
        strict_vendor(headers=headers) as vendor,
        worker_starter(FastTime(1.0), tmp_path, "tests.proof.gate_worker") as starter,
    ):
        webinars = [vendor.create(f"Webinar {number}", START + timedelta(days=number)) for number in range(50)]
        worker = options(vendor, database, webinars)
        pids = [await starter.start(worker) for _ in range(4)]
        await until_called(vendor, CALLS)
        await starter.kill(pids[0])
        await until_called(vendor, 2 * CALLS)
        await starter.kill(pids[1])
        pids.append(await starter.start(worker))
        await until_called(vendor, 3 * CALLS)

        assert psutil.STATUS_ZOMBIE not in {psutil.Process(pid).status() for pid in pids[2:]}
        assert (vendor.throttled, vendor.penalties) == (0, 0)
