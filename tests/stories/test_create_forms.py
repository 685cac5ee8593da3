"""Every opened form is its own creation: none replaces another, none is lost, and one submitted twice creates once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from copy import copy
from pathlib import Path

import pytest_asyncio
from sqlalchemy import delete

from bot.db.connection import Store
from bot.db.gate_rows import gate_states
from bot.db.vault import Vault
from sandbox.slack import View
from tests.support.creation import START_IN, final_state, submit_form, with_short_leases, without_waits
from tests.support.devices import Devices
from tests.support.world import KEY, World, running_world

pytest_plugins = ["tests.support.databases"]


@pytest_asyncio.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """A world on SQLite, and one on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=without_waits) as started:
        yield started


@pytest_asyncio.fixture
async def crashing(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same, whose creations are taken over soon after a crash. A slow machine loses such leases without one."""
    async with running_world(tmp_path, database_url=database_url, prepare=with_short_leases) as started:
        yield started


async def test_two_windows_resumed_from_one_draft_create_two_webinars(both: World) -> None:
    """Each window is a form of its own, and shows its own result."""
    await _leave_a_draft(both)
    devices, windows = await _open_twice(both)
    assert [_title(view) for view in windows] == ["Half typed", "Half typed"]

    for view, title in zip(windows, ("First", "Second"), strict=True):
        outcome = await devices.submit(view, _typed(both, title))
        assert outcome.ok
        await both.settled()

    await final_state(both)
    assert _titles(both) == ["First", "Second"]
    assert devices.shown == ["Webinar created"] * 2


async def test_two_windows_submitted_at_once_create_two_webinars(both: World) -> None:
    """The two creations do not block each other."""
    await _leave_a_draft(both)
    devices, windows = await _open_twice(both)

    forms = zip(windows, ("First", "Second"), strict=True)
    await asyncio.gather(*(devices.submit(view, _typed(both, title)) for view, title in forms))

    await final_state(both)
    assert _titles(both) == ["First", "Second"]
    assert devices.shown == ["Webinar created"] * 2


async def test_one_form_submitted_again_creates_one_webinar(both: World) -> None:
    """At once, and again with another title after it was created: it is still the same form."""
    devices, view = Devices(both, "finn"), await _open(both)
    late = copy(view)

    await asyncio.gather(*(devices.submit(view, _typed(both, "Once")) for _ in range(2)))
    await both.settled()
    outcome = await devices.submit(late, _typed(both, "Once more"))

    assert outcome.ok
    await final_state(both)
    assert _titles(both) == ["Once"]


async def test_a_resumed_form_keeps_everything_and_is_not_offered_again(both: World) -> None:
    """What one window left is resumed with its settings, and is gone from the list once it was submitted."""
    await both.command("finn", "#launch", "create")
    first = both.slack.view("finn")
    await both.slack.fill("finn", first, {"Title": "Half typed"})
    await both.click("finn", first, "More Settings")
    await both.slack.submit("finn", both.slack.view("finn"), {"password": "s3cret-word"})
    await both.slack.close("finn", both.slack.view("finn"), clear=True)

    await both.slack.close("finn", await _open(both))
    await both.slack.submit("finn", await _open(both), _typed(both, "Whole"))
    await final_state(both)

    [made] = both.ringcentral.dump()["webinars"].values()
    assert "s3cret-word" in str(made)
    assert _title(await _open(both)) is None


async def test_a_window_that_is_still_open_keeps_its_settings_while_another_one_is_submitted(both: World) -> None:
    """Opening and submitting a second window takes nothing from the first."""
    await both.command("finn", "#launch", "create")
    first, devices = both.slack.view("finn"), Devices(both, "finn")
    await both.click("finn", first, "More Settings")
    await both.slack.submit("finn", both.slack.view("finn"), {"password": "s3cret-word"})
    devices.add()
    await devices.submit(await _open(both), _typed(both, "Second"))
    await final_state(both)

    await devices.submit(first, _typed(both, "First"))
    await final_state(both)

    made = {str(one["title"]): one["session_id"] for one in both.ringcentral.webinars()}
    assert sorted(made) == ["First", "Second"]
    assert str(both.ringcentral.dump()).count("s3cret-word") == 2


async def test_forms_submitted_before_a_crash_are_all_created(crashing: World) -> None:
    """One person sends seven forms, and the process is killed while most of them wait for their turn."""
    titles = [f"Session {number}" for number in range(1, 8)]
    crashing.ringcentral.rules.budgets = {"Heavy": 5}
    before = len(crashing.ringcentral.calls)
    for title in titles:
        outcome = await submit_form(crashing, "finn", title)
        assert outcome.ok, outcome
        await crashing.slack.close("finn", crashing.slack.view("finn"))
    await crashing.until(lambda: len(crashing.ringcentral.calls) > before)

    await crashing.crash_bot()
    assert len(_titles(crashing)) < len(titles)
    crashing.ringcentral.rules.budgets = {"Heavy": 1000}
    await _forget_calls(crashing)
    await crashing.start_bot()

    state = await final_state(crashing)
    assert _titles(crashing) == titles
    assert (state.complete, state.incomplete, state.cards) == (7, 0, 7)
    # The result that was sent at the moment of the crash may be sent again.
    assert state.notified in {("made",) * 7, ("made",) * 8}


async def test_a_failed_form_reopened_twice_is_filled_both_times(both: World) -> None:
    """Each way back to a failed form opens a filled form of its own."""
    both.ringcentral.fail("POST", "/sessions$", status=403)
    await submit_form(both, "finn", "Refused", Description="Typed with care")
    await both.slack.close("finn", both.slack.view("finn"), clear=True)
    await final_state(both)
    devices, message, windows = Devices(both, "finn"), both.last("@finn"), []

    for _ in range(2):
        devices.add()
        await both.click("finn", message, "Try Again")
        windows.append(both.slack.view("finn"))
        assert "Typed with care" in str(windows[-1].values)
    for view, title in zip(windows, ("First", "Second"), strict=True):
        await devices.submit(view, _typed(both, title))

    await final_state(both)
    assert _titles(both) == ["First", "Second"]


async def _forget_calls(world: World) -> None:
    """Delete what PostgreSQL has of the calls of this minute, which the next process would wait for."""
    store = Store(world.database_url, Vault(KEY))
    if not store.is_sqlite:
        async with store.write() as db:
            await db.execute(delete(gate_states))
    await store.close()


async def _leave_a_draft(world: World) -> None:
    view = await _open(world)
    await world.slack.fill("finn", view, {"Title": "Half typed"})
    block = next(block for block in view.values if block.startswith("audience:"))
    await world.click("finn", view, "create.change", block_id=block, value="Everyone with the link")
    await world.slack.close("finn", world.slack.view("finn"), clear=True)


async def _open(world: World) -> View:
    await world.command("finn", "#launch", "create")
    return world.slack.view("finn")


async def _open_twice(world: World) -> tuple[Devices, list[View]]:
    devices, first = Devices(world, "finn"), await _open(world)
    devices.add()
    return devices, [first, await _open(world)]


def _typed(world: World, title: str) -> dict[str, object]:
    return {"Title": title, "Starts": world.clock.now() + START_IN}


def _title(view: View) -> str | None:
    [state] = [state for block, state in view.values.items() if block.startswith("title:")]
    value: str | None = state["create.change"]["value"]
    return value


def _titles(world: World) -> list[str]:
    return sorted(str(webinar["title"]) for webinar in world.ringcentral.webinars())
