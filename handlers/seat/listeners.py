"""A user's own seat: register, show the link, change the name, cancel."""

from __future__ import annotations

from secrets import token_hex

from bot.errors import AnswersRequired, ChannelUnreachable, RegistrationClosed
from bot.model.ability import Ability
from bot.model.lifecycle import is_coming_or_live
from bot.model.question import QuestionSet
from bot.model.seat import Seat, SeatState
from bot.model.webinar import Status, Webinar
from bot.notices.reminders import lock_webinar
from bot.notices.subscriptions.service import OPENING_FEATURES, subscribe_person
from bot.providers.base import Caller
from bot.providers.names import named
from bot.registration.seats import texts as seat_texts
from bot.slack import buttons
from bot.slack.message import View
from bot.slack.responses import SlackRefused
from handlers.remind.snooze_form import NO_DIRECT_MESSAGES
from handlers.request import Listeners, SlackRequest, once
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput
from handlers.seat.offer import is_closed, offer, offered_view, own_view


async def register_pressed(request: SlackRequest) -> None:
    """The Register button, and the button that shows the user's own link."""
    await offer(request, await _webinar(request))


async def refresh_registration(request: SlackRequest) -> None:
    """Read the registration again (one call), and replace the view by what is possible now."""
    webinar = await _webinar(request)
    if not request.view:  # from a DM, the modal must be opened while the trigger is valid
        await request.open_window(seat_texts.refreshing_view(webinar))
    webinar = await request.refreshed_webinar(webinar.session_id, force=True)
    await _show(request, await offered_view(request, webinar))


async def when_open_pressed(request: SlackRequest) -> None:
    """Subscribe the user to the opening of registration, unless they have a link or can register now."""
    webinar = await _webinar(request)
    view = await own_view(request, webinar)
    if view or not is_closed(webinar, request):
        view = view or await offered_view(request, webinar)
        await (_show(request, view) if request.view else request.open(view))
        return
    await _subscribe_to_opening(request, webinar)
    await request.reply(seat_texts.opening_subscribed_reply(webinar), replace=bool(request.view))


async def form_submitted(request: SlackRequest) -> None:
    """Validate the form; register the user behind a progress view."""
    webinar = await request.find_webinar(seat_form.session_of(request.metadata))
    questions = await request.services.questions.known(webinar) or QuestionSet()
    typed = seat_form.read_form(request.values, request.metadata, questions)
    seat_form.check_form(typed, questions)
    if questions.asked:
        # The form stays below with all its answers: a private_metadata has no room for them.
        name = token_hex(12)
        view = seat_form.working_view(webinar, name=name)
        await request.acknowledge(response_action="push", view=view)
    else:
        name = ""
        request.failure_view = lambda sentence: seat_form.failed_view(sentence, typed)
        await request.acknowledge(response_action="update", view=seat_form.working_view(webinar))

    async def work(request: SlackRequest) -> None:
        if name:
            request.use_window(seat_form.failed_above_form_view, external_id=name)
        await _register(request, webinar, typed)

    request.run_after_ack(work)


async def back_to_form(request: SlackRequest) -> None:
    """Show the form again with its input."""
    typed = SeatInput.model_validate_json(request.metadata)
    webinar = await request.find_webinar(typed.session_id)
    questions = await request.services.questions.known(webinar) or QuestionSet()
    await request.show(seat_form.form_view(webinar, typed, now=request.now(), questions=questions))


async def rename_pressed(request: SlackRequest) -> None:
    """Show the form for another name."""
    webinar = await _webinar(request)
    seat = await request.services.seats.find(webinar, request.user_id)
    if seat is None:
        await request.reply(seat_texts.gone_message(webinar, problem=seat_texts.NO_SEAT), replace=bool(request.view))
        return
    names = seat.attendee.model_dump(include={"first_name", "last_name", "email"})
    current = SeatInput(session_id=webinar.session_id, **names)
    view = seat_form.rename_view(webinar, current, await request.services.questions.known(webinar) or QuestionSet())
    await (request.show(view) if request.view else request.open(view))


async def rename_submitted(request: SlackRequest) -> None:
    """Validate the name; replace the seat by one under this name."""
    webinar = await request.find_webinar(seat_form.session_of(request.metadata))
    typed = seat_form.read_form(request.values, request.metadata)
    seat_form.check_rename(typed, request.metadata, await request.services.questions.known(webinar) or QuestionSet())
    request.failure_view = seat_form.rename_failed_view
    await request.acknowledge(response_action="update", view=seat_form.working_view(webinar, renaming=True))

    async def work(request: SlackRequest) -> None:
        if not is_coming_or_live(webinar, request.now()):
            await _show_unavailable(request, webinar)
            return
        seat = await request.services.seats.rename(
            webinar, request.user_id, typed.attendee, _caller(request, webinar, renaming=True)
        )
        await _show_seat(request, webinar, seat)

    request.run_after_ack(work)


async def leave_pressed(request: SlackRequest) -> None:
    """Cancel the seat, as confirmed at the button, and replace the message with the link."""
    webinar = await _webinar(request)
    seat = await request.services.seats.leave(webinar, request.user_id, request.caller())
    await request.services.seats.notifier.notify_gone(seat)
    await _show_gone(request, webinar, seat, seat_texts.LEFT)


