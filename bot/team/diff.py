"""The diff between the team of a webinar and the team that is wanted; applied in one vendor call."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from bot.commands.slack_text import normalized_word
from bot.errors import BadInput
from bot.model.people import Frozen
from bot.model.team import FORMER, MAX_TEAM, Invitee, NewInvitee, NewRole, NotifiedBy, Role, TeamChange
from bot.sync.drift_rules import Difference

ROLE_NAMES: Final = {Role.HOST: "Host", Role.COHOST: "Co-host", Role.PANELIST: "Panelist", Role.ATTENDEE: "Attendee"}
"""The display name of each role."""

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
    """A team member: the provider's record, the Slack user, and how they are notified."""

    invitee: Invitee
    user_id: str = ""
    """The Slack user; empty if they were invited outside Slack."""
    notified_by: NotifiedBy = NotifiedBy.ELSEWHERE
    notified_digest: str = ""
    """Digest of their role and link in the last notification."""
    shown_digest: str = ""
    """Digest of the webinar's details in their message and calendar."""
    dm_channel_id: str = ""
    dm_ts: str = ""
    role_ts: str = ""
    """The message that told them of their newest role, beside the invitation; empty if there is none."""
    """Their message with the link; empty if it is not known."""
    invited_by: str = ""


class WantedMember(Frozen):
    """A person who should be on the team, with their Slack user if they have one."""

    who: NewInvitee
    user_id: str = ""


class TeamDiff(Frozen):
    """A change of a team. Stored as JSON, so the field names stay."""

    added: tuple[WantedMember, ...] = ()
    updated: tuple[NewRole, ...] = ()
    deleted: tuple[str, ...] = ()
    in_slack: Mapping[str, str] = {}
    """The Slack users of `updated` members, by invitee id, as far as they were chosen in Slack."""

    def __bool__(self) -> bool:
        """Whether there is anything to change."""
        return bool(self.added or self.updated or self.deleted)

    @property
    def change(self) -> TeamChange:
        """The change as the provider takes it."""
        return TeamChange(added=tuple(one.who for one in self.added), updated=self.updated, deleted=self.deleted)

    @property
    def only_adds(self) -> bool:
        """Whether current members stay as they are."""
        return not (self.updated or self.deleted)


class MergedTeam(NamedTuple):
    """A team as listed by the provider, merged with what is stored of it."""

    saved: list[Member]
    """The rows to save: the listed members, and those gone that are still to be notified."""
    gone: list[Member]
    """Members that were stored and are not listed any more."""
    forgotten: list[str]
    """The invitee ids of the rows to delete."""


def merge_listed(stored: Iterable[Member], listed: Iterable[Invitee]) -> MergedTeam:
    """Merge the listed team with the stored one, keeping what is known of Slack users.

    Members that are gone and have a message from us stay as `GONE` until they are notified.
    """
    before = {member.invitee.invitee_id: member for member in stored}
    current = {invitee.invitee_id: invitee for invitee in listed}
    saved = []
    for invitee in current.values():
        known = before.get(invitee.invitee_id, Member(invitee=invitee))
        notified_by = NotifiedBy.ELSEWHERE if known.notified_by in FORMER else known.notified_by
        saved.append(known.model_copy(update={"invitee": invitee, "notified_by": notified_by}))
    gone = [one for key, one in before.items() if key not in current and one.notified_by not in FORMER]
    notified = [one for one in gone if one.user_id and one.dm_channel_id]
    saved += [one.model_copy(update={"notified_by": NotifiedBy.GONE}) for one in notified]
    return MergedTeam(saved, gone, [one.invitee.invitee_id for one in gone if one not in notified])


def team_differences(stored: Iterable[Member], listed: Iterable[Invitee]) -> Counter[str]:
    """How many members the provider has added, removed, or given another role, compared with what is stored."""
    stored, listed = list(stored), list(listed)
    before = {one.invitee.invitee_id for one in stored if one.notified_by not in FORMER}
    after = {invitee.invitee_id for invitee in listed}
    found: dict[str, int] = {
        Difference.TEAM_ADDED: len(after - before),
        Difference.TEAM_REMOVED: len(before - after),
        Difference.TEAM_ROLE: len(with_another_role(stored, listed)),
    }
    return Counter({kind: count for kind, count in found.items() if count})


def with_another_role(stored: Iterable[Member], listed: Iterable[Invitee]) -> list[str]:
    """The invitee ids of stored members whose role is another one in the list."""
    roles = {invitee.invitee_id: invitee.role for invitee in listed}
    invitees = [one.invitee for one in stored if one.notified_by not in FORMER]
    return [one.invitee_id for one in invitees if roles.get(one.invitee_id, one.role) is not one.role]


