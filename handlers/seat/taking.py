"""Takes a seat for the user, and shows it, or why there is none."""

from __future__ import annotations

from bot.errors import AnswersRequired, RegistrationClosed
from bot.model.ability import Ability
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.names import named
from bot.registration.seats import texts as seat_texts
from handlers.request import SlackRequest
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput
from handlers.seat.result import show, show_seat, show_unavailable


def _caller(request: SlackRequest, webinar: Webinar) -> Caller:
    return request.caller_with_progress(lambda note: seat_form.working_view(webinar, note=note))


async def take_seat(request: SlackRequest, webinar: Webinar, typed: SeatInput) -> None:
    """Register the user, and show their seat; or why that is not possible, or what else is asked."""
    if not is_coming_or_live(webinar, request.now()):
        await show_unavailable(request, webinar)
        return
    caller = _caller(request, webinar)
    try:
        person = await request.person()
        seat = await request.services.seats.take(webinar, person, typed.attendee, typed.source, caller, lead=typed.lead)
    except RegistrationClosed as closed:
        request.services.mirror.count_soon(webinar.session_id)  # the figure that offered the form is outdated
        await show_unavailable(request, webinar, closed.sentence)
    except AnswersRequired as required:
        await _ask_again(request, webinar, typed, required)
    else:
        await show_seat(request, webinar, seat)


async def _ask_again(request: SlackRequest, webinar: Webinar, typed: SeatInput, required: AnswersRequired) -> None:
    """Show the form with the questions as they are now; without them, only the page of the provider asks them."""
    if Ability.QUESTIONS not in webinar.abilities:
        await show(request, seat_texts.registration_page_view(webinar, named(seat_texts.ANSWERS, webinar.id)))
        return
    questions = await request.services.questions.read(webinar, _caller(request, webinar))
    form = seat_form.form_view(webinar, typed, now=request.now(), questions=questions, note=required.sentence)
    await request.show(form)
