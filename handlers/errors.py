"""Runs a listener so that Slack gets its acknowledgement and every error reaches the user."""

from __future__ import annotations

import asyncio
import contextlib

from bot.errors import BadInput, GreenroomError
from bot.slack.error_message import error_kind
from handlers.request import STILL_WORKING, Listener, SlackRequest

PATIENCE = 2.0
"""Seconds until a command that is still running sends a progress line."""
ACK_WITHIN = 2.0
"""Seconds after which a form is acknowledged although its listener has not answered: Slack waits for three."""


async def run_submission(request: SlackRequest, listener: Listener) -> None:
    """Run the listener of a submitted form, which acknowledges itself. Field errors go under their fields."""
    work = asyncio.ensure_future(_submit(request, listener))
    done, _ = await asyncio.wait({work}, timeout=ACK_WITHIN)
    if not done:
        if not request.acknowledged:
            await request.acknowledge_early()
        request.services.background.start(_end(work), getattr(listener, "__name__", "listener"))


async def _end(work: asyncio.Future[None]) -> None:
    await work


async def _submit(request: SlackRequest, listener: Listener) -> None:
    try:
        await listener(request)
        await request.acknowledge()
    except BadInput as error:
        if not error.fields or (request.acknowledged and not request.is_early):
            await request.report_error(error)
        else:
            request.services.errors[error_kind(error)] += 1
            await request.acknowledge(response_action="errors", errors=error.fields)
    except Exception as error:  # noqa: BLE001 - any error of a submission is reported here
        await request.report_error(error)


async def acknowledge_and_run(request: SlackRequest, listener: Listener) -> None:
    """Acknowledge at once, then run the listener of a command or click in the background."""
    await request.acknowledge()
    request.services.background.start(_run_with_progress(request, listener), getattr(listener, "__name__", "listener"))


async def _run_with_progress(request: SlackRequest, listener: Listener) -> None:
    work = asyncio.ensure_future(request.run_guarded(listener))
    done, _ = await asyncio.wait({work}, timeout=PATIENCE)
    if not done and request.response_url and not request.view:
        with contextlib.suppress(GreenroomError):  # only a note: the work goes on
            await request.note(STILL_WORKING)
    await work
