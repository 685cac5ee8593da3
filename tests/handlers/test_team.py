"""Forms, lists and messages of a team: within Slack's limits at any size, and personal links only where allowed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.people_args import parse_invite
from bot.errors import BadInput
from bot.model.ability import ALL, Ability
from bot.model.people import Coworker, Person
from bot.model.team import MAX_TEAM, NotifiedBy, Role
from bot.model.webinar import Status, Webinar
from bot.team.diff import Member, TeamDiff
from bot.team.texts import messages as team_message_texts
from bot.team.texts import result as team_result
from bot.team.texts.result import InviteResult, Outcome
from handlers.team import check as team_check
from handlers.team import form as team_form
from handlers.team import list as team_list
from handlers.team.check import KnownPeople
from handlers.team.form import COHOSTS, MAIL, OUTSIDE, PANELISTS, Prefill, TeamFormContext, TeamInput
from handlers.team.outsiders import REMEDY, invitee_line, read_outsiders
from tests.support.block_kit import check_message, check_view
from tests.support.rows import each_row
from tests.support.team_samples import HOST, LINK, TEAM, large_team, member, outcomes, team_messages, team_modals
from tests.support.webinar_samples import ACCOUNT, NASTY, NOW, WEBINARS, webinar

DEV = Coworker(user_id="6dev", account_id="1", name="Dev Patel", email="dev@acme.example")


def person(name: str, **changes: Any) -> Person:
    """A Slack user."""
    first, _, last = name.partition(" ")
    user_id = f"U0{first.upper()}"
    email = changes.pop("email", f"{first.lower()}@acme.example")
    facts = {"workspace": ACCOUNT.workspace, "user_id": user_id, "name": name, "email": email}
    return Person(**{**facts, "first_name": first, "last_name": last, **changes})


def known(team: list[Member], *people: Person, **changes: Any) -> KnownPeople:
    """The known people, with Dev in the directory."""
    by_address = {DEV.email: DEV}
    by_id = {one.user_id: one for one in people}
    return KnownPeople(team, by_id, by_address.get, provider="RingCentral", **changes)


def refused(typed: TeamInput, facts: KnownPeople) -> dict[str, str]:
    """The errors by field."""
    with pytest.raises(BadInput) as error:
        team_check.wanted_members(typed, facts)
    assert "@" not in error.value.sentence
    return error.value.fields


@settings(max_examples=20, deadline=None)  # a full team takes long on a busy machine
@given(WEBINARS)
def test_everything_shown_keeps_within_the_limits(one: Webinar) -> None:
    """For any webinar, with a small team and with a full one with long names."""
    for team in (TEAM, [HOST, *(member(f"P{number} {NASTY[:60]}") for number in range(MAX_TEAM))]):
        for shown in team_messages(one, team):
            check_message(shown.text, shown.blocks)
        for view in team_modals(one, team):
            check_view(view)


def test_form_has_the_team_and_the_named_people() -> None:
    """Slack users in their field, outsiders as lines; members invited in RingCentral are named and kept."""
    typed, shown = team_form.prefilled(TEAM, Prefill(("U0EMI", "U0FINN"), ("yan@partner.example",), Role.COHOST))

    assert typed.cohosts == ("U0DEV", "U0FINN", "U0EMI")
    assert typed.panelists == ()
    assert typed.outside == "Zoe Lang <zoe@partner.example>\nyan@partner.example"
    assert shown == {"i-dev", "i-finn", "i-zoe"}
    view = team_form.build(webinar(), TEAM, now=NOW, read_at=NOW)
    words = str(view["blocks"])
    assert "Host: Ana Ruiz" in words
    assert "Also on the team, and kept: Ben Okafor (co-host)" in words
    assert TeamFormContext.model_validate_json(view["private_metadata"]).shown_ids == shown


def test_form_offers_what_the_event_has() -> None:
    """What it does not have is a sentence with what to do instead, and no field without effect."""
    offered = team_form.build(webinar(), TEAM, now=NOW, read_at=NOW)["blocks"]
    less = webinar(abilities=ALL - {Ability.CHOOSE_EMAILS, Ability.INVITE_COHOST})
    view = team_form.build(less, TEAM, now=NOW, read_at=NOW)

    left_out = {one.get("block_id") for one in offered} - {one.get("block_id") for one in view["blocks"]}
    assert left_out == {COHOSTS, MAIL}
    assert "emails panelists their invitation, unless" in str(view["blocks"])
    assert "can name alternative hosts under More Settings" in str(view["blocks"])
    check_view(view)


def test_people_named_without_a_role_keep_theirs() -> None:
    """New people become panelists; members who are named again keep their role."""
    typed, _ = team_form.prefilled(TEAM, Prefill(("U0DEV", "U0EMI"), ("ZOE@partner.example",)))

    assert typed.cohosts == ("U0DEV",)
    assert typed.panelists == ("U0FINN", "U0EMI")
    assert typed.outside == "Zoe Lang <zoe@partner.example>"


def test_form_of_a_full_team_fits() -> None:
    """With the ids of all shown members, and as many outsiders as fit; the others are kept."""
    team = [HOST, *(member(f"P{number} Q", email=f"p{number}@{'x' * 40}.example") for number in range(MAX_TEAM))]
    view = team_form.build(webinar(), team, now=NOW, read_at=NOW)

    check_view(view)
    ids = TeamFormContext.model_validate_json(view["private_metadata"]).shown_ids
    assert 20 < len(ids) < MAX_TEAM
    check_view(team_form.build(webinar(), large_team(MAX_TEAM), now=NOW, read_at=NOW))


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (
            person("Finn Berg"),
            "Finn Berg can't be a co-host: their email address is not in your company's RingCentral",
        ),
        (
            person("Gia Rossi", email="", is_guest=True),
            "Slack does not show the email address of Gia Rossi. Leave them here, and write it in the field for people",
        ),
        (person("Robo", email="", is_bot=True), "Robo is an app"),
        (person("Old Hand", is_deactivated=True), "Old Hand no longer uses Slack"),
    ],
)
def test_person_who_cannot_be_a_cohost_is_refused_under_the_field(who: Person, sentence: str) -> None:
    """With the reason, before any vendor call; the sentence for the log has no names."""
    fields = refused(TeamInput(cohosts=(who.user_id,)), known([HOST], who))

    assert list(fields) == [COHOSTS]
    assert fields[COHOSTS].startswith(sentence)


def test_a_line_gives_the_address_that_slack_does_not_show() -> None:
    """Of the person whose whole name it has; with it a coworker can be a co-host. The line adds nobody else."""
    dev, gia = person("Dev Patel", email=""), person("Gia Rossi", email="", is_guest=True)
    lines = "Dev Patel <dev@acme.example>\ngia rossi <gia@partner.example>\nZoe Lang <zoe@partner.example>"

    wanted = team_check.wanted_members(
        TeamInput(cohosts=("U0DEV",), panelists=("U0GIA",), outside=lines), known([HOST], dev, gia)
    )

    assert [(one.user_id, one.who.role, one.who.address) for one in wanted] == [
        ("U0DEV", Role.COHOST, "dev@acme.example"),
        ("U0GIA", Role.PANELIST, "gia@partner.example"),
        ("", Role.PANELIST, "zoe@partner.example"),
    ]
    other = refused(TeamInput(cohosts=("U0DEV",), outside="Devi Patel <dev@acme.example>"), known([HOST], dev))
    assert other[COHOSTS].endswith("from outside Slack: Dev Patel <…>")


def test_all_problems_are_reported_at_once() -> None:
    """Each under its field: the host, a person named twice, an invalid line, an unknown user."""
    typed = TeamInput(
        cohosts=("U0ANA", "U0DEV"),
        panelists=("U0DEV", "U0GONE"),
        outside="nobody\nDev@acme.example\nZoe Lang <zoe@partner.example>",
    )
    fields = refused(typed, known([HOST], person("Ana Ruiz"), person("Dev Patel")))

    assert fields[COHOSTS] == "Ana Ruiz is the host already."
    assert fields[PANELISTS].startswith("Dev Patel is named twice: leave them in one place.\nSlack does not tell who")
    assert fields[OUTSIDE].startswith("Line 1: “nobody” is not an email address.")
    assert fields[OUTSIDE].endswith("\nDev@acme.example is named twice: leave them in one place.\n" + REMEDY)


def test_unread_directory_is_reported() -> None:
    """An unread directory is not reported as a missing coworker."""
    fields = refused(
        TeamInput(cohosts=("U0DEV",)),
        KnownPeople([HOST], {"U0DEV": person("Dev Patel")}, lambda _: None, False, provider="RingCentral"),
    )
    assert "directory is not read yet. Try again in a minute." in fields[COHOSTS]


def test_people_are_invited_by_directory_or_name() -> None:
    """Coworkers by directory entry in any field, with or without a name; others with both names."""
    typed = TeamInput(
        cohosts=("U0DEV",), panelists=("U0FINN",), mails_outside=False,
        outside="Zoe Lang <Zoe@partner.example>\nLee, Yan (Sales) <yan@partner.example>",
    )  # fmt: skip
    dev, finn, zoe, yan = team_check.wanted_members(
        typed, known([HOST], person("Dev Patel"), person("Finn Berg", first_name="", last_name=""))
    )

    assert (dev.who.coworker, dev.who.role, dev.user_id) == (DEV, Role.COHOST, "U0DEV")
    assert (finn.who.first_name, finn.who.last_name, finn.who.email) == ("Finn", "Berg", "finn@acme.example")
    assert (zoe.who.first_name, zoe.who.last_name, zoe.who.address) == ("Zoe", "Lang", "zoe@partner.example")
    assert (yan.who.first_name, yan.who.last_name, yan.who.role) == ("Yan", "Lee", Role.PANELIST)
    assert not any(one.who.is_mailed for one in (dev, finn, zoe, yan))


@pytest.mark.parametrize("address", ["dev@acme.example", "<dev@acme.example>", "Dev Patel <dev@acme.example>"])
@pytest.mark.parametrize("mails_slack", [True, False])
def test_a_coworkers_address_is_that_of_a_coworker(address: str, mails_slack: bool) -> None:
    """RingCentral emails them only if it emails people in Slack, although they are written among outsiders."""
    typed = TeamInput(outside=address, mails_outside=True, mails_slack=mails_slack)

    (dev,) = team_check.wanted_members(typed, known([HOST]))

    assert (dev.who.coworker, dev.who.is_mailed) == (DEV, mails_slack)


def test_unchanged_members_are_not_looked_up() -> None:
    """Only new members and members with another role are looked up."""
    typed = TeamInput(cohosts=("U0DEV", "U0FINN"), panelists=("U0EMI",))
    assert team_check.users_to_look_up(typed, TEAM) == ["U0FINN", "U0EMI"]
    assert [one.user_id for one in team_check.wanted_members(TeamInput(cohosts=("U0DEV",)), known(TEAM))] == ["U0DEV"]


@pytest.mark.parametrize(
    ("typed", "started", "sentence"),
    [
        (
            TeamInput(cohosts=("U0DEV",), panelists=("U0FINN",)),
            True,
            "it is too late to change or remove 1 person. Put them back, and add people only.",
        ),
        (TeamInput(), True, "it is too late to change or remove 3 people. Put them back, and add people only."),
        (
            TeamInput(cohosts=("U0DEV",), panelists=("U0FINN",), outside="zoe@partner.example"),
            False,
            "Nothing was changed.",
        ),
    ],
)
def test_limits_are_sentences(typed: TeamInput, started: bool, sentence: str) -> None:
    """A started webinar's team is frozen, and an unchanged form is refused."""
    wanted = team_check.wanted_members(typed, known(TEAM))
    with pytest.raises(BadInput) as error:
        team_check.requested_diff(
            wanted, TEAM, frozenset({"i-dev", "i-finn", "i-zoe"}), started=started, provider="RingCentral"
        )
    assert sentence in error.value.fields[PANELISTS]


