"""The state of an account: users, meetings, registrants."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from sandbox.zoom.fields import MeetingFields, Questions, RegistrantFields, WebinarFields

EventKind = Literal["meeting", "webinar"]
RegistrantStatus = Literal["approved", "pending", "denied", "cancelled"]
NO_REGISTRATION, MANUAL = 2, 1
SINGLE, RECURRING = (2, 5), (8, 9)
"""The types with one date, and with several: of a meeting and of a webinar."""


@dataclass
class User:
    """A user of the account. Only a licensed one may have registration."""

    id: str
    first_name: str
    last_name: str
    email: str
    is_licensed: bool = True
    has_webinars: bool = False
    """Whether they have the license for webinars, too."""
    timezone: str = "Europe/Madrid"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


@dataclass
class Occurrence:
    """One date of a recurring meeting."""

    start: datetime
    duration: int
    is_deleted: bool = False
    first_start: datetime | None = None
    """The start that it had before it was moved by itself."""

    @property
    def id(self) -> str:
        """The vendor's id: the first start in milliseconds. It stays when the date is moved."""
        return str(int((self.first_start or self.start).timestamp()) * 1000)


@dataclass
class Registrant:
    """A person who registered; `occurrence_ids` is empty for all dates."""

    id: str
    fields: RegistrantFields
    status: RegistrantStatus
    created_at: datetime
    secret: str
    pin: int
    occurrence_ids: list[str] = field(default_factory=list)
    language: str = "en-US"
    source_id: str = ""


@dataclass
class Panelist:
    """A panelist of a webinar."""

    id: str
    name: str
    email: str
    secret: str


@dataclass
class Source:
    """A tracking source: a link of its own, with its visitors."""

    id: str
    name: str
    visitors: int = 0


@dataclass
class Participant:
    """One stay of a person in a meeting."""

    user_id: str
    """Within the meeting."""
    uuid: str
    name: str
    email: str
    joined: datetime
    registrant_id: str = ""
    account_user_id: str = ""
    """Of a user of the account; empty for others."""
    left: datetime | None = None


@dataclass
class Recording:
    """The cloud recording of a meeting; it can be read once Zoom has processed it."""

    id: str
    started: datetime
    secret: str
    ended: datetime | None = None
    is_ready: bool = False


@dataclass
class Event:
    """A meeting or a webinar. Its id is a 64-bit integer."""

    kind: EventKind
    id: int
    uuid: str
    host_id: str
    created_at: datetime
    fields: MeetingFields | WebinarFields
    start: datetime | None
    occurrences: list[Occurrence] = field(default_factory=list)
    registrants: dict[str, Registrant] = field(default_factory=dict)
    questions: Questions = field(default_factory=Questions)
    participants: list[Participant] = field(default_factory=list)
    panelists: dict[str, Panelist] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    recording: Recording | None = None
    creation_source: Literal["open_api", "web_portal"] = "open_api"
    """By an app, or by the host on Zoom's page."""
    is_started: bool = False
    is_ended: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def status(self) -> Literal["Scheduled", "Started", "Ended"]:
        """Whether its host has started and ended it."""
        if self.is_started:
            return "Started"
        return "Ended" if self.is_ended else "Scheduled"

    @property
    def has_registration(self) -> bool:
        """Whether people register for it."""
        return self.fields.settings.approval_type != NO_REGISTRATION

    @property
    def end(self) -> datetime | None:
        """The end of its last date; None without a date."""
        dates = self.occurrences or ([Occurrence(self.start, self.fields.duration)] if self.start else [])
        return max((one.start + timedelta(minutes=one.duration) for one in dates), default=None)

    def of_address(self, address: str) -> Registrant | None:
        """The registrant with this address who has not canceled."""
        for one in self.registrants.values():
            if one.fields.email.lower() == address.lower() and one.status != "cancelled":
                return one
        return None
