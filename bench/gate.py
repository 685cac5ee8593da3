"""`python -m bench.gate`: what the shared gate costs on PostgreSQL, for one replica and for three at once."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Sequence

from cryptography.fernet import Fernet

from bot.clock import monotonic
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.migrate import migrate
from bot.db.vault import Vault
from bot.providers.base import Caller, Lane
from bot.providers.gate import Gate, LocalGate, RateGate
from bot.providers.gate_queue import SHARED
from tests.support.databases import running_postgres

CALLS = 300
"""Calls of each replica, each with one `enter` and one `answered`."""
BUDGET = {"heavy": 10_000}


async def _costs(gate: Gate) -> list[float]:
    """Milliseconds of each call."""
    costs = []
    for _ in range(CALLS):
        began = monotonic()
        turn = await gate.enter("heavy", Caller(Lane.PERSON, who="U1"))
        await gate.answered("heavy", turn, 200, {})
        costs.append((monotonic() - began) * 1000)
    return costs


async def _together(gates: Sequence[Gate]) -> list[float]:
    return [cost for costs in await asyncio.gather(*map(_costs, gates)) for cost in costs]


async def _measure(url: str) -> dict[str, list[float]]:
    stores = [Store(url, Vault(Fernet.generate_key().decode())) for _ in range(3)]
    shared = [RateGate(StoredGateRows(store, "bench"), SHARED, budgets=BUDGET, window=0.001) for store in stores]
    figures = {
        "in the process (SQLite)": await _together([LocalGate(budgets=BUDGET, window=0.001)]),
        "PostgreSQL, one replica": await _together(shared[:1]),
        "PostgreSQL, three replicas at once": await _together(shared),
    }
    for store in stores:
        await store.close()
    return figures


async def main() -> None:
    """Print the cost of one call at the gate."""
    with running_postgres() as postgres:
        url = await postgres.empty()  # which writes to the disk, unlike the databases of the tests
        await migrate(url)
        figures = await _measure(url)
    for name, costs in figures.items():
        percentiles = statistics.quantiles(costs, n=100)
        print(
            f"{name}: {min(costs):.2f} ms (fastest), {percentiles[49]:.2f} ms (median), {percentiles[98]:.2f} ms (p99)"
        )


if __name__ == "__main__":
    asyncio.run(main())
