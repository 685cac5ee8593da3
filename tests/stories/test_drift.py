"""Changes that were made in RingCentral's own app, also while the bot was down: found, repaired, and announced once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy import select

from bot.app import EVENTS
from bot.clock import SystemClock
from bot.db.schema import notices
from bot.model.lifecycle import Stage, stage
from bot.model.team import NewInvitee, NewRole, Role, TeamChange
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.model import NoticeKind
from bot.providers.gate import LocalGate
from bot.providers.ringcentral.client import RingCentral
from bot.services import Services
from tests.support.creation import without_waits
from tests.support.derived import second_replica
from tests.support.metrics import scrape
from tests.support.replicas import two_replicas
from tests.support.ringcentral import PERSON
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
CLOSED = {"registrationStatus": "Closed", "settings": {"autoCloseLimit": 50}}
LAUNCH = "C0LAUNCH"


def comparing(world: World) -> None:
    """A world without waits, in which the bot compares as soon as it starts."""
    without_waits(world)
    world.compares = True


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A bot that compares, and counts only when it does."""
    async with running_world(tmp_path, prepare=comparing) as started:
        started.bot.services.scheduler.pause("count")
        yield started


async def announced(world: World, title: str = "Launch day") -> str:
    """Create a webinar with a card in #launch; return its session id."""
    await world.create("chloe", title, fields={"Announce in": "#launch"})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    [made] = [one for one in world.ringcentral.webinars() if one["title"] == title]
    return str(made["session_id"])


def elsewhere(world: World, title: str, days: int) -> None:
    """Create a webinar with registration in RingCentral's own app."""
    start = world.clock.now() + days * DAY
    world.ringcentral.create(title, start, settings={"registrationEnabled": True})


async def known(world: World) -> dict[str, Webinar]:
    """The mirror by title."""
    return {webinar.title: webinar for webinar in await world.bot.services.mirror.everything()}


async def events(world: World) -> Counter[NoticeKind]:
    """How many notices of each kind of event there are for #launch, posted or not."""
    async with world.bot.services.store.read() as db:
        found = await db.execute(select(notices.c.kind).where(notices.c.channel_id == LAUNCH))
        kinds = Counter(NoticeKind(kind) for kind in found.scalars())
    return Counter(
        {kind: count for kind, count in kinds.items() if kind not in (NoticeKind.REMINDER, NoticeKind.STARTING)}
    )


async def compared(services: Services) -> None:
    """Sweep, compare everything, notify the team, and deliver what is due."""
    await services.mirror.sweep()
    async with services.drift._busy:
        pass  # the step that the bot has begun itself
    await services.drift.step()
    await services.team.resume()
    await services.scheduler.deliver()


async def change_team(world: World, session_id: str, change: TeamChange) -> None:
    """Change a team in RingCentral's own app, as a program of its own."""
    [made] = [one for one in world.ringcentral.webinars() if one["session_id"] == session_id]
    async with aiohttp.ClientSession() as http:
        program = RingCentral(
            http,
            LocalGate(),
            server_url=world.ringcentral.url,
            client_id=world.ringcentral.client_id,
            client_secret=SecretStr(world.ringcentral.client_secret),
            jwt=SecretStr(world.ringcentral.jwt),
            clock=SystemClock(),
            version="elsewhere",
        )
        await program.change_team(made["webinar_id"], session_id, change, PERSON)
        await program.close()


