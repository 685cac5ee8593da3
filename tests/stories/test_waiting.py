"""A creation or registration that waits for RingCentral's rate limit goes on, whatever happens to the note about it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.app import ProviderTiming
from bot.providers.base import Caller, Lane
from sandbox.ringcentral.rates import Rates
from tests.support.creation import CREATED, final_state, submit_form, without_waits
from tests.support.registration import registration_harness
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

FAULTS: dict[str, dict[str, Any]] = {
    "server error": {"status": 500},
    "limited": {"retry_after": 30},
    "closed": {"error": "not_found"},
    "refused": {"error": "invalid_arguments"},
    "cut": {"cut": True},
    "silent": {"hang": 60.0},
}


def _short_window(world: World) -> None:
    without_waits(world)
    world.pace = ProviderTiming()
    world.ringcentral.rules.window = 2


def _tight(world: World) -> None:
    _short_window(world)
    world.ringcentral.rules.budgets["Heavy"] = 4


@pytest.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose budget is used up, on SQLite and on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=_tight) as started:
        for _ in range(3):
            await started.bot.services.mirror.sweep(Caller(Lane.PERSON))
        yield started


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_creation_whose_wait_cannot_be_shown_creates_one_webinar(both: World, fault: dict[str, Any]) -> None:
    """The note fails in every way that Slack knows, and the result is shown after it."""
    both.slack.fail("views.update", **fault)

    await submit_form(both)
    await both.until(lambda: not both.slack.pending_faults)

    assert await final_state(both) == CREATED
    assert both.ringcentral.throttled == 0


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_command_whose_wait_cannot_be_shown_is_carried_out(tmp_path: Path, fault: dict[str, Any]) -> None:
    """The same for a command, whose note is a reply."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        launch = await registration_harness(world, user="finn")
        world.ringcentral.rates = Rates(world.ringcentral.rules, world.clock)
        world.ringcentral.rules.budgets["Heavy"] = 1
        await world.bot.services.mirror.sweep(Caller(Lane.PERSON))  # the only call of this window
        world.slack.fail("response_url", **fault)

        await world.command("finn", "#launch", "close launch")

        assert not world.slack.pending_faults
        assert launch.state[0] is False
        assert world.ringcentral.throttled == 0
        assert "is closed" in world.last("#launch", "finn").words
