"""Creations when a process is killed and restarted, and when one of two replicas dies."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import EVENTS, Greenroom, build
from bot.clock import machine_now
from bot.creation import table as creation_table
from bot.creation.table import Creation, CreationRequest, CreationStep
from bot.db.schema import creations as table
from bot.errors import BadInput
from bot.model.webinar import WebinarForm
from tests.support.creation import (
    CREATED,
    TITLE,
    FinalState,
    final_state,
    hang_at_ringcentral,
    notifications,
    release_held_responses,
    stored_creations,
    submit_form,
    wait_until_done,
    without_waits,
)
from tests.support.processes import Program, program
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from tests.support.databases import Postgres  # the plugin below must be the first to import it

pytest_plugins = ["tests.support.databases"]

SHORT = timedelta(seconds=0.3)
"""A lease short enough to wait for in a test."""


@asynccontextmanager
async def killable(world: World, folder: Path) -> AsyncIterator[Program]:
    """`python -m bot run` in its own process, connected to this world's stand-ins."""
    given = {
        name.upper(): str(value.get_secret_value() if isinstance(value, SecretStr) else value)
        for name, value in world.settings
        if value is not None  # of a provider that the world does not have
    }
    async with program("run", cwd=folder, settings={**given, "LOG_FORMAT": "json"}) as bot:
        world.slack.events_url = json.loads(await bot.line("bot.ready"))["url"] + EVENTS
        yield bot


async def test_kill_9_between_the_calls_ends_in_complete_webinars(tmp_path: Path) -> None:
    """Killed while one webinar request and one session request are unanswered: both webinars end complete."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        await world.stop_bot()
        async with killable(world, tmp_path) as bot:
            for user, title, path in (("finn", TITLE, "/webinars$"), ("dev", "Another day", "/sessions$")):
                reached = hang_at_ringcentral("POST", path, done=user == "finn")(world)
                await submit_form(world, user, title)
                await world.until(reached)
            await bot.end(signal.SIGKILL)
        async with killable(world, tmp_path) as bot:
            await world.until(lambda: notifications(world, "finn") and notifications(world, "dev"))
            await bot.end(signal.SIGTERM)
        await world.start_bot()

        assert await final_state(world) == FinalState(complete=2, incomplete=0, mirrored=2, cards=2, notified=("made",))
        assert notifications(world, "dev") == ("made",)


@dataclass
class Pair:
    """Two replicas on one PostgreSQL database; Slack's requests go to the one in `world`."""

    world: World
    other: Greenroom

    async def lose_one(self) -> None:
        """Kill the replica that gets Slack's requests; the other one takes its place."""
        await self.world.crash_bot()
        self.world.use_bot(self.other)


@pytest_asyncio.fixture
async def pair(postgres: Postgres, tmp_path: Path) -> AsyncIterator[Pair]:
    """Both replicas, started."""
    async with running_world(
        tmp_path, database_url=await postgres.migrated(), prepare=_hurried_with_short_leases
    ) as world:
        other = await build(world.settings, world.clock, world.pace)
        world.on_build(other)
        yield Pair(world, other)
        if not world.is_bot_running or world.bot is not other:
            await other.stop()


def _hurried_with_short_leases(world: World) -> None:
    without_waits(world)
    at_once = world.on_build

    def on_build(bot: Greenroom) -> None:
        at_once(bot)
        bot.services.creation.leases.lease = SHORT

    world.on_build = on_build


async def test_the_other_replica_continues_when_one_dies(pair: Pair) -> None:
    """Its lease expires, and the other replica completes and reports the creation."""
    reached = hang_at_ringcentral("POST", "/sessions$", done=True)(pair.world)
    await submit_form(pair.world)
    await pair.world.until(reached)

    await pair.lose_one()

    assert await final_state(pair.world) == CREATED


async def test_the_other_replica_does_not_claim_a_creation_in_progress(pair: Pair) -> None:
    """The lease is renewed while RingCentral does not answer, and the other replica does not claim the creation."""
    reached = hang_at_ringcentral("POST", "/webinars$", done=True)(pair.world)
    await submit_form(pair.world)
    await pair.world.until(reached)
    first = await _claimed_until(pair.world)
    async with asyncio.timeout(8):
        while await _claimed_until(pair.world) < first + 2 * SHORT:
            await pair.other.services.creation.resume()
            await asyncio.sleep(0.02)

    assert [one.step for one in await stored_creations(pair.world)] == [CreationStep.WEBINAR_REQUESTED]
    release_held_responses(pair.world)
    assert await final_state(pair.world) == CREATED


async def test_a_replica_that_lost_its_lease_writes_and_calls_nothing_more(pair: Pair) -> None:
    """A worker whose lease was taken makes no more calls or writes, and shows that the creation goes on."""
    reached = hang_at_ringcentral("POST", "/webinars$", done=True)(pair.world)
    await submit_form(pair.world)
    await pair.world.until(reached)
    far = machine_now() + timedelta(hours=1)
    async with pair.world.bot.services.store.write() as db:
        assert await creation_table.LEASES.claim(db, pair.world.bot.services.account, "thief", far, far)

    release_held_responses(pair.world)
    await pair.world.settled()
    assert [one.step for one in await stored_creations(pair.world)] == [CreationStep.WEBINAR_REQUESTED]
    assert len(pair.world.ringcentral.dump()["webinars"]) == 1
    assert pair.world.ringcentral.webinars() == []
    assert "Greenroom keeps checking" in pair.world.slack.view("finn").words

    async with pair.world.bot.services.store.write() as db:
        await db.execute(table.update().values(claimed_until=None))
    assert await final_state(pair.world) == CREATED


async def test_two_replicas_begin_one_form_and_one_title_once(pair: Pair) -> None:
    """The same form at both replicas, and two forms with one title: exactly one begins."""
    one, two = pair.world.bot.services.creation, pair.other.services.creation
    for number in range(8):
        first, second = (_begun(pair.world, f"{name}{number}", f"Title {number}") for name in "ab")
        same = await asyncio.gather(one.begin(first), two.begin(first))
        assert sorted(earlier.draft_id if earlier else "" for earlier in same) == ["", first.draft_id]
        third = second.model_copy(update={"draft_id": f"c{number}", "request": _creation_request(f"Other {number}")})
        second = second.model_copy(update={"request": third.request})
        both = await asyncio.gather(one.begin(second), two.begin(third), return_exceptions=True)
        assert [type(outcome) for outcome in both if outcome] == [BadInput]

    async with pair.world.bot.services.store.write() as db:
        await db.execute(table.delete())
    await wait_until_done(pair.world)


def _begun(world: World, draft_id: str, title: str) -> Creation:
    return Creation(
        account=world.bot.services.account,
        draft_id=draft_id,
        user_id="U0FINN",
        request=_creation_request(title),
        step=CreationStep.BEGUN,
        begun_at=machine_now(),
    )


def _creation_request(title: str) -> CreationRequest:
    start = machine_now() + timedelta(days=1)
    return CreationRequest(form=WebinarForm(title=title, start=start, length=timedelta(hours=1), time_zone="UTC"))


async def _claimed_until(world: World) -> datetime:
    async with world.bot.services.store.read() as db:
        until: datetime = (await db.execute(select(table.c.claimed_until))).scalar_one()
    return until
