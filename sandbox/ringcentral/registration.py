"""Registration operations of a session: status, count, limit, closing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sandbox.ringcentral.events import REGISTRATION
from sandbox.ringcentral.models import RegistrationFields, Session
from sandbox.ringcentral.recording import is_available
from sandbox.ringcentral.request import ApiRequest
from sandbox.ringcentral.responses import ApiError, ApiResponse, invalid
from sandbox.ringcentral.wire import iso, merge, validate
from sandbox.ringcentral.world import World

# Months of 30 days: the vendor does not document how it counts them.
ON_DEMAND_DAYS = {"OneMonth": 30, "TwoMonths": 60, "ThreeMonths": 90, "SixMonths": 180, "OneYear": 365}


def get_registration(request: ApiRequest) -> ApiResponse:
    """GET /webinar/registration/v1/sessions/{sessionId}."""
    _, session = request.world.registration_for(request.caller, request.path["sessionId"])
    return ApiResponse(200, registration_resource(request.world, session))


def patch_registration(request: ApiRequest) -> ApiResponse:
    """PATCH /webinar/registration/v1/sessions/{sessionId}.

    The schema requires four fields, of which only `registrationStatus` can be written; the text describes a partial
    update. `Rules.partial_updates` chooses.
    """
    _, session = request.world.registration_for(request.caller, request.path["sessionId"])
    sent = request.json()
    if not request.world.rules.partial_updates and "registrationStatus" not in sent:
        raise invalid("registrationStatus")
    change_registration(session, sent)
    request.world.emit(REGISTRATION, session)
    return ApiResponse(200, registration_resource(request.world, session))


def change_registration(session: Session, sent: dict[str, Any]) -> None:
    """Merge `sent` into the registration.

    A reached limit closes registration and keeps it closed; raising the limit does not reopen it. After the end it can
    be opened only for post-webinar registration. The reference says only that the limit "forces closing".
    """
    fields = validate(RegistrationFields, merge(session.registration.wire(), sent))
    reopened = fields.registration_status == "Open" and not fields.settings.auto_open_post_webinar_registration
    if session.status == "Finished" and reopened:
        raise ApiError(403, "CMN-101", "The session is finished", "registrationStatus")
    session.registration = fields
    close_when_full(session)


def is_open(world: World, session: Session) -> bool:
    """Whether registration is open now."""
    closes = closing_time(session)
    return session.registration.registration_status == "Open" and (closes is None or world.now() < closes)


def closing_time(session: Session) -> datetime | None:
    """When post-webinar registration closes; None if it is off."""
    settings = session.registration.settings
    if session.finished is None or not settings.auto_open_post_webinar_registration:
        return None
    return session.finished + timedelta(days=ON_DEMAND_DAYS[settings.on_demand_duration])


def close_at_end(session: Session, now: datetime) -> None:
    """Close registration at the end of the session, or open it for post-webinar registration."""
    session.finished = now
    wanted = session.registration.settings.auto_open_post_webinar_registration
    status = "Open" if wanted and not session.is_full else "Closed"
    session.registration = session.registration.model_copy(update={"registration_status": status})


def close_when_full(session: Session) -> None:
    """Close registration once the limit is reached."""
    if session.is_full:
        session.registration = session.registration.model_copy(update={"registration_status": "Closed"})


def registration_resource(world: World, session: Session) -> dict[str, Any]:
    """RegSessionModel."""
    fields, closes = session.registration.wire(), closing_time(session)
    read_only = {
        "recordingExist": is_available(world, session),
        "postWebinarRegistrationClosingTime": iso(closes) if closes else None,
    }
    return {
        "id": session.id,
        "registrationStatus": "Open" if is_open(world, session) else "Closed",
        "settings": {**fields["settings"], **read_only},
        "registrationPageUri": registration_page_uri(world, session),
        "registrantCount": len(session.registrants),
        "postWebinarRegistrantCount": sum(one.post_webinar for one in session.registrants),
        "hasRealRegistrants": any(one.real for one in session.registrants),
        "icalendarSequence": session.icalendar_sequence,
    }


def registration_page_uri(world: World, session: Session) -> str:
    """URL of the registration page; at RingCentral the key is a host name (https://KEY.webinar.ringcentral.com/register)."""
    return f"{world.url}/w/{session.page_key}/register"
