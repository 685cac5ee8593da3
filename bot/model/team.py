"""The people who run a webinar: their roles, and what is to change about who they are."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field, SecretStr

from bot.model.frozen import Frozen
from bot.model.people import Coworker


class NotifiedBy(StrEnum):
    """How somebody of a team learns of it."""

    ELSEWHERE = "elsewhere"
    """Invited in RingCentral itself."""
    WAITING = "waiting"
    """Greenroom has yet to tell them."""
    MESSAGE = "message"
    """By a direct message of ours."""
    MAIL = "mail"
    """By RingCentral's e-mail alone."""
    ORGANISER = "organiser"
    """By whoever invited them, who has their link."""
    LEFT = "left"
    """Not of the team any more, which Greenroom has yet to tell them."""


class Role(StrEnum):
    """What somebody is in a webinar, in RingCentral's spelling."""

    HOST = "Host"
    COHOST = "CoHost"
    PANELIST = "Panelist"
    ATTENDEE = "Attendee"
    """Never of an invitee: attendees come by registration or by the shared link."""


MOST = 99
"""Co-hosts and panelists together: support.ringcentral.com, the page on roles in a webinar."""


class Invitee(Frozen):
    """Somebody of the team, as the webinar system has them. `link` is theirs alone."""

    invitee_id: str
    role: Role
    name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    coworker_id: str = ""
    """The id of a coworker in the company's directory; empty for an outsider."""
    link: SecretStr = SecretStr("")
    is_mailed: bool = True
    """Whether the webinar system sends the invitation (`sendInvite`)."""


class NewInvitee(Frozen):
    """Somebody to be invited: a coworker, or an outsider by name and address, who can be a panelist only."""

    role: Role
    coworker: Coworker | None = None
    first_name: str = Field(default="", repr=False)
    last_name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    is_mailed: bool = True

    @property
    def address(self) -> str:
        """The e-mail address by which they are known, in lower case."""
        return (self.coworker.email if self.coworker else self.email).lower()


class NewRole(Frozen):
    """Somebody of the team gets another role."""

    invitee_id: str
    role: Role
    is_mailed: bool | None = None
    """What holds already, said again: where RingCentral takes its schema by the letter, an update that leaves
    `sendInvite` out sends the invitation. None where it is not known."""


class TeamChange(Frozen):
    """What is to change about a team, all in one call."""

    added: tuple[NewInvitee, ...] = ()
    updated: tuple[NewRole, ...] = ()
    deleted: tuple[str, ...] = ()
    """Ids of invitees."""


class TeamChanged(Frozen):
    """What the webinar system says has changed."""

    added: tuple[Invitee, ...] = ()
    updated: tuple[Invitee, ...] = ()
    deleted: tuple[str, ...] = ()
