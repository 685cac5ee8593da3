"""The ids of events: which provider an event belongs to, and what the provider calls it.

Outside `bot/providers` an id is opaque text. RingCentral's are plain digits, as they always were, so that stored rows
keep their keys. Every other provider has a prefix, so ids cannot collide. Meeting ids of Zoom have up to 64 bits and
are text here, too.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.model.recurrence import EventForm

RINGCENTRAL, ZOOM = "", "zoom"
"""The prefixes."""
MAX_LENGTH = 32
"""The length of the columns that hold an id."""
_NAMES = {RINGCENTRAL: "RingCentral", ZOOM: "Zoom"}


@dataclass(frozen=True)
class EventRef:
    """An event of a provider. The kind (meeting or webinar) is not part of it: Zoom changes it under one id."""

    prefix: str
    event_id: str
    """The provider's own id of the event."""
    occurrence: str = ""
    """The provider's own id of one date of a recurring event, otherwise empty."""

    @classmethod
    def parse(cls, text: str) -> EventRef:
        """Read an id, as `str` writes it. Any other text is an id without a prefix."""
        prefix, _, rest = text.partition("-")
        if prefix not in _NAMES or not prefix or not rest:
            return cls(RINGCENTRAL, text)
        event_id, _, occurrence = rest.partition("-")
        return cls(prefix, event_id, occurrence)

    def __str__(self) -> str:
        """The id as the rest of the bot knows it. Raises `ValueError` if no column could hold it."""
        text = "-".join(part for part in (self.prefix, self.event_id, self.occurrence) if part)
        if len(text) > MAX_LENGTH:
            raise ValueError("This id of an event is too long.")
        return text


def prefix_name(prefix: str) -> str:
    """The name, as users know it, of the provider whose ids have this prefix."""
    return _NAMES[prefix]


def provider_name(event_id: str) -> str:
    """The provider's name, as users know it, of the event with this session or webinar id."""
    return _NAMES[EventRef.parse(event_id).prefix]


def by_number(number: str) -> str:
    """The id of the event with this number, as users copy it at the provider whose events have one."""
    return str(EventRef(ZOOM, number))


def kinds_of(prefix: str) -> tuple[EventForm, ...]:
    """What can be created at the provider with this prefix."""
    return (EventForm.MEETING, EventForm.WEBINAR) if prefix == ZOOM else (EventForm.WEBINAR,)
