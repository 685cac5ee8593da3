"""What every story can ask for: a world of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.world import World, running


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Slack, RingCentral and the bot, started."""
    async with running(tmp_path) as started:
        yield started
