"""Everyone with a seat, and the team, learn that the webinar starts, with the button that brings them in."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.seats import seats_harness, without_waits
from tests.support.team import TeamHarness
from tests.support.world import World, running_world

MINUTE = timedelta(minutes=1)


def starts(world: World, user: str) -> list[list[str]]:
    """The buttons of each message that tells this user that it starts."""
    shown = world.slack.messages(f"@{user}", user)
    return [one.buttons for one in shown if one.bot and one.text.startswith("Launch day starts now: ")]


async def test_starts_now_reaches_those_who_take_part(tmp_path: Path) -> None:
    """With a seat or on the team; late ones too, but not who muted it, wanted no reminder, or gave the seat back."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        launch = await seats_harness(world)
        for user in ("dev", "ben", "finn"):
            await launch.press(user)
        webinar = await world.bot.services.mirror.find(launch.session_id)
        await TeamHarness(world, launch.session_id).save({"panelists": ["U0EMI"]})
        await world.move(webinar.start - 9 * MINUTE - world.clock.now())
        reminder = next(one for one in reversed(launch.dms("ben")) if "starts in 10 minutes" in one.text)
        await world.click("ben", reminder, "Mute")
        await launch.press("ana")
        await world.click("finn", launch.dms("finn")[0], "Cancel My Seat")
        await world.move(10 * MINUTE)

        assert starts(world, "dev") == [["My Link", "Details"]]
        assert starts(world, "ana") == [["My Link", "Details"]]
        assert starts(world, "emi") == [["My Link", "Details"]]
        assert starts(world, "ben") == starts(world, "finn") == []
