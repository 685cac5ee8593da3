"""RingCentral's requests about the history: sessions that took place, and their participants."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from bot.errors import HistoryForbidden, ProviderForbidden
from bot.model.attendance import Participation, PastSession
from bot.model.team import Role
from bot.model.webinar import Status
from bot.providers.base import Caller, Page
from bot.providers.ringcentral.errors import USER_CODES
from bot.providers.ringcentral.records import AnyStatus, Record, any_case, parse_record
from bot.providers.ringcentral.request import HEAVY
from bot.providers.ringcentral.transport import RingCentralApi

PAST_SESSION = "/webinar/history/v1/webinars/{webinar_id}/sessions/{session_id}"
PARTICIPANTS = "/webinar/history/v1/webinars/{webinar_id}/sessions/{session_id}/participants"
FORBIDDEN = (
    "RingCentral shows who attended only to the host, the co-hosts and administrators with the Webinar Settings "
    "permission, and Greenroom's RingCentral user is none of them for this webinar. A RingCentral administrator "
    "can give it that permission in the Admin Portal."
)

# An unknown role of a newer API counts as the audience, so that nobody is missing from the report.
OriginalRole = Annotated[Role, any_case(Role, Role.ATTENDEE)]


class PastSessionRecord(Record):
    """HistorySessionResource."""

    status: AnyStatus | None = None
    start_time: AwareDatetime | None = None
    end_time: AwareDatetime | None = None
    broadcasting_start_time: AwareDatetime | None = None
    broadcasting_end_time: AwareDatetime | None = None
    participant_count: int | None = None

    def past_session(self) -> PastSession:
        """Convert to the model. No time is required by the reference, nor is the status."""
        return PastSession(
            status=self.status or (Status.FINISHED if self.end_time else Status.SCHEDULED),
            start=self.start_time,
            end=self.end_time,
            live_from=self.broadcasting_start_time,
            live_until=self.broadcasting_end_time,
            participants=self.participant_count,
        )


class ParticipantRecord(Record):
    """ParticipantExtendedModel, whose only required fields are the roles and the type."""

    id: str = ""
    role: OriginalRole = Role.ATTENDEE
    original_role: OriginalRole | None = None
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    join_time: AwareDatetime | None = None
    leave_time: AwareDatetime | None = None
    was_ejected: bool = False
    invitee_id: str = ""
    registrant_id: str = ""
    unique_user_hash: str = ""

    def participation(self) -> Participation:
        """Convert to the model."""
        return Participation(
            id=self.id,
            registrant_id=self.registrant_id,
            invitee_id=self.invitee_id,
            role=self.original_role or self.role,
            first_name=self.first_name,
            last_name=self.last_name,
            email=self.email,
            joined=self.join_time,
            left=self.leave_time,
            was_ejected=self.was_ejected,
            user_hash=self.unique_user_hash,
        )


class HistoryApi(RingCentralApi):
    """The part of the client about the history."""

    async def past_session(self, webinar_id: str, session_id: str, caller: Caller) -> PastSession:
        """See the port."""
        ids = {"webinar_id": webinar_id, "session_id": session_id}
        try:
            body = await self._request("GET", PAST_SESSION, group=HEAVY, caller=caller, ids=ids)
        except ProviderForbidden as refusal:
            raise history_error(refusal) from None
        return parse_record(PastSessionRecord, body).past_session()

    async def participants_page(
        self, webinar_id: str, session_id: str, token: str | None, caller: Caller
    ) -> Page[Participation]:
        """See the port."""
        ids: dict[str, Any] = {"webinar_id": webinar_id, "session_id": session_id}
        try:
            records, next_token = await self._page(PARTICIPANTS, token, caller, query={}, ids=ids)
        except ProviderForbidden as refusal:
            raise history_error(refusal) from None
        return Page(tuple(parse_record(ParticipantRecord, one).participation() for one in records), next_token)


def history_error(refusal: ProviderForbidden) -> ProviderForbidden:
    """The refusal of a history read. One of the app's permission or of the plan stays as it is.

    developers.ringcentral.com/guide/webinar: the caller's original role must be Host or CoHost. No code is published
    for it, so one without a code means it, too.
    """
    if refusal.code and refusal.code not in USER_CODES:
        return refusal
    return HistoryForbidden(FORBIDDEN, code=refusal.code, parameter=refusal.parameter, status=refusal.status)
