"""Fixtures: the Slack stand-in, its clients, a real Bolt app, and the Zoom stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web as aiohttp_web
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from sandbox.zoom import Zoom
from tests.sandbox.event_listener import HISTORY, Listener
from tests.sandbox.slack_app import BoltApp, Browser
from tests.sandbox.zoom_client import ZoomClient


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    """A started workspace without an app."""
    workspace = Slack(SandboxClock())
    await workspace.start()
    yield workspace
    await workspace.stop()


@pytest.fixture
def web(slack: Slack) -> AsyncWebClient:
    """Slack's own client with the bot token."""
    return AsyncWebClient(slack.bot_token, base_url=f"{slack.url}/api/", retry_handlers=[])


@pytest.fixture
async def bolt(slack: Slack) -> AsyncIterator[BoltApp]:
    """A Bolt app that gets signed HTTP requests from the workspace."""
    app = BoltApp(slack)
    await app.start()
    yield app
    await app.stop()


@pytest.fixture
async def browser(slack: Slack) -> AsyncIterator[Browser]:
    """A page that is open."""
    async with aiohttp.ClientSession() as session:
        yield Browser(slack, session)


@pytest.fixture
async def listener(slack: Slack) -> AsyncIterator[Listener]:
    """An app with the scopes to read everything."""
    slack.scopes |= HISTORY | {"im:read", "mpim:read"}
    app = Listener(slack)
    site = aiohttp_web.Application()
    site.router.add_post("/slack/events", app.handle)
    runner = aiohttp_web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await aiohttp_web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    slack.events_url = f"http://{host}:{port}/slack/events"
    yield app
    await runner.cleanup()


@pytest.fixture
async def zoom() -> AsyncIterator[ZoomClient]:
    """A running stand-in with a client."""
    server = Zoom(SandboxClock())
    await server.start()
    async with aiohttp.ClientSession() as http:
        yield ZoomClient(server, http)
    await server.stop()
