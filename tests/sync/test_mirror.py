"""The mirror: shows changes at RingCentral for one call, and never overwrites newer data."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import event, select

from bot.db.schema import notices
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.model import NoticeKind
from tests.support.creation import (
    SetFault,
    crash_before_writing,
    hang_at_ringcentral,
    release_held_responses,
    submit_form,
    wait_until_done,
    without_waits,
)
from tests.support.world import World, running_world

COMPANY = "GET /webinar/configuration/v1/company/sessions"
OWN = "GET /webinar/configuration/v1/sessions"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LEADS = (DAY, timedelta(hours=1), timedelta(minutes=10))


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """Start everything without waiting times."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        started.bot.services.scheduler.pause("count")  # a story counts when it says so
        yield started


def in_days(world: World, days: float) -> datetime:
    """Return a start time without microseconds, as RingCentral stores it."""
    return (world.clock.now() + days * DAY).replace(microsecond=0)


async def sweep(world: World) -> list[str]:
    """Run one sweep; return its calls."""
    before = len(world.vendor_calls())
    await world.bot.services.mirror.sweep()
    return world.vendor_calls()[before:]


async def known(world: World) -> dict[str, Webinar]:
    """Return the mirror by title."""
    return {webinar.title: webinar for webinar in await world.bot.services.mirror.everything()}


async def planned(world: World) -> list[tuple[datetime, timedelta, str]]:
    """List the reminders that are not withdrawn: start, time before it, and state."""
    async with world.bot.services.store.read() as db:
        reminders = select(notices).where(notices.c.kind == NoticeKind.REMINDER)
        rows = await db.execute(reminders.order_by(notices.c.start, notices.c.due_at))
        return [(row.start, timedelta(seconds=row.before_s), row.state) for row in rows if row.state != "withdrawn"]


async def shared(world: World, title: str = "Elsewhere", days: float = 3) -> str:
    """Create a webinar at RingCentral, sweep, and share it in #launch; return its id."""
    webinar_id = world.ringcentral.create(title, in_days(world, days), settings={"registrationEnabled": True})
    await sweep(world)
    await world.post_card(title)
    return webinar_id


def cards(world: World) -> list[str]:
    """Return the texts of the cards in #launch."""
    return [message.words for message in world.slack.messages("#launch") if message.bot and not message.ephemeral_to]


async def test_a_webinar_made_elsewhere_appears_after_a_sweep(world: World) -> None:
    """With one call, with its host, and with unknown values left unknown."""
    start = in_days(world, 2)
    world.ringcentral.create("Elsewhere", start, host="dev@acme.example", scheduledDuration=1800)

    assert await sweep(world) == [COMPANY]

    webinar = (await known(world))["Elsewhere"]
    assert (webinar.start, webinar.length) == (start, timedelta(minutes=30))
    assert (webinar.host_name, webinar.created_by) == ("Dev Patel", "")
    assert (webinar.registration, webinar.audience, webinar.status) == (None, None, Status.SCHEDULED)


async def test_what_changes_there_changes_here(world: World) -> None:
    """A new title, start and length change the row, the reminders, and the card in place."""
    webinar_id = await shared(world)
    (card,) = world.slack.messages("#launch")
    before = await planned(world)
    moved = in_days(world, 5)
    world.ringcentral.edit(webinar_id, title="Renamed", scheduledStartTime=moved.isoformat(), scheduledDuration=5400)

    assert await sweep(world) == [COMPANY]

    webinar = (await known(world))["Renamed"]
    assert (webinar.start, webinar.length) == (moved, timedelta(minutes=90))
    assert await planned(world) == [(moved, lead, state) for _, lead, state in before]
    says = cards(world)[0]
    assert ("Renamed" in says, "1 hour 30 minutes" in says) == (True, True)
    assert world.slack.messages("#launch")[0].ts == card.ts


