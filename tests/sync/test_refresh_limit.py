"""Refresh makes no more calls than it needs: fresh figures are not read again, and one user gets two calls a minute."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.db.connection import Store
from bot.errors import BadInput, ProviderGone
from bot.model.people import Workspace
from bot.providers.base import Caller, Lane
from bot.sync import refresh_table
from bot.sync.refresh_limit import RefreshedOften, RefreshLimit
from sandbox.clock import SandboxClock
from tests.sandbox.ringcentral_client import ManualClock
from tests.support.creation import without_waits
from tests.support.registration import PERSON
from tests.support.webinar_samples import ACCOUNT
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

COMPANY = "GET /webinar/configuration/v1/company/sessions"
SECOND, MINUTE, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(days=1)


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without rate limits: what limits the calls is the bot alone."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause()
        yield started


async def webinars(world: World, count: int, *, registration: bool = True) -> list[str]:
    """Create webinars at RingCentral and mirror them; return their session ids."""
    start = (world.clock.now() + 3 * DAY).replace(microsecond=0)
    for number in range(count):
        world.ringcentral.create(f"Talk {number}", start, settings={"registrationEnabled": registration})
    await world.bot.services.mirror.sweep()
    return [one.session_id for one in await world.bot.services.mirror.everything()]


def looker(who: str = "U1") -> Caller:
    """A user who presses Refresh."""
    return Caller(Lane.LOOK, who=who)


def calls_since(world: World, before: int) -> list[str]:
    """The webinar calls after the first `before`."""
    return world.vendor_calls()[before:]


@pytest.mark.parametrize(("age", "calls"), [(0, 0), (14, 0), (15, 1), (300, 1)])
async def test_a_figure_younger_than_fifteen_seconds_is_not_read_again(world: World, age: int, calls: int) -> None:
    """Regardless of who read it; a user who changes something still reads it."""
    (session,) = await webinars(world, 1)
    mirror = world.bot.services.mirror
    await mirror.refresh(session, looker("U1"))
    before = len(world.vendor_calls())
    world.clock.move(age * SECOND)

    await mirror.refresh(session, looker("U2"))

    listed = age >= 60
    assert len(calls_since(world, before)) == calls + listed
    await mirror.refresh(session, PERSON)
    assert len(calls_since(world, before)) == calls + listed + 1


async def test_a_count_known_to_be_outdated_is_read_again_at_once(world: World) -> None:
    """Somebody has registered through Greenroom since."""
    (session,) = await webinars(world, 1)
    mirror = world.bot.services.mirror
    await mirror.refresh(session, looker())
    before = len(world.vendor_calls())
    mirror.count_soon(session)

    await mirror.refresh(session, looker())

    assert len(calls_since(world, before)) == 1


async def test_a_forced_refresh_reads_a_fresh_figure_within_the_limit(world: World) -> None:
    """For a person who waits for registration to open: its state counts, not the figure."""
    (session,) = await webinars(world, 1)
    mirror = world.bot.services.mirror
    before = len(world.vendor_calls())

    for _ in range(2):
        await mirror.refresh(session, looker(), force=True)

    with pytest.raises(RefreshedOften):
        await mirror.refresh(session, looker(), force=True)
    assert len(calls_since(world, before)) == 2


async def test_one_user_gets_two_calls_a_minute(world: World) -> None:
    """For all webinars and lists together; others have their own, and the sentence says when it goes on."""
    sessions = await webinars(world, 4)
    mirror = world.bot.services.mirror
    world.clock.move(MINUTE)
    await mirror.sweep()
    before = len(world.vendor_calls())
    await mirror.refresh(sessions[0], looker())
    world.clock.move(20 * SECOND)
    await mirror.sweep(looker())

    for refused in (mirror.refresh(sessions[1], looker()), mirror.refresh(sessions[2], looker())):
        with pytest.raises(RefreshedOften, match="you can refresh again in 40 seconds"):
            await refused
    world.clock.move(15 * SECOND)
    with pytest.raises(RefreshedOften, match="you can refresh again in 25 seconds"):
        await mirror.sweep(looker())
    await mirror.refresh(sessions[1], looker("U2"))
    world.clock.move(25 * SECOND)
    await mirror.refresh(sessions[3], looker())

    assert len(calls_since(world, before)) == 4


@pytest.mark.parametrize("registration", [True, False])
async def test_a_first_refresh_costs_two_calls_at_most(world: World, registration: bool) -> None:
    """Although neither the audience nor the shared link is known, it shows both."""
    (session,) = await webinars(world, 1, registration=registration)
    before = len(world.vendor_calls())

    webinar = await world.bot.services.mirror.refresh(session, looker())

    assert (webinar.registration is not None, bool(webinar.attendee_link)) == (registration, not registration)
    assert len(calls_since(world, before)) == (1 if registration else 2)


async def test_a_refreshed_list_leaves_further_checks_to_upkeep(world: World) -> None:
    """Four webinars were deleted: one list and one check for the user, the others later."""
    await webinars(world, 4)
    for one in await world.bot.services.mirror.everything():
        world.ringcentral.cancel(one.webinar_id)
    world.clock.move(2 * MINUTE)
    before = len(world.vendor_calls())
    mirror = world.bot.services.mirror

    await mirror.sweep(looker())

    assert [call == COMPANY for call in calls_since(world, before)] == [True, False]
    await mirror.count_next()
    assert len(calls_since(world, before)) == 3


async def test_a_fresh_list_is_not_read_again(world: World) -> None:
    """Regardless of who read it."""
    await webinars(world, 1)
    before = len(world.vendor_calls())
    world.clock.move(14 * SECOND)
    await world.bot.services.mirror.sweep(looker())
    assert calls_since(world, before) == []

    world.clock.move(SECOND)
    await world.bot.services.mirror.sweep(looker())

    assert calls_since(world, before) == [COMPANY]


async def test_a_canceled_webinar_is_not_read_again(world: World) -> None:
    """It does not exist at RingCentral any more, so no call can help."""
    (session,) = await webinars(world, 1)
    mirror = world.bot.services.mirror
    await world.bot.services.cancellation.cancel(await mirror.find(session), PERSON, "U1")
    mirror.count_soon(session)
    world.clock.move(MINUTE)
    before = len(world.vendor_calls())

    for caller in (looker(), PERSON):
        await mirror.refresh(session, caller)
    with pytest.raises(ProviderGone):
        await mirror.read_registration(await mirror.find(session), PERSON)
    with pytest.raises(BadInput):
        await world.bot.services.registrants.get(await mirror.find(session), "U1", PERSON, force=True)
    await mirror.count_next()

    assert calls_since(world, before) == []


async def test_lists_of_people_share_the_limit(world: World) -> None:
    """An organizer's Refresh of the registrants and of the team counts as well."""
    await world.create("chloe", "Launch day")
    services, before = world.bot.services, len(world.vendor_calls())
    (webinar,) = await services.mirror.everything()
    manager = Caller(Lane.MANAGE, who="U1")
    world.clock.move(20 * SECOND)

    await services.registrants.refresh(webinar, "U1", manager)
    await services.team.read(webinar, manager, force=True)

    for refused in (services.registrants.refresh(webinar, "U1", manager), services.mirror.sweep(looker())):
        with pytest.raises(RefreshedOften):
            await refused
    assert len(calls_since(world, before)) == 2


