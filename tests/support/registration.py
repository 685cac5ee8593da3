"""A webinar whose registration is opened, closed and limited in a story."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.app import ProviderTiming
from bot.providers.base import Caller, Lane
from sandbox.slack import View
from tests.support.block_kit import check_view
from tests.support.world import World

PATH = "/webinar/registration/v1/sessions/"
PERSON = Caller(Lane.PERSON)
TIMEOUT_S = 3.0
"""Short for a vendor, and long for a machine that stalls: a repeated call spoils what a story counts."""


def without_waits(world: World) -> None:
    """Remove rate limits and pauses between retries, and shorten the request timeout."""
    world.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 1000, "Auth": 1000}
    world.pace = ProviderTiming(timeout=TIMEOUT_S, sleep=_no_sleep)


async def _no_sleep(_: float) -> None:
    return


@dataclass
class RegistrationHarness:
    """The registration of one webinar, at RingCentral and in Slack."""

    world: World
    session_id: str
    calls_seen: int = 0

    @property
    def state(self) -> tuple[bool, int | None, int]:
        """Whether it is open at RingCentral, its limit, and the number of registrants."""
        [one] = [one for one in self.world.ringcentral.webinars() if one["session_id"] == self.session_id]
        return one["open"], one["limit"], one["registrants"]

    def take_calls(self) -> list[str]:
        """Return the methods of the vendor calls about it since this was last called, in order."""
        seen, self.calls_seen = self.calls_seen, len(self._calls)
        return self._calls[seen:]

    @property
    def _calls(self) -> list[str]:
        return [call.method for call in self.world.ringcentral.calls if call.path == PATH + self.session_id]

    async def update(self, registrants: int = 0, **registration: Any) -> None:
        """Register people and change the registration in RingCentral's own app, then refresh the mirror."""
        if registrants:
            self.world.ringcentral.register(self.session_id, registrants)
        if registration:
            self.world.ringcentral.edit(self.session_id, registration=registration)
        await self.world.bot.services.mirror.refresh(self.session_id, PERSON)
        self.calls_seen = len(self._calls)

    async def reply_to(self, user: str, text: str) -> str:
        """Type a command in #launch; return the text of the reply."""
        await self.world.command(user, "#launch", text)
        return self.world.last("#launch", user).words

    async def open_form(self, user: str, text: str = "limit launch") -> View:
        """Type a command in #launch that opens a form; return it."""
        await self.world.command(user, "#launch", text)
        return self.world.slack.view(user)


async def registration_harness(
    world: World, *, user: str = "chloe", title: str = "Launch day", announce_in: str = "", **becomes: Any
) -> RegistrationHarness:
    """Create a webinar as this user, with a card in `announce_in` if given, and read its registration."""
    await world.create(user, title, fields={"Announce in": announce_in} if announce_in else None)
    await world.slack.close(user, world.slack.view(user), clear=True)
    [made] = [one for one in world.ringcentral.webinars() if one["title"] == title]
    launch = RegistrationHarness(world, made["session_id"])
    await launch.update(**becomes)
    return launch


def limit_settings(limit: int) -> dict[str, Any]:
    """The argument of `RegistrationHarness.update` for a limit."""
    return {"settings": {"autoCloseLimit": limit}}


async def open_menu(world: World, user: str = "chloe") -> View:
    """Press Registration on the count of the launch; return the form."""
    await world.command(user, "#launch", "count launch")
    await world.click(user, world.last("#launch", user), "Registration")
    view = world.slack.view(user)
    check_view(view.body)
    return view


async def submit_form(world: World, view: View, values: dict[str, Any]) -> View:
    """Fill in the form as Chloé and send it; return the view that replaces it."""
    outcome = await world.slack.submit("chloe", view, values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view("chloe")


def ringcentral_settings(world: World, launch: RegistrationHarness) -> dict[str, Any]:
    """The registration settings at RingCentral that a user can choose."""
    webinar = world.ringcentral.world.find_webinar(launch.session_id)
    assert webinar.session
    return dict(webinar.session.registration.settings.wire())


async def others_form(world: World, user: str, words: str = "launch") -> View:
    """Open the form with which an organizer registers somebody else; return it."""
    await world.command(user, "#launch", f"register {words}")
    await world.slack.close(user, world.slack.view(user), clear=True)
    await world.click(user, world.last("#launch", user), "Register Others")
    return world.slack.view(user)


async def choose_fields(world: World, user: str, *, more: bool = False, **choices: str) -> View:
    """Make choices in that form, which other fields belong to; `more` presses More Fields. Return the form."""
    for block_id, choice in choices.items():
        await world.click(user, world.slack.view(user), "enrol.fields", block_id=block_id, value=choice)
        if more and block_id == "who":
            await world.click(user, world.slack.view(user), "More Fields")
    return world.slack.view(user)


async def other_person_form(world: World, user: str, words: str = "launch") -> View:
    """Open the form with which an organizer registers somebody who is not in Slack."""
    await others_form(world, user, words)
    return await choose_fields(world, user, who="else")