async def test_a_moved_webinar_withdraws_what_is_scheduled_at_slack(world: World) -> None:
    """A reminder already scheduled at Slack is withdrawn, and the one for the new start is planned."""
    webinar_id = await shared(world, days=1.1)
    await world.move(timedelta(hours=2.2))
    assert [state for _, _, state in await planned(world)] == ["packed", "planned", "planned"]
    moved = in_days(world, 6)
    world.ringcentral.edit(webinar_id, scheduledStartTime=moved.isoformat())

    await sweep(world)
    await world.bot.services.scheduler.deliver()

    assert world.slack.scheduled() == []
    assert await planned(world) == [(moved, lead, "planned") for lead in LEADS]


async def test_a_webinar_deleted_there_is_canceled_here_after_a_404(world: World) -> None:
    """Its absence is checked once; then the card is updated and the reminders are withdrawn."""
    webinar_id = await shared(world)
    world.clock.move(timedelta(minutes=5))
    world.ringcentral.cancel(webinar_id)

    assert await sweep(world) == [COMPANY, f"GET /webinar/configuration/v1/webinars/{webinar_id}"]

    assert (await known(world))["Elsewhere"].status is Status.CANCELED
    assert await planned(world) == []
    says = cards(world)[0]
    assert "canceled and will not take place" in says
    assert await sweep(world) == [COMPANY]


@pytest.mark.parametrize("trouble", [False, True], ids=["forbidden", "has a problem"])
async def test_a_list_that_is_merely_short_cancels_nothing(world: World, trouble: bool) -> None:
    """After a revoked permission, unlisted webinars stay unchanged, and the others are updated."""
    world.ringcentral.create("Theirs", in_days(world, 3), host="dev@acme.example")
    await sweep(world)
    await world.command("ana", "#launch", "share theirs")
    theirs = (await known(world))["Theirs"]
    world.ringcentral.create("Ours", in_days(world, 4))
    world.clock.move(timedelta(minutes=5))
    _take_permission_away(world)
    if trouble:
        world.ringcentral.fail("GET", "/webinars/[0-9]+$", status=500, times=4)

    asked = await sweep(world)

    assert asked == [
        COMPANY,
        OWN,
        *[f"GET /webinar/configuration/v1/webinars/{theirs.webinar_id}"] * (4 if trouble else 1),
    ]
    assert (await known(world))["Theirs"] == theirs
    assert set(await known(world)) == {"Theirs", "Ours"}
    assert len(await planned(world)) == len(LEADS)


async def test_missing_ones_are_asked_about_in_turn(world: World) -> None:
    """Three per sweep, in turn: a deleted one is found among any number of unlisted ones."""
    for number in range(7):
        world.ringcentral.create(f"Talk {number}", in_days(world, number + 1), host="dev@acme.example")
    await sweep(world)
    world.clock.move(timedelta(minutes=5))
    world.ringcentral.cancel((await known(world))["Talk 6"].webinar_id)
    _take_permission_away(world)

    asked = [await sweep(world) for _ in range(3)]

    assert [len(calls) for calls in asked] == [5, 4, 4]
    statuses = {title: webinar.status for title, webinar in (await known(world)).items()}
    assert [title for title, status in statuses.items() if status is Status.CANCELED] == ["Talk 6"]


async def test_a_creation_during_a_sweep_stays_as_it_was_written(world: World) -> None:
    """The list is older than the webinar: it is neither checked as missing nor overwritten."""
    hang_at_ringcentral("GET", "company/sessions$", done=True)(world)
    sweeping = asyncio.create_task(world.bot.services.mirror.sweep())
    await world.until(lambda: not world.ringcentral.faults)
    await submit_form(world)
    await wait_until_done(world)
    before, asked = await known(world), len(world.vendor_calls())

    release_held_responses(world)
    await sweeping

    assert await known(world) == before
    assert world.vendor_calls()[asked:] == []
    assert before["Launch day"].created_by == "U0FINN"


