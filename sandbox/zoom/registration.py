"""How people get into a meeting or webinar, leave it, and look in an answer; each change is an event and a mail."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.zoom import times
from sandbox.zoom.event_bodies import by_operator, summary
from sandbox.zoom.fields import RegistrantFields
from sandbox.zoom.models import MANUAL, Event, Registrant, RegistrantStatus
from sandbox.zoom.world import World

ONCE_FOR_ALL = 1
AFTER: dict[str, RegistrantStatus] = {"approve": "approved", "deny": "denied", "cancel": "cancelled"}
MAILS = {"created": "confirmation", "approved": "confirmation", "denied": "denial", "cancelled": "cancellation"}
"""The mail to a registrant after each change; none to one who waits for approval."""


def register(
    world: World, event: Event, fields: RegistrantFields, *, auto_approve: bool, chosen: list[str]
) -> Registrant:
    """Put somebody on the list, approved or waiting for approval. The caller checks before, and reports afterwards."""
    is_approved = auto_approve or event.fields.settings.approval_type != MANUAL
    one = Registrant(
        id=secrets.token_urlsafe(16),
        fields=fields,
        status="approved" if is_approved else "pending",
        created_at=world.now(),
        secret=secrets.token_urlsafe(32),
        pin=100_000 + secrets.randbelow(900_000),
        occurrence_ids=chosen,
    )
    event.registrants[one.id] = one
    return one


def set_status(world: World, event: Event, one: Registrant, action: str) -> None:
    """Approve, deny or cancel a registrant; nothing happens if they are that already."""
    if one.status == AFTER[action]:
        return
    one.status = AFTER[action]
    report(world, event, one, AFTER[action])


def join_url(world: World, event: Event, one: Registrant) -> str:
    """The personal link of an approved registrant."""
    return f"{world.url}/w/{event.id}?tk={one.secret}"


def is_by_occurrence(event: Event) -> bool:
    """Whether people register for dates, not once for all of them."""
    return bool(event.occurrences) and event.fields.settings.registration_type != ONCE_FOR_ALL


def shown(world: World, event: Event, one: Registrant) -> dict[str, Any]:
    """A registrant as Zoom returns it."""
    body = {
        "id": one.id,
        **one.fields.model_dump(),
        "status": one.status,
        "create_time": times.text(one.created_at),
        **pin(event, one),
    }
    return body | link(world, event, one)


def pin(event: Event, one: Registrant) -> dict[str, int]:
    """The code of a registrant for the phone, which meetings have."""
    return {"participant_pin_code": one.pin} if event.kind == "meeting" else {}


def link(world: World, event: Event, one: Registrant) -> dict[str, str]:
    """The personal link, for approved registrants alone."""
    return {"join_url": join_url(world, event, one)} if one.status == "approved" else {}


def report(world: World, event: Event, one: Registrant, change: str, *, is_mailed: bool = True) -> None:
    """Emit the event of a registration: with all fields when it is made, with names and address later."""
    names = {"id": one.id, "first_name": one.fields.first_name, "last_name": one.fields.last_name}
    person: dict[str, Any] = {**names, "email": one.fields.email}
    if change == "created":
        person = {"join_url": "", **shown(world, event, one)}  # empty until the registrant is approved
        del person["create_time"]
    elif change == "approved":
        person |= {**link(world, event, one), **pin(event, one)}
    mail = MAILS[change] if change != "created" or one.status == "approved" else ""
    if mail and is_mailed:
        world.mail(event, mail, one.fields.email)
    payload: dict[str, Any] = {"object": {**summary(event), "registrant": person}}
    if change != "created":
        payload = by_operator(world, event, **payload)
    world.emit(f"{event.kind}.registration_{change}", payload)
