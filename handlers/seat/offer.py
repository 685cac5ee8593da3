"""Decides what a user is offered: their seat, their link as a speaker, the form for a seat, or the reason for none."""

from __future__ import annotations

from bot.model.lifecycle import accepts_registrations, is_coming_or_live
from bot.model.seat import SeatState
from bot.model.webinar import Audience, Webinar
from bot.registration.seats import texts as seat_texts
from bot.slack.message import View
from bot.team import table as team_table
from bot.team.diff import ROLE_NAMES
from handlers.request import SlackRequest
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput


async def offer(request: SlackRequest, webinar: Webinar, source: str = "") -> None:
    """Open the view that `offered_view` returns; first a progress view if the questions are still to be read."""
    if await request.services.questions.known(webinar):
        await request.open(await offered_view(request, webinar, source))
        return
    await request.open_window(seat_form.opening_view(webinar))
    view = await offered_view(request, webinar, source)
    await (request.show(view) if "submit" in view else request.finish(view, seat_texts.as_message(view)))


async def offered_view(
    request: SlackRequest, webinar: Webinar, source: str = "", *, typed: SeatInput | None = None
) -> View:
    """The user's seat or speaker link, else the form for a seat, else the reason for none.

    `source` is sent with the registration instead of where the request was made. The form shows what was `typed`
    before, else the Slack profile. No vendor call once the questions of the form are known.
    """
    now = request.now()
    if own := await own_view(request, webinar):
        return own
    if not is_coming_or_live(webinar, now):
        return seat_texts.unavailable_view(webinar, now=now)
    if webinar.audience is Audience.ANYONE:
        return seat_texts.shared_link_view(webinar)
    if is_closed(webinar, request):
        return seat_texts.unavailable_view(webinar, now=now)
    person = await request.person()
    if person.is_stranger and not person.email:
        return seat_texts.registration_page_view(webinar, seat_texts.NO_ADDRESS)
    questions = await request.services.questions.get(webinar, request.caller())
    typed = typed or seat_form.from_profile(person, webinar.session_id, source or _source(request), questions)
    return seat_form.form_view(webinar, typed, now=now, questions=questions)


async def offer_at_once(request: SlackRequest, webinar: Webinar) -> SeatInput | None:
    """What registers the user without the form, from their Slack profile; a progress view is open then.

    Otherwise show what `offer` shows and return None: they have a seat, nobody can register now, the event asks
    questions, or the profile lacks a part or has one that a person should look at first.
    """
    if not await _can_register(request, webinar):
        await offer(request, webinar)
        return None
    has_window = not await request.services.questions.known(webinar)
    if has_window:
        await request.open_window(seat_form.opening_view(webinar))
    questions = await request.services.questions.get(webinar, request.caller())
    person = await request.person()
    typed = seat_form.from_profile(person, webinar.session_id, _source(request), questions)
    if questions.asked or not (seat_form.is_complete(typed, questions) and seat_form.is_name_sure(person)):
        view = await offered_view(request, webinar)
        await (request.show(view) if has_window else request.open(view))
        return None
    if has_window:
        await request.window.note(seat_form.working_view(webinar))
    else:
        await request.open_window(seat_form.working_view(webinar), is_optional=True)
    request.failure_view = lambda sentence: seat_form.failed_view(sentence, typed)
    return typed


async def _can_register(request: SlackRequest, webinar: Webinar) -> bool:
    is_possible = is_coming_or_live(webinar, request.now()) and webinar.audience is not Audience.ANYONE
    return is_possible and not is_closed(webinar, request) and await own_view(request, webinar) is None


async def own_view(request: SlackRequest, webinar: Webinar) -> View | None:
    """The user's seat, or their link as a speaker; None if they have neither."""
    now = request.now()
    seat = await request.services.seats.find(webinar, request.user_id)
    if seat:
        has_no_dm = seat.state is SeatState.NOTIFIED and not seat.dm_channel_id
        return seat_texts.seat_view(webinar, seat, now=now, note=seat_texts.NO_DM if has_no_dm else "")
    async with request.services.store.read() as db:
        member = await team_table.find_by_user(db, webinar.account, webinar.session_id, request.user_id)
    link = member.invitee.link.get_secret_value() if member else ""
    if not (member and link):
        return None
    return seat_texts.team_link_view(webinar, link, role=ROLE_NAMES[member.invitee.role], now=now)


def is_closed(webinar: Webinar, request: SlackRequest) -> bool:
    """Whether a webinar to come is full or its registration is closed."""
    read = webinar.registration
    is_to_come = is_coming_or_live(webinar, request.now())
    return is_to_come and read is not None and not accepts_registrations(read)


def _source(request: SlackRequest) -> str:
    # The channel's id, never its possibly private name; only for clicks on a card.
    is_click = "actions" in request.body and request.channel_id.startswith(("C", "G"))
    return f"slack:{request.channel_id}" if is_click else "slack"
