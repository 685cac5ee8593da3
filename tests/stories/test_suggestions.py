"""An organizer suggests a seat to a Slack user, who takes it with one click or declines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.db.people_schema import seats, suggestions
from bot.errors import BadInput
from bot.registration.seats import suggestions as suggestion_service
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.register import UNCLEAR
from bot.services import Services
from bot.slack.client import Identity
from bot.startup.services import build_services
from sandbox.slack import Message, View
from tests.support.creation import with_short_timeout
from tests.support.registration import PERSON, others_form
from tests.support.seat_samples import DEV
from tests.support.seats import REGISTRANTS, SeatsHarness, seats_harness
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

DAY = timedelta(days=1)


def without_waiting(world: World) -> None:
    """Short timeouts, and deferred work is resumed at once."""
    with_short_timeout(world)
    on_build = world.on_build

    def build(bot: Any) -> None:
        on_build(bot)
        bot.services.seats.leases.retry = bot.services.suggestions.leases.retry = timedelta()
        bot.services.scheduler.pause("resume")  # a story recovers when it says so

    world.on_build = build


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world in which responses may be lost."""
    async with running_world(tmp_path, prepare=without_waiting) as started:
        yield started


@dataclass
class Suggested:
    """A webinar whose organizer suggests seats."""

    world: World
    launch: SeatsHarness

    async def suggest(self, user: str = "dev", by: str = "chloe", **fields: object) -> View:
        """Register a Slack user with the form; return the view that follows."""
        await self.world.command(by, "#launch", f"register launch <@U0{user.upper()}>")
        outcome = await self.world.slack.submit(by, self.world.slack.view(by), fields)
        assert outcome.errors == {}
        await self.world.settled()
        view = self.world.slack.view(by)
        await self.world.slack.close(by, view, clear=True)
        return view

    async def press(self, button: str, user: str = "dev") -> None:
        """Answer the suggestion."""
        await self.world.click(user, self.message(user), button)

    def message(self, user: str = "dev") -> Message:
        """The message of the suggestion, whatever it shows now."""
        return self.launch.dms(user)[0]

    async def resume(self) -> None:
        """Run the periodic work twice."""
        for _ in range(2):
            await self.world.bot.services.seats.resume()
            await self.world.bot.services.suggestions.resume()


async def suggested(world: World) -> Suggested:
    """A webinar by Chloé with its card in #launch."""
    return Suggested(world, await seats_harness(world))


async def test_one_click_takes_the_suggested_seat(world: World) -> None:
    """The suggestion says what is sent to whom; it becomes the message of the seat, with link, file and reminder."""
    launch = await suggested(world)
    await launch.suggest(source="fair")
    asked = launch.message()
    assert "<@U0CHLOE> suggests *Launch day*" in asked.words
    assert "With Take My Seat you send your name, your email address" in asked.words
    assert "RingCentral confirms it by email." in asked.words
    assert (launch.launch.take_calls(), world.ringcentral.mails) == ([], [])

    await launch.press("Take My Seat")

    [one] = launch.launch.registrants
    assert (one["email"], one["source"]) == ("dev@acme.example", "fair")
    assert launch.launch.take_calls() == ["POST"]
    seat, file = launch.launch.dms()
    assert seat.ts == asked.ts
    assert launch.launch.link_of(seat) == one["joinUri"]
    assert seat.buttons == ["My Link", "Not Me / Change", "Cancel My Seat"]
    assert "Suggested by <@U0CHLOE>." in seat.words
    assert file.files[0].name == "Launch day.ics"
    await world.move(3 * DAY - timedelta(minutes=5))
    assert "starts in 10 minutes" in launch.launch.dms()[-1].words


async def test_no_thanks_ends_it(world: World) -> None:
    """RingCentral never learns of them, nobody is asked again, and they can change their mind."""
    launch = await suggested(world)
    await launch.suggest()
    await launch.press("No Thanks")

    assert "You declined a seat at *Launch day*. You won't be asked again." in launch.message().words
    assert (launch.launch.take_calls(), world.ringcentral.mails, launch.launch.registrants) == ([], [], [])
    again = await launch.suggest()
    assert suggestion_service.DECLINED in again.words
    assert len(launch.launch.dms()) == 1
    await launch.press("Take My Seat After All")
    assert launch.launch.link_of(launch.message()) == launch.launch.registrants[0]["joinUri"]


