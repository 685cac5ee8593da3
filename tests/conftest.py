"""What every story can ask for: a world of its own."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

if TYPE_CHECKING:
    from bot.db.connection import Store
    from tests.support.delivery import DeliveryHarness
    from tests.support.world import World


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: half of a story is waiting for a socket."""
    return (os.cpu_count() or 1) + 1


def pytest_collection() -> None:
    """Import and collect without looking for garbage: all that is made now stays, and is a lot to look through."""
    gc.disable()


def pytest_collection_finish() -> None:
    """From now on there is garbage, but none in what has been made so far."""
    gc.enable()
    gc.freeze()


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Slack, RingCentral and the bot, started."""
    from tests.support.world import running_world  # imports the bot, so only after `pytest_collection`

    async with running_world(tmp_path) as started:
        yield started


@pytest_asyncio.fixture
async def delivery(sqlite_store: Store) -> AsyncIterator[DeliveryHarness]:
    """A delivery harness on SQLite, for tests with `tests.support.databases`."""
    from tests.support.delivery import delivery_harness

    async with delivery_harness(sqlite_store) as opened:
        yield opened


@pytest_asyncio.fixture
async def any_delivery(store: Store) -> AsyncIterator[DeliveryHarness]:
    """A delivery harness on SQLite and on PostgreSQL, for tests with `tests.support.databases`."""
    from tests.support.delivery import delivery_harness

    async with delivery_harness(store) as opened:
        yield opened
