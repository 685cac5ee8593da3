"""The buttons on registration alerts."""

from __future__ import annotations

from sandbox.slack import Message
from tests.support.registration import limit_settings, registration_harness
from tests.support.world import World


async def test_a_full_alert_offers_a_higher_limit(world: World) -> None:
    """The channel is alerted; a manager raises the limit there, and the alert stays."""
    launch = await registration_harness(world, **limit_settings(2))
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await launch.update(registrants=2)
    alert = await _alert(world, "full")
    assert "Raise Limit" in alert.buttons
    said = alert.words

    await world.click("dev", alert, "Raise Limit")
    assert world.slack.view_stack("dev") == []
    assert "admin or owner" in world.last("#marketing", "dev").words

    await world.click("ben", alert, "Raise Limit")
    await world.slack.submit("ben", world.slack.view("ben"))
    await world.settled()
    assert (launch.state, launch.take_calls()) == ((True, 3, 2), ["GET", "PATCH"])
    found = await _alert(world, "full")
    assert (found.ts, found.words) == (alert.ts, said)


async def test_a_closed_alert_reopens_the_registration(world: World) -> None:
    """Closed in RingCentral's own app: one click and one call."""
    launch = await registration_harness(world)
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await launch.update(registrationStatus="Closed")
    alert = await _alert(world, "closed")

    await world.click("chloe", alert, "Open Registration")

    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"])
    assert "Registration is open again." in world.last("#marketing", "chloe").words


async def test_an_alert_names_the_user_without_a_mention(world: World) -> None:
    """A mention would notify Chloé of her own action; the others see her name."""
    await registration_harness(world)
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await world.command("chloe", "#launch", "close launch")

    alert = await _alert(world, "closed")

    assert "Registration for *Launch day* was closed by Chloé Martin" in alert.words
    assert "<@" not in alert.text + alert.words


async def _alert(world: World, words: str) -> Message:
    """Wait for the alert in #marketing that has these words; the first message there is the card."""
    found = await world.until(lambda: [one for one in world.slack.messages("#marketing")[1:] if words in one.words])
    return found[0]
