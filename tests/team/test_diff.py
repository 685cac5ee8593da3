"""Diffs of teams: nothing twice, no member lost, the host unchanged."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.people import Coworker
from bot.model.team import MAX_TEAM, Invitee, NewInvitee, NewRole, Role
from bot.team.diff import (
    Member,
    TeamDiff,
    WantedMember,
    diff_team,
    excess,
    find_member,
    read_role,
    remaining_diff,
    sort_members,
)

HOST = Member(invitee=Invitee(invitee_id="0", role=Role.HOST, name="Ana Ruiz", email="ana@acme.example"))
NAMES = ("ben", "chloe", "dev", "emi", "zoe", "yan")


def coworker(name: str) -> Coworker:
    """A coworker in the company directory."""
    return Coworker(user_id=f"6{name}", account_id="1", name=name.title(), email=f"{name}@acme.example")


def member(name: str, role: Role = Role.PANELIST, *, user_id: str = "", is_coworker: bool = False) -> Member:
    """A team member."""
    return Member(
        invitee=Invitee(
            invitee_id=f"i-{name}",
            role=role,
            name=name.title(),
            email=f"{name}@acme.example",
            coworker_id=f"6{name}" if is_coworker else "",
        ),
        user_id=user_id,
    )


def wanted(name: str, role: Role = Role.PANELIST, *, user_id: str = "", is_coworker: bool = False) -> WantedMember:
    """A wanted member."""
    who = (
        NewInvitee(role=role, coworker=coworker(name))
        if is_coworker
        else NewInvitee(role=role, first_name=name.title(), last_name="X", email=f"{name}@acme.example")
    )
    return WantedMember(who=who, user_id=user_id)


def made(team: list[Member], diff: TeamDiff) -> list[Member]:
    """The team after a diff, as RingCentral returns it."""
    roles = {one.invitee_id: one.role for one in diff.updated}
    kept = [
        one.model_copy(
            update={
                "invitee": one.invitee.model_copy(update={"role": roles.get(one.invitee.invitee_id, one.invitee.role)})
            }
        )
        for one in team
        if one.invitee.invitee_id not in diff.deleted
    ]
    new = [
        Member(
            invitee=Invitee(
                invitee_id=f"n{number}",
                role=one.who.role,
                email=one.who.address,
                coworker_id=one.who.coworker.user_id if one.who.coworker else "",
            ),
            user_id=one.user_id,
        )
        for number, one in enumerate(diff.added)
    ]
    return [*kept, *new]


ROLES = st.sampled_from([Role.COHOST, Role.PANELIST])
TEAMS = st.dictionaries(st.sampled_from(NAMES), st.tuples(ROLES, st.booleans(), st.booleans())).map(
    lambda people: [
        HOST,
        *(
            member(name, role, user_id=f"U{name}" if in_slack else "", is_coworker=in_directory)
            for name, (role, in_slack, in_directory) in people.items()
        ),
    ]
)
WISHES = st.lists(st.tuples(st.sampled_from(NAMES), ROLES, st.booleans(), st.booleans())).map(
    lambda people: [
        wanted(name, role, user_id=f"U{name}" if in_slack else "", is_coworker=in_directory)
        for name, role, in_slack, in_directory in people
    ]
)


@settings(deadline=None)
@given(TEAMS, WISHES, st.data())
def test_team_becomes_what_is_wanted(team: list[Member], people: list[WantedMember], data: st.DataObject) -> None:
    """Each wanted person is on it once, in the first wanted role; members not shown stay; the host stays."""
    shown = frozenset(data.draw(st.sets(st.sampled_from([one.invitee.invitee_id for one in team]))))

    after = made(team, diff_team(team, people, shown))

    assert HOST in after
    first = {wish.who.address: wish for wish in reversed(people)}
    for wish in first.values():
        there = find_member(after, wish)
        assert there is not None
        assert there.role is wish.who.role
    addresses = [one.invitee.email for one in after]
    assert len(addresses) == len(set(addresses))
    unseen = {one.invitee.invitee_id for one in team} - shown
    assert unseen <= {one.invitee.invitee_id for one in after}
    unwanted = [one for one in team if one.invitee.invitee_id in shown and one is not HOST]
    assert all(one.invitee.email in first for one in unwanted if one.invitee.email in addresses)


@settings(deadline=None)
@given(TEAMS, WISHES)
def test_applied_diff_leaves_nothing_remaining(team: list[Member], people: list[WantedMember]) -> None:
    """The remaining diff is empty after it was applied and complete before; the same request again changes nothing."""
    shown = [one.invitee.invitee_id for one in team]
    diff = diff_team(team, people, shown)
    after = made(team, diff)

    assert remaining_diff(diff, team) == diff
    assert not remaining_diff(diff, after)
    assert not diff_team(after, people, [one.invitee.invitee_id for one in after])


def test_people_match_by_any_of_three_keys() -> None:
    """By Slack user, directory id, or address ignoring case; the first match counts."""
    moved_house = member("ben", user_id="UBEN").model_copy(
        update={"invitee": Invitee(invitee_id="i-ben", role=Role.PANELIST, email="ben@old.example")}
    )
    assert not diff_team([HOST, moved_house], [wanted("ben", user_id="UBEN")], ["i-ben"])
    assert not diff_team([HOST, member("dev", is_coworker=True)], [wanted("dev", is_coworker=True)], ["i-dev"])
    shouting = WantedMember(who=NewInvitee(role=Role.PANELIST, email=" ZOE@ACME.example"))
    assert not diff_team([HOST, member("zoe")], [shouting], ["i-zoe"])


def test_all_kinds_of_change_are_one_diff() -> None:
    """One diff adds, changes and removes; the provider's change contains the same."""
    team = [HOST, member("ben", Role.COHOST, user_id="UBEN"), member("dev", user_id="UDEV"), member("emi")]

    diff = diff_team(team, [wanted("ben", user_id="UBEN"), wanted("zoe"), wanted("emi")], ["i-ben", "i-dev"])

    assert diff.updated == (NewRole(invitee_id="i-ben", role=Role.PANELIST, is_mailed=True),)
    assert diff.in_slack == {"i-ben": "UBEN"}
    assert diff.deleted == ("i-dev",)
    assert [one.who.address for one in diff.added] == ["zoe@acme.example"]
    assert diff.change.added == tuple(one.who for one in diff.added)
    assert not diff.only_adds


