"""Check the history operations on a session with a team, registrants, a second device and a recording."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tools.spec_check.calls import MEMBER, START, CheckedCalls

PAST: dict[str, str] = {"endTimeFrom": "2001-01-01T00:00:00Z", "endTimeTo": "2040-01-01T00:00:00Z"}
RECORDED = {"creationTimeFrom": "2001-01-01T00:00:00Z", "creationTimeTo": "2040-01-01T00:00:00Z"}
OUTSIDER = {"firstName": "Mary", "lastName": "Shelley", "email": "mary@visitor.example", "role": "Panelist"}


async def check_history(check: CheckedCalls) -> None:
    """Before, during and after the session."""
    both, panelist = await _session(check)
    await check.call("rcwHistoryGetSession", 200, **both)
    await _take_place(check, both, panelist)
    await _check_reads(check, both)
    await _check_recording(check, both["sessionId"])
    check.rc.finish(both["webinarId"])
    await _check_reads(check, both)
    await _check_recording(check, both["sessionId"])
    check.rc.clock.move(timedelta(seconds=check.rc.rules.recording_processing))
    await _check_recording(check, both["sessionId"])
    await _check_download(check, both["sessionId"])
    await _check_failure(check)


async def _session(check: CheckedCalls) -> tuple[dict[str, Any], str]:
    settings = {"registrationEnabled": True, "autoRecord": True}
    webinar = check.rc.create("Past", START, description="D", settings=settings)
    session = next(one["session_id"] for one in check.rc.webinars() if one["webinar_id"] == webinar)
    both: dict[str, Any] = {"webinarId": webinar, "sessionId": str(session)}
    added = await check.call("rcwConfigUpdateInvitees", 200, {"addedInvitees": [OUTSIDER]}, **both)
    return both, str(added["addedInvitees"][0]["id"])


async def _take_place(check: CheckedCalls, both: dict[str, Any], panelist: str) -> None:
    session, room = both["sessionId"], check.rc.room
    people = check.rc.register(session, 3)
    room.start(session, "Practice")
    room.join(session, invitee=panelist)
    await check.call("rcwHistoryGetSession", 200, **both)
    room.go_to(session, "Live")
    first, second, _ = (room.join(session, registrant=one) for one in people)
    room.join(session, registrant=people[0], other_device=True)
    room.leave(first)
    room.come_back(first)
    room.eject(second)
    room.share_recording(session, days=30)
    guests = check.rc.create("Guests", START)
    room.start(guests)
    room.join(guests, name=("Ada", "Lovelace"))
    room.join(guests)
    check.rc.finish(guests)


async def _check_reads(check: CheckedCalls, both: dict[str, Any]) -> None:
    webinar = {"webinarId": both["webinarId"]}
    await check.call("rcwHistoryGetWebinar", 200, **webinar)
    await check.call("rcwHistoryGetWebinar", 403, who=MEMBER, **webinar)
    await check.call("rcwHistoryGetWebinar", 404)
    await check.call("rcwHistoryGetSession", 200, **both)
    await check.call("rcwHistoryGetSession", 403, who=MEMBER, **both)
    await check.call("rcwHistoryGetSession", 404)
    for name in ("rcwHistoryListInvitees", "rcwHistoryListParticipants"):
        await check.call(name, 200, **both)
        await check.call(name, 200, query={"role": "Host", "originalRole": "Host,Attendee", "perPage": "1"}, **both)
        await check.call(name, 400, query={"role": "Guest"}, **both)
        await check.call(name, 403, who=MEMBER, **both)
        await check.call(name, 404)
    host = (await check.call("rcwHistoryListInvitees", 200, **both))["records"][0]["id"]
    await check.call("rcwHistoryGetInvitee", 200, inviteeId=host, **both)
    await check.call("rcwHistoryGetInvitee", 404, **both)
    await check.call("rcwHistoryGetParticipantInfo", 200, **both)
    await check.call("rcwHistoryGetParticipantInfo", 404, who=MEMBER, **both)
    for name in ("rcwHistoryListAllSessions", "rcwHistoryListAllCompanySessions"):
        await check.call(name, 200, query={**PAST, "status": "Finished,Active"})
        await check.call(name, 200, query={**PAST, "perPage": "1", "pageToken": "2"})
        await check.call(name, 400, query={"endTimeFrom": PAST["endTimeFrom"]})
    await check.call("rcwHistoryListAllCompanySessions", 403, who=MEMBER, query=PAST)


async def _check_recording(check: CheckedCalls, session: str) -> None:
    recording = await _recording(check, session)
    for name in ("rcwHistoryListRecordings", "rcwHistoryAdminListRecordings"):
        await check.call(name, 200, query={**RECORDED, "status": "Processing,Available"})
        await check.call(name, 400, query={"creationTimeFrom": RECORDED["creationTimeFrom"]})
    await check.call("rcwHistoryAdminListRecordings", 403, who=MEMBER, query=RECORDED)
    await check.call("rcwHistoryGetRecording", 200, recordingId=recording)
    await check.call("rcwHistoryGetRecording", 403, who=MEMBER, recordingId=recording)
    await check.call("rcwHistoryGetRecording", 404)
    await check.call("rcwHistoryAdminGetRecording", 200, recordingId=recording)
    await check.call("rcwHistoryAdminGetRecording", 403, who=MEMBER, recordingId=recording)
    await check.call("rcwHistoryAdminGetRecording", 404)


async def _check_download(check: CheckedCalls, session: str) -> None:
    recording = await _recording(check, session)
    name = "rcwHistoryGetRecordingDownload"
    await check.call(name, 200, recordingId=recording)
    await check.call(name, 200, query={"recordingMediaType": "Audio"}, recordingId=recording)
    await check.call(name, 400, query={"recordingMediaType": "Film"}, recordingId=recording)
    await check.call(name, 403, who=MEMBER, recordingId=recording)
    await check.call(name, 404)


async def _check_failure(check: CheckedCalls) -> None:
    webinar = check.rc.create("Lost", START, settings={"autoRecord": True})
    check.rc.begin(webinar)
    check.rc.finish(webinar)
    check.rc.room.fail_recording(webinar)
    session = next(one["session_id"] for one in check.rc.webinars() if one["webinar_id"] == webinar)
    failed = await _recording(check, str(session))
    await check.call("rcwHistoryGetRecording", 200, recordingId=failed)
    await check.call("rcwHistoryAdminGetRecording", 200, recordingId=failed)
    await check.call("rcwHistoryGetRecordingDownload", 404, recordingId=failed)


async def _recording(check: CheckedCalls, session: str) -> str:
    found = await check.call("rcwHistoryListRecordings", 200, query=RECORDED)
    return str(next(one["id"] for one in found["records"] if one["session"]["id"] == session))
