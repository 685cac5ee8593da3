"""Zoom's lists of meetings and webinars, read for each licensed user, with what the lists leave out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import ProviderForbidden, ProviderGone
from bot.model.webinar import Registration, SessionFacts, WebinarFacts
from bot.providers.event_ref import EventRef
from bot.providers.zoom.errors import GONE
from bot.providers.zoom.event_facts import registration_of, session_of, sessions_of, webinar_of
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import EventKind, EventRecord, ListPageRecord, UserRecord, parse_record
from bot.providers.zoom.users_api import UsersApi

if TYPE_CHECKING:
    from bot.providers.caller import Caller

log = logging.getLogger(__name__)

READS_A_LIST = 100
"""Events read alone for one list, the next ones first; the others are read for the following list."""
FRESH_FOR = timedelta(minutes=30)
"""How long an event with registration is not read alone again while its entry in the list stays the same."""
FRESH_WITHOUT_REGISTRATION = timedelta(hours=6)
AROUND_START = timedelta(minutes=15)
"""How long before its start a meeting is read for every list: only then does it say whether it runs."""
NO_DATE = "This {} has no date at Zoom: it is an instant meeting, or it recurs at no fixed time."
NO_REGISTRATION = "This meeting or webinar has no registration at Zoom."


@dataclass(frozen=True)
class ReadEvent:
    """An event as read alone, and its entry in the list at that time."""

    event: EventRecord
    entry: EventRecord
    read_at: datetime


class ListsApi(UsersApi):
    """The part of the client that lists events, and reads one of them for the port."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._read: dict[str, ReadEvent] = {}
        self._wanted: set[str] = set()
        """Events without registration that are known all the same, because they were asked for."""
        self._no_webinars: dict[str, datetime] = {}
        """Users who have no webinars, and when Zoom said so."""

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """See the port. All events with registration, and those without that were asked for.

        One Medium call per licensed user and kind, and one Light call for each event that is new or has changed.
        """
        listed = {entry.id: entry for entry in await self._entries(caller) if _may_end_after(entry, ending_after)}
        reads = 0
        for entry in sorted(listed.values(), key=_start):
            if reads < READS_A_LIST and self._is_outdated(entry):
                reads += 1
                await self._read_listed(entry, caller)
        now = self._clock.now()
        held = (key for key, one in self._read.items() if _was_held(one.event, now, ending_after))
        self._read = {key: self._read[key] for key in {*held, *listed} & self._read.keys()}
        events = [
            one.event for one in self._read.values() if one.event.has_registration or one.event.id in self._wanted
        ]
        found = [session for event in events for session in sessions_of(event, now)]
        return [session for session in found if session.start + session.length > ending_after]

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """See the port. One Light call, or two if the kind of the event is not known."""
        ref = EventRef.parse(session_id or webinar_id)
        event = await self._event(ref.event_id, caller)
        found = session_of(event, ref.occurrence, self._clock.now())
        if found is None:
            raise ProviderGone(GONE if ref.occurrence or event.start else NO_DATE.format(event.kind))
        self._wanted.add(event.id)
        self._remember(event)
        return found

    async def dates(self, webinar_id: str, caller: Caller) -> list[SessionFacts]:
        """See the port. One Light call, or two if the kind of the event is not known."""
        event = await self._event(EventRef.parse(webinar_id).event_id, caller)
        found = sessions_of(event, self._clock.now())
        if not found:
            raise ProviderGone(NO_DATE.format(event.kind))
        self._wanted.add(event.id)
        self._remember(event)
        return found

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """See the port. One Light call, or two if the kind of the event is not known."""
        return webinar_of(await self._event(EventRef.parse(webinar_id).event_id, caller))

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """See the port. One Light call for the settings, and one Medium call for the number of registrants."""
        ref = EventRef.parse(session_id)
        event = await self._event(ref.event_id, caller)
        if not event.has_registration:
            raise ProviderGone(NO_REGISTRATION)
        return await self._registration(event, ref, caller)

    async def _registration(self, event: EventRecord, ref: EventRef, caller: Caller) -> Registration:
        by_date = {"occurrence_id": ref.occurrence} if ref.occurrence and event.registers_by_date else {}
        query = {"status": "approved", "page_size": "1", **by_date}
        body = await self._on_event("GET", "/registrants", event.id, label=Label.MEDIUM, caller=caller, query=query)
        count = parse_record(ListPageRecord, body).total_records
        return registration_of(event, count, self._capacity(event.id, count), self._clock.now())

    async def _entries(self, caller: Caller) -> list[EventRecord]:
        """What the lists of all licensed users have."""
        found: list[EventRecord] = []
        for user in await self._hosts(caller):
            found += await self._hosted(user, EventKind.MEETING, caller)
            if not self._has_no_webinars(user):
                found += await self._hosted(user, EventKind.WEBINAR, caller)
        return found

    async def _hosted(self, user: UserRecord, kind: EventKind, caller: Caller) -> list[EventRecord]:
        path, name = f"/users/{{user_id}}/{kind}s", f"{kind}s"
        parts: dict[str, Any] = {"ids": {"user_id": user.id}, "query": {"type": "scheduled"}}
        try:
            items = self._items(path, name, label=Label.MEDIUM, caller=caller, **parts)
            return [parse_record(EventRecord, item) async for item in items]
        except ProviderGone:
            return []  # the user has left since the users were read
        except ProviderForbidden as refusal:
            if kind is EventKind.MEETING:
                raise
            log.info("zoom.webinars_skipped", extra={"user": user.id, "code": refusal.code})
            self._no_webinars[user.id] = self._clock.now()
            return []

    def _has_no_webinars(self, user: UserRecord) -> bool:
        """Whether Zoom has refused to list webinars of this user since the users were read."""
        refused_at = self._no_webinars.get(user.id)
        return bool(refused_at and self._users_read_at and refused_at >= self._users_read_at)

    def _is_outdated(self, entry: EventRecord) -> bool:
        known, now = self._read.get(entry.id), self._clock.now()
        if known is None or known.entry != entry:
            return True
        age = now - known.read_at
        if known.event.has_registration and known.event.kind is EventKind.MEETING and _is_around(known.event, now):
            return True
        return age > (FRESH_FOR if known.event.has_registration else FRESH_WITHOUT_REGISTRATION)

    async def _read_listed(self, entry: EventRecord, caller: Caller) -> None:
        self._kinds[entry.id] = entry.kind
        try:
            event = await self._event(entry.id, caller)
        except ProviderGone:
            self._read.pop(entry.id, None)
            return
        self._read[entry.id] = ReadEvent(event, entry, self._clock.now())

    def _remember(self, event: EventRecord) -> None:
        """Use what was just read for the next list, too."""
        if known := self._read.get(event.id):
            self._read[event.id] = ReadEvent(event, known.entry, self._clock.now())

    def _forget(self, event_id: str) -> None:
        """Read this event again for the next list: it was changed or deleted here."""
        self._read.pop(event_id, None)


def _may_end_after(entry: EventRecord, moment: datetime) -> bool:
    """Whether a date of it can end after this moment: for several dates, the list shows one of them only."""
    start = entry.start
    return start is not None and (not entry.is_single or start + entry.length > moment)


def _start(entry: EventRecord) -> datetime:
    return entry.start or datetime.max.replace(tzinfo=UTC)


def _is_around(event: EventRecord, now: datetime) -> bool:
    """Whether one of its dates takes place now, or soon."""
    return any(one.start - AROUND_START <= now <= one.start + one.length for one in _dates(event, now))


def _was_held(event: EventRecord, now: datetime, ending_after: datetime) -> bool:
    """Whether its last date is over, but still of interest: lists leave it out then."""
    last = max((one.start + one.length for one in _dates(event, now)), default=ending_after)
    return ending_after < last <= now


def _dates(event: EventRecord, now: datetime) -> Iterator[SessionFacts]:
    return iter(sessions_of(event, now))
