"""Closes what a reminder says is open: it is done, or not needed."""

from __future__ import annotations

from bot.errors import BadInput
from bot.reports.messages import texts
from bot.reports.open_items_table import ItemKind, ItemOutcome
from bot.slack import buttons
from handlers.request import Listeners, SlackRequest

ACTION = "decide what is left to do after this webinar"
CLOSED = "This was already closed, so there is nothing to do."


async def done(request: SlackRequest) -> None:
    """The organizer has done it."""
    await _close(request, ItemOutcome.DONE)


async def not_needed(request: SlackRequest) -> None:
    """The organizer does not want to do it."""
    await _close(request, ItemOutcome.NOT_NEEDED)


async def _close(request: SlackRequest, outcome: ItemOutcome) -> None:
    """Close the item; the reminders, which are rewritten, say so."""
    session_id, kind = buttons.parse_value(request.value)
    webinar = await request.managed_webinar(session_id, ACTION)
    if kind not in tuple(ItemKind):
        raise BadInput(CLOSED)
    if not await request.services.recordings.open_items.close(webinar, ItemKind(kind), request.user_id, outcome):
        raise BadInput(CLOSED)
    await request.services.recordings.messages.run()


ACTIONS: Listeners = {texts.DONE: done, texts.NOT_NEEDED: not_needed}