async def test_a_sweep_that_is_first_to_see_a_creation_takes_nothing_from_it(world: World) -> None:
    """Listed before the creation saved it: it still gets its creator, host link and audience."""
    reached = hang_at_ringcentral("POST", "/sessions$", done=True)(world)
    await submit_form(world)
    await world.until(reached)
    await sweep(world)
    assert (await known(world))["Launch day"].created_by == ""

    release_held_responses(world)
    await wait_until_done(world)

    webinar = (await known(world))["Launch day"]
    assert (webinar.created_by, webinar.audience) == ("U0FINN", Audience.REGISTRANTS)
    assert "Start as Host" in world.slack.view("finn").buttons


async def test_a_cancel_during_a_sweep_stays_canceled(world: World) -> None:
    """The list still contains it, but the later status stays."""
    await shared(world)
    hang_at_ringcentral("GET", "company/sessions$", done=True)(world)
    sweeping = asyncio.create_task(world.bot.services.mirror.sweep())
    await world.until(lambda: not world.ringcentral.faults)
    await _cancel(world)

    release_held_responses(world)
    await sweeping

    assert (await known(world))["Elsewhere"].status is Status.CANCELED
    assert await planned(world) == []
    assert "canceled" in cards(world)[0]


async def test_a_cancel_during_a_refresh_stays_canceled(world: World) -> None:
    """The late count is saved; the status stays canceled."""
    await shared(world)
    webinar = (await known(world))["Elsewhere"]
    hang_at_ringcentral("GET", "/registration/", done=True)(world)
    await world.slack.click("dev", world.slack.messages("#launch")[0], "Refresh")
    await world.until(lambda: not world.ringcentral.faults)
    await world.bot.services.mirror.set_status(webinar, Status.CANCELED)

    release_held_responses(world)
    await world.settled()

    after = (await known(world))["Elsewhere"]
    assert (after.status, after.audience) == (Status.CANCELED, Audience.REGISTRANTS)
    assert "canceled" in cards(world)[0]


async def test_count_that_arrives_late_does_not_overwrite_a_newer_one(world: World) -> None:
    """The poller's response is delayed; a user refreshes meanwhile, and the newer count stays."""
    await shared(world)
    session = (await known(world))["Elsewhere"].session_id
    await world.click("dev", world.slack.messages("#launch")[0], "Refresh")
    world.clock.move(timedelta(minutes=5))
    hang_at_ringcentral("GET", "/registration/", done=True)(world)
    world.bot.services.mirror.count_soon(session)
    polling = asyncio.create_task(world.bot.services.mirror.count_next())
    await world.until(lambda: not world.ringcentral.faults)
    world.ringcentral.register(session, 7)
    world.clock.move(timedelta(seconds=1))
    await world.click("dev", world.slack.messages("#launch")[0], "Refresh")
    newer = (await known(world))["Elsewhere"].registration
    assert newer is not None
    assert newer.count == 7

    release_held_responses(world)
    await polling

    assert (await known(world))["Elsewhere"].registration == newer
    assert "7 registered" in cards(world)[0]


async def test_1100_sessions_are_paged_through_and_cost_one_call_a_thousand(world: World) -> None:
    """The first sweep saves them; the next one writes nothing and makes as few calls."""
    for number in range(1100):
        world.ringcentral.create(f"Talk {number}", in_days(world, 1 + number % 90))

    assert await sweep(world) == [COMPANY] * 2
    assert len(await known(world)) == 1100

    statements = _counting(world)
    assert await sweep(world) == [COMPANY] * 2
    assert [one for one in statements if not one.startswith("SELECT")] == []


async def test_without_the_permission_the_own_list_is_swept(tmp_path: Path) -> None:
    """Without WebinarSettings the company list is refused once, not at every sweep."""

    def without(world: World) -> None:
        without_waits(world)
        _take_permission_away(world)

    async with running_world(tmp_path, prepare=without) as world:
        world.ringcentral.create("Mine", in_days(world, 1))
        world.ringcentral.create("Theirs", in_days(world, 1), host="dev@acme.example")
        assert world.vendor_calls() == [COMPANY, OWN]

        assert await sweep(world) == [OWN]
        assert list(await known(world)) == ["Mine"]


