"""Creations that look alike at RingCentral or whose webinar appears late: never two webinars, never a foreign one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.creation.table import CreationStep
from tests.support.creation import (
    CREATED,
    HANG_S,
    NOTHING,
    TITLE,
    FinalState,
    deliver_late_create,
    final_state,
    notifications,
    release_held_responses,
    stored_creations,
    submit_form,
    wait_until_done,
    without_waits,
)
from tests.support.world import World, running_world

ELSEWHERE = FinalState(1, 0, 0, 0, ("not made",))
"""None of ours, and one created outside Greenroom that the mirror does not have yet."""


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


async def steps(world: World) -> list[str]:
    """The saved steps of all creations."""
    return sorted(one.step for one in await stored_creations(world))


async def test_a_form_sent_twice_creates_once(world: World) -> None:
    """Two submissions of the same view at the same time share one creation."""
    await world.command("finn", "#launch", "create")
    view = world.slack.view("finn")
    typed = {"Title": TITLE, "Starts": world.clock.now() + timedelta(days=3), "Announce in": "#launch"}

    await asyncio.gather(world.slack.submit("finn", view, typed), world.slack.submit("finn", view, typed))

    assert await final_state(world) == CREATED
    assert [call for call in world.vendor_calls() if call.endswith("/webinars")] == [
        "POST /webinar/configuration/v1/webinars"
    ]


async def test_a_form_sent_again_after_its_result_shows_the_same_result(world: World) -> None:
    """A repeated submission shows the first result and posts no second card."""
    await world.command("finn", "#launch", "create")
    view = world.slack.view("finn")
    typed = {"Title": TITLE, "Starts": world.clock.now() + timedelta(days=3), "Announce in": "#launch"}
    await world.slack.fill("finn", view, typed)
    form, values = view.body, view.values
    await world.slack.submit("finn", view)
    assert await final_state(world) == CREATED

    view.body, view.values = form, values
    await world.slack.submit("finn", view)

    assert await final_state(world) == CREATED


async def test_two_people_with_the_same_title_at_once_make_one_after_the_other(world: World) -> None:
    """While a webinar is being created, one with the same title is refused: they would be indistinguishable."""
    held = world.ringcentral.fail("POST", "/webinars$", status=None, effect=True, hang=HANG_S)
    await submit_form(world, "finn")
    await world.until(lambda: held.times == 0)

    await submit_form(world, "dev")
    assert "is being created right now" in world.slack.view("dev").words
    release_held_responses(world)
    assert await final_state(world, "finn") == CREATED

    await world.slack.close("dev", world.slack.view("dev"))
    await world.slack.submit("dev", world.slack.view("dev"))
    assert (await final_state(world, "dev")).complete == 2


async def test_a_late_webinar_is_deleted(world: World) -> None:
    """After the user was told that there is no webinar, one that appears late is deleted."""
    world.ringcentral.fail("POST", "/webinars$", status=500)
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    await submit_form(world)
    assert await final_state(world) == NOTHING
    assert await steps(world) == [CreationStep.WATCHED]

    await deliver_late_create(world)
    await _end_watch(world)

    assert await final_state(world) == NOTHING
    assert await steps(world) == [CreationStep.REPORTED]


@pytest.mark.parametrize("done", [True, False], ids=["done", "late"])
async def test_a_moved_clock_changes_nothing(world: World, done: bool) -> None:
    """The search for a webinar uses the provider's clock, also when the sandbox has moved it."""
    world.clock.move(timedelta(days=2))
    world.ringcentral.fail("POST", "/webinars$", status=500, effect=done)
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    await submit_form(world)
    assert await final_state(world) == (CREATED if done else NOTHING)

    if not done:
        await deliver_late_create(world)
        await _end_watch(world)
        assert await final_state(world) == NOTHING


async def test_a_late_webinar_and_a_new_attempt_make_one(world: World) -> None:
    """A retry with the same title is allowed: the late webinar is deleted, the new one stays."""
    world.ringcentral.fail("POST", "/webinars$", status=500)
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    await submit_form(world)
    assert await final_state(world) == NOTHING
    await world.slack.close("finn", world.slack.view("finn"), clear=True)

    await deliver_late_create(world)
    await submit_form(world)
    assert (await final_state(world)).complete == 1
    await _end_watch(world)

    assert await final_state(world) == CREATED
    assert await steps(world) == [CreationStep.REPORTED, CreationStep.REPORTED]


