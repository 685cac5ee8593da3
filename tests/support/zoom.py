"""The stand-in Zoom on a real socket, for tests of what talks to it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.zoom import Call, Fault, Rules, Zoom
from sandbox.zoom.world import World

UNLIMITED = 100_000


@dataclass
class ZoomSandbox:
    """A running stand-in: where it is, its credentials, what was asked of it, and faults.

    What hosts and outside people do is in `zoom`: create, edit, move, delete, register, decide, begin, come, go,
    finish, convert, `zoom.room.join`, and `zoom.webhooks.subscribe(url)`.
    """

    zoom: Zoom

    @property
    def url(self) -> str:
        """For ZOOM_API_URL."""
        return self.zoom.api_url

    @property
    def oauth_url(self) -> str:
        """For ZOOM_OAUTH_URL."""
        return self.zoom.oauth_url

    @property
    def account_id(self) -> str:
        """For ZOOM_ACCOUNT_ID."""
        return self.zoom.account_id

    @property
    def client_id(self) -> str:
        """For ZOOM_CLIENT_ID."""
        return self.zoom.client_id

    @property
    def client_secret(self) -> str:
        """For ZOOM_CLIENT_SECRET."""
        return self.zoom.client_secret

    @property
    def webhook_secret(self) -> str:
        """For ZOOM_WEBHOOK_SECRET."""
        return self.zoom.webhook_secret

    @property
    def environment(self) -> dict[str, str]:
        """All six settings of the bot."""
        return self.zoom.environment

    @property
    def calls(self) -> list[Call]:
        """Every call that reached the API, with its status; cleared by the test."""
        return self.zoom.calls

    @property
    def state(self) -> World:
        """Users, `events` by id with their registrants, mails; read and changed directly."""
        return self.zoom.world

    def asked(self, method: str, path_regex: str = "") -> list[int | None]:
        """The statuses of the calls with this method whose path matches."""
        return [one.status for one in self.calls if one.method == method and re.search(path_regex, one.path)]

    def fault(self, method: str = "*", path_regex: str = "^/v2/", **words: Any) -> Fault:
        """Make the next matching call fail: status, limit, bare, effect, hang, cut, times, retry_after, code."""
        return self.zoom.fail(method, path_regex, **words)


@asynccontextmanager
async def zoom_sandbox(rules: Rules | None = None, clock: SandboxClock | None = None) -> AsyncIterator[ZoomSandbox]:
    """A running stand-in, without limits per second unless rules are given; those of a day stay."""
    plenty = Rules(per_second={"Light": UNLIMITED, "Medium": UNLIMITED, "Heavy": UNLIMITED})
    zoom = Zoom(clock or SandboxClock(), rules or plenty)
    await zoom.start()
    try:
        yield ZoomSandbox(zoom)
    finally:
        await zoom.stop()
