"""A creation or registration that waits for RingCentral's rate limit goes on, whatever happens to the note about it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import ProviderTiming
from bot.providers.base import Caller, Lane
from handlers.registrants.list import ANSWERED
from handlers.request import CLOSE_FREELY, GO_ON, MAY_CLOSE, READY
from sandbox.ringcentral.rates import Rates
from sandbox.slack import View
from tests.support.creation import CREATED, final_state, submit_form, without_waits
from tests.support.database_cases import each_on_sqlite
from tests.support.registration import other_person_form, registration_harness
from tests.support.world import PACE, World, running_world

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
    world.ringcentral.rules.window = 4  # on a slow machine, a part of it passes before the form is sent
    world.ringcentral.rules.budgets["Heavy"] = 4


@pytest.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world whose budget is used up, on SQLite and on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=_tight) as started:
        for _ in range(3):
            await started.bot.services.mirror.sweep(Caller(Lane.PERSON))
        yield started


ON_BOTH = each_on_sqlite({name: (fault,) for name, fault in FAULTS.items()}, on_postgresql=["cut"])


@pytest.mark.parametrize(("server", "fault"), ON_BOTH, indirect=["server"])
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


REPLIES = {
    "close": "close launch",
    "open": "open launch",
    "limit": "limit launch 5",
    "registrants": "registrants launch",
    "team": "team launch",
}
"""Commands that call RingCentral and reply where they were typed."""
REFRESHES = {"details": "show launch", "list": "list", "registrants": "registrants launch", "team": "team launch"}
"""Replies with a Refresh button."""


async def _waiting_world(world: World) -> None:
    """Use up the only call of this window."""
    world.ringcentral.rates = Rates(world.ringcentral.rules, world.clock)
    world.ringcentral.rules.budgets["Heavy"] = 1
    await world.bot.services.mirror.sweep(Caller(Lane.PERSON))
    world.bot.services.results.pace = replace(PACE, long_wait=0.5)


def _direct(world: World) -> list[str]:
    return [message.words for message in world.slack.messages("@finn", "finn")]


@pytest.mark.parametrize("text", REPLIES.values(), ids=REPLIES.keys())
async def test_a_command_that_waits_says_how_long_and_notifies(tmp_path: Path, text: str) -> None:
    """The note says the time and that the user can go on; the answer comes as a direct message, too."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        await registration_harness(world, user="finn")
        before = len(_direct(world))
        await _waiting_world(world)

        await world.command("finn", "#launch", text)

        *notes, answer = (message.words for message in world.slack.messages("#launch", "finn"))
        assert any(f"goes out in a few seconds. {GO_ON}" in note for note in notes)
        assert len(_direct(world)) == before + 1
        assert _direct(world)[-1] in (answer, ANSWERED)
        assert (_direct(world)[-1] == ANSWERED) is (text == "registrants launch")


@pytest.mark.parametrize("text", REFRESHES.values(), ids=REFRESHES.keys())
async def test_a_refresh_that_waits_says_how_long_and_notifies(tmp_path: Path, text: str) -> None:
    """Its reply is replaced in its place as well."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        await registration_harness(world, user="finn")
        await world.command("finn", "#launch", text)
        shown = world.last("#launch", "finn")
        world.clock.move(timedelta(minutes=5))
        await _waiting_world(world)
        world.clock.move(timedelta(minutes=5))
        before = len(_direct(world))

        await world.click("finn", shown, "Refresh")

        assert any(GO_ON in message.words for message in world.slack.messages("#launch", "finn"))
        assert len(_direct(world)) == before + 1


async def test_a_short_wait_does_not_notify_twice(tmp_path: Path) -> None:
    """The user is still there."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        await registration_harness(world, user="finn")
        await _waiting_world(world)
        world.bot.services.results.pace = PACE
        before = _direct(world)

        await world.command("finn", "#launch", "close launch")

        words = [message.words for message in world.slack.messages("#launch", "finn")]
        assert any("goes out in" in one for one in words)
        assert not any(GO_ON in one for one in words)
        assert _direct(world) == before


WINDOWS: dict[str, tuple[str, dict[str, Any]]] = {
    "limit": ("limit launch", {"limit": "5"}),
    "invite": ("invite launch", {"panelists": ["dev"]}),
    "cancel": ("cancel launch", {}),
    "registration": ("registration", {"Maximum registrations": "7"}),
    "register": ("register", {"first_name": "Iris", "last_name": "Moreno", "email": "iris@outside.example"}),
}
"""Forms whose submission calls RingCentral."""


@pytest.mark.parametrize(("text", "typed"), WINDOWS.values(), ids=WINDOWS.keys())
async def test_a_window_that_waits_can_be_closed(tmp_path: Path, text: str, typed: dict[str, Any]) -> None:
    """It says how long it takes and that it can be closed; the result comes as a direct message."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        await registration_harness(world, user="finn")
        form = await _form(world, text)
        before = len(_direct(world))
        await _waiting_world(world)

        await world.slack.submit("finn", form, typed)
        await world.until(lambda: "goes out in" in _shown(world))
        assert MAY_CLOSE in world.slack.view("finn").words
        await world.slack.close("finn", world.slack.view("finn"), clear=True)
        await world.settled()

        await world.until(lambda: len(_direct(world)) > before)
        assert "did not work" not in _direct(world)[-1]
        assert world.ringcentral.throttled == 0


async def _form(world: World, text: str) -> View:
    if text == "registration":
        await world.command("finn", "#launch", "show launch")
        await world.click("finn", world.last("#launch", "finn"), "Registration")
    elif text == "register":
        await other_person_form(world, "finn")
    else:
        await world.command("finn", "#launch", text)
    return world.slack.view("finn")


async def test_a_form_that_waits_to_open_can_be_closed(tmp_path: Path) -> None:
    """A direct message says that it can be opened now."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        await registration_harness(world, user="finn")
        await _waiting_world(world)

        await world.slack.command("finn", "#launch", "/webinar", "duplicate launch")
        await world.until(lambda: "goes out in" in _shown(world))
        assert CLOSE_FREELY in _shown(world)
        await world.slack.close("finn", world.slack.view("finn"), clear=True)

        await world.until(lambda: READY in _direct(world))


def _shown(world: World) -> str:
    with contextlib.suppress(LookupError):
        return world.slack.view("finn").words
    return ""
