"""Every listener goes through here: whatever goes wrong reaches the person in words, in the right place."""

from __future__ import annotations

import asyncio
import logging
import secrets

from bot.errors import BadInput, GreenroomError
from bot.slack import error_message
from bot.slack.client import SlackRefused
from handlers.request import Ask, Listener

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds after which a command that is still being worked on says so."""
STILL_WORKING = "Still working on it. The answer follows here."


async def answer(ask: Ask, listener: Listener) -> None:
    """Run a listener that acknowledges by itself (a sent form). What it raises before that becomes the answer."""
    try:
        await listener(ask)
        await ask.accept()
    except BadInput as error:
        if ask.answered or not error.fields:
            await tell(ask, error)
        else:
            await ask.accept(response_action="errors", errors=error.fields)
    except Exception as error:  # noqa: BLE001 - the one place where anything may end up
        await tell(ask, error)


async def follow(ask: Ask, listener: Listener) -> None:
    """Acknowledge at once, and run the listener after that."""
    await ask.accept()
    ask.services.background.start(_watched(ask, listener), getattr(listener, "__name__", "listener"))


def later(ask: Ask, listener: Listener) -> None:
    """Run the listener when the answer just given has surely reached Slack, or it could be overtaken by it."""
    tasks = ask.services.background
    tasks.start(_guarded(ask, listener), getattr(listener, "__name__", "listener"), after=tasks.grace)


async def tell(ask: Ask, error: Exception) -> None:
    """Say what went wrong where the person is: in their modal, else where they asked, else in a direct message."""
    reference = ""
    if not isinstance(error, GreenroomError):
        reference = secrets.token_hex(3).upper()
        log.error("unexpected", extra={"reference": reference}, exc_info=error)
    if ask.view and not ask.answered:
        await ask.accept(response_action="push", view=error_message.problem_view(error, reference))
        return
    await ask.accept()
    try:
        await _show(ask, error, reference)
    except GreenroomError as unreachable:
        log.warning("error.undeliverable", extra={"reference": reference, "reason": unreachable.sentence})


async def _show(ask: Ask, error: Exception, reference: str) -> None:
    if ask.failed:
        view = ask.failed(error_message.say(error, reference))
        if await ask.services.slack.update(ask.view_id, view):
            return
    elif ask.view and ask.trigger_id:
        try:
            await ask.services.slack.push(ask.trigger_id, error_message.problem_view(error, reference))
        except SlackRefused:
            ask.response_url = ""  # the modal is closed or its trigger spent: a direct message is left
        else:
            return
    await ask.say(error_message.problem(error, reference))


async def _watched(ask: Ask, listener: Listener) -> None:
    work = asyncio.ensure_future(_guarded(ask, listener))
    done, _ = await asyncio.wait({work}, timeout=PATIENCE)
    if not done and ask.response_url and not ask.view:
        await ask.say(error_message.sentence_message(STILL_WORKING))
    await work


async def _guarded(ask: Ask, listener: Listener) -> None:
    try:
        await listener(ask)
    except Exception as error:  # noqa: BLE001 - the one place where anything may end up
        await tell(ask, error)
