"""Zoom's lists of meetings and webinars, read for each licensed user, with what the lists leave out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import ProviderForbidden, ProviderGone
from bot.model.people import Coworker, ServiceUser
from bot.model.webinar import Registration, SessionFacts, WebinarFacts
from bot.providers.event_ref import EventRef
from bot.providers.zoom.errors import GONE
from bot.providers.zoom.event_facts import session_of, sessions_of, webinar_of
from bot.providers.zoom.event_reads import NO_REGISTRATION, EventReads, ReadEvent
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import EventKind, EventRecord, UserRecord, parse_record
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from bot.providers.caller import Caller

log = logging.getLogger(__name__)

USERS_AGE = timedelta(hours=1)
"""How long the list of users is used for the lists of what they host."""
ACCOUNT_NAME = "the Zoom account"
READS_A_LIST = 100
"""Events read alone for one list, the next ones first; the others are read for the following list."""
FRESH_FOR = timedelta(minutes=30)
"""How long an event with registration is not read alone again while its entry in the list stays the same."""
FRESH_WITHOUT_REGISTRATION = timedelta(hours=6)
AROUND_START = timedelta(minutes=15)
"""How long before its start a meeting is read for every list: only then does it say whether it runs."""
NO_DATE = "This {} has no date at Zoom: it is an instant meeting, or it recurs at no fixed time."


class ListsApi(EventReads):
    """The part of the client about users and what they host."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._users_read_at: datetime | None = None
        self._wanted: set[str] = set()
        """Events without registration that are known all the same, because they were asked for."""
        self._no_webinars: dict[str, datetime] = {}
        """Users who have no webinars, and when Zoom said so."""

    async def service_user(self, caller: Caller) -> ServiceUser:
        """See the port. The account itself, which hosts nothing; one login, or no call at all."""
        await self._login.token(caller)
        return ServiceUser(user_id="", account_id=self._account_id, name=ACCOUNT_NAME, may_choose_host=True)

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """See the port. The licensed users, who alone can host what has registration. One Medium call per 300 users."""
        return [self._coworker(user) for user in await self._read_users(caller)]

    async def find_coworker(self, address: str, caller: Caller) -> Coworker | None:
        """See the port. One Light call."""
        try:
            body = await self._request(
                "GET", "/users/{user_id}", label=Label.LIGHT, caller=caller, ids={"user_id": address}
            )
        except ProviderGone:
            return None
        user = parse_record(UserRecord, body)
        is_meant = user.email.lower() == address.strip().lower()
        return self._coworker(user) if is_meant and _can_host(user) else None

    async def _hosts(self, caller: Caller) -> list[UserRecord]:
        """The licensed users, read at most once an hour."""
        now = self._clock.now()
        if self._users_read_at is None or now - self._users_read_at > USERS_AGE:
            return await self._read_users(caller)
        return self._licensed

    async def _read_users(self, caller: Caller) -> list[UserRecord]:
        began = self._clock.now()
        items = self._items("/users", "users", label=Label.MEDIUM, caller=caller, query={"status": "active"})
        users = [parse_record(UserRecord, item) async for item in items]
        self._licensed, self._users_read_at = [user for user in users if _can_host(user)], began
        return self._licensed

    def _coworker(self, user: UserRecord) -> Coworker:
        return Coworker(user_id=user.id, account_id=self._account_id, name=user.name, email=user.email)

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

    async def find_webinar(
        self, title: str, created_from: datetime, known_ids: frozenset[str], caller: Caller
    ) -> WebinarFacts | None:
        """See the port. Reads the lists of all licensed users."""
        entries = [one for one in await self._entries(caller) if one.topic == title]
        found = [
            (created, entry)
            for entry in entries
            if (created := read_time(entry.created_at)) is not None
            and created >= created_from.replace(microsecond=0)
            and str(EventRef("zoom", entry.id)) not in known_ids
        ]
        if not found:
            return None
        return webinar_of(await self._event(min(found, key=lambda one: one[0])[1].id, caller))

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """See the port. One Light call."""
        try:
            dates = await self.dates(webinar_id, caller)
        except ProviderGone:
            return None
        return next((one for one in dates if one.start + one.length > start), None)

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """See the port. One Light call for the settings, and one Medium call for the number of registrants."""
        ref = EventRef.parse(session_id)
        event = await self._event(ref.event_id, caller)
        if not event.has_registration:
            raise ProviderGone(NO_REGISTRATION)
        return await self._registration(event, ref, caller)

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


def _can_host(user: UserRecord) -> bool:
    return user.is_licensed and user.status == "active" and bool(user.email)
