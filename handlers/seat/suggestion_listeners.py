"""The answers to a suggested seat: take it, or decline."""

from __future__ import annotations

from bot.model.lifecycle import is_coming_or_live
from bot.model.question import STANDARD
from bot.model.webinar import Webinar
from bot.registration.texts import suggestion as suggestion_texts
from bot.slack import buttons
from handlers.request import Listeners, SlackRequest
from handlers.seat import form as seat_form
from handlers.seat.offer import is_closed, offer, own_view


async def take_pressed(request: SlackRequest) -> None:
    """Register the user with their Slack profile; open the form if something is missing in it."""
    webinar = await _webinar(request)
    services = request.services
    suggestion = await services.suggestions.find(webinar, request.user_id)
    if suggestion is None:
        await offer(request, webinar)
        return
    person = await request.person()
    questions = await services.questions.known(webinar)
    typed = seat_form.from_profile(person, webinar.session_id, suggestion.source, questions or STANDARD)
    is_possible = is_coming_or_live(webinar, request.now()) and not is_closed(webinar, request)
    is_complete = questions is not None and seat_form.is_complete(typed, questions)
    if not (is_possible and is_complete) or await own_view(request, webinar):
        await offer(request, webinar, suggestion.source)
        return
    seat = await services.suggestions.accept(webinar, person, typed.attendee, request.caller(), lead=typed.lead)
    if seat:
        await services.seats.notifier.notify_taken(seat)


async def decline_pressed(request: SlackRequest) -> None:
    """End the suggestion."""
    await request.services.suggestions.decline(await _webinar(request), request.user_id)


async def _webinar(request: SlackRequest) -> Webinar:
    return await request.find_webinar(buttons.parse_value(request.value)[0])


ACTIONS: Listeners = {suggestion_texts.TAKE: take_pressed, suggestion_texts.DECLINE: decline_pressed}
