"""Takes what Slack sends, finds the conversation it belongs to, and hands it over through the guard."""

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
"""One listener for each kind of request: each further one costs every request as much as a tenth of Bolt itself."""

PICKED = ("value", "selected_conversation", "selected_channel", "selected_user")


def listen(app: AsyncApp, services: Services) -> None:
    """Register everything with Bolt."""

    # Bolt hands over by argument name, so each of these names what it takes.
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
    request = _ask(services, ack, body, user_id=body["user_id"], channel_id=body["channel_id"])

    async def listener(request: SlackRequest) -> None:
        await COMMANDS[type(command)](request, command)

    await errors.follow(request, listener)


async def _action(services: Services, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    action = body["actions"][0]
    request = _ask(
        services, ack, body, user_id=body["user"]["id"], channel_id=(body.get("channel") or {}).get("id", "")
    )
    request.value = _picked(action)
    request.block_id = action.get("block_id", "")
    await errors.follow(request, ACTIONS.get(action["action_id"], _outdated))


async def _submission(services: Services, ack: AsyncAck, body: Mapping[str, Any]) -> None:
    request = _ask(services, ack, body, user_id=body["user"]["id"])
    await errors.answer(request, SUBMISSIONS.get(body["view"]["callback_id"], _outdated))


async def _closed(ack: AsyncAck) -> None:
    # A closed modal carries nothing typed (docs.slack.dev/reference/interaction-payloads/view-interactions-payload):
    # what was typed has come with the interactions before.
    await ack()


async def _outdated(_: SlackRequest) -> None:
    raise BadInput("This comes from an older version of Greenroom. Type /webinar to begin anew.")


def _ask(
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


def _picked(action: Mapping[str, Any]) -> str:
    if action.get("selected_option"):
        return str(action["selected_option"]["value"])
    return next((str(action[name]) for name in PICKED if action.get(name)), "")
