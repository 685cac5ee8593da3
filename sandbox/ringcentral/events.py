"""Changes that RingCentral notifies subscribers of, and the filters that choose among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import parse_qsl, urlsplit

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Registrant

EventPath = Literal[
    "/webinar/configuration/v1/company/sessions",
    "/webinar/runtime/v1/company/sessions/state",
    "/webinar/registration/v1/company/sessions/state",
    "/webinar/registration/v1/company/sessions/registrants",
]
SESSIONS: Final = "/webinar/configuration/v1/company/sessions"
RUNTIME: Final = "/webinar/runtime/v1/company/sessions/state"
REGISTRATION: Final = "/webinar/registration/v1/company/sessions/state"
REGISTRANTS: Final = "/webinar/registration/v1/company/sessions/registrants"
EVENTS = (SESSIONS, RUNTIME, REGISTRATION, REGISTRANTS)

Change = Literal["Created", "Updated", "Deleted"]
MAX_VALUES = 10


@dataclass(frozen=True)
class Event:
    """One change. The objects are the live ones: a listener that works later must copy what it needs."""

    path: EventPath
    webinar: Webinar
    session: Session
    change: Change
    registrant: Registrant | None = None


@dataclass(frozen=True)
class EventFilter:
    """One of the four events, of the whole company or of some hosts or webinars.

    Whether both parameters can be joined is not documented: here both must match.
    """

    path: str
    hosts: tuple[str, ...] = ()
    webinars: tuple[str, ...] = ()

    def matches(self, event: Event) -> bool:
        """Whether a subscriber with this filter gets the event."""
        return (
            event.path == self.path
            and (not self.hosts or event.webinar.host_id in self.hosts)
            and (not self.webinars or event.webinar.id in self.webinars)
        )

    def is_allowed(self, caller: Person, webinars: dict[str, Webinar]) -> bool:
        """Whether this person may subscribe: to their own webinars, or to all with the permission WebinarSettings.

        What a person without it may subscribe to is not documented.
        """
        if caller.webinar_settings:
            return True
        own = bool(self.hosts) and set(self.hosts) == {caller.id}
        named = [webinars.get(one) for one in self.webinars]
        return own or (bool(named) and all(one is not None and one.host_id == caller.id for one in named))


def parse_filter(text: str) -> EventFilter:
    """Parse a filter; ValueError for an unknown event or parameter."""
    parts = urlsplit(text)
    if parts.path not in EVENTS or parts.netloc or parts.fragment:
        raise ValueError("not an event")
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    values: dict[str, list[str]] = {"hostUserId": [], "webinarId": []}
    for name, value in pairs:
        ids = value.split(",")
        if name not in values or not all(0 < len(one) <= 20 for one in ids):
            raise ValueError("not a parameter")
        values[name] += ids
    if any(len(ids) > MAX_VALUES for ids in values.values()):
        raise ValueError("too many values")
    return EventFilter(parts.path, tuple(values["hostUserId"]), tuple(values["webinarId"]))
