"""Socket Mode, with Bolt's own handler."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from tests.sandbox.slack_app import BoltApp, field, modal, option, refusal

Json = dict[str, Any]


@pytest.fixture
async def app(slack: Slack) -> BoltApp:
    """A Bolt app without HTTP."""
    return BoltApp(slack)


@pytest.fixture
async def handler(slack: Slack, app: BoltApp) -> AsyncIterator[AsyncSocketModeHandler]:
    """The app connected by one web socket."""
    opener = AsyncWebClient(slack.app_token, base_url=f"{slack.url}/api/")
    connected = AsyncSocketModeHandler(app.bolt, slack.app_token, web_client=opener, ping_interval=60)
    await connected.connect_async()  # type: ignore[no-untyped-call]
    await slack.wait_for(lambda: slack.app_state["connected"])
    yield connected
    await connected.close_async()  # type: ignore[no-untyped-call]


async def test_command_travels_by_web_socket(slack: Slack, app: BoltApp, handler: AsyncSocketModeHandler) -> None:
    """And is answered in the acknowledgement."""
    app.responds(text="Hi")
    outcome = await slack.command("ana", "#launch", "/webinar", "list")
    assert (outcome.ok, app.heard[0]["text"]) == (True, "list")
    assert [m.text for m in slack.messages("#launch", as_user="ana")] == ["Hi"]
    assert slack.app_state == {"mode": "socket", "connected": True}


async def test_form_options_and_events_travel_by_web_socket(
    slack: Slack, app: BoltApp, handler: AsyncSocketModeHandler
) -> None:
    """Errors and options in the acknowledgement; events need none."""
    slack.events.add("app_home_opened")
    app.opens(modal(field("who", "external_select", min_query_length=0)))
    app.responds_to_view("form", response_action="errors", errors={"who": "Not them"})

    @app.bolt.options("who_it")
    async def _options(ack: Any) -> None:
        await ack(options=[option("A", "a")])

    @app.bolt.event("app_home_opened")
    async def _home(event: Json) -> None:
        app.heard.append(event)

    await slack.command("ana", "#launch", "/webinar")
    view = slack.view("ana")
    found = await slack.suggest("ana", view, "who_it", "")
    assert found.options == [option("A", "a")]
    assert (await slack.submit("ana", view, {"who": found.options[0]})).errors == {"who": "Not them"}
    assert (await slack.open_home("ana")).ok
    assert app.heard[-1]["type"] == "app_home_opened"


async def test_without_a_connection_nothing_arrives(slack: Slack) -> None:
    """And the user sees an error."""
    outcome = await slack.command("ana", "#launch", "/webinar")
    assert (outcome.ok, outcome.error, slack.app_state["connected"]) == (False, "dispatch_failed", False)


async def test_unacknowledged_envelope_is_a_timeout(
    slack: Slack, app: BoltApp, handler: AsyncSocketModeHandler
) -> None:
    """Three seconds here as well."""
    release = asyncio.Event()

    @app.bolt.command("/webinar")
    async def _late(ack: Any) -> None:
        await release.wait()

    slack.limits.ack_seconds = 0.05
    outcome = await slack.command("ana", "#launch", "/webinar")
    release.set()
    assert outcome.error == "operation_timeout"


async def test_refresh_request_makes_the_client_reconnect(
    slack: Slack, app: BoltApp, handler: AsyncSocketModeHandler
) -> None:
    """A new connection, then everything works again."""
    app.responds()
    (first,) = slack.socket_connections
    await slack.disconnect("refresh_requested")
    await slack.wait_for(lambda: [c for c in slack.socket_connections if c is not first and not c.closed])
    assert (await slack.command("ana", "#launch", "/webinar")).ok


async def test_envelope_goes_to_any_one_connection(slack: Slack) -> None:
    """Several connections share the work; each gets a hello; a warning leaves them open."""
    opener = AsyncWebClient(slack.app_token, base_url=f"{slack.url}/api/")
    async with aiohttp.ClientSession() as session:
        sockets = []
        for number in (1, 2):
            url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
            sockets.append(await session.ws_connect(url))
            hello = await sockets[-1].receive_json()
            assert (hello["type"], hello["num_connections"]) == ("hello", number)
            assert (await session.get(url)).status == 403
        served: list[int] = []

        async def serve(number: int) -> None:
            async for message in sockets[number]:
                envelope = message.json()
                if envelope["type"] == "slash_commands":
                    served.append(number)
                    assert envelope["accepts_response_payload"] is True
                    await sockets[number].send_json({"envelope_id": envelope["envelope_id"]})

        serving = [asyncio.create_task(serve(number)) for number in (0, 1)]
        await slack.disconnect("warning")
        for _ in range(4):
            assert (await slack.command("ana", "#launch", "/webinar")).ok
        for socket in sockets:
            await socket.close()
        await asyncio.gather(*serving)
    assert sorted(served) == [0, 0, 1, 1]


async def test_connections_open_wants_the_app_token_and_ends_at_ten(slack: Slack, web: AsyncWebClient) -> None:
    """A bot token has the wrong type; an eleventh connection is refused."""
    assert await refusal(web.api_call("apps.connections.open")) == "not_allowed_token_type"
    slack.limits.connections = 0
    opener = AsyncWebClient(slack.app_token, base_url=f"{slack.url}/api/")
    url = (await opener.apps_connections_open(app_token=slack.app_token))["url"]
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(url)
