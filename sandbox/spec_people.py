"""The team and the registrants of a session, toured for the comparison with an API description."""

from __future__ import annotations

from typing import Any

from sandbox.spec_calls import MEMBER, START, ComparedCalls

OUTSIDER = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@visitor.example"}
ANOTHER = {"firstName": "Mary", "lastName": "Shelley", "email": "mary@visitor.example", "role": "Panelist"}


async def invitees(tour: ComparedCalls) -> None:
    """A co-host from the company and a panelist from outside come, are changed, and go."""
    both = _session(tour, "Panel")
    linked = {"userId": tour.rc.company.people[2].id, "accountId": tour.rc.company.id, "domain": "pbx"}
    outside = {**OUTSIDER, "role": "Panelist", "jobTitle": "Poet", "sendInvite": False}
    added = {"addedInvitees": [{"linkedUser": linked, "role": "CoHost"}, outside]}
    bulk = await tour.call("rcwConfigUpdateInvitees", 200, added, **both)
    cohost, panelist = (one["id"] for one in bulk["addedInvitees"])
    await tour.call("rcwConfigUpdateInvitees", 200, {}, **both)
    await tour.call("rcwConfigUpdateInvitees", 400, {"addedInvitees": [{**outside, "role": "Attendee"}]}, **both)
    await tour.call("rcwConfigUpdateInvitees", 404, {"deletedInvitees": [{"id": "1"}]}, **both)
    await tour.call("rcwConfigUpdateInvitees", 409, added, **both)
    await tour.call("rcwConfigListInvitees", 200, **both)
    for extra in ({"perPage": "1"}, {"perPage": "1", "pageToken": "2"}):
        await tour.call("rcwConfigListInvitees", 200, query=extra, **both)
    await tour.call("rcwConfigListInvitees", 400, query={"perPage": "0"}, **both)
    await tour.call("rcwConfigListInvitees", 403, who=MEMBER, **both)
    await tour.call("rcwConfigListInvitees", 404)
    await tour.call("rcwConfigGetInvitee", 200, inviteeId=panelist, **both)
    await tour.call("rcwConfigGetInvitee", 404, **both)
    await _changes(tour, cohost, panelist, both)


async def _changes(tour: ComparedCalls, cohost: str, panelist: str, both: dict[str, Any]) -> None:
    await tour.call("rcwConfigUpdateInvitee", 200, {"role": "Panelist"}, inviteeId=cohost, **both)
    await tour.call("rcwConfigUpdateInvitee", 400, {"role": "CoHost"}, inviteeId=panelist, **both)
    await tour.call("rcwConfigUpdateInvitee", 404, {"role": "CoHost"}, **both)
    swap = {"updatedInvitees": [{"id": cohost, "role": "CoHost"}], "addedInvitees": [ANOTHER]}
    await tour.call("rcwConfigUpdateInvitees", 200, swap, **both)
    await tour.call("rcwConfigDeleteInvitee", 204, inviteeId=panelist, **both)
    await tour.call("rcwConfigDeleteInvitee", 404, inviteeId=panelist, **both)
    tour.rc.begin(both["webinarId"])
    await tour.call("rcwConfigUpdateInvitees", 403, {"deletedInvitees": [{"id": cohost}]}, **both)
    await tour.call("rcwConfigUpdateInvitee", 403, {"role": "Panelist"}, inviteeId=cohost, **both)
    await tour.call("rcwConfigDeleteInvitee", 403, inviteeId=cohost, **both)


def _session(tour: ComparedCalls, title: str) -> dict[str, Any]:
    webinar = tour.rc.create(title, START, settings={"registrationEnabled": True})
    session = next(one["session_id"] for one in tour.rc.webinars() if one["webinar_id"] == webinar)
    return {"webinarId": webinar, "sessionId": str(session)}


async def registrants(tour: ComparedCalls) -> None:
    """People sign up before, attend, cancel, and sign up when it is over."""
    session = _session(tour, "Seats")["sessionId"]
    answers = [{"questionId": "1", "answerIds": ["2"]}, {"questionId": "3", "answerText": "Why not"}]
    rich = {**OUTSIDER, "externalId": "a=1", "source": "C1", "visitorId": "v", "ipAddress": "192.0.2.1"}
    made = await tour.call("rcwRegCreateRegistrant", 201, {**rich, "questionnaire": answers}, sessionId=session)
    await tour.call("rcwRegCreateRegistrant", 409, OUTSIDER, sessionId=session)
    await tour.call("rcwRegCreateRegistrant", 400, {"externalId": 7}, sessionId=session)
    await tour.call("rcwRegCreateRegistrant", 404, OUTSIDER)
    tour.rc.register(session, 2)
    for extra in ({}, {"includeQuestionnaire": "true"}, {"perPage": "1"}, {"pageToken": made["id"]}):
        await tour.call("rcwRegListRegistrants", 200, query=extra, sessionId=session)
    await tour.call("rcwRegListRegistrants", 400, query={"pageToken": "x"}, sessionId=session)
    await tour.call("rcwRegListRegistrants", 403, who=MEMBER, sessionId=session)
    await tour.call("rcwRegListRegistrants", 404)
    one = {"sessionId": session, "registrantId": made["id"]}
    await tour.call("rcwRegGetRegistrant", 200, **one)
    await tour.call("rcwRegGetRegistrant", 404, sessionId=session)
    tour.rc.begin(session)
    tour.rc.attend(made["id"])
    await tour.call("rcwRegGetRegistrant", 200, query={"includeQuestionnaire": "true"}, **one)
    await tour.call("rcwRegDeleteRegistrant", 204, **one)
    await tour.call("rcwRegDeleteRegistrant", 404, **one)
    await _after_the_end(tour, session)


async def _after_the_end(tour: ComparedCalls, session: str) -> None:
    tour.rc.edit(session, registration={"settings": {"autoOpenPostWebinarRegistration": True}})
    tour.rc.finish(session)
    late = await tour.call("rcwRegCreateRegistrant", 201, OUTSIDER, sessionId=session)
    await tour.call("rcwRegGetSession", 200, sessionId=session)
    await tour.call("rcwRegDeleteRegistrant", 403, sessionId=session, registrantId=late["id"])
    await tour.call("rcwRegUpdateSession", 200, {"registrationStatus": "Closed"}, sessionId=session)
    await tour.call("rcwRegCreateRegistrant", 403, OUTSIDER, sessionId=session)
