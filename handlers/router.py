"""Receives Slack's requests from Bolt and dispatches them to the conversation folders' listeners."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.commands.parser import parse
from bot.errors import BadInput
from bot.services import Services
from handlers import ACTIONS, COMMANDS, SUBMISSIONS, errors
from handlers.request import SlackRequest

COMMAND = "/webinar"
ANY = re.compile("")
"""One Bolt listener per kind of request: each further one costs every request a tenth of Bolt's own time."""

VALUE_KEYS = ("value", "selected_conversation", "selected_channel", "selected_user")


def listen(app: AsyncApp, services: Services) -> None:
    """Register one listener per kind of request with Bolt."""

    # Bolt passes arguments by name.
    async def command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await _command(services, ack, body)

    async def action(ack: AsyncAck, body: dict[str, Any]) -> None:
        await _action(services, ack, body)

    async def submission(ack: AsyncAck, body: dict[str, Any]) -> None:
        await _submission(services, ack, body)

    app.command(COMMAND)(command)
    app.action(ANY)(action)
    app.view_submission(ANY)(submission)
    app.view_closed(ANY)(_closed)


async def _command(services: Services, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    command = parse(body.get("text") or "")
    request = _request(services, ack, body, user_id=body["user_id"], channel_id=body["channel_id"])

    async def listener(request: SlackRequest) -> None:
        await COMMANDS[type(command)](request, command)

    await errors.acknowledge_and_run(request, listener)


async def _action(services: Services, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    action = body["actions"][0]
    channel_id = (body.get("channel") or {}).get("id", "")
    request = _request(services, ack, body, user_id=body["user"]["id"], channel_id=channel_id)
    request.value = _value(action)
    request.block_id = action.get("block_id", "")
    await errors.acknowledge_and_run(request, ACTIONS.get(action["action_id"], _outdated))


async def _submission(services: Services, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    request = _request(services, ack, body, user_id=body["user"]["id"])
    await errors.run_submission(request, SUBMISSIONS.get(body["view"]["callback_id"], _outdated))


async def _closed(ack: AsyncAck) -> None:
    # A closed modal carries no inputs (docs.slack.dev/reference/interaction-payloads/view-interactions-payload); the
    # earlier interactions carried them.
    await ack()


async def _outdated(_: SlackRequest) -> None:
    raise BadInput("This comes from an older version of Greenroom. Type /webinar to begin anew.")


def _request(
    services: Services, ack: AsyncAck, body: Mapping[str, Any], *, user_id: str, channel_id: str = ""
) -> SlackRequest:
    return SlackRequest(
        services=services,
        ack=ack,
        body=body,
        user_id=user_id,
        channel_id=channel_id,
        trigger_id=body.get("trigger_id", ""),
        response_url=body.get("response_url", ""),
        view=body.get("view"),
    )


def _value(action: Mapping[str, Any]) -> str:
    """The value that a button carries or a select or picker has selected; empty if none."""
    if action.get("selected_option"):
        return str(action["selected_option"]["value"])
    return next((str(action[key]) for key in VALUE_KEYS if action.get(key)), "")
