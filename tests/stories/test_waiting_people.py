"""Seats, teams, lists and edits that wait for RingCentral's rate limit: each says how long, and is done."""

from __future__ import annotations

from pathlib import Path

from bot.app import ProviderTiming
from bot.providers.base import Caller, Lane
from sandbox.ringcentral.rates import Rates
from tests.support.bulk import IRIS, JOAN
from tests.support.registration import open_menu, others_form
from tests.support.seats import SeatsHarness, seats_harness, without_waits
from tests.support.world import World, running_world

WAITS = "goes out in"
WINDOW = 4
"""Seconds of the rate limit: long enough for a slow machine to press all buttons."""
USERS = ("dev", "emi", "finn", "ben", "ana", "chloe")


def _short_window(world: World) -> None:
    without_waits(world)
    world.pace = ProviderTiming()
    world.ringcentral.rules.window = WINDOW


async def _use_up(world: World) -> None:
    """Use up the only call of this window; the next answer tells the bot that there are more."""
    world.ringcentral.rates = Rates(world.ringcentral.rules, world.clock)
    world.ringcentral.rules.budgets["Heavy"] = 1
    [webinar] = world.ringcentral.webinars()
    await world.bot.provider.webinar(webinar["webinar_id"], Caller(Lane.PERSON))
    world.ringcentral.rules.budgets["Heavy"] = 1000


def _words(world: World, user: str) -> list[str]:
    """What this user sees now: the window that is open, or else the replies and the direct messages."""
    if world.slack.view_stack(user):
        return [world.slack.view(user).words]
    return [message.words for channel in ("#launch", f"@{user}") for message in world.slack.messages(channel, user)]


def _watch(world: World, *users: str) -> set[str]:
    """Those of the users who see from now on that their call waits; grows on its own."""
    told: set[str] = set()

    def look() -> None:
        told.update(user for user in set(users) - told if any(WAITS in words for words in _words(world, user)))

    world.slack.on_change.append(look)
    return told


async def _prepare(world: World) -> SeatsHarness:
    """Emi and Finn have seats, Ben is asked to take one, Hal is on the team; the forms are open."""
    launch = await seats_harness(world)
    await launch.take_seat("emi")
    await launch.press("emi", "Not Me / Change", world.slack.view("emi"))
    await launch.take_seat("finn")
    await world.slack.close("finn", world.slack.view("finn"), clear=True)
    await world.command("chloe", "#launch", "register launch <@U0BEN>")
    await world.slack.submit("chloe", world.slack.view("chloe"), {})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("chloe", "#launch", "invite launch")
    await world.slack.submit("chloe", world.slack.view("chloe"), {"panelists": ["hal"]})
    await world.settled()
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
    await world.command("ana", "#launch", "team launch")
    await world.command("chloe", "#launch", "edit launch")
    await launch.open_form("dev")
    return launch


async def test_what_people_do_waits_with_a_note_and_is_done(tmp_path: Path) -> None:
    """All at once: register, rename, leave, take a suggested seat, remove from the team, edit."""
    async with running_world(tmp_path, prepare=_short_window) as world:
        launch = await _prepare(world)
        seat = next(one for one in reversed(launch.dms("finn")) if "Cancel My Seat" in one.buttons)
        await _use_up(world)
        told = _watch(world, *USERS)

        await world.slack.submit("dev", world.slack.view("dev"), {})
        await world.slack.submit("emi", world.slack.view("emi"), {"first_name": "Emilia"})
        await world.slack.click("finn", seat, "Cancel My Seat")
        await world.slack.click("ben", launch.dms("ben")[0], "Take My Seat")
        await world.slack.click("ana", world.last("#launch", "ana"), "Remove")
        await world.slack.submit("chloe", world.slack.view("chloe"), {"Title": "Launch week"})
        await world.settled()

        assert told == set(USERS)
        names = {one["email"]: one["firstName"] for one in launch.registrants}
        assert {"dev@acme.example", "ben@acme.example", "emi@acme.example"} == set(names)
        assert names["emi@acme.example"] == "Emilia"
        assert any("Removed: <@U0HAL>" in words for words in _words(world, "ana"))
        assert "Launch day → Launch week" in world.slack.view("chloe").words
        assert world.ringcentral.throttled == 0

        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)
        await world.click("chloe", await others_form(world, "chloe"), "Register Many")
        menu = await open_menu(world, "ana")
        await _use_up(world)
        told = _watch(world, "chloe", "ana")
        await world.slack.submit("chloe", world.slack.view("chloe"), {"pasted": f"{IRIS}\n{JOAN}"})
        await world.slack.click("ana", menu, "Chart With Sources")
        await world.settled()
        assert told == {"chloe", "ana"}
        assert "Iris" in world.slack.view("chloe").words
        assert world.ringcentral.throttled == 0
