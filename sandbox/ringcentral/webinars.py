"""Webinar operations: settings and host."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.events import SESSIONS
from sandbox.ringcentral.models import READ_ONLY_SETTINGS, NewWebinar, Webinar, WebinarFields
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiError, ApiResponse, needs_permission, not_in_this_state
from sandbox.ringcentral.wire import iso, merge, validate
from sandbox.ringcentral.world import WEBINAR_SETTINGS, World


def create_webinar(request: ApiRequest) -> ApiResponse:
    """POST …/webinars: hosted by the caller, or by a coworker that an admin chooses."""
    world, sent = request.world, request.json()
    fields = validate(NewWebinar, sent)
    host = _chosen_host(request, fields)
    if not host.licensed:  # a host needs a Webinar license (guide); this error for a missing one is our interpretation
        raise ApiError(403, "CMN-109", "Feature not available.")
    return ApiResponse(201, webinar_resource(world, make_webinar(world, host, sent)))


def get_webinar(request: ApiRequest) -> ApiResponse:
    """GET …/webinars/{webinarId}."""
    webinar = request.world.webinar_for(request.caller, request.path["webinarId"])
    return ApiResponse(200, webinar_resource(request.world, webinar))


def list_webinars(request: ApiRequest) -> ApiResponse:
    """GET …/webinars: the caller's own, created since the required `creationTimeFrom`, soonest first."""
    since = request.datetime_param("creationTimeFrom")
    mine = [
        one
        for one in request.world.state.webinars.values()
        if one.host_id == request.caller.id and one.created >= since
    ]
    mine.sort(key=_when)
    return ApiResponse(200, paginate(request, [webinar_resource(request.world, one) for one in mine]))


def patch_webinar(request: ApiRequest) -> ApiResponse:
    """PATCH …/webinars/{webinarId}: a partial update; the host cannot change.

    The reference forbids deleting, not changing, a webinar whose session is Active or Finished.
    """
    webinar = request.world.webinar_for(request.caller, request.path["webinarId"])
    change_webinar(request.world, webinar, request.json())
    announce_change(request.world, webinar)
    return ApiResponse(200, webinar_resource(request.world, webinar))


def delete_webinar(request: ApiRequest) -> ApiResponse:
    """DELETE …/webinars/{webinarId}, with its session."""
    remove_webinar(request.world, request.world.webinar_for(request.caller, request.path["webinarId"]))
    return ApiResponse(204)


def make_webinar(world: World, host: Person, sent: dict[str, Any]) -> Webinar:
    """Create a webinar for this host, or raise ApiError 400 for invalid fields in `sent`."""
    fields = _with_policy(world, validate(WebinarFields, sent))
    now = world.now()
    webinar = Webinar(id=world.new_id("webinar"), created=now, modified=now, host_id=host.id, fields=fields)
    world.state.webinars[webinar.id] = webinar
    return webinar


def change_webinar(world: World, webinar: Webinar, sent: dict[str, Any]) -> None:
    """Merge `sent` into the webinar, or raise ApiError."""
    webinar.fields = _with_policy(world, validate(WebinarFields, merge(webinar.fields.wire(), sent)))
    webinar.modified = world.now()


def announce_change(world: World, webinar: Webinar) -> None:
    """Report a change of the webinar alone, where that is an event."""
    if webinar.session and world.rules.webinar_events:
        world.emit(SESSIONS, webinar.session)


def remove_webinar(world: World, webinar: Webinar) -> None:
    """Delete the webinar unless its session is Active or Finished."""
    if webinar.session and webinar.session.status != "Scheduled":
        raise not_in_this_state(webinar.session.status)
    del world.state.webinars[webinar.id]
    if webinar.session and world.rules.deletion_events:
        world.emit_of(webinar, SESSIONS, webinar.session, "Deleted")


def webinar_resource(world: World, webinar: Webinar) -> dict[str, Any]:
    """WcsWebinarResource."""
    host = world.host_of(webinar)
    return {
        "id": webinar.id,
        "creationTime": iso(webinar.created),
        "lastModifiedTime": iso(webinar.modified),
        **webinar.fields.wire(),
        "settings": shown_settings(world, webinar),
        "host": {
            "userId": host.id,
            "accountId": world.company.id,
            "linkedUser": linked_user(world, host.id),
            "entitled": host.licensed,
        },
    }


def shown_settings(world: World, webinar: Webinar) -> dict[str, Any]:
    """All settings, with the account's policy."""
    locked = {name: value for name, value in world.company.locked_settings.items() if name in READ_ONLY_SETTINGS}
    return {**webinar.fields.settings.wire(), **READ_ONLY_SETTINGS, **locked}


def linked_user(world: World, person_id: str) -> dict[str, str]:
    """RcwDomainUserModel: for the domain "pbx" the user id is the extension id."""
    return {"userId": person_id, "accountId": world.company.id, "domain": "pbx"}


def _chosen_host(request: ApiRequest, fields: NewWebinar) -> Person:
    linked = fields.host.linked_user if fields.host else None
    if linked is None:
        return request.caller
    if not request.caller.runs_webinars:
        raise needs_permission(WEBINAR_SETTINGS)
    if linked.account_id != request.world.company.id:
        raise ApiError(403, "CMN-101", "Host of another account", "host.linkedUser.accountId")
    host = request.world.company.person(linked.user_id) if linked.domain == "pbx" else None
    if host is None or host.kind != "User":
        name = "host.linkedUser.userId"
        raise ApiError(400, "CMN-102", f"Resource for parameter [{name}] is not found", name)
    return host


def _with_policy(world: World, fields: WebinarFields) -> WebinarFields:
    """Account policy silently overrides what was sent: callers must read the settings back."""
    settings = type(fields.settings).model_validate({**fields.settings.wire(), **world.company.locked_settings})
    if world.company.password_required and not settings.password:
        settings.password = secrets.token_hex(4)
    return fields.model_copy(update={"settings": settings})


def _when(webinar: Webinar) -> tuple[datetime, str]:
    moment = webinar.session.fields.scheduled_start_time if webinar.session else webinar.created
    return moment, webinar.id
