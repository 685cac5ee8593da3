"""Meetings and webinars as their hosts plan them: made, changed, deleted, and the dates they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from pydantic import ValidationError

from sandbox.zoom import times
from sandbox.zoom.event_bodies import by_operator, summary, whole
from sandbox.zoom.fields import EventFields, MeetingFields, WebinarFields
from sandbox.zoom.models import NO_REGISTRATION, RECURRING, SINGLE, Event, EventKind, Occurrence, User
from sandbox.zoom.responses import ApiError, invalid, invalid_fields
from sandbox.zoom.world import World, new_uuid

FORMS: dict[EventKind, type[MeetingFields] | type[WebinarFields]] = {"meeting": MeetingFields, "webinar": WebinarFields}
NO_LICENSE = "Your user account is not allowed meeting hosting and scheduling capabilities."
NO_PLAN = "Webinar plan is missing. You must subscribe to the webinar plan and enable webinars for this user."
WITH_DATES = {"start_time", "duration", "recurrence", "timezone", "type"}
"""Fields that make new dates when they change."""


def make(
    world: World,
    kind: EventKind,
    host: User,
    fields: MeetingFields | WebinarFields,
    source: Literal["open_api", "web_portal"] = "open_api",
) -> Event:
    """A new meeting or webinar of this host, or of the user in `schedule_for`. Raises 400."""
    host = world.user(fields.schedule_for) if fields.schedule_for else host
    check_license(kind, fields, host)
    check_alternative_hosts(world, fields)
    start, occurrences = _dates(fields, host)
    event = Event(kind, world.new_event_id(), new_uuid(), host.id, world.now(), fields, start, occurrences)
    event.creation_source = source
    world.events[event.id] = event
    world.emit(f"{kind}.created", by_operator(world, event, operation="all", object=whole(world, event)))
    return event


def change(world: World, event: Event, changes: Mapping[str, Any]) -> None:
    """Change the given fields; `settings` are changed one by one. A changed date makes new occurrences. Raises 400."""
    host = world.user_of(event)
    before = summary(event)
    stored, given = event.fields.model_dump(exclude_none=True), changes.get("settings", {})
    settings = {**stored["settings"], **given} if isinstance(given, dict) else given
    try:
        fields = FORMS[event.kind].model_validate({**stored, **changes, "settings": settings})
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    check_license(event.kind, fields, host)
    if isinstance(given, dict) and "alternative_hosts" in given:
        check_alternative_hosts(world, fields)
    if WITH_DATES & changes.keys():
        event.start, event.occurrences = _dates(fields, host)
    event.fields = fields
    stamp = int(world.clock.now().timestamp() * 1000)
    more = {"object": summary(event), "old_object": before, "time_stamp": stamp}
    world.emit(f"{event.kind}.updated", by_operator(world, event, scope="all", **more))


def change_date(world: World, event: Event, occurrence_id: str, changes: Mapping[str, Any]) -> None:
    """Change the start and the length of one date of a recurring event; it keeps its id. Raises 400."""
    one, before = occurrence(event, occurrence_id), summary(event)
    given = {name: changes[name] for name in ("start_time", "duration") if name in changes}
    try:
        fields = FORMS[event.kind].model_validate({**event.fields.model_dump(exclude_none=True), **given})
    except ValidationError as problem:
        raise invalid_fields(problem) from problem
    if "start_time" in given:
        one.first_start = one.first_start or one.start
        one.start = times.read(fields.start_time, times.zone(event.fields.timezone), "start_time")
    one.duration = fields.duration if "duration" in given else one.duration
    stamp = int(world.clock.now().timestamp() * 1000)
    more = {"object": summary(event), "old_object": before, "time_stamp": stamp}
    world.emit(f"{event.kind}.updated", by_operator(world, event, scope="single", **more))


def remove(world: World, event: Event, occurrence_id: str = "") -> None:
    """Delete a meeting or webinar, or one of its dates. Raises 400 for an unknown date."""
    body = summary(event)
    if occurrence_id:
        one = occurrence(event, occurrence_id)
        one.is_deleted = True
        body["occurrences"] = [{"occurrence_id": one.id, "start_time": times.text(one.start)}]
    else:
        del world.events[event.id]
    operation = "single" if occurrence_id else "all"
    world.emit(f"{event.kind}.deleted", by_operator(world, event, operation=operation, object=body))


def check_license(kind: EventKind, fields: EventFields, host: User) -> None:
    """Raise 400 if the host may have no webinars, or no registration."""
    if kind == "webinar" and not host.has_webinars:
        raise ApiError(400, 200, NO_PLAN)
    if fields.settings.approval_type != NO_REGISTRATION and not host.is_licensed:
        raise ApiError(400, 3161, NO_LICENSE)


def check_alternative_hosts(world: World, fields: EventFields) -> None:
    """Raise 400 if one of them is no licensed user of the account."""
    licensed = {user.email.lower() for user in world.users if user.is_licensed}
    wanted = {one.strip().lower() for one in fields.settings.alternative_hosts.replace(",", ";").split(";")}
    if wanted - licensed - {""}:
        raise invalid("settings.alternative_hosts")


def occurrence(event: Event, occurrence_id: str) -> Occurrence:
    """A date of a recurring meeting by its id. Raises 400."""
    for one in event.occurrences:
        if one.id == occurrence_id and not one.is_deleted:
            return one
    raise invalid("occurrence_id")


def registration_url(world: World, event: Event) -> str:
    """The page on which people register."""
    return f"{world.url}/{event.kind}/register/{quote(event.uuid, safe='')}"


def shown_occurrence(one: Occurrence) -> dict[str, Any]:
    """One date of a recurring meeting."""
    status = "deleted" if one.is_deleted else "available"
    return {"occurrence_id": one.id, "start_time": times.text(one.start), "duration": one.duration, "status": status}


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
