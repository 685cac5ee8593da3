"""The report of a webinar that is over, as counts only, and one person of it while somebody is viewing it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import AwareDatetime, Field

from bot.model.people import Frozen

MAX_POINTS = 20
"""Points of a line: Slack's charts take no more."""
MAX_GROUPS = 12
"""Groups of a breakdown, with that of the others."""


class GroupKind(StrEnum):
    """What a group has in common."""

    NAMED = "named"
    """The value or key that is its name."""
    NONE = "none"
    """Registrants without any."""
    PLAIN = "plain"
    """Registrants whose external id is one value and not pairs."""
    OTHERS = "others"
    """What does not fit: small groups of a long list."""


class Group(Frozen):
    """A part of the registrants: how many registered before the end, and how many of them attended."""

    name: str
    """Empty unless it is `NAMED`."""
    registered: int
    attended: int
    kind: GroupKind = GroupKind.NAMED

    @property
    def rate(self) -> float:
        """The part that attended, from 0 to 1."""
        return self.attended / self.registered if self.registered else 0.0


class CurvePoint(Frozen):
    """How many of the audience were present at a time."""

    at: AwareDatetime
    present: int


class RegistrationPoint(Frozen):
    """How many had registered by a time."""

    at: AwareDatetime
    registered: int


class TeamCounts(Frozen):
    """The team, which is never part of the audience."""

    hosts: int = 0
    cohosts: int = 0
    panelists: int = 0
    registered: int = 0
    """Members of the team who had registered as well; they are not among the registered."""

    @property
    def attended(self) -> int:
        """Members of the team who were there."""
        return self.hosts + self.cohosts + self.panelists


class Disagreement(Frozen):
    """Registrants for whom the provider's two sources differ."""

    only_registration: int = 0
    """Registered as having joined, but not among the participants: they count as attended."""
    only_history: int = 0
    """Among the participants, but registered as not having joined: they count as absent."""

    @property
    def total(self) -> int:
        """For how many registrants the sources differ."""
        return self.only_registration + self.only_history


class Report(Frozen):
    """What is kept about a webinar that is over: counts, without names. `definitions.py` says what each counts."""

    has_registration: bool
    start: AwareDatetime
    """From here to `end`, the audience could watch."""
    end: AwareDatetime
    invited: int = 0
    registered: int = 0
    attended: int = 0
    absent: int = 0
    stayed: int = 0
    left_early: int = 0
    late: int = 0
    returned: int = 0
    ejected: int = 0
    after_event: int = 0
    team: TeamCounts = TeamCounts()
    without_registrant: int = 0
    disagreement: Disagreement = Disagreement()
    minutes: int = 0
    """The median."""
    peak: int = 0
    peak_at: AwareDatetime | None = None
    """`None` if nobody was there."""
    curve: tuple[CurvePoint, ...] = ()
    registrations: tuple[RegistrationPoint, ...] = ()
    limit: int | None = None
    by_source: tuple[Group, ...] = ()
    by_external_id: tuple[Group, ...] = ()
    complete: bool = False
    """Whether the provider had all figures: then it is not read again."""
    read_at: AwareDatetime

    @property
    def rate(self) -> float:
        """The part of the registered who attended, from 0 to 1; 0 without registration."""
        return self.attended / self.registered if self.registered else 0.0


class PersonRow(Frozen):
    """A person of a report, with names: held only while somebody is viewing it or exporting it."""

    registrant_id: str = ""
    """Empty for somebody who attended without being registered."""
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    source: str = ""
    external_id: str = Field(default="", repr=False)
    """As stored, if it is one value and not pairs."""
    external_ids: tuple[tuple[str, str], ...] = Field(default=(), repr=False)
    """The pairs in it, in their order."""
    registered_at: AwareDatetime | None = None
    attended: bool = False
    left_early: bool = False
    late: bool = False
    first_joined: AwareDatetime | None = None
    """As recorded, also before the start."""
    last_left: AwareDatetime | None = None
    minutes: int = 0
    after_event: bool = False
    is_team: bool = False
    seat_user_id: str = ""
    """The Slack user who has this seat; empty if unknown."""
