"""Decides what has to change so that the team of a webinar becomes what was asked for, all in one call."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from bot.commands.slack_text import normalized_word
from bot.errors import BadInput
from bot.model.people import Frozen
from bot.model.team import MAX_TEAM, Invitee, NewInvitee, NewRole, NotifiedBy, Role, TeamChange

ROLE_NAMES: Final = {Role.HOST: "Host", Role.COHOST: "Co-host", Role.PANELIST: "Panelist", Role.ATTENDEE: "Attendee"}
"""A role as people read it."""

_ROLE_WORDS: Final = {
    Role.COHOST: ("cohost", "co-host", "co host", "cohosts", "co-hosts", "moderator"),
    Role.PANELIST: ("panelist", "panellist", "panelists", "panellists", "speaker", "speakers", "presenter"),
    Role.ATTENDEE: ("attendee", "attendees", "guest", "guests", "participant", "viewer", "registrant", "audience"),
    Role.HOST: ("host", "owner"),
}
ATTENDEES = (
    "Attendees are not invited to a team: they register with the card or with /webinar register, or come by the shared "
    "link where a webinar needs no registration. Invite people as cohost or as panelist."
)
ONE_HOST = "A webinar has one host, who can't be changed. Invite people as cohost or as panelist."


class Member(Frozen):
    """Somebody of a team: as the webinar system has them, who they are in Slack, and how they learn of it."""

    invitee: Invitee
    user_id: str = ""
    """In Slack, where they were invited from there."""
    told: NotifiedBy = NotifiedBy.ELSEWHERE
    notified_digest: str = ""
    """A digest of what they were told last."""
    dm_channel_id: str = ""
    invited_by: str = ""


class WantedMember(Frozen):
    """Somebody who is to be on a team, and who they are in Slack if they are."""

    who: NewInvitee
    user_id: str = ""


class TeamDiff(Frozen):
    """A change of a team as somebody asked for it."""

    added: tuple[WantedMember, ...] = ()
    updated: tuple[NewRole, ...] = ()
    deleted: tuple[str, ...] = ()
    in_slack: Mapping[str, str] = {}
    """Who they are in Slack of those who are `updated`, by their ids, where they were chosen there."""

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.added or self.updated or self.deleted)

    @property
    def change(self) -> TeamChange:
        """The same for the webinar system."""
        return TeamChange(added=tuple(one.who for one in self.added), updated=self.updated, deleted=self.deleted)

    @property
    def only_adds(self) -> bool:
        """Whether it changes nothing for those who are on the team already."""
        return not (self.updated or self.deleted)


def read_role(word: str) -> Role:
    """The role that a word stands for; panelist where there is none. Raises `BadInput` where nobody can be that."""
    known = normalized_word(word)
    role = next((role for role, words in _ROLE_WORDS.items() if known in words), None) if known else Role.PANELIST
    if role is Role.ATTENDEE:
        raise BadInput(ATTENDEES)
    if role is Role.HOST:
        raise BadInput(ONE_HOST)
    if role is None:
        raise BadInput(f"“{known[:40]}” is no role here. Use cohost or panelist; an attendee registers.")
    return role


def diff_team(team: Sequence[Member], wanted: Sequence[WantedMember], shown: Collection[str]) -> TeamDiff:
    """What has to change so that all who are `wanted` are on the team in their roles.

    Those of the team who are not wanted are removed if their ids are among `shown`: nobody else was seen by whoever
    asks. The host stays what they are. Of several that are wanted and are the same person, the first one counts.
    """
    added: list[WantedMember] = []
    updated: list[NewRole] = []
    in_slack: dict[str, str] = {}
    kept: set[str] = set()
    for one in wanted:
        there = find_member(team, one)
        if there is None:
            added += [] if any(is_same_person(one, other) for other in added) else [one]
        elif there.invitee_id not in kept:
            kept.add(there.invitee_id)
            if there.role not in (one.who.role, Role.HOST):
                updated.append(NewRole(invitee_id=there.invitee_id, role=one.who.role, is_mailed=there.is_mailed))
                in_slack |= {there.invitee_id: one.user_id} if one.user_id else {}
    gone = [
        member.invitee.invitee_id
        for member in team
        if member.invitee.role is not Role.HOST
        and member.invitee.invitee_id in shown
        and member.invitee.invitee_id not in kept
    ]
    return TeamDiff(added=tuple(added), updated=tuple(updated), deleted=tuple(gone), in_slack=in_slack)


def remaining_diff(order: TeamDiff, team: Sequence[Member]) -> TeamDiff:
    """What of an order is still to be done where the team has become this; nothing where all of it is so."""
    there = {member.invitee.invitee_id: member.invitee for member in team if member.invitee.role is not Role.HOST}
    changed = diff_team(team, order.added, ())
    known = {one.invitee_id for one in changed.updated}
    updated = [
        one.model_copy(update={"is_mailed": there[one.invitee_id].is_mailed})
        for one in order.updated
        if one.invitee_id in there.keys() - known and there[one.invitee_id].role is not one.role
    ]
    deleted = [one for one in order.deleted if one in there.keys() - known]
    roles, in_slack = (*changed.updated, *updated), {**order.in_slack, **changed.in_slack}
    return TeamDiff(added=changed.added, updated=roles, deleted=tuple(deleted), in_slack=in_slack)


def find_member(team: Iterable[Member], wanted: WantedMember) -> Invitee | None:
    """Who of the team this is, if they are on it: known by Slack, by the directory, or by their address."""
    keys = set(_keys_of(wanted))
    return next((member.invitee for member in team if keys & set(_keys(member))), None)


def is_same_person(one: WantedMember, other: WantedMember) -> bool:
    """Whether both are one person."""
    return bool(set(_keys_of(one)) & set(_keys_of(other)))


def sort_members(team: Iterable[Member]) -> list[Member]:
    """The host first, then co-hosts, then panelists, each by name."""
    rank = list(Role)
    return sorted(team, key=lambda one: (rank.index(one.invitee.role), one.invitee.name.casefold(), one.invitee.email))


def excess(team: Sequence[Member], order: TeamDiff) -> int:
    """How many co-hosts and panelists there would be beyond those that RingCentral allows; 0 where there is room."""
    there = sum(member.invitee.role is not Role.HOST for member in team)
    return max(0, there - len(order.deleted) + len(order.added) - MAX_TEAM) if order.added else 0


def _keys(member: Member) -> Iterator[tuple[str, str]]:
    invitee = member.invitee
    yield from _named(member.user_id, invitee.coworker_id, invitee.email)


def _keys_of(wanted: WantedMember) -> Iterator[tuple[str, str]]:
    yield from _named(wanted.user_id, wanted.who.coworker.user_id if wanted.who.coworker else "", wanted.who.address)


def _named(user_id: str, coworker_id: str, address: str) -> Iterator[tuple[str, str]]:
    for kind, value in (("slack", user_id), ("directory", coworker_id), ("address", address.strip().lower())):
        if value:
            yield kind, value
