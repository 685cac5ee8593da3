"""The buttons on registration alerts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sandbox.slack import Message
from tests.support.registration import RegistrationHarness, limit_settings, registration_harness, without_waits
from tests.support.world import World, running_world


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


async def test_a_freed_seat_is_reported_to_the_organizer_once_for_each_closing(tmp_path: Path) -> None:
    """The limit closed the registration, and people cancel: one direct message, and nothing in the channel.

    A registration that a person closed, before it was full or after, stays as they wanted it.
    """
    async with running_world(tmp_path, prepare=without_waits) as world:
        launch = await registration_harness(world, **limit_settings(3))
        await world.command("chloe", "#launch", "share launch <#C0MARKETING|marketing>")
        await launch.update(registrants=3)
        await _alert(world, "full")
        posted = len(world.slack.messages("#marketing"))

        await _cancel_one(world, launch)
        assert await _posted_freed(world) == 1
        [freed] = _freed(world)
        assert freed.text == "Launch day has 1 seat free again: 2 of 3 registered, registration is still closed"
        assert list(freed.buttons) == ["Open Registration", "Details"]
        assert "2 of 3 registered, registration is closed" in await launch.reply_to("chloe", "show launch")
        await _cancel_one(world, launch)
        assert (await _posted_freed(world), len(world.slack.messages("#marketing"))) == (1, posted)

        await world.click("chloe", freed, "Open Registration")
        assert launch.state == (True, 3, 1)
        assert await _posted_freed(world) == 1
        assert "Opened by Chloé Martin" in _freed(world)[0].words
        assert "Open Registration" not in _freed(world)[0].buttons

        await launch.update(registrants=2)
        assert "3 of 3 registered, full" in await launch.reply_to("chloe", "show launch")
        await launch.reply_to("chloe", "close launch")
        await _cancel_one(world, launch)
        await launch.update(**limit_settings(2))
        await _cancel_one(world, launch)
        assert await _posted_freed(world) == 1

        await launch.update(registrationStatus="Open")
        await launch.update(registrants=1)
        await _cancel_one(world, launch)
        assert await _posted_freed(world) == 2


async def _cancel_one(world: World, launch: RegistrationHarness) -> None:
    """Somebody cancels their registration at RingCentral."""
    webinar = world.ringcentral.world.find_webinar(launch.session_id)
    assert webinar.session
    webinar.session.registrants.pop()
    await launch.update()


async def _posted_freed(world: World) -> int:
    """How many of these messages there are, once everything due is posted or edited."""
    await world.move(timedelta(seconds=61))
    await world.bot.services.posted_notices.update_outdated()
    return len(_freed(world))


def _freed(world: World) -> list[Message]:
    return [one for one in world.slack.messages("@chloe", "chloe") if "free again" in one.text]


async def _alert(world: World, words: str, where: str = "#marketing") -> Message:
    """Wait for the alert that has these words, in #marketing or in a direct message."""
    begin = "Launch day is " if words == "full" else "Registration for Launch day "

    def found_alerts() -> list[Message]:
        shown = world.slack.messages(where, where.removeprefix("@") if where.startswith("@") else None)
        return [one for one in shown if one.text.startswith(begin) and words in one.words]

    found = await world.until(found_alerts)
    return found[0]