def test_a_full_team_accepts_no_more() -> None:
    """99 together, refused before any vendor call, with how many to leave out."""
    wanted = team_check.wanted_members(
        TeamInput(outside="Zoe Lang <zoe@partner.example>\nYan Lee <yan@partner.example>"), known([HOST])
    )
    with pytest.raises(BadInput) as error:
        team_check.requested_diff(wanted, large_team(MAX_TEAM - 1), frozenset(), started=False, provider="RingCentral")
    expected = "RingCentral takes 99 co-hosts and panelists together at most. Leave out 1 person."
    assert error.value.fields == {OUTSIDE: expected}
    order = team_check.requested_diff(
        wanted, large_team(MAX_TEAM - 2), frozenset(), started=False, provider="RingCentral"
    )
    assert len(order.added) == 2


def test_problems_of_a_command_are_on_top_of_the_form() -> None:
    """Unknown names, addresses as co-hosts, and people who cannot have the role."""
    command = parse_invite("launch @nobody <@U0FINN> zoe@partner.example as cohost")
    typed = TeamInput(cohosts=("U0FINN",), outside="zoe@partner.example")

    words = team_check.prefill_problem(command, typed, known([HOST], person("Finn Berg")))

    assert words.startswith("Nobody here is called @nobody: choose them below.")
    assert "People named by an address can be panelists only" in words
    assert "Finn Berg can't be a co-host" in words
    assert team_check.prefill_problem(parse_invite("launch <@U0DEV>"), TeamInput(), known([HOST])) == ""


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("Zoe Lang <zoe@partner.example>", [("Zoe", "Lang", "zoe@partner.example")]),
        ('"Zoe van der Lang" <z@p.example>,', [("Zoe", "van der Lang", "z@p.example")]),
        ("Doe, Jane <jane@x.example>", [("Jane", "Doe", "jane@x.example")]),
        ("Doe, Al <a@x.example>; Roe, Bo (HR) <b@x.de>", [("Al", "Doe", "a@x.example"), ("Bo", "Roe", "b@x.de")]),
        ("• Dr. Jane Doe, PhD <jane@x.example>", [("Jane", "Doe", "jane@x.example")]),
        ("Iris, Moreno, iris@x.example", [("Iris", "Moreno", "iris@x.example")]),
        ("First name,Last name,Email\nIris,Moreno,iris@x.example", [("Iris", "Moreno", "iris@x.example")]),
        ("zoe.lang@p.example", [("", "", "zoe.lang@p.example")]),
        ("Zoe <zoe@p.example>", [("Zoe", "", "zoe@p.example")]),
        ("a.b@p.example, c_d@p.example", [("", "", "a.b@p.example"), ("", "", "c_d@p.example")]),
        ("z@p.example\n\nZoe Lang <Z@P.example>\n", [("Zoe", "Lang", "Z@P.example")]),
        ("", []),
    ],
)  # fmt: skip
def test_outsiders_are_read(text: str, people: list[tuple[str, str, str]]) -> None:
    """As in lists of registrants. An address is never a name; duplicates once, with their name."""
    found, problems = read_outsiders(text, provider="RingCentral")
    assert [(one.first_name, one.last_name, one.email) for one in found] == people
    assert problems == []


