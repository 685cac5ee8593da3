"""The rows of the shared gate on PostgreSQL: one change after the other, with the database's clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio
from cryptography.fernet import Fernet

from bot.clock import machine_now
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.vault import Vault

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

GROUPS = ("heavy", "light")


@pytest_asyncio.fixture
async def stores(postgres: Postgres) -> AsyncIterator[list[Store]]:
    """The connections of three replicas to one database."""
    url = await postgres.migrated()
    opened = [Store(url, Vault(Fernet.generate_key().decode())) for _ in range(3)]
    yield opened
    for store in opened:
        await store.close()


def counted(values: Mapping[str, Any], _: float) -> Mapping[str, Any]:
    """Count one in each group."""
    return {group: {"count": (value or {"count": 0})["count"] + 1} for group, value in values.items()}


async def read(rows: StoredGateRows, *groups: str) -> dict[str, Any]:
    """The stored values."""
    seen: dict[str, Any] = {}

    def keep(values: Mapping[str, Any], _: float) -> Mapping[str, Any]:
        seen.update(values)
        return {}

    await rows.change(groups, keep)
    return seen


async def test_changes_of_all_replicas_follow_one_another(stores: list[Store]) -> None:
    """None is lost, also if they need several rows in different orders, and none fails with a deadlock."""
    rows = [StoredGateRows(store, "user") for store in stores]

    await asyncio.gather(*(one.change(groups, counted) for one in rows for groups in (GROUPS, GROUPS[::-1]) * 10))

    assert await read(rows[0], *GROUPS) == {"heavy": {"count": 60}, "light": {"count": 60}}


async def test_users_have_rows_of_their_own(stores: list[Store]) -> None:
    """A new row has no value."""
    await StoredGateRows(stores[0], "user").change(("heavy",), counted)

    assert await read(StoredGateRows(stores[0], "other"), "heavy") == {"heavy": None}


async def test_nothing_is_stored_if_the_decision_fails(stores: list[Store]) -> None:
    """And the row is free for the next change."""
    rows = StoredGateRows(stores[0], "user")

    def fail(values: Mapping[str, Any], now: float) -> Mapping[str, Any]:
        raise ArithmeticError

    with pytest.raises(ArithmeticError):
        await rows.change(("heavy",), fail)

    assert await read(rows, "heavy") == {"heavy": None}


async def test_the_time_is_read_after_the_lock_was_granted(stores: list[Store]) -> None:
    """A change that waited for another one sees a later time than that one's end."""
    times: list[float] = []

    def at(note: Callable[[float], None]) -> Callable[[Mapping[str, Any], float], Mapping[str, Any]]:
        def decide(_: Mapping[str, Any], now: float) -> Mapping[str, Any]:
            note(now)
            return {"heavy": {}}

        return decide

    first, second = (StoredGateRows(store, "user") for store in stores[:2])
    await first.change(("heavy",), counted)
    async with stores[2].write() as db:
        await StoredGateRows(stores[2], "user").locked(db, ("heavy",))
        waiting = asyncio.ensure_future(second.change(("heavy",), at(times.append)))
        await asyncio.wait({waiting}, timeout=0.3)
        ended = machine_now().timestamp()
    await waiting

    assert times[0] >= ended
