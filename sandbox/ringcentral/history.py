"""History operations: what took place, webinar by webinar and in lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.recording import recording_resource
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiResponse, needs_permission, not_found
from sandbox.ringcentral.webinars import linked_user, shown_settings
from sandbox.ringcentral.wire import iso
from sandbox.ringcentral.world import WEBINAR_SETTINGS, World


def get_webinar(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/webinars/{webinarId}."""
    webinar = request.world.history_for(request.caller, request.path["webinarId"])
    times = {"creationTime": iso(webinar.created), "lastModifiedTime": iso(webinar.modified)}
    settings = {"settings": shown_settings(request.world, webinar)}
    return ApiResponse(200, {**times, **_webinar_reference(request.world, webinar), **settings})


def get_session(request: ApiRequest) -> ApiResponse:
    """GET …/webinars/{webinarId}/sessions/{sessionId}."""
    webinar, session = found_session(request)
    return ApiResponse(200, _session_resource(request.world, session, with_link=True) | _title(webinar, session))


def list_own_sessions(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/sessions: the sessions that the caller hosts."""
    fragment = request.query.get("nameFragment", "").lower()
    return _list(
        request,
        [
            (webinar, session)
            for webinar, session in request.world.with_session()
            if webinar.host_id == request.caller.id and fragment in title_of(webinar, session).lower()
        ],
    )


def list_company_sessions(request: ApiRequest) -> ApiResponse:
    """GET /webinar/history/v1/company/sessions, for callers with WebinarSettings only."""
    if not request.caller.webinar_settings:
        raise needs_permission(WEBINAR_SETTINGS)
    hosts = request.list_param("hostUserId")
    return _list(request, [one for one in request.world.with_session() if not hosts or one[0].host_id in hosts])


def found_session(request: ApiRequest) -> tuple[Webinar, Session]:
    """The session of the path, for those who may read the history of its webinar."""
    webinar = request.world.history_for(request.caller, request.path["webinarId"])
    if webinar.session is None or webinar.session.id != request.path["sessionId"]:
        raise not_found("sessionId")
    return webinar, webinar.session


def session_reference(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    """SessionRefModel: the session of a recording."""
    return {
        "id": session.id,
        **_actual_times(session),
        **_title(webinar, session),
        "webinar": _webinar_reference(world, webinar),
    }


def title_of(webinar: Webinar, session: Session) -> str:
    """The title of the session, else of its webinar."""
    return session.fields.title or webinar.fields.title


def _list(request: ApiRequest, sessions: list[tuple[Webinar, Session]]) -> ApiResponse:
    """Those that ended, or will end, between the two required times, in the order of their start."""
    since, until = request.datetime_param("endTimeFrom"), request.datetime_param("endTimeTo")
    statuses, world = request.list_param("status"), request.world
    found = [
        (webinar, session)
        for webinar, session in sessions
        if since <= _end(session) <= until and (not statuses or session.status in statuses)
    ]
    found.sort(key=lambda one: (one[1].started or one[1].fields.scheduled_start_time, one[1].id))
    records = [
        _session_resource(world, session, with_link=False)
        | _title(webinar, session)
        | {"webinar": _webinar_reference(world, webinar)}
        for webinar, session in found
    ]
    return ApiResponse(200, paginate(request, records))


def _end(session: Session) -> datetime:
    return session.finished or session.fields.end


def _session_resource(world: World, session: Session, *, with_link: bool) -> dict[str, Any]:
    fields = session.fields.wire()
    kept = ("scheduledStartTime", "scheduledDuration", "timeZone", "localeCode", "panelJoinTimeOffset", "status")
    shown: dict[str, Any] = {
        "id": session.id,
        "creationTime": iso(session.created),
        "lastModifiedTime": iso(session.modified),
        **{name: fields[name] for name in kept},
        **_actual_times(session),
        **_counts(session),
        "videoBridgeId": session.bridge_id,
    }
    if session.live_from:
        shown["broadcastingStartTime"] = iso(session.live_from)
    if session.live_until:
        shown["broadcastingEndTime"] = iso(session.live_until)
    if session.runtime:
        shown["runtimeStatus"] = session.runtime
    if session.recording:
        shown["recording"] = recording_resource(world, session.recording, with_link=with_link)
    return shown


def _actual_times(session: Session) -> dict[str, Any]:
    times: dict[str, Any] = {}
    if session.started:
        times["startTime"] = iso(session.started)
    if session.started and session.finished:
        times["endTime"] = iso(session.finished)
        times["duration"] = round((session.finished - session.started).total_seconds())
    return times


def _counts(session: Session) -> dict[str, int]:
    """A person on two devices is two participants and one unique one."""
    people = session.participants
    attendees = [one for one in people if one.original_role == "Attendee"]
    return {
        "participantCount": len(people),
        "attendeeCount": len(attendees),
        "uniqueParticipantCount": len({one.user_hash for one in people}),
        "uniqueAttendeeCount": len({one.user_hash for one in attendees}),
    }


def _title(webinar: Webinar, session: Session) -> dict[str, str]:
    description = session.fields.description or webinar.fields.description
    return {"title": title_of(webinar, session), **({"description": description} if description else {})}


def _webinar_reference(world: World, webinar: Webinar) -> dict[str, Any]:
    """WebinarRefModel with its host."""
    host = world.host_of(webinar)
    names = {"firstName": host.first_name, "lastName": host.last_name}
    described = {"description": webinar.fields.description} if webinar.fields.description else {}
    return {
        "id": webinar.id,
        "title": webinar.fields.title,
        **described,
        "host": {
            **{name: value for name, value in names.items() if value},
            "linkedUser": linked_user(world, webinar.host_id),
        },
    }
