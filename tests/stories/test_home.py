"""The bare command and the Home tab: what one person sees at a glance, kept current without a vendor call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import update

from bot.db.people_schema import seats
from bot.model.registrant import RegistrantStatus
from bot.reports.open_items_table import ItemKind, open_item
from sandbox.slack import View
from tests.support.block_kit import check_view
from tests.support.seats import seats_harness
from tests.support.team import TeamHarness

if TYPE_CHECKING:
    from tests.support.world import World


EXAMPLES = ("/webinar create Launch day", "/webinar register Launch day", "/webinar subscribe")


async def open_home(world: World, user: str) -> View:
    """Open the Home tab as this user."""
    world.slack.events.add("app_home_opened")
    assert (await world.slack.open_home(user)).ok
    return shown_home(world, user)


def shown_home(world: World, user: str) -> View:
    """The Home tab that this user sees."""
    home = world.slack.home(user)
    assert home is not None
    check_view(home.body)
    return home


def join_url(home: View) -> str:
    """Where *Join* leads."""
    [one] = [block["accessory"] for block in home.blocks if "url" in block.get("accessory", {})]
    return str(one["url"])


async def test_home_and_the_bare_command_show_each_person_what_concerns_them(world: World) -> None:
    """The organizer sees the progress, a seat-holder their seat, others what comes next; no vendor call is made."""
    launch = await seats_harness(world)
    await launch.take_seat("dev")
    await launch.update(registrants=2)
    calls = len(world.vendor_calls())

    chloe, dev, emi = [await open_home(world, user) for user in ("chloe", "dev", "emi")]
    assert ("*Your webinars*" in chloe.words, "*Coming up*" in chloe.words) == (True, False)
    assert "3 registered · registration open" in chloe.words
    for first in (chloe, dev, emi):
        assert [first.words.count(example) for example in EXAMPLES] == [1, 1, 1]
    assert "runs your webinars" not in (await open_home(world, "chloe")).words
    assert "*Your seats*" in dev.words
    assert dev.buttons == ["Create Webinar", "List Webinars", "Help", "My Link", "Cancel My Seat", "Details"]
    assert "*Coming up*" in emi.words
    await world.command("dev", "#launch", "")
    assert "*Your seats*" in world.last("#launch", "dev").words
    assert world.last("#launch", "dev").buttons == dev.buttons
    assert world.vendor_calls()[calls:] == []


async def test_a_button_of_home_answers_in_a_modal(world: World) -> None:
    """Details, the link of a seat and the list open above the tab; the seat can be canceled there."""
    launch = await seats_harness(world)
    await launch.take_seat("dev")
    home = await open_home(world, "dev")

    await world.click("dev", home, "Details")
    assert "Launch day" in world.slack.view("dev").words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.click("dev", home, "My Link")
    assert "You are registered" in world.slack.view("dev").words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.click("dev", home, "List Webinars")
    assert "1 webinar" in world.slack.view("dev").words
    await world.slack.close("dev", world.slack.view("dev"), clear=True)

    await world.click("dev", home, "Cancel My Seat")
    assert launch.registrants == []
    await world.bot.services.home.publish_changed()
    assert "*Your seats*" not in shown_home(world, "dev").words


async def test_each_change_reaches_the_open_tab_without_a_vendor_call(world: World) -> None:
    """A seat, the count, the team, the start with each person's own link, what is open afterwards, the cancellation."""
    launch = await seats_harness(world)
    team = TeamHarness(world, launch.session_id)
    for user in ("chloe", "dev", "emi"):
        await open_home(world, user)

    async def shown(user: str) -> str:
        calls, before = len(world.vendor_calls()), shown_home(world, user).words
        await world.bot.services.home.publish_changed()
        assert (world.vendor_calls()[calls:], shown_home(world, user).words == before) == ([], False)
        return shown_home(world, user).words

    await launch.take_seat("dev")
    assert "*Your seats*" in await shown("dev")
    await launch.update(registrants=2)
    assert "3 registered · registration open" in await shown("chloe")
    await team.save({"cohosts": ["emi"]})
    assert "*Your webinars*" in await shown("emi")
    await world.click("emi", shown_home(world, "emi"), "My Link")
    assert team.link_of("emi@acme.example") in str(world.slack.view("emi").blocks)
    assert "My Link" not in shown_home(world, "chloe").buttons
    await world.slack.close("emi", world.slack.view("emi"), clear=True)
    await launch.update(status="live")
    assert "*Live now*" in await shown("dev")
    assert join_url(shown_home(world, "dev")) == launch.registrants[0]["joinUri"]
    assert join_url(shown_home(world, "emi")) == team.link_of("emi@acme.example")
    await launch.update(status="over")
    webinar = await world.bot.services.mirror.find(launch.session_id)
    async with world.bot.services.store.write() as db:
        await open_item(db, webinar, ItemKind.RECORDING, "U0CHLOE", world.clock.now())
    assert "its recording is not shared yet" in await shown("chloe")


