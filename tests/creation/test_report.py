"""Reports of creations during failures of RingCentral, Slack and the database."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from sqlalchemy import event, insert
from sqlalchemy.exc import OperationalError

from bot.creation import table as creation_table
from bot.creation.table import CreationStep
from bot.db.schema import subscriptions
from bot.providers.base import Caller, Lane
from sandbox.ringcentral.company import Person as Extension
from tests.support.creation import (
    CREATED,
    CREATED_WITHOUT_CARD,
    NOTHING,
    START_IN,
    FinalState,
    final_state,
    hang_at_ringcentral,
    notifications,
    post_to_ringcentral,
    release_held_responses,
    stored_creations,
    submit_form,
    wait_until_done,
    without_waits,
)
from tests.support.world import World, running_world

WEBINAR, SESSION, ONE_WEBINAR = "/webinars$", "/sessions$", "/webinars/[0-9]+$"


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world without waits."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        yield started


@pytest.mark.parametrize(
    ("path", "expected"), [(WEBINAR, NOTHING), (SESSION, CREATED)], ids=["before the first call", "between the calls"]
)
async def test_ringcentral_down_for_a_while(world: World, path: str, expected: FinalState) -> None:
    """If nothing was created, the user is told at once; else that the creation goes on, and then the result."""
    if path == WEBINAR:
        await world.ringcentral.stop()
    else:
        world.ringcentral.fail("*", "sessions$", status=503, times=1000)
    await submit_form(world)
    await world.settled()

    if path == WEBINAR:
        assert notifications(world, "finn") == ("not made",)
        assert "RingCentral can't be reached" in world.slack.view("finn").words
    else:
        assert notifications(world, "finn") == ()
        assert "Greenroom keeps checking" in world.slack.view("finn").words
        assert world.slack.view("finn").buttons == []

    await _ringcentral_is_back(world)
    assert await final_state(world) == expected


async def test_ringcentral_down_right_after_it_made_the_webinar(world: World) -> None:
    """The webinar cannot be looked up: the user sees that the outcome is unclear, and later that it is complete."""
    held = world.ringcentral.fail("POST", WEBINAR, status=None, effect=True, cut=True, hang=60)
    await submit_form(world)
    await world.until(lambda: held.times == 0)
    await world.ringcentral.stop()
    await world.settled()
    assert "Greenroom keeps checking" in world.slack.view("finn").words
    assert [one.step for one in await stored_creations(world)] == [CreationStep.WEBINAR_REQUESTED]
    await world.bot.services.creation.resume()
    assert [one.step for one in await stored_creations(world)] == [CreationStep.WEBINAR_REQUESTED]

    await _ringcentral_is_back(world)
    assert await final_state(world) == CREATED


@pytest.mark.parametrize("path", [WEBINAR, SESSION], ids=["webinar made", "date made"])
async def test_ringcentral_down_when_greenroom_starts_again(world: World, path: str) -> None:
    """After a crash during an outage, the creation waits for RingCentral and is not given up."""
    reached = hang_at_ringcentral("POST", path, done=True)(world)
    await submit_form(world)
    await world.until(reached)
    await world.crash_bot()
    world.ringcentral.fail("*", "^/webinar/", status=503, times=1000)  # a login that fails would take a minute's pause
    await world.start_bot(ready=False)
    await world.bot.services.creation.resume()
    assert notifications(world, "finn") == ()

    await _ringcentral_is_back(world)
    assert await final_state(world) == CREATED


@pytest.mark.parametrize(
    "step",
    [
        CreationStep.WEBINAR_REQUESTED,
        CreationStep.WEBINAR_CREATED,
        CreationStep.SESSION_REQUESTED,
        CreationStep.COMPLETE,
    ],
)
async def test_a_database_that_is_away_for_a_moment(world: World, step: CreationStep) -> None:
    """The result of a call cannot be saved: the user sees that the creation goes on, and then the result."""
    _database_away_once(world, step)
    await submit_form(world)
    await world.settled()
    assert "Greenroom keeps checking" in world.slack.view("finn").words

    async with world.bot.services.store.write() as db:
        await creation_table.LEASES.release_all(db)  # the lease expires
    assert await final_state(world) == CREATED


async def test_a_database_that_is_away_while_the_result_is_reported(world: World) -> None:
    """A complete webinar is never reported as "not created"; it is reported a little later."""
    _database_away_once(world, CreationStep.CARD_REQUESTED)
    await submit_form(world)
    await world.settled()
    assert notifications(world, "finn") == ()

    assert await final_state(world) == CREATED


async def test_a_pending_result_is_sent_as_a_dm_when_the_modal_was_closed(world: World) -> None:
    """The result is sent once as a DM."""
    world.ringcentral.fail("*", "sessions$", status=503, times=1000)
    await submit_form(world)
    await world.settled()
    await world.slack.close("finn", world.slack.view("finn"), clear=True)
    world.ringcentral.faults.clear()

    assert await final_state(world) == CREATED
    assert world.slack.view_stack("finn") == []


async def test_a_refused_session_whose_webinar_cannot_be_deleted_yet(world: World) -> None:
    """The reason is shown at once; the button back to the form appears when the webinar is deleted."""
    world.ringcentral.fail("POST", SESSION, status=400)
    world.ringcentral.fail("DELETE", ONE_WEBINAR, status=500, times=1000)
    await submit_form(world)
    await world.settled()
    assert "Greenroom is still undoing what was started" in world.slack.view("finn").words
    assert notifications(world, "finn") == ()

    world.ringcentral.faults.clear()
    assert await final_state(world) == NOTHING
    assert "Back to the Form" in world.slack.view("finn").buttons


async def test_a_refused_session_whose_webinar_may_not_be_deleted(world: World) -> None:
    """The deletion is not retried forever: the user is told what is left at RingCentral."""
    world.ringcentral.fail("POST", SESSION, status=400)
    world.ringcentral.fail("DELETE", ONE_WEBINAR, status=403)
    await submit_form(world)

    assert await final_state(world) == NOTHING._replace(incomplete=1)
    assert "delete the webinar without a date at RingCentral" in world.slack.view("finn").words


async def test_a_start_that_has_passed_creates_nothing(world: World) -> None:
    """A webinar that could only be completed after its start is deleted."""
    world.ringcentral.fail("*", "sessions$", status=503, times=1000)
    await submit_form(world)
    await world.settled()
    world.clock.move(timedelta(days=4))
    world.ringcentral.faults.clear()

    assert await final_state(world) == NOTHING
    assert "The start passed" in world.slack.view("finn").words


async def test_a_webinar_deleted_at_ringcentral_creates_nothing(world: World) -> None:
    """The webinar was deleted at RingCentral between the two calls: the creation fails."""
    world.ringcentral.fail("*", "sessions$", status=503, times=1000)
    await submit_form(world)
    await world.settled()
    (webinar_id,) = world.ringcentral.dump()["webinars"]
    world.ringcentral.cancel(webinar_id)
    world.ringcentral.faults.clear()

    assert await final_state(world) == NOTHING


async def test_a_late_session_that_conflicts_with_its_own_retry_is_accepted(world: World) -> None:
    """The session of the first request appears late and conflicts with the second request: it is accepted as ours."""
    world.ringcentral.fail("POST", SESSION, status=500)
    looking = world.ringcentral.fail("GET", "company/sessions$", status=None, effect=True, hang=0.2)
    await submit_form(world)
    await world.until(lambda: looking.times == 0)
    (webinar_id,) = world.ringcentral.dump()["webinars"]
    date = {
        "scheduledStartTime": (world.clock.now() + START_IN).isoformat(),
        "scheduledDuration": 2700,
        "timeZone": "UTC",
    }
    await post_to_ringcentral(world, f"/webinars/{webinar_id}/sessions", date)

    assert await final_state(world) == CREATED


def _forbidden(world: World) -> None:
    world.ringcentral.fail("POST", WEBINAR, status=403, code="CMN-408")


def _unlicensed(world: World) -> None:
    person = world.ringcentral.company.by_email("chloe@acme.example")
    assert person
    person.licensed = False


def _gone(world: World) -> None:
    company = world.ringcentral.company
    company.people = [person for person in company.people if person.email != "chloe@acme.example"]


@pytest.mark.parametrize("refuse", [_forbidden, _unlicensed, _gone])
async def test_a_refused_host_is_not_offered_again(tmp_path: Path, refuse: Callable[[World], None]) -> None:
    """Nothing is created; the form reopens filled and names another host, for this user only."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        refuse(world)
        await submit_form(world, "chloe")
        assert await final_state(world, "chloe") == NOTHING

        await world.click("chloe", world.slack.view("chloe"), "Back to the Form")
        assert "Greenroom Service will be the host: RingCentral has refused" in world.slack.view("chloe").words
        await world.slack.submit("chloe", world.slack.view("chloe"))
        assert await final_state(world, "chloe") == CREATED
        await world.command("dev", "#launch", "create")
        assert "You will be the host" in world.slack.view("dev").words


