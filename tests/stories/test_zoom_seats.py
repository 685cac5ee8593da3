"""Seats at meetings of Zoom: the questions of the form, and seats that have to be approved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.db.schema import webinars
from bot.errors import ProviderError
from bot.registration.own_pages.service import READ_LINK
from sandbox.slack import Message
from sandbox.zoom.fields import Questions
from sandbox.zoom.models import Registrant
from tests.support.creation import without_waits
from tests.support.registration import PERSON, other_person_form, others_form
from tests.support.seats import SeatsHarness
from tests.support.world import World, running_world

QUESTIONS = {
    "questions": [
        {"field_name": "country", "required": True},
        {"field_name": "no_of_employees"},
        {"field_name": "comments"},
    ],
    "custom_questions": [
        {"title": "Which track?", "type": "single", "answers": ["Beginners", "Experts"], "required": True},
        {"title": "Anything else?", "type": "short"},
    ],
}


def _connect_zoom(world: World) -> None:
    without_waits(world)
    world.has_zoom = True


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A workspace with Zoom beside RingCentral."""
    async with running_world(tmp_path, prepare=_connect_zoom) as world:
        yield world


async def town_hall(world: World, questions: dict[str, Any] | None = None, **settings: Any) -> SeatsHarness:
    """A meeting with registration, its card in #launch, and its questions read."""
    start = world.clock.now() + timedelta(days=2)
    event_id = world.zoom.create("Town hall", start, settings={"approval_type": 0, **settings})
    world.zoom.world.events[event_id].questions = Questions.model_validate(questions or {})
    await world.bot.services.sweep()
    await world.bot.services.mirror.refresh(f"zoom-{event_id}", PERSON)
    await world.post_card("Town hall")
    return SeatsHarness(world, f"zoom-{event_id}")


def at_zoom(at: SeatsHarness) -> list[Registrant]:
    """Its registrants as Zoom has them."""
    return list(at.world.zoom.world.events[int(at.session_id.removeprefix("zoom-"))].registrants.values())


def said(at: SeatsHarness, user: str = "dev") -> list[Message]:
    """The direct messages to a user without the calendar files."""
    return [one for one in at.dms(user) if not one.files]


async def test_the_form_asks_what_the_meeting_asks(world: World) -> None:
    """Without a call until it is sent; a missing answer is marked, and nothing typed is lost."""
    at = await town_hall(world, QUESTIONS)
    world.zoom.calls.clear()

    form = await at.press("dev")
    assert world.zoom.calls == []
    labels = [block["label"]["text"] for block in form.body["blocks"] if block["type"] == "input"]
    assert labels[:7] == [
        "First name",
        "Email address",
        "Country",
        "Number of employees",
        "Questions and comments",
        "Which track?",
        "Anything else?",
    ]
    refused = await at.send("dev", **{"Which track?": "Experts", "Anything else?": "Parking"})
    assert [text for text in refused.errors.values() if "required" in text]
    sent = {"Country": "Germany", "Number of employees": "21-50", "Which track?": "Experts"}
    outcome = await at.send("dev", **sent, **{"Anything else?": "Parking"})

    assert outcome.errors == {}
    (one,) = at_zoom(at)
    assert (one.fields.first_name, one.fields.last_name, one.fields.country) == ("Dev", "", "DE")
    assert (one.fields.no_of_employees, {each.title: each.value for each in one.fields.custom_questions}) == (
        "21-50",
        {"Which track?": "Experts", "Anything else?": "Parking"},
    )
    view = world.slack.view("dev")
    assert at.link_of(view).startswith(world.zoom.url)
    assert at.link_of(said(at)[-1]) == at.link_of(view)
    assert [method for method, _ in at.calendar_files()] == ["PUBLISH"]

    form = await at.press("dev", "Not Me / Change", view)
    assert [block["label"]["text"] for block in form.blocks if block["type"] == "input"] == labels[:2]
    assert (await at.send("dev", first_name="Devendra")).errors == {}
    (again,) = at_zoom(at)
    assert again.fields.first_name == "Devendra"
    kept = one.fields.model_dump(exclude={"first_name"})
    assert again.fields.model_dump(exclude={"first_name"}) == kept  # the answers stay without being asked again


async def test_questions_that_changed_are_asked_again(world: World) -> None:
    """The form comes back with the new question, and with all that was typed."""
    at = await town_hall(world, {"custom_questions": [{"title": "Why?", "required": True}]})
    event = world.zoom.world.events[int(at.session_id.removeprefix("zoom-"))]
    event.questions = Questions.model_validate(
        {"questions": [{"field_name": "city", "required": True}], "custom_questions": [{"title": "Why?"}]}
    )
    await at.press("dev")
    await at.send("dev", **{"Why?": "Curious"})

    form = world.slack.view("dev")
    assert "City" in form.words
    assert '"Curious"' in str(form.body).replace("'", '"')
    assert at_zoom(at) == []
    outcome = await at.send("dev", City="Rome", **{"Why?": "Curious"})
    assert outcome.errors == {}
    assert [one.fields.city for one in at_zoom(at)] == ["Rome"]


