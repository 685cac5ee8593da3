"""Cancels a webinar after the user has confirmed it, and shows the result."""

from __future__ import annotations

from bot.commands.parser import CancelWebinar
from bot.creation.change.impact_query import read_impact_counts
from bot.errors import BadInput
from bot.model.webinar import Status, Webinar
from bot.registration.waiting import read_waiting
from bot.slack import buttons
from handlers.cancel import form as cancel_form
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

ACTION = "cancel this webinar"
OWN_SEAT = "To cancel your own seat, type `/webinar`."


async def cancel(request: SlackRequest, command: CancelWebinar) -> None:
    """Open the confirmation for the named webinar."""
    webinar = await choose_webinar(request, command.which, "cancel")
    if webinar:
        await _confirm(request, webinar)


async def cancel_button(request: SlackRequest) -> None:
    """Open the confirmation from a button."""
    await _confirm(request, await request.find_webinar(request.value))


async def submit(request: SlackRequest) -> None:
    """Start the confirmed cancellation. Permission is checked again: the form may have been open for long."""
    webinar = await request.managed_webinar(request.metadata, ACTION)
    request.failure_view = cancel_form.failed
    await request.acknowledge(response_action="update", view=cancel_form.working(webinar))
    request.run_after_ack(_cancel)


async def _confirm(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_manager(webinar, ACTION, instead=OWN_SEAT)
    if webinar.status is not Status.SCHEDULED:
        raise BadInput("Only a webinar that has not started yet can be canceled.")
    async with request.services.store.read() as db:
        counts, waiting = await read_impact_counts(db, webinar), await read_waiting(db, webinar)
    await request.open(cancel_form.confirm(webinar, counts, waiting, now=request.now()))


async def _cancel(request: SlackRequest) -> None:
    webinar = await request.find_webinar(request.metadata)
    caller = request.caller_with_progress(lambda note: cancel_form.working(webinar, note=note))
    canceled = await request.services.cancellation.cancel(webinar, caller, by=request.user_id)
    await request.finish(cancel_form.done(canceled), cancel_form.done_message(canceled))


COMMANDS: Commands = {CancelWebinar: cancel}
ACTIONS: Listeners = {buttons.CANCEL: cancel_button}
SUBMISSIONS: Listeners = {cancel_form.CALLBACK: submit}