async def refresh_seat(request: SlackRequest) -> None:
    """Read the seat at the provider again (one call): it may have been removed there."""
    webinar = await _webinar(request)
    before = await request.services.seats.find(webinar, request.user_id)
    if before and webinar.status is not Status.CANCELED:
        await request.services.mirror.refreshes.take(request.user_id)
    seat = await request.services.seats.refresh(webinar, request.user_id, request.caller())
    if seat:
        await _show(request, seat_texts.seat_view(webinar, seat, now=request.now()))
    elif before:
        removed = named(seat_texts.REMOVED_AT_PROVIDER, webinar.id)
        await request.services.seats.notifier.notify_gone(before, problem=removed)
        await _show_gone(request, webinar, before, removed)


async def _webinar(request: SlackRequest) -> Webinar:
    return await request.find_webinar(buttons.parse_value(request.value)[0])


def _caller(request: SlackRequest, webinar: Webinar, *, renaming: bool = False) -> Caller:
    return request.caller_with_progress(lambda note: seat_form.working_view(webinar, renaming=renaming, note=note))


async def _register(request: SlackRequest, webinar: Webinar, typed: SeatInput) -> None:
    if not is_coming_or_live(webinar, request.now()):
        await _show_unavailable(request, webinar)
        return
    caller = _caller(request, webinar)
    try:
        person = await request.person()
        seat = await request.services.seats.take(webinar, person, typed.attendee, typed.source, caller, lead=typed.lead)
    except RegistrationClosed as closed:
        request.services.mirror.count_soon(webinar.session_id)  # the figure that offered the form is outdated
        await _show_unavailable(request, webinar, closed.sentence)
    except AnswersRequired as required:
        await _ask_again(request, webinar, typed, required)
    else:
        await _show_seat(request, webinar, seat)


async def _ask_again(request: SlackRequest, webinar: Webinar, typed: SeatInput, required: AnswersRequired) -> None:
    """Show the form with the questions as they are now; without them, only the page of the provider asks them."""
    if Ability.QUESTIONS not in webinar.abilities:
        await _show(request, seat_texts.registration_page_view(webinar, named(seat_texts.ANSWERS, webinar.id)))
        return
    questions = await request.services.questions.read(webinar, _caller(request, webinar))
    form = seat_form.form_view(webinar, typed, now=request.now(), questions=questions, note=required.sentence)
    await request.show(form)


async def _show_seat(request: SlackRequest, webinar: Webinar, seat: Seat) -> None:
    """Show the link, then send the DM, and show a note if Slack refuses it."""
    now = request.now()
    note = seat_texts.DM_TO_COME if seat.state is SeatState.REGISTERED else seat_texts.IN_DM
    await request.window.show(seat_texts.seat_view(webinar, seat, now=now, note=note))  # the DM follows
    notified = await request.services.seats.notifier.notify_taken(seat)
    if notified.state is SeatState.NOTIFIED and not notified.dm_channel_id:
        view = seat_texts.seat_view(webinar, notified, now=now, note=seat_texts.NO_DM)
        await request.window.show(view)


async def _show_unavailable(request: SlackRequest, webinar: Webinar, problem: str = "") -> None:
    view = seat_texts.unavailable_view(webinar, now=request.now(), problem=problem)
    await _show(request, view)


async def _show(request: SlackRequest, view: View) -> None:
    is_form = "submit" in view
    await (request.show(view) if is_form else request.finish(view, seat_texts.as_message(view)))


async def _show_gone(request: SlackRequest, webinar: Webinar, seat: Seat, sentence: str) -> None:
    if request.view:
        await request.finish(
            seat_texts.gone_view(webinar, problem=sentence), seat_texts.gone_message(webinar, problem=sentence)
        )
    elif request.channel_id != seat.dm_channel_id:  # the DM shows it already, in place of the link
        await request.reply(seat_texts.gone_message(webinar, problem=sentence))


async def _subscribe_to_opening(request: SlackRequest, webinar: Webinar) -> None:
    # Post the message first: only the response has the channel id of the DM.
    try:
        channel_id, ts = await request.slack.post(request.user_id, seat_texts.opening_subscribed_message(webinar))
    except (ChannelUnreachable, SlackRefused) as error:
        raise ChannelUnreachable(NO_DIRECT_MESSAGES) from error
    try:
        async with request.services.store.write() as db:
            webinar = await lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            await subscribe_person(db, webinar, channel_id, OPENING_FEATURES, request.user_id, request.now())
    except Exception:
        await request.slack.edit(channel_id, ts, seat_texts.opening_failed_message(webinar))
        raise
    request.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.REGISTER: register_pressed,
    buttons.MY_LINK: register_pressed,
    buttons.WHEN_OPEN: once(when_open_pressed),
    seat_texts.REFRESH_REGISTRATION: refresh_registration,
    seat_form.BACK: back_to_form,
    seat_texts.RENAME: rename_pressed,
    seat_texts.LEAVE: leave_pressed,
    seat_texts.REFRESH: refresh_seat,
}
SUBMISSIONS: Listeners = {seat_form.CALLBACK: form_submitted, seat_form.RENAME_CALLBACK: rename_submitted}
