"""Resolve commands that can be read in two ways, with the webinars that exist."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.limit_arg import Limit
from bot.commands.parser import parse
from bot.commands.remind_args import Remind
from bot.commands.resolve import resolve_limit, resolve_remind
from bot.commands.slack_text import unescape
from bot.commands.webinar_ref import WebinarRef
from bot.model.webinar import Status
from tests.support.command_samples import COMMAND_TEXTS
from tests.support.docs_tables import table
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW, webinar

KNOWN = [
    webinar(session_id="101", title="Launch day"),
    webinar(session_id="102", title="Budget 2027"),
    webinar(session_id="103", title="Café 2028"),
    webinar(session_id="104", title="Part 2"),
]
WEBINARS = [
    webinar(
        session_id=number, title=title, start=datetime.fromisoformat(start).replace(tzinfo=UTC), status=Status(status)
    )
    for number, title, start, status in table("commands.md", "id")
]
"""The webinars of docs/commands.md."""


@each_row(
    ("typed", "which", "to"),
    [
        ("launch 200", "launch", "200"),
        ("launch off", "launch", "off"),
        ("launch", "launch", ""),
        ("launch day", "launch day", ""),
        ("launch many", "launch", "many"),
        ("Budget 2027", "Budget 2027", ""),
        ("2027 budget", "2027 budget", ""),
        ("cafe 2028", "cafe 2028", ""),
        ("budget 50", "budget", "50"),
        ("budget 2027 50", "budget 2027", "50"),
        ('"Budget" 2027', "Budget", "2027"),
        ("101", "101", ""),
        ("101 50", "101", "50"),
        ("50", "", "50"),
        ("off", "", "off"),
        ("next", "next", ""),
        ("next 50", "next", "50"),
        ("", "", ""),
        ("garden", "garden", ""),
        ("launch 2 500", "launch", "2 500"),
        ("launch 1 000", "launch", "1 000"),
        ("part 2 500", "part 2", "500"),
        ("part 2 2 500", "part 2", "2 500"),
        ("part 2\u202f500", "part 2", "500"),
        ("part 1 500", "part", "1 500"),
        ("101 500", "101", "500"),
        ("101 2 500", "101", "2 500"),
        ("2 500", "2", "500"),
        ("7 500", "", "7 500"),
        ("1 000 000", "", "1 000 000"),
    ],
)
def test_last_word_can_be_part_of_the_title(typed: str, which: str, to: str) -> None:
    """A year in a title is not a limit; a limit without a webinar leads to a picker."""
    command = parse(f"limit {typed}")
    assert isinstance(command, Limit)
    resolved = resolve_limit(command, KNOWN, NOW)
    assert (resolved.which.text, resolved.to) == (which, to)


@pytest.mark.parametrize(("typed", "which", "to"), table("commands.md", "also after `limit`"))
def test_documented_limits_are_resolved(typed: str, which: str, to: str) -> None:
    """With the webinars of docs/commands.md."""
    command = parse(f"limit {typed}")
    assert isinstance(command, Limit)
    resolved = resolve_limit(command, WEBINARS, NOW)
    assert (resolved.which.text, resolved.to) == (which, to)


def test_command_stays_unchanged_without_webinars() -> None:
    """There is nothing to match."""
    command = Limit(WebinarRef("launch"), "50")
    assert resolve_limit(command, [], NOW) == command


@pytest.mark.parametrize(("typed", "words", "times"), table("commands.md", "also after `remind`"))
def test_documented_reminders_are_resolved(typed: str, words: str, times: str) -> None:
    """Invalid times at the end are not part of a title."""
    command = parse(f"remind {typed}")
    assert isinstance(command, Remind)
    assert resolve_remind(command, WEBINARS, NOW) == Remind(WebinarRef(words), times)


@each_row(
    ("typed", "words", "times"),
    [
        ("launch OFF.", "launch", "OFF."),
        ("launch mute", "launch", "mute"),
        ("launch on", "launch", "on"),
        ("101 off", "101", "off"),
        ("kick off", "kick off", ""),
        ("kickoff off", "kickoff off", ""),
        ("kick-off off", "kick-off", "off"),
        ("box office off", "box office", "off"),
        ("box off", "box", "off"),
        ("launch 1h off", "launch", "1h off"),
        ("garden off", "garden off", ""),
    ],
)
def test_off_is_in_place_of_times_unless_it_is_in_the_title(typed: str, words: str, times: str) -> None:
    """A complete word of a title counts, a part of one does not."""
    titles = {"101": "Launch day", "102": "Kick-off meeting", "103": "Box office trends", "104": "Onboarding"}
    webinars = [webinar(session_id=number, title=title) for number, title in titles.items()]
    command = parse(f"remind {typed}")
    assert isinstance(command, Remind)
    assert resolve_remind(command, webinars, NOW) == Remind(WebinarRef(words), times)


def test_complete_title_contains_no_times() -> None:
    """A title can be a length or end with one."""
    titles = ["24 hours", "Intro to 3D"]
    webinars = [webinar(session_id=str(at), title=title) for at, title in enumerate(titles)]
    for title in titles:
        command = parse(f"remind {title.lower()}")
        assert isinstance(command, Remind)
        assert command.times != ""
        assert resolve_remind(command, webinars, NOW) == Remind(WebinarRef(title.lower()))


def test_unambiguous_reminders_stay_unchanged() -> None:
    """Quotes and "defaults" are explicit; a webinar that matches all words keeps them."""
    for command in (
        Remind(WebinarRef("launch soon", quoted=True)),
        Remind(WebinarRef("defaults"), "soon"),
        Remind(WebinarRef("launch day"), "1d"),
    ):
        assert resolve_remind(command, WEBINARS, NOW) == command


@settings(deadline=None)
@given(text=COMMAND_TEXTS, titles=st.lists(COMMAND_TEXTS, max_size=4))
def test_any_reminder_keeps_every_word(text: str, titles: list[str]) -> None:
    """Before and after resolving, except for quotes."""
    command = parse(f"remind {text}")
    assert isinstance(command, Remind)
    resolved = resolve_remind(command, [webinar(title=title) for title in titles], NOW)
    for each in (command, resolved):
        if not each.which.quoted and each.times:
            assert f"{each.which.text} {each.times}".split() == unescape(text.strip()).split() or each.which.is_defaults