async def _decline(services: Services) -> None:
    [webinar] = await services.mirror.everything()
    await services.suggestions.decline(webinar, "U0DEV")


async def test_a_person_is_asked_once(world: World) -> None:
    """By whichever organizer; a double click takes one seat."""
    launch = await suggested(world)
    await launch.suggest()
    assert "They were asked in a direct message already, by <@U0CHLOE>" in (await launch.suggest(by="ana")).words
    assert len(launch.launch.dms()) == 1

    message = launch.message()
    await asyncio.gather(*(world.slack.click("dev", message, "Take My Seat") for _ in range(2)))
    await world.settled()

    assert launch.launch.take_calls() == ["POST"]
    assert len(launch.launch.registrants) == 1
    assert suggestion_service.HAS_SEAT in (await launch.suggest()).words


def another_replica(world: World) -> Services:
    """The services of a second replica on the same database."""
    services = world.bot.services
    identity = Identity(services.account.workspace, "B0", "U0")
    return build_services(world.settings, identity, services.store, services.slack, world.bot.provider, services.clock)


async def test_two_organizers_at_the_same_time_ask_once(world: World) -> None:
    """On two replicas."""
    launch = await suggested(world)
    services = world.bot.services
    other = another_replica(world)
    [webinar] = await services.mirror.everything()
    results = await asyncio.gather(
        *(one.suggestions.suggest(webinar, "U0DEV", "U0ANA", "slack") for one in (services, other) for _ in range(3)),
        return_exceptions=True,
    )

    assert results.count(None) == 1
    assert len(launch.launch.dms()) == 1


async def test_an_answer_is_worked_on_by_one_replica(world: World) -> None:
    """The same button reaches both: one registers the person, the other says that it is being done."""
    launch = await suggested(world)
    await launch.suggest()
    services = world.bot.services
    other = another_replica(world)
    [webinar] = await services.mirror.everything()
    dev = await services.users.get(services.account.workspace, "U0DEV")
    fault = world.ringcentral.fail("POST", REGISTRANTS, status=None, effect=True, hang=0.2)

    first = asyncio.create_task(other.suggestions.accept(webinar, dev, DEV, PERSON, lead=None))
    await world.until(lambda: not fault.times)
    for answer in (services.suggestions.accept(webinar, dev, DEV, PERSON, lead=None), _decline(services)):
        with pytest.raises(BadInput, match=suggestion_service.BUSY):
            await answer

    assert await first
    assert "Registering you for" in launch.message().words  # until the seat is announced in its place
    assert launch.launch.take_calls() == ["POST"]


@pytest.mark.parametrize(
    ("profile", "opens"),
    [({"email": ""}, "Register"), ({"real_name": "Dev", "display_name": "Dev"}, "Register")],
    ids=["no address", "one name"],
)
async def test_an_incomplete_profile_opens_the_form(world: World, profile: dict[str, str], opens: str) -> None:
    """With the source of the suggestion; the seat's own message then replaces the suggestion."""
    for name, value in profile.items():
        setattr(world.slack.person("dev"), name, value)
    launch = await suggested(world)
    await launch.suggest(source="fair")
    await launch.press("Take My Seat")
    assert world.slack.view("dev").title == opens
    await launch.launch.send("dev", first_name="Dev", last_name="Patel", email="dev@acme.example")
    await launch.resume()

    assert [one["source"] for one in launch.launch.registrants] == ["fair"]
    assert "You have a seat at *Launch day*. Your link is in another message here." in launch.message().words
    assert launch.message().buttons == []


async def test_a_seat_given_up_can_be_taken_and_suggested_again(world: World) -> None:
    """The message of the seat offers it, and an organizer can ask once more."""
    launch = await suggested(world)
    await launch.suggest()
    await launch.press("Take My Seat")
    await launch.press("Cancel My Seat")
    await launch.resume()
    assert launch.message().buttons == ["Register Again"]
    assert "is asked in a direct message" in (await launch.suggest(by="ana")).words
    again = launch.launch.dms()[-1]
    assert "<@U0ANA> suggests *Launch day*" in again.words
    await world.click("dev", again, "Take My Seat")

    assert launch.launch.link_of(again) == launch.launch.registrants[0]["joinUri"]
    assert launch.message().buttons == []
    assert "Your seat is in a newer message below." in launch.message().words
    numbers = [event["SEQUENCE"] for _, event in launch.launch.calendar_files()]
    assert numbers == [0, 1, 2]


