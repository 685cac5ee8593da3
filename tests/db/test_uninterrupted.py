"""A task canceled, or a process frozen, within a transaction leaves no locks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select, text, update
from sqlalchemy.exc import OperationalError

from bot.db.connection import TRANSACTION_TIMEOUT_MS, Store, uninterrupted, write_engine
from bot.db.schema import notices, outbox_messages
from bot.db.vault import Vault

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

POINTS = (*range(30), *range(30, 600, 10))
A_MOMENT = 2.0
KEY = Fernet.generate_key().decode()


async def write(store: Store) -> None:
    """Run a write transaction of two statements."""
    async with store.write() as db:
        await db.execute(update(notices).values(problem="x"))
        await db.execute(update(outbox_messages).values(problem="x"))


async def read(store: Store) -> None:
    """Run a read transaction."""
    async with store.read() as db:
        await db.execute(select(notices))
        await db.execute(select(outbox_messages))


@pytest.mark.parametrize("work", [write, read])
async def test_after_a_cancellation_at_any_point_others_can_write(
    database_url: str, work: Callable[[Store], Coroutine[Any, Any, None]]
) -> None:
    """Canceled while connecting, and during and after each step."""
    for point in POINTS:
        store = Store(database_url, Vault(KEY))
        broken = asyncio.create_task(work(store))
        for _ in range(point):
            await asyncio.sleep(0)
        broken.cancel()
        async with asyncio.timeout(A_MOMENT):
            await write(store)
        await asyncio.wait({broken})
        await store.close()


async def test_work_canceled_repeatedly_still_ends() -> None:
    """The caller is canceled once the work has ended."""
    opened, ended = asyncio.Event(), []

    async def work() -> None:
        await opened.wait()
        ended.append("work")

    waiting = asyncio.create_task(uninterrupted(work()))
    for _ in range(3):
        await asyncio.sleep(0)
        waiting.cancel()
    await asyncio.sleep(0)
    assert (waiting.done(), ended) == (False, [])
    opened.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended == ["work"]


async def test_error_after_a_cancellation_does_not_replace_it() -> None:
    """The cancellation takes precedence over a later error."""

    async def work() -> None:
        await asyncio.sleep(0)
        raise ValueError

    waiting = asyncio.create_task(uninterrupted(work()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_transactions_of_a_frozen_process_end(postgres: Postgres) -> None:
    """Migrations are exempt."""
    store = Store(await postgres.migrated(), Vault(KEY))
    async with store.read() as db:
        assert (await db.execute(text("show transaction_timeout"))).scalar_one() == f"{TRANSACTION_TIMEOUT_MS // 1000}s"
        assert (await db.execute(text("show idle_in_transaction_session_timeout"))).scalar_one() != "0"
    patient = write_engine(store.url, no_timeout=True)
    async with patient.connect() as connection:
        assert (await connection.execute(text("show transaction_timeout"))).scalar_one() == "0"
    await patient.dispose()
    await store.close()


async def test_a_file_that_cannot_be_opened_leaves_no_thread(tmp_path: Path) -> None:
    """Such a thread prints a stack trace if the program ends before it."""
    store = Store(f"sqlite:///{tmp_path}/missing/x.db", Vault(KEY))
    for _ in range(20):
        with pytest.raises(OperationalError):
            async with store.read():
                pass
        assert [thread for thread in threading.enumerate() if "_connection_worker_thread" in thread.name] == []
    await store.close()