@pytest.mark.parametrize(
    ("refuse", "sentence", "line"),
    [
        (
            _unlicensed,
            "You have no Webinar license in RingCentral, so you can't be the host. A RingCentral administrator can",
            "the host, because you have no Webinar license.",
        ),
        (
            _forbidden,
            "Greenroom's RingCentral user can't make you the host",
            "the host, because Greenroom's RingCentral user lacks the Webinar Settings permission.",
        ),
        (_gone, "RingCentral does not accept you as the host.", "RingCentral has refused to make you the host."),
    ],
)
async def test_a_refused_host_is_explained_in_plain_words(
    tmp_path: Path, refuse: Callable[[World], None], sentence: str, line: str
) -> None:
    """At the failure, with what happens next, and in the form."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        refuse(world)
        await submit_form(world, "chloe")
        await wait_until_done(world)

        words = world.slack.view("chloe").words
        assert sentence in words
        assert "Nothing was created: submit the form again, and Greenroom Service will be the host." in words
        await world.click("chloe", world.slack.view("chloe"), "Back to the Form")
        assert line in world.slack.view("chloe").words


async def test_a_missing_license_of_the_service_user_is_remembered(tmp_path: Path) -> None:
    """Finn is not in the directory, so the service user is the host: the next form says what is missing."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        user = world.ringcentral.company.by_email("webinars@acme.example")
        assert user
        user.licensed = False
        await submit_form(world)
        await wait_until_done(world)
        sentence = "Greenroom Service has no Webinar license in RingCentral, so it can't be the host."
        assert sentence in world.slack.view("finn").words

        await world.command("finn", "#launch", "create")

        assert sentence in world.slack.view("finn").words


