"""Fixtures: the Slack stand-in, its clients, and a real Bolt app."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, Browser


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
