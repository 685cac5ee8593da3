"""An app that records the events it gets."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from sandbox.slack import Slack

Json = dict[str, Any]
HISTORY = {"channels:history", "groups:history", "im:history", "mpim:history", "app_mentions:read"}
MESSAGES = {"message.channels", "message.groups", "message.im", "message.mpim"}


@dataclass
class Listener:
    """An app that records the events it gets, and answers with the given status."""

    slack: Slack
    answers: list[web.Response] = field(default_factory=list)  # of the next requests; afterwards 200
    headers: list[dict[str, str]] = field(default_factory=list)
    heard: list[Json] = field(default_factory=list)
    wait_for: asyncio.Event | None = None  # before it answers

    async def handle(self, request: web.Request) -> web.Response:
        """Take one event."""
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.heard.append(await request.json())
        self.slack.world.changed()
        if self.wait_for:
            await self.wait_for.wait()
        return self.answers.pop(0) if self.answers else web.Response()

    @property
    def events(self) -> list[Json]:
        """The inner events."""
        return [one["event"] for one in self.heard]

    @property
    def types(self) -> list[str]:
        """Their types, with the subtype."""
        return [".".join(filter(None, (one["type"], one.get("subtype")))) for one in self.events]

    def retries(self) -> list[tuple[str, str]]:
        """Number and reason of each delivery."""
        return [(one.get("x-slack-retry-num", ""), one.get("x-slack-retry-reason", "")) for one in self.headers]


def subscribe(slack: Slack, *names: str) -> None:
    """Subscribe to these alone."""
    slack.events.clear()
    slack.events.update(names)


def web_error(status: int, headers: dict[str, str] | None = None) -> web.Response:
    """A failure."""
    return web.Response(status=status, headers=headers)


def web_redirect(url: str) -> web.Response:
    """A redirect that keeps the method."""
    return web.Response(status=307, headers={"Location": url})