async def test_an_outage_of_ringcentral_changes_nothing_and_is_logged_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """One log line when an outage begins and one when it ends; then changes are applied again."""
    caplog.set_level(logging.INFO)
    await shared(world)
    before, mirror, port = await known(world), world.bot.services.mirror, urlsplit(world.ringcentral.url).port
    await world.ringcentral.stop()
    for _ in range(3):
        await mirror.sync()
    assert await known(world) == before
    await world.ringcentral.start(port=port or 0)
    world.ringcentral.edit(before["Elsewhere"].webinar_id, title="Still here")

    await mirror.sync()
    await mirror.sync()

    assert list(await known(world)) == ["Still here"]
    said = [record.getMessage() for record in caplog.records if record.name == "bot.sync.mirror"]
    assert [line for line in said if line != "sync.done"] == ["sync.failed", "sync.recovered"]


async def test_started_and_finished_show_as_such(world: World) -> None:
    """Live while the host runs it, over when it ends, independent of the clock."""
    webinar_id = await shared(world)
    world.ringcentral.begin(webinar_id)
    await sweep(world)
    assert stage((await known(world))["Elsewhere"], world.clock.now()) is Stage.LIVE
    assert "Live now" in cards(world)[0]

    world.ringcentral.finish(webinar_id)
    await sweep(world)
    assert (await known(world))["Elsewhere"].status is Status.FINISHED
    assert "This webinar is over" in cards(world)[0]
    assert await planned(world) == []


async def test_a_finished_webinar_that_is_deleted_later_is_not_called_canceled(world: World) -> None:
    """A webinar that took place and is deleted later stays finished."""
    webinar_id = await shared(world)
    world.ringcentral.begin(webinar_id)
    world.ringcentral.finish(webinar_id)
    await sweep(world)
    world.clock.move(timedelta(minutes=5))
    del world.ringcentral.world.state.webinars[webinar_id]  # over, so the app itself would not let it go

    assert await sweep(world) == [COMPANY]
    assert "This webinar is over" in cards(world)[0]


@pytest.mark.parametrize(
    "arm",
    [hang_at_ringcentral("GET", "/registration/", done=True), crash_before_writing("webinars", "registrant_count")],
    ids=["not answered", "not written"],
)
async def test_a_registration_that_a_crash_left_unread_is_read_by_the_sweep(world: World, arm: SetFault) -> None:
    """With one call, some minutes later; one with a card is read sooner."""
    reached = arm(world)
    nowhere: dict[str, Any] = {"Announce in": None}
    await submit_form(world, **nowhere)
    await world.until(reached)
    await world.crash_bot()
    await world.start_bot()
    await wait_until_done(world)
    assert (await known(world))["Launch day"].registration is None
    session = (await known(world))["Launch day"].session_id

    world.clock.move(timedelta(minutes=5))

    assert await sweep(world) == [COMPANY, f"GET /webinar/registration/v1/sessions/{session}"]
    assert (await known(world))["Launch day"].registration is not None
    assert await sweep(world) == [COMPANY]


@pytest.mark.parametrize("registration", [True, False], ids=["registration", "everyone"])
async def test_twenty_who_press_refresh_at_once_share_one_reading(world: World, registration: bool) -> None:
    """Twenty simultaneous refreshes cost as much as one: the figure, and the list, which has the shared link too."""
    settings = {"registrationEnabled": registration}
    world.ringcentral.create("Elsewhere", in_days(world, 3), settings=settings)
    await sweep(world)
    await world.post_card("Elsewhere")
    (card,) = world.slack.messages("#launch")
    await world.click("chloe", card, "Refresh")
    world.clock.move(MINUTE)
    before = len(world.vendor_calls())
    session = (await known(world))["Elsewhere"].session_id
    one = f"GET /webinar/registration/v1/sessions/{session}" if registration else COMPANY
    hang_at_ringcentral("GET", one.removeprefix("GET "), done=True)(world)

    await asyncio.gather(*(world.slack.click(user, card, "Refresh") for user in ["ana", "ben", "dev", "emi"] * 5))
    await world.until(lambda: not world.ringcentral.faults)
    release_held_responses(world)
    await world.settled()

    assert world.vendor_calls()[before:] == ([one, COMPANY] if registration else [one])


