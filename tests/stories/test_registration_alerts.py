"""The buttons on registration alerts."""

from __future__ import annotations

from sandbox.slack import Message
from tests.support.registration import limit_settings, registration_harness
from tests.support.world import World


async def test_a_full_alert_offers_a_higher_limit(world: World) -> None:
    """The channel is alerted; the organizer raises the limit in the direct message, and the alert stays."""
    launch = await registration_harness(world, **limit_settings(2))
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await launch.update(registrants=2)
    alert = await _alert(world, "full")
    assert list(alert.buttons) == ["Tell Me When It Opens", "Details"]
    said = alert.words

    personal = await _alert(world, "full", "@chloe")
    await world.click("chloe", personal, "Raise Limit")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    assert (launch.state, launch.take_calls()) == ((True, 3, 2), ["GET", "PATCH"])
    found = await _alert(world, "full")
    assert (found.ts, found.words) == (alert.ts, said)


async def test_a_closed_alert_reopens_the_registration(world: World) -> None:
    """Closed in RingCentral's own app: one click of the organizer, and one call."""
    launch = await registration_harness(world)
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await launch.update(registrationStatus="Closed")
    assert "Open Registration" not in (await _alert(world, "closed")).buttons

    await world.click("chloe", await _alert(world, "closed", "@chloe"), "Open Registration")

    assert (launch.state, launch.take_calls()) == ((True, None, 0), ["PATCH"])
    assert "Registration is open again." in world.last("@chloe", "chloe").words


async def test_an_alert_names_the_user_without_a_mention(world: World) -> None:
    """A mention would notify Chloé of her own action; the others see her name."""
    await registration_harness(world)
    await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
    await world.command("chloe", "#launch", "close launch")

    alert = await _alert(world, "closed")

    assert "Registration for *Launch day* was closed by Chloé Martin" in alert.words
    assert "<@" not in alert.text + alert.words


async def _alert(world: World, words: str, where: str = "#marketing") -> Message:
    """Wait for the alert that has these words, in #marketing or in a direct message."""
    begin = "Launch day is " if words == "full" else "Registration for Launch day "

    def found_alerts() -> list[Message]:
        shown = world.slack.messages(where, where.removeprefix("@") if where.startswith("@") else None)
        return [one for one in shown if one.text.startswith(begin) and words in one.words]

    found = await world.until(found_alerts)
    return found[0]
