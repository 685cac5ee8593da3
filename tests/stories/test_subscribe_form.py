"""Stories about the channel form: features, quiet hours, digest, and who may submit it."""

from __future__ import annotations

from typing import Any

import pytest_asyncio

from bot.notices.model import Feature
from bot.notices.quiet_hours import DigestPace
from bot.notices.subscriptions.model import Scope
from handlers.subscribe.form import NEVER
from tests.support.subscriptions import (
    channel_hours,
    create_webinar,
    public_messages,
    reminded_webinars,
    subscribed_features,
    subscriptions_of,
)
from tests.support.world import World


async def form(world: World, user: str = "dev") -> Any:
    """The form of #launch, opened with *Change*."""
    await world.command(user, "#launch", "subscriptions")
    await world.click(user, world.last("#launch", user), "Change")
    return world.slack.view(user)


async def chooses(world: World, user: str, **choices: str) -> Any:
    """The form on the screen after these choices, which other fields belong to."""
    for field, choice in choices.items():
        await world.click(user, world.slack.view(user), "follow.fields", block_id=field, value=choice)
    return world.slack.view(user)


async def form_with_times(world: World, user: str = "dev") -> Any:
    """The form with every field."""
    await form(world, user)
    return await chooses(world, user, quiet="on", digest="weekly")


FILLED = {
    "features": ["reminders", "live"],
    "quiet_from": "22:00",
    "quiet_to": "07:30",
    "digest": "weekly",
    "digest_day": "4",
    "digest_at": "08:15",
    "zone": "new york",
}


@pytest_asyncio.fixture(autouse=True)
async def organizers(world: World) -> None:
    """These members may subscribe a channel to all webinars."""
    await world.choose_organizers("U0CHLOE", "U0DEV", "U0EMI")


async def test_form_sets_up_a_channel_and_shows_the_result_in_its_place(world: World) -> None:
    """Features, quiet hours, digest and zone at once; the channel is notified; the form reopens with them."""
    await create_webinar(world)
    outcome = await world.slack.submit("dev", await form_with_times(world), FILLED)
    assert outcome.errors == {}
    await world.settled()

    result = world.slack.view("dev")
    assert result.title == "Channel notifications"
    assert "Saved." in result.words
    assert "*All webinars*: reminders and live updates · set by <@U0DEV>" in result.words
    assert "Quiet from 10:00 PM to 7:30 AM (America/New_York)" in result.words
    assert "Digest every Friday at 8:15 AM (America/New_York) · set by <@U0DEV>" in result.words
    (introduction,) = public_messages(world)
    assert "Dev Patel set up Greenroom here: reminders and live updates about all webinars." in introduction.text
    kept = await channel_hours(world)
    assert kept is not None
    assert (kept.quiet_from, kept.quiet_to, kept.digest, kept.digest_day, kept.digest_at) == (
        22 * 60,
        7 * 60 + 30,
        DigestPace.WEEKLY,
        4,
        8 * 60 + 15,
    )
    assert await reminded_webinars(world) == {"Launch day"}

    await world.slack.close("dev", result, clear=True)
    again = await form(world, "emi")
    await world.slack.submit("emi", again, {})
    await world.settled()
    assert "Nothing changed: it was set up like this already." in world.slack.view("emi").words
    assert (await channel_hours(world), await subscribed_features(world)) == (
        kept,
        [(Scope.ALL, frozenset({Feature.REMINDERS, Feature.LIVE}), "U0DEV")],
    )


async def test_invalid_form_shows_errors_under_each_field(world: World) -> None:
    """All at once; what was typed stays, and can be mended and sent."""
    opened = await form_with_times(world)
    outcome = await world.slack.submit("dev", opened, {**FILLED, "quiet_to": None, "zone": "Europe/Madird"})
    assert outcome.errors == {
        "quiet_to": "Choose when quiet hours end.",
        "zone": "There is no such time zone. Did you mean Europe/Madrid?",
    }
    assert (await subscriptions_of(world), await channel_hours(world)) == ([], None)
    outcome = await world.slack.submit("dev", world.slack.view("dev"), {"quiet_to": "08:00", "zone": "Europe/Madrid"})
    assert outcome.errors == {}
    await world.settled()
    assert "Quiet from 10:00 PM to 8:00 AM (Europe/Madrid)" in world.slack.view("dev").words


async def test_times_appear_with_the_choice_that_needs_them(world: World) -> None:
    """What is typed stays; a choice that meets a newer view, or a Slack in trouble, is shown all the same."""
    opened = await form(world)
    assert opened.labels[1:] == ["Quiet hours", "Digest of upcoming webinars"]
    daily = await chooses(world, "dev", digest="daily")
    assert daily.labels[2:] == ["Digest of upcoming webinars", "Time of the digest", "Time zone of these times"]
    await world.slack.fill("dev", daily, {"features": ["live"], "zone": "Europe/Rome", "digest_at": "07:10"})

    world.slack.fail("views.update", error="hash_conflict")  # an earlier choice has replaced the view
    weekly = await chooses(world, "dev", digest="weekly")
    assert "Day of the digest" in weekly.labels
    both = await chooses(world, "dev", quiet="on")
    assert (await world.slack.submit("dev", both, {"quiet_from": "22:00", "quiet_to": "22:00"})).errors == {
        "quiet_to": "Choose another time than the one at which they begin, or choose no quiet hours above."
    }
    world.slack.fail("views.update", status=503)
    assert "Quiet from" not in (await chooses(world, "dev", quiet="off")).labels
    assert (await world.slack.submit("dev", world.slack.view("dev"), {})).errors == {}
    await world.settled()
    kept = await channel_hours(world)
    assert kept is not None
    assert (kept.time_zone, kept.quiet_from, kept.digest_at) == ("Europe/Rome", None, 7 * 60 + 10)


async def test_form_ends_what_it_began(world: World) -> None:
    """Nothing ticked, no quiet hours, no digest: the channel is as silent as before."""
    await world.slack.submit("dev", await form_with_times(world), FILLED)
    await world.settled()
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    opened = await form(world, "emi")
    assert "Time zone of these times" in opened.labels
    opened = await chooses(world, "emi", quiet="off", digest=NEVER)
    assert opened.labels[1:] == ["Quiet hours", "Digest of upcoming webinars"]
    await world.slack.submit("emi", opened, {"features": []})
    await world.settled()
    assert "Nothing is posted here." in world.slack.view("emi").words
    assert "No quiet hours and no digest" in world.slack.view("emi").words
    assert await subscriptions_of(world) == []


async def test_form_that_was_closed_answers_by_direct_message(world: World) -> None:
    """The result is not lost."""
    await world.slack.submit("dev", await form_with_times(world), FILLED)
    await world.slack.close("dev", world.slack.view("dev"), clear=True)
    await world.settled()
    assert "Saved." in world.last("@dev").words


async def test_form_of_an_outsider_is_refused(world: World) -> None:
    """Whatever was drawn: the button and the form ask again who it is."""
    await world.command("dev", "#launch", "subscribe")
    drawn = world.last("#launch", "dev")
    drawn.ephemeral_to = world.slack.user_id("gia")
    await world.click("gia", drawn, "Change")
    assert world.slack.view_stack("gia") == []
    assert "Guests and people of other organizations" in world.last("#launch", "gia").words