async def test_somebody_new_in_the_directory_is_the_host(tmp_path: Path) -> None:
    """They were created after Greenroom has started: one call looks them up, and the next creation needs none."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        finn = Extension(id="62190777", first_name="Finn", last_name="Berg", email="finn@acme.example")
        world.ringcentral.company.people.append(finn)
        for title in ("First", "Second"):
            await submit_form(world, title=title)
            await wait_until_done(world)
            await world.slack.close("finn", world.slack.view("finn"), clear=True)

        webinars = world.ringcentral.dump()["webinars"].values()
        assert [one["host_id"] for one in webinars] == [finn.id, finn.id]
        paths = [call.path for call in world.ringcentral.calls]
        assert paths.count("/restapi/v1.0/account/~/extension") == 1
        assert paths.count("/restapi/v1.0/account/~/directory/entries") == 1


async def test_a_refused_host_is_offered_again_after_the_directory_is_read(world: World) -> None:
    """A corrected permission takes effect at the next reading of the directory, within a day."""
    _forbidden(world)
    await submit_form(world, "chloe")
    await wait_until_done(world)
    world.clock.move(timedelta(days=1, minutes=1))
    await world.bot.services.directory.refresh()

    await world.click("chloe", world.slack.view("chloe"), "Back to the Form")

    assert "You will be the host" in world.slack.view("chloe").words


async def test_a_refused_session_keeps_the_host(world: World) -> None:
    """The reopened form keeps the host."""
    world.ringcentral.fail("POST", SESSION, status=403)
    await submit_form(world, "chloe")
    assert await final_state(world, "chloe") == NOTHING

    await world.click("chloe", world.slack.view("chloe"), "Back to the Form")

    assert "You will be the host" in world.slack.view("chloe").words


async def test_a_wait_at_the_gate_is_shown_with_its_length(tmp_path: Path) -> None:
    """With the budget used up, "Creating…" shows why and how long it waits; then the webinar is created."""

    def tight(world: World) -> None:
        world.ringcentral.rules.budgets = {"Heavy": 4}
        world.ringcentral.rules.window = 4

    async with running_world(tmp_path, prepare=tight) as world:
        for _ in range(3):
            await world.bot.services.mirror.sweep(Caller(Lane.PERSON))
        await submit_form(world)
        await world.until(lambda: "allows only a few calls a minute" in world.slack.view("finn").words)
        assert "goes out in a few seconds" in world.slack.view("finn").words
        assert world.slack.view("finn").callback_id == "create.working"

        assert await final_state(world) == CREATED
        assert world.ringcentral.throttled == 0


async def test_slack_away_while_the_result_is_reported(world: World) -> None:
    """A result that Slack did not accept is shown a moment later in the same modal; the card is posted once."""
    world.slack.fail("views.update", status=503, times=2)
    await submit_form(world)

    assert await final_state(world) == CREATED
    assert world.slack.view("finn").title == "Webinar created"


@pytest.mark.parametrize(
    "fault", [{"status": 404, "times": 2}, {"status": 500, "times": 2}, {"status": None, "cut": True, "times": 1}]
)
async def test_a_registration_that_does_not_exist_yet_is_read_again(world: World, fault: dict[str, Any]) -> None:
    """RingCentral may not know a new registration yet: the card gets its Register button as soon as it does."""
    world.ringcentral.fail("GET", "/registration/", **fault)
    await submit_form(world)

    assert await final_state(world) == CREATED
    assert "Register" in world.slack.messages("#launch")[0].buttons
    assert len([call for call in world.vendor_calls() if "/registration/" in call]) == fault["times"] + 1


async def test_a_refused_card_does_not_fail_the_creation(world: World) -> None:
    """The webinar is created, and the result says why its card is missing."""
    world.slack.fail("chat.postMessage", error="is_archived")
    await submit_form(world)

    assert await final_state(world) == CREATED_WITHOUT_CARD
    words = world.slack.view("finn").words
    assert "The card of *Launch day* is not in <#C0LAUNCH>: Greenroom can't post in that channel" in words


async def test_a_user_unknown_to_slack_is_not_retried(world: World) -> None:
    """A refused DM is not retried."""
    world.slack.fail("chat.postMessage", error="user_not_found")
    nowhere: dict[str, Any] = {"Announce in": None}
    await submit_form(world, **nowhere)
    await world.slack.close("finn", world.slack.view("finn"), clear=True)
    await wait_until_done(world)

    assert await final_state(world) == CREATED_WITHOUT_CARD._replace(notified=())
    assert [one.step for one in await stored_creations(world)] == [CreationStep.REPORTED]


def _database_away_once(world: World, step: CreationStep) -> None:
    """Make the first write of this step fail."""
    away: list[str] = []

    def look(_: object, __: object, statement: str, values: Any, *___: object) -> None:
        if not away and statement.startswith("UPDATE creations ") and step in map(str, values):
            away.append(statement)
            raise OperationalError(statement, {}, Exception("the server closed the connection unexpectedly"))

    event.listen(world.bot.services.store.engines[0].sync_engine, "before_cursor_execute", look)


async def _ringcentral_is_back(world: World) -> None:
    world.ringcentral.faults.clear()
    if not world.ringcentral.is_running:
        await world.ringcentral.start(port=urlsplit(world.ringcentral.url).port or 0)


async def test_a_refused_host_is_remembered_across_a_restart(tmp_path: Path) -> None:
    """For a day; then they are tried again, for they may have got a license."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        _unlicensed(world)
        await submit_form(world, "chloe")
        await wait_until_done(world)
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

        await world.stop_bot()
        await world.start_bot()
        await world.command("chloe", "#launch", "create")
        assert "the host, because you have no Webinar license." in world.slack.view("chloe").words
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

        world.clock.move(timedelta(days=1, minutes=1))
        await world.bot.services.directory.refresh()
        await world.command("chloe", "#launch", "create")
        assert "You will be the host." in world.slack.view("chloe").words


