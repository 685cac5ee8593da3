"""A user's own seat: register, show the link, cancel."""

from __future__ import annotations

from secrets import token_hex

from bot.model.question import QuestionSet
from bot.model.seat import Seat
from bot.model.webinar import Status, Webinar
from bot.notices.reminders import lock_webinar
from bot.notices.subscriptions.service import OPENING_FEATURES, subscribe_person
from bot.providers.names import named
from bot.registration.seats import texts as seat_texts
from bot.slack import buttons
from handlers.direct_message import post_and_save
from handlers.remind.snooze_form import NO_DIRECT_MESSAGES
from handlers.request import Listeners, SlackRequest, once
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput
from handlers.seat.offer import is_closed, offer, offer_at_once, offered_view, own_view
from handlers.seat.result import show
from handlers.seat.taking import take_seat


async def register_pressed(request: SlackRequest) -> None:
    """The Register button, and the button that shows the user's own link.

    A button whose dialog has stated what is sent registers with the Slack profile, if that has all that is needed.
    """
    session_id, mark = buttons.parse_value(request.value)
    webinar = await request.find_webinar(session_id)
    if mark != buttons.CONSENTED:
        await offer(request, webinar)
    elif typed := await offer_at_once(request, webinar):
        await take_seat(request, webinar, typed)


async def refresh_registration(request: SlackRequest) -> None:
    """Read the registration again (one call), and replace the view by what is possible now."""
    webinar = await _webinar(request)
    if not request.view:  # from a DM, the modal must be opened while the trigger is valid
        await request.open_window(seat_texts.refreshing_view(webinar))
    webinar = await request.refreshed_webinar(webinar.session_id, force=True)
    await show(request, await offered_view(request, webinar))


async def when_open_pressed(request: SlackRequest) -> None:
    """Subscribe the user to the opening of registration, unless they have a link or can register now."""
    webinar = await _webinar(request)
    view = await own_view(request, webinar)
    if view or not is_closed(webinar, request):
        view = view or await offered_view(request, webinar)
        await (show(request, view) if request.view else request.open(view))
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
        await take_seat(request, webinar, typed)

    request.run_after_ack(work)


async def back_to_form(request: SlackRequest) -> None:
    """Show the form again with its input."""
    typed = SeatInput.model_validate_json(request.metadata)
    webinar = await request.find_webinar(typed.session_id)
    questions = await request.services.questions.known(webinar) or QuestionSet()
    await request.show(seat_form.form_view(webinar, typed, now=request.now(), questions=questions))


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
        await show(request, seat_texts.seat_view(webinar, seat, now=request.now()))
    elif before:
        removed = named(seat_texts.REMOVED_AT_PROVIDER, webinar.id)
        await request.services.seats.notifier.notify_gone(before, problem=removed)
        await _show_gone(request, webinar, before, removed)


async def _webinar(request: SlackRequest) -> Webinar:
    return await request.find_webinar(buttons.parse_value(request.value)[0])


async def _show_gone(request: SlackRequest, webinar: Webinar, seat: Seat, sentence: str) -> None:
    if request.view:
        await request.finish(
            seat_texts.gone_view(webinar, problem=sentence), seat_texts.gone_message(webinar, problem=sentence)
        )
    elif request.channel_id != seat.dm_channel_id:  # the DM shows it already, in place of the link
        await request.reply(seat_texts.gone_message(webinar, problem=sentence))


async def _subscribe_to_opening(request: SlackRequest, webinar: Webinar) -> None:
    async def save(channel_id: str) -> None:
        async with request.services.store.write() as db:
            locked = await lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            await subscribe_person(db, locked, channel_id, OPENING_FEATURES, request.user_id, request.now())

    message, failed = seat_texts.opening_subscribed_message(webinar), seat_texts.opening_failed_message(webinar)
    await post_and_save(request, message, failed, save, NO_DIRECT_MESSAGES)
    request.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.REGISTER: register_pressed,
    buttons.MY_LINK: register_pressed,
    buttons.WHEN_OPEN: once(when_open_pressed),
    seat_texts.REFRESH_REGISTRATION: refresh_registration,
    seat_form.BACK: back_to_form,
    seat_texts.LEAVE: leave_pressed,
    seat_texts.REFRESH: refresh_seat,
}
SUBMISSIONS: Listeners = {seat_form.CALLBACK: form_submitted}