async def test_all_that_changed_while_it_was_down_is_repaired_and_announced_once(world: World) -> None:
    """Dates, titles, descriptions, registration, team; created and deleted: then another start changes nothing."""
    launch, deleted = await announced(world), await announced(world, "To be deleted")
    team = TeamHarness(world, launch)
    await team.save({"panelists": ["dev", "emi"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    ids = {one["email"]: one["id"] for one in world.ringcentral.invitees(launch)}
    await world.bot.services.mirror.refresh(launch, PERSON)
    await world.stop_bot()
    moved = (world.clock.now() + 9 * DAY).replace(microsecond=0)
    world.ringcentral.edit(launch, scheduledStartTime=moved, registration=CLOSED)
    [container] = [one for one in world.ringcentral.webinars() if one["session_id"] == launch]
    world.ringcentral.edit(container["webinar_id"], title="Grand launch", description="All of it")
    world.ringcentral.edit(launch, scheduledDuration=7200)
    outside = NewInvitee(role=Role.PANELIST, first_name="Iris", last_name="Moreno", email="iris@outside.example")
    cohost = NewRole(invitee_id=ids["emi@acme.example"], role=Role.COHOST)
    change = TeamChange(added=(outside,), updated=(cohost,), deleted=(ids["dev@acme.example"],))
    await change_team(world, launch, change)
    world.ringcentral.cancel(deleted)
    elsewhere(world, "Created elsewhere", 4)

    await world.start_bot()
    await compared(world.bot.services)

    mirror = await known(world)
    grand = mirror["Grand launch"]
    assert (grand.start, grand.length, grand.description) == (moved, 2 * HOUR, "All of it")
    assert grand.registration is not None
    assert (grand.registration.is_open, grand.registration.limit) == (False, 50)
    assert mirror["To be deleted"].status is Status.CANCELED
    assert stage(mirror["Created elsewhere"], world.clock.now()) is Stage.COMING
    members = await world.bot.services.team.cached(grand)
    assert members is not None
    roles = {one.invitee.email: one.invitee.role for one in members.others}
    assert roles == {"emi@acme.example": Role.COHOST, "iris@outside.example": Role.PANELIST}
    once = {NoticeKind.MOVED: 1, NoticeKind.CLOSED: 1, NoticeKind.CANCELED: 1}  # the first has the new title, too
    assert await events(world) == once
    await world.move(MINUTE)
    posted = "\n".join(one.words for one in world.slack.messages("#launch")[2:])
    for sentence in (
        "is now called *Grand launch*",
        "Registration for *Grand launch* is closed",
        "*To be deleted* is cancel",
    ):
        assert posted.count(sentence) == 1, posted
    assert "You are no longer on the team of *Grand launch*" in team.direct_messages("dev")[-2].words
    assert "*a co-host* of *Grand launch*" in "".join(one.words for one in team.direct_messages("emi"))
    repaired = (await scrape(world)).values("greenroom_drift_repaired_total", "kind")
    expected = {"moved", "renamed", "description", "closed", "limit", "deleted", "created"}
    assert repaired.keys() >= expected | {"team_added", "team_removed", "team_role"}

    shown = {channel: len(world.slack.messages(channel)) for channel in ("#launch", "@dev", "@emi", "@chloe")}
    await world.stop_bot()
    await world.start_bot()
    await compared(world.bot.services)
    assert {channel: len(world.slack.messages(channel)) for channel in shown} == shown
    assert await events(world) == once
    assert world.bot.services.drift.repaired == {}


async def test_a_registration_that_nobody_watches_is_compared_every_night(world: World) -> None:
    """Far away, without a card; at three in the morning, and not before."""
    elsewhere(world, "Far away", 90)
    await compared(world.bot.services)
    [made] = world.ringcentral.webinars()
    _to(world, _next_night(world))
    await compared(world.bot.services)
    assert (await known(world))["Far away"].registration is not None
    world.ringcentral.edit(made["session_id"], registration=CLOSED)
    _to(world, _next_night(world) - HOUR)
    await compared(world.bot.services)
    before = (await known(world))["Far away"].registration
    assert before is not None
    assert before.is_open

    _to(world, _next_night(world))
    await compared(world.bot.services)

    after = (await known(world))["Far away"].registration
    assert after is not None
    assert (after.is_open, after.limit) == (False, 50)
    assert world.bot.services.drift.repaired == {"created": 1, "closed": 1, "limit": 1}


async def test_a_webinar_that_needs_no_registration_any_more_is_found(world: World) -> None:
    """And one that needs one again: its shared link is not shown any more."""
    session_id = await announced(world)
    [made] = world.ringcentral.webinars()
    await world.bot.services.mirror.refresh(session_id, PERSON)
    world.ringcentral.edit(made["webinar_id"], settings={"registrationEnabled": False})
    _to(world, _next_night(world))
    await compared(world.bot.services)
    open_to_all = (await known(world))["Launch day"]
    assert (open_to_all.audience, bool(open_to_all.attendee_link)) == (Audience.ANYONE, True)
    assert "Register" not in world.slack.messages("#launch")[0].buttons

    world.ringcentral.edit(made["webinar_id"], settings={"registrationEnabled": True})
    _to(world, _next_night(world))
    await compared(world.bot.services)

    again = (await known(world))["Launch day"]
    assert (again.audience, again.attendee_link) == (Audience.REGISTRANTS, "")
    assert "Register" in world.slack.messages("#launch")[0].buttons
    assert world.bot.services.drift.repaired["audience"] == 2


async def test_nothing_is_announced_about_what_is_over(world: World) -> None:
    """Moved, renamed or deleted while the bot was down, and over before it came back."""
    over, deleted = await announced(world, "Over"), await announced(world, "Deleted")
    await world.stop_bot()
    [container] = [one for one in world.ringcentral.webinars() if one["session_id"] == over]
    world.ringcentral.edit(container["webinar_id"], title="Over and done")
    world.ringcentral.edit(over, registration=CLOSED)
    world.ringcentral.cancel(deleted)
    world.clock.move(3 * DAY + 4 * HOUR)
    seen = len(world.slack.messages("#launch"))

    await world.start_bot()
    await compared(world.bot.services)

    assert (await events(world)).keys() & {NoticeKind.RETITLED, NoticeKind.CLOSED, NoticeKind.CANCELED} == set()
    assert len(world.slack.messages("#launch")) == seen


async def test_a_run_makes_a_limited_number_of_calls_and_goes_on_the_next_night(world: World) -> None:
    """With those that were not read for longest."""
    drift = world.bot.services.drift
    for number in range(3):
        elsewhere(world, f"Number {number}", 20 + number)
    await world.bot.services.mirror.sweep()
    drift.most_calls = 2
    _to(world, _next_night(world))
    first = await _reads(world)
    assert await _reads(world) == []

    _to(world, _next_night(world))
    second = await _reads(world)

    assert (len(first), len(second)) == (2, 2)
    numbers = sorted(await known(world))
    order = [(await known(world))[title].session_id for title in numbers]
    assert [*first, second[0]] == [f"/webinar/registration/v1/sessions/{one}" for one in order]


async def test_upkeep_keeps_calls_for_counts(world: World) -> None:
    """One call a minute when there are none to spare; more when there are, up to two less than its budget."""
    for number in range(6):
        elsewhere(world, f"Number {number}", 20 + number)
    await world.bot.services.mirror.sweep()
    _to(world, _next_night(world))
    budget = world.bot.services.mirror.budget
    budget.calls.most = len(budget.calls._events) + 4
    assert len(await _reads(world)) == 2
    assert len(await _reads(world)) == 1
    budget.calls.most = 0
    assert len(await _reads(world)) == 1


async def test_a_crash_in_the_middle_goes_on_with_the_rest(tmp_path: Path) -> None:
    """What was read before the crash comes last; every change is announced once."""
    async with running_world(tmp_path, prepare=comparing) as world:
        world.bot.services.scheduler.pause("count")
        titles = ["First", "Second", "Third"]
        sessions = [await announced(world, title) for title in titles]
        for session_id in sessions:
            await world.bot.services.mirror.refresh(session_id, PERSON)
        await world.stop_bot()
        for session_id in sessions:
            world.ringcentral.edit(session_id, registration=CLOSED)
        world.clock.move(HOUR)
        world.compares = False  # the story takes each step itself
        await world.start_bot()
        world.bot.services.scheduler.pause("count")
        world.bot.services.drift.most_calls = 1
        [first] = await _reads(world)
        await world.crash_bot()
        await world.start_bot()
        world.bot.services.scheduler.pause("count")

        rest = await _reads(world)

        assert first not in [path for path in rest if path.startswith("/webinar/registration")][:2]
        await world.bot.services.scheduler.deliver()
        mirror = await known(world)
        assert [mirror[title].registration.is_open for title in titles if mirror[title].registration] == [False] * 3  # type: ignore[union-attr]
        assert await events(world) == {NoticeKind.CLOSED: 3}


async def test_two_replicas_read_once_and_announce_once(database_url: str, tmp_path: Path) -> None:
    """Both compare at the same moment."""
    async with two_replicas(tmp_path, database_url, comparing) as replicas:
        world = replicas.world
        world.slack.events_url = f"{world.bot.url}{EVENTS}"
        for bot in replicas.all:
            bot.services.scheduler.pause()
            bot.services.mirror.budget.calls.most = 1000
        session_id = await announced(world)
        await world.bot.services.mirror.refresh(session_id, PERSON)
        [made] = world.ringcentral.webinars()
        world.ringcentral.edit(made["webinar_id"], title="Grand launch")
        world.ringcentral.edit(session_id, registration=CLOSED)
        world.clock.move(_next_night(world) - world.clock.now())
        before = len(world.vendor_calls())

        await asyncio.gather(*(compared(bot.services) for bot in replicas.all))

        calls = world.vendor_calls()[before:]
        assert calls.count(f"GET /webinar/registration/v1/sessions/{session_id}") == 1
        assert await events(world) == {NoticeKind.RETITLED: 1, NoticeKind.CLOSED: 1}
        posted = [one.words for one in world.slack.messages("#launch")]
        assert sum("Grand launch" in words and "Launch day" in words for words in posted) == 1


async def test_a_list_that_is_older_than_a_change_made_here_is_not_saved(world: World) -> None:
    """Another replica invites while our list is on its way: nobody is taken for removed."""
    session_id = await announced(world)
    team = TeamHarness(world, session_id)
    await team.save({"panelists": ["dev"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    webinar, other = await world.bot.services.mirror.find(session_id), second_replica(world)
    world.ringcentral.fail("GET", "/invitees", status=None, effect=True, hang=1.0)
    reading = asyncio.ensure_future(other.team.compare(webinar, PERSON))
    await world.until(lambda: [call for call in world.ringcentral.calls if call.path.endswith("/invitees")][-1:])
    await team.save({"panelists": ["dev", "emi"]})

    assert await reading == {}
    members = await world.bot.services.team.cached(webinar)
    assert members is not None
    assert {one.user_id for one in members.others} == {"U0DEV", "U0EMI"}


async def test_a_part_that_cannot_be_read_does_not_hold_up_the_others(world: World) -> None:
    """It is logged, and read the next night."""
    for number in range(2):
        elsewhere(world, f"Number {number}", 20 + number)
    await world.bot.services.mirror.sweep()
    _to(world, _next_night(world))
    world.ringcentral.fail("GET", "/registration/", status=403)
    assert len(await _reads(world)) == 2

    mirror = await known(world)
    assert [mirror[f"Number {number}"].registration is None for number in range(2)] == [True, False]
    _to(world, _next_night(world))
    assert len(await _reads(world)) == 2
    assert (await known(world))["Number 0"].registration is not None


def _next_night(world: World) -> datetime:
    """The next three in the morning, UTC, that is more than a minute away."""
    tonight = world.clock.now().replace(hour=3, minute=0, second=0, microsecond=0)
    return tonight if tonight > world.clock.now() + timedelta(minutes=1) else tonight + DAY


def _to(world: World, moment: datetime) -> None:
    world.clock.move(moment - world.clock.now())


async def _reads(world: World) -> list[str]:
    """The paths that one step reads."""
    before = len(world.vendor_calls())
    await world.bot.services.drift.step()
    return [call.split(" ")[1] for call in world.vendor_calls()[before:]]
