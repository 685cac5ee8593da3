"""Changes the name or address of a user's own seat."""

from __future__ import annotations

from bot.model.lifecycle import is_coming_or_live
from bot.model.question import QuestionSet
from bot.registration.seats import texts as seat_texts
from bot.slack import buttons
from handlers.request import Listeners, SlackRequest
from handlers.seat import change_form
from handlers.seat.change_form import ChangeInput
from handlers.seat.form import SeatInput, read_form, session_of
from handlers.seat.offer import offered_view
from handlers.seat.result import show, show_seat, show_unavailable


async def change_pressed(request: SlackRequest) -> None:
    """Show the form for another name or address."""
    webinar = await request.find_webinar(buttons.parse_value(request.value)[0])
    seat = await request.services.seats.find(webinar, request.user_id)
    if seat is None:
        await request.reply(seat_texts.gone_message(webinar, problem=seat_texts.NO_SEAT), replace=bool(request.view))
        return
    details = seat.attendee.model_dump(include={"first_name", "last_name", "email"})
    current = SeatInput(session_id=webinar.session_id, source=seat.source, **details)
    questions = await request.services.questions.known(webinar) or QuestionSet()
    view = change_form.change_view(webinar, current, questions)
    await (request.show(view) if request.view else request.open(view))


async def change_submitted(request: SlackRequest) -> None:
    """Validate the form; replace the seat by one with this name and address."""
    webinar = await request.find_webinar(session_of(request.metadata))
    typed = read_form(request.values, request.metadata)
    questions = await request.services.questions.known(webinar) or QuestionSet()
    change_form.check_change(typed, request.metadata, questions)
    was = SeatInput.model_validate_json(request.metadata)
    request.failure_view = lambda sentence: change_form.failed_view(sentence, typed, was)
    await request.acknowledge(response_action="update", view=change_form.changing_view(webinar))

    async def work(request: SlackRequest) -> None:
        if not is_coming_or_live(webinar, request.now()):
            await show_unavailable(request, webinar)
            return
        caller = request.caller_with_progress(lambda note: change_form.changing_view(webinar, note=note))
        seat = await request.services.seats.change(webinar, await request.person(), typed.attendee, caller)
        await show_seat(request, webinar, seat)

    request.run_after_ack(work)


async def back_to_change(request: SlackRequest) -> None:
    """Show the form again with its input; the form for a new seat if the change has lost the old one."""
    before = ChangeInput.model_validate_json(request.metadata)
    webinar = await request.find_webinar(before.was.session_id)
    if await request.services.seats.find(webinar, request.user_id) is None:
        typed = before.typed.model_copy(update={"reminder_s": before.was.reminder_s})
        await show(request, await offered_view(request, webinar, typed=typed))
        return
    questions = await request.services.questions.known(webinar) or QuestionSet()
    await request.show(change_form.change_view(webinar, before.was, questions, typed=before.typed))


ACTIONS: Listeners = {seat_texts.CHANGE: change_pressed, change_form.BACK: back_to_change}
SUBMISSIONS: Listeners = {change_form.CALLBACK: change_submitted}
