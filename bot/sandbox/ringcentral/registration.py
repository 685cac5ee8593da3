"""Registration: who may sign up for a session, how many have, and when it closes."""

from __future__ import annotations

from typing import Any

from bot.sandbox.ringcentral.answers import Answer, ApiError, invalid
from bot.sandbox.ringcentral.asked import Asked
from bot.sandbox.ringcentral.models import Registrant, RegistrationFields, Session, checked, overlay
from bot.sandbox.ringcentral.world import World, secret


def get_registration(asked: Asked) -> Answer:
    """GET /webinar/registration/v1/sessions/{sessionId}."""
    _, session = asked.world.registration_for(asked.caller, asked.path["sessionId"])
    return Answer(200, registration_resource(asked.world, session))


def patch_registration(asked: Asked) -> Answer:
    """PATCH /webinar/registration/v1/sessions/{sessionId}.

    Its schema requires four fields, of which only `registrationStatus` can be written, and its text says that a
    client sends what is to be changed. `Rules.partial_updates` chooses which of the two holds.
    """
    _, session = asked.world.registration_for(asked.caller, asked.path["sessionId"])
    sent = asked.json()
    if not asked.world.rules.partial_updates and "registrationStatus" not in sent:
        raise invalid("registrationStatus")
    change_registration(session, sent)
    return Answer(200, registration_resource(asked.world, session))


def change_registration(session: Session, sent: dict[str, Any]) -> None:
    """Lay `sent` over the registration.

    A limit that is already reached closes it and keeps it closed; a raised limit does not open it again by
    itself; what is over cannot be opened. The reference says only that the limit "forces closing".
    """
    fields = checked(RegistrationFields, overlay(session.registration.wire(), sent))
    if session.status == "Finished" and fields.registration_status == "Open":
        raise ApiError(403, "CMN-101", "The session is finished", "registrationStatus")
    session.registration = fields
    _close_when_full(session)


def enrol(world: World, session: Session, first: str, last: str, email: str, *, real: bool = True) -> Registrant:
    """Sign somebody up: 403 unless registration is Open, 409 for an address that already has a registration."""
    if session.registration.registration_status != "Open":
        raise ApiError(403, "CMN-101", "Registration is closed", "registrationStatus")
    if any(one.email.lower() == email.lower() for one in session.registrants):
        raise ApiError(409, "CMN-406", "Duplicate value for parameter email found in request", "email")
    registrant = Registrant(
        id=world.new_id("registrant"),
        first_name=first,
        last_name=last,
        email=email,
        token=secret(),
        registered=world.now(),
        real=real,
    )
    session.registrants.append(registrant)
    _close_when_full(session)
    return registrant


def registration_resource(world: World, session: Session) -> dict[str, Any]:
    """RegSessionModel."""
    fields = session.registration.wire()
    return {
        "id": session.id,
        **fields,
        "settings": {**fields["settings"], "recordingExist": False, "postWebinarRegistrationClosingTime": None},
        "registrationPageUri": registration_page_uri(world, session),
        "registrantCount": len(session.registrants),
        "postWebinarRegistrantCount": 0,
        "hasRealRegistrants": any(one.real for one in session.registrants),
        "icalendarSequence": session.icalendar_sequence,
    }


def registration_page_uri(world: World, session: Session) -> str:
    """Where people sign up; at RingCentral the key is a host name (https://KEY.webinar.ringcentral.com/register)."""
    return f"{world.url}/w/{session.page_key}/register"


def _close_when_full(session: Session) -> None:
    if session.is_full:
        session.registration = session.registration.model_copy(update={"registration_status": "Closed"})
