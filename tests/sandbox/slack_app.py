"""A Bolt app as a client of the Slack stand-in, and small views and blocks."""

from __future__ import annotations

from typing import Any

from aiohttp import ClientSession, web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Message, Slack

Json = dict[str, Any]


class BoltApp:
    """Bolt over HTTP; verifies every signature."""

    def __init__(self, slack: Slack, signing_secret: str = "") -> None:
        """Create the app of this workspace, or one with a wrong secret."""
        self.slack = slack
        client = AsyncWebClient(slack.bot_token, base_url=f"{slack.url}/api/", retry_handlers=[])
        self.bolt = AsyncApp(
            client=client, signing_secret=signing_secret or slack.signing_secret, process_before_response=True
        )
        self.heard: list[Json] = []  # the body of each request a listener saw

    async def start(self) -> None:
        """Listen, and set the workspace's `events_url`."""
        self.runner = web.AppRunner(self.bolt.web_app("/slack/events"), access_log=None, shutdown_timeout=0.1)
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        host, port = self.runner.addresses[0]
        self.slack.events_url = f"http://{host}:{port}/slack/events"

    async def stop(self) -> None:
        """Stop listening."""
        self.slack.events_url = None
        await self.runner.cleanup()

    def opens(self, view: Json) -> None:
        """Open this modal on /webinar."""

        @self.bolt.command("/webinar")
        async def _open(ack: Any, body: Json, client: AsyncWebClient) -> None:
            self.heard.append(body)
            await client.views_open(trigger_id=body["trigger_id"], view=view)
            await ack()

    def responds(self, **answer: Any) -> None:
        """Respond to /webinar in the ack."""

        @self.bolt.command("/webinar")
        async def _answer(ack: Any, body: Json) -> None:
            self.heard.append(body)
            await ack(**answer)

    def responds_to_view(self, callback_id: str, **answer: Any) -> None:
        """Respond to a submitted view with this."""

        @self.bolt.view(callback_id)
        async def _take(ack: Any, body: Json) -> None:
            self.heard.append(body)
            await ack(**answer)

    def acks_clicks(self, action_id: str) -> None:
        """Acknowledge clicks on an element."""

        @self.bolt.action(action_id)
        async def _hear(ack: Any, body: Json) -> None:
            self.heard.append(body)
            await ack()


class Browser:
    """The page of one person, as HTTP requests."""

    def __init__(self, slack: Slack, session: ClientSession) -> None:
        """Use this workspace."""
        self.slack = slack
        self.session = session

    async def snapshot(self, who: str) -> Json:
        """The snapshot of one person."""
        async with self.session.get(f"{self.slack.url}/workspace/state", params={"as": who}) as answer:
            snapshot: Json = await answer.json()
            return snapshot

    async def post(self, what: str, **body: Any) -> Json:
        """The response to a post."""
        if "who" in body:
            body["as"] = body.pop("who")
        async with self.session.post(f"{self.slack.url}/workspace/{what}", json=body) as answer:
            said: Json = await answer.json()
            return said


def plain(text: str) -> Json:
    """A plain_text object."""
    return {"type": "plain_text", "text": text}


def section(text: str, **more: Any) -> Json:
    """A section."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def button(text: str, action_id: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(text), "action_id": action_id, **more}


def actions(*elements: Json, block_id: str = "buttons") -> Json:
    """A row of elements."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def option(text: str, value: str) -> Json:
    """A choice."""
    return {"text": plain(text), "value": value}


def field(block_id: str, kind: str = "plain_text_input", label: str = "", **more: Any) -> Json:
    """An input whose element is `<block_id>_it`; `more` is added to the block."""
    of_block: Json = {key: more.pop(key) for key in ("optional", "dispatch_action") if key in more}
    element = {"type": kind, "action_id": f"{block_id}_it", **more}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label or block_id.title()),
        "element": element,
        **of_block,
    }


def modal(*blocks: Json, **more: Any) -> Json:
    """A modal called "form"."""
    start = {"type": "modal", "callback_id": "form", "title": plain("Form"), "submit": plain("Send")}
    return {**start, "blocks": list(blocks) or [section("Nothing to fill in")], **more}


async def refusal(call: Any) -> str:
    """The error code of a refused call."""
    try:
        answer = await call
    except SlackApiError as error:
        return str(error.response["error"])
    raise AssertionError(f"not refused: {answer}")


async def card(web: AsyncWebClient, slack: Slack, *blocks: Json, channel: str = "C0LAUNCH") -> Message:
    """A message of the app with these blocks."""
    await web.chat_postMessage(channel=channel, text="card", blocks=list(blocks))
    return slack.messages(channel)[-1]
