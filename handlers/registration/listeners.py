"""Opening and closing a registration, limiting it, and taking that back."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.commands.limit_arg import read_limit, settle
from bot.commands.parser import Close, Limit, Open
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.registration.settings import Changed, Stays, check_limit
from bot.registration.texts import settings_result
from bot.slack import buttons
from handlers import errors
from handlers.browse.listeners import chosen
from handlers.registration import limit_form
from handlers.request import Ask, Commands, Listeners

WHAT = "open, close or limit the registration of this webinar"


async def open_registration(ask: Ask, command: Open) -> None:
    """Open the registration of the webinar that was named."""
    webinar = await chosen(ask, command.which, "open")
    if webinar:
        await _open(ask, webinar)


async def open_button(ask: Ask) -> None:
    """The same from a button."""
    await _open(ask, await _named(ask))


async def close_registration(ask: Ask, command: Close) -> None:
    """Close the registration of the webinar that was named."""
    webinar = await chosen(ask, command.which, "close")
    if webinar:
        await _close(ask, webinar)


async def close_button(ask: Ask) -> None:
    """The same from a button."""
    await _close(ask, await _named(ask))


async def limit_registration(ask: Ask, command: Limit) -> None:
    """Set the limit that was named, or ask for it where none was."""
    services = ask.services
    command = settle(command, await services.mirror.everything(), services.clock.now())
    limit = read_limit(command.to) if command.to else None
    webinar = await chosen(ask, command.which, "limit", typed=command.to)
    if not webinar:
        return
    if not command.to:
        await _ask_limit(ask, webinar)
        return
    await ask.check_steers(webinar, WHAT)
    await _tell(ask, services.door.limit(webinar.session_id, limit, ask.caller(), ask.user_id))


async def limit_button(ask: Ask) -> None:
    """Ask for the limit."""
    session_id, typed = buttons.picked(ask.value)
    await _ask_limit(ask, await ask.services.mirror.find(session_id), typed)


async def limit_sent(ask: Ask) -> None:
    """The form was sent: what is wrong stands under its field, or it is being set."""
    services = ask.services
    webinar = await services.mirror.find(ask.note)
    await ask.check_steers(webinar, WHAT)
    services.door.check(webinar)
    limit = limit_form.read(ask.values)
    try:
        check_limit(webinar, limit)
    except Stays as stays:
        raise BadInput(stays.sentence, {limit_form.LIMIT: stays.sentence}) from stays
    ask.failed = limit_form.failed
    await ask.accept(response_action="update", view=limit_form.working(webinar))

    async def work(ask: Ask) -> None:
        await _set_limit(ask, webinar, limit)

    errors.later(ask, work)


async def undo(ask: Ask) -> None:
    """Go back to what was so before, and say so in the place of what was said."""
    wanted = settings_result.read_undo(ask.value)
    await ask.check_steers(await ask.services.mirror.find(wanted.session_id), WHAT)
    await _tell(ask, ask.services.door.undo(wanted, ask.caller(), ask.user_id), undone=True)


async def _named(ask: Ask) -> Webinar:
    return await ask.services.mirror.find(buttons.picked(ask.value)[0])


async def _open(ask: Ask, webinar: Webinar) -> None:
    await ask.check_steers(webinar, WHAT)
    await _tell(ask, ask.services.door.open(webinar.session_id, ask.caller(), ask.user_id))


async def _close(ask: Ask, webinar: Webinar) -> None:
    await ask.check_steers(webinar, WHAT)
    await _tell(ask, ask.services.door.close(webinar.session_id, ask.caller(), ask.user_id))


async def _tell(ask: Ask, change: Awaitable[Changed], *, undone: bool = False) -> None:
    # The answer to an Undo takes the place of the message whose button was pressed; any other is a new one, because
    # the button may stand on something that everybody sees.
    try:
        done = await change
    except Stays as stays:
        answer = settings_result.unchanged(stays.webinar, stays.sentence, now=ask.services.clock.now())
    else:
        answer = settings_result.changed(done.webinar, done.before, now=ask.services.clock.now(), undone=undone)
    await ask.say(answer, replace=undone)


async def _ask_limit(ask: Ask, webinar: Webinar, typed: str = "") -> None:
    await ask.check_steers(webinar, WHAT)
    ask.services.door.check(webinar)
    await ask.open(limit_form.ask(webinar, now=ask.services.clock.now(), typed=typed))


async def _set_limit(ask: Ask, webinar: Webinar, limit: int | None) -> None:
    slack = ask.services.slack

    caller = ask.caller_behind(lambda note: limit_form.working(webinar, note=note))
    done = await ask.services.door.limit(webinar.session_id, limit, caller, ask.user_id)
    now = ask.services.clock.now()
    if not await slack.update(ask.view_id, settings_result.changed_view(done.webinar, done.before, now=now)):
        await slack.post(ask.user_id, settings_result.changed(done.webinar, done.before, now=now))


COMMANDS: Commands = {Open: open_registration, Close: close_registration, Limit: limit_registration}
ACTIONS: Listeners = {
    buttons.REOPEN: open_button,
    buttons.CLOSE: close_button,
    buttons.RAISE_LIMIT: limit_button,
    buttons.UNDO_DOOR: undo,
}
SUBMISSIONS: Listeners = {limit_form.CALLBACK: limit_sent}
