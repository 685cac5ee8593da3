"""The rules of the provider that a form creates or edits an event at."""

from __future__ import annotations

from bot.model.ability import Ability
from bot.model.form_rules import FormRules
from bot.model.recurrence import EventForm
from bot.model.webinar import Webinar
from bot.providers.event_ref import EventRef
from handlers.create.draft import CreateDraft
from handlers.request import SlackRequest


async def form_rules(request: SlackRequest, draft: CreateDraft) -> FormRules:
    """The rules for this form: those of the edited event, or of the place where one is created."""
    if draft.edits:
        return webinar_rules(request, await request.find_webinar(draft.edits.session_id))
    return request.services.creation.rules_at(draft.provider, draft.kind)


def webinar_rules(request: SlackRequest, webinar: Webinar) -> FormRules:
    """The rules for a form about this webinar."""
    kind = EventForm.WEBINAR if Ability.INVITE_PANELIST in webinar.abilities else EventForm.MEETING
    return request.services.creation.rules_at(EventRef.parse(webinar.id).prefix, kind)