@each_row(
    ("outside", "problem"),
    [
        ("yan@partner.example", "Line 1: “yan@partner.example” has no name. Write Zoe Lang <zoe@partner.example>."),
        ("Yan <yan@partner.example>", "Line 1: “yan@partner.example” has no last name. Write"),
        ("First,Last,Email\n,Lee,yan@partner.example", "Line 2: “yan@partner.example” has no first name. Write"),
    ],
)
def test_the_form_asks_for_a_name_that_is_not_known(outside: str, problem: str) -> None:
    """Only of people who are new and not in the directory."""
    assert refused(TeamInput(outside=outside), known([HOST]))[OUTSIDE].startswith(problem)
    kept = team_check.wanted_members(TeamInput(outside="zoe@partner.example"), known(TEAM))
    assert [one.who.address for one in kept] == ["zoe@partner.example"]


def test_a_slack_user_with_one_name_is_named_below() -> None:
    """The form asks for the other name, and a line with their address answers it."""
    cher = person("Cher", last_name="")
    fields = refused(TeamInput(panelists=("U0CHER",)), known([HOST], cher))
    assert fields[PANELISTS].startswith("Slack does not show the whole name of Cher. Leave them here, and write")
    assert fields[PANELISTS].endswith("Cher … <cher@acme.example>")

    typed = TeamInput(panelists=("U0CHER",), outside="Sarkisian, Cher <Cher@acme.example>")
    [wanted] = team_check.wanted_members(typed, known([HOST], cher))
    assert (wanted.who.first_name, wanted.who.last_name, wanted.user_id) == ("Cher", "Sarkisian", "U0CHER")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Zoe Lang", "Line 1: “Zoe Lang” is not an email address. Write Zoe Lang <zoe@partner.example>."),
        ("\nZoe <zoe@>", "Line 2: “Zoe <zoe@>” is not an email address."),
        (f"{'Z' * 65} Lang <zoe@p.example>", "Line 1: a first or last name can have 64 characters at most."),
        (f"{'z' * 250}@p.example", "Line 1: this address is longer than the 256 characters that RingCentral takes."),
        (
            "John Smith, Jane Doe <jane@x.example>",
            "Line 1: “John Smith, Jane Doe <jane@x.example>” does not say",
        ),
    ],
)
def test_invalid_lines_are_reported(text: str, problem: str) -> None:
    """With the line's number and what to do."""
    found, problems = read_outsiders(text, provider="RingCentral")
    assert found == []
    assert problems[0].startswith(problem)


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_any_text_gives_valid_outsiders(text: str) -> None:
    """For any text, each outsider has an address."""
    found, _ = read_outsiders(text, provider="RingCentral")
    assert all("@" in one.email for one in found)


