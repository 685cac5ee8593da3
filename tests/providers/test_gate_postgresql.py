"""Three replicas share one gate through PostgreSQL, in real time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from bot.clock import monotonic
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.problems import DatabaseProblem, database_problem
from bot.db.vault import Vault
from bot.providers.base import Caller, Lane
from bot.providers.gate import Gate, RateGate
from bot.providers.gate_queue import SHARED

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

WINDOW = 8.0
"""Seconds; one of ten slots becomes free about every second."""


def replica(url: str) -> tuple[Store, Gate]:
    """A replica's connection and its gate."""
    store = Store(url, Vault(Fernet.generate_key().decode()))
    return store, RateGate(StoredGateRows(store, "user"), SHARED, window=WINDOW)


@pytest_asyncio.fixture
async def gates(postgres: Postgres) -> AsyncIterator[list[Gate]]:
    """The gates of three replicas."""
    url = await postgres.migrated()
    opened = [replica(url) for _ in range(3)]
    yield [gate for _, gate in opened]
    for store, gate in opened:
        await gate.close()
        await store.close()


async def call(gate: Gate, lane: Lane, who: str = "") -> None:
    """Make one call that is answered at once, by a vendor without headers."""
    turn = await gate.enter("heavy", Caller(lane, who=who))
    await gate.answered("heavy", turn, 200, {})


async def busy(gate: Gate, lane: Lane, made: asyncio.Semaphore) -> None:
    """Make one call after the other, and count them."""
    while True:
        await call(gate, lane)
        made.release()


async def test_a_person_waits_one_slot_whatever_other_replicas_have_queued(gates: list[Gate]) -> None:
    """Two replicas are full of lists, sweeps, visitors and onlookers; the third waits for a slot, not for a window."""
    first, second, third = gates
    await call(first, Lane.UPKEEP)
    lanes = [Lane.BULK] * 4 + [Lane.UPKEEP, Lane.PAGE, Lane.NOTICE, Lane.LOOK] * 2
    made = asyncio.Semaphore(0)
    others = [asyncio.ensure_future(busy(gate, lane, made)) for gate in (first, second) for lane in lanes]
    for _ in range(12):  # more than fit into the first window
        await made.acquire()
    waits = []
    for number in range(2):
        began = monotonic()
        await call(third, Lane.MANAGE, f"U{number}")
        waits.append(monotonic() - began)
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)

    assert max(waits) < WINDOW / 2
    assert sum((await third.snapshot()).waiting.values()) == 0


async def test_replicas_see_the_calls_of_one_another(gates: list[Gate]) -> None:
    """Ten calls by three replicas; the eleventh must wait, in any replica."""
    await call(gates[0], Lane.PERSON)
    await asyncio.gather(*(call(gates[number % 3], Lane.PERSON) for number in range(9)))

    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    for gate in gates:
        turn = await gate.enter("heavy", Caller(Lane.PERSON, on_wait=note))
        await gate.answered("heavy", turn, 200, {})

    assert len(waits) >= 1


async def test_without_the_database_nothing_is_sent() -> None:
    """The caller gets an error whose sentence says that the database cannot be reached."""
    store, gate = replica("postgresql://nobody@127.0.0.1:1/none")

    with pytest.raises(OSError, match=r"onnect") as raised:
        await gate.enter("heavy", Caller(Lane.PERSON))
    await store.close()

    assert database_problem(raised.value) is DatabaseProblem.UNAVAILABLE
    assert database_problem(TimeoutError()) is DatabaseProblem.UNAVAILABLE
