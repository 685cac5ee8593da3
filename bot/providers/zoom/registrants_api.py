"""Zoom's requests about registrants: the questions, registering, lists, approval and removal."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import AnswersRequired, ProviderConflict, ProviderGone, ProviderRefused
from bot.model.question import Question
from bot.model.registrant import Decision, Registrant, RegistrantDetails, RegistrantStatus
from bot.providers.caller import Lane, Page
from bot.providers.event_ref import EventRef
from bot.providers.zoom.event_reads import EventReads
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import EventKind, ListPageRecord, parse_record
from bot.providers.zoom.registrant_fields import FIELDS
from bot.providers.zoom.registrant_payloads import check_details, dates_query, registrant_body
from bot.providers.zoom.registrant_records import (
    AddedRecord,
    QuestionsRecord,
    SourceRecord,
    ZoomRegistrantRecord,
    dates_question,
)

if TYPE_CHECKING:
    from bot.providers.caller import Caller

log = logging.getLogger(__name__)

PER_PAGE = "300"
INVALID = "300"
"""The code for a value that Zoom does not accept, and for a missing answer."""
KNOWN_FOR = timedelta(minutes=1)
"""How long the addresses of an event are used while a list is registered, instead of reading them for each person."""
SOURCES_FOR = timedelta(minutes=10)
LISTED = {
    RegistrantStatus.APPROVED: "This email address is already registered for this meeting or webinar.",
    RegistrantStatus.PENDING: "This email address is already registered and waits for approval.",
    RegistrantStatus.DENIED: "A registration with this email address was denied. An organizer can approve it.",
}
NOT_ANSWERED = "The registration form asks for answers that are missing or not valid: {}. Nothing was changed."


class RegistrantsApi(EventReads):
    """The part of the client about registrants. It stores none of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._known: dict[EventRef, tuple[datetime, set[str]]] = {}
        self._sources: dict[str, tuple[datetime, dict[str, str]]] = {}

    async def questions(self, session_id: str, caller: Caller) -> tuple[Question, ...]:
        """See the port. One Light call, and one more for a date of a recurring event."""
        ref = EventRef.parse(session_id)
        path = "/registrants/questions"
        body = await self._on_event("GET", path, ref.event_id, label=Label.LIGHT, caller=caller)
        asked = parse_record(QuestionsRecord, body).questions_asked()
        if not ref.occurrence:
            return asked
        event = await self._event(ref.event_id, caller)
        return (*dates_question(event, ref.occurrence, self._clock.now()), *asked)

    async def register(self, session_id: str, details: RegistrantDetails, caller: Caller) -> Registrant:
        """See the port. One Light call, after one Medium call for each status that an address can be listed in.

        What Zoom answers for an address that is registered already is not documented, so it is never sent.
        """
        check_details(details)
        ref = EventRef.parse(session_id)
        occurrence = await self._date(ref, caller)
        await self._check_unknown(ref, details.address, caller)
        kind = await self._kind_of(ref.event_id, caller)
        source_id = await self._source_id(ref.event_id, details.source, caller) if kind is EventKind.WEBINAR else ""
        try:
            body = await self._on_event(
                "POST",
                "/registrants",
                ref.event_id,
                label=Label.LIGHT,
                caller=caller,
                changes=True,
                address=details.address,
                query=dates_query(details, occurrence) if occurrence else {},
                json=registrant_body(details, kind, source_id),
            )
        except ProviderRefused as refusal:
            raise _with_questions(refusal) from None
        if ref in self._known:
            self._known[ref][1].add(details.address)
        return parse_record(AddedRecord, body, changes=True).added(details)

    async def registrants(
        self, session_id: str, caller: Caller, status: RegistrantStatus = RegistrantStatus.APPROVED
    ) -> list[Registrant]:
        """See the port. One Medium call per 300; one Light call before it for a date of a recurring event."""
        ref = EventRef.parse(session_id)
        occurrence = await self._date(ref, caller)
        return [one async for one in self._listed(ref.event_id, occurrence, status, caller)]

    async def registrants_page(self, session_id: str, token: str | None, caller: Caller) -> Page[Registrant]:
        """See the port. Those who are approved: up to 300 with one Medium call."""
        ref = EventRef.parse(session_id)
        occurrence = await self._date(ref, caller)
        people, token = await self._page_of(ref.event_id, occurrence, RegistrantStatus.APPROVED, token, caller)
        return Page(tuple(people), token)

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """See the port. One Light call."""
        ids, path = {"registrant_id": registrant_id}, "/registrants/{registrant_id}"
        event_id = EventRef.parse(session_id).event_id
        body = await self._on_event("GET", path, event_id, label=Label.LIGHT, caller=caller, ids=ids)
        return parse_record(ZoomRegistrantRecord, body).registrant()

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """See the port. One Light call; of a recurring event only from this date, if people choose dates."""
        ref = EventRef.parse(session_id)
        occurrence = await self._date(ref, caller)
        self._known.pop(ref, None)
        try:
            await self._on_event(
                "DELETE",
                "/registrants/{registrant_id}",
                ref.event_id,
                label=Label.LIGHT,
                caller=caller,
                changes=True,
                ids={"registrant_id": registrant_id},
                deletes=self._host_of.get(ref.event_id, ref.event_id),
                query={"occurrence_id": occurrence} if occurrence else {},
            )
        except ProviderGone:
            return

    async def decide(self, session_id: str, registrant_ids: Sequence[str], decision: Decision, caller: Caller) -> None:
        """See the port. One Medium call; each counts for a daily limit of every registrant, even without an effect."""
        event_id = EventRef.parse(session_id).event_id
        json = {"action": decision.value, "registrants": [{"id": one} for one in registrant_ids]}
        parts: dict[str, Any] = {"changes": True, "registrants": tuple(registrant_ids), "json": json}
        await self._on_event("PUT", "/registrants/status", event_id, label=Label.MEDIUM, caller=caller, **parts)

    async def _date(self, ref: EventRef, caller: Caller) -> str:
        """The date of this reference, if people register for dates; empty if they register once for all."""
        if not ref.occurrence:
            return ""
        return ref.occurrence if (await self._event(ref.event_id, caller)).registers_by_date else ""

    async def _check_unknown(self, ref: EventRef, address: str, caller: Caller) -> None:
        """Raise `ProviderConflict` if this address is listed in any status."""
        now = self._clock.now()
        read_at, addresses = self._known.get(ref, (now, set()))
        if caller.lane in (Lane.BULK, Lane.PAGE) and ref in self._known and now - read_at < KNOWN_FOR:
            if address in addresses:
                raise ProviderConflict(LISTED[RegistrantStatus.APPROVED])
            return
        found: set[str] = set()
        for status in RegistrantStatus:
            async for one in self._listed(ref.event_id, "", status, caller):
                if one.address == address:
                    raise ProviderConflict(LISTED[status])
                found.add(one.address)
        self._known = {ref: (now, found)} if caller.lane in (Lane.BULK, Lane.PAGE) else {}

    async def _listed(
        self, event_id: str, occurrence: str, status: RegistrantStatus, caller: Caller
    ) -> AsyncIterator[Registrant]:
        token: str | None = None
        while True:
            people, token = await self._page_of(event_id, occurrence, status, token, caller)
            for one in people:
                yield one
            if token is None:
                return

    async def _page_of(
        self, event_id: str, occurrence: str, status: RegistrantStatus, token: str | None, caller: Caller
    ) -> tuple[list[Registrant], str | None]:
        query = {"status": status.value, "page_size": PER_PAGE, "occurrence_id": occurrence, "next_page_token": token}
        body = await self._on_event(
            "GET",
            "/registrants",
            event_id,
            label=Label.MEDIUM,
            caller=caller,
            query={name: value for name, value in query.items() if value},
        )
        page = parse_record(RegistrantPageRecord, body)
        following = page.next_page_token
        return [one.registrant(status) for one in page.registrants], following if following not in ("", token) else None

    async def _source_id(self, event_id: str, source: str, caller: Caller) -> str:
        """The tracking source of a webinar with this name; empty if it has none. One Medium call in ten minutes."""
        now = self._clock.now()
        read_at, sources = self._sources.get(event_id, (now, {}))
        if source and (event_id not in self._sources or now - read_at > SOURCES_FOR):
            try:
                sources = await self._read_sources(event_id, caller)
            except ProviderRefused as refusal:  # for example without the scope: the registration matters more
                log.warning("zoom.sources_refused", extra={"session": event_id, "code": refusal.code})
            self._sources[event_id] = (now, sources)
        return sources.get(source.casefold(), "")

    async def _read_sources(self, event_id: str, caller: Caller) -> dict[str, str]:
        path, ids = "/webinars/{event_id}/tracking_sources", {"event_id": event_id}
        body = await self._request("GET", path, label=Label.MEDIUM, caller=caller, ids=ids)
        listed = parse_record(SourcesRecord, body).tracking_sources
        return {one.source_name.casefold(): one.id for one in listed}


class RegistrantPageRecord(ListPageRecord):
    """A page of registrants."""

    registrants: tuple[ZoomRegistrantRecord, ...] = ()


class SourcesRecord(ListPageRecord):
    """The tracking sources of a webinar."""

    tracking_sources: tuple[SourceRecord, ...] = ()


def _with_questions(refusal: ProviderRefused) -> ProviderRefused:
    """`AnswersRequired` for a refusal of an answer: the questions may have changed since they were read."""
    name = refusal.parameter.split("[")[0]
    # Without a known field it is an answer to a host's own question: their titles are not kept of an error.
    is_answer = name in FIELDS or name.startswith("custom_questions") or not name
    if refusal.code != INVALID or not is_answer:
        return refusal
    label = FIELDS[name].label if name in FIELDS else "the organizer's questions"
    sentence = NOT_ANSWERED.format(label)
    return AnswersRequired(sentence, code=refusal.code, parameter=refusal.parameter, status=refusal.status)