async def test_every_state_of_a_count_has_a_text(world: World) -> None:
    """Never read, unlimited, limited, full, closed: each has a text; only Refresh makes calls."""
    webinar_id = await shared(world)
    session = (await known(world))["Elsewhere"].session_id

    async def count(*, refresh: bool = True) -> str:
        await world.command("dev", "#launch", "count elsewhere")
        if refresh:
            world.clock.move(MINUTE)
            await world.click("dev", world.last("#launch", "dev"), "Refresh")
        return world.last("#launch", "dev").words

    before = len(world.vendor_calls())
    assert "Registrations: not read yet" in await count(refresh=False)
    assert len(world.vendor_calls()) == before

    assert "0 people" in await count()
    world.ringcentral.register(session, 1, real=False)
    assert ("1 person" in await count(refresh=False), "Only tests so far" in await count()) == (False, True)
    world.ringcentral.register(session, 2)
    assert "Only tests" not in await count()

    world.ringcentral.edit(webinar_id, registration={"settings": {"autoCloseLimit": 5}})
    assert "3 of 5 registered" in await count()
    world.ringcentral.register(session, 2)
    assert "5 of 5 registered, full" in await count()
    assert "Full: all seats are taken" in cards(world)[0]
    world.ringcentral.edit(webinar_id, registration={"settings": {"autoCloseLimit": 0}, "registrationStatus": "Closed"})
    assert "5 registered, registration is closed" in await count()
    assert len(world.vendor_calls()) == before + 6 * 2  # the figure and, once a minute, the list


async def test_a_webinar_for_everyone_gets_its_join_button_at_the_first_refresh(world: World) -> None:
    """Lists omit the shared link: it is read once; after that a Refresh costs one call."""
    world.ringcentral.create("Elsewhere", in_days(world, 3))
    await sweep(world)
    await world.post_card("Elsewhere")
    (card,) = world.slack.messages("#launch")
    others = ["Details", "Add to Calendar", "Edit", "Team", "Refresh"]
    assert card.buttons == others

    await world.click("dev", card, "Refresh")
    assert world.slack.messages("#launch")[0].buttons == ["Join", *others]
    world.clock.move(MINUTE)
    before = len(world.vendor_calls())
    await world.click("dev", world.slack.messages("#launch")[0], "Refresh")
    assert world.vendor_calls()[before:] == [COMPANY]


def _take_permission_away(world: World) -> None:
    for person in world.ringcentral.company.people:
        person.webinar_settings = False


def _counting(world: World) -> list[str]:
    statements: list[str] = []

    def look(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(statement)

    store = world.bot.services.store
    for engine in store.engines:
        event.listen(engine.sync_engine, "before_cursor_execute", look)
    return statements


async def _cancel(world: World) -> None:
    await world.command("ana", "#launch", "cancel elsewhere")
    await world.slack.submit("ana", world.slack.view("ana"))
    await world.settled()


async def test_a_webinar_made_here_and_renamed_there_is_renamed_here(world: World) -> None:
    """The session has the title of its webinar, so a new title there reaches the card."""
    await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})
    (webinar,) = world.ringcentral.webinars()
    world.ringcentral.edit(webinar["webinar_id"], title="Launch week", description="Now all week")

    await sweep(world)

    (card,) = world.slack.messages("#launch")
    assert "Launch week" in card.words
    assert "Now all week" in card.words
