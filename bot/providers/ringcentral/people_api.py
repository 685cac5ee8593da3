"""RingCentral's requests about people: the team of a webinar, and its registrants."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.errors import BatchRefused, ProviderError, ProviderGone, ProviderRefused
from bot.model.question import Question
from bot.model.registrant import Decision, Registrant, RegistrantDetails, RegistrantStatus
from bot.model.team import Invitee, TeamChange, TeamChangeResult
from bot.providers.base import Caller, Page
from bot.providers.ringcentral.custom_links import CustomLinks, links_of
from bot.providers.ringcentral.payloads import registrant_body, team_body
from bot.providers.ringcentral.people_errors import registrant_error, team_error
from bot.providers.ringcentral.people_records import InviteeRecord, RegistrantRecord, TeamChangeRecord
from bot.providers.ringcentral.records import parse_record
from bot.providers.ringcentral.request import HEAVY
from bot.providers.ringcentral.transport import RingCentralApi

log = logging.getLogger(__name__)

INVITEES = "/webinar/configuration/v1/webinars/{webinar_id}/sessions/{session_id}/invitees"
REGISTRANTS = "/webinar/registration/v1/sessions/{session_id}/registrants"
NO_BATCH = "RingCentral registers one person at a time. Nothing was changed."
NO_APPROVAL = "RingCentral has no registrations that wait for approval, so there is nobody to approve or deny."
REGISTRANT = "/webinar/registration/v1/sessions/{session_id}/registrants/{registrant_id}"


class PeopleApi(RingCentralApi):
    """The part of the client about people. It stores none of them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `RingCentralApi`."""
        super().__init__(*args, **options)
        self._links = CustomLinks()

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """See the port."""
        ids = {"webinar_id": webinar_id, "session_id": session_id}
        records = self._records(INVITEES, caller, query={}, ids=ids)
        return [parse_record(InviteeRecord, record).invitee() async for record in records]

    async def change_team(
        self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller
    ) -> TeamChangeResult:
        """See the port. The guide's sample uses POST; the reference has PATCH only."""
        ids, json = {"webinar_id": webinar_id, "session_id": session_id}, team_body(change)
        try:
            body = await self._request("PATCH", INVITEES, group=HEAVY, caller=caller, changes=True, ids=ids, json=json)
        except ProviderRefused as refusal:
            raise team_error(refusal) from None
        return parse_record(TeamChangeRecord, body, changes=True).changed()

    async def questions(self, session_id: str, caller: Caller) -> tuple[Question, ...]:  # noqa: ARG002 - the port's
        """See the port. The API does not list the questions of a form."""
        return ()

    async def decide(self, session_id: str, registrant_ids: Sequence[str], decision: Decision, caller: Caller) -> None:  # noqa: ARG002
        """Raise: everybody who registers is approved at once."""
        raise ProviderRefused(NO_APPROVAL)

    async def register_many(
        self,
        session_id: str,  # noqa: ARG002
        details: Sequence[RegistrantDetails],  # noqa: ARG002
        caller: Caller,  # noqa: ARG002
    ) -> list[Registrant | ProviderError]:
        """Raise: the API registers one person a call."""
        raise BatchRefused(NO_BATCH)

    async def registrants(
        self, session_id: str, caller: Caller, status: RegistrantStatus = RegistrantStatus.APPROVED
    ) -> list[Registrant]:
        """See the port. Everybody who is registered is approved."""
        if status is not RegistrantStatus.APPROVED:
            return []
        records = self._records(REGISTRANTS, caller, query={}, ids={"session_id": session_id})
        return [parse_record(RegistrantRecord, record).registrant() async for record in records]

    async def registrants_page(self, session_id: str, token: str | None, caller: Caller) -> Page[Registrant]:
        """See the port."""
        records, next_token = await self._page(REGISTRANTS, token, caller, query={}, ids={"session_id": session_id})
        people = tuple(parse_record(RegistrantRecord, record).registrant() for record in records)
        return Page(people, next_token)

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """See the port."""
        ids = {"session_id": session_id, "registrant_id": registrant_id}
        try:
            body = await self._request("GET", REGISTRANT, group=HEAVY, caller=caller, ids=ids)
        except ProviderRefused as refusal:
            raise registrant_error(refusal) from None
        return parse_record(RegistrantRecord, body).registrant()

    async def register(self, session_id: str, details: RegistrantDetails, caller: Caller) -> Registrant:
        """See the port. If RingCentral refuses the custom links, the request is sent once more without them.

        A site whose links were refused is remembered for an hour: a list of people must not cost two calls each.
        """
        links = self._links.of(details)
        try:
            registrant = await self._register(session_id, details, links, caller)
        except ProviderRefused as refusal:
            if not self._links.note_refusal(refusal, links):
                raise registrant_error(refusal, is_new=True) from None
            log.warning("registrant.links_refused", extra={"session": session_id, "parameter": refusal.parameter})
            links = {}
            try:
                registrant = await self._register(session_id, details, links, caller)
            except ProviderRefused as again:
                raise registrant_error(again, is_new=True) from None
        are_links_refused = len(links) < len(links_of(details))
        return registrant.model_copy(update={"are_links_refused": are_links_refused})

    async def _register(
        self, session_id: str, details: RegistrantDetails, links: Mapping[str, str], caller: Caller
    ) -> Registrant:
        ids, json = {"session_id": session_id}, registrant_body(details, links)
        body = await self._request("POST", REGISTRANTS, group=HEAVY, caller=caller, changes=True, ids=ids, json=json)
        return parse_record(RegistrantRecord, body, changes=True).registrant()

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """See the port. Raises `OutcomeUnknown` if no try was answered."""
        ids = {"session_id": session_id, "registrant_id": registrant_id}
        try:
            await self._request("DELETE", REGISTRANT, group=HEAVY, caller=caller, changes=True, ids=ids)
        except ProviderGone:
            return  # "404 on a DELETE may be treated as already gone": …/guide/basics/formats/responses