@settings(max_examples=50)
@given(st.text(max_size=80))
def test_the_line_of_a_member_is_read_again(name: str) -> None:
    """Whatever the name at RingCentral, the form keeps the member."""
    invitee = member("X Y", email="zoe@p.example").invitee.model_copy(update={"name": name})
    found, problems = read_outsiders(invitee_line(invitee), provider="RingCentral")
    assert ([one.email for one in found], problems) == (["zoe@p.example"], [])


def test_personal_link_is_only_in_messages_to_member_and_organizer() -> None:
    """Not in the list, the result or any form."""
    for shown in (*team_modals(webinar()), *(one.blocks for one in team_messages(webinar())[3:4])):
        assert "join.example" not in str(shown)
    listed = team_list.team_page(webinar(), TEAM, read_at=NOW, now=NOW)
    done = team_result.done_message(webinar(), outcomes(TEAM))
    assert "join.example" not in str([listed.blocks, listed.text, done.blocks, done.text])
    handed_out = team_message_texts.links(webinar(), TEAM[-1:])
    assert LINK.replace("&", "&amp;") in str(handed_out.blocks)
    assert "join.example" not in handed_out.text


def test_invitation_has_all_details() -> None:
    """Role, inviter, time, how early to join, and whether an email comes too."""
    speaker = TEAM[2].model_copy(update={"invited_by": "U0CHLOE"})
    shown = team_message_texts.invited(webinar(panel_offset=timedelta(minutes=15)), speaker)

    assert "You are *a co-host* of *Launch day*. Invited by <@U0CHLOE>." in shown.text
    assert "Be there 15 minutes early" in shown.text
    assert "RingCentral sends you an invitation by email as well" in str(shown.blocks)
    assert "Be there" not in team_message_texts.invited(webinar(), speaker).text


