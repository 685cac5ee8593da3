"""A webinar for which an organiser registers others in a story: the forms, the list, and what came of it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import Message, Outcome, View
from sandbox.slack.model import Upload
from tests.support.registration import a_door
from tests.support.world import World

REGISTRANTS = r"/registrants(/|$)"
ORGANISER = "chloe"
IRIS, JOAN, LEO = (
    "Iris,Moreno,iris@outside.example",
    "Joan,de la Cruz,joan@outside.example",
    "Leo,Larsen,leo@outside.example",
)


@dataclass
class Desk:
    """What an organiser does and sees, and what is so at RingCentral."""

    world: World
    session_id: str
    seen: int = 0
    read: set[str] = field(default_factory=set)

    @property
    def there(self) -> list[dict[str, Any]]:
        """Everybody who is registered at RingCentral."""
        return self.world.ringcentral.registrants(self.session_id)

    @property
    def addresses(self) -> list[str]:
        """Their addresses, in the order in which they came."""
        return [str(one["email"]) for one in self.there]

    @property
    def asked(self) -> list[str]:
        """What was asked about registrants since somebody looked last: the methods, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if "/registrants" in call.path]
        seen, self.seen = self.seen, len(calls)
        return calls[seen:]

    @property
    def told(self) -> Message:
        """The message that says how far the list is."""
        return next(one for one in self.world.slack.messages(f"@{ORGANISER}") if one.bot and not one.files)

    @property
    def results(self) -> list[list[str]]:
        """The newest file in the organiser's direct messages, without its head."""
        files = [file for one in self.world.slack.messages(f"@{ORGANISER}") for file in one.files]
        return list(csv.reader(io.StringIO(files[-1].content.decode("utf-8-sig"))))[1:]

    async def form(self, text: str = "register launch", user: str = ORGANISER) -> View:
        """Somebody types a command in #launch that opens a form; returns it."""
        await self.world.command(user, "#launch", text)
        return self.world.slack.view(user)

    async def registers(self, **values: object) -> View:
        """The organiser fills the form for one person and sends it; returns what they see then."""
        outcome = await self.world.slack.submit(ORGANISER, await self.form(), values)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(ORGANISER)

    async def checks(self, *lines: str, file: bytes = b"", **values: object) -> View:
        """The organiser sends a list, pasted or as a file; returns what they see then."""
        await self.world.click(ORGANISER, await self.form(), "Register Many")
        given = {"file": [Upload("people.csv", file)]} if file else {"pasted": "\n".join(lines)}
        outcome = await self.world.slack.submit(ORGANISER, self.world.slack.view(ORGANISER), {**given, **values})
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(ORGANISER)

    async def begins(self, *lines: str, **more: Any) -> Outcome:
        """The organiser sends a list and confirms it; nobody waits for what follows."""
        await self.checks(*lines, **more)
        outcome = await self.world.slack.submit(ORGANISER, self.world.slack.view(ORGANISER))
        assert outcome.ok
        return outcome

    async def enrols(self, *lines: str, **more: Any) -> None:
        """The organiser sends a list and confirms it; waits until it is worked through."""
        await self.begins(*lines, **more)
        await self.world.settled()

    async def presses(self, button: str) -> None:
        """The organiser presses a button of the message that says how far it is."""
        await self.world.click(ORGANISER, self.told, button)


async def a_desk(world: World, **becomes: Any) -> Desk:
    """A webinar of the organiser's, with a registration that the bot has read."""
    world.slack.scopes = {*world.slack.scopes, "files:read", "files:write"}
    world.slack.limits.messages_per_second = None
    door = await a_door(world, user=ORGANISER, **becomes)
    desk = Desk(world, door.session_id)
    assert desk.asked == []
    return desk
