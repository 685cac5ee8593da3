"""Edits of one webinar through Slack, and the final state on all sides."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import select

from bot.app import Greenroom
from bot.creation.change.table import TO_REPORT, UNDER_WAY
from bot.db.change_schema import webinar_changes
from sandbox.slack import Outcome, View
from tests.support.creation import without_waits
from tests.support.world import WAIT_LIMIT_S, World

USER = "chloe"
SHORT_LEASE = timedelta(seconds=0.3)
BEFORE = ("Launch day", 2700)
AFTER = ("Launch week", 3600)
"""Title and length: one is at the webinar, the other at its session."""


class EditState(NamedTuple):
    """What an edit of title and length has led to."""

    at_ringcentral: tuple[str, int]
    mirrored: tuple[str, int]
    notified: tuple[str, ...]
    """The results shown to the user, in the modal and by direct message."""


APPLIED = EditState(AFTER, AFTER, ("changed",))
NOT_APPLIED = EditState(BEFORE, BEFORE, ("not changed",))


def prepared(world: World) -> None:
    """No rate limits, no pauses, and leases short enough to wait for after a crash on PostgreSQL."""
    without_waits(world)
    at_once = world.on_build

    def on_build(bot: Greenroom) -> None:
        at_once(bot)
        bot.services.changes.leases.retry = timedelta()
        if not bot.services.store.is_sqlite:
            bot.services.changes.leases.lease = SHORT_LEASE

    world.on_build = on_build


async def make_webinar(world: World, **fields: object) -> None:
    """Create the webinar through the form, and close the result."""
    await world.create(USER, BEFORE[0], fields=fields)
    await world.slack.close(USER, world.slack.view(USER), clear=True)


async def move_before_start(world: World, by: timedelta = timedelta(minutes=30)) -> None:
    """Go to a moment before the start of the one webinar, when its host can practice."""
    [known] = await world.bot.services.mirror.everything()
    world.clock.move(known.start - by - world.clock.now())


async def open_form(world: World, user: str = USER, which: str = "launch") -> View:
    """Type `/webinar edit`; the form, filled."""
    await world.command(user, "#launch", f"edit {which}")
    return world.slack.view(user)


async def submit_edit(world: World, **values: object) -> Outcome:
    """Change title and length, or the given fields, without waiting for the result."""
    form = await open_form(world)
    return await world.slack.submit(USER, form, values or {"Title": AFTER[0], "Length": "1h"})


async def edit(world: World, values: dict[str, object]) -> View:
    """Change these fields; the view with the result."""
    outcome = await world.slack.submit(USER, await open_form(world), values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view(USER)


def calls_by_half(calls: list[str]) -> list[str]:
    """Vendor calls as their method and the half of a webinar that they read or write."""
    return [f"{call.split()[0]} {'session' if '/sessions/' in call else 'webinar'}" for call in calls]


def stored(world: World) -> dict[str, Any]:
    """The one webinar at RingCentral, with its session."""
    [webinar] = world.ringcentral.dump()["webinars"].values()
    return dict(webinar)


def at_ringcentral(world: World) -> tuple[str, int]:
    """Its title and length in seconds."""
    webinar = stored(world)
    return webinar["fields"]["title"], webinar["session"]["fields"]["scheduledDuration"]


async def mirrored(world: World) -> tuple[str, int]:
    """Its title and length in seconds in the mirror."""
    [webinar] = await world.bot.services.mirror.everything()
    return webinar.title, int(webinar.length.total_seconds())


async def steps(world: World) -> list[str]:
    """The steps of all changes in the database."""
    async with world.bot.services.store.read() as db:
        return list((await db.execute(select(webinar_changes.c.step))).scalars())


async def wait_until_done(world: World) -> None:
    """Resume changes, as the scheduler does, until none is in progress."""
    async with asyncio.timeout(WAIT_LIMIT_S):
        while True:
            await world.bot.services.changes.resume()
            await world.settled()
            if not set(await steps(world)) & {*UNDER_WAY, *TO_REPORT}:
                return
            await asyncio.sleep(0.01)


def notifications(world: World) -> tuple[str, ...]:
    """The results the user was notified of, in order."""
    kinds = {"edit.done": "changed", "edit.failed": "not changed", "edit.conflict": "conflict"}
    shown = [kinds[view.callback_id] for view in world.slack.view_stack(USER) if view.callback_id in kinds]
    messages = [message.text for message in world.slack.messages(f"@{USER}") if message.bot]
    return (*shown, *("not changed" if "was not changed" in text else "changed" for text in messages))


async def final_state(world: World) -> EditState:
    """Wait until the changes are done, and return the final state."""
    await wait_until_done(world)
    return EditState(at_ringcentral(world), await mirrored(world), notifications(world))
