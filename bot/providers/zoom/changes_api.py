"""Zoom's requests that create, change and delete meetings and webinars. Each is one call, never sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import OutcomeUnknown, ProviderError, ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.webinar import SessionFacts, WebinarFacts
from bot.providers.base import UNCHANGED
from bot.providers.event_ref import EventRef
from bot.providers.zoom.errors import GONE
from bot.providers.zoom.event_facts import session_of, sessions_of, webinar_of
from bot.providers.zoom.event_reads import NO_REGISTRATION, EventReads
from bot.providers.zoom.limits import Label
from bot.providers.zoom.no_answer import UNKNOWN
from bot.providers.zoom.payloads import changed_date_body, changed_event_body, new_event_body
from bot.providers.zoom.records import EventKind, EventRecord, parse_record

if TYPE_CHECKING:
    from datetime import datetime

    from bot.model.people import Coworker
    from bot.model.webinar import Registration, WebinarForm
    from bot.model.webinar_edit import WebinarEdit
    from bot.providers.base import RegistrationChange
    from bot.providers.caller import Caller

NO_HOST = (
    "Zoom needs a Licensed user as the host, and has none with your email address at Slack. A Zoom administrator can "
    "assign a license under User Management."
)
NOT_CLOSED = (
    "Zoom can't close a registration and keep it: it is open until the event is over, or until its limit is reached. "
    "Nothing was changed."
)
NO_LIMIT = (
    "A Zoom meeting has no limit of its own: it takes as many registrants as the plan of its host. Nothing was changed."
)
NO_PREFERENCES = "Zoom doesn't have these registration settings. Nothing was changed."
OF_A_DATE = ("start", "length", "time_zone")
"""The fields of an edit that one of several dates has for itself."""
SAME_EDIT = timedelta(minutes=2)
"""How long the two halves of one edit belong together: Zoom has one object for both."""


@dataclass(frozen=True)
class SentChange:
    """A change that Zoom has accepted, and the event as read afterwards."""

    body: dict[str, Any]
    event: EventRecord
    at: datetime


class ChangesApi(EventReads):
    """The part of the client that changes events."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._made: dict[str, EventRecord] = {}
        self._sent: dict[str, SentChange] = {}

    async def create_webinar(self, form: WebinarForm, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """See the port. The meeting has its date with it. One Light call."""
        if host is None:
            raise ProviderForbidden(NO_HOST)
        return webinar_of(await self._create(form, host, EventKind(form.kind), caller))

    async def create_session(self, webinar_id: str, form: WebinarForm, caller: Caller) -> SessionFacts:
        """See the port. The date was created with the meeting: no call right after that, otherwise one Light call."""
        ref = EventRef.parse(webinar_id)
        event = self._made.pop(ref.event_id, None) or await self._event(ref.event_id, caller)
        found = sessions_of(event, self._clock.now())
        if not found:
            raise ProviderGone(GONE)
        return min(found, key=lambda one: abs(one.start - form.start))

    async def change_webinar(self, webinar_id: str, edit: WebinarEdit, caller: Caller) -> WebinarFacts:
        """See the port. With the date, if there is one date: one Light call to change, and one to read the result."""
        event_id = EventRef.parse(webinar_id).event_id
        event = await self._known_event(event_id, caller)
        body = changed_event_body(edit if event.is_single else edit.without(OF_A_DATE), event.kind)
        return webinar_of(await self._change(event_id, body, {}, caller))

    async def change_session(
        self,
        webinar_id: str,  # noqa: ARG002 - the session's id has it
        session_id: str,
        edit: WebinarEdit,
        caller: Caller,
    ) -> SessionFacts:
        """See the port. No call if the date was changed with the webinar just now; of several dates, only this one."""
        ref = EventRef.parse(session_id)
        query = {"occurrence_id": ref.occurrence} if ref.occurrence else {}
        body = changed_date_body(edit, is_one_of_several=bool(query))
        sent = self._sent.pop(ref.event_id, None)
        if sent and not query and self._clock.now() - sent.at < SAME_EDIT and body.items() <= sent.body.items():
            event = sent.event
        else:
            event = await self._change(ref.event_id, body, query, caller)
        found = session_of(event, ref.occurrence, self._clock.now())
        if found is None:
            raise ProviderGone(GONE)
        return found

    async def delete_webinar(self, webinar_id: str, caller: Caller, session_id: str = "") -> None:
        """See the port. Zoom mails the registrants. Of several dates, only that of `session_id`. One Light call."""
        ref = EventRef.parse(session_id or webinar_id)
        try:
            kind = await self._kind_of(ref.event_id, caller)
            reminder = "cancel_meeting_reminder" if kind is EventKind.MEETING else "cancel_webinar_reminder"
            query = {reminder: "true", **({"occurrence_id": ref.occurrence} if ref.occurrence else {})}
            parts: dict[str, Any] = {"query": query, "changes": True, "deletes": self._host_of.get(ref.event_id, "")}
            await self._on_event("DELETE", "", ref.event_id, label=Label.LIGHT, caller=caller, **parts)
        except ProviderGone:
            return
        except ProviderRefused as refusal:
            if refusal.parameter != "occurrence_id":  # this date does not exist any more
                raise
        finally:
            self._forget(ref.event_id)

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """See the port. Only the limit of a webinar can change."""
        ref = EventRef.parse(session_id)
        event = await self._event(ref.event_id, caller)
        if not event.has_registration:
            raise ProviderGone(NO_REGISTRATION)
        if not change.is_open:
            raise ProviderRefused(NOT_CLOSED)
        if change.preferences is not UNCHANGED:
            raise ProviderRefused(NO_PREFERENCES)
        if change.limit is not UNCHANGED:
            if event.kind is EventKind.MEETING:
                raise ProviderRefused(NO_LIMIT)
            body = {"settings": {"registrants_restrict_number": change.limit or 0}}
            event = await self._change(event.id, body, {}, caller)
        return await self._registration(event, ref, caller)

    async def _create(self, form: WebinarForm, host: Coworker, kind: EventKind, caller: Caller) -> EventRecord:
        parts: dict[str, Any] = {"ids": {"user_id": host.user_id}, "json": new_event_body(form, kind)}
        path = f"/users/{{user_id}}/{kind}s"
        parts |= {"label": Label.LIGHT, "host": host.user_id, "changes": True}
        body = await self._request("POST", path, caller=caller, **parts)
        event = parse_record(EventRecord, body, changes=True)
        self._note(event)
        self._made[event.id] = event
        return event

    async def _known_event(self, event_id: str, caller: Caller) -> EventRecord:
        """The event as it was read for a list, or else now: for what an edit does not change."""
        known = self._read.get(event_id)
        return known.event if known else await self._event(event_id, caller)

    async def _change(self, event_id: str, body: dict[str, Any], query: dict[str, str], caller: Caller) -> EventRecord:
        """Change an event and read it. Raises `OutcomeUnknown` if it was changed and cannot be read."""
        if not body:
            return await self._event(event_id, caller)
        await self._kind_of(event_id, caller)
        parts: dict[str, Any] = {"json": body, "query": query, "changes": True, "host": self._host_of.get(event_id, "")}
        await self._on_event("PATCH", "", event_id, label=Label.LIGHT, caller=caller, **parts)
        self._forget(event_id)
        try:
            event = await self._event(event_id, caller)
        except ProviderGone:
            raise
        except ProviderError as error:
            raise OutcomeUnknown(UNKNOWN, code=error.code, status=error.status) from None
        self._sent[event_id] = SentChange(body, event, self._clock.now())
        return event
