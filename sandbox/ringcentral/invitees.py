"""Invitee operations: the host, co-hosts and panelists of a session."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Invitee, InviteeChange, InviteeId, NewInvitee
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiError, ApiResponse, invalid, not_found
from sandbox.ringcentral.team import TeamDraft, host_invitee_id
from sandbox.ringcentral.webinars import linked_user
from sandbox.ringcentral.wire import iso, validate
from sandbox.ringcentral.world import World

CONFLICT = 409


def list_invitees(request: ApiRequest) -> ApiResponse:
    """GET …/sessions/{sessionId}/invitees: the host first, then the others in the order they were added."""
    return ApiResponse(200, paginate(request, team_of(request.world, *_found(request))))


def get_invitee(request: ApiRequest) -> ApiResponse:
    """GET …/invitees/{inviteeId}."""
    for one in team_of(request.world, *_found(request)):
        if one["id"] == request.path["inviteeId"]:
            return ApiResponse(200, one)
    raise not_found("inviteeId")


def patch_invitees(request: ApiRequest) -> ApiResponse:
    """PATCH …/invitees: all changes or none.

    Deletions come first, so that one call can delete and add the same person, which is how a `linkedUser` is
    changed.
    """
    world = request.world
    webinar, session = _found(request)
    sent = request.json()
    draft = TeamDraft(world, webinar, session)
    gone = [validate(InviteeId, one).id for one in _list(sent, "deletedInvitees")]
    for one in gone:
        draft.remove(one, "id")
    updated = [
        draft.change(validate(InviteeId, one).id, validate(InviteeChange, one), "id")
        for one in _list(sent, "updatedInvitees")
    ]
    added = [draft.add(validate(NewInvitee, one)) for one in _list(sent, "addedInvitees")]
    draft.commit()
    return ApiResponse(
        200,
        {
            "addedInvitees": [_resource(world, one) for one in added],
            "updatedInvitees": [_resource(world, one) for one in updated],
            "deletedInvitees": [{"id": one} for one in gone],
        },
    )


def put_invitee(request: ApiRequest) -> ApiResponse:
    """PUT …/invitees/{inviteeId}: the same change for one person; the reference documents no 409."""
    draft = TeamDraft(request.world, *_found(request))
    try:
        member = draft.change(request.path["inviteeId"], validate(InviteeChange, request.json()), "inviteeId")
    except ApiError as refusal:
        if refusal.status == CONFLICT:
            raise invalid("email") from refusal
        raise
    draft.commit()
    return ApiResponse(200, _resource(request.world, member))


def delete_invitee(request: ApiRequest) -> ApiResponse:
    """DELETE …/invitees/{inviteeId}."""
    draft = TeamDraft(request.world, *_found(request))
    draft.remove(request.path["inviteeId"], "inviteeId")
    draft.commit()
    return ApiResponse(204)


def team_of(world: World, webinar: Webinar, session: Session) -> list[dict[str, Any]]:
    """All invitees as API resources."""
    return [_host(world, webinar, session), *(_resource(world, one) for one in session.invitees)]


def _found(request: ApiRequest) -> tuple[Webinar, Session]:
    return request.world.session_for(request.caller, request.path["webinarId"], request.path["sessionId"])


def _list(sent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    given = sent.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise invalid(name)
    return given


def _host(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    """The host's own record; created with the session, without a phone code (our interpretation)."""
    host = world.host_of(webinar)
    person = {"firstName": host.first_name, "lastName": host.last_name, "email": host.email, "jobTitle": host.job_title}
    return {
        "id": host_invitee_id(session),
        "creationTime": iso(session.created),
        "lastModifiedTime": iso(session.created),
        **{name: value for name, value in person.items() if value},
        "linkedUser": linked_user(world, host.id),
        "role": "Host",
        "type": "User",
        "sendInvite": True,
        "joinUri": f"{world.url}/w/join/{session.host_token}",
    }


def _resource(world: World, one: Invitee) -> dict[str, Any]:
    """InviteeResource."""
    person = {"firstName": one.first_name, "lastName": one.last_name, "email": one.email, "jobTitle": one.job_title}
    linked = {"linkedUser": linked_user(world, one.user_id)} if one.user_id else {}
    return {
        "id": one.id,
        "creationTime": iso(one.created),
        "lastModifiedTime": iso(one.modified),
        **{name: value for name, value in person.items() if value},
        **linked,
        "role": one.role,
        "type": one.type,
        "sendInvite": one.send_invite,
        "joinUri": f"{world.url}/w/p/join/{one.token}",
        "phoneParticipantCode": one.phone_code,
    }
