"""A webinar at which people in Slack take seats."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from icalendar import Calendar
from icalendar.cal import Component

from sandbox.slack import Message, Outcome, View
from tests.support.creation import without_waits
from tests.support.registration import PERSON, limit_settings
from tests.support.world import World

PATH = "/webinar/registration/v1/sessions/"
REGISTRANTS = r"/registrants(/|$)"
OWN_LINK = ("My Link", "Join", "Join Now")
"""The labels of the button that opens a user's own link, from long before the start to the end."""

__all__ = ["PATH", "REGISTRANTS", "SeatsHarness", "limit_settings", "seats_harness", "without_waits"]


@dataclass
class SeatsHarness:
    """The webinar, at RingCentral and in Slack."""

    world: World
    session_id: str
    calls_seen: int = 0

    @property
    def card(self) -> Message:
        """Its card in #launch."""
        cards = [one for one in self.world.slack.messages("#launch") if one.bot and not one.ephemeral_to]
        return cards[0]

    def take_calls(self) -> list[str]:
        """Return the methods of the vendor calls about it since this was last called, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if "/registrants" in call.path]
        seen, self.calls_seen = self.calls_seen, len(calls)
        return calls[seen:]

    @property
    def registrants(self) -> list[dict[str, Any]]:
        """All registrants at RingCentral."""
        return self.world.ringcentral.registrants(self.session_id)

    async def update(self, registrants: int = 0, status: str = "", **registration: Any) -> None:
        """Register others and change the webinar in RingCentral's own app, then refresh the mirror."""
        rc = self.world.ringcentral
        if registrants:
            rc.register(self.session_id, registrants)
        if registration:
            rc.edit(self.session_id, registration=registration)
        if status:
            {"live": rc.begin, "over": rc.finish}[status](self.session_id)
            await self.world.bot.services.mirror.sweep()
        await self.world.bot.services.mirror.refresh(self.session_id, PERSON)

    async def press(self, user: str, button: str = "Register", where: Message | View | None = None) -> View:
        """Press a button; return the modal that is open then."""
        await self.world.click(user, where or self.card, button)
        return self.world.slack.view(user)

    async def send(self, user: str, **typed: str) -> Outcome:
        """Send the open form with these values; wait for the result."""
        outcome = await self.world.slack.submit(user, self.world.slack.view(user), typed)
        await self.world.settled()
        return outcome

    async def open_form(self, user: str = "dev") -> View:
        """Open the registration form by the command; return it."""
        await self.world.command(user, "#launch", "register launch")
        return self.world.slack.view(user)

    async def take_seat(self, user: str = "dev", **typed: str) -> View:
        """Take a seat by one click on the card, or by the form if something is typed; return the view that follows."""
        if not typed:
            return await self.press(user)
        await self.open_form(user)
        outcome = await self.send(user, **typed)
        assert outcome.errors == {}
        return self.world.slack.view(user)

    def dms(self, user: str = "dev") -> list[Message]:
        """The bot's direct messages to a user."""
        return [one for one in self.world.slack.messages(f"@{user}", user) if one.bot and not one.ephemeral_to]

    def link_of(self, where: Message | View, *labels: str) -> str:
        """The URL of the first link button with one of these labels, or of the user's own; empty if there is none."""
        wanted = labels or OWN_LINK
        blocks = where.blocks if isinstance(where, Message) else where.body["blocks"]
        found = [
            element["url"]
            for block in blocks
            if block["type"] == "actions"
            for element in block["elements"]
            if element["text"]["text"] in wanted
        ]
        return str(found[0]) if found else ""

    def calendar_files(self, user: str = "dev") -> list[tuple[str, Component]]:
        """The calendar files sent to a user: the method and the event of each."""
        sent = [file for one in self.dms(user) for file in one.files]
        wholes = [Calendar.from_ical(file.content) for file in sent]
        return [(str(whole["METHOD"]), event) for whole in wholes for event in whole.walk("VEVENT")]


async def seats_harness(world: World, *, user: str = "chloe", **becomes: Any) -> SeatsHarness:
    """Create a webinar as Chloé with its card in #launch, and read its registration."""
    await world.create(user, fields={"Announce in": "#launch"})
    await world.slack.close(user, world.slack.view(user), clear=True)
    [made] = world.ringcentral.webinars()
    launch = SeatsHarness(world, made["session_id"])
    await launch.update(**becomes)
    return launch
