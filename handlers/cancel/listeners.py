"""Cancelling a webinar: asks first, then does it, and says what came of it."""

from __future__ import annotations

from bot.commands.parser import Cancel
from bot.errors import BadInput
from bot.model.webinar import Status, Webinar
from bot.slack import buttons
from handlers import errors
from handlers.browse.listeners import chosen
from handlers.cancel import form as cancel_form
from handlers.request import Ask, Commands, Listeners

WHAT = "cancel this webinar"


async def cancel(ask: Ask, command: Cancel) -> None:
    """Ask whether to cancel the webinar that was named."""
    webinar = await chosen(ask, command.which, "cancel")
    if webinar:
        await _confirm(ask, webinar)


async def cancel_button(ask: Ask) -> None:
    """The same from a button."""
    await _confirm(ask, await ask.services.mirror.find(ask.value))


async def confirmed(ask: Ask) -> None:
    """It was confirmed: whether the person may is asked again, because the question may have stood for long."""
    webinar = await ask.services.mirror.find(ask.note)
    await ask.check_steers(webinar, WHAT)
    ask.failed = cancel_form.failed
    await ask.accept(response_action="update", view=cancel_form.working(webinar))
    errors.later(ask, _cancel)


async def _confirm(ask: Ask, webinar: Webinar) -> None:
    await ask.check_steers(webinar, WHAT)
    if webinar.status is not Status.SCHEDULED:
        raise BadInput("Only a webinar that has not started yet can be cancelled.")
    standing = await ask.services.announcing.standing(webinar)
    channels = list(dict.fromkeys(put_up.channel_id for put_up in standing))
    await ask.open(cancel_form.ask(webinar, channels=channels, now=ask.services.clock.now()))


async def _cancel(ask: Ask) -> None:
    webinar = await ask.services.mirror.find(ask.note)

    caller = ask.caller_behind(lambda note: cancel_form.working(webinar, note=note))
    cancelled = await ask.services.cancelling.cancel(webinar, caller, by=ask.user_id)
    if not await ask.services.slack.update(ask.view_id, cancel_form.done(cancelled)):
        await ask.services.slack.post(ask.user_id, cancel_form.done_message(cancelled))


COMMANDS: Commands = {Cancel: cancel}
ACTIONS: Listeners = {buttons.CANCEL: cancel_button}
SUBMISSIONS: Listeners = {cancel_form.CALLBACK: confirmed}
