"""People join and leave a running session, and are counted."""

from __future__ import annotations

from datetime import datetime

from sandbox.ringcentral.events import REGISTRANTS
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Role
from sandbox.ringcentral.presence import Participant, Visit, user_hash
from sandbox.ringcentral.responses import ApiError, invalid, not_found, not_in_this_state
from sandbox.ringcentral.team import host_invitee_id
from sandbox.ringcentral.world import World

ATTENDEES_COME_IN = ("GoingLive", "Live", "Break")


def join_as_registrant(
    world: World, session: Session, registrant_id: str, *, at: datetime | None = None, other_device: bool = False
) -> Participant:
    """A registrant joins or comes back, which sets their `participantId`."""
    person = next((one for one in session.registrants if one.id == registrant_id), None)
    if person is None:
        raise not_found("registrantId")
    _check_attendees_come_in(session)
    if other_device and session.registration.settings.prevent_multiple_device_joins:
        raise ApiError(403, "CMN-101", "Only one device per person", "preventMultipleDeviceJoins")
    new = Participant(
        id=world.new_id("participant"),
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        role="Attendee",
        original_role="Attendee",
        registrant_id=person.id,
        user_hash=user_hash(session.id, person.email.lower()),
        visits=[],
    )
    known = [one for one in session.participants if one.registrant_id == person.id]
    came = _come_in(world, session, new, [] if other_device else known, at)
    person.participant_id = person.participant_id if other_device and known else came.id
    world.emit(REGISTRANTS, session, "Updated", person)
    return came


def join_as_invitee(
    world: World, webinar: Webinar, session: Session, invitee_id: str, *, other_device: bool = False
) -> Participant:
    """The host, a co-host or a panelist joins or comes back, also before the webinar is live."""
    new = _of_team(world, webinar, session, invitee_id)
    known = [one for one in session.participants if one.invitee_id == invitee_id]
    return _come_in(world, session, new, [] if other_device else known, None)


def join_as_guest(
    world: World, webinar: Webinar, session: Session, first_name: str, last_name: str, *, at: datetime | None = None
) -> Participant:
    """Somebody with the shared link of a webinar without registration joins, under any name or none."""
    if webinar.fields.settings.registration_enabled:
        raise invalid("registrantId")
    _check_attendees_come_in(session)
    new_id = world.new_id("participant")
    new = Participant(
        id=new_id,
        first_name=first_name,
        last_name=last_name,
        role="Attendee",
        original_role="Attendee",
        user_hash=user_hash(session.id, new_id),  # nobody knows who it is
        visits=[],
    )
    return _come_in(world, session, new, [], at)


def come_back(world: World, participant_id: str, *, at: datetime | None = None) -> Participant:
    """A participant who left joins again, as the same participant."""
    session, person = find_participant(world, participant_id)
    if person.registrant_id and any(one.id == person.registrant_id for one in session.registrants):
        return join_as_registrant(world, session, person.registrant_id, at=at)
    if person.original_role == "Attendee":
        _check_attendees_come_in(session)
    return _come_in(world, session, person, [person], at)


def leave(world: World, participant_id: str, *, at: datetime | None = None, ejected: bool = False) -> None:
    """A participant leaves, or is removed by the host and cannot come back."""
    session, person = find_participant(world, participant_id)
    if not person.is_present:
        raise ApiError(403, "CMN-101", "This participant has left", "participantId")
    person.visits[-1].left = at or world.now()
    person.ejected = person.ejected or ejected
    registrant = next((one for one in session.registrants if one.id == person.registrant_id), None)
    if registrant:
        world.emit(REGISTRANTS, session, "Updated", registrant)


def change_role(world: World, participant_id: str, role: Role) -> None:
    """The host gives a participant another role for this session; the original role stays."""
    session, person = find_participant(world, participant_id)
    if session.status != "Active":
        raise not_in_this_state(session.status)
    if "Host" in (role, person.original_role) or (role == "CoHost" and not person.user_id):
        raise invalid("role")
    person.role = role


def empty_room(session: Session, now: datetime, *, attendees_only: bool = False) -> None:
    """Everybody who is still present leaves."""
    for one in session.participants:
        if one.is_present and not (attendees_only and one.role != "Attendee"):
            one.visits[-1].left = now


def find_participant(world: World, participant_id: str) -> tuple[Session, Participant]:
    """A participant with their session."""
    for _, session in world.with_session():
        for one in session.participants:
            if one.id == participant_id:
                return session, one
    raise not_found("participantId")


def admits_attendees(session: Session) -> bool:
    """Whether attendees can come in now."""
    return session.status == "Active" and session.runtime in ATTENDEES_COME_IN


def _check_attendees_come_in(session: Session) -> None:
    if not admits_attendees(session):
        raise not_in_this_state(session.runtime or session.status)


def _come_in(
    world: World, session: Session, new: Participant, known: list[Participant], at: datetime | None
) -> Participant:
    """Join as `new`, or as the first of `known`; who is present stays as they are."""
    if session.status != "Active":
        raise not_in_this_state(session.status)
    person = known[0] if known else new
    if person.ejected:
        raise ApiError(403, "CMN-101", "This participant was removed by the host", "participantId")
    if person not in session.participants:
        session.participants.append(person)
    if not person.visits or not person.is_present:
        person.visits.append(Visit(joined=at or world.now()))
    return person


def _of_team(world: World, webinar: Webinar, session: Session, invitee_id: str) -> Participant:
    if invitee_id == host_invitee_id(session):
        host = world.host_of(webinar)
        names, user_id, role, kind = (host.first_name, host.last_name, host.email), host.id, "Host", "User"
    else:
        member = next((one for one in session.invitees if one.id == invitee_id), None)
        if member is None:
            raise not_found("inviteeId")
        names = (member.first_name, member.last_name, member.email)
        user_id, role, kind = member.user_id, member.role, member.type
    return Participant.model_validate(
        {
            "id": world.new_id("participant"),
            **dict(zip(("first_name", "last_name", "email"), names, strict=True)),
            "user_id": user_id,
            "role": role,
            "original_role": role,
            "type": kind,
            "invitee_id": invitee_id,
            "user_hash": user_hash(session.id, user_id or names[2].lower()),
            "visits": [],
        }
    )
