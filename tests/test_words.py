"""What is typed after `/webinar` becomes the command that was meant, to the letter, for any text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.words import (
    VERBS,
    Bare,
    Cancel,
    Command,
    Count,
    Create,
    Help,
    List,
    Share,
    Show,
    WebinarWords,
    find,
    parse,
    unescape,
)
from tests.pages import table

NOW = datetime(2026, 3, 11, 13, 0, tzinfo=UTC)
LAUNCH = WebinarWords("Launch day")


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


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Bare()),
        (" \u3000\n", Bare()),
        ("``", Bare()),
        ("help", Help()),
        ("HELP!", Help()),
        ("?", Help()),
        ("help create", Help("create")),
        ("help Creat", Help(None, "Creat", "create")),
        ("create", Create()),
        ("Create Launch day next tue 3pm for 45m", Create("Launch day next tue 3pm for 45m")),
        ("create   Launch   DAY", Create("Launch   DAY")),
        ("create\u3000全体会議", Create("全体会議")),
        ("create\nLaunch\nday", Create("Launch\nday")),
        ("create: Launch", Create("Launch")),
        ('create "Best of" 2026!', Create('"Best of" 2026!')),
        ("`create Launch`", Create("Launch")),
        ("`create` the `map` talk `x`", Create("the `map` talk `x`")),
        ("create `map`", Create("`map`")),
        ("list", List()),
        ("list mine", List("mine")),
        ("LIST Past.", List("past")),
        ("list past budget", List("past", "budget")),
        ("list Budget 2027", List("coming", "Budget 2027")),
        ('list "past perfect"', List("coming", "past perfect")),
        ("show", Show(WebinarWords())),
        ("show 1042", Show(WebinarWords("1042"))),
        ("\u200bｓｈｏｗ  next", Show(WebinarWords("next"))),
        ("show Launch day", Show(LAUNCH)),
        ('show "Launch day"', Show(WebinarWords("Launch day", quoted=True))),
        ("show “Launch day”", Show(WebinarWords("Launch day", quoted=True))),
        ("show ‘Don’t panic’", Show(WebinarWords("Don’t panic", quoted=True))),
        ('show "a" or "b"', Show(WebinarWords('"a" or "b"'))),
        ("count Q&amp;A", Count(WebinarWords("Q&A"))),
        ("cancel Launch day", Cancel(LAUNCH)),
        ("share", Share(WebinarWords())),
        ("share Launch day", Share(LAUNCH)),
        ("share Launch day <#C123|general>", Share(LAUNCH, "C123", "general")),
        ("share Launch day <#C123>", Share(LAUNCH, "C123")),
        ("share Launch day <#C123|>", Share(LAUNCH, "C123")),
        ("share Launch day to <#C123|general>.", Share(LAUNCH, "C123", "general")),
        ("share News of <#C1|a> <#C2|b>", Share(WebinarWords("News of #a"), "C2", "b")),
        ("share <#C123|general> Launch day", Share(LAUNCH, "C123", "general")),
        ("share Launch day in #launch-2026", Share(LAUNCH, None, "launch-2026")),
        ("share #general", Share(WebinarWords(), None, "general")),
        ("share Episode #5", Share(WebinarWords("Episode #5"))),
        ("edit 5", Help(None, "edit")),
        ("creat Launch", Help(None, "creat", "create")),
        ("delete 5", Help(None, "delete", "cancel")),
        ("sh", Help(None, "sh", "show")),
        ("c", Help(None, "c")),
        ("frobnicate", Help(None, "frobnicate")),
        ("&lt;b&gt;", Help(None, "<b>")),
    ],
)
def test_text_is_the_command_meant(text: str, command: Command) -> None:
    """What people type, in all its untidiness, is one command."""
    assert parse(text) == command


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("Q&amp;A &lt;live&gt;", "Q&A <live>"),
        ("&amp;lt;", "&lt;"),
        ("with <@U1|ana> and <@U2>", "with @ana and @U2"),
        ("in <#C1|general> and <#C2>", "in #general and #C2"),
        ("<https://a.example/?x=1&amp;y=2>", "https://a.example/?x=1&y=2"),
        ("<https://a.example|a.example>", "a.example"),
        ("<mailto:me@a.example|me@a.example>", "me@a.example"),
        ("<!here> <!subteam^S1|@sales>", "@here @sales"),
        ("a < b > c <3 <> <b>", "a < b > c <3 <> <b>"),
        ("&copy; &#39;", "&copy; &#39;"),
    ],
)
def test_marks_of_slack_become_what_was_typed(sent: str, typed: str) -> None:
    """Slack's escapes never reach a title."""
    assert unescape(sent) == typed
    assert parse(f"create {sent}") == Create(typed)