@pytest.mark.parametrize("done", [True, False], ids=["both are there", "the first one's is there"])
async def test_two_unclear_attempts_with_one_title_accept_no_webinar(world: World, done: bool) -> None:
    """A webinar that either attempt may have created is accepted by neither, and deleted."""
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    world.ringcentral.fail("POST", "/webinars$", status=500)
    await submit_form(world)
    assert await final_state(world) == NOTHING
    await world.slack.close("finn", world.slack.view("finn"), clear=True)

    await deliver_late_create(world)
    world.ringcentral.fail("POST", "/webinars$", status=500, effect=done)
    await submit_form(world)
    assert (await final_state(world)).notified == ("not made",)
    await _end_watch(world)

    assert await final_state(world) == NOTHING


@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 500, "effect": True}], ids=["not done", "done"])
async def test_a_webinar_created_elsewhere_is_never_accepted(world: World, fault: dict[str, Any]) -> None:
    """The service user's webinar with the same title, created in the same minute, is neither accepted nor deleted."""
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    theirs = world.ringcentral.create(TITLE, world.clock.now() + timedelta(days=9))
    world.ringcentral.fail("POST", "/webinars$", **fault)

    await submit_form(world)
    at_first = await final_state(world)
    await _end_watch(world)
    await wait_until_done(world)

    made = 1 if "effect" in fault else 0
    assert at_first == FinalState(1 + made, 0, made, made, ("made" if made else "not made",))
    assert theirs in world.ringcentral.dump()["webinars"]
    assert set(await steps(world)) == {CreationStep.REPORTED}


async def test_a_webinar_of_another_host_is_never_accepted(world: World) -> None:
    """Chloé hosts her own webinar, so one without a date under the service user is not hers."""
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    await deliver_late_create(world)
    world.ringcentral.fail("POST", "/webinars$", status=500)

    await submit_form(world, "chloe")
    assert await final_state(world, "chloe") == NOTHING._replace(incomplete=1)
    await _end_watch(world)

    assert await final_state(world, "chloe") == NOTHING._replace(incomplete=1)
    assert await steps(world) == [CreationStep.REPORTED]
    # A list holds only the service user's own webinars, so it cannot help.
    assert "GET /webinar/configuration/v1/webinars" not in world.vendor_calls()


async def test_a_watch_refused_by_ringcentral_ends(world: World) -> None:
    """After a day of refusals the watch ends."""
    world.ringcentral.fail("POST", "/webinars$", status=500)
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
    await submit_form(world)
    await wait_until_done(world)
    world.ringcentral.fail("GET", "/webinars$", status=403, times=2)

    await _end_watch(world)
    assert await steps(world) == [CreationStep.WATCHED]
    world.clock.move(timedelta(days=1))
    await _end_watch(world)
    assert await steps(world) == [CreationStep.REPORTED]


async def test_a_webinar_just_created_elsewhere_is_left_alone(world: World) -> None:
    """A webinar without a date that was just created may get one: check it again later."""
    creation_steps = world.bot.services.creation.steps
    creation_steps.watch, creation_steps.reconciler.min_age = timedelta(minutes=1), timedelta(minutes=1)
    world.ringcentral.fail("POST", "/webinars$", status=500)
    await submit_form(world)
    await wait_until_done(world)
    await deliver_late_create(world)

    await _end_watch(world)
    assert (await final_state(world)).incomplete == 1
    assert await steps(world) == [CreationStep.WATCHED]

    world.clock.move(timedelta(minutes=2))
    await _end_watch(world)
    assert await final_state(world) == NOTHING


async def test_the_watch_waits_while_the_same_title_is_being_created(world: World) -> None:
    """A webinar at RingCentral may belong to the other creation, whose id is not saved yet."""
    creation_steps = world.bot.services.creation.steps
    creation_steps.watch = timedelta(minutes=1)
    world.ringcentral.fail("POST", "/webinars$", status=500)
    await submit_form(world, "finn")
    await wait_until_done(world)
    held = world.ringcentral.fail("POST", "/webinars$", status=None, effect=True, hang=HANG_S)
    await submit_form(world, "dev")
    await world.until(lambda: held.times == 0)

    creation_steps.watch = timedelta()
    async with world.bot.services.store.write() as db:
        await db.connection.exec_driver_sql("update creations set claimed_until = 0 where step = 'watched'")
    await world.bot.services.creation.resume()

    assert await steps(world) == [CreationStep.WATCHED, CreationStep.WEBINAR_REQUESTED]
    assert len(world.ringcentral.dump()["webinars"]) == 1
    release_held_responses(world)
    assert (await final_state(world, "dev"))._replace(notified=notifications(world, "dev")) == CREATED


async def _end_watch(world: World) -> None:
    """End the watch period, and resume."""
    world.bot.services.creation.steps.watch = timedelta()
    async with world.bot.services.store.write() as db:
        await db.connection.exec_driver_sql("update creations set claimed_until = 0 where step = 'watched'")
    await world.bot.services.creation.resume()
    world.bot.services.creation.steps.watch = timedelta(minutes=1)
