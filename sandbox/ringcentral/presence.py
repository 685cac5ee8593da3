"""Who was in a session and when, and its recording, as stored."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from typing import Literal

from pydantic import BaseModel

from sandbox.ringcentral.people import Kind, Role

RuntimeStatus = Literal["Practice", "GoingLive", "Live", "Break", "Debrief"]


class Visit(BaseModel):
    """One stay in the session; without `left` it lasts."""

    joined: datetime
    left: datetime | None = None


class Participant(BaseModel):
    """A person in the session on one device, with all their stays. A second device is a participant of its own."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    user_id: str = ""  # the extension id of a coworker
    role: Role
    original_role: Role
    type: Kind = "User"
    invitee_id: str = ""
    registrant_id: str = ""
    user_hash: str
    ejected: bool = False
    visits: list[Visit]

    @property
    def is_present(self) -> bool:
        """Whether the person is in the session now."""
        return self.visits[-1].left is None

    @property
    def joined(self) -> datetime:
        """The earliest time of joining."""
        return self.visits[0].joined

    @property
    def left(self) -> datetime | None:
        """The latest time of leaving; None while the person is present."""
        return self.visits[-1].left


class Plan(BaseModel):
    """A person who is going to come; `leaves` are times of leaving, each but the last followed by a return."""

    registrant_id: str = ""
    name: tuple[str, str] = ("", "")
    comes: list[datetime]
    leaves: list[datetime] = []
    participant_id: str = ""


class Recording(BaseModel):
    """The recording of a session. Its status follows from these times and the rules."""

    id: str
    started: datetime
    ended: datetime | None = None
    failed: datetime | None = None
    shared: bool = False
    shared_until: datetime | None = None
    modified: datetime
    key: str  # the secret part of its links


def user_hash(session_id: str, person: str) -> str:
    """The same for all devices of one person, different in each session."""
    return sha256(f"{session_id}:{person}".encode()).hexdigest()[:32]
