"""The people of a webinar at RingCentral: who runs it and who has registered for it."""

from __future__ import annotations

from bot.errors import ProviderGone, ProviderRefused
from bot.model.registrant import Registrant, RegistrantDetails
from bot.model.team import Invitee, TeamChange, TeamChanged
from bot.providers.base import Caller
from bot.providers.ringcentral.payloads import registrant_body, team_body
from bot.providers.ringcentral.people_errors import of_a_registrant, of_a_team
from bot.providers.ringcentral.people_records import InviteeRecord, RegistrantRecord, TeamChangedRecord
from bot.providers.ringcentral.records import read
from bot.providers.ringcentral.request import HEAVY, RingCentralApi

INVITEES = "/webinar/configuration/v1/webinars/{webinar_id}/sessions/{session_id}/invitees"
REGISTRANTS = "/webinar/registration/v1/sessions/{session_id}/registrants"
REGISTRANT = "/webinar/registration/v1/sessions/{session_id}/registrants/{registrant_id}"


class PeopleApi(RingCentralApi):
    """The half of the client that deals with people; none of them are remembered here."""

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """See the port."""
        ids = {"webinar_id": webinar_id, "session_id": session_id}
        listed = self._listed(INVITEES, caller, query={}, ids=ids)
        return [read(InviteeRecord, record).invitee() async for record in listed]

    async def change_team(self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller) -> TeamChanged:
        """See the port. The guide's sample posts to this path; the reference has PATCH alone."""
        ids, json = {"webinar_id": webinar_id, "session_id": session_id}, team_body(change)
        try:
            body = await self._request("PATCH", INVITEES, group=HEAVY, caller=caller, changes=True, ids=ids, json=json)
        except ProviderRefused as refusal:
            raise of_a_team(refusal) from None
        return read(TeamChangedRecord, body, changes=True).changed()

    async def registrants(self, session_id: str, caller: Caller) -> list[Registrant]:
        """See the port."""
        listed = self._listed(REGISTRANTS, caller, query={}, ids={"session_id": session_id})
        return [read(RegistrantRecord, record).registrant() async for record in listed]

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """See the port."""
        ids = {"session_id": session_id, "registrant_id": registrant_id}
        try:
            body = await self._request("GET", REGISTRANT, group=HEAVY, caller=caller, ids=ids)
        except ProviderRefused as refusal:
            raise of_a_registrant(refusal) from None
        return read(RegistrantRecord, body).registrant()

    async def register(self, session_id: str, applicant: RegistrantDetails, caller: Caller) -> Registrant:
        """See the port."""
        ids, json = {"session_id": session_id}, registrant_body(applicant)
        try:
            body = await self._request(
                "POST", REGISTRANTS, group=HEAVY, caller=caller, changes=True, ids=ids, json=json
            )
        except ProviderRefused as refusal:
            raise of_a_registrant(refusal, is_new=True) from None
        return read(RegistrantRecord, body, changes=True).registrant()

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """See the port. Raises `OutcomeUnknown` where every try ended in silence."""
        ids = {"session_id": session_id, "registrant_id": registrant_id}
        try:
            await self._request("DELETE", REGISTRANT, group=HEAVY, caller=caller, changes=True, ids=ids)
        except ProviderGone:
            return  # "404 on a DELETE may be treated as already gone": …/guide/basics/formats/responses
