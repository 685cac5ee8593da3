"""What every story can ask for: a world of its own."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.world import World, running


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: half of a story is waiting for a socket."""
    return (os.cpu_count() or 1) + 1


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Slack, RingCentral and the bot, started."""
    async with running(tmp_path) as started:
        yield started