async def allowed(limits: list[RefreshLimit], who: str, times: int) -> int:
    """How many of these calls, made at the same time in each replica, are allowed."""
    results = await asyncio.gather(*(limit.try_take(who) for limit in limits for _ in range(times)))
    return sum(results)


async def test_replicas_share_the_limit_of_a_user(store: Store) -> None:
    """Two calls a minute in both together; each leaves the minute on its own. On both databases."""
    clock = ManualClock()  # the seconds in the sentence do not depend on the machine
    one, two = limits = [RefreshLimit(store, ACCOUNT.workspace, clock, providers=["RingCentral"]) for _ in range(2)]
    assert await one.try_take("U1")
    clock.move(20 * SECOND)

    assert await allowed(limits, "U1", 5) == 1
    assert await allowed(limits, "U2", 5) == 2
    elsewhere = RefreshLimit(store, Workspace(team_id="T0OTHER", enterprise_id=""), clock, providers=["RingCentral"])
    assert await allowed([elsewhere], "U1", 3) == 2
    for limit in limits:
        with pytest.raises(RefreshedOften, match="you can refresh again in 40 seconds"):
            await limit.take("U1")
    clock.move(40 * SECOND)
    assert await allowed(limits, "U1", 5) == 1
    with pytest.raises(RefreshedOften, match="you can refresh again in 20 seconds"):
        await two.take("U1")


@pytest.mark.parametrize(("pages", "wait"), [(1, 0), (2, 60), (3, 60)])
async def test_a_list_of_several_pages_uses_the_calls_up(store: Store, pages: int, wait: int) -> None:
    """The first page is counted before it is read, the others once their number is known."""
    limit = RefreshLimit(store, ACCOUNT.workspace, SandboxClock(), providers=["RingCentral"])

    calls = await limit.take("U1")
    await calls.add(pages - 1)

    if wait:
        with pytest.raises(RefreshedOften, match=f"in {wait} seconds"):
            await limit.take("U1")
    else:
        await limit.take("U1")


async def test_a_second_call_is_made_only_if_it_is_allowed(world: World) -> None:
    """The first look at a webinar without registration takes two; with one call left, it takes that one."""
    sessions = await webinars(world, 2, registration=False)
    mirror = world.bot.services.mirror
    await mirror.refreshes.take("U1")
    before = len(world.vendor_calls())

    webinar = await mirror.refresh(sessions[0], looker())

    assert (len(calls_since(world, before)), webinar.attendee_link) == (1, "")
    with pytest.raises(RefreshedOften):
        await mirror.refresh(sessions[1], looker())


async def test_old_times_are_deleted(store: Store) -> None:
    """A user who has refreshed within a day keeps their limit."""
    clock = SandboxClock()
    limit = RefreshLimit(store, ACCOUNT.workspace, clock, providers=["RingCentral"])
    await limit.take("U1")
    await limit.take("U1")
    await limit.forget_old()
    assert not await limit.try_take("U1")
    clock.move(2 * DAY)

    await limit.forget_old()

    async with store.read() as db:
        assert await refresh_table.earlier_of_two(db, ACCOUNT.workspace, "U1") is None
