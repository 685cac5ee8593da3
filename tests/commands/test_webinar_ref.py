"""Find the webinars that a reference may mean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parser import Create, Show, parse
from bot.commands.webinar_ref import WebinarRef, find_webinars
from tests.support.command_samples import COMMAND_TEXTS
from tests.support.docs_tables import table
from tests.support.rows import each_row

NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """A webinar with the fields that `find_webinars` uses."""

    id: str
    title: str
    start: datetime
    status: str


WEBINARS = [
    Sample(number, title, datetime.fromisoformat(start).replace(tzinfo=UTC), status)
    for number, title, start, status in table("commands.md", "id")
]


def test_documentation_has_its_tables() -> None:
    """The tables above exist, so that the tests that read them are not empty."""
    assert [len(table("commands.md", first)) for first in ("id", "typed", "also after `remind`")] == [6, 11, 7]


@each_row(("typed", "means", "because"), table("commands.md", "typed"))
def test_documented_references_find_their_webinars(typed: str, means: str, because: str) -> None:
    """Each example of docs/commands.md, in the documented order."""
    command = parse(f"show {typed.strip('`')}")
    assert isinstance(command, Show)
    assert [found.id for found in find_webinars(command.which, WEBINARS, NOW)] == [
        number for number in means.split(", ") if number != "none"
    ]


SECRET = "Zm9vYmFy.1"
NUMBER = "81234567890"


@pytest.mark.parametrize(
    "typed",
    [
        NUMBER,
        "812 3456 7890",
        "812-3456-7890",
        "Meeting ID: 812 3456 7890",
        f"zoom-{NUMBER}",
        f"<https://us02web.zoom.us/j/{NUMBER}?pwd={SECRET}>",
        f"<https://us02web.zoom.us/w/{NUMBER}?tk={SECRET}|Launch>",
        f"https://acme.zoom.us/webinar/{NUMBER}",
        f"zoommtg://zoom.us/join?confno={NUMBER}&amp;pwd={SECRET}",
    ],
)
def test_a_link_or_the_number_of_the_provider_finds_the_webinar(typed: str) -> None:
    """In place of an id, with every verb; dates of a recurring one are several. No password is kept."""
    named = [Sample(f"zoom-{NUMBER}", "A", NOW, "Scheduled"), Sample("81234567", "B", NOW, "Scheduled")]
    command = parse(f"show {typed}")
    assert isinstance(command, Show)
    assert [one.id for one in find_webinars(command.which, named, NOW)] == [f"zoom-{NUMBER}"]
    assert SECRET not in str(parse(f"move {typed} tomorrow 3pm")) + str(parse(f"share {typed}")) + str(command)
    dates = [Sample(f"zoom-{NUMBER}-{at}", "A", NOW, "Scheduled") for at in (1, 2)]
    if not typed.startswith("zoom-"):
        assert len(find_webinars(command.which, dates, NOW)) == 2


def test_a_title_that_is_typed_keeps_its_link() -> None:
    """What follows create is no reference."""
    assert parse("create Launch https://zoom.us/j/81234567890") == Create("Launch https://zoom.us/j/81234567890")


def test_next_skips_ended_and_late_webinars() -> None:
    """`next` is not finished, not canceled, and at most an hour late; two with the same start are both found."""
    at = NOW + timedelta(hours=2)
    soon = [Sample("1", "A", at, "Scheduled"), Sample("2", "B", at, "Scheduled")]
    others = [
        Sample("3", "C", NOW + timedelta(hours=1), "Cancelled"),
        Sample("4", "D", NOW - timedelta(minutes=5), "Finished"),
        Sample("5", "E", NOW - timedelta(hours=1), "Scheduled"),
    ]
    assert find_webinars(WebinarRef("NEXT!"), [*others, *soon], NOW) == soon
    late = Sample("6", "F", NOW - timedelta(minutes=59), "Scheduled")
    assert find_webinars(WebinarRef("next"), [*others, *soon, late], NOW) == [late]
    assert find_webinars(WebinarRef("next"), others, NOW) == []


def test_empty_reference_finds_nothing() -> None:
    """The answer to it is a picker."""
    assert find_webinars(WebinarRef(), WEBINARS, NOW) == []


def test_upcoming_webinars_come_before_past_ones() -> None:
    """Upcoming by start, then past, latest first; punctuation around a word is ignored."""
    days = {"1": -2, "2": 3, "3": -1, "4": 1}
    webinars = [Sample(number, "Weekly news", NOW + timedelta(days=day), "Scheduled") for number, day in days.items()]
    assert [found.id for found in find_webinars(WebinarRef("news, weekly!"), webinars, NOW)] == ["4", "2", "3", "1"]


@pytest.mark.parametrize(("typed", "title"), [("resume", "The Résumé Clinic"), ("Résumé", "The resume clinic")])
def test_accents_are_ignored(typed: str, title: str) -> None:
    """In the reference and in the title."""
    kept = Sample("1", title, NOW, "Scheduled")
    assert find_webinars(WebinarRef(typed), [kept], NOW) == [kept]


def test_id_in_quotes_is_a_title() -> None:
    """A quoted id is a word of a title."""
    assert find_webinars(WebinarRef("101", quoted=True), WEBINARS, NOW) == []


@settings(deadline=None)
@given(words=COMMAND_TEXTS, titles=st.lists(COMMAND_TEXTS, max_size=5), hours=st.integers(-3, 3))
def test_any_words_find_each_webinar_at_most_once(words: str, titles: list[str], hours: int) -> None:
    """Never raises; a webinar is always found by its own title."""
    webinars = [
        Sample(str(n), title, NOW + timedelta(hours=hours + n), "Scheduled")
        for n, title in enumerate(titles, start=100)
    ]
    found = find_webinars(WebinarRef(words), webinars, NOW)
    assert sorted(one.id for one in found) == sorted({one.id for one in found})
    for webinar in webinars:
        if webinar.title.strip():
            assert webinar in find_webinars(WebinarRef(webinar.title, quoted=True), webinars, NOW)
