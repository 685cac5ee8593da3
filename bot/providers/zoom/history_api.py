"""Zoom's requests about the history: who took part in a meeting or webinar that has ended."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from pydantic import Field

from bot.errors import HistoryForbidden, ProviderForbidden, ProviderGone, ProviderRefused
from bot.model.attendance import Participation, PastSession
from bot.model.team import Role
from bot.model.webinar import Status
from bot.providers.caller import Page
from bot.providers.event_ref import EventRef
from bot.providers.zoom.errors import SCOPE_CODES
from bot.providers.zoom.event_facts import EARLY, session_of, sessions_of
from bot.providers.zoom.event_reads import EventReads
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import EventKind, EventRecord, ZoomRecord, parse_record
from bot.providers.zoom.refusals import NOT_HELD, TOO_OLD
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from pydantic import SecretStr

    from bot.model.webinar import SessionFacts
    from bot.providers.caller import Caller

PAST = "/past_{kind}s/{{event_id}}/participants"
REPORT = "/report/{kind}s/{{event_id}}/participants"
DETAILS = "/report/webinars/{event_id}"
TRIED_AFTER = timedelta(minutes=10)
"""How long after its planned end an event that Zoom has no record of counts as one that nobody started."""
EARLIER_DATE = (
    "Zoom shows who attended the latest date of a recurring meeting or webinar, and there has been a later one than "
    "this."
)
REPORT_TOKEN = "report:"  # noqa: S105 - the beginning of our page tokens, no secret
WAITING_ROOM = "in_waiting_room"


class StayRecord(ZoomRecord):
    """One stay of a participant. The address is empty for people outside the account, unless they registered."""

    id: str = ""
    user_id: str = ""
    registrant_id: str = ""
    name: str = Field(default="", repr=False)
    user_email: str = Field(default="", repr=False)
    join_time: str = ""
    leave_time: str = ""
    duration: int | None = None
    status: str = ""

    def participation(self, role: Role, key: SecretStr) -> Participation:
        """Convert to the model. A leave that Zoom has not computed yet is unknown, so that it is read again.

        `key` hides who it is: what is stored of a stay must not reveal an address, not even to those who guess it.
        """
        first, _, last = self.name.strip().partition(" ")
        return Participation(
            id=f"{self.user_id or self.id}@{self.join_time}" if self.join_time else self.user_id,
            registrant_id=self.registrant_id,
            role=role,
            first_name=first,
            last_name=last.strip(),
            email=self.user_email,
            joined=read_time(self.join_time),
            left=self._left,
            user_hash=self._person(key),
        )

    @property
    def _left(self) -> datetime | None:
        joined, left = read_time(self.join_time), read_time(self.leave_time)
        is_computed = self.duration != 0 or left == joined  # durations are 0 until Zoom has the data
        return left if is_computed else None

    def _person(self, key: SecretStr) -> str:
        """The same on all devices of one person, as far as Zoom tells; without their address in it."""
        known = self.registrant_id or self.id or self.user_email.lower()
        return hmac.new(key.get_secret_value().encode(), known.encode(), sha256).hexdigest()[:20] if known else ""


class WebinarDetailsRecord(ZoomRecord):
    """The report on a webinar as a whole."""

    start_time: str = ""
    end_time: str = ""


class ZoomHistoryApi(EventReads):
    """The part of the client about the history."""

    async def past_session(self, webinar_id: str, session_id: str, caller: Caller) -> PastSession:
        """See the port. One Light call for the event, and one for its history once it can have ended."""
        event, session = await self._held(webinar_id, session_id, caller)
        unknown = {"are_joins_registered": False}
        if session.status is not Status.FINISHED:
            is_live = session.status is Status.ACTIVE and not _may_be_practice(event)
            return PastSession(status=session.status, live_from=self._clock.now() if is_live else None, **unknown)
        try:
            details = await self._details(event, caller)
            if details is None:
                stays, _ = await self._stays(event, None, caller, page_size="1")
                details = WebinarDetailsRecord(start_time=next((one.join_time for one in stays), ""))
        except ProviderGone:
            return PastSession(status=Status.SCHEDULED, **unknown)
        began, ended = read_time(details.start_time), read_time(details.end_time)
        if began and began < session.start - EARLY:  # of an earlier date: nobody has started this one
            return PastSession(status=Status.SCHEDULED, **unknown)
        times = {"start": began, "end": ended} if ended else {}
        return PastSession(status=Status.FINISHED, **times, **unknown)

    async def participants_page(
        self, webinar_id: str, session_id: str, token: str | None, caller: Caller
    ) -> Page[Participation]:
        """See the port. One Medium call, or one Heavy call for the report if the app may read only that.

        With a Light call for the event, and for a webinar a Medium call for its panelists.
        """
        event, _ = await self._held(webinar_id, session_id, caller)
        stays, next_token = await self._stays(event, token, caller)
        panelists = {one.email.lower() for one in await self._panelists(event, caller)}
        alternative = {one.strip().lower() for one in event.settings.alternative_hosts.replace(",", ";").split(";")}
        roles = [_role(one, event, panelists, alternative - {""}) for one in stays]
        found = [one.participation(role, self._secret) for one, role in zip(stays, roles, strict=True)]
        return Page(tuple(found), next_token)

    async def _held(self, webinar_id: str, session_id: str, caller: Caller) -> tuple[EventRecord, SessionFacts]:
        """The event and its date. Raises `HistoryForbidden` for a date that was followed by another one."""
        ref, now = EventRef.parse(session_id or webinar_id), self._clock.now()
        event = await self._event(ref.event_id, caller)
        session = session_of(event, ref.occurrence, now)
        if session is None:
            raise ProviderGone(NOT_HELD)
        if any(session.start < other.start <= now for other in sessions_of(event, now)):
            raise HistoryForbidden(EARLIER_DATE)
        return event, session

    async def _details(self, event: EventRecord, caller: Caller) -> WebinarDetailsRecord | None:
        """The report on a webinar; `None` for a meeting, or without the scope. `ProviderGone` if it was not held."""
        if event.kind is EventKind.MEETING:
            return None
        try:
            body = await self._request("GET", DETAILS, label=Label.HEAVY, caller=caller, ids={"event_id": event.id})
        except ProviderForbidden as refusal:
            if refusal.sentence == TOO_OLD:
                raise
            return None
        return parse_record(WebinarDetailsRecord, body)

    async def _stays(
        self, event: EventRecord, token: str | None, caller: Caller, **query: str
    ) -> tuple[list[StayRecord], str | None]:
        """A page of stays. Both operations have the registrant's id; a page token is of one of them."""
        if token is None or not token.startswith(REPORT_TOKEN):
            try:
                return await self._stays_of(PAST, event, token, caller, query)
            except ProviderForbidden as refusal:
                if token or refusal.sentence == TOO_OLD or refusal.code not in {*SCOPE_CODES, "200"}:
                    raise
                missing = refusal
            token = REPORT_TOKEN
        else:
            missing = None
        with_registrants = {**query, "include_fields": "registrant_id"}
        try:
            stays, following = await self._stays_of(
                REPORT, event, token.removeprefix(REPORT_TOKEN), caller, with_registrants
            )
        except ProviderForbidden as refusal:
            raise missing or refusal from None
        return stays, f"{REPORT_TOKEN}{following}" if following else None

    async def _stays_of(
        self, path: str, event: EventRecord, token: str | None, caller: Caller, query: dict[str, str]
    ) -> tuple[list[StayRecord], str | None]:
        label = Label.MEDIUM if path == PAST else Label.HEAVY
        parts: dict[str, Any] = {"ids": {"event_id": event.id}, "query": query}
        path = path.format(kind=event.kind)
        try:
            items, following = await self._page(
                path, "participants", token or None, label=label, caller=caller, **parts
            )
        except ProviderRefused as refusal:
            raise _of_page(refusal) if token else refusal from None
        stays = [parse_record(StayRecord, item) for item in items]
        return [one for one in stays if one.status != WAITING_ROOM], following


def _may_be_practice(event: EventRecord) -> bool:
    """Whether the hosts of a webinar that has begun may still be among themselves. Meetings have no practice."""
    return event.kind is EventKind.WEBINAR and event.settings.practice_session


def _role(stay: StayRecord, event: EventRecord, panelists: set[str], alternative: set[str]) -> Role:
    """The role of a participant, which Zoom does not report: by their user, or by their address."""
    address = stay.user_email.lower()
    if (stay.id and stay.id == event.host_id) or (address and address == event.host_email.lower()):
        return Role.HOST
    if address in alternative:
        return Role.COHOST
    return Role.PANELIST if address in panelists else Role.ATTENDEE


def _of_page(refusal: ProviderRefused) -> ProviderRefused:
    """The refusal of a page whose token has expired, named as the readers of lists know it."""
    if refusal.code != "300":
        return refusal
    return ProviderRefused(refusal.sentence, code=refusal.code, parameter="pageToken", status=refusal.status)
