"""The stand-in Zoom and our client on one socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from bot.clock import SystemClock, monotonic
from bot.providers.base import Caller, Lane
from bot.providers.zoom import Zoom
from sandbox.zoom import Rules
from tests.support.zoom import ZoomSandbox, zoom_sandbox

PERSON = Caller(Lane.PERSON)
ANA, BEN, EMI = "ana@acme.example", "ben@acme.example", "emi@acme.example"
EventKind = Literal["meeting", "webinar"]
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class OpenGate:
    """A gate that lets everything pass, and keeps what was asked of it."""

    def __init__(self) -> None:
        """Start without calls."""
        self.keys: list[tuple[Any, ...]] = []
        self.answers: list[int | None] = []

    async def enter(self, keys: Any, caller: Caller) -> int:  # noqa: ARG002
        """Let the call pass."""
        self.keys.append(tuple(keys))
        return len(self.keys)

    async def used_up(self, keys: Any, lane: Any) -> dict[Any, Any]:  # noqa: ARG002
        """None of these."""
        return {}

    def may_send(self, turn: int) -> bool:
        """Always."""
        return turn > 0

    async def answered(self, turn: int, status: int | None, headers: Any, message: str = "") -> None:  # noqa: ARG002
        """Keep the status."""
        self.answers.append(status)

    async def close(self) -> None:
        """Nothing runs in the background."""


@dataclass
class ZoomPair:
    """A running stand-in, and any number of clients."""

    sandbox: ZoomSandbox
    http: aiohttp.ClientSession
    gate: OpenGate = field(default_factory=OpenGate)
    pauses: list[float] = field(default_factory=list)
    """The seconds between retries that clients asked for; they pass at once."""
    ahead: float = 0.0
    """Seconds by which the clients' clock is ahead."""

    def client(self, **changes: Any) -> Zoom:
        """A new client."""
        known: dict[str, Any] = {
            "gate": self.gate,
            "api_url": self.sandbox.url,
            "oauth_url": self.sandbox.oauth_url,
            "account_id": self.sandbox.account_id,
            "client_id": self.sandbox.client_id,
            "client_secret": SecretStr(self.sandbox.client_secret),
            "clock": self.sandbox.zoom.clock,
            "version": "0.0",
            "monotonic": lambda: monotonic() + self.ahead,
            "sleep": self._pause,
        }
        return Zoom(self.http, **{**known, **changes})

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def event(self, kind: EventKind = "meeting", host: str = ANA, days: float = 3, **fields: Any) -> str:
        """A meeting with registration, or a webinar, as its host makes it on Zoom's page; its id at Zoom."""
        start = self.sandbox.zoom.clock.now().replace(second=0, microsecond=0) + timedelta(days=days)
        usual = {"type": 2 if kind == "meeting" else 5, "duration": 45, "timezone": "Europe/Madrid"}
        settings = {"approval_type": 0, **fields.pop("settings", {})}
        topic = fields.pop("topic", "Launch day")
        given = {**usual, **fields, "settings": settings}
        return str(self.sandbox.zoom.create(topic, start, kind=kind, host=host, **given))

    def weekly(self, kind: EventKind = "meeting", dates: int = 3, **fields: Any) -> str:
        """A meeting or webinar with several dates, one each day."""
        recurrence = {"type": 1, "repeat_interval": 1, "end_times": dates}
        return self.event(kind, type=8 if kind == "meeting" else 9, recurrence=recurrence, **fields)

    def asked(self, method: str, path_regex: str = "") -> list[int | None]:
        """The statuses of the calls with this method whose path matches."""
        return self.sandbox.asked(method, path_regex)


@asynccontextmanager
async def zoom_pair(rules: Rules | None = None) -> AsyncIterator[ZoomPair]:
    """A running stand-in with a client for it."""
    async with zoom_sandbox(rules) as sandbox, aiohttp.ClientSession() as http:
        yield ZoomPair(sandbox, http)


@asynccontextmanager
async def fixed_answer(
    status: int, body: str, *, token: dict[str, Any] | None = None, token_status: int = 200, **headers: str
) -> AsyncIterator[tuple[Zoom, list[web.Request]]]:
    """A client of a server that lets it log in, unless told otherwise, and sends the same answer to every request."""
    requests: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/oauth/token":
            return web.json_response(token or {"access_token": "literal", "expires_in": 3600}, status=token_status)
        await request.read()
        requests.append(request)
        return web.Response(status=status, text=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as http:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield _literal_client(http, url), requests
    finally:
        await runner.cleanup()


def _literal_client(http: aiohttp.ClientSession, url: str) -> Zoom:
    async def pause(seconds: float) -> None:
        """Return at once: the server never changes its answer."""

    gate: Any = OpenGate()
    return Zoom(
        http,
        gate,
        api_url=f"{url}/v2",
        oauth_url=f"{url}/oauth",
        account_id="account",
        client_id="id",
        client_secret=SecretStr("secret"),
        clock=SystemClock(),
        version="1.2.3",
        sleep=pause,
    )
