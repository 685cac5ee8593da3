"""Trouble with RingCentral in the middle of something: nothing is lost, nothing is canceled, nothing is half done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from bot.model.webinar import Status
from sandbox.clock import SandboxClock
from sandbox.slack import View
from tests.support.edits import (
    AFTER,
    APPLIED,
    BEFORE,
    NOT_APPLIED,
    USER,
    at_ringcentral,
    edit,
    final_state,
    make_webinar,
    notifications,
    open_form,
    prepared,
)
from tests.support.ringcentral import TOKEN
from tests.support.world import World, running_world

API = "^/webinar/"
COMPANY = "company/sessions$"
SESSION = r"/sessions/\d+$"
VALUES = {"Title": AFTER[0], "Length": "1h"}
TEN_MINUTES = timedelta(minutes=10)


def with_refresh_tokens(world: World) -> None:
    """As with the app setting that is off by default."""
    prepared(world)
    world.ringcentral.rules.issue_refresh_tokens = True


def logins(world: World) -> list[int | None]:
    """The statuses of all requests for a token."""
    return [one.status for one in world.ringcentral.calls if one.path == TOKEN]


def revoke_all(world: World) -> None:
    """End every session of the app, as an administrator can."""
    tokens = world.ringcentral.tokens
    for one in list(tokens._active):
        tokens.revoke(one.access)


def once_webinar_changed(world: World, then: Callable[[], object]) -> None:
    """Do this after the first of the two calls of an edit."""
    done: list[bool] = []

    def look() -> None:
        if not done and at_ringcentral(world)[0] == AFTER[0]:
            done.append(True)
            then()

    world.ringcentral.on_change.append(look)


@pytest.mark.parametrize("prepare", [prepared, with_refresh_tokens], ids=["jwt", "refresh token"])
async def test_a_token_revoked_between_the_calls_of_an_edit(tmp_path: Path, prepare: Callable[[World], None]) -> None:
    """The bot logs in again, and the edit is applied as a whole."""
    async with running_world(tmp_path, prepare=prepare) as world:
        await make_webinar(world)
        form = await open_form(world)
        before = len(logins(world))
        once_webinar_changed(world, lambda: revoke_all(world))
        await world.slack.submit(USER, form, VALUES)

        assert await final_state(world) == APPLIED
        assert logins(world)[before:].count(200) == 1


async def test_a_login_refused_between_the_calls_of_an_edit(tmp_path: Path) -> None:
    """The user reads that it is not finished; with the credentials repaired, it ends in both or neither."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        form = await open_form(world)

        def refuse() -> None:
            revoke_all(world)
            world.ringcentral.fail("POST", TOKEN, status=401, times=1000)

        once_webinar_changed(world, refuse)
        await world.slack.submit(USER, form, VALUES)
        await world.settled()
        assert (at_ringcentral(world), logins(world)[-1]) == ((AFTER[0], BEFORE[1]), 401)
        assert notifications(world) != ("changed",)
        world.ringcentral.faults.clear()

        state = await final_state(world)
        assert state.at_ringcentral in (AFTER, BEFORE)
        assert state.at_ringcentral == state.mirrored
        assert state.notified


async def test_a_refresh_token_is_used_once_by_an_edit_and_a_sweep(tmp_path: Path) -> None:
    """Both find the token expired; one of them renews it, although the answer to that is lost once."""
    async with running_world(tmp_path, prepare=with_refresh_tokens) as world:
        await make_webinar(world)
        form = await open_form(world)
        world.ringcentral.tokens.expire()
        world.ringcentral.fail("POST", TOKEN, status=None, cut=True, effect=True)
        before = len(logins(world))
        await asyncio.gather(world.slack.submit(USER, form, VALUES), world.bot.services.mirror.sweep())

        assert await final_state(world) == APPLIED
        assert logins(world)[before:] == [None, 200]


