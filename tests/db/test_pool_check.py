"""Connections that PostgreSQL has closed are replaced before they are used again."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.db.connection import Store, async_url
from bot.db.pool_check import check_pooled
from bot.db.vault import Vault
from tests.support.databases import KEY

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

BACKEND = text("select pg_backend_pid()")


async def _backend(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        return int((await connection.execute(BACKEND)).scalar_one())


@asynccontextmanager
async def _engine(postgres: Postgres, ping_after: float) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(async_url(await postgres.migrated()))
    check_pooled(engine.sync_engine, ping_after)
    yield engine
    await engine.dispose()


async def test_a_restarted_database_fails_no_transaction(postgres: Postgres) -> None:
    """None of the connections that were in the pool."""
    store = Store(await postgres.migrated(), Vault(KEY))

    async def backend() -> int:
        async with store.read() as db:
            return int((await db.execute(BACKEND)).scalar_one())

    before = set(await asyncio.gather(*(backend() for _ in range(5))))
    await postgres.crash()
    await postgres.start()
    after = set(await asyncio.gather(*(backend() for _ in range(5))))
    await store.close()

    assert len(before) > 1
    assert not before & after


async def test_a_connection_used_of_late_is_not_asked(postgres: Postgres) -> None:
    """It stays, and one that has ended unnoticed fails: the check that would have seen it is the question."""
    async with _engine(postgres, math.inf) as engine:
        first = await _backend(engine)
        assert await _backend(engine) == first

        postgres.end_backend(first)
        with pytest.raises(DBAPIError):
            await _backend(engine)
        assert await _backend(engine) != first


async def test_a_connection_unused_for_long_is_asked(postgres: Postgres) -> None:
    """It stays if it answers, and is replaced if it has ended unnoticed."""
    async with _engine(postgres, 0.0) as engine:
        first = await _backend(engine)
        assert await _backend(engine) == first

        postgres.end_backend(first)
        assert await _backend(engine) != first
