"""RingCentral Webinar as a `WebinarProvider`: webinars, sessions and registration settings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bot.errors import ProviderGone
from bot.model.form_rules import FormRules
from bot.model.people import Coworker
from bot.model.recurrence import EventForm
from bot.model.webinar import Registration, SessionFacts, WebinarFacts, WebinarForm
from bot.model.webinar_edit import WebinarEdit
from bot.providers.base import Caller, Lane, RegistrationChange, WebinarProvider
from bot.providers.ringcentral.events_api import EventsApi
from bot.providers.ringcentral.form_rules import RULES
from bot.providers.ringcentral.history_api import HistoryApi
from bot.providers.ringcentral.paths import COMPANY_SESSIONS, DIRECTORY, WEBINARS
from bot.providers.ringcentral.payloads import (
    changed_session_body,
    changed_webinar_body,
    format_utc,
    registration_body,
    session_body,
    webinar_body,
)
from bot.providers.ringcentral.people_api import PeopleApi
from bot.providers.ringcentral.people_records import ContactRecord, DirectoryPage, ExtensionPage
from bot.providers.ringcentral.recordings_api import RecordingsApi
from bot.providers.ringcentral.records import (
    RegistrationRecord,
    SessionRecord,
    WebinarRecord,
    parse_record,
)
from bot.providers.ringcentral.request import HEAVY, MEDIUM
from bot.providers.ringcentral.transport import PER_PAGE

EXTENSIONS = "/restapi/v1.0/account/~/extension"
WEBINAR = "/webinar/configuration/v1/webinars/{webinar_id}"
WEBINAR_SESSIONS = "/webinar/configuration/v1/webinars/{webinar_id}/sessions"
SESSION = "/webinar/configuration/v1/webinars/{webinar_id}/sessions/{session_id}"
OWN_SESSIONS = "/webinar/configuration/v1/sessions"
REGISTRATION = "/webinar/registration/v1/sessions/{session_id}"
CLOCK_SKEW = timedelta(minutes=2)
"""How far RingCentral's clock may be behind ours when we look for a webinar by when it was created."""
CREATED_WITHIN = timedelta(minutes=6)
"""A webinar created longer than this after we began is not ours: waits at our gate and for an answer are shorter."""
DAY = timedelta(days=1)


