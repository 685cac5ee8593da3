"""Older direct messages to people who no longer take part: they lose the link, and say why."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sandbox.slack import Message
from tests.stories.test_calendars import Calendars, calendars, prepared
from tests.support.world import World, running_world

HOUR = timedelta(hours=1)


async def moved(world: World, both: Calendars) -> None:
    """Move the webinar by an hour, and deliver the notices."""
    start = (await world.bot.services.mirror.find(both.launch.session_id)).start + HOUR
    await both.edit(scheduledStartTime=f"{start:%Y-%m-%dT%H:%M:%SZ}")
    await world.move(timedelta(seconds=61))


def notice(both: Calendars, user: str, part: str) -> Message:
    """The newest direct message to this user with these words."""
    return [one for one in both.launch.dms(user) if part in one.text][-1]


async def test_older_messages_lose_the_link_of_people_who_left(tmp_path: Path) -> None:
    """Of a removed co-host and of a canceled seat; who has a seat keeps the link when they leave the team."""
    async with running_world(tmp_path, prepare=prepared) as world:
        both = await calendars(world)
        for user in ("emi", "finn"):
            await both.take_seat(user)
        await both.set_team(panelists=["dev", "finn"])
        await both.set_team(panelists=["finn"], cohosts=["dev"])
        await moved(world, both)
        assert [notice(both, user, "was moved").buttons for user in ("dev", "emi", "finn")] == [
            ["My Link", "Details"]
        ] * 3
        role = notice(both, "dev", "You are now")
        assert role.buttons == ["Details"]

        await both.set_team(panelists=[], cohosts=[])
        await both.give_up_seat("emi")
        await world.bot.services.posted_notices.update_outdated()

        for user in ("dev", "emi"):
            left = notice(both, user, "was moved")
            assert left.buttons == []
            assert left.blocks[-1]["elements"][0]["text"].startswith("You no longer take part · ")
        assert notice(both, "finn", "was moved").buttons == ["My Link", "Details"]
        [ended] = [one for one in both.launch.dms("dev") if one.ts == role.ts]
        assert (ended.buttons, "has changed since" in ended.text) == ([], True)
