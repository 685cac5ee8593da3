"""The forms of a webinar: each filled in, with what its result says, and whether its work was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sandbox.slack import View
from tests.support.bulk import IRIS, JOAN
from tests.support.registration import open_menu, other_person_form, others_form
from tests.support.world import World

CHLOE = "chloe"


@dataclass(frozen=True)
class Flow:
    """A form that is filled in and sent, what its result says, and whether the work was done."""

    user: str
    form: View
    values: dict[str, Any]
    result: str
    is_done: Callable[[], object]


async def _command(world: World, user: str, text: str) -> View:
    await world.command(user, "#launch", text)
    return world.slack.view(user)


async def create(world: World) -> Flow:
    """A second webinar."""
    values = {"Title": "Garden party", "Starts": world.clock.now() + timedelta(days=2)}
    form = await _command(world, CHLOE, "create")
    return Flow(CHLOE, form, values, "is ready", lambda: len(world.ringcentral.webinars()) == 2)


async def edit(world: World) -> Flow:
    """Another title."""
    form = await _command(world, CHLOE, "edit launch")
    values = {"Title": "Launch week"}
    return Flow(CHLOE, form, values, "Launch week", lambda: world.ringcentral.webinars()[0]["title"] == "Launch week")


async def move(world: World) -> Flow:
    """Confirm another time."""
    [before] = world.ringcentral.webinars()
    form = await _command(world, CHLOE, "move launch 1 day later")

    def is_moved() -> bool:
        return bool(world.ringcentral.webinars()[0]["start"] != before["start"])

    return Flow(CHLOE, form, {}, "Launch day", is_moved)


async def cancel(world: World) -> Flow:
    """Cancel the webinar."""
    form = await _command(world, CHLOE, "cancel launch")
    return Flow(CHLOE, form, {}, "Launch day", lambda: not world.ringcentral.webinars())


async def limit(world: World) -> Flow:
    """Limit its registration."""
    form = await _command(world, CHLOE, "limit launch")
    return Flow(CHLOE, form, {"limit": "7"}, "7", lambda: world.ringcentral.webinars()[0]["limit"] == 7)


async def registration(world: World) -> Flow:
    """The form with all settings of the registration."""
    form = await open_menu(world)
    values = {"autoCloseLimit": "8"}
    return Flow(CHLOE, form, values, "8", lambda: world.ringcentral.webinars()[0]["limit"] == 8)


async def team(world: World) -> Flow:
    """Invite a panelist."""
    form = await _command(world, CHLOE, "invite launch")
    [webinar] = world.ringcentral.webinars()
    invitees = world.ringcentral.invitees
    values = {"panelists": ["dev"]}
    return Flow(CHLOE, form, values, "<@U0DEV>", lambda: len(invitees(webinar["session_id"])) == 2)


async def register_one(world: World) -> Flow:
    """Register one person."""
    values = {"first_name": "Iris", "last_name": "Moreno", "email": "iris@outside.example"}
    form = await other_person_form(world, CHLOE)
    return Flow(CHLOE, form, values, "To join", lambda: world.ringcentral.webinars()[0]["registrants"] == 1)


async def register_list(world: World) -> Flow:
    """Check a list of people."""
    await world.click(CHLOE, await others_form(world, CHLOE), "Register Many")
    form = world.slack.view(CHLOE)
    return Flow(CHLOE, form, {"pasted": f"{IRIS}\n{JOAN}"}, "*2 new*", lambda: True)


async def seat(world: World) -> Flow:
    """Take a seat."""
    await world.command("dev", "#launch", "register launch")
    form = world.slack.view("dev")
    return Flow("dev", form, {}, "Launch day", lambda: world.ringcentral.webinars()[0]["registrants"] == 1)


async def name_of_seat(world: World) -> Flow:
    """Change the name of a seat."""
    await world.slack.submit("dev", (await seat(world)).form, {})
    await world.settled()
    await world.click("dev", world.slack.view("dev"), "seat.rename")
    [webinar] = world.ringcentral.webinars()

    def is_renamed() -> bool:
        return [one["firstName"] for one in world.ringcentral.registrants(webinar["session_id"])] == ["Devan"]

    return Flow("dev", world.slack.view("dev"), {"first_name": "Devan"}, "Launch day", is_renamed)


async def defaults(world: World) -> Flow:
    """Change the default reminders."""
    await world.command("ben", "#launch", "remind defaults")
    await world.click("ben", world.last("#launch", "ben"), "defaults.change")
    form = world.slack.view("ben")
    field = next(iter(form.values))
    return Flow("ben", form, {field: "3h"}, "3 hours", lambda: True)


async def subscriptions(world: World) -> Flow:
    """Change what a channel gets."""
    await world.command("ben", "#launch", "subscriptions")
    await world.click("ben", world.last("#launch", "ben"), "Change")
    return Flow("ben", world.slack.view("ben"), {"features": ["live"]}, "live", lambda: True)


Open = Callable[[World], Awaitable[Flow]]
ROUNDS: list[tuple[Open, ...]] = [
    (limit, registration, register_list, defaults, subscriptions, register_one, team, create),
    (seat, cancel),
    (name_of_seat, move, edit),
]
"""All of them: each round goes through one webinar, in this order."""
