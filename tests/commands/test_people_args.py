"""People, user groups, addresses and roles are found in what follows `invite` and `register`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parser import Show, ShowSettings, parse
from bot.commands.people_args import Invite, NamedPeople, Register, ShowRegistrants, ShowTeam
from bot.commands.webinar_ref import WebinarRef
from tests.support.docs_tables import table
from tests.support.rows import each_row

IDS = {"@ben": "<@U0BEN|ben>", "@chloe": "<@U0CHLOE>", "@events": "<!subteam^S0EVENTS|@events>"}
"""What Slack makes of what people type."""
LAUNCH = WebinarRef("launch day")


def sent(typed: str) -> str:
    """What Slack sends for what was typed."""
    words = (f"<mailto:{word}|{word}>" if "@" in word[1:] else IDS.get(word, word) for word in typed.split(" "))
    return " ".join(words)


@each_row(("typed", "webinar", "people", "role"), table("commands.md", "typed after `invite`"))
def test_documented_invitation_is_taken_apart_as_the_page_says(
    typed: str, webinar: str, people: str, role: str
) -> None:
    """The webinar, then people, then perhaps a role."""
    shown = parse(f"show {webinar}")
    assert isinstance(shown, Show)
    found = parse(f"invite {sent(typed)}")
    assert isinstance(found, Invite)
    assert (found.which, found.role) == (shown.which, role)
    ids = [*found.people.user_ids, *found.people.group_ids, *found.people.addresses, *found.people.nobody]
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
        ("<!subteam^S1|@events> @nobody", NamedPeople(group_ids=("S1",), nobody=("nobody",))),
    ],
)
def test_people_are_found_however_they_are_named(text: str, people: NamedPeople) -> None:
    """Each once, in the order in which they were named."""
    assert parse(f"register launch day {text}") == Register(LAUNCH, people)
    assert bool(people) == bool(text)


def test_addresses_are_not_shown_where_a_command_is() -> None:
    """A parsed command may end up in a traceback."""
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
def test_the_others_name_a_webinar_or_nothing(text: str, command: object) -> None:
    """A quoted title stays a title, whatever is in it."""
    assert parse(text) == command


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>@!^|#:as UW1S.mailto-,\"'", max_size=60))
def test_any_marks_make_an_invitation(text: str) -> None:
    """Half a mark, or marks in marks, break nothing."""
    assert isinstance(parse(f"invite x {text}"), Invite)
