"""Whether somebody may register: registration is on, there is room, and a webinar's own conditions hold."""

from __future__ import annotations

from typing import Literal

from sandbox.zoom.fields import NewRegistrant, WebinarSettings
from sandbox.zoom.models import Event
from sandbox.zoom.responses import ApiError, invalid
from sandbox.zoom.rules import MOST_REGISTRANTS
from sandbox.zoom.world import World

NO_ACCESS, BLOCKED_HOST, NO_WORK_ADDRESS, OVER = 3000, 3027, 3034, 3038
FULL = {
    ("meeting", "add"): 3043,
    ("meeting", "batch"): 3043,
    ("meeting", "approve"): 3043,
    ("webinar", "add"): 3000,
    ("webinar", "batch"): 3043,
    ("webinar", "approve"): 3035,
}
"""The code of a refusal for lack of room, by kind and operation."""
PRIVATE_MAIL = ("gmail.com", "outlook.com", "yahoo.com", "hotmail.com", "icloud.com")


def check_open(world: World, event: Event) -> None:
    """Raise 400 unless people can register for it now."""
    if not world.user_of(event).is_licensed:
        raise ApiError(400, 200, "Only available for Paid or ZMP account.")
    if not event.has_registration:
        raise ApiError(400, NO_ACCESS, f"Registration has not been enabled for this {event.kind}: {event.id}.")
    if event.kind == "webinar" and event.is_ended:
        raise ApiError(400, OVER, "Webinar is over, you can not register now.")
    if event.fields.settings.close_registration and event.end and event.end < world.now():
        raise ApiError(400, NO_ACCESS, "Registration is closed.")


def check_person(world: World, event: Event, given: NewRegistrant) -> None:
    """Raise 400 if this person may not register for a webinar: the host, a panelist, a private address."""
    if event.kind == "meeting":
        return
    address = given.email.lower()
    if address == world.user_of(event).email:
        raise ApiError(400, BLOCKED_HOST, "Host can not register.")
    if any(one.email.lower() == address for one in event.panelists.values()):
        raise ApiError(400, NO_ACCESS, "The user has already been added as a panelist.")
    if world.rules.work_addresses_only and address.partition("@")[2] in PRIVATE_MAIL:
        raise ApiError(400, NO_WORK_ADDRESS, "Registration requires a work email address.")
    if given.source_id and given.source_id not in event.sources:
        raise invalid("source_id")


def check_room(world: World, event: Event, operation: Literal["add", "batch", "approve"], more: int = 1) -> None:
    """Raise 400 if there is no room for more approved registrants."""
    if more > room_left(world, event):
        code = FULL[event.kind, operation]
        raise ApiError(400, code, f"{event.kind.capitalize()} has reached maximum attendee capacity.")


def room_left(world: World, event: Event) -> int:
    """How many more approved registrants there is room for: by the webinar's own limit, and by that of the plan."""
    return seats(world, event) - sum(one.status == "approved" for one in event.registrants.values())


def seats(world: World, event: Event) -> int:
    """How many approved registrants there is room for."""
    settings = event.fields.settings
    own = settings.registrants_restrict_number if isinstance(settings, WebinarSettings) else 0
    return min(own or MOST_REGISTRANTS, world.rules.capacity, MOST_REGISTRANTS)
