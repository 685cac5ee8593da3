"""The team that runs a webinar: hosts, co-hosts and panelists, and changes of it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr

from bot.model.people import Coworker, Frozen


class NotifiedBy(StrEnum):
    """How a team member is notified."""

    ELSEWHERE = "elsewhere"
    """Invited at the provider, not by Greenroom."""
    WAITING = "waiting"
    """Greenroom has not sent its message yet."""
    MESSAGE = "message"
    """By our direct message."""
    MAIL = "mail"
    """By the provider's email only."""
    ORGANIZER = "organiser"
    """By the organizer who invited them and has their link."""
    LEFT = "left"
    """Removed from the team by a change made here; Greenroom has not sent its message yet."""
    GONE = "gone"
    """Removed from the team at the provider; Greenroom has not sent its message yet."""


FORMER = (NotifiedBy.LEFT, NotifiedBy.GONE)
"""Of people who are on the team no more."""


class Role(StrEnum):
    """A role in a webinar, in the provider's spelling."""

    HOST = "Host"
    COHOST = "CoHost"
    PANELIST = "Panelist"
    ATTENDEE = "Attendee"
    """Never the role of an invitee: attendees register or use the shared link."""


MAX_TEAM = 99
"""The most co-hosts and panelists together."""


class Invitee(Frozen):
    """A team member as stored by the provider. `link` is personal."""

    invitee_id: str
    role: Role
    name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    coworker_id: str = ""
    """The coworker's id in the company directory; empty for people outside it."""
    link: SecretStr = SecretStr("")
    is_mailed: bool = True
    """Whether the provider emails the invitation (`sendInvite`)."""


class NewInvitee(Frozen):
    """A person to invite: a coworker, or someone else by name and address, who can only be a panelist."""

    role: Role
    coworker: Coworker | None = None
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    is_mailed: bool = True

    @property
    def address(self) -> str:
        """The email address in lower case."""
        return (self.coworker.email if self.coworker else self.email).lower()


class NewRole(Frozen):
    """A new role for a team member."""

    invitee_id: str
    role: Role
    is_mailed: bool | None = None
    """The current value, sent again: by the provider's schema, an update without `sendInvite` sends the invitation.
    `None` if unknown."""


class TeamChange(Frozen):
    """A change of a team, made in one call."""

    added: tuple[NewInvitee, ...] = ()
    updated: tuple[NewRole, ...] = ()
    deleted: tuple[str, ...] = ()
    """Ids of invitees."""


class TeamChangeResult(Frozen):
    """The members that the provider reports as changed."""

    added: tuple[Invitee, ...] = ()
    updated: tuple[Invitee, ...] = ()
    deleted: tuple[str, ...] = ()
