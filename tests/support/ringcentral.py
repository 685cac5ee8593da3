"""The stand-in RingCentral and our client on one socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from bot.clock import SystemClock, monotonic
from bot.model.webinar import WebinarForm
from bot.providers.base import Caller, Lane
from bot.providers.gate import LocalGate
from bot.providers.ringcentral import RingCentral
from sandbox.clock import SandboxClock
from sandbox.ringcentral import RingCentral as StandIn
from sandbox.ringcentral import Rules

PERSON = Caller(Lane.PERSON)
START = datetime(2031, 3, 4, 15, 0, tzinfo=UTC)
TOKEN = "/restapi/oauth/token"
WEBINARS = "/webinar/configuration/v1/webinars"
COMPANY = "/webinar/configuration/v1/company/sessions"
OWN = "/webinar/configuration/v1/sessions"
UNLIMITED = 100_000


@dataclass
class Pair:
    """A running stand-in, and any number of clients."""

    vendor: StandIn
    http: aiohttp.ClientSession
    pauses: list[float] = field(default_factory=list)
    """The seconds between retries that clients asked for; they pass at once."""
    ahead: float = 0.0
    """Seconds by which the clients' clock is ahead."""

    def client(self, **changes: Any) -> RingCentral:
        """A new client, with its own gate unless one is given."""
        known: dict[str, Any] = {
            "gate": LocalGate(),
            "server_url": self.vendor.url,
            "client_id": self.vendor.client_id,
            "client_secret": SecretStr(self.vendor.client_secret),
            "jwt": SecretStr(self.vendor.jwt),
            "clock": self.vendor.clock,
            "version": "0.0",
            "monotonic": lambda: monotonic() + self.ahead,
            "sleep": self._pause,
        }
        return RingCentral(self.http, **{**known, **changes})

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)

    def asked(self, method: str, path: str) -> list[int | None]:
        """The statuses of all calls of this operation."""
        return [call.status for call in self.vendor.calls if (call.method, call.path) == (method, path)]

    def titles(self) -> list[str]:
        """The titles of all webinars, with or without a session."""
        webinars: dict[str, Any] = self.vendor.dump().get("webinars", {})
        return [webinar["fields"]["title"] for webinar in webinars.values()]


@asynccontextmanager
async def ringcentral_pair(rules: Rules | None = None) -> AsyncIterator[Pair]:
    """A running stand-in, without rate limits unless rules are given."""
    plenty = Rules(budgets={"Light": UNLIMITED, "Medium": UNLIMITED, "Heavy": UNLIMITED, "Auth": UNLIMITED})
    vendor = StandIn(SandboxClock(), rules=rules or plenty)
    await vendor.start()
    try:
        async with aiohttp.ClientSession() as http:
            yield Pair(vendor, http)
    finally:
        await vendor.stop()


@asynccontextmanager
async def fixed_response(
    status: int, body: str, **headers: str
) -> AsyncIterator[tuple[RingCentral, list[web.Request]]]:
    """A client of a server that lets it log in and then sends the same response to every request."""
    requests: list[web.Request] = []

    async def answer(request: web.Request) -> web.Response:
        if request.path == TOKEN:
            return web.json_response({"access_token": "literal", "expires_in": 3600})
        await request.read()  # so that a test can read it later
        requests.append(request)
        return web.Response(status=status, text=body, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with aiohttp.ClientSession() as http:
            yield _literal_client(http, f"http://127.0.0.1:{runner.addresses[0][1]}"), requests
    finally:
        await runner.cleanup()


def _literal_client(http: aiohttp.ClientSession, url: str) -> RingCentral:
    async def pause(seconds: float) -> None:
        """Return at once: the server never changes its response."""

    return RingCentral(
        http,
        LocalGate(),
        server_url=url,
        client_id="id",
        client_secret=SecretStr("secret"),
        jwt=SecretStr("jwt"),
        clock=SystemClock(),
        version="1.2.3",
        sleep=pause,
    )


def webinar_form(**changes: Any) -> WebinarForm:
    """The form of a small webinar."""
    known = {"title": "Launch day", "start": START, "length": timedelta(minutes=45), "time_zone": "Europe/Madrid"}
    return WebinarForm(**{**known, **changes})
