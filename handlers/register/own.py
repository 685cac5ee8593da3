"""`/webinar register` without other people: the user's own seat, and the way to register others for who may."""

from __future__ import annotations

from bot.commands.people_args import NamedPeople
from bot.model.lifecycle import is_coming_or_live
from bot.model.question import QuestionSet
from bot.model.webinar import Audience, Webinar
from bot.slack import buttons
from bot.slack.blocks import actions, message, plain, section
from bot.slack.message import Message
from handlers.register.form import RegistrantInput
from handlers.request import SlackRequest
from handlers.seat import form as seat_form
from handlers.seat.offer import offer


def has_others(request: SlackRequest, people: NamedPeople) -> bool:
    """Whether a command names anybody but its user."""
    return bool(people) and people != NamedPeople(user_ids=(request.user_id,))


async def offer_own(request: SlackRequest, webinar: Webinar) -> None:
    """Offer the user their own seat; name the other button to those who manage the webinar."""
    await offer(request, webinar)
    takes_people = webinar.audience is Audience.REGISTRANTS and is_coming_or_live(webinar, request.now())
    if takes_people and await request.can_manage(webinar):
        await request.reply(others_message(webinar))


async def push_own_form(request: SlackRequest, webinar: Webinar, typed: RegistrantInput) -> bool:
    """Ask the user for the name or address that their profile does not have. False if it has them."""
    questions = await request.services.questions.known(webinar) or QuestionSet()
    source = typed.source or "slack"
    profile = seat_form.from_profile(await request.person(), webinar.session_id, source, questions)
    if seat_form.is_complete(profile, questions):
        return False
    form = seat_form.form_view(webinar, profile, now=request.now(), questions=questions)
    await request.acknowledge(response_action="push", view=form)
    return True


def others_message(webinar: Webinar) -> Message:
    """How somebody who manages the webinar registers other people."""
    text = f"To register other people for *{plain(webinar.title)}*, press Register Others."
    register_others = buttons.webinar_button(webinar, "Register Others", buttons.REGISTER_OTHERS)
    return message(text.replace("*", ""), [section(text), *actions(register_others)])
