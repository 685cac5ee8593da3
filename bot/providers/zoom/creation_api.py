"""Looks up at Zoom what a creation with an unknown outcome has made."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.model.webinar import WebinarFacts
from bot.providers.event_ref import ZOOM, EventRef
from bot.providers.zoom.event_facts import webinar_of
from bot.providers.zoom.lists_api import ListsApi
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import Coworker
    from bot.model.webinar import WebinarForm
    from bot.providers.caller import Caller
    from bot.providers.zoom.records import EventRecord

CLOCK_SKEW = timedelta(minutes=2)
"""How far Zoom's clock may be behind ours."""
CREATED_WITHIN = timedelta(minutes=6)
"""A meeting created longer than this after we began is not ours: waits at our gate and for an answer are shorter."""
SAME_START = timedelta(minutes=1)


class CandidatesApi(ListsApi):
    """The part of the client that recognizes a meeting by its title, start, host, and when it was created."""

    async def candidates(
        self, form: WebinarForm, host: Coworker | None, begun_at: datetime, known_ids: frozenset[str], caller: Caller
    ) -> list[WebinarFacts]:
        """See the port. One Medium call per licensed user and kind, and one Light call for each that is found."""

        def is_ours(entry: EventRecord) -> bool:
            created, start = read_time(entry.created_at), read_time(entry.start_time, entry.timezone)
            is_new = created is not None and begun_at - CLOCK_SKEW <= created < begun_at + CREATED_WITHIN
            is_planned = start is not None and abs(start - form.start) < SAME_START
            is_hosted = host is None or entry.host_id == host.user_id
            is_known = str(EventRef(ZOOM, entry.id)) in known_ids
            return entry.topic == form.title and is_new and is_planned and is_hosted and not is_known

        found = [entry.id for entry in await self._entries(caller) if is_ours(entry)]
        return [webinar_of(await self._event(event_id, caller)) for event_id in found]
