"""Fixtures of the tests of killed and frozen workers: with the driver that the bot uses."""

from __future__ import annotations

from pathlib import Path

import pytest_asyncio

from tests.support.sqlite_file import BOT_FILE, migrated


@pytest_asyncio.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """The URL of a migrated SQLite file that is opened by a thread of its own, as the bot opens its file."""
    return await migrated(tmp_path / BOT_FILE)