async def test_a_seat_taken_elsewhere_ends_the_suggestion(world: World) -> None:
    """From the card."""
    launch = await suggested(world)
    await launch.suggest()
    await launch.launch.take_seat()
    await launch.resume()

    assert "Your link is in another message here." in launch.message().words
    assert launch.launch.take_calls() == ["POST"]


@pytest.mark.parametrize(("change", "words"), [("moved", ""), ("renamed", "*Launch week*"), ("canceled", "canceled")])
async def test_a_suggestion_stays_correct(world: World, change: str, words: str) -> None:
    """It is rewritten when the webinar changes, and loses its buttons when the webinar is canceled."""
    launch = await suggested(world)
    await launch.suggest()
    [webinar] = await world.bot.services.mirror.everything()
    start = webinar.start + DAY
    if change == "canceled":
        world.ringcentral.cancel(launch.launch.session_id)
        world.clock.move(timedelta(minutes=2))
    elif change == "moved":
        world.ringcentral.edit(launch.launch.session_id, scheduledStartTime=f"{start:%Y-%m-%dT%H:%M:%SZ}")
    else:
        world.ringcentral.edit(webinar.webinar_id, title="Launch week")
    await world.bot.services.mirror.sweep()
    await launch.resume()

    assert (words or str(int(start.timestamp()))) in launch.message().words
    assert launch.message().buttons == ([] if change == "canceled" else ["Take My Seat", "No Thanks"])
    assert len(launch.launch.dms()) == 1


async def test_a_refusal_is_shown_in_the_message(world: World) -> None:
    """With the buttons, so that they can try again."""
    launch = await suggested(world)
    await launch.suggest()
    world.ringcentral.edit(launch.launch.session_id, registration={"registrationStatus": "Closed"})
    await launch.press("Take My Seat")

    assert "Registration for this webinar is closed or full" in launch.message().words
    assert launch.message().buttons == ["Take My Seat", "No Thanks"]
    assert len(launch.launch.dms()) == 1
    world.ringcentral.edit(launch.launch.session_id, registration={"registrationStatus": "Open"})
    await launch.press("Take My Seat")
    assert launch.launch.link_of(launch.message()) == launch.launch.registrants[0]["joinUri"]


async def test_required_answers_lead_to_the_registration_page(world: World) -> None:
    """Only RingCentral's own page asks them."""
    world.ringcentral.rules.required_questions = 1
    launch = await suggested(world)
    await launch.suggest()
    await launch.press("Take My Seat")

    assert seat_texts.ANSWERS.format(provider="RingCentral") in launch.message().words
    assert launch.message().buttons == ["Registration Page", "No Thanks"]


async def test_an_unknown_outcome_is_resolved_in_the_message(world: World) -> None:
    """No clear answer: it says so, and becomes the seat once RingCentral answers; one registrant."""
    launch = await suggested(world)
    await launch.suggest()
    world.ringcentral.fail("POST", REGISTRANTS, status=500, effect=True, times=2)
    world.ringcentral.fail("GET", REGISTRANTS, status=500, times=50)
    await launch.press("Take My Seat")
    assert UNCLEAR.format(provider="RingCentral") in launch.message().words
    await launch.resume()
    assert UNCLEAR.format(provider="RingCentral") in launch.message().words
    world.ringcentral.faults.clear()
    await launch.resume()

    [one] = launch.launch.registrants
    assert launch.launch.link_of(launch.message()) == one["joinUri"]


async def test_a_full_or_closed_webinar_cannot_be_suggested(world: World) -> None:
    """Nor one to somebody on its team; the organizer learns why."""
    launch = await suggested(world)
    await launch.launch.update(registrationStatus="Closed")
    assert suggestion_service.CLOSED in (await launch.suggest()).words
    await launch.launch.update(registrationStatus="Open")
    await TeamHarness(world, launch.launch.session_id).save({"panelists": ["finn"]})
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    assert suggestion_service.ON_TEAM in (await launch.suggest("finn")).words
    assert launch.launch.dms() == []


