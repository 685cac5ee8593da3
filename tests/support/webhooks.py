"""A story in which RingCentral delivers its webhooks to the real bot over a socket."""

from __future__ import annotations

import contextlib
import json
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp

from bot.app import Greenroom
from bot.clock import machine_now
from bot.providers.zoom.deliveries import signature
from bot.sync.webhooks.address import PATH
from bot.sync.webhooks.hint_rules import HintTiming
from bot.web.zoom_webhooks import PATH as ZOOM_PATH
from bot.web.zoom_webhooks import SIGNATURE, TIMESTAMP
from tests.support.world import World, running_world

QUICK = HintTiming(
    gather=timedelta(seconds=0.02),
    collect=timedelta(seconds=0.3),
    spacing=timedelta(seconds=0.8),
    slow_spacing=timedelta(seconds=2),
    retry=timedelta(seconds=0.1),
)
"""A tenth of the real times."""


def free_port() -> int:
    """A port on which nothing listens, below those that the system gives to connections: none takes it meanwhile."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def quicken(bot: Greenroom) -> None:
    """Shorten the times for which hints are collected."""
    bot.services.webhooks.hints.timing = QUICK


@asynccontextmanager
async def webhook_world(
    folder: Path, database_url: str = "", *, prepare: Callable[[World], None] = lambda _: None
) -> AsyncIterator[World]:
    """A world whose bot has a public URL, has subscribed, and has nothing left to read."""

    def prepare_all(world: World) -> None:
        prepare(world)
        world.on_build = quicken
        world.ringcentral.rules.webhook_permission = False
        # Only what webhooks have caused is counted: the vendor's limits are tested elsewhere.
        world.ringcentral.rules.budgets = {"Light": 1000, "Medium": 1000, "Heavy": 1000, "Auth": 1000}

    url = f"http://127.0.0.1:{free_port()}"
    async with running_world(folder, database_url=database_url, public_url=url, prepare=prepare_all) as world:
        await world.until(lambda: any(one.filters for one in world.ringcentral.world.state.subscriptions.values()))
        await quiet(world)
        yield world


@asynccontextmanager
async def zoom_webhook_world(folder: Path, database_url: str = "") -> AsyncIterator[World]:
    """A world with Zoom alone, whose webhooks are set up, and nothing left to read."""

    def prepare(world: World) -> None:
        world.on_build = quicken
        world.has_zoom, world.has_ringcentral = True, False

    url = f"http://127.0.0.1:{free_port()}"
    async with running_world(folder, database_url=database_url, public_url=url, prepare=prepare) as world:
        await world.zoom.webhooks.subscribe(f"{url}{ZOOM_PATH}")
        await zoom_quiet(world)
        yield world


async def zoom_quiet(world: World) -> None:
    """Wait until every delivery of Zoom has arrived and was acted upon."""
    await world.zoom.webhooks.settle()
    await world.settled()


async def deliver_zoom(world: World, raw: bytes) -> int:
    """Send this to the bot as Zoom does, signed now; return the status of the answer."""
    stamp = str(int(machine_now().timestamp()))
    headers = {TIMESTAMP: stamp, SIGNATURE: signature(world.zoom.webhook_secret, stamp, raw)}
    url = f"{world.bot.url}{ZOOM_PATH}"
    async with aiohttp.ClientSession() as http, http.post(url, data=raw, headers=headers) as answer:
        return answer.status


async def quiet(world: World) -> None:
    """Wait until every delivery has arrived and was acted upon."""
    await world.ringcentral.webhooks.settle()
    await world.settled()


def subscription_calls(world: World) -> list[str]:
    """The calls about webhook subscriptions, as `METHOD path` below the common path."""
    prefix = "/webinar/notifications/v1/subscriptions"
    return [one.replace(prefix, "") for one in world.vendor_calls() if prefix in one]


def reads(world: World, session_id: str = "") -> list[str]:
    """The reads of the list of sessions, or of the registration of a session."""
    path = f"/webinar/registration/v1/sessions/{session_id}" if session_id else "/company/sessions"
    return [one for one in world.vendor_calls() if one.startswith("GET") and one.endswith(path)]


async def deliver(
    bot: Greenroom, body: Any, *, headers: dict[str, str] | None = None, secret: str | None = None
) -> aiohttp.ClientResponse:
    """Send this to the bot's webhook; by default with the right secret and token."""
    address = bot.services.webhooks.address
    url = f"{bot.url}{PATH}{address.url.removeprefix(address.prefix) if secret is None else secret}"
    sent = {"Verification-Token": address.token} if headers is None else headers
    async with aiohttp.ClientSession() as http, http.post(url, data=body, headers=sent) as answer:
        await answer.read()
        return answer


def hint_body(session_id: str, event: str = "/webinar/registration/v1/company/sessions/registrants") -> bytes:
    """A delivery about this session."""
    return json.dumps({"event": event, "body": {"sessionId": session_id}}).encode()