@pytest.mark.parametrize("begins", ["before the first call", "between the calls"])
async def test_503_for_ten_minutes_during_an_edit(tmp_path: Path, begins: str) -> None:
    """The window says so at once; after the outage, the edit is applied as a whole or not at all, and reported."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        form = await open_form(world)

        def fail() -> None:
            world.ringcentral.fail("*", API, status=503, retry_after=0, times=100_000)

        if begins == "between the calls":
            once_webinar_changed(world, fail)
        else:
            fail()
        await world.slack.submit(USER, form, VALUES)
        await world.settled()
        assert "Saving" not in world.slack.view(USER).words
        for _ in range(10):
            world.clock.move(TEN_MINUTES / 10)
            await world.bot.services.changes.resume()
            await world.settled()
        assert notifications(world) != ("changed",)
        world.ringcentral.faults.clear()

        assert await final_state(world) == (APPLIED if begins == "between the calls" else NOT_APPLIED)


@pytest.mark.parametrize("cut", ["first page", "second page"])
async def test_half_a_page_and_a_dropped_connection_cancel_nothing(tmp_path: Path, cut: str) -> None:
    """A list of sessions that ends in the middle is no list: the next complete one counts."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        now = world.clock.now()
        for number in range(1001 if cut == "second page" else 3):
            world.ringcentral.create(f"Talk {number}", now + timedelta(days=9))
        await world.bot.services.mirror.sweep()
        world.clock.move(TEN_MINUTES)
        before = await world.bot.services.mirror.everything()
        gone = next(one for one in world.ringcentral.webinars() if one["title"] == "Talk 0")
        world.ringcentral.cancel(gone["webinar_id"])
        cards = [message.words for message in world.slack.messages("#launch")]

        await _sweep_cut(world, pages=0 if cut == "first page" else 1)
        assert await world.bot.services.mirror.everything() == before
        assert [message.words for message in world.slack.messages("#launch")] == cards

        await world.bot.services.mirror.sync()
        canceled = [one.title for one in await world.bot.services.mirror.everything() if one.status is Status.CANCELED]
        assert canceled == ["Talk 0"]


async def _sweep_cut(world: World, pages: int) -> None:
    """Read the list; after this many pages, half a page arrives each time it is asked for."""
    calls = world.ringcentral.calls
    start = len(calls)
    armed: list[object] = []

    def arm() -> None:
        listed = [one for one in calls[start:] if one.path.endswith("company/sessions") and one.status == 200]
        if not armed and len(listed) >= pages:
            armed.append(
                world.ringcentral.fail("GET", COMPANY, status=None, cut=True, effect=True, half=True, times=50)
            )

    world.ringcentral.on_change.append(arm)
    arm()
    await world.bot.services.mirror.sync()
    world.ringcentral.on_change.remove(arm)
    assert armed
    assert [one.status for one in calls[start:]] == [200] * pages + [None] * 4
    world.ringcentral.faults.clear()


@pytest.mark.parametrize("ahead", ["bot", "RingCentral"])
async def test_clocks_that_are_minutes_apart(tmp_path: Path, ahead: str) -> None:
    """A creation, an edit whose answer is lost, its Undo, and a change made there: as with equal clocks."""

    def apart(world: World) -> None:
        prepared(world)
        theirs = SandboxClock()
        (world.clock if ahead == "bot" else theirs).move(timedelta(minutes=7))
        world.ringcentral.clock = world.ringcentral.world.clock = theirs

    async with running_world(tmp_path, prepare=apart) as world:
        await make_webinar(world)
        assert len(world.ringcentral.webinars()) == 1
        world.ringcentral.fail("PATCH", SESSION, status=500, effect=True)
        result = await edit(world, dict(VALUES))
        assert (at_ringcentral(world), "Undo" in result.buttons) == (AFTER, True)
        assert "Someone else" not in result.words
        await world.click(USER, result, "Undo")
        assert at_ringcentral(world) == BEFORE

        form = await _reopened(world)
        [webinar] = world.ringcentral.webinars()
        world.ringcentral.edit(webinar["webinar_id"], title="Theirs")
        await world.slack.submit(USER, form, {"Title": "Mine"})
        await world.settled()
        assert world.slack.view(USER).title == "Changed in the meantime"
        await world.bot.services.mirror.sync()
        [mirrored] = await world.bot.services.mirror.everything()
        assert (mirrored.title, mirrored.status) == ("Theirs", Status.SCHEDULED)


async def _reopened(world: World) -> View:
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    return await open_form(world)
