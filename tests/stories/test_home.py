"""The bare command and the Home tab: what one person sees at a glance, kept current without a vendor call."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.reports.open_items_table import ItemKind, open_item
from sandbox.slack import View
from tests.support.block_kit import check_view
from tests.support.seats import seats_harness

if TYPE_CHECKING:
    from tests.support.world import World


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


async def test_home_and_the_bare_command_show_each_person_what_concerns_them(world: World) -> None:
    """The organizer sees the progress, a seat-holder their seat, others what comes next; no vendor call is made."""
    launch = await seats_harness(world)
    await launch.take_seat("dev")
    await launch.update(registrants=2)
    calls = len(world.vendor_calls())

    chloe, dev, emi = [await open_home(world, user) for user in ("chloe", "dev", "emi")]
    assert ("*Your webinars*" in chloe.words, "*Coming up*" in chloe.words) == (True, False)
    assert "3 registered" in chloe.words
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
