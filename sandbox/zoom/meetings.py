"""The operations on meetings and webinars: create, read, list, change, delete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import ValidationError

from sandbox.zoom import times
from sandbox.zoom.event_bodies import by_operator, summary, whole
from sandbox.zoom.fields import EventFields, MeetingFields, WebinarFields
from sandbox.zoom.models import NO_REGISTRATION, RECURRING, SINGLE, Event, EventKind, Occurrence, User
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, invalid, invalid_fields
from sandbox.zoom.world import World, new_uuid

LISTS = {
    "meeting": ("scheduled", "live", "upcoming", "upcoming_meetings", "previous_meetings"),
    "webinar": ("scheduled", "upcoming"),
}
FORMS: dict[EventKind, type[EventFields]] = {"meeting": MeetingFields, "webinar": WebinarFields}
NO_LICENSE = "Your user account is not allowed meeting hosting and scheduling capabilities."
NO_PLAN = "Webinar plan is missing. You must subscribe to the webinar plan and enable webinars for this user."
WITH_DATES = {"start_time", "duration", "recurrence", "timezone", "type"}
"""Fields that make new dates when they change."""


def create_event(request: ApiRequest) -> ApiResponse:
    """A meeting or webinar of the user in the path, or of `schedule_for`; has no registration by default."""
    world, kind = request.world, request.kind
    host = world.user(request.path["userId"])
    world.limits.charge_host(host.id, kind.capitalize())
    fields = request.body(FORMS[kind])
    host = world.user(fields.schedule_for) if fields.schedule_for else host
    check_license(kind, fields, host)
    start, occurrences = _dates(fields, host)
    event = Event(kind, world.new_event_id(), new_uuid(), host.id, world.now(), fields, start, occurrences)
    world.events[event.id] = event
    world.emit(f"{kind}.created", by_operator(world, event, operation="all", object=whole(world, event)))
    return ApiResponse(201, details(world, event))


def get_event(request: ApiRequest) -> ApiResponse:
    """One meeting or webinar."""
    return ApiResponse(200, details(request.world, request.event()))


def list_events(request: ApiRequest) -> ApiResponse:
    """The meetings or webinars of a user, by start."""
    world, kind = request.world, request.kind
    host = world.user(request.path["userId"])
    chosen = request.choice("type", *LISTS[kind])
    mine = [one for one in world.events.values() if one.kind == kind and one.host_id == host.id]
    shown = sorted((one for one in mine if _is_listed(world, one, chosen)), key=_order)
    return ApiResponse(200, request.page(f"{kind}s", [_listed(world, one) for one in shown]))


def patch_event(request: ApiRequest) -> ApiResponse:
    """Change the given fields; `settings` are changed one by one. A changed date makes new occurrences."""
    world, event = request.world, request.event()
    host = world.user_of(event)
    world.limits.charge_host(host.id, event.kind.capitalize())
    before, changes = summary(event), request.json()
    stored, given = event.fields.model_dump(exclude_none=True), changes.get("settings", {})
    settings = {**stored["settings"], **given} if isinstance(given, dict) else given
    try:
        fields = FORMS[event.kind].model_validate({**stored, **changes, "settings": settings})
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    check_license(event.kind, fields, host)
    if WITH_DATES & changes.keys():
        event.start, event.occurrences = _dates(fields, host)
    event.fields = fields
    stamp = int(world.clock.now().timestamp() * 1000)
    more = {"object": summary(event), "old_object": before, "time_stamp": stamp}
    world.emit(f"{event.kind}.updated", by_operator(world, event, scope="all", **more))
    return ApiResponse(204)


def delete_event(request: ApiRequest) -> ApiResponse:
    """Delete a meeting or webinar, or one of its dates."""
    world, event = request.world, request.event()
    occurrence_id, body = request.query.get("occurrence_id", ""), summary(event)
    if occurrence_id:
        one = occurrence(event, occurrence_id)
        one.is_deleted = True
        body["occurrences"] = [{"occurrence_id": one.id, "start_time": times.text(one.start)}]
    else:
        del world.events[event.id]
    operation = "single" if occurrence_id else "all"
    world.emit(f"{event.kind}.deleted", by_operator(world, event, operation=operation, object=body))
    return ApiResponse(204)


def check_license(kind: EventKind, fields: EventFields, host: User) -> None:
    """Raise 400 if the host may have no webinars, or no registration."""
    if kind == "webinar" and not host.has_webinars:
        raise ApiError(400, 200, NO_PLAN)
    if fields.settings.approval_type != NO_REGISTRATION and not host.is_licensed:
        raise ApiError(400, 3161, NO_LICENSE)


def occurrence(event: Event, occurrence_id: str) -> Occurrence:
    """A date of a recurring meeting by its id. Raises 400."""
    for one in event.occurrences:
        if one.id == occurrence_id and not one.is_deleted:
            return one
    raise invalid("occurrence_id")


def details(world: World, event: Event) -> dict[str, Any]:
    """A meeting or webinar as Zoom returns it."""
    fields, host = event.fields, world.user_of(event)
    body = {
        **summary(event),
        "host_email": host.email,
        "agenda": fields.agenda,
        "created_at": times.text(event.created_at),
        "join_url": f"{world.url}/j/{event.id}",
        "start_url": f"{world.url}/s/{event.id}?zak=host",
        "settings": fields.settings.model_dump(),
        "creation_source": "open_api",
    }
    if event.kind == "meeting":
        body |= {"status": "started" if event.is_started else "waiting", "pre_schedule": False}
    if fields.password:
        body["password"] = fields.password
    if event.has_registration:
        body["registration_url"] = registration_url(world, event)
    if fields.recurrence:
        body["recurrence"] = fields.recurrence.model_dump(exclude_defaults=True) | {"type": fields.recurrence.type}
        body["occurrences"] = [shown_occurrence(one) for one in event.occurrences]
    return body


def registration_url(world: World, event: Event) -> str:
    """The page on which people register."""
    return f"{world.url}/{event.kind}/register/{quote(event.uuid, safe='')}"


def shown_occurrence(one: Occurrence) -> dict[str, Any]:
    """One date of a recurring meeting."""
    status = "deleted" if one.is_deleted else "available"
    return {"occurrence_id": one.id, "start_time": times.text(one.start), "duration": one.duration, "status": status}


def _listed(world: World, event: Event) -> dict[str, Any]:
    more = {"agenda": event.fields.agenda, "created_at": times.text(event.created_at)}
    return {**summary(event), **more, "join_url": f"{world.url}/j/{event.id}"}


def _dates(fields: EventFields, host: User) -> tuple[datetime | None, list[Occurrence]]:
    """The start and the dates; sets the time zone to the host's if there is none. Raises 400."""
    fields.timezone = fields.timezone or host.timezone
    local = times.zone(fields.timezone)
    if fields.type in RECURRING and not (fields.recurrence and fields.start_time):
        raise invalid("recurrence" if fields.start_time else "start_time")
    start = times.read(fields.start_time, local, "start_time") if fields.start_time else None
    if fields.type not in RECURRING or start is None or fields.recurrence is None:
        fields.recurrence = None
        return (start if fields.type in (*SINGLE, *RECURRING) else None), []
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
