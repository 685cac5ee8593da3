"""A webinar whose registration is opened, closed and limited in a story: how it is made, and what came of it."""

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
TIMEOUT_S = 0.3


def without_waits(world: World) -> None:
    """A budget that never runs out, a request that is soon given up, and no pauses between repeats."""
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
        """Whether it is open at RingCentral, its limit, and how many have registered."""
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
        """People register, somebody changes it in RingCentral's own app, and the bot comes to know."""
        if registrants:
            self.world.ringcentral.register(self.session_id, registrants)
        if registration:
            self.world.ringcentral.edit(self.session_id, registration=registration)
        await self.world.bot.services.mirror.refresh(self.session_id, PERSON)
        self.calls_seen = len(self._calls)

    async def reply_to(self, user: str, text: str) -> str:
        """Somebody types a command in #launch; returns the words of the answer."""
        await self.world.command(user, "#launch", text)
        return self.world.last("#launch", user).words

    async def open_form(self, user: str, text: str = "limit launch") -> View:
        """Somebody types a command in #launch that opens a form; returns it."""
        await self.world.command(user, "#launch", text)
        return self.world.slack.view(user)


async def registration_harness(
    world: World, *, user: str = "chloe", title: str = "Launch day", **becomes: Any
) -> RegistrationHarness:
    """A webinar that this person has created, with a registration that the bot has read."""
    await world.create(user, title)
    await world.slack.close(user, world.slack.view(user), clear=True)
    [made] = [one for one in world.ringcentral.webinars() if one["title"] == title]
    launch = RegistrationHarness(world, made["session_id"])
    await launch.update(**becomes)
    return launch


def limit_settings(limit: int) -> dict[str, Any]:
    """What `Door.becomes` takes for a limit."""
    return {"settings": {"autoCloseLimit": limit}}


async def open_menu(world: World, user: str = "chloe") -> View:
    """Somebody presses Registration on the count of the launch."""
    await world.command(user, "#launch", "count launch")
    await world.click(user, world.last("#launch", user), "Registration")
    view = world.slack.view(user)
    check_view(view.body)
    return view


async def submit_form(world: World, view: View, values: dict[str, Any]) -> View:
    """Chloé fills the form in and sends it; returns what stands in its place."""
    outcome = await world.slack.submit("chloe", view, values)
    assert outcome.errors == {}
    await world.settled()
    return world.slack.view("chloe")


def ringcentral_settings(world: World, launch: RegistrationHarness) -> dict[str, Any]:
    """What a person can choose of a registration, as RingCentral has it."""
    webinar = world.ringcentral.world.find_webinar(launch.session_id)
    assert webinar.session
    return dict(webinar.session.registration.settings.wire())
