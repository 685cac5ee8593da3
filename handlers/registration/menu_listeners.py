"""The form for all settings of a registration: open it, apply its changes, show the result with an Undo."""

from __future__ import annotations

from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.event_ref import provider_name
from bot.registration.forecast import Forecast
from bot.registration.settings import Changed
from bot.registration.state import RegistrationState
from bot.registration.texts import settings_result
from bot.slack import buttons
from bot.slack.message import View
from handlers.browse import texts as browse_texts
from handlers.dependent_fields import show_fields
from handlers.field_problems import problem_of
from handlers.registration import chart_texts, menu_form
from handlers.registration.chart_listeners import send_links
from handlers.request import Listeners, SlackRequest

ACTION = "change the registration of this webinar"
LINKS_FOLLOW = "The links of everybody without a seat in Slack follow in your messages with Greenroom, as a file."
IGNORED = "{provider} left this as it was, without saying why: {ignored}."


async def menu_pressed(request: SlackRequest) -> None:
    """Open the form."""
    await open_menu(request, await request.find_webinar(request.value))


async def open_menu(request: SlackRequest, webinar: Webinar) -> None:
    """Open the form from the mirror; if the preferences were never read, read them behind a progress view first.

    A co-host, who may open, close and limit alone, gets the buttons for that.
    """
    if not await request.can_manage(webinar) and await request.can_run(webinar):
        await request.reply(browse_texts.count(webinar, now=request.now(), can_run=True))
        return
    await request.require_manager(webinar, ACTION)
    request.services.registration.check(webinar, for_recording=True)
    if menu_form.is_ready(webinar):
        await request.open(menu_form.form_view(webinar, await _forecast(request, webinar), now=request.now()))
        return
    await request.open_window(menu_form.reading_view(webinar), menu_form.unread_view)
    webinar = await request.services.registration.with_preferences(
        webinar.session_id, _caller(request, webinar, reading=True)
    )
    await request.show(menu_form.form_view(webinar, await _forecast(request, webinar), now=request.now()))


async def after_chosen(request: SlackRequest) -> None:
    """Show the form with the duration if anything follows the event that was chosen."""
    context = menu_form.read_context(request.metadata)
    webinar = await request.managed_webinar(context.session_id, ACTION)
    if menu_form.is_ready(webinar):
        forecast, now = await _forecast(request, webinar), request.now()
        view = menu_form.form_view(webinar, forecast, now=now, opened=context, typed=request.values)
        await show_fields(request, view)


async def form_submitted(request: SlackRequest) -> None:
    """Validate the form; apply its changes behind a progress view."""
    context = menu_form.read_context(request.metadata)
    webinar = await request.find_webinar(context.session_id)
    await request.require_manager(webinar, ACTION)
    request.services.registration.check(webinar, for_recording=context.is_over)
    wanted = _read_form(request, webinar, context)
    if wanted == context.shown:
        await request.acknowledge(response_action="update", view=menu_form.nothing_changed_view(webinar))
        return
    forecast, now = await _forecast(request, webinar), request.now()

    def form_again(sentence: str) -> View:
        return menu_form.form_view(webinar, forecast, now=now, opened=context, typed=request.values, problem=sentence)

    request.failure_view = form_again
    await request.acknowledge(response_action="update", view=menu_form.working_view(webinar))

    async def work(request: SlackRequest) -> None:
        await _apply(request, webinar, context.shown, wanted)

    request.run_after_ack(work)


def _read_form(request: SlackRequest, webinar: Webinar, context: menu_form.MenuContext) -> RegistrationState:
    wanted = menu_form.read_form(request.values, context)
    if wanted.limit != context.shown.limit:
        with problem_of(menu_form.LIMIT):
            request.services.registration.check_limit(webinar, wanted.limit)
    return wanted


async def _apply(request: SlackRequest, webinar: Webinar, shown: RegistrationState, wanted: RegistrationState) -> None:
    now, provider = request.now(), provider_name(webinar.id)
    result = await request.services.registration.apply(
        webinar.session_id, shown, wanted, _caller(request, webinar), request.user_id
    )
    needs_links = _needs_links(result)
    notes = [
        IGNORED.format(provider=provider, ignored=", ".join(result.ignored)) if result.ignored else "",
        settings_result.meanwhile_note(result.known, result.before, provider),
        LINKS_FOLLOW if needs_links else "",
    ]
    note = "\n".join(filter(None, notes))
    view = settings_result.changed_view(result.webinar, result.before, now=now, title="Registration changed", note=note)
    await request.finish(view, settings_result.changed_message(result.webinar, result.before, now=now, note=note))
    if needs_links:
        await _send_links(request, result.webinar)


async def _send_links(request: SlackRequest, webinar: Webinar) -> None:
    # The change is complete: errors from here on are reported separately, by DM.
    request.leave_window()
    if not await send_links(request, webinar, request.caller()):
        await request.reply(chart_texts.links_reply(webinar, 0))


def _needs_links(result: Changed) -> bool:
    """Whether the change turned off the provider's emails while there are registrants."""
    before, after = result.before.preferences, result.webinar.registration
    if before is None or after is None or after.preferences is None:
        return False
    return after.count > 0 and after.preferences.suppress_emails and not before.suppress_emails


async def _forecast(request: SlackRequest, webinar: Webinar) -> Forecast:
    if webinar.registration is None:
        return Forecast()
    return await request.services.charts.forecast(webinar, webinar.registration, request.now())


def _caller(request: SlackRequest, webinar: Webinar, *, reading: bool = False) -> Caller:
    show = menu_form.reading_view if reading else menu_form.working_view
    return request.caller_with_progress(lambda note: show(webinar, note=note))


ACTIONS: Listeners = {buttons.REGISTRATION_MENU: menu_pressed, menu_form.AFTER_CHOSEN: after_chosen}
SUBMISSIONS: Listeners = {menu_form.CALLBACK: form_submitted}
