"""Who may see a webinar, and who may do what with it. Pure rules."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from bot.model.people import Frozen, Person
from bot.model.webinar import Webinar


class Unannounced(StrEnum):
    """Who sees the webinars that were announced in no channel: a setting of the workspace."""

    PEOPLE = "people"
    """Their creator, host and team, and organizers and admins."""
    MEMBERS = "members"
    """All members of the workspace."""


class Channel(Frozen):
    """A channel, as far as it matters who sees what is in it, and whether something can be posted there."""

    channel_id: str
    is_public: bool
    """Every full member of the workspace can read it without joining."""
    is_archived: bool = False
    is_external: bool = False
    """Shared with another organization through Slack Connect."""
    organizations: frozenset[str] = frozenset()
    """Ids of the workspaces that it is shared with, as far as Slack names them."""
    members: frozenset[str] = frozenset()
    """Their user ids, including people of other organizations; those of a public channel may be left out."""


class Viewer(Frozen):
    """A person, with all that decides which webinars they can see."""

    person: Person
    is_organizer: bool
    """An organizer or an admin of the workspace, who can manage every webinar."""
    coworker_ids: frozenset[str] = frozenset()
    """Their ids in the providers' directories, which identify hosts."""
    unannounced: Unannounced = Unannounced.PEOPLE


def is_full_member(person: Person) -> bool:
    """Whether this is a member of the workspace, not a guest or a member of another organization."""
    return not (person.is_guest or person.is_stranger)


def can_read(person: Person, channel: Channel) -> bool:
    """Whether this person can read the channel. Guests and people of other organizations must be members of it."""
    if channel.is_public and is_full_member(person):
        return True
    return person.user_id in channel.members


def is_creator_or_host(viewer: Viewer, webinar: Webinar) -> bool:
    """Whether this person created the webinar or hosts it."""
    if viewer.person.is_stranger:
        return False
    if webinar.created_by and viewer.person.user_id == webinar.created_by:
        return True
    return webinar.host_user_id in viewer.coworker_ids


def is_visible(
    webinar: Webinar, viewer: Viewer, *, takes_part: bool, places: Collection[str], readable: Collection[str]
) -> bool:
    """Whether the webinar exists for this person.

    It does for its creator, its host, its team and the people with a seat, also a suggested one (`takes_part`), for
    organizers and admins, and for those who can read a channel in which it is announced: `places` are the channels in
    which it is, `readable` channels that this person can read.
    """
    if takes_part or is_creator_or_host(viewer, webinar):
        return True
    if viewer.is_organizer and not viewer.person.is_stranger:
        return True
    if not places:
        return viewer.unannounced is Unannounced.MEMBERS and is_full_member(viewer.person)
    return any(place in readable for place in places)