async def test_registration_closed_meanwhile_is_shown(world: World) -> None:
    """With the button that notifies when it opens; the suggestion stays."""
    launch = await suggested(world)
    await launch.suggest()
    await launch.launch.update(registrationStatus="Closed")
    await launch.press("Take My Seat")

    assert "Registration is closed right now." in world.slack.view("dev").words
    assert launch.message().buttons == ["Take My Seat", "No Thanks"]


async def test_a_user_without_dms_cannot_be_asked(world: World) -> None:
    """The organizer learns what to do, and can try again."""
    launch = await suggested(world)
    world.slack.fail("chat.postMessage", error="cannot_dm_bot")
    assert suggestion_service.NO_DM in (await launch.suggest()).words
    await launch.suggest()
    assert launch.message().buttons == ["Take My Seat", "No Thanks"]


@pytest.mark.parametrize("fault", [{"retry_after": 30}, {"status": 500}], ids=["busy", "down"])
async def test_a_busy_slack_delays_the_suggestion(world: World, fault: dict[str, Any]) -> None:
    """The organizer need not repeat it."""
    launch = await suggested(world)
    world.slack.fail("chat.postMessage", **fault)
    assert "is asked in a direct message" in (await launch.suggest()).words
    assert launch.launch.dms() == []
    await launch.resume()

    assert launch.message().buttons == ["Take My Seat", "No Thanks"]
    assert len(launch.launch.dms()) == 1


@pytest.mark.parametrize("done", [True, False])
async def test_a_crash_while_the_seat_is_taken(world: World, done: bool) -> None:
    """After the restart the message shows the seat, or can be answered again."""
    launch = await suggested(world)
    await launch.suggest()
    fault = world.ringcentral.fail("POST", REGISTRANTS, status=None if done else 500, effect=done, hang=60)
    await world.slack.click("dev", launch.message(), "Take My Seat")
    await world.until(lambda: not fault.times)
    assert "Registering you for *Launch day*" in launch.message().words
    await world.crash_bot()
    world.ringcentral.faults.clear()
    await world.start_bot()
    await launch.resume()

    [one] = launch.launch.registrants
    assert launch.launch.link_of(launch.message()) == one["joinUri"]
    assert len([message for message in launch.launch.dms() if not message.files]) == 1


async def test_a_crash_before_the_registration_restores_the_buttons(world: World) -> None:
    """The message said that they are being registered, and nothing was requested."""
    launch = await suggested(world)
    await launch.suggest()
    world.slack.fail("chat.update", effect=True, hang=60)
    await world.slack.click("dev", launch.message(), "Take My Seat")
    await world.until(lambda: not world.slack.pending_faults)
    await world.crash_bot()
    world.slack.calm()
    await world.start_bot()
    async with world.bot.services.store.read() as db:
        assert (await db.execute(seats.select())).first() is None
    await launch.resume()

    assert launch.message().buttons == ["Take My Seat", "No Thanks"]
    await launch.press("Take My Seat")
    assert launch.launch.link_of(launch.message()) == launch.launch.registrants[0]["joinUri"]


async def test_an_answer_to_nothing_is_answered(world: World) -> None:
    """A forged click: declining says that there is nothing, taking opens the form of everybody."""
    launch = await suggested(world)
    await launch.suggest()
    message = launch.message()
    async with world.bot.services.store.write() as db:
        await db.execute(suggestions.delete())
    await world.click("dev", message, "No Thanks")
    assert suggestion_service.GONE in world.last("@dev", "dev").words
    await world.click("dev", message, "Take My Seat")
    assert world.slack.view("dev").title == "Register"


async def test_suggestions_are_deleted_after_the_webinar(world: World) -> None:
    """Also declined ones, three months later."""
    launch = await suggested(world)
    await launch.suggest()
    await launch.press("No Thanks")
    for later, count in ((80 * DAY, 1), (20 * DAY, 0)):
        world.clock.move(later)
        await world.bot.services.suggestions.forget_ended()
        async with world.bot.services.store.read() as db:
            assert len((await db.execute(suggestions.select())).all()) == count


async def test_an_app_cannot_be_asked(world: World) -> None:
    """Nor a person who has left."""
    launch = await suggested(world)
    await world.slack.submit("chloe", await others_form(world, "chloe"), {"user": "greenroom"})
    await world.settled()
    assert "Choose a person: this is an app" in world.slack.view("chloe").words
    assert launch.launch.take_calls() == []
