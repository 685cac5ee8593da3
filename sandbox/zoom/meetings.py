"""The operations on meetings: create, read, list, change, delete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from sandbox.zoom import times
from sandbox.zoom.event_bodies import by_operator, summary, whole
from sandbox.zoom.fields import EventFields
from sandbox.zoom.models import NO_REGISTRATION, RECURRING, Event, Occurrence, User
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, invalid, invalid_fields
from sandbox.zoom.world import World, new_uuid

MEETING_TYPES = ("scheduled", "live", "upcoming", "upcoming_meetings", "previous_meetings")
NO_LICENSE = "Your user account is not allowed meeting hosting and scheduling capabilities."
WITH_DATE = (2, RECURRING)


def create_meeting(request: ApiRequest) -> ApiResponse:
    """A meeting of the user in the path, or of `schedule_for`; without `approval_type` it has no registration."""
    world = request.world
    host = world.user(request.path["userId"])
    world.limits.charge_host(host.id, "Meeting")
    fields = request.body(EventFields)
    start, occurrences = _dates(fields, host)
    event = Event("meeting", world.new_event_id(), new_uuid(), host.id, world.now(), fields, start, occurrences)
    world.events[event.id] = event
    world.emit("meeting.created", by_operator(world, event, operation="all", object=whole(world, event)))
    return ApiResponse(201, details(world, event))


def get_meeting(request: ApiRequest) -> ApiResponse:
    """One meeting."""
    return ApiResponse(200, details(request.world, request.world.event("meeting", request.path["meetingId"])))


def list_meetings(request: ApiRequest) -> ApiResponse:
    """The meetings of a user, by start."""
    world = request.world
    host = world.user(request.path["userId"])
    kind = request.choice("type", *MEETING_TYPES)
    mine = [one for one in world.events.values() if one.kind == "meeting" and one.host_id == host.id]
    shown = sorted((one for one in mine if _is_listed(world, one, kind)), key=_order)
    return ApiResponse(200, request.page("meetings", [_listed(world, one) for one in shown]))


def patch_meeting(request: ApiRequest) -> ApiResponse:
    """Change the given fields; `settings` are changed one by one. A changed date makes new occurrences."""
    world = request.world
    event = world.event("meeting", request.path["meetingId"])
    world.limits.charge_host(event.host_id, "Meeting")
    before = summary(event)
    changes = request.json()
    stored = event.fields.model_dump(exclude_none=True)
    given = changes.get("settings", {})
    merged = {**stored, **changes, "settings": {**stored["settings"], **given} if isinstance(given, dict) else given}
    try:
        fields = EventFields.model_validate(merged)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    if {"start_time", "duration", "recurrence", "timezone", "type"} & changes.keys():
        event.start, event.occurrences = _dates(fields, world.user_of(event))
    event.fields = fields
    stamp = int(world.clock.now().timestamp() * 1000)
    more = {"object": summary(event), "old_object": before, "time_stamp": stamp}
    world.emit("meeting.updated", by_operator(world, event, scope="all", **more))
    return ApiResponse(204)


def delete_meeting(request: ApiRequest) -> ApiResponse:
    """Delete a meeting, or one of its dates."""
    world = request.world
    event = world.event("meeting", request.path["meetingId"])
    occurrence_id = request.query.get("occurrence_id", "")
    body = summary(event)
    if occurrence_id:
        one = occurrence(event, occurrence_id)
        one.is_deleted = True
        body["occurrences"] = [{"occurrence_id": one.id, "start_time": times.text(one.start)}]
    else:
        del world.events[event.id]
    operation = "single" if occurrence_id else "all"
    world.emit("meeting.deleted", by_operator(world, event, operation=operation, object=body))
    return ApiResponse(204)


def occurrence(event: Event, occurrence_id: str) -> Occurrence:
    """A date of a recurring meeting by its id. Raises 400."""
    for one in event.occurrences:
        if one.id == occurrence_id and not one.is_deleted:
            return one
    raise invalid("occurrence_id")


def details(world: World, event: Event) -> dict[str, Any]:
    """A meeting as Zoom returns it."""
    fields, host = event.fields, world.user_of(event)
    body = {
        **summary(event),
        "host_email": host.email,
        "agenda": fields.agenda,
        "created_at": times.text(event.created_at),
        "status": "started" if event.is_started else "waiting",
        "join_url": f"{world.url}/j/{event.id}",
        "start_url": f"{world.url}/s/{event.id}?zak=host",
        "password": fields.password,
        "settings": fields.settings.model_dump(),
        "pre_schedule": False,
        "creation_source": "open_api",
    }
    if event.has_registration:
        body["registration_url"] = f"{world.url}/meeting/register/{quote(event.uuid, safe='')}"
    if fields.recurrence:
        body["recurrence"] = fields.recurrence.model_dump(exclude_defaults=True) | {"type": fields.recurrence.type}
        body["occurrences"] = [shown_occurrence(one) for one in event.occurrences]
    return body if fields.password else {name: value for name, value in body.items() if name != "password"}


def shown_occurrence(one: Occurrence) -> dict[str, Any]:
    """One date of a recurring meeting."""
    status = "deleted" if one.is_deleted else "available"
    return {"occurrence_id": one.id, "start_time": times.text(one.start), "duration": one.duration, "status": status}


def _listed(world: World, event: Event) -> dict[str, Any]:
    more = {"agenda": event.fields.agenda, "created_at": times.text(event.created_at)}
    return {**summary(event), **more, "join_url": f"{world.url}/j/{event.id}"}


def _dates(fields: EventFields, host: User) -> tuple[datetime | None, list[Occurrence]]:
    """The start and the dates of a meeting; sets its time zone to the host's if it has none. Raises 400."""
    if fields.settings.approval_type != NO_REGISTRATION and not host.is_licensed:
        raise ApiError(400, 3161, NO_LICENSE)
    fields.timezone = fields.timezone or host.timezone
    local = times.zone(fields.timezone)
    if fields.type == RECURRING and not (fields.recurrence and fields.start_time):
        raise invalid("recurrence" if fields.start_time else "start_time")
    start = times.read(fields.start_time, local, "start_time") if fields.start_time else None
    if fields.type != RECURRING or start is None or fields.recurrence is None:
        fields.recurrence = None
        return (start if fields.type in WITH_DATE else None), []
    found = times.occurrences(start, fields.duration, fields.recurrence, local)
    if not found:
        raise invalid("recurrence")
    return found[0].start, found


def _is_listed(world: World, event: Event, kind: str) -> bool:
    if kind == "live":
        return event.is_started
    if kind == "previous_meetings":
        return event.is_ended
    is_past = event.end is not None and event.end < world.now()
    return not event.is_ended and (kind == "scheduled" or not is_past)


def _order(event: Event) -> tuple[datetime, int]:
    return event.start or datetime.max.replace(tzinfo=UTC), event.id