async def test_a_host_who_is_not_entitled_is_explained_in_the_result(tmp_path: Path) -> None:
    """RingCentral created the webinar and says that its host has no license: so does the result, and the next form."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        service = world.ringcentral.company.by_email("webinars@acme.example")
        assert service

        def end_license() -> None:
            service.licensed = not world.ringcentral.dump()["webinars"]

        world.ringcentral.fail("POST", WEBINAR, status=None, effect=True, cut=True)  # so that it is read afterwards
        world.ringcentral.on_change.append(end_license)
        await submit_form(world)
        await wait_until_done(world)

        words = world.slack.view("finn").words
        assert "is ready" in words
        assert (
            "Greenroom Service has no active Webinar license in RingCentral, so this webinar cannot be started" in words
        )
        await world.slack.close("finn", world.slack.view("finn"), clear=True)
        await world.command("finn", "#launch", "create")
        assert "Greenroom Service has no Webinar license in RingCentral" in world.slack.view("finn").words


async def test_an_unexpected_error_names_the_webinar_in_the_direct_message(tmp_path: Path) -> None:
    """The form was closed meanwhile, and the person may have created other webinars."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        workspace = world.bot.services.account.workspace.team_id
        async with world.bot.services.store.write() as db:  # what no version of Greenroom writes
            row = {"team_id": workspace, "channel_id": "C0LAUNCH", "scope": "all", "subject": "", "features": "bogus"}
            await db.execute(insert(subscriptions).values(**row, set_by="U1", set_at=world.clock.now(), by_share=True))
        reached = hang_at_ringcentral("POST", WEBINAR, done=True)(world)
        await submit_form(world, "chloe", "Town hall")
        await world.until(reached)
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        release_held_responses(world)
        await world.settled()

        message = world.last("@chloe").words
        assert "*Town hall* was not created." in message
        assert "give your admin the reference" in message