@pytest.mark.parametrize(("typed", "means", "because"), table("commands.md", "typed"))
def test_documented_name_means_what_the_page_says(typed: str, means: str, because: str) -> None:
    """Each example of the page finds the webinars that it names, in that order."""
    command = parse(f"show {typed.strip('`')}")
    assert isinstance(command, Show)
    assert [found.id for found in find(command.which, WEBINARS, NOW)] == [
        number for number in means.split(", ") if number != "none"
    ]


def test_documentation_has_its_tables() -> None:
    """The tables read above are there: none of these tests passes by finding nothing."""
    assert (len(WEBINARS), len(table("commands.md", "typed"))) == (6, 11)


def test_documentation_names_every_verb() -> None:
    """The page lists all verbs, and only verbs."""
    said = [row[0].strip("`").split()[1:2] for row in table("commands.md", "command")]
    assert {verb for words in said for verb in words} == set(VERBS)


def test_next_passes_over_what_is_over_or_was_never_opened() -> None:
    """`next` is neither finished, nor cancelled, nor one that nobody opened for an hour; of two at once it is both."""
    at = NOW + timedelta(hours=2)
    soon = [Kept("1", "A", at, "Scheduled"), Kept("2", "B", at, "Scheduled")]
    others = [
        Kept("3", "C", NOW + timedelta(hours=1), "Cancelled"),
        Kept("4", "D", NOW - timedelta(minutes=5), "Finished"),
        Kept("5", "E", NOW - timedelta(hours=1), "Scheduled"),
    ]
    assert find(WebinarWords("NEXT!"), [*others, *soon], NOW) == soon
    late = Kept("6", "F", NOW - timedelta(minutes=59), "Scheduled")
    assert find(WebinarWords("next"), [*others, *soon, late], NOW) == [late]
    assert find(WebinarWords("next"), others, NOW) == []


def test_nothing_named_finds_nothing() -> None:
    """Without words there is nothing to find: the picker is the answer."""
    assert find(WebinarWords(), WEBINARS, NOW) == []


def test_found_webinars_stand_in_a_sensible_order() -> None:
    """What comes, the soonest first, then what is over, the latest first; marks around a word do not matter."""
    days = {"1": -2, "2": 3, "3": -1, "4": 1}
    webinars = [Kept(number, "Weekly news", NOW + timedelta(days=day), "Scheduled") for number, day in days.items()]
    assert [found.id for found in find(WebinarWords("news, weekly!"), webinars, NOW)] == ["4", "2", "3", "1"]


def test_id_in_quotes_is_a_title() -> None:
    """Quotes turn an id, too, into words of a title."""
    assert find(WebinarWords("101", quoted=True), WEBINARS, NOW) == []


ANY = st.one_of(
    st.text(max_size=80),
    st.builds(
        " ".join,
        st.lists(
            st.sampled_from(
                [*VERBS, "mine", "next", "#a", "<#C1|a>", "<@U1>", "&amp;", "`", '"', "<", "|", "to", "\u200b", "5"]
            )
            | st.text(max_size=4),
            max_size=8,
        ),
    ),
)


@settings(max_examples=500, deadline=None)
@given(ANY)
def test_any_text_is_a_command(text: str) -> None:
    """No text raises, and spaces around it change nothing."""
    assert parse(f" \u3000{text}\n") == parse(text)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_title_comes_back_to_the_letter(title: str) -> None:
    """What was typed after `create`, escaped as Slack does, is what the form gets, and getting it again is the same."""
    sent = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse(f"create {sent}") == Create(title.strip())


@settings(deadline=None)
@given(ANY)
def test_reading_a_command_again_changes_nothing(text: str) -> None:
    """What a command holds, sent again as Slack would send it, is the same command."""
    command = parse(f"create {text}")
    assert isinstance(command, Create)
    sent = command.words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse(f"create {sent}") == command


@settings(deadline=None)
@given(words=ANY, titles=st.lists(ANY, max_size=5), hours=st.integers(-3, 3))
def test_any_words_find_some_of_the_webinars(words: str, titles: list[str], hours: int) -> None:
    """No words raise; a webinar is found at most once, and by its own title always."""
    webinars = [
        Kept(str(n), title, NOW + timedelta(hours=hours + n), "Scheduled") for n, title in enumerate(titles, start=100)
    ]
    found = find(WebinarWords(words), webinars, NOW)
    assert sorted(one.id for one in found) == sorted({one.id for one in found})
    for webinar in webinars:
        if webinar.title.strip():
            assert webinar in find(WebinarWords(webinar.title, quoted=True), webinars, NOW)
