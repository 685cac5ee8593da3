"""Open, close and limit a registration, and undo that."""

from __future__ import annotations

from bot.commands.limit_arg import Limit, read_limit
from bot.commands.parser import Close, Open, ShowRegistration
from bot.commands.resolve import resolve_limit
from bot.model.webinar import Webinar
from bot.providers.event_ref import provider_name
from bot.providers.names import any_of
from bot.registration.texts import settings_result
from bot.slack import buttons
from handlers.field_problems import problem_of
from handlers.registration import limit_form
from handlers.registration.menu_listeners import open_menu
from handlers.registration.result import reply_with_result
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

ACTION = "open, close or limit the registration of this webinar"


async def open_registration(request: SlackRequest, command: Open) -> None:
    """Open the registration of a webinar."""
    webinar = await choose_webinar(request, command.which, "open")
    if webinar:
        await _open(request, webinar)


async def open_pressed(request: SlackRequest) -> None:
    """The same from a button."""
    await _open(request, await _webinar(request))


async def close_registration(request: SlackRequest, command: Close) -> None:
    """Close the registration of a webinar."""
    webinar = await choose_webinar(request, command.which, "close")
    if webinar:
        await _close(request, webinar)


async def close_pressed(request: SlackRequest) -> None:
    """The same from a button."""
    await _close(request, await _webinar(request))


async def limit_registration(request: SlackRequest, command: Limit) -> None:
    """Set the limit, or open the form if the command has none."""
    services = request.services
    command = resolve_limit(command, await request.visible_webinars(), services.clock.now())
    names = services.mirror.provider_names
    limit = read_limit(command.to, provider=any_of(names)) if command.to else None
    webinar = await choose_webinar(request, command.which, "limit", typed=command.to)
    if not webinar:
        return
    if not command.to:
        await _open_limit_form(request, webinar)
        return
    await request.require_runner(webinar, ACTION)
    await reply_with_result(
        request, services.registration.limit(webinar.session_id, limit, request.caller(), request.user_id)
    )


async def limit_pressed(request: SlackRequest) -> None:
    """Open the limit form."""
    session_id, typed = buttons.parse_value(request.value)
    await _open_limit_form(request, await request.find_webinar(session_id), typed)


async def limit_submitted(request: SlackRequest) -> None:
    """Validate the form; set the limit behind a progress view."""
    services = request.services
    webinar = await request.find_webinar(request.metadata)
    await request.require_runner(webinar, ACTION)
    services.registration.check(webinar)
    limit = limit_form.read_form(request.values)
    with problem_of(limit_form.LIMIT):
        services.registration.check_limit(webinar, limit)
    typed, now = "" if limit is None else str(limit), request.now()
    request.failure_view = lambda sentence: limit_form.form_view(webinar, now=now, typed=typed, problem=sentence)
    await request.acknowledge(response_action="update", view=limit_form.working_view(webinar))

    async def work(request: SlackRequest) -> None:
        await _set_limit(request, webinar, limit)

    request.run_after_ack(work)


async def show_registration(request: SlackRequest, command: ShowRegistration) -> None:
    """Open the form for all settings of the registration."""
    webinar = await choose_webinar(request, command.which, "registration")
    if webinar:
        await open_menu(request, webinar)


async def undo_pressed(request: SlackRequest) -> None:
    """Undo a change, and replace its message by the result."""
    undo = settings_result.read_undo(request.value)
    await request.run_webinar(undo.session_id, ACTION)
    await reply_with_result(
        request, request.services.registration.undo(undo, request.caller(), request.user_id), undone=True
    )


async def _webinar(request: SlackRequest) -> Webinar:
    return await request.find_webinar(buttons.parse_value(request.value)[0])


async def _open(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_runner(webinar, ACTION)
    await reply_with_result(
        request, request.services.registration.open(webinar.session_id, request.caller(), request.user_id)
    )


async def _close(request: SlackRequest, webinar: Webinar) -> None:
    await request.require_runner(webinar, ACTION)
    await reply_with_result(
        request, request.services.registration.close(webinar.session_id, request.caller(), request.user_id)
    )


async def _open_limit_form(request: SlackRequest, webinar: Webinar, typed: str = "") -> None:
    await request.require_runner(webinar, ACTION)
    request.services.registration.check(webinar)
    await request.open(limit_form.form_view(webinar, now=request.now(), typed=typed))


async def _set_limit(request: SlackRequest, webinar: Webinar, limit: int | None) -> None:
    caller = request.caller_with_progress(lambda note: limit_form.working_view(webinar, note=note))
    result = await request.services.registration.limit(webinar.session_id, limit, caller, request.user_id)
    now, note = (
        request.now(),
        settings_result.meanwhile_note(result.known, result.before, provider_name(result.webinar.id)),
    )
    await request.finish(
        settings_result.changed_view(result.webinar, result.before, now=now, note=note),
        settings_result.changed_message(result.webinar, result.before, now=now, note=note),
    )


COMMANDS: Commands = {
    Open: open_registration,
    Close: close_registration,
    Limit: limit_registration,
    ShowRegistration: show_registration,
}
ACTIONS: Listeners = {
    buttons.REOPEN: open_pressed,
    buttons.CLOSE: close_pressed,
    buttons.RAISE_LIMIT: limit_pressed,
    buttons.UNDO_REGISTRATION: undo_pressed,
}
SUBMISSIONS: Listeners = {limit_form.CALLBACK: limit_submitted}
