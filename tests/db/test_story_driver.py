"""Stories open their SQLite file without a thread; all else uses the driver that the bot uses."""

from __future__ import annotations

import threading
from pathlib import Path

from sqlalchemy import text

from bot.db.connection import Store
from bot.db.vault import Vault
from tests.support.databases import KEY
from tests.support.sqlite_file import STORY_FILE, migrated


async def _new_threads(path: Path) -> int:
    store, before = Store(await migrated(path), Vault(KEY)), threading.enumerate()
    async with store.write() as db:
        assert (await db.execute(text("select count(*) from webinars"))).scalar_one() == 0
        threads = len(set(threading.enumerate()).difference(before))
    await store.close()
    return threads


async def test_only_a_storys_file_is_opened_without_a_thread(tmp_path: Path) -> None:
    """If it had one, every story would take half as long again, and nothing else would show it."""
    assert await _new_threads(tmp_path / "greenroom.db") == 1
    assert await _new_threads(tmp_path / STORY_FILE) == 0
