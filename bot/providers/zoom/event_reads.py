"""Read meetings and webinars of Zoom. Which of the two an id is, is found out: it can change at any time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import ProviderGone, ProviderRefused, RegistrationFull
from bot.providers.event_ref import EventRef
from bot.providers.zoom.errors import GONE
from bot.providers.zoom.event_facts import ENDED, STARTED, registration_of
from bot.providers.zoom.limits import Label
from bot.providers.zoom.operations import Purpose, purpose_of
from bot.providers.zoom.records import (
    EventKind,
    EventRecord,
    ListPageRecord,
    PanelistListRecord,
    PanelistRecord,
    UserRecord,
    parse_record,
)
from bot.providers.zoom.transport import ZoomApi

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.webinar import Registration
    from bot.providers.caller import Caller

NOT_OF_THIS_KIND = frozenset({"300", "3000", "3001"})
"""Codes of a read with which Zoom says that an id is not one of a meeting, or not one of a webinar."""
MISSING = frozenset({"1001", "3001"})
"""Codes of any other operation for an unknown event."""
MOST_COURSES = 5_000
"""Events whose start or end is remembered, the latest ones: webhooks report those of the whole account."""
PANELISTS = "/webinars/{event_id}/panelists"
NO_REGISTRATION = "This meeting or webinar has no registration at Zoom."
WITH_PAST_DATES = {"show_previous_occurrences": "true"}


@dataclass(frozen=True)
class ReadEvent:
    """An event as read alone, and its entry in the list at that time."""

    event: EventRecord
    entry: EventRecord
    read_at: datetime


class EventReads(ZoomApi):
    """The part of the client that reads single events, and knows their kind."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._kinds: dict[str, EventKind] = {}
        self._host_of: dict[str, str] = {}
        self._course: dict[str, str] = {}
        self._read: dict[str, ReadEvent] = {}
        self._licensed: list[UserRecord] = []
        self._full_at: dict[str, int | None] = {}

    def note_course(self, event_id: str, *, is_live: bool) -> None:
        """Remember that an event was started or ended: of webinars, Zoom says so in its webhooks only."""
        known = EventRef.parse(event_id).event_id
        self._course.pop(known, None)
        self._course[known] = STARTED if is_live else ENDED
        if len(self._course) > MOST_COURSES:
            del self._course[next(iter(self._course))]

    async def _event(self, event_id: str, caller: Caller) -> EventRecord:
        """A meeting or webinar by Zoom's id. Raises `ProviderGone`. One call, or two if its kind is not known.

        A meeting that became a webinar is found as such, and the other way round.
        """
        kind = self._kinds.get(event_id, EventKind.MEETING)
        try:
            return await self._event_of(kind, event_id, caller)
        except ProviderRefused as refusal:
            if refusal.code not in NOT_OF_THIS_KIND:
                raise
            missing = ProviderGone(GONE, code=refusal.code, status=refusal.status)
        try:
            return await self._event_of(kind.other, event_id, caller)
        except ProviderRefused:  # also without a license or a scope for webinars: then there are none to see
            self._kinds.pop(event_id, None)
            raise missing from None

    async def _event_of(self, kind: EventKind, event_id: str, caller: Caller) -> EventRecord:
        path, ids = f"/{kind}s/{{event_id}}", {"event_id": event_id}
        body = await self._request("GET", path, label=Label.LIGHT, caller=caller, ids=ids, query=WITH_PAST_DATES)
        event = parse_record(EventRecord, body)
        self._note(event)
        course = self._course.get(event_id, "")
        return event.model_copy(update={"status": event.status if event.is_started else course or event.status})

    def _note(self, event: EventRecord) -> None:
        self._kinds[event.id], self._host_of[event.id] = event.kind, event.host_id

    async def _kind_of(self, event_id: str, caller: Caller) -> EventKind:
        """Whether this is a meeting or a webinar; one call if it is not known."""
        return self._kinds.get(event_id) or (await self._event(event_id, caller)).kind

    async def _on_event(
        self, method: str, suffix: str, event_id: str, *, label: Label, caller: Caller, **parts: Any
    ) -> Any:
        """Call an operation that meetings and webinars share; `suffix` follows the id in its path.

        If the event is not there under the kind that is remembered, it is looked up; a converted one is called again
        under its new kind, as nothing has happened under the old one.
        """
        kind = await self._kind_of(event_id, caller)
        ids = {"event_id": event_id, **parts.pop("ids", {})}
        parts = {**parts, "label": label, "caller": caller, "ids": ids}
        try:
            return await self._call(method, f"/{kind}s/{{event_id}}{suffix}", event_id, parts)
        except ProviderGone as gone:
            if gone.code not in MISSING or (await self._event(event_id, caller)).kind is kind:
                raise
        return await self._call(method, f"/{kind.other}s/{{event_id}}{suffix}", event_id, parts)

    async def _call(self, method: str, path: str, event_id: str, parts: dict[str, Any]) -> Any:
        is_add = purpose_of(method, path) is Purpose.ADD
        try:
            body = await self._request(method, path, **parts)
        except RegistrationFull:
            if is_add:
                self._full_at.setdefault(event_id, None)
            raise
        if is_add:
            self._full_at.pop(event_id, None)
        return body

    def _capacity(self, event_id: str, count: int) -> int | None:
        """How many registrants there is room for, if Zoom has refused one: no operation reads the room of a plan."""
        if event_id not in self._full_at:
            return None
        full_at = self._full_at[event_id]
        if full_at is None:
            full_at = self._full_at[event_id] = count
        if count < full_at:
            del self._full_at[event_id]
            return None
        return full_at

    async def _registration(self, event: EventRecord, ref: EventRef, caller: Caller) -> Registration:
        by_date = {"occurrence_id": ref.occurrence} if ref.occurrence and event.registers_by_date else {}
        query = {"status": "approved", "page_size": "1", **by_date}
        body = await self._on_event("GET", "/registrants", event.id, label=Label.MEDIUM, caller=caller, query=query)
        count = parse_record(ListPageRecord, body).total_records
        return registration_of(event, count, self._capacity(event.id, count), self._clock.now())

    def _remember(self, event: EventRecord) -> None:
        """Use what was just read for the next list, too."""
        if known := self._read.get(event.id):
            self._read[event.id] = ReadEvent(event, known.entry, self._clock.now())

    def _forget(self, event_id: str) -> None:
        """Read this event again for the next list: it was changed or deleted here."""
        self._read.pop(event_id, None)

    async def _panelists(self, event: EventRecord, caller: Caller) -> tuple[PanelistRecord, ...]:
        if event.kind is EventKind.MEETING:
            return ()
        parts: dict[str, Any] = {"ids": {"event_id": event.id}}
        body = await self._request("GET", PANELISTS, label=Label.MEDIUM, caller=caller, **parts)
        return parse_record(PanelistListRecord, body).panelists
