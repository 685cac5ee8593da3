"""The operations that only webinars have: panelists, tracking sources, and the end."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.zoom import times
from sandbox.zoom.fields import NewPanelists, StatusOfWebinar
from sandbox.zoom.models import Panelist
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, invalid
from sandbox.zoom.room import Room
from sandbox.zoom.schedule import registration_url

NO_ROOM, NOT_RUNNING = 3000, 300


def list_panelists(request: ApiRequest) -> ApiResponse:
    """All panelists, each with a personal link."""
    world, event = request.world, request.event()
    shown = [
        {"id": one.id, "email": one.email, "name": one.name, "join_url": f"{world.url}/w/{event.id}?tk={one.secret}"}
        for one in event.panelists.values()
    ]
    return ApiResponse(200, {"total_records": len(shown), "panelists": shown})


def add_panelists(request: ApiRequest) -> ApiResponse:
    """Invite up to 30 panelists; one who is there already stays. The answer has neither ids nor links."""
    world, event = request.world, request.event()
    known = {one.email.lower() for one in event.panelists.values()}
    new = {one.email.lower(): one for one in request.body(NewPanelists).panelists if one.email.lower() not in known}
    if len(known) + len(new) > world.rules.panelists:
        raise ApiError(400, NO_ROOM, "The number of panelists has reached the limit.")
    for one in new.values():
        made = Panelist(secrets.token_urlsafe(16), one.name, one.email, secrets.token_urlsafe(32))
        event.panelists[made.id] = made
    return ApiResponse(201, {"id": str(event.id), "updated_at": times.text(world.now())})


def delete_panelists(request: ApiRequest) -> ApiResponse:
    """Remove all panelists."""
    request.event().panelists.clear()
    return ApiResponse(204)


def delete_panelist(request: ApiRequest) -> ApiResponse:
    """Remove one."""
    if request.event().panelists.pop(request.path["panelistId"], None) is None:
        raise invalid("panelistId")
    return ApiResponse(204)


def list_sources(request: ApiRequest) -> ApiResponse:
    """The tracking sources that the host has set up, with their registrations."""
    world, event = request.world, request.event()
    counts = [one.source_id for one in event.registrants.values() if one.status != "cancelled"]
    shown: list[dict[str, Any]] = [
        {
            "id": one.id,
            "source_name": one.name,
            "tracking_url": f"{registration_url(world, event)}?tk={one.id}",
            "registration_count": counts.count(one.id),
            "visitor_count": one.visitors,
        }
        for one in event.sources.values()
    ]
    return ApiResponse(200, {"total_records": len(shown), "tracking_sources": shown})


def put_status(request: ApiRequest) -> ApiResponse:
    """End a running webinar."""
    event = request.event()
    request.body(StatusOfWebinar)
    if not event.is_started:
        raise ApiError(400, NOT_RUNNING, "Webinar has not started.")
    Room(request.world).finish(event.id)
    return ApiResponse(200)
