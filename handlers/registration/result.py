"""The reply to a change of the registration: its result, or why nothing was changed."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.providers.event_ref import provider_name
from bot.registration.limit_rules import NotChanged
from bot.registration.settings import Changed
from bot.registration.texts import settings_result
from handlers.request import SlackRequest


async def reply_with_result(request: SlackRequest, change: Awaitable[Changed], *, undone: bool = False) -> None:
    """Reply with the result, or say why nothing was changed.

    The reply to an Undo replaces the message of the button; any other is a new message, because the button may be on a
    public one.
    """
    try:
        result = await change
    except NotChanged as unchanged:
        answer = settings_result.unchanged_message(unchanged.webinar, unchanged.sentence, now=request.now())
    else:
        note = settings_result.meanwhile_note(result.known, result.before, provider_name(result.webinar.id))
        answer = settings_result.changed_message(
            result.webinar, result.before, now=request.now(), undone=undone, note=note
        )
    await request.reply(answer, replace=undone)
