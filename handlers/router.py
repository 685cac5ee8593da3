"""Receives Slack's requests from Bolt and dispatches them to the conversation folders' listeners."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.commands.parser import parse
from bot.errors import BadInput
from bot.slack import buttons, needs
from bot.slack.blocks import parse_option
from bot.webinars.permissions import check_may_use_commands
from handlers import errors
from handlers.request import Commands, EventListeners, Listeners, SlackRequest

if TYPE_CHECKING:
    from bot.services import Services

COMMAND = "/webinar"
ANY = re.compile("")
"""One Bolt listener per kind of request: each further one costs every request a tenth of Bolt's own time."""

VALUE_KEYS = ("value", "selected_conversation", "selected_channel", "selected_user")


class Router:
    """Dispatches requests through the tables of the conversations."""

    def __init__(
        self,
        services: Services,
        commands: Commands,
        actions: Listeners,
        submissions: Listeners,
        shortcuts: Listeners,
        events: EventListeners,
    ) -> None:
        """The tables map types of parsed commands, action ids, callback ids and types of events to listeners."""
        self._services = services
        self._commands = commands
        self._actions = actions
        self._submissions = submissions
        self._shortcuts = shortcuts
        self._events = events

    def listen(self, app: AsyncApp) -> None:
        """Register one listener per kind of request with Bolt."""
        app.command(COMMAND)(self._command)
        app.action(ANY)(self._action)
        app.view_submission(ANY)(self._submission)
        app.view_closed(ANY)(_closed)
        app.shortcut(ANY)(self._shortcut)
        app.event(ANY)(self._event)

    # Bolt passes arguments by name.
    async def _command(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        request = self._request(ack, body, user_id=body["user_id"], channel_id=body["channel_id"])

        async def listener(request: SlackRequest) -> None:
            await self._run(request, body.get("text") or "")

        await errors.acknowledge_and_run(request, listener)

    async def _run(self, request: SlackRequest, text: str) -> None:
        """Run the command that was typed after `/webinar`."""
        command = parse(text)
        request.needs = needs.COMMANDS.get(type(command).__name__, needs.NOTHING)
        check_may_use_commands(await request.person())
        await self._commands[type(command)](request, command)

    async def _action(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        action = body["actions"][0]
        action_id, value = action["action_id"], _value(action)
        if action_id == buttons.MORE:
            action_id, value = parse_option(value)
        channel_id = (body.get("channel") or {}).get("id", "")
        request = self._request(ack, body, user_id=body["user"]["id"], channel_id=channel_id)
        request.action_id, request.value = action_id, value
        request.block_id = action.get("block_id", "")
        request.needs = needs.ACTIONS.get(action_id, needs.NOTHING)
        await errors.acknowledge_and_run(request, self._actions.get(action_id, _outdated))
        self._note_message(body, channel_id)

    def _note_message(self, body: Mapping[str, Any], channel_id: str) -> None:
        """Slack does not tell where it posts a scheduled message, so a click shows it."""
        container, text = body.get("container") or {}, (body.get("message") or {}).get("text", "")
        if container.get("type") == "message" and not container.get("is_ephemeral") and text:
            found = self._services.posted_notices.seen(channel_id, container["message_ts"], text)
            self._services.background.start(found, "find message", resumable=True)

    async def _submission(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        request = self._request(ack, body, user_id=body["user"]["id"])
        request.needs = needs.FORMS.get(body["view"]["callback_id"], needs.NOTHING)
        await errors.run_submission(request, self._submissions.get(body["view"]["callback_id"], _outdated))

    async def _shortcut(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        channel_id = (body.get("channel") or {}).get("id", "")
        request = self._request(ack, body, user_id=body["user"]["id"], channel_id=channel_id)
        await errors.acknowledge_and_run(request, self._shortcuts.get(body["callback_id"], _outdated))

    async def _event(self, ack: AsyncAck, event: dict[str, Any]) -> None:
        await ack()
        if listener := self._events.get(event["type"]):
            await listener(self._services, event)

    def _request(self, ack: AsyncAck, body: Mapping[str, Any], *, user_id: str, channel_id: str = "") -> SlackRequest:
        return SlackRequest(
            services=self._services,
            ack=ack,
            body=body,
            user_id=user_id,
            channel_id=channel_id,
            channel_name=str(body.get("channel_name") or (body.get("channel") or {}).get("name", "")),
            trigger_id=body.get("trigger_id", ""),
            response_url=body.get("response_url", ""),
            view=None if _is_in_home(body) else body.get("view"),
            answers_in_modal=_is_in_home(body) or body.get("type") == "shortcut",
            run_text=self._run,
        )


def _is_in_home(body: Mapping[str, Any]) -> bool:
    """Whether a click was made on the Home tab, which replies cannot replace as they do a modal."""
    return bool((body.get("view") or {}).get("type") == "home")


async def _closed(ack: AsyncAck) -> None:
    # A closed modal carries no inputs (docs.slack.dev/reference/interaction-payloads/view-interactions-payload); the
    # earlier interactions carried them.
    await ack()


async def _outdated(_: SlackRequest) -> None:
    raise BadInput("This comes from an older version of Greenroom. Type /webinar to start again.")


def _value(action: Mapping[str, Any]) -> str:
    """The value that a button carries or a select or picker has selected; empty if none."""
    if action.get("selected_option"):
        return str(action["selected_option"]["value"])
    return next((str(action[key]) for key in VALUE_KEYS if action.get(key)), "")
