"""Every listener goes through here: whatever goes wrong reaches the person in words, in the right place."""

from __future__ import annotations

import asyncio
import logging
import secrets

from bot.errors import BadInput, GreenroomError
from bot.slack import error_message
from bot.slack.client import SlackRefused
from handlers.request import Listener, SlackRequest

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds after which a command that is still being worked on says so."""
STILL_WORKING = "Still working on it. The answer follows here."


async def answer(request: SlackRequest, listener: Listener) -> None:
    """Run a listener that acknowledges by itself (a sent form). What it raises before that becomes the answer."""
    try:
        await listener(request)
        await request.accept()
    except BadInput as error:
        if request.answered or not error.fields:
            await tell(request, error)
        else:
            await request.accept(response_action="errors", errors=error.fields)
    except Exception as error:  # noqa: BLE001 - the one place where anything may end up
        await tell(request, error)


async def follow(request: SlackRequest, listener: Listener) -> None:
    """Acknowledge at once, and run the listener after that."""
    await request.accept()
    request.services.background.start(_watched(request, listener), getattr(listener, "__name__", "listener"))


def later(request: SlackRequest, listener: Listener) -> None:
    """Run the listener when the answer just given has surely reached Slack, or it could be overtaken by it."""
    tasks = request.services.background
    tasks.start(_guarded(request, listener), getattr(listener, "__name__", "listener"), after=tasks.grace)


async def tell(request: SlackRequest, error: Exception) -> None:
    """Say what went wrong where the person is: in their modal, else where they asked, else in a direct message."""
    reference = ""
    if not isinstance(error, GreenroomError):
        reference = secrets.token_hex(3).upper()
        log.error("unexpected", extra={"reference": reference}, exc_info=error)
    if request.view and not request.answered:
        await request.accept(response_action="push", view=error_message.problem_view(error, reference))
        return
    await request.accept()
    try:
        await _show(request, error, reference)
    except GreenroomError as unreachable:
        log.warning("error.undeliverable", extra={"reference": reference, "reason": unreachable.sentence})


async def _show(request: SlackRequest, error: Exception, reference: str) -> None:
    if request.failed:
        view = request.failed(error_message.say(error, reference))
        if await request.slack.update(request.view_id, view):
            return
    elif request.view and request.trigger_id:
        try:
            await request.slack.push(request.trigger_id, error_message.problem_view(error, reference))
        except SlackRefused:
            request.response_url = ""  # the modal is closed or its trigger spent: a direct message is left
        else:
            return
    await request.reply(error_message.problem(error, reference))


async def _watched(request: SlackRequest, listener: Listener) -> None:
    work = asyncio.ensure_future(_guarded(request, listener))
    done, _ = await asyncio.wait({work}, timeout=PATIENCE)
    if not done and request.response_url and not request.view:
        await request.reply(error_message.sentence_message(STILL_WORKING))
    await work


async def _guarded(request: SlackRequest, listener: Listener) -> None:
    try:
        await listener(request)
    except Exception as error:  # noqa: BLE001 - the one place where anything may end up
        await tell(request, error)
