"""Check the operations on the invitees and the registrants of a session."""

from __future__ import annotations

from typing import Any

from tools.spec_check.calls import MEMBER, START, CheckedCalls

OUTSIDER = {"firstName": "Ada", "lastName": "Lovelace", "email": "ada@visitor.example"}
ANOTHER = {"firstName": "Mary", "lastName": "Shelley", "email": "mary@visitor.example", "role": "Panelist"}


async def check_invitees(check: CheckedCalls) -> None:
    """Add, read, change and remove a co-host from the company and a panelist from outside."""
    both = _session(check, "Panel")
    linked = {"userId": check.rc.company.people[2].id, "accountId": check.rc.company.id, "domain": "pbx"}
    outside = {**OUTSIDER, "role": "Panelist", "jobTitle": "Poet", "sendInvite": False}
    added = {"addedInvitees": [{"linkedUser": linked, "role": "CoHost"}, outside]}
    bulk = await check.call("rcwConfigUpdateInvitees", 200, added, **both)
    cohost, panelist = (one["id"] for one in bulk["addedInvitees"])
    await check.call("rcwConfigUpdateInvitees", 200, {}, **both)
    await check.call("rcwConfigUpdateInvitees", 400, {"addedInvitees": [{**outside, "role": "Attendee"}]}, **both)
    await check.call("rcwConfigUpdateInvitees", 404, {"deletedInvitees": [{"id": "1"}]}, **both)
    await check.call("rcwConfigUpdateInvitees", 409, added, **both)
    await check.call("rcwConfigListInvitees", 200, **both)
    for extra in ({"perPage": "1"}, {"perPage": "1", "pageToken": "2"}):
        await check.call("rcwConfigListInvitees", 200, query=extra, **both)
    await check.call("rcwConfigListInvitees", 400, query={"perPage": "0"}, **both)
    await check.call("rcwConfigListInvitees", 403, who=MEMBER, **both)
    await check.call("rcwConfigListInvitees", 404)
    await check.call("rcwConfigGetInvitee", 200, inviteeId=panelist, **both)
    await check.call("rcwConfigGetInvitee", 404, **both)
    await _check_changes(check, cohost, panelist, both)


async def _check_changes(check: CheckedCalls, cohost: str, panelist: str, both: dict[str, Any]) -> None:
    await check.call("rcwConfigUpdateInvitee", 200, {"role": "Panelist"}, inviteeId=cohost, **both)
    await check.call("rcwConfigUpdateInvitee", 400, {"role": "CoHost"}, inviteeId=panelist, **both)
    await check.call("rcwConfigUpdateInvitee", 404, {"role": "CoHost"}, **both)
    swap = {"updatedInvitees": [{"id": cohost, "role": "CoHost"}], "addedInvitees": [ANOTHER]}
    await check.call("rcwConfigUpdateInvitees", 200, swap, **both)
    await check.call("rcwConfigDeleteInvitee", 204, inviteeId=panelist, **both)
    await check.call("rcwConfigDeleteInvitee", 404, inviteeId=panelist, **both)
    check.rc.begin(both["webinarId"])
    await check.call("rcwConfigUpdateInvitees", 403, {"deletedInvitees": [{"id": cohost}]}, **both)
    await check.call("rcwConfigUpdateInvitee", 403, {"role": "Panelist"}, inviteeId=cohost, **both)
    await check.call("rcwConfigDeleteInvitee", 403, inviteeId=cohost, **both)


def _session(check: CheckedCalls, title: str) -> dict[str, Any]:
    webinar = check.rc.create(title, START, settings={"registrationEnabled": True})
    session = next(one["session_id"] for one in check.rc.webinars() if one["webinar_id"] == webinar)
    return {"webinarId": webinar, "sessionId": str(session)}


async def check_registrants(check: CheckedCalls) -> None:
    """Register people before the session, attend, cancel, and register after its end."""
    session = _session(check, "Seats")["sessionId"]
    answers = [{"questionId": "1", "answerIds": ["2"]}, {"questionId": "3", "answerText": "Why not"}]
    rich = {**OUTSIDER, "externalId": "a=1", "source": "C1", "visitorId": "v", "ipAddress": "192.0.2.1"}
    made = await check.call("rcwRegCreateRegistrant", 201, {**rich, "questionnaire": answers}, sessionId=session)
    await check.call("rcwRegCreateRegistrant", 409, OUTSIDER, sessionId=session)
    await check.call("rcwRegCreateRegistrant", 400, {"externalId": 7}, sessionId=session)
    await check.call("rcwRegCreateRegistrant", 404, OUTSIDER)
    check.rc.register(session, 2)
    for extra in ({}, {"includeQuestionnaire": "true"}, {"perPage": "1"}, {"pageToken": made["id"]}):
        await check.call("rcwRegListRegistrants", 200, query=extra, sessionId=session)
    await check.call("rcwRegListRegistrants", 400, query={"pageToken": "x"}, sessionId=session)
    await check.call("rcwRegListRegistrants", 403, who=MEMBER, sessionId=session)
    await check.call("rcwRegListRegistrants", 404)
    one = {"sessionId": session, "registrantId": made["id"]}
    await check.call("rcwRegGetRegistrant", 200, **one)
    await check.call("rcwRegGetRegistrant", 404, sessionId=session)
    check.rc.begin(session)
    check.rc.attend(made["id"])
    await check.call("rcwRegGetRegistrant", 200, query={"includeQuestionnaire": "true"}, **one)
    await check.call("rcwRegDeleteRegistrant", 204, **one)
    await check.call("rcwRegDeleteRegistrant", 404, **one)
    await _check_after_the_end(check, session)


async def _check_after_the_end(check: CheckedCalls, session: str) -> None:
    check.rc.edit(session, registration={"settings": {"autoOpenPostWebinarRegistration": True}})
    check.rc.finish(session)
    late = await check.call("rcwRegCreateRegistrant", 201, OUTSIDER, sessionId=session)
    await check.call("rcwRegGetSession", 200, sessionId=session)
    await check.call("rcwRegDeleteRegistrant", 403, sessionId=session, registrantId=late["id"])
    await check.call("rcwRegUpdateSession", 200, {"registrationStatus": "Closed"}, sessionId=session)
    await check.call("rcwRegCreateRegistrant", 403, OUTSIDER, sessionId=session)