def read_role(word: str) -> Role:
    """The role that a word means; panelist if empty. Raises `BadInput` for a role that cannot be invited."""
    text = normalized_word(word)
    role = next((role for role, words in _ROLE_WORDS.items() if text in words), None) if text else Role.PANELIST
    if role is Role.ATTENDEE:
        raise BadInput(ATTENDEES)
    if role is Role.HOST:
        raise BadInput(ONE_HOST)
    if role is None:
        raise BadInput(f"I don't understand the role “{text[:40]}”. Use cohost or panelist; attendees register.")
    return role


def diff_team(team: Sequence[Member], wanted: Sequence[WantedMember], shown: Collection[str]) -> TeamDiff:
    """The diff after which everyone `wanted` is on the team in their role.

    Members who are not wanted are removed only if their ids are in `shown`, that is, if the form showed them. The host
    stays. If `wanted` has a person twice, the first one counts.
    """
    added: list[WantedMember] = []
    updated: list[NewRole] = []
    in_slack: dict[str, str] = {}
    kept: set[str] = set()
    for person in wanted:
        invitee = find_member(team, person)
        if invitee is None:
            added += [] if any(is_same_person(person, other) for other in added) else [person]
        elif invitee.invitee_id not in kept:
            kept.add(invitee.invitee_id)
            if invitee.role not in (person.who.role, Role.HOST):
                role = person.who.role
                updated.append(NewRole(invitee_id=invitee.invitee_id, role=role, is_mailed=invitee.is_mailed))
                in_slack |= {invitee.invitee_id: person.user_id} if person.user_id else {}
    deleted = [
        member.invitee.invitee_id
        for member in team
        if member.invitee.role is not Role.HOST
        and member.invitee.invitee_id in shown
        and member.invitee.invitee_id not in kept
    ]
    return TeamDiff(added=tuple(added), updated=tuple(updated), deleted=tuple(deleted), in_slack=in_slack)


def remaining_diff(diff: TeamDiff, team: Sequence[Member]) -> TeamDiff:
    """Diff of `diff` against the current team; empty if already applied."""
    current = {member.invitee.invitee_id: member.invitee for member in team if member.invitee.role is not Role.HOST}
    changed = diff_team(team, diff.added, ())
    handled = {one.invitee_id for one in changed.updated}
    updated = [
        one.model_copy(update={"is_mailed": current[one.invitee_id].is_mailed})
        for one in diff.updated
        if one.invitee_id in current.keys() - handled and current[one.invitee_id].role is not one.role
    ]
    deleted = [one for one in diff.deleted if one in current.keys() - handled]
    roles, in_slack = (*changed.updated, *updated), {**diff.in_slack, **changed.in_slack}
    return TeamDiff(added=changed.added, updated=roles, deleted=tuple(deleted), in_slack=in_slack)


def find_member(team: Iterable[Member], wanted: WantedMember) -> Invitee | None:
    """The member that this person is: same Slack user, directory entry or address; None if not on the team."""
    keys = set(_keys_of(wanted))
    return next((member.invitee for member in team if keys & set(_keys(member))), None)


def is_same_person(one: WantedMember, other: WantedMember) -> bool:
    """Whether both are the same person."""
    return bool(set(_keys_of(one)) & set(_keys_of(other)))


def sort_members(team: Iterable[Member]) -> list[Member]:
    """The host first, then co-hosts, then panelists, each by name."""
    rank = list(Role)
    return sorted(team, key=lambda one: (rank.index(one.invitee.role), one.invitee.name.casefold(), one.invitee.email))


def excess(team: Sequence[Member], diff: TeamDiff) -> int:
    """How many co-hosts and panelists exceed the provider's maximum after `diff`; 0 if it adds none."""
    count = sum(member.invitee.role is not Role.HOST for member in team)
    return max(0, count - len(diff.deleted) + len(diff.added) - MAX_TEAM) if diff.added else 0


def _keys(member: Member) -> Iterator[tuple[str, str]]:
    invitee = member.invitee
    yield from _identities(member.user_id, invitee.coworker_id, invitee.email)


def _keys_of(wanted: WantedMember) -> Iterator[tuple[str, str]]:
    yield from _identities(
        wanted.user_id, wanted.who.coworker.user_id if wanted.who.coworker else "", wanted.who.address
    )


def _identities(user_id: str, coworker_id: str, address: str) -> Iterator[tuple[str, str]]:
    for kind, value in (("slack", user_id), ("directory", coworker_id), ("address", address.strip().lower())):
        if value:
            yield kind, value
