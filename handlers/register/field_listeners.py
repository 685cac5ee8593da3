"""Shows the fields of the form that registers another person that belong to a choice in it."""

from __future__ import annotations

from bot.model.question import QuestionSet
from bot.model.webinar import Webinar
from bot.slack.message import View
from handlers.dependent_fields import show_fields
from handlers.register import form as register_form
from handlers.register.form import RegisterContext, RegistrantInput
from handlers.request import Listeners, SlackRequest

ACTION = "register other people for this webinar"


async def fields_chosen(request: SlackRequest) -> None:
    """Show the form with the fields of the choice that was made."""
    opened = register_form.read_context(request.metadata)
    webinar = await request.managed_webinar(opened.session_id, ACTION)
    await show_fields(request, await form_with_fields(request, webinar, opened))


async def more_pressed(request: SlackRequest) -> None:
    """Show the form with the fields that few need."""
    opened = register_form.read_context(request.metadata)
    webinar = await request.managed_webinar(request.value, ACTION)
    opened = opened.model_copy(update={"session_id": webinar.id, "shows_more": True})
    await show_fields(request, await form_with_fields(request, webinar, opened))


async def form_with_fields(request: SlackRequest, webinar: Webinar, opened: RegisterContext) -> View:
    """The form with the fields that belong to its input."""
    questions = await request.services.questions.known(webinar) or QuestionSet()
    has_pages = request.services.own_pages.urls.is_on
    return register_form.form_view(
        webinar, RegistrantInput(), has_pages=has_pages, questions=questions, opened=opened, values=request.values
    )


ACTIONS: Listeners = {register_form.FIELDS: fields_chosen, register_form.MORE: more_pressed}