def test_diff_is_empty_only_without_any_part() -> None:
    """One person to add, change or remove makes a diff non-empty."""
    change = NewRole(invitee_id="i-ben", role=Role.COHOST)
    assert all((TeamDiff(added=(wanted("zoe"),)), TeamDiff(updated=(change,)), TeamDiff(deleted=("i-ben",))))
    assert not TeamDiff()


def test_slack_users_of_all_changed_roles_are_kept() -> None:
    """Each of them is notified in Slack."""
    team = [HOST, member("ben", user_id="UBEN"), member("dev", user_id="UDEV")]
    cohosts = [wanted(name, Role.COHOST, user_id=f"U{name.upper()}") for name in ("ben", "dev")]
    assert diff_team(team, cohosts, []).in_slack == {"i-ben": "UBEN", "i-dev": "UDEV"}


def test_coworker_is_found_by_directory_id_alone() -> None:
    """The address on the team may differ; without a directory id it is another person."""
    invitee = Invitee(invitee_id="1", role=Role.PANELIST, email="d.evans@acme.example", coworker_id="6dev")
    team = [HOST, Member(invitee=invitee)]
    assert find_member(team, wanted("dev", is_coworker=True)) == invitee
    assert find_member(team, wanted("dev")) is None


def test_host_is_never_changed() -> None:
    """Wanted in another role, or shown and not wanted: the host stays the host."""
    assert not diff_team([HOST], [wanted("ana", Role.COHOST)], ["0"])
    assert not remaining_diff(TeamDiff(deleted=("0",), updated=(NewRole(invitee_id="0", role=Role.PANELIST),)), [HOST])


def test_member_invited_elsewhere_only_gets_the_role() -> None:
    """Remaining diff after a re-read: added members need only their role, and missing ones no change or removal."""
    diff = TeamDiff(
        added=(wanted("zoe", Role.PANELIST), wanted("dev", Role.COHOST, is_coworker=True)),
        updated=(NewRole(invitee_id="i-emi", role=Role.COHOST),),
        deleted=("i-ben",),
    )
    left = remaining_diff(diff, [HOST, member("zoe"), member("dev", is_coworker=True)])

    assert left == TeamDiff(updated=(NewRole(invitee_id="i-dev", role=Role.COHOST, is_mailed=True),))


@pytest.mark.parametrize("is_mailed", [True, False])
def test_a_role_change_keeps_the_mail_setting(is_mailed: bool) -> None:
    """An omitted `sendInvite` may mean true, so a role change sends the member's current value."""

    def team(is_mailed: bool) -> list[Member]:
        dev = member("dev", user_id="UDEV")
        return [HOST, Member(invitee=dev.invitee.model_copy(update={"is_mailed": is_mailed}), user_id="UDEV")]

    diff = diff_team(team(is_mailed), [wanted("dev", Role.COHOST, user_id="UDEV", is_coworker=True)], ["i-dev"])
    assert diff.updated == (NewRole(invitee_id="i-dev", role=Role.COHOST, is_mailed=is_mailed),)
    [again] = remaining_diff(diff, team(not is_mailed)).updated
    assert again.is_mailed is not is_mailed


def test_removed_members_free_places() -> None:
    """99 co-hosts and panelists together; the host does not count, removed members free a place."""
    team = [HOST, *(member(f"p{number}") for number in range(MAX_TEAM))]
    assert excess(team, TeamDiff(added=(wanted("zoe"),))) == 1
    assert excess(team, TeamDiff(added=(wanted("zoe"),), deleted=("i-p0",))) == 0
    assert excess(team, TeamDiff(updated=(NewRole(invitee_id="i-p0", role=Role.COHOST),))) == 0
    overfull = [*team, member("ben"), member("dev")]
    assert excess(overfull, TeamDiff(deleted=("i-p0",))) == 0


def test_team_is_shown_in_order() -> None:
    """The host, then co-hosts, then panelists; each by name."""
    team = [member("zoe"), member("ben", Role.COHOST), member("Abe"), HOST]
    assert [one.invitee.name for one in sort_members(team)] == ["Ana Ruiz", "Ben", "Abe", "Zoe"]


@pytest.mark.parametrize(
    ("word", "role"),
    [
        *((word, Role.COHOST) for word in ("cohost", "Co-Host", "co host")),
        *((word, Role.PANELIST) for word in ("speaker", "panellist", "Panelist!", "")),
    ],
)
def test_role_is_read(word: str, role: Role) -> None:
    """In any spelling; empty means panelist."""
    assert read_role(word) is role


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("attendee", "they register with the card or with /webinar register"),
        ("guests", "they register with the card or with /webinar register"),
        ("host", "A webinar has one host, who can't be changed."),
        ("boss", "I don't understand the role “boss”. Use cohost or panelist; attendees register."),
        ("b" * 50, f"I don't understand the role “{'b' * 40}”."),
    ],
)
def test_invalid_role_is_explained(word: str, sentence: str) -> None:
    """The error explains attendees, the one host, or the valid roles."""
    with pytest.raises(BadInput, match=r".") as refused:
        read_role(word)
    assert sentence in refused.value.sentence
