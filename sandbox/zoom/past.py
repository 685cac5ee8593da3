"""Who attended: the participants of a meeting or webinar that has ended, and the absentees of a webinar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sandbox.zoom import times
from sandbox.zoom.models import Event, Participant
from sandbox.zoom.registration import shown
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, not_found

TOO_OLD = 12702
KEPT = timedelta(days=365)


def list_participants(request: ApiRequest) -> ApiResponse:
    """Each stay of each participant, with the id of their registrant."""
    event = _past(request)
    stays = [_stay(request, event, one) | {"internal_user": bool(one.account_user_id)} for one in event.participants]
    return ApiResponse(200, _without_number(request.page("participants", stays)))


def report_participants(request: ApiRequest) -> ApiResponse:
    """The same as a report; the id of the registrant only if it is asked for."""
    event = _past(request)
    left_out = {"registrant_id"} - {request.choice("include_fields", "", "registrant_id")}
    stays = [
        {name: value for name, value in _stay(request, event, one).items() if name not in left_out}
        for one in event.participants
    ]
    return ApiResponse(200, _without_number(request.page("participants", stays)))


def list_absentees(request: ApiRequest) -> ApiResponse:
    """The approved registrants of a webinar who did not join."""
    event = _past(request)
    came = {one.registrant_id for one in event.participants}
    absent = [one for one in event.registrants.values() if one.status == "approved" and one.id not in came]
    return ApiResponse(200, request.page("registrants", [shown(request.world, event, one) for one in absent]))


def report_webinar(request: ApiRequest) -> ApiResponse:
    """The figures of a webinar that has ended."""
    world, event = request.world, _past(request)
    host, begins = world.user_of(event), event.started_at or event.created_at
    stays = [((one.left or world.now()) - one.joined).total_seconds() for one in event.participants]
    body = {
        "uuid": event.uuid,
        "id": event.id,
        "type": event.fields.type,
        "topic": event.fields.topic,
        "user_name": host.name,
        "user_email": host.email,
        "start_time": times.text(begins),
        "end_time": times.text(event.ended_at or begins),
        "duration": int(((event.ended_at or begins) - begins).total_seconds()) // 60,
        "total_minutes": int(sum(stays)) // 60,
        "participants_count": len({one.registrant_id or one.account_user_id or one.uuid for one in event.participants}),
    }
    return ApiResponse(200, body)


def _past(request: ApiRequest) -> Event:
    """A meeting or webinar that has ended, by its id or UUID. Raises 404, and 400 after a year."""
    given = request.path[f"{request.kind}Id"]
    event = request.world.named(given)
    if event is None or event.kind != request.kind or event.ended_at is None:
        raise not_found(request.kind, given)
    if request.world.now() - event.ended_at > KEPT:
        raise ApiError(400, TOO_OLD, f"Can not access a {event.kind} a year ago.")
    return event


def _stay(request: ApiRequest, event: Event, one: Participant) -> dict[str, Any]:
    left = one.left or request.world.now()
    body: dict[str, Any] = {
        "id": one.account_user_id,
        "user_id": one.user_id,
        "name": one.name,
        "user_email": one.email,
        "join_time": times.text(one.joined),
        "leave_time": times.text(left),
        "duration": int((left - one.joined).total_seconds()) if _is_counted(request, event) else 0,
        "failover": False,
        "status": "in_meeting",
    }
    return body | ({"registrant_id": one.registrant_id} if one.registrant_id else {})


def _is_counted(request: ApiRequest, event: Event) -> bool:
    """Whether Zoom has the durations: after large meetings it takes a while."""
    world = request.world
    return event.ended_at is not None and world.now() - event.ended_at >= timedelta(minutes=world.rules.report_minutes)


def _without_number(page: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in page.items() if name != "page_number"}
