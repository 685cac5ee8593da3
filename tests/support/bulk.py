"""A webinar for which an organizer registers others in a story."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import Message, Outcome, View
from sandbox.slack.model import Upload
from tests.support.registration import choose_fields, others_form, registration_harness
from tests.support.world import World

REGISTRANTS = r"/registrants(/|$)"
ORGANIZER = "chloe"
IRIS, JOAN, LEO = (
    "Iris,Moreno,iris@outside.example",
    "Joan,de la Cruz,joan@outside.example",
    "Leo,Larsen,leo@outside.example",
)


@dataclass
class BulkHarness:
    """The organizer's actions in Slack, and the registrants at RingCentral."""

    world: World
    session_id: str
    calls_seen: int = 0
    read: set[str] = field(default_factory=set)

    @property
    def registrants(self) -> list[dict[str, Any]]:
        """All registrants at RingCentral."""
        return self.world.ringcentral.registrants(self.session_id)

    @property
    def emails(self) -> list[str]:
        """Their addresses, in order of registration."""
        return [str(one["email"]) for one in self.registrants]

    def take_calls(self) -> list[str]:
        """Return the methods of the vendor calls about it since this was last called, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if "/registrants" in call.path]
        seen, self.calls_seen = self.calls_seen, len(calls)
        return calls[seen:]

    @property
    def progress_message(self) -> Message:
        """The message with the progress of the list."""
        return next(one for one in self.world.slack.messages(f"@{ORGANIZER}") if one.bot and not one.files)

    @property
    def result_rows(self) -> list[list[str]]:
        """The rows of the newest file in the organizer's direct messages, without the header."""
        files = [file for one in self.world.slack.messages(f"@{ORGANIZER}") for file in one.files]
        return list(csv.reader(io.StringIO(files[-1].content.decode("utf-8-sig"))))[1:]

    @property
    def results(self) -> list[list[str]]:
        """Line, result and links of each row of that file."""
        return [[line, *rest] for line, _, _, *rest in self.result_rows]

    async def open_form(self, text: str = "", user: str = ORGANIZER) -> View:
        """Open the form for others, for other users that for themselves; or type a command that opens a form."""
        if not text and user == ORGANIZER:
            return await others_form(self.world, user)
        await self.world.command(user, "#launch", text or "register launch")
        return self.world.slack.view(user)

    async def register_one(self, **values: object) -> View:
        """Fill in the form for one person and send it; return the view that follows."""
        form = await self.open_form()
        if "user" not in values:
            links = {"links": str(values["links"])} if "links" in values else {}
            more = not {"external_id", "links"}.isdisjoint(values)
            form = await choose_fields(self.world, ORGANIZER, more=more, who="else", **links)
        outcome = await self.world.slack.submit(ORGANIZER, form, values)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(ORGANIZER)

    async def submit_list(self, *lines: str, file: bytes = b"", **values: object) -> View:
        """Send a list, pasted or as a file; return the view that follows."""
        await self.world.click(ORGANIZER, await self.open_form(), "Register Many")
        given = {"file": [Upload("people.csv", file)]} if file else {"pasted": "\n".join(lines)}
        outcome = await self.world.slack.submit(ORGANIZER, self.world.slack.view(ORGANIZER), {**given, **values})
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(ORGANIZER)

    async def start_list(self, *lines: str, **more: Any) -> Outcome:
        """Send a list and confirm it, without waiting for the result."""
        await self.submit_list(*lines, **more)
        outcome = await self.world.slack.submit(ORGANIZER, self.world.slack.view(ORGANIZER))
        assert outcome.ok
        return outcome

    async def register_list(self, *lines: str, **more: Any) -> None:
        """Send a list and confirm it; wait until it is processed."""
        await self.start_list(*lines, **more)
        await self.world.settled()

    async def press(self, button: str) -> None:
        """Press a button of the progress message."""
        await self.world.click(ORGANIZER, self.progress_message, button)


async def bulk_harness(world: World, **becomes: Any) -> BulkHarness:
    """Create a webinar as the organizer, and read its registration."""
    world.slack.scopes = {*world.slack.scopes, "files:read", "files:write"}
    world.slack.limits.messages_per_second = None
    launch = await registration_harness(world, user=ORGANIZER, **becomes)
    bulk = BulkHarness(world, launch.session_id)
    assert bulk.take_calls() == []
    return bulk
