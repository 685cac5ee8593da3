"""The operations on the registrants of a meeting or webinar."""

from __future__ import annotations

from typing import Any

from sandbox.zoom import times
from sandbox.zoom.admission import check_open, check_person, check_room
from sandbox.zoom.fields import Batch, BatchPerson, Chosen, NewRegistrant, RegistrantFields, StatusChange
from sandbox.zoom.models import MANUAL, SINGLE, Event, Registrant
from sandbox.zoom.questions import check_answers
from sandbox.zoom.registration import is_by_occurrence, link, pin, register, report, set_status, shown
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse, invalid
from sandbox.zoom.schedule import occurrence, shown_occurrence
from sandbox.zoom.world import World

NO_ACCESS, NOT_FOUND, NOT_SINGLE, OFF_IN_BATCH, OVER = 3000, 3079, 303, 404, 3038
MISSING = 1001
"""The code for an unknown meeting when a registrant is added; all other operations have the usual one."""


def add_registrant(request: ApiRequest) -> ApiResponse:
    """Register one person; an address that is registered already gets its registrant again."""
    world, event = request.world, _event_to_join(request)
    given = request.body(NewRegistrant)
    world.limits.charge_add(event.id, given.email)
    check_open(world, event)
    check_person(world, event, given)
    check_answers(event.questions, given)
    chosen = _chosen_occurrences(request, event)
    one = None if world.rules.registers_again else event.of_address(given.email)
    if one is None:
        fields = RegistrantFields.model_validate(given.model_dump(exclude={"language", "auto_approve", "source_id"}))
        is_approved = given.auto_approve and event.kind == "meeting"
        if is_approved or event.fields.settings.approval_type != MANUAL:
            check_room(world, event, "add")
        one = register(world, event, fields, auto_approve=is_approved, chosen=chosen)
        one.language, one.source_id = given.language or one.language, given.source_id
        report(world, event, one, "created")
    return ApiResponse(201, _added(world, event, one))


def add_batch(request: ApiRequest) -> ApiResponse:
    """Register up to 30 people of a meeting or webinar with one date."""
    world, event = request.world, request.event()
    if event.fields.type not in SINGLE:
        code = NOT_SINGLE if event.kind == "meeting" else 300
        raise ApiError(400, code, f"Batch registration is only supported for scheduled {event.kind}s.")
    if not event.has_registration:
        code = OFF_IN_BATCH if event.kind == "meeting" else NO_ACCESS
        raise ApiError(400, code, f"Registration has not been enabled for this {event.kind}.")
    if event.is_ended:
        raise ApiError(400, OVER, f"{event.kind.capitalize()} is over, you can not register now.")
    given = request.body(Batch)
    new = [one for one in given.registrants if event.of_address(one.email) is None]
    if given.auto_approve or event.fields.settings.approval_type != MANUAL:
        check_room(world, event, "batch", len(new))
    people = [_known_or_new(world, event, one, given) for one in given.registrants]
    return ApiResponse(201, {"registrants": [_added_in_batch(world, event, one) for one in people]})


def list_registrants(request: ApiRequest) -> ApiResponse:
    """The registrants of one status, by default the approved ones; those who canceled are in no list."""
    world, event = request.world, request.event()
    source_id = request.query.get("tracking_source_id", "")
    status, chosen = request.choice("status", "approved", "pending", "denied"), request.query.get("occurrence_id", "")
    page = [
        shown(world, event, one)
        for one in event.registrants.values()
        if one.status == status
        and (not chosen or not one.occurrence_ids or chosen in one.occurrence_ids)
        and source_id in ("", one.source_id)
    ]
    return ApiResponse(200, request.page("registrants", page))


def get_registrant(request: ApiRequest) -> ApiResponse:
    """One registrant."""
    event = request.event()
    one = event.registrants.get(request.path["registrantId"])
    if one is None or one.status == "cancelled":
        code = NO_ACCESS if event.kind == "meeting" else NOT_FOUND
        raise ApiError(400, code, f"Registrant not found: {request.path['registrantId']}.")
    return ApiResponse(200, shown(request.world, event, one))


def put_status(request: ApiRequest) -> ApiResponse:
    """Approve, deny or cancel up to 30 registrants; unknown ones are passed over. Counts also if nothing changes."""
    world, event = request.world, request.event()
    change = request.body(StatusChange)
    people = [one for one in (_find(event, chosen) for chosen in change.registrants) if one]
    for one in people:
        world.limits.charge_status(event.id, one.id)
    if change.action == "approve":
        check_room(world, event, "approve", sum(one.status != "approved" for one in people))
    for one in people:
        set_status(world, event, one, change.action)
    return ApiResponse(204)


def delete_registrant(request: ApiRequest) -> ApiResponse:
    """Delete a registrant; of a meeting with registration for each date, from one date."""
    world, event = request.world, request.event()
    one = event.registrants.get(request.path["registrantId"])
    if one is None:
        raise ApiError(400, 300, "The registrant id is invalid.")
    occurrence_id = request.query.get("occurrence_id", "")
    if is_by_occurrence(event) and not occurrence_id:
        raise invalid("occurrence_id")
    if occurrence_id and is_by_occurrence(event):
        all_ids = one.occurrence_ids or [date.id for date in event.occurrences]
        one.occurrence_ids = [date for date in all_ids if date != occurrence_id]
        if one.occurrence_ids:
            return ApiResponse(204)
    del event.registrants[one.id]
    if one.status != "cancelled":
        report(world, event, one, "cancelled")
    return ApiResponse(204)


def _event_to_join(request: ApiRequest) -> Event:
    try:
        return request.event()
    except ApiError as error:
        code = MISSING if request.kind == "meeting" else error.code
        raise ApiError(404, code, error.message) from error


def _chosen_occurrences(request: ApiRequest, event: Event) -> list[str]:
    """The dates of `occurrence_ids`, if people register for each date; else all."""
    chosen = [one for one in request.query.get("occurrence_ids", "").split(",") if one]
    for one in chosen:
        occurrence(event, one)
    return chosen if is_by_occurrence(event) else []


def _known_or_new(world: World, event: Event, given: BatchPerson, batch: Batch) -> Registrant:
    known = event.of_address(given.email)
    if known:
        return known
    fields = RegistrantFields.model_validate(given.model_dump())
    one = register(world, event, fields, auto_approve=batch.auto_approve, chosen=[])
    # A batch for a meeting says itself whether people get a mail; one for a webinar cannot.
    report(world, event, one, "created", is_mailed=event.kind == "webinar" or batch.registrants_confirmation_email)
    return one


def _find(event: Event, chosen: Chosen) -> Registrant | None:
    one = event.registrants.get(chosen.id) if chosen.id else event.of_address(chosen.email)
    return one if one and one.status != "cancelled" else None


def _added(world: World, event: Event, one: Registrant) -> dict[str, Any]:
    dates = [date for date in event.occurrences if not one.occurrence_ids or date.id in one.occurrence_ids]
    body: dict[str, Any] = {
        "id": event.id,
        "registrant_id": one.id,
        "topic": event.fields.topic,
        **pin(event, one),
    }
    if event.start:
        body["start_time"] = times.text(event.start)
    if dates:
        body["occurrences"] = [shown_occurrence(date) for date in dates]
    return body | link(world, event, one)


def _added_in_batch(world: World, event: Event, one: Registrant) -> dict[str, Any]:
    body = {"email": one.fields.email, "registrant_id": one.id, **pin(event, one)}
    return body | link(world, event, one)
