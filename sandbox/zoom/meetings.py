"""The operations on meetings and webinars: create, read, list, change, delete."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sandbox.zoom import times
from sandbox.zoom.event_bodies import summary
from sandbox.zoom.models import Event
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiResponse
from sandbox.zoom.schedule import FORMS, change, change_date, make, registration_url, remove, shown_occurrence
from sandbox.zoom.world import World

LISTS = {
    "meeting": ("scheduled", "live", "upcoming", "upcoming_meetings", "previous_meetings"),
    "webinar": ("scheduled", "upcoming"),
}


def create_event(request: ApiRequest) -> ApiResponse:
    """A meeting or webinar of the user in the path, or of `schedule_for`; has no registration by default."""
    world, kind = request.world, request.kind
    host = world.user(request.path["userId"])
    world.limits.charge_host(host.id, kind.capitalize())
    fields = request.body(FORMS[kind])
    event = make(world, kind, host, fields)
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
    """Change the given fields; `settings` are changed one by one. A changed date makes new occurrences.

    With an `occurrence_id`, change the start and the length of that date.
    """
    world, event = request.world, request.event()
    world.limits.charge_host(event.host_id, event.kind.capitalize())
    if occurrence_id := request.query.get("occurrence_id", ""):
        change_date(world, event, occurrence_id, request.json())
    else:
        change(world, event, request.json())
    return ApiResponse(204)


def delete_event(request: ApiRequest) -> ApiResponse:
    """Delete a meeting or webinar, or one of its dates."""
    remove(request.world, request.event(), request.query.get("occurrence_id", ""))
    return ApiResponse(204)


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
        "creation_source": event.creation_source,
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


def _listed(world: World, event: Event) -> dict[str, Any]:
    more = {"agenda": event.fields.agenda, "created_at": times.text(event.created_at)}
    return {**summary(event), **more, "join_url": f"{world.url}/j/{event.id}"}


def _is_listed(world: World, event: Event, kind: str) -> bool:
    if kind == "live":
        return event.is_started
    if kind == "previous_meetings":
        return event.is_ended
    is_past = event.end is not None and event.end < world.now()
    return not event.is_ended and (kind == "scheduled" or not is_past)


def _order(event: Event) -> tuple[datetime, int]:
    return event.start or datetime.max.replace(tzinfo=UTC), event.id
