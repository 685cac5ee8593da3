"""The file of links if RingCentral sends no emails: its content, and who gets it."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.model.registrant import RegistrantDetails
from bot.model.seat import Seat, SeatDetails, SeatState
from bot.registration.seats import table as seat_table
from sandbox.slack import Message
from tests.support.registration import (
    PATH,
    PERSON,
    RegistrationHarness,
    open_menu,
    registration_harness,
    ringcentral_settings,
    submit_form,
    without_waits,
)
from tests.support.world import World, running_world


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with enough budget, short timeouts and immediate retries."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


def files(world: World, user: str) -> list[Message]:
    """The messages with a file in a user's DM with Greenroom."""
    return [message for message in world.slack.messages(f"@{user}", user) if message.files]


async def test_links_of_registrants_without_a_seat_are_sent_as_a_file(world: World) -> None:
    """Registrants with a seat have their links from us; one call, and again with Links File, by DM only."""
    launch = await registration_harness(world, registrants=1)
    seated = await _register(world, launch, "dev@acme.example")
    await _register(world, launch, "eve@example.com", first_name="=HYPERLINK(1)")
    await _sit(world, launch, seated)
    await launch.update()

    result = await submit_form(world, await open_menu(world), {"emails": ["suppressEmails"]})

    assert "RingCentral emails nobody from now on" in result.words
    assert "The links of everybody without a seat in Slack follow" in result.words
    assert world.vendor_calls()[-2:] == [
        f"PATCH {PATH}{launch.session_id}",
        f"GET {PATH}{launch.session_id}/registrants",
    ]
    [message] = files(world, "chloe")
    rows = list(csv.reader(io.StringIO(message.files[0].content.decode("utf-8-sig"))))
    there = {one["email"]: one for one in world.ringcentral.registrants(launch.session_id)}
    assert rows[0] == ["First name", "Last name", "Email", "Join link", "Cancel link"]
    assert {row[2] for row in rows[1:]} == set(there) - {"dev@acme.example"}
    assert all(row[3] == there[row[2]]["joinUri"] and row[4] == there[row[2]]["cancellationUri"] for row in rows[1:])
    assert "'=HYPERLINK(1)" in [row[0] for row in rows]
    assert "the links of 2 people" in world.slack.messages("@chloe", "chloe")[-2].words

    await world.slack.close("chloe", result, clear=True)
    await world.click("chloe", await open_menu(world), "Links File")
    assert len(files(world, "chloe")) == 2
    assert "The links of 2 people registered for *Launch day*" in world.slack.view("chloe").words
    shown = str([message.words for message in world.slack.messages("#launch")])
    assert not [one for one in there.values() if one["joinUri"] in shown or one["email"] in shown]


async def test_no_file_if_every_registrant_has_a_seat(world: World) -> None:
    """The reply says so; without registrants no call is made."""
    launch = await registration_harness(world)
    result = await submit_form(world, await open_menu(world), {"emails": ["suppressEmails"]})
    assert "follow" not in result.words
    assert launch.take_calls() == ["GET", "PATCH"]
    await world.click("chloe", result, "Undo")

    await _sit(world, launch, await _register(world, launch, "dev@acme.example"))
    await launch.update()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await submit_form(world, await open_menu(world), {"emails": ["suppressEmails"]})
    assert "so there are no links to share" in world.last("@chloe", "chloe").words
    assert files(world, "chloe") == []


async def test_a_failed_link_file_is_reported_separately(world: World) -> None:
    """The change stays confirmed. Without registrants: no call and no file."""
    launch = await registration_harness(world, registrants=1)
    world.ringcentral.fail("GET", "/registrants", status=403)
    result = await submit_form(world, await open_menu(world), {"emails": ["suppressEmails"]})
    assert result.title == "Registration changed"
    assert "Webinar license" in world.last("@chloe", "chloe").words
    assert (files(world, "chloe"), ringcentral_settings(world, launch)["suppressEmails"]) == ([], True)

    await world.slack.close("chloe", result, clear=True)
    await world.click("chloe", await open_menu(world), "Links File")
    assert len(files(world, "chloe")) == 1


async def _register(world: World, launch: RegistrationHarness, email: str, first_name: str = "Dev") -> str:
    details = RegistrantDetails(first_name=first_name, last_name="Patel", email=email)
    made = await world.bot.provider.register(launch.session_id, details, PERSON)
    return made.registrant_id


async def _sit(world: World, launch: RegistrationHarness, registrant_id: str) -> None:
    """Give Dev a seat, as a registration in Slack does."""
    services = world.bot.services
    seat = Seat(
        account=services.account,
        session_id=launch.session_id,
        user_id=world.slack.user_id("dev"),
        state=SeatState.NOTIFIED,
        attendee=SeatDetails(first_name="Dev", last_name="Patel", email="dev@acme.example"),
        registrant_id=registrant_id,
        join_link=SecretStr("https://join.example/dev"),
        changed_at=world.clock.now(),
    )
    async with services.store.write() as db:
        assert await seat_table.begin(db, seat, "test", world.clock.now())
