"""Four processes share one gate on PostgreSQL and are killed at work: the vendor refuses no call."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral, Rules
from tests.support.webinar_samples import START

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

LIMIT, WINDOW = 6, 1.0
ROOT = Path(__file__).parent.parent.parent
CALLS = 20
"""Calls to wait for after each kill: several windows."""


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


async def start(vendor: RingCentral, database: str, webinars: list[str]) -> Process:
    """Start a worker."""
    options: dict[str, Any] = {
        "database": database,
        "limit": LIMIT,
        "window": WINDOW,
        "webinars": webinars,
        "server_url": vendor.url,
        "client_id": vendor.client_id,
        "client_secret": vendor.client_secret,
        "jwt": vendor.jwt,
    }
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.proof.gate_worker", json.dumps(options), cwd=ROOT
    )


async def until_called(vendor: RingCentral, count: int) -> None:
    """Wait until the vendor has had that many Heavy calls in all."""
    changed = asyncio.Event()
    vendor.on_change.append(changed.set)
    async with asyncio.timeout(80):
        while sum(call.group == "Heavy" for call in vendor.calls) < count:
            changed.clear()
            await asyncio.wait({asyncio.ensure_future(changed.wait())}, timeout=0.1)


@pytest.mark.parametrize("headers", [True, False], ids=["headers", "no headers"])
async def test_four_processes_that_are_killed_cause_no_429(postgres: Postgres, *, headers: bool) -> None:
    """Two of them are killed while they call, and one is started again; the others use what these had."""
    database = await postgres.migrated()
    async with strict_vendor(headers=headers) as vendor:
        webinars = [vendor.create(f"Webinar {number}", START + timedelta(days=number)) for number in range(50)]
        workers = [await start(vendor, database, webinars) for _ in range(4)]
        try:
            await until_called(vendor, CALLS)
            workers[0].kill()
            await until_called(vendor, 2 * CALLS)
            workers[1].kill()
            workers.append(await start(vendor, database, webinars))
            await until_called(vendor, 3 * CALLS)
            assert [worker.returncode for worker in workers[2:]] == [None] * 3
        finally:
            for worker in workers:
                if worker.returncode is None:
                    worker.kill()
                await worker.wait()

        assert (vendor.throttled, vendor.penalties) == (0, 0)
