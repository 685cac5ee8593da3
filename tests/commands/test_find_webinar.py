"""Words for a webinar find the webinars meant, and what follows them is told apart from a title."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parser import Remind, Show, parse
from bot.commands.resolve import resolve_remind
from bot.commands.slack_text import unescape
from bot.commands.webinar_ref import WebinarRef, find_webinars
from tests.support.command_samples import COMMAND_TEXTS
from tests.support.docs_tables import table
from tests.support.rows import each_row

NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Kept:
    """A webinar as far as `find` looks at it."""

    id: str
    title: str
    start: datetime
    status: str


WEBINARS = [
    Kept(number, title, datetime.fromisoformat(start).replace(tzinfo=UTC), status)
    for number, title, start, status in table("commands.md", "id")
]


def test_documentation_has_its_tables() -> None:
    """The tables read here are there: none of these tests passes by finding nothing."""
    assert [len(table("commands.md", first)) for first in ("id", "typed", "also after `remind`")] == [6, 11, 4]


@each_row(("typed", "means", "because"), table("commands.md", "typed"))
def test_documented_name_means_what_the_page_says(typed: str, means: str, because: str) -> None:
    """Each example of the page finds the webinars that it names, in that order."""
    command = parse(f"show {typed.strip('`')}")
    assert isinstance(command, Show)
    assert [found.id for found in find_webinars(command.which, WEBINARS, NOW)] == [
        number for number in means.split(", ") if number != "none"
    ]


@pytest.mark.parametrize(("typed", "webinar", "times"), table("commands.md", "also after `remind`"))
def test_documented_reminder_is_settled_by_the_webinars_there_are(typed: str, webinar: str, times: str) -> None:
    """Wrong times at the end do not become a part of a title."""
    command = parse(f"remind {typed}")
    assert isinstance(command, Remind)
    assert resolve_remind(command, WEBINARS, NOW) == Remind(WebinarRef(webinar), times)


def test_whole_title_holds_no_times() -> None:
    """A webinar may be called by a length, or end in one."""
    titles = ["24 hours", "Intro to 3D"]
    webinars = [Kept(str(at), title, NOW, "Scheduled") for at, title in enumerate(titles)]
    for title in titles:
        command = parse(f"remind {title.lower()}")
        assert isinstance(command, Remind)
        assert command.times != ""
        assert resolve_remind(command, webinars, NOW) == Remind(WebinarRef(title.lower()))


def test_settling_leaves_alone_what_is_clear() -> None:
    """Quotes and "defaults" say what is meant; a webinar that matches as a whole keeps its words."""
    for command in (
        Remind(WebinarRef("launch soon", quoted=True)),
        Remind(WebinarRef("defaults"), "soon"),
        Remind(WebinarRef("launch day"), "1d"),
    ):
        assert resolve_remind(command, WEBINARS, NOW) == command


def test_next_passes_over_what_is_over_or_was_never_opened() -> None:
    """`next` is neither finished, nor cancelled, nor one that nobody opened for an hour; of two at once it is both."""
    at = NOW + timedelta(hours=2)
    soon = [Kept("1", "A", at, "Scheduled"), Kept("2", "B", at, "Scheduled")]
    others = [
        Kept("3", "C", NOW + timedelta(hours=1), "Cancelled"),
        Kept("4", "D", NOW - timedelta(minutes=5), "Finished"),
        Kept("5", "E", NOW - timedelta(hours=1), "Scheduled"),
    ]
    assert find_webinars(WebinarRef("NEXT!"), [*others, *soon], NOW) == soon
    late = Kept("6", "F", NOW - timedelta(minutes=59), "Scheduled")
    assert find_webinars(WebinarRef("next"), [*others, *soon, late], NOW) == [late]
    assert find_webinars(WebinarRef("next"), others, NOW) == []


def test_nothing_named_finds_nothing() -> None:
    """Without words there is nothing to find: the picker is the answer."""
    assert find_webinars(WebinarRef(), WEBINARS, NOW) == []


def test_found_webinars_stand_in_a_sensible_order() -> None:
    """What comes, the soonest first, then what is over, the latest first; marks around a word do not matter."""
    days = {"1": -2, "2": 3, "3": -1, "4": 1}
    webinars = [Kept(number, "Weekly news", NOW + timedelta(days=day), "Scheduled") for number, day in days.items()]
    assert [found.id for found in find_webinars(WebinarRef("news, weekly!"), webinars, NOW)] == ["4", "2", "3", "1"]


@pytest.mark.parametrize(("typed", "title"), [("resume", "The Résumé Clinic"), ("Résumé", "The resume clinic")])
def test_accents_within_a_word_do_not_matter(typed: str, title: str) -> None:
    """On either side."""
    kept = Kept("1", title, NOW, "Scheduled")
    assert find_webinars(WebinarRef(typed), [kept], NOW) == [kept]


def test_id_in_quotes_is_a_title() -> None:
    """Quotes turn an id, too, into words of a title."""
    assert find_webinars(WebinarRef("101", quoted=True), WEBINARS, NOW) == []


@settings(deadline=None)
@given(text=COMMAND_TEXTS, titles=st.lists(COMMAND_TEXTS, max_size=4))
def test_any_reminder_keeps_every_word(text: str, titles: list[str]) -> None:
    """Webinar and times together are what was typed, before and after looking at the webinars; quotes aside."""
    command = parse(f"remind {text}")
    assert isinstance(command, Remind)
    settled = resolve_remind(command, [Kept("1", title, NOW, "Scheduled") for title in titles], NOW)
    for one in (command, settled):
        if not one.which.quoted and one.times:
            assert f"{one.which.text} {one.times}".split() == unescape(text.strip()).split() or one.which.is_defaults


@settings(deadline=None)
@given(words=COMMAND_TEXTS, titles=st.lists(COMMAND_TEXTS, max_size=5), hours=st.integers(-3, 3))
def test_any_words_find_some_of_the_webinars(words: str, titles: list[str], hours: int) -> None:
    """No words raise; a webinar is found at most once, and by its own title always."""
    webinars = [
        Kept(str(n), title, NOW + timedelta(hours=hours + n), "Scheduled") for n, title in enumerate(titles, start=100)
    ]
    found = find_webinars(WebinarRef(words), webinars, NOW)
    assert sorted(one.id for one in found) == sorted({one.id for one in found})
    for webinar in webinars:
        if webinar.title.strip():
            assert webinar in find_webinars(WebinarRef(webinar.title, quoted=True), webinars, NOW)
