"""Zoom's webhooks and what they have read: one meeting or webinar with all its dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.providers.event_ref import EventRef
from bot.providers.events import EventTopic
from bot.providers.zoom import deliveries
from bot.providers.zoom.event_facts import sessions_of
from bot.providers.zoom.lists_api import ListsApi

if TYPE_CHECKING:
    from bot.model.webinar import SessionFacts
    from bot.providers.caller import Caller
    from bot.providers.events import EventHint


class HooksApi(ListsApi):
    """The part of the client about what webhooks say, and the read that follows."""

    def read_delivery(self, raw: bytes) -> EventHint:
        """See the port. Of webinars, only a webhook says that they have started or ended: this is kept for reads.

        Somebody who joins shows it too, if nothing else is known: after a restart, or if the start was not delivered.
        """
        hint = deliveries.read_delivery(raw)
        is_known = EventRef.parse(hint.event_id).event_id in self._course
        if hint.is_live is not None and not (is_known and hint.topic is EventTopic.PRESENCE):
            self.note_course(hint.event_id, is_live=hint.is_live)
        return hint

    async def dates(self, webinar_id: str, caller: Caller) -> list[SessionFacts]:
        """See the port. One Light call, or two if the kind of the event is not known."""
        event = await self._event(EventRef.parse(webinar_id).event_id, caller)
        self._remember(event)
        return sessions_of(event, self._clock.now())