def test_result_says_how_each_person_is_notified() -> None:
    """Added, changed, removed; and members whom only the organizer can notify."""
    finn, zoe = TEAM[3], TEAM[4]
    shown = str(
        team_result.done(
            webinar(),
            [
                Outcome(zoe, InviteResult.ADDED, NotifiedBy.ORGANIZER),
                Outcome(TEAM[2], InviteResult.CHANGED, NotifiedBy.MESSAGE),
                Outcome(finn, InviteResult.CHANGED, NotifiedBy.WAITING),
                Outcome(TEAM[1], InviteResult.REMOVED, NotifiedBy.ORGANIZER),
            ],
        )
    )
    assert "Zoe Lang, panelist: not notified: share their link" in shown
    assert "<@U0DEV>, now co-host: notified by direct message" in shown
    assert "<@U0FINN>, now panelist: not notified yet; Greenroom tries again" in shown
    assert "Ben Okafor: Greenroom can't notify them, so let them know" in shown
    assert "The links for you to share are in a direct message to you." in shown


def test_confirmation_of_a_removal_counts_all_changes() -> None:
    """The button names how many it removes."""
    order = TeamDiff(deleted=("i-dev", "i-zoe"))
    view = team_result.confirm(webinar(), order, TEAM, "c1")

    assert view["title"]["text"] == "Remove 2 people?"
    assert view["submit"]["text"] == "Remove 2 People"
    assert "• <@U0DEV>, co-host" in str(view["blocks"])
    assert "In the same step" not in str(view["blocks"])


def test_list_of_a_started_webinar_offers_no_removal() -> None:
    """Started: no removal. Over: no buttons."""
    running = str(team_list.team_page(webinar(status=Status.ACTIVE), TEAM, read_at=NOW, now=NOW).blocks)
    over = str(team_list.team_page(webinar(status=Status.FINISHED), TEAM, read_at=NOW, now=NOW).blocks)

    assert team_list.REMOVE not in running
    assert team_list.AGAIN in running
    assert "It has started" in running
    assert team_list.AGAIN not in over
    assert "team.invite" not in over


def test_list_is_paged() -> None:
    """Ten per page; a page beyond the end is the last one."""
    first = team_list.team_page(webinar(), large_team(25), read_at=NOW, now=NOW)
    last = team_list.team_page(webinar(), large_team(25), read_at=NOW, now=NOW, page=9)

    assert "Page 1 of 3" in str(first.blocks)
    assert "Page 3 of 3" in str(last.blocks)
    assert team_list.NEXT in str(first.blocks)
    assert team_list.NEXT not in str(last.blocks)
    assert team_list.parse_button_value(team_list.button_value(webinar(), "i-dev", page=2)) == ("s1", "i-dev", 2)