async def test_a_seat_waits_for_approval(world: World) -> None:
    """Without a link; an organizer approves, denies and takes it back; the user gets a message each time."""
    at = await town_hall(world, approval_type=1)

    view = await at.take_seat()
    assert "You are waiting for approval" in view.words
    assert (at.link_of(view), at.calendar_files()) == ("", [])
    assert "You are waiting for approval" in said(at)[-1].words
    await world.slack.close("dev", view, clear=True)
    assert "waiting for approval" in (await at.press("dev")).words

    await world.command("ana", "#launch", "registrants Town hall")
    page = world.last("#launch", "ana")
    assert "1 person waits for approval" in page.words
    await world.click("ana", page, "Approve")
    assert at_zoom(at)[0].status == "approved"
    link = at.link_of(said(at)[-1])
    assert link.startswith(world.zoom.url)
    assert "Your registration is approved" in said(at)[-2].words
    assert len(at.calendar_files()) == 1

    page = world.last("#launch", "ana")
    assert "1 person is approved." in page.words
    await world.click("ana", page, "Undo")
    assert at_zoom(at)[0].status == "denied"
    assert "Your registration was denied" in said(at)[-1].words
    assert "denied" in (await at.press("dev")).words

    await world.click("ana", world.last("#launch", "ana"), "Show Denied")
    await world.click("ana", world.last("#launch", "ana"), "Approve")
    assert at.link_of(said(at)[-1]) == link


async def test_decisions_at_zoom_and_for_all_reach_the_people(world: World) -> None:
    """The poller finds what a host decides on Zoom's page; thirty-one people are two calls."""
    at = await town_hall(world, approval_type=1)
    event_id = int(at.session_id.removeprefix("zoom-"))
    for user in ("dev", "chloe"):
        await at.take_seat(user)
    dev, chloe = at_zoom(at)
    world.zoom.decide(event_id, "approve", dev.id)
    world.zoom.decide(event_id, "deny", chloe.id)
    await world.bot.services.seats.approvals.poll()
    await world.settled()
    assert at.link_of(said(at)[-1]).startswith(world.zoom.url)
    assert "Your registration was denied" in said(at, "chloe")[-1].words

    world.zoom.register(event_id, 31)
    await world.command("ana", "#launch", "registrants Town hall")
    world.zoom.calls.clear()
    await world.click("ana", world.last("#launch", "ana"), "Approve All")
    decided = [call.status for call in world.zoom.calls if call.method == "PUT"]
    assert decided == [204, 204]
    assert "31 people are approved." in world.last("#launch", "ana").words


async def test_others_are_registered_with_their_answers(world: World) -> None:
    """One person in the form, approved at once; a list with columns for the questions."""
    at = await town_hall(world, QUESTIONS, approval_type=1)
    await other_person_form(world, "ana", "Town hall")
    person = {"First name": "Lena", "Email address": "lena@visitor.example"}
    refused = await at.send("ana", **person)
    assert len(refused.errors) == 2
    answers = {"Country": "Germany", "Which track?": "Experts"}
    filled = {**person, **answers, "Approval": ["Approve them at once"]}
    done = await world.slack.submit("ana", world.slack.view("ana"), filled)
    await world.settled()
    assert done.errors == {}
    assert [(one.status, one.fields.country) for one in at_zoom(at)] == [("approved", "DE")]
    await world.slack.close("ana", world.slack.view("ana"), clear=True)

    await others_form(world, "ana", "Town hall")
    await world.click("ana", world.slack.view("ana"), "Register Many")
    rows = [
        "first name,email,Country,Which track?",
        "Iris,iris@visitor.example,Italy,Beginners",
        "Joan,joan@visitor.example,,Beginners",
    ]
    await at.send("ana", **{"One person per line": "\n".join(rows)})
    review = world.slack.view("ana")
    assert "there is no answer to: Country" in review.words
    assert "1 new" in review.words
    await at.send("ana")
    assert [(one.status, one.fields.email) for one in at_zoom(at)][1:] == [("pending", "iris@visitor.example")]
    [file] = [each for one in at.dms("ana") for each in one.files]
    assert "registered, waits for approval" in file.content.decode()


async def test_a_page_asks_zoom_once_for_questions_that_cannot_be_read(world: World) -> None:
    """Everybody can open a page: its visitors together make one call a minute, and it works again by itself."""
    at = await town_hall(world, QUESTIONS)
    pages = world.bot.services.own_pages
    webinar = await world.bot.services.mirror.find(at.session_id)
    async with world.bot.services.store.write() as db:
        await db.execute(update(webinars).values(questions=None, questions_at=None))
    world.zoom.fail("GET", "/questions$", status=400, code=200, times=1)
    world.zoom.calls.clear()
    for _ in range(5):
        with pytest.raises(ProviderError):
            await pages.questions.get(webinar, READ_LINK)
    assert len(asked_at_zoom(world)) == 1

    world.clock.move(timedelta(minutes=1))
    assert [one.name for one in (await pages.questions.get(webinar, READ_LINK)).asked]
    assert len(asked_at_zoom(world)) == 2


def asked_at_zoom(world: World) -> list[str]:
    """The calls for questions."""
    return [one.path for one in world.zoom.calls if one.path.endswith("/questions")]