class RingCentral(PeopleApi, EventsApi, HistoryApi, RecordingsApi, WebinarProvider):
    """RingCentral as one service user, the owner of the JWT; developers.ringcentral.com/guide/webinar."""

    name = "ringcentral"
    display_names = ("RingCentral",)

    def form_rules(self, kind: EventForm) -> FormRules:  # noqa: ARG002 - it has one kind of events
        """See the port."""
        return RULES

    def page_registrations_a_minute(self, session_id: str) -> int:  # noqa: ARG002 - all events share one budget
        """See the port. Each is one Heavy call."""
        return self._gate.calls_a_minute(HEAVY, Lane.PAGE)

    has_event_subscriptions = True
    lists_all_hosts = False

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """See the port. One Medium call per 1,000 entries. Companies that are linked to ours are excluded."""
        user = self._user or await self.service_user(caller)
        # Without linked companies the entries have no account id: it is the service user's. If that is unknown, the
        # entries of all companies are read, of which the service user's own has it.
        entries = await self._directory(caller, federated=not user.account_id)
        if not user.account_id:
            account_id = next((entry.account.id for entry in entries if entry.id == user.user_id), "")
            self._user = user = user.model_copy(update={"account_id": account_id})
        return list(filter(None, (entry.coworker(user.account_id) for entry in entries)))

    async def find_coworker(self, address: str, caller: Caller) -> Coworker | None:
        """See the port. One Medium call."""
        user = self._user or await self.service_user(caller)
        query = {"email": address, "type": "User", "status": "Enabled"}
        body = await self._request("GET", EXTENSIONS, group=MEDIUM, caller=caller, query=query)
        found = filter(None, (one.coworker(user.account_id) for one in parse_record(ExtensionPage, body).records))
        return next((one for one in found if one.email.lower() == address.lower()), None)

    async def _directory(self, caller: Caller, *, federated: bool) -> list[ContactRecord]:
        entries: list[ContactRecord] = []
        page, pages = 0, 1
        while page < pages:
            page += 1
            query = {"type": "User", "showFederated": str(federated).lower(), "perPage": PER_PAGE, "page": str(page)}
            body = await self._request("GET", DIRECTORY, group=MEDIUM, caller=caller, query=query)
            listed = parse_record(DirectoryPage, body)
            entries += listed.records
            pages = listed.paging.total_pages
        return entries

    async def create_webinar(self, form: WebinarForm, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """See the port."""
        json = webinar_body(form, host)
        body = await self._request("POST", WEBINARS, group=HEAVY, caller=caller, changes=True, json=json)
        return parse_record(WebinarRecord, body, changes=True).facts()

    async def find_webinar(
        self, title: str, created_from: datetime, known_ids: frozenset[str], caller: Caller
    ) -> WebinarFacts | None:
        """The oldest webinar with exactly this title that was created since then, except those of `known_ids`.

        RingCentral lists only webinars that the service user itself hosts.
        """
        since = created_from.astimezone(UTC).replace(microsecond=0)
        records = self._records(WEBINARS, caller, query={"creationTimeFrom": format_utc(since)})
        webinars = [parse_record(WebinarRecord, record).facts() async for record in records]
        matches = [webinar for webinar in webinars if webinar.title == title and webinar.created_at >= since]
        return min((match for match in matches if match.webinar_id not in known_ids), key=_created_at, default=None)

    async def candidates(
        self, form: WebinarForm, host: Coworker | None, begun_at: datetime, known_ids: frozenset[str], caller: Caller
    ) -> list[WebinarFacts]:
        """See the port. Webinars without a date, which the creation would have added. One call, or none."""
        if host and self._user and host.user_id != self._user.user_id:
            return []  # RingCentral lists only webinars that the service user itself hosts
        found: list[WebinarFacts] = []
        while webinar := await self.find_webinar(form.title, begun_at - CLOCK_SKEW, known_ids, caller):
            known_ids |= {webinar.webinar_id}
            is_in_time = webinar.created_at < begun_at + CREATED_WITHIN
            if is_in_time and (host is None or webinar.host_user_id == host.user_id):
                found.append(webinar)
        if not found:
            return []
        dated = {session.webinar_id for session in await self.sessions(self._clock.now() - DAY, caller)}
        return [webinar for webinar in found if webinar.webinar_id not in dated]

    async def create_session(self, webinar_id: str, form: WebinarForm, caller: Caller) -> SessionFacts:
        """See the port."""
        ids, json = {"webinar_id": webinar_id}, session_body(form)
        body = await self._request(
            "POST", WEBINAR_SESSIONS, group=HEAVY, caller=caller, changes=True, ids=ids, json=json
        )
        return parse_record(SessionRecord, body, changes=True).facts(webinar_id)

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """See the port. Reads all sessions, because no operation lists those of one webinar."""
        sessions = await self.sessions(start, caller)
        listed = next((session for session in sessions if session.webinar_id == webinar_id), None)
        if listed is None:
            return None
        # Lists do not contain the shared link.
        session = await self.session(webinar_id, listed.session_id, caller)
        return session.model_copy(update={"host_user_id": listed.host_user_id})

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """See the port."""
        ids = {"webinar_id": webinar_id, "session_id": session_id}
        body = await self._request("GET", SESSION, group=HEAVY, caller=caller, ids=ids)
        return parse_record(SessionRecord, body).facts(webinar_id)

    async def dates(self, webinar_id: str, caller: Caller) -> None:
        """See the port. No operation reads a webinar with its sessions."""

    async def change_webinar(self, webinar_id: str, edit: WebinarEdit, caller: Caller) -> WebinarFacts:
        """See the port."""
        ids, json = {"webinar_id": webinar_id}, changed_webinar_body(edit)
        body = await self._request("PATCH", WEBINAR, group=HEAVY, caller=caller, changes=True, ids=ids, json=json)
        return parse_record(WebinarRecord, body, changes=True).facts()

    async def change_session(self, webinar_id: str, session_id: str, edit: WebinarEdit, caller: Caller) -> SessionFacts:
        """See the port."""
        ids, json = {"webinar_id": webinar_id, "session_id": session_id}, changed_session_body(edit)
        body = await self._request("PATCH", SESSION, group=HEAVY, caller=caller, changes=True, ids=ids, json=json)
        return parse_record(SessionRecord, body, changes=True).facts(webinar_id)

    async def delete_webinar(self, webinar_id: str, caller: Caller, session_id: str = "") -> None:  # noqa: ARG002
        """See the port: a webinar has one session. Raises `OutcomeUnknown` if no try was answered."""
        ids = {"webinar_id": webinar_id}
        try:
            await self._request("DELETE", WEBINAR, group=HEAVY, caller=caller, changes=True, ids=ids)
        except ProviderGone:
            return  # "404 on a DELETE may be treated as already gone": …/guide/basics/formats/responses

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """See the port. The company's sessions if the service user is an administrator, otherwise those it hosts."""
        query = {"endTimeFrom": format_utc(ending_after)}
        return [_session(record) for record in await self._list(COMPANY_SESSIONS, OWN_SESSIONS, caller, query=query)]

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """See the port."""
        ids = {"session_id": session_id}
        body = await self._request("GET", REGISTRATION, group=HEAVY, caller=caller, ids=ids)
        return parse_record(RegistrationRecord, body).registration(self._clock.now())

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """See the port."""
        ids, json = {"session_id": session_id}, registration_body(change)
        body = await self._request(
            "PATCH", REGISTRATION, group=HEAVY, caller=caller, changes=True, is_idempotent=True, ids=ids, json=json
        )
        return parse_record(RegistrationRecord, body, changes=True).registration(self._clock.now())

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """See the port."""
        body = await self._request("GET", WEBINAR, group=HEAVY, caller=caller, ids={"webinar_id": webinar_id})
        return parse_record(WebinarRecord, body).facts()


def _session(record: Any) -> SessionFacts:
    return parse_record(SessionRecord, record).facts()


def _created_at(webinar: WebinarFacts) -> datetime:
    return webinar.created_at
