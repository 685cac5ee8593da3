"""Invitees: the host, co-hosts and panelists of a session, added, changed and removed in one call."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.answers import Answer, ApiError, invalid, not_found
from sandbox.ringcentral.asked import Asked, page_of
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Invitee, InviteeChange, Known, NewInvitee
from sandbox.ringcentral.team import TeamDraft, host_invitee_id
from sandbox.ringcentral.webinars import linked_user
from sandbox.ringcentral.wire import checked, iso
from sandbox.ringcentral.world import World

CONFLICT = 409


def list_invitees(asked: Asked) -> Answer:
    """GET …/sessions/{sessionId}/invitees: the host first, then the others as they came."""
    return Answer(200, page_of(asked, team_of(asked.world, *_found(asked))))


def get_invitee(asked: Asked) -> Answer:
    """GET …/invitees/{inviteeId}."""
    for one in team_of(asked.world, *_found(asked)):
        if one["id"] == asked.path["inviteeId"]:
            return Answer(200, one)
    raise not_found("inviteeId")


def patch_invitees(asked: Asked) -> Answer:
    """PATCH …/invitees: all that is asked for, or nothing of it.

    Whoever is deleted goes first, so that the same person can be deleted and added in one call, which is how a
    `linkedUser` is changed.
    """
    world = asked.world
    webinar, session = _found(asked)
    sent = asked.json()
    draft = TeamDraft(world, webinar, session)
    gone = [checked(Known, one).id for one in _list(sent, "deletedInvitees")]
    for one in gone:
        draft.remove(one, "id")
    updated = [
        draft.change(checked(Known, one).id, checked(InviteeChange, one), "id")
        for one in _list(sent, "updatedInvitees")
    ]
    added = [draft.add(checked(NewInvitee, one)) for one in _list(sent, "addedInvitees")]
    draft.settle()
    return Answer(
        200,
        {
            "addedInvitees": [_resource(world, one) for one in added],
            "updatedInvitees": [_resource(world, one) for one in updated],
            "deletedInvitees": [{"id": one} for one in gone],
        },
    )


def put_invitee(asked: Asked) -> Answer:
    """PUT …/invitees/{inviteeId}: the same change, of one person; it has no 409 in the reference."""
    draft = TeamDraft(asked.world, *_found(asked))
    try:
        member = draft.change(asked.path["inviteeId"], checked(InviteeChange, asked.json()), "inviteeId")
    except ApiError as refusal:
        if refusal.status == CONFLICT:
            raise invalid("email") from refusal
        raise
    draft.settle()
    return Answer(200, _resource(asked.world, member))


def delete_invitee(asked: Asked) -> Answer:
    """DELETE …/invitees/{inviteeId}."""
    draft = TeamDraft(asked.world, *_found(asked))
    draft.remove(asked.path["inviteeId"], "inviteeId")
    draft.settle()
    return Answer(204)


def team_of(world: World, webinar: Webinar, session: Session) -> list[dict[str, Any]]:
    """Every invitee as the API shows them."""
    return [_host(world, webinar, session), *(_resource(world, one) for one in session.invitees)]


def _found(asked: Asked) -> tuple[Webinar, Session]:
    return asked.world.session_for(asked.caller, asked.path["webinarId"], asked.path["sessionId"])


def _list(sent: dict[str, Any], name: str) -> list[dict[str, Any]]:
    given = sent.get(name, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise invalid(name)
    return given


def _host(world: World, webinar: Webinar, session: Session) -> dict[str, Any]:
    """The host's own record; it comes with the session and has no phone code (our reading)."""
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
