"""Cancelling a webinar: asks first, then does it, and says what came of it."""

from __future__ import annotations

from bot.commands.parser import CancelWebinar
from bot.errors import BadInput
from bot.model.webinar import Status, Webinar
from bot.slack import buttons
from handlers.cancel import form as cancel_form
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

WHAT = "cancel this webinar"


async def cancel(request: SlackRequest, command: CancelWebinar) -> None:
    """Ask whether to cancel the webinar that was named."""
    webinar = await choose_webinar(request, command.which, "cancel")
    if webinar:
        await _confirm(request, webinar)


async def cancel_button(request: SlackRequest) -> None:
    """The same from a button."""
    await _confirm(request, await request.services.mirror.find(request.value))


async def confirmed(request: SlackRequest) -> None:
    """It was confirmed: whether the person may is asked again, because the question may have stood for long."""
    webinar = await request.services.mirror.find(request.metadata)
    await request.require_manager(webinar, WHAT)
    request.failure_view = cancel_form.failed
    await request.acknowledge(response_action="update", view=cancel_form.working(webinar))
    request.run_after_ack(_cancel)


async def _confirm(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_manager(webinar, WHAT)
    if webinar.status is not Status.SCHEDULED:
        raise BadInput("Only a webinar that has not started yet can be cancelled.")
    standing = await request.services.cards.standing(webinar)
    channels = list(dict.fromkeys(put_up.channel_id for put_up in standing))
    await request.open(cancel_form.ask(webinar, channels=channels, now=request.now()))


async def _cancel(request: SlackRequest) -> None:
    webinar = await request.services.mirror.find(request.metadata)

    caller = request.caller_with_progress(lambda note: cancel_form.working(webinar, note=note))
    cancelled = await request.services.cancellation.cancel(webinar, caller, by=request.user_id)
    await request.finish(cancel_form.done(cancelled), cancel_form.done_message(cancelled))


COMMANDS: Commands = {CancelWebinar: cancel}
ACTIONS: Listeners = {buttons.CANCEL: cancel_button}
SUBMISSIONS: Listeners = {cancel_form.CALLBACK: confirmed}
