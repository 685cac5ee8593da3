"""Who took part in a session, as the provider's history has it."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import AwareDatetime, Field

from bot.model.people import Frozen
from bot.model.team import Role
from bot.model.webinar import Status

TEAM_ROLES = frozenset({Role.HOST, Role.COHOST, Role.PANELIST})


class Participation(Frozen):
    """One record of the history: a person on one device, or one of their visits.

    Only the earliest join and the latest leave are known: somebody who went away and came back on the same device has
    one record that covers the time in between. Whether each visit has a record of its own is not documented, so
    readers accept several records of one person, whether they overlap or not.
    """

    id: str
    registrant_id: str = ""
    invitee_id: str = ""
    role: Role
    """The original role: that of a person who was promoted during the session is still `ATTENDEE`."""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    joined: AwareDatetime | None = None
    """The earliest join; `None` if the provider has not recorded it."""
    left: AwareDatetime | None = None
    """The latest leave; `None` for a person who was present until the end, or is still there."""
    was_ejected: bool = False
    user_hash: str = ""
    """The same on all devices of one person in this session; empty if unknown."""

    @property
    def is_team(self) -> bool:
        """Whether the person came as a host, co-host or panelist."""
        return self.role in TEAM_ROLES


class PastSession(Frozen):
    """What the history says about a session as a whole. Times are `None` until they have happened."""

    status: Status
    start: AwareDatetime | None = None
    """When the host started it, practice included."""
    end: AwareDatetime | None = None
    live_from: AwareDatetime | None = None
    """When it went live for the audience."""
    live_until: AwareDatetime | None = None
    participants: int | None = None
    """Records of participants, devices counted one by one; `None` if the provider does not say."""

    are_joins_registered: bool = True
    """Whether the list of registrants says who joined. Otherwise the participants say who had registered."""

    @property
    def is_finished(self) -> bool:
        """Whether it has ended."""
        return self.status is Status.FINISHED or (self.status is Status.SCHEDULED and self.end is not None)

    def window(self, planned_start: datetime, planned_end: datetime) -> tuple[datetime, datetime]:
        """The time in which the audience could watch: from going live to the end of the broadcast.

        Without these times, from the actual start to the actual end; without those, as planned. In UTC, never negative.
        """
        start = (self.live_from or self.start or planned_start).astimezone(UTC)
        end = (self.live_until or self.end or planned_end).astimezone(UTC)
        return start, max(start, end)