async def test_a_closed_webinar_offers_to_tell_when_it_opens(world: World) -> None:
    """To those who have no part in it, on the tab and in the reply; it is set there, without a vendor call."""
    launch = await seats_harness(world)
    await launch.take_seat("dev")
    await launch.update(registrationStatus="Closed")
    homes = {user: (await open_home(world, user)).buttons for user in ("chloe", "dev", "emi")}
    assert homes["emi"][-2:] == ["Tell Me When It Opens", "Details"]
    assert not [user for user in ("chloe", "dev") if "Tell Me When It Opens" in homes[user]]
    calls = len(world.vendor_calls())
    await world.click("emi", shown_home(world, "emi"), "Tell Me When It Opens")
    assert "You will get a direct message when registration" in world.slack.view("emi").words
    await world.command("ben", "#launch", "")
    await world.click("ben", world.last("#launch", "ben"), "Tell Me When It Opens")
    assert world.vendor_calls()[calls:] == []
    for user in ("emi", "ben"):
        assert any("You will be notified here" in one.words for one in world.slack.messages(f"@{user}", user)), user


async def test_a_canceled_webinar_leaves_the_open_tab(world: World) -> None:
    """Also while people wait for approval, which its organizer sees until then."""
    launch = await seats_harness(world)
    await launch.take_seat("dev")
    async with world.bot.services.store.write() as db:
        await db.execute(update(seats).values(status=RegistrantStatus.PENDING))
    home = await open_home(world, "chloe")
    assert "To do: 1 person waits for approval." in home.words
    assert "Registrants" in home.buttons
    await world.command("chloe", "#launch", "cancel launch")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    await world.bot.services.home.publish_changed()
    assert "Launch day*" not in shown_home(world, "chloe").words


async def test_home_follows_changes_while_it_may_be_open(world: World) -> None:
    """Only a changed tab is published again; after an hour, none is."""
    launch = await seats_harness(world)
    await open_home(world, "emi")
    published = [call for call in world.slack.calls if call.method == "views.publish"]
    assert len(published) == 1
    await world.bot.services.home.publish_changed()
    assert len([call for call in world.slack.calls if call.method == "views.publish"]) == 1

    await launch.update(status="live")
    await world.bot.services.home.publish_changed()
    assert "*Live now*" in shown_home(world, "emi").words

    await world.move(timedelta(hours=1))
    await launch.update(status="over")
    await world.bot.services.home.publish_changed()
    assert "*Live now*" in shown_home(world, "emi").words
    assert "*Live now*" not in (await open_home(world, "emi")).words


async def test_a_webinar_exists_on_no_home_of_those_who_may_not_see_it(world: World) -> None:
    """A guest who is in no channel of it gets an empty page without *Create Webinar*."""
    await world.create("chloe", "Secret plan", channel="#launch")
    guest = await open_home(world, "gia")
    assert "Secret plan" not in guest.words
    assert "No webinar is planned." in guest.words
    assert guest.buttons == ["List Webinars", "Help"]


async def test_what_is_open_after_a_webinar_is_on_the_organizers_home_alone(world: World) -> None:
    """With the button that goes on with it."""
    launch = await seats_harness(world)
    await launch.update(status="live")
    await launch.update(status="over")
    webinar = await world.bot.services.mirror.find(launch.session_id)
    async with world.bot.services.store.write() as db:
        await open_item(db, webinar, ItemKind.FOLLOWUP, "U0CHLOE", world.clock.now())

    home = await open_home(world, "chloe")
    assert "To do: nobody has followed up yet." in home.words
    assert home.buttons == ["Create Webinar", "List Webinars", "Help", "Details", "Follow Up"]
    assert "No webinar is planned." in (await open_home(world, "emi")).words


async def test_the_messages_tab_publishes_nothing_and_a_refusal_of_slack_ends_nothing(world: World) -> None:
    """Slack reports both tabs; a failure is logged, and the next opening fills the tab."""
    world.slack.events.add("app_home_opened")
    await world.slack.open_home("emi", "messages")
    assert world.slack.home("emi") is None
    world.slack.fail("views.publish", error="internal_error")
    await world.slack.open_home("emi")
    await open_home(world, "emi")
