"""Registrant operations, and registering and canceling by API or on a page."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral.events import REGISTRANTS, REGISTRATION
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import NewRegistrant, OwnLinks, Registrant
from sandbox.ringcentral.registration import close_when_full, is_open
from sandbox.ringcentral.request import MAX_DIGITS, MAX_PER_PAGE, ApiRequest
from sandbox.ringcentral.responses import ApiError, ApiResponse, duplicate, invalid, not_found, not_in_this_state
from sandbox.ringcentral.wire import iso, validate
from sandbox.ringcentral.world import MailKind, World, secret

FREE_MAIL = {
    *("aol.com", "freemail.example", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com"),
    *("icloud.com", "live.com", "mail.com", "mail.ru", "me.com", "msn.com", "outlook.com", "proton.me"),
    *("protonmail.com", "qq.com", "web.de", "yahoo.com", "yandex.com"),
}


def list_registrants(request: ApiRequest) -> ApiResponse:
    """GET …/sessions/{sessionId}/registrants, ordered by id, forward only.

    A page token is the id after which a page begins, so that a cancellation between two pages hides no registrant.
    """
    _, session = request.world.registration_for(request.caller, request.path["sessionId"])
    size = request.int_param("perPage", 100, MAX_PER_PAGE)
    token = request.query.get("pageToken", "0")
    if not token.isdecimal() or len(token) > MAX_DIGITS:
        raise invalid("pageToken")
    rest = sorted((one for one in session.registrants if int(one.id) > int(token)), key=lambda one: int(one.id))
    paging: dict[str, Any] = {"pageToken": token, "perPage": size}
    if len(rest) > size:
        paging["nextPageToken"] = rest[size - 1].id
    return ApiResponse(200, {"records": [_resource_for(request, one) for one in rest[:size]], "paging": paging})


def get_registrant(request: ApiRequest) -> ApiResponse:
    """GET …/registrants/{registrantId}."""
    _, session = request.world.registration_for(request.caller, request.path["sessionId"])
    return ApiResponse(200, _resource_for(request, _registrant(session, request.path["registrantId"])))


def create_registrant(request: ApiRequest) -> ApiResponse:
    """POST …/registrants: one person per call.

    `joinUri` and `cancellationUri` are read-only in the reference and settable in the guide: they are ignored, kept or
    refused, as `Rules.keep_own_links` and `Rules.refuse_own_links` choose.
    """
    world = request.world
    _, session = world.registration_for(request.caller, request.path["sessionId"])
    sent = request.json()
    if world.rules.refuse_own_links and (refused := [name for name in ("joinUri", "cancellationUri") if name in sent]):
        raise invalid(refused[0])
    links = validate(OwnLinks, sent if world.rules.keep_own_links else {})
    person = add_registrant(world, session, validate(NewRegistrant, sent))
    person.join_uri, person.cancellation_uri = links.join_uri, links.cancellation_uri
    body = registrant_resource(world, person, with_questionnaire=True)
    return ApiResponse(201, {**body, "icalendarSequence": session.icalendar_sequence})


def delete_registrant(request: ApiRequest) -> ApiResponse:
    """DELETE …/registrants/{registrantId}."""
    _, session = request.world.registration_for(request.caller, request.path["sessionId"])
    remove_registrant(request.world, session, _registrant(session, request.path["registrantId"]))
    return ApiResponse(204)


def add_registrant(world: World, session: Session, new: NewRegistrant, *, real: bool = True) -> Registrant:
    """Register a person.

    ApiError 403 if registration is closed, 400 for a free-mail address where a work address is required and for
    unanswered questions, 409 for a registered address.
    """
    if not is_open(world, session):
        raise ApiError(403, "CMN-101", "Registration is closed", "registrationStatus")
    if session.registration.settings.work_email_required and is_free_mail(new.email):
        raise ApiError(400, world.rules.work_email_code, "A work email address is required", "email")
    if question_ids(world) - {one["questionId"] for one in new.questionnaire}:
        raise invalid("questionnaire")
    if any(one.email.lower() == new.email.lower() for one in session.registrants):
        raise duplicate("email")
    registrant = Registrant(
        id=world.new_id("registrant"),
        token=secret(),
        registered=world.now(),
        real=real,
        post_webinar=session.status == "Finished",
        **new.model_dump(),
    )
    session.registrants.append(registrant)
    close_when_full(session)
    _mail(world, session, "confirmation", registrant)
    world.emit(REGISTRANTS, session, "Created", registrant)
    if session.is_full:
        world.emit(REGISTRATION, session)
    return registrant


def remove_registrant(world: World, session: Session, registrant: Registrant) -> None:
    """Delete a registration, 403 once the session is Finished; registration closed by its limit stays closed."""
    if session.status == "Finished":
        raise not_in_this_state(session.status)
    session.registrants.remove(registrant)
    _mail(world, session, "cancellation", registrant)
    world.emit(REGISTRANTS, session, "Deleted", registrant)


def question_ids(world: World) -> set[str]:
    """The questions of the registration form, all required."""
    return {f"question{number + 1}" for number in range(world.rules.required_questions)}


def is_free_mail(email: str) -> bool:
    """Whether the address is at a free mail provider."""
    return email.rpartition("@")[2].lower() in FREE_MAIL


def join_link(world: World, one: Registrant) -> str:
    """A registrant's own join link."""
    return one.join_uri or f"{world.url}/w/a/join/{one.token}"


def registrant_resource(world: World, one: Registrant, *, with_questionnaire: bool) -> dict[str, Any]:
    """RegistrantModelWithQuestionnaire; a registrant never changes, except for attending."""
    optional = {
        "visitorId": one.visitor_id,
        "externalId": one.external_id,
        "ipAddress": one.ip_address,
        "source": one.source,
        "participantId": one.participant_id,
        "questionnaire": one.questionnaire if with_questionnaire else [],
    }
    return {
        "id": one.id,
        "creationTime": iso(one.registered),
        "lastModifiedTime": iso(one.registered),
        "firstName": one.first_name,
        "lastName": one.last_name,
        "email": one.email,
        "joinUri": join_link(world, one),
        "cancellationUri": one.cancellation_uri or f"{world.url}/w/a/cancel/{one.token}",
        "registeredPostWebinar": one.post_webinar,
        "registrationTime": iso(one.registered),
        **{name: value for name, value in optional.items() if value},
    }


def registrants_of(world: World, webinar: Webinar) -> list[dict[str, Any]]:
    """All registrants of the webinar with their answers, as API resources."""
    signed_up = webinar.session.registrants if webinar.session else []
    return [registrant_resource(world, one, with_questionnaire=True) for one in signed_up]


def _resource_for(request: ApiRequest, one: Registrant) -> dict[str, Any]:
    wanted = request.query.get("includeQuestionnaire", "false") == "true"
    return registrant_resource(request.world, one, with_questionnaire=wanted)


def _registrant(session: Session, registrant_id: str) -> Registrant:
    for one in session.registrants:
        if one.id == registrant_id:
            return one
    raise not_found("registrantId")


def _mail(world: World, session: Session, kind: MailKind, one: Registrant) -> None:
    if not session.registration.settings.suppress_emails:
        world.mail(session, kind, one.email)
