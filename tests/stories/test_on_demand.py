"""Registration for the recording of a past webinar: shown in words, and changed in the form."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.support.registration import without_waits
from tests.support.world import World, running_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BOX = "People can register after the event"


async def over(world: World) -> str:
    """A webinar of Chloé that took place; returns its session id."""
    await world.create("chloe", "Launch day", start=world.clock.now() + HOUR)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    [one] = [one for one in await world.bot.services.mirror.everything() if one.title == "Launch day"]
    world.ringcentral.register(one.session_id, 3)
    world.clock.move(HOUR)
    world.ringcentral.begin(one.session_id)
    world.clock.move(HOUR)
    world.ringcentral.finish(one.session_id)
    await world.bot.services.mirror.sweep()
    return one.session_id


async def details(world: World) -> str:
    """The details after Refresh, as Chloé sees them."""
    world.clock.move(timedelta(seconds=30))
    await world.command("chloe", "#launch", "show launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Refresh")
    return world.last("#launch", "chloe").words


def at_vendor(world: World, session_id: str) -> dict[str, Any]:
    """The registration at RingCentral."""
    _, session = world.ringcentral.world.find_session(session_id)
    return dict(session.registration.wire())


async def save(world: World, *ticked: str, duration: str = "", undo: bool = False, limit: str | None = None) -> str:
    """Change the form from the details; return the result."""
    await world.click("chloe", world.last("#launch", "chloe"), "Registration")
    form = world.slack.view("chloe")
    if duration:  # its field appears with what follows the event
        await world.click("chloe", form, "door.after", value=list(ticked))
        form = world.slack.view("chloe")
    typed: dict[str, object] = {"After the event": list(ticked)}
    typed |= {"How long after the event?": duration} if duration else {}
    typed |= {"Maximum registrations": limit} if limit is not None else {}
    outcome = await world.slack.submit("chloe", form, typed)
    assert outcome.errors == {}
    await world.settled()
    shown = world.slack.view("chloe")
    if undo:
        await world.click("chloe", shown, "Undo")
        shown = world.slack.view("chloe")
    await world.slack.close("chloe", shown, clear=True)
    return shown.words


async def test_recording_registration_is_shown_and_changed(tmp_path: Path) -> None:
    """Opened, prolonged and closed again after the end; people who register since are counted apart."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        session_id = await over(world)
        assert "Recording registration*\nClosed, nobody since the event" in await details(world)

        shown = await save(world, BOX, duration="1 month")

        assert "Registration is open again." in shown
        assert "How long after the event?*\n6 months → 1 month" in shown
        state = at_vendor(world, session_id)
        assert state["registrationStatus"] == "Open"
        assert state["settings"]["onDemandDuration"] == "OneMonth"
        world.ringcentral.register(session_id, 2)
        words = await details(world)
        assert "Recording registration*\nOpen until " in words
        assert "2 people since the event" in words

        await save(world, BOX, duration="1 year")
        assert at_vendor(world, session_id)["settings"]["onDemandDuration"] == "OneYear"
        assert "Open until " in await details(world)
        world.clock.move(400 * DAY)
        assert "Closed since " in await details(world)


async def test_recording_registration_is_closed_and_limited(tmp_path: Path) -> None:
    """What applies before the event only is not in the form; a limit alone does not open it after the end."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        session_id = await over(world)
        world.ringcentral.edit(session_id, registration={"settings": {"autoCloseLimit": 3}})
        await details(world)
        shown = await save(world, limit="50")
        assert "Limit*\n3 people → 50 people" in shown
        assert at_vendor(world, session_id)["registrationStatus"] == "Closed"

        await details(world)
        assert "Undone. Registration is closed" in await save(world, BOX, undo=True)
        assert at_vendor(world, session_id)["settings"]["autoOpenPostWebinarRegistration"] is False
        await details(world)
        await save(world, BOX)
        await details(world)
        closed = await save(world)
        assert "Registration is closed" in closed
        assert at_vendor(world, session_id)["settings"]["autoOpenPostWebinarRegistration"] is False
        assert at_vendor(world, session_id)["registrationStatus"] == "Closed"

        await world.command("chloe", "#launch", "open launch")
        assert "press Registration in its details" in world.last("#launch", "chloe").words
        await details(world)
        await world.click("chloe", world.last("#launch", "chloe"), "Registration")
        labels = world.slack.view("chloe").words
        assert "Who can join" not in labels
        assert "After the event" in labels
