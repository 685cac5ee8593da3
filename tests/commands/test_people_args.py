"""Find people, user groups, addresses and roles in the arguments of `invite` and `register`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parser import Show, ShowSettings, parse
from bot.commands.people_args import (
    Invite,
    NamedPeople,
    Register,
    ShowRegistrants,
    ShowTeam,
    parse_register,
    slack_text,
)
from bot.commands.webinar_ref import WebinarRef
from tests.support.docs_tables import table
from tests.support.rows import each_row

IDS = {"@ben": "<@U0BEN|ben>", "@chloe": "<@U0CHLOE>", "@events": "<!subteam^S0EVENTS|@events>"}
"""What Slack makes of what people type."""
LAUNCH = WebinarRef("launch day")


def as_sent(typed: str) -> str:
    """The text as Slack sends it."""
    words = (f"<mailto:{word}|{word}>" if "@" in word[1:] else IDS.get(word, word) for word in typed.split(" "))
    return " ".join(words)


@each_row(("typed", "webinar", "people", "role"), table("commands.md", "typed after `invite`"))
def test_documented_invitations_are_parsed(typed: str, webinar: str, people: str, role: str) -> None:
    """The webinar, then people, then optionally a role."""
    shown = parse(f"show {webinar}")
    assert isinstance(shown, Show)
    found = parse(f"invite {as_sent(typed)}")
    assert isinstance(found, Invite)
    assert (found.which, found.role) == (shown.which, role)
    ids = [*found.people.user_ids, *found.people.group_ids, *found.people.addresses, *found.people.unknown_names]
    handles = {"U0BEN": "@ben", "U0CHLOE": "@chloe", "S0EVENTS": "@events", "nobody-here": "@nobody-here"}
    assert sorted(handles.get(one, one) for one in ids) == sorted(people.split())


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("", NamedPeople()),
        ("<@U1|ben>", NamedPeople(user_ids=("U1",))),
        ("<@U1>, <@W2|chloe> and <@U1>", NamedPeople(user_ids=("U1", "W2"))),
        (
            "for <mailto:zoe@x.example|zoe@x.example>, yan@y.example.",
            NamedPeople(addresses=("zoe@x.example", "yan@y.example")),
        ),
        (
            "<!subteam^S1|@events> <!subteam^S2> @nobody",
            NamedPeople(group_ids=("S1", "S2"), group_names=("@events", ""), unknown_names=("nobody",)),
        ),
    ],
)
def test_people_are_found_in_every_form(text: str, people: NamedPeople) -> None:
    """Each once, in order."""
    assert parse(f"register launch day {text}") == Register(LAUNCH, people)
    assert bool(people) == bool(text)


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(["<@U1>", "<@U2>", "<!subteam^S1|@events>", "<!subteam^S2>", "z@x.example", "@nobody"]))
)
def test_people_are_kept_in_the_value_of_a_button(words: list[str]) -> None:
    """As Slack sends them, within the length that a value may have."""
    people = parse_register(" ".join(words)).people
    assert parse_register(slack_text(people, 1_000)).people == people
    assert len(slack_text(people, 20, "as cohost")) <= 20


def test_repr_of_a_command_contains_no_address() -> None:
    """A command may appear in a traceback."""
    assert "zoe" not in repr(parse("invite launch zoe@x.example"))


@each_row(
    ("text", "command"),
    [
        ("team launch day", ShowTeam(LAUNCH)),
        ("register <@U1>", Register(WebinarRef(), NamedPeople(user_ids=("U1",)))),
        ("registrants launch day", ShowRegistrants(LAUNCH)),
        ("settings", ShowSettings()),
        ("invite", Invite(WebinarRef())),
        ("invite Working as a team", Invite(WebinarRef("Working as a team"))),
        ('invite "Working as a team"', Invite(WebinarRef("Working as a team", quoted=True))),
        ("invite launch day as guest", Invite(LAUNCH, role="guest")),
        ("invite Working as guest <@U1>", Invite(WebinarRef("Working as guest"), NamedPeople(user_ids=("U1",)))),
        (
            'invite "Write to zoe@x.example" <@U1>',
            Invite(WebinarRef("Write to zoe@x.example", quoted=True), NamedPeople(user_ids=("U1",))),
        ),
    ],
)
def test_webinar_is_parsed_with_and_without_people(text: str, command: object) -> None:
    """A quoted title stays a title, whatever it contains."""
    assert parse(text) == command


@settings(deadline=None)
@given(st.text(alphabet="<>@!^|#:as UW1S.mailto-,\"'", max_size=60))
def test_any_marks_are_parsed_as_an_invitation(text: str) -> None:
    """Incomplete and nested escapes never raise."""
    assert isinstance(parse(f"invite x {text}"), Invite)
