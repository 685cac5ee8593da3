"""RingCentral Webinar as a `WebinarProvider`: webinars, their dates, and their registration as a whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bot.errors import ProviderForbids, ProviderGone
from bot.model.people import Coworker, ServiceUser
from bot.model.webinar import Form, Registration, SessionFacts, WebinarFacts
from bot.providers.base import Ability, Caller, RegistrationChange, WebinarProvider
from bot.providers.ringcentral.payloads import in_utc, registration_body, session_body, webinar_body
from bot.providers.ringcentral.people_api import PeopleApi
from bot.providers.ringcentral.people_records import DirectoryPage
from bot.providers.ringcentral.records import ExtensionRecord, RegistrationRecord, SessionRecord, WebinarRecord, read
from bot.providers.ringcentral.request import HEAVY, LIGHT, MEDIUM, PER_PAGE

EXTENSION = "/restapi/v1.0/account/~/extension/~"
DIRECTORY = "/restapi/v1.0/account/~/directory/entries"
WEBINARS = "/webinar/configuration/v1/webinars"
WEBINAR = "/webinar/configuration/v1/webinars/{webinar_id}"
WEBINAR_SESSIONS = "/webinar/configuration/v1/webinars/{webinar_id}/sessions"
SESSION = "/webinar/configuration/v1/webinars/{webinar_id}/sessions/{session_id}"
COMPANY_SESSIONS = "/webinar/configuration/v1/company/sessions"
OWN_SESSIONS = "/webinar/configuration/v1/sessions"
REGISTRATION = "/webinar/registration/v1/sessions/{session_id}"


class RingCentral(PeopleApi, WebinarProvider):
    """RingCentral as one service user, whom a JWT stands for; developers.ringcentral.com/guide/webinar."""

    name = "ringcentral"
    abilities = frozenset(Ability)

    _user: ServiceUser | None = None
    _sees_company = False

    async def service_user(self, caller: Caller) -> ServiceUser:
        """See the port. One Light call."""
        body = await self._request("GET", EXTENSION, group=LIGHT, caller=caller)
        self._user = read(ExtensionRecord, body).service_user()
        self._sees_company = self._user.may_choose_host
        return self._user

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """See the port. One Medium call per 1,000 entries, without companies that are merely linked to ours."""
        # Without linked companies the entries name no account: it is that of whoever asks.
        account_id = (self._user or await self.service_user(caller)).account_id
        found: list[Coworker] = []
        page, pages = 0, 1
        while page < pages:
            page += 1
            query = {"type": "User", "showFederated": "false", "perPage": PER_PAGE, "page": str(page)}
            body = await self._request("GET", DIRECTORY, group=MEDIUM, caller=caller, query=query)
            entries = read(DirectoryPage, body)
            found += filter(None, (entry.coworker(account_id) for entry in entries.records))
            pages = entries.paging.total_pages
        return found

    async def create_webinar(self, form: Form, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """See the port."""
        json = webinar_body(form, host)
        body = await self._request("POST", WEBINARS, group=HEAVY, caller=caller, changes=True, json=json)
        return read(WebinarRecord, body, changes=True).facts()

    async def find_webinar(
        self, title: str, created_from: datetime, known: frozenset[str], caller: Caller
    ) -> WebinarFacts | None:
        """See the port. RingCentral lists only webinars that the service user itself hosts."""
        since = created_from.astimezone(UTC).replace(microsecond=0)
        listed = self._listed(WEBINARS, caller, query={"creationTimeFrom": in_utc(since)})
        webinars = [read(WebinarRecord, record).facts() async for record in listed]
        found = [one for one in webinars if one.title == title and one.created_at >= since]
        return min((one for one in found if one.webinar_id not in known), key=_age, default=None)

    async def create_session(self, webinar_id: str, form: Form, caller: Caller) -> SessionFacts:
        """See the port."""
        ids, json = {"webinar_id": webinar_id}, session_body(form)
        body = await self._request(
            "POST", WEBINAR_SESSIONS, group=HEAVY, caller=caller, changes=True, ids=ids, json=json
        )
        return read(SessionRecord, body, changes=True).facts(webinar_id)

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """See the port. No operation lists the sessions of one webinar, so all of them are read."""
        sessions = await self.sessions(start, caller)
        listed = next((session for session in sessions if session.webinar_id == webinar_id), None)
        if listed is None:
            return None
        # Lists leave out the link that everybody shares.
        whole = await self.session(webinar_id, listed.session_id, caller)
        return whole.model_copy(update={"host_user_id": listed.host_user_id})

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """See the port."""
        ids = {"webinar_id": webinar_id, "session_id": session_id}
        body = await self._request("GET", SESSION, group=HEAVY, caller=caller, ids=ids)
        return read(SessionRecord, body).facts(webinar_id)

    async def delete_webinar(self, webinar_id: str, caller: Caller) -> None:
        """See the port. Raises `OutcomeUnknown` where every try ended in silence."""
        ids = {"webinar_id": webinar_id}
        try:
            await self._request("DELETE", WEBINAR, group=HEAVY, caller=caller, changes=True, ids=ids)
        except ProviderGone:
            return  # "404 on a DELETE may be treated as already gone": …/guide/basics/formats/responses

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """See the port. The company's sessions for an administrator, else those that the service user hosts."""
        if self._user is None:
            await self.service_user(caller)
        query = {"endTimeFrom": in_utc(ending_after)}
        if self._sees_company:
            try:
                return [_session(record) async for record in self._listed(COMPANY_SESSIONS, caller, query=query)]
            except ProviderForbids:
                # Being an administrator is not enough without WebinarSettings. Remembered until
                # `service_user` is read again, or every sweep would ask twice.
                self._sees_company = False
        return [_session(record) async for record in self._listed(OWN_SESSIONS, caller, query=query)]

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """See the port."""
        ids = {"session_id": session_id}
        body = await self._request("GET", REGISTRATION, group=HEAVY, caller=caller, ids=ids)
        return read(RegistrationRecord, body).registration(self._clock.now())

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """See the port."""
        ids, json = {"session_id": session_id}, registration_body(change)
        body = await self._request(
            "PATCH", REGISTRATION, group=HEAVY, caller=caller, changes=True, settles=True, ids=ids, json=json
        )
        return read(RegistrationRecord, body, changes=True).registration(self._clock.now())

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """See the port."""
        body = await self._request("GET", WEBINAR, group=HEAVY, caller=caller, ids={"webinar_id": webinar_id})
        return read(WebinarRecord, body).facts()


def _session(record: Any) -> SessionFacts:
    return read(SessionRecord, record).facts()


def _age(webinar: WebinarFacts) -> datetime:
    return webinar.created_at
