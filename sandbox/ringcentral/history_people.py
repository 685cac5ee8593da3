"""History operations on people: who was invited, and who took part from when to when."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.history import found_session
from sandbox.ringcentral.invitees import team_of
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.presence import Participant
from sandbox.ringcentral.request import ApiRequest, paginate
from sandbox.ringcentral.responses import ApiResponse, not_found
from sandbox.ringcentral.webinars import linked_user
from sandbox.ringcentral.wire import iso
from sandbox.ringcentral.world import World

INVITED = ("id", "firstName", "lastName", "email", "linkedUser", "type", "sendInvite")


def list_invitees(request: ApiRequest) -> ApiResponse:
    """GET …/sessions/{sessionId}/invitees: the host first, filtered by role."""
    return ApiResponse(200, paginate(request, _filtered(request, _invitees(request.world, *found_session(request)))))


def get_invitee(request: ApiRequest) -> ApiResponse:
    """GET …/invitees/{inviteeId}."""
    for one in _invitees(request.world, *found_session(request)):
        if one["id"] == request.path["inviteeId"]:
            return ApiResponse(200, one)
    raise not_found("inviteeId")


def list_participants(request: ApiRequest) -> ApiResponse:
    """GET …/sessions/{sessionId}/participants in the order in which they first joined, filtered by role."""
    _, session = found_session(request)
    records = [participant_resource(request.world, one) for one in in_order(session)]
    return ApiResponse(200, paginate(request, _filtered(request, records)))


def get_own_participation(request: ApiRequest) -> ApiResponse:
    """GET …/participants/self, for everybody in the company: 404 for somebody who did not take part."""
    webinar = request.world.state.webinars.get(request.path["webinarId"])
    session = webinar.session if webinar else None
    if session is None or session.id != request.path["sessionId"]:
        raise not_found("sessionId" if webinar else "webinarId")
    for one in in_order(session):
        if one.user_id == request.caller.id:
            return ApiResponse(200, _reduced(request.world, one))
    raise not_found("participantId")


def in_order(session: Session) -> list[Participant]:
    """The participants in the order in which they first joined."""
    return sorted(session.participants, key=lambda one: (one.joined, one.id))


def participant_resource(world: World, one: Participant) -> dict[str, Any]:
    """ParticipantExtendedModel: the earliest time of joining and the latest of leaving, none while present."""
    optional = {
        "email": one.email,
        "leaveTime": iso(one.left) if one.left else "",
        "inviteeId": one.invitee_id,
        "registrantId": one.registrant_id,
    }
    return {
        **_reduced(world, one),
        **{name: value for name, value in optional.items() if value},
        "qnaBlocked": False,
        "joinTime": iso(one.joined),
        "wasEjected": one.ejected,
        "uniqueUserHash": one.user_hash,
    }


def _reduced(world: World, one: Participant) -> dict[str, Any]:
    names = {"firstName": one.first_name, "lastName": one.last_name}
    linked = {"linkedUser": linked_user(world, one.user_id)} if one.user_id else {}
    return {
        "id": one.id,
        **{name: value for name, value in names.items() if value},
        "role": one.role,
        "originalRole": one.original_role,
        **linked,
        "type": one.type,
    }


def _invitees(world: World, webinar: Webinar, session: Session) -> list[dict[str, Any]]:
    """InviteeModel of everybody who was invited, with the role of those who joined."""
    joined = {one.invitee_id: one.role for one in session.participants if one.invitee_id}
    return [
        {
            **{name: one[name] for name in INVITED if name in one},
            "role": joined.get(one["id"], one["role"]),
            "originalRole": one["role"],
            "qnaBlocked": False,
            "joined": one["id"] in joined,
        }
        for one in team_of(world, webinar, session)
    ]


def _filtered(request: ApiRequest, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for name in ("role", "originalRole"):
        wanted = request.list_param(name)
        records = [one for one in records if not wanted or one[name] in wanted]
    return records
