"""Session operations: date and links of a webinar, and the lists over all webinars."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sandbox.ringcentral.events import SESSIONS
from sandbox.ringcentral.models import Session, SessionFields, Webinar
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiError, ApiResponse, invalid, needs_permission, not_in_this_state
from sandbox.ringcentral.webinars import linked_user
from sandbox.ringcentral.wire import iso, merge, validate
from sandbox.ringcentral.world import WEBINAR_SETTINGS, World, secret

REQUIRED = ("scheduledStartTime", "scheduledDuration", "timeZone")


def create_session(request: ApiRequest) -> ApiResponse:
    """POST …/webinars/{webinarId}/sessions.

    "Webinars are currently limited to only one session" (developers.ringcentral.com/guide/webinar/sessions); the error
    for a second one is not documented.
    """
    webinar = request.world.webinar_for(request.caller, request.path["webinarId"])
    session = make_session(request.world, webinar, request.json())
    request.world.emit(SESSIONS, session, "Created")
    return ApiResponse(201, session_resource(request, webinar, session))


def get_session(request: ApiRequest) -> ApiResponse:
    """GET …/webinars/{webinarId}/sessions/{sessionId}."""
    return ApiResponse(200, session_resource(request, *_found(request)))


def patch_session(request: ApiRequest) -> ApiResponse:
    """PATCH …/sessions/{sessionId}, only while Scheduled: partial by its text, not by its schema.

    `Rules.partial_updates` chooses.
    """
    webinar, session = _found(request)
    sent = request.json()
    missing = [name for name in REQUIRED if name not in sent]
    if missing and not request.world.rules.partial_updates:
        raise invalid(*missing)
    change_session(request.world, session, sent)
    request.world.emit(SESSIONS, session)
    return ApiResponse(200, session_resource(request, webinar, session))


def delete_session(request: ApiRequest) -> ApiResponse:
    """DELETE …/sessions/{sessionId}, only while Scheduled; the webinar stays, without a session."""
    webinar, session = _found(request)
    if session.status != "Scheduled":
        raise not_in_this_state(session.status)
    webinar.session = None
    if request.world.rules.deletion_events:
        request.world.emit_of(webinar, SESSIONS, session, "Deleted")
    return ApiResponse(204)


def list_own_sessions(request: ApiRequest) -> ApiResponse:
    """GET /webinar/configuration/v1/sessions: the sessions that the caller hosts."""
    fragment = request.query.get("nameFragment", "").lower()
    found = [
        (webinar, session)
        for webinar, session in _ending_late_enough(request)
        if webinar.host_id == request.caller.id
        and fragment in f"{webinar.fields.title}\n{session.fields.title}".lower()
    ]
    return ApiResponse(200, _list_of(request, found))


def list_company_sessions(request: ApiRequest) -> ApiResponse:
    """GET /webinar/configuration/v1/company/sessions: all sessions, for callers with WebinarSettings only."""
    if not request.caller.webinar_settings:
        raise needs_permission(WEBINAR_SETTINGS)
    hosts = request.list_param("hostUserId")
    found = [pair for pair in _ending_late_enough(request) if not hosts or pair[0].host_id in hosts]
    return ApiResponse(200, _list_of(request, found))


def make_session(world: World, webinar: Webinar, sent: dict[str, Any]) -> Session:
    """Create the session of the webinar, or raise ApiError for invalid fields in `sent`."""
    fields = validate(SessionFields, sent)
    _refuse_transition(fields)
    if webinar.session is not None:
        raise ApiError(403, "CMN-109", "Feature not available: a webinar has one session")
    now = world.now()
    webinar.session = Session(
        id=world.new_id("session"),
        created=now,
        modified=now,
        fields=fields,
        host_token=secret(),
        attendee_token=secret(),
        page_key=secrets.token_hex(5),
        bridge_id=str(secrets.randbelow(900_000_000) + 100_000_000),
        pstn_password=str(secrets.randbelow(900_000) + 100_000),
        created_monotonic=world.clock.monotonic(),
    )
    return webinar.session


def change_session(world: World, session: Session, sent: dict[str, Any]) -> None:
    """Merge `sent` into the session, or raise ApiError; a new date increments the iCalendar sequence."""
    if session.status != "Scheduled":
        raise not_in_this_state(session.status)
    fields = validate(SessionFields, merge(session.fields.wire(), sent))
    _refuse_transition(fields)
    before = session.fields
    session.fields = fields
    session.modified = world.now()
    if (fields.scheduled_start_time, fields.end) != (before.scheduled_start_time, before.end):
        session.icalendar_sequence += 1


def session_resource(request: ApiRequest, webinar: Webinar, session: Session) -> dict[str, Any]:
    """WcsSessionResource: bridge passwords for the host only, the shared link only without registration."""
    settings, world = webinar.fields.settings, request.world
    resource = {
        **_listed_fields(world, session),
        "videoBridgeId": session.bridge_id,
        "hasUnsentInvites": any(not one.send_invite for one in session.invitees),
    }
    if settings.password and request.caller.id == webinar.host_id:
        resource["videoBridgePassword"] = settings.password
        if settings.pstn_enabled:
            resource["videoBridgePstnPassword"] = session.pstn_password
    if not settings.registration_enabled:
        resource["attendeeJoinUri"] = f"{world.url}/w/a/join/{session.attendee_token}"
    return resource


def listed_session(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    """SessionGlobalListEntry: without the shared link and the bridge."""
    reference = {"id": webinar.id, **webinar.fields.wire(), "host": {"linkedUser": linked_user(world, webinar.host_id)}}
    del reference["settings"]
    return {**_listed_fields(world, session), "webinar": reference}


def _found(request: ApiRequest) -> tuple[Webinar, Session]:
    return request.world.session_for(request.caller, request.path["webinarId"], request.path["sessionId"])


def _refuse_transition(fields: SessionFields) -> None:
    """The schema lets callers write `status`, but no API call starts or ends a webinar."""
    if fields.status != "Scheduled":
        raise ApiError(403, "CMN-101", "This status transition is prohibited", "status")


def _ending_late_enough(request: ApiRequest) -> list[tuple[Webinar, Session]]:
    """Sessions that end at or after the required `endTimeFrom`, filtered by status, soonest first."""
    since = request.datetime_param("endTimeFrom")
    states = request.list_param("status")
    found = [pair for pair in request.world.with_session() if pair[1].fields.end >= since]
    return sorted((pair for pair in found if not states or pair[1].status in states), key=_when)


def _when(pair: tuple[Webinar, Session]) -> tuple[datetime, str]:
    return pair[1].fields.scheduled_start_time, pair[1].id


def _list_of(request: ApiRequest, found: list[tuple[Webinar, Session]]) -> dict[str, Any]:
    return paginate(request, [listed_session(request.world, webinar, session) for webinar, session in found])


def _listed_fields(world: World, session: Session) -> dict[str, Any]:
    return {
        "id": session.id,
        "creationTime": iso(session.created),
        "lastModifiedTime": iso(session.modified),
        **session.fields.wire(),
        "hostJoinUri": f"{world.url}/w/join/{session.host_token}",
    }
