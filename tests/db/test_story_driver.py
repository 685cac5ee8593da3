"""Stories open their SQLite file without a thread; tests of the database use the driver that the bot uses."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

from sqlalchemy import text

from bot.db.connection import Store
from bot.db.vault import Vault
from tests.support.databases import KEY
from tests.support.sqlite_file import BOT_FILE, STORY_FILE, TEST_FILE, migrated


async def _new_threads(path: Path) -> int:
    store, before = Store(await migrated(path), Vault(KEY)), threading.enumerate()
    async with store.write() as db:
        assert (await db.execute(text("select count(*) from webinars"))).scalar_one() == 0
        threads = len(set(threading.enumerate()).difference(before))
    await store.close()
    return threads


async def test_files_of_stories_are_opened_without_a_thread(tmp_path: Path) -> None:
    """If it had one, every story would take half as long again, and nothing else would show it."""
    assert await _new_threads(tmp_path / BOT_FILE) == 1
    assert await _new_threads(tmp_path / STORY_FILE) == 0
    assert await _new_threads(tmp_path / TEST_FILE) == 0


async def test_two_bots_write_one_file_in_turn(tmp_path: Path) -> None:
    """Who waits for the lock lets the other one go on, though both are in one loop."""
    url = await migrated(tmp_path / TEST_FILE)
    stores = [Store(url, Vault(KEY)) for _ in range(2)]
    entered: list[int] = []

    async def write(number: int) -> None:
        async with stores[number].write() as db:
            await db.execute(text("delete from webinars"))
            entered.append(number)
            await asyncio.sleep(0)
            entered.append(number)

    async with asyncio.timeout(5):
        await asyncio.gather(write(0), write(1), write(0))
    for store in stores:
        await store.close()
    assert sorted(entered) == [0, 0, 0, 0, 1, 1]
    assert entered[::2] == entered[1::2]
