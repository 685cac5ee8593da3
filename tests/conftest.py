"""Fixtures and hooks for all tests."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import Phase, settings

if TYPE_CHECKING:
    from bot.db.connection import Store
    from tests.support.delivery import DeliveryHarness
    from tests.support.world import World


# Property tests try the same examples in every run, so that a change passes or fails for what it changes, and not for a
# rare example that is found by chance. They do not shrink: this can outlive `faulthandler_timeout`, which then ends the
# worker without the failing example. They have no deadline: machines stall. `make explore` looks for new examples.
settings.register_profile(
    "suite", derandomize=True, deadline=None, max_examples=60, phases=[Phase.explicit, Phase.generate]
)
settings.register_profile("explore", deadline=None, max_examples=1_000, print_blob=True)
settings.load_profile("suite")

# Plugins of some test modules that others import: whichever of them comes first, pytest can rewrite their assertions.
pytest.register_assert_rewrite("tests.support.databases", "tests.support.gate_kinds")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three workers more than cores: a story spends half its time waiting for a socket."""
    return (os.cpu_count() or 1) + 3


def pytest_collection() -> None:
    """Import and collect without the garbage collector: everything created now stays, and is slow to scan."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Turn the garbage collector on, and exempt everything created so far."""
    gc.enable()
    gc.freeze()


def pytest_addoption(parser: pytest.Parser) -> None:
    """10,000 payloads take two minutes: `pytest tests/web/test_slack_ingress.py --payloads 10000`.

    204 kills take ten minutes: `pytest tests/proof/test_edit_kills.py --edit-kills 34`.
    300 freezes take an hour: `pytest tests/proof/test_frozen.py -k frozen_workers --freezes 300 --freeze-speed 20`.
    """
    parser.addoption("--payloads", type=int, default=250, help="mutated payloads to send to the ingress")
    parser.addoption("--edit-kills", type=int, default=1, help="runs of three kills during edits, on each database")
    parser.addoption("--freezes", type=int, default=1, help="runs of the proof of frozen workers, each with its seed")
    parser.addoption("--freeze-speed", type=float, default=10.0, help="how fast time runs in this proof")


@pytest.fixture
def own_logging() -> Iterator[None]:
    """For tests that run the command line, which sets up logging: afterwards, the process logs as it did before."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


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
