"""Parse the text after `/webinar` into a command."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.add_args import Add
from bot.commands.limit_arg import Limit
from bot.commands.list_args import List
from bot.commands.parser import (
    CancelWebinar,
    Close,
    Command,
    Count,
    Create,
    Edit,
    Help,
    Home,
    Open,
    Share,
    Show,
    ShowRegistration,
    Subscribe,
    Subscriptions,
    Target,
    Unsubscribe,
    corrected,
    parse,
)
from bot.commands.remind_args import Remind, RemindMe
from bot.commands.report_args import ShowReport
from bot.commands.slack_text import unescape
from bot.commands.verbs import SYNONYMS, VERBS
from bot.commands.webinar_ref import WebinarRef
from tests.support.command_samples import COMMAND_TEXTS
from tests.support.docs_tables import table
from tests.support.rows import each_row

LAUNCH = WebinarRef("Launch day")


@each_row(
    ("text", "command"),
    [
        ("", Home()),
        (" \u3000\n", Home()),
        ("``", Home()),
        ("unregister", Home()),
        ("Unregister Launch day", Home()),
        ("leave launch", Home()),
        ("my seats", Home()),
        ("my link", Home()),
        ("cancel my seat", Home()),
        ("cancel My registration for Launch day", Home()),
        ("link me", Home()),
        ("help", Help()),
        ("HELP!", Help()),
        ("?", Help()),
        ("help create", Help("create")),
        ("help Creat", Help(None, "Creat", "create")),
        ("add", Add()),
        ("add 812 3456 7890", Add("81234567890", "", "81234567890")),
        ("add <https://us02web.zoom.us/j/81234567890?pwd=x|Launch>", Add("81234567890", "", "81234567890")),
        ("add Launch day", Add("", "", "Launch day")),
        (
            "add https://zoom.us/webinar/register/WN_a?tk=x",
            Add("", "WN_a", "https://zoom.us/webinar/register/WN_a"),
        ),
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
        ("list past budget talk 2027", List("past", "budget talk 2027")),
        ("list mine budget", List("mine", "budget")),
        ("list upcoming", List()),
        ("list coming up", List()),
        ("list Upcoming budget", List("coming", "budget")),
        ("list today", List("today")),
        ("list Today!", List("today")),
        ("list tomorrow", List("tomorrow")),
        ("list this week", List("this week")),
        ("list This\u00a0Week budget talk", List("this week", "budget talk")),
        ("list next week", List("next week")),
        ("list this", List("coming", "this")),
        ("list this quarter", List("coming", "this quarter")),
        ('list "today"', List("coming", "today", quoted=True)),
        ("list Budget 2027", List("coming", "Budget 2027")),
        ('list "past perfect"', List("coming", "past perfect", quoted=True)),
        ("show", Show(WebinarRef())),
        ("show 1042", Show(WebinarRef("1042"))),
        ("report", ShowReport(WebinarRef())),
        ("report last", ShowReport(WebinarRef("last"))),
        ('Report "Launch day"', ShowReport(WebinarRef("Launch day", quoted=True))),
        ("results launch", Help(unknown="results", nearest="report")),
        ("attendance", Help(unknown="attendance", nearest="report")),
        ("https://us02web.zoom.us/j/81234567890?pwd=x", Help(unknown="81234567890")),
        ("<https://acme.zoom.us/my/lena?pwd=x|room> 3pm", Help(unknown="https://acme.zoom.us/my/lena")),
        ("\u200bｓｈｏｗ  next", Show(WebinarRef("next"))),
        ("show Launch day", Show(LAUNCH)),
        ('show ""', Show(WebinarRef(quoted=True))),
        ('show "Launch day"', Show(WebinarRef("Launch day", quoted=True))),
        ("show “Launch day”", Show(WebinarRef("Launch day", quoted=True))),
        ("show ‘Don’t panic’", Show(WebinarRef("Don’t panic", quoted=True))),
        ('show "a" or "b"', Show(WebinarRef('"a" or "b"'))),
        ("count Q&amp;A", Count(WebinarRef("Q&A"))),
        ("cancel Launch day", CancelWebinar(LAUNCH)),
        ("edit Launch day", Edit(LAUNCH)),
        ("share", Share(WebinarRef())),
        ("share Launch day", Share(LAUNCH)),
        ("share Launch day <#C123|general>", Share(LAUNCH, "C123", "general")),
        ("share Launch day <#C123>", Share(LAUNCH, "C123")),
        ("share Launch day <#C123|>", Share(LAUNCH, "C123")),
        ("share Launch day to <#C123|general>.", Share(LAUNCH, "C123", "general")),
        ("share News of <#C1|a> <#C2|b>", Share(WebinarRef("News of #a"), "C2", "b")),
        ("share <#C123|general> Launch day", Share(LAUNCH, "C123", "general")),
        ("share <#C123|general> X", Share(WebinarRef("X"), "C123", "general")),
        ("share Launch day in #launch-2026", Share(LAUNCH, None, "launch-2026")),
        ("share #general", Share(WebinarRef(), None, "general")),
        ("share Episode #5", Share(WebinarRef("Episode #5"))),
        ("open Launch day", Open(LAUNCH)),
        ('close "Launch day"', Close(WebinarRef("Launch day", quoted=True))),
        ("OPEN", Open(WebinarRef())),
        ("registration", ShowRegistration(WebinarRef())),
        ("Registration: Launch day", ShowRegistration(LAUNCH)),
        ('registration "Launch day"', ShowRegistration(WebinarRef("Launch day", quoted=True))),
        ("registation Launch", Help(None, "registation", "registration")),
        ("registrations Launch", Help(None, "registrations", "registrants")),
        ("remind", Remind(WebinarRef())),
        ("remind 10m", Remind(WebinarRef(), "10m")),
        ("remind 5 hours", Remind(WebinarRef(), "5 hours")),
        ("remind Launch day 1d. 10m!", Remind(LAUNCH, "1d. 10m!")),
        ("remind Launch day 1d, 1h,10m", Remind(LAUNCH, "1d, 1h,10m")),
        ("remind Defaults", Remind(WebinarRef("defaults"))),
        ("remind Launch day 1½h ½h", Remind(LAUNCH, "1½h ½h")),
        ("remind Launch day 1 ½ hours", Remind(LAUNCH, "1 ½ hours")),
        ("remind Launch day 1/2 hour", Remind(LAUNCH, "1/2 hour")),
        ("remind defaults rather soon", Remind(WebinarRef("defaults"), "rather soon")),
        ("remind Q&amp;A &amp; more １ｄ", Remind(WebinarRef("Q&A & more"), "１ｄ")),
        ("remind ‘Don’t panic’ 1h", Remind(WebinarRef("Don’t panic", quoted=True), "1h")),
        ('remind "defaults" 1h', Remind(WebinarRef("defaults", quoted=True), "1h")),
        ("remind me", RemindMe(WebinarRef())),
        ("Remind ME launch day", RemindMe(WebinarRef("launch day"))),
        ("remind me about Launch day", RemindMe(LAUNCH)),
        ("remind myself of Launch day 1h", RemindMe(LAUNCH, "1h")),
        ("remind me 1h before Launch day", RemindMe(LAUNCH, "1h")),
        ("remind me 30 minutes before the start of Launch day", RemindMe(LAUNCH, "30 minutes")),
        ("remind me in 10 minutes", RemindMe(WebinarRef(), "in 10 minutes")),
        ("remind me about Launch day in 1 hour", RemindMe(LAUNCH, "in 1 hour")),
        ("remind me in 1h about Launch day", RemindMe(LAUNCH, "in 1h")),
        ("remind me launch 10 minutes before it starts", RemindMe(WebinarRef("launch"), "10 minutes")),
        ("remind me 10m before the start.", RemindMe(WebinarRef(), "10m")),
        ('remind me 1h before "Launch day"', RemindMe(WebinarRef("Launch day", quoted=True), "1h")),
        ("remind me next 1d 1h", RemindMe(WebinarRef("next"), "1d 1h")),
        ("remind me 101", RemindMe(WebinarRef("101"))),
        ("remind me: launch", RemindMe(WebinarRef("launch"))),
        ('remind me "Launch day" 10m', RemindMe(WebinarRef("Launch day", quoted=True), "10m")),
        ('remind "Me and you" 1h', Remind(WebinarRef("Me and you", quoted=True), "1h")),
        ("remind media day 1h", Remind(WebinarRef("media day"), "1h")),
        ('remind "a" or "b" 1h', Remind(WebinarRef('"a" or "b"'), "1h")),
        ("subscriptions", Subscriptions()),
        ("subscribe list", Subscriptions()),
        ("subscribe “live” &amp; full!", Subscribe(("live", "full"))),
        ("subscribe live for", Subscribe(("live",))),
        ("unsubscribe", Unsubscribe()),
        ("unsubscribe live from “Launch day”", Unsubscribe(("live",), WebinarRef("Launch day", quoted=True))),
        ("unsubscribe reminders, mine", Unsubscribe(("reminders",), "mine")),
        ("limit", Limit(WebinarRef())),
        ("limit Launch day 1,000", Limit(LAUNCH, "1,000")),
        ("limit Launch day 2 500", Limit(LAUNCH, "2 500")),
        ("limit Launch day to 1 000 000", Limit(LAUNCH, "1 000 000")),
        ("limit Launch day 2\u202f500", Limit(LAUNCH, "2\u202f500")),
        ("limit Launch day\u00a02\u2009500.", Limit(LAUNCH, "2\u2009500.")),
        ("limit Budget 2027 500", Limit(WebinarRef("Budget 2027"), "500")),
        ("limit 101 500", Limit(WebinarRef("101"), "500")),
        ("limit 101 2 500", Limit(WebinarRef("101"), "2 500")),
        ('limit "Launch day" 2 500', Limit(WebinarRef("Launch day", quoted=True), "2 500")),
        ('limit "Launch day"', Limit(WebinarRef("Launch day", quoted=True))),
        ("follow Launch", Help(None, "follow", "subscribe")),
        ("mute 5", Help(None, "mute", "unsubscribe")),
        ("reopen 5", Help(None, "reopen", "open")),
        ("cap 5", Help(None, "cap", "limit")),
        ("rename 5", Help(None, "rename", "edit")),
        ("update 5", Help(None, "update", "edit")),
        ("creat Launch", Help(None, "creat", "create")),
        ("delete 5", Help(None, "delete", "cancel")),
        ("sh", Help(None, "sh", "show")),
        ("uns", Help(None, "uns", "unsubscribe")),
        ("c", Help(None, "c")),
        ("frobnicate", Help(None, "frobnicate")),
        ("Xshow 5", Help(None, "Xshow", "show")),
        ("&lt;b&gt;", Help(None, "<b>")),
    ],
)
def test_text_is_parsed_into_a_command(text: str, command: Command) -> None:
    """Whatever its case, spaces, quotes and code marks."""
    assert parse(text) == command


@each_row(
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
def test_slacks_escapes_are_decoded(sent: str, typed: str) -> None:
    """They never reach a title."""
    assert unescape(sent) == typed
    assert parse(f"create {sent}") == Create(typed)


@each_row(("typed", "webinar", "times"), table("commands.md", "typed after `remind`"))
def test_documented_reminders_are_parsed(typed: str, webinar: str, times: str) -> None:
    """The lengths at the end are the times, the rest is the webinar."""
    shown = parse(f"show {webinar}")
    assert isinstance(shown, Show)
    assert parse(f"remind {typed}") == Remind(shown.which, times)


@each_row(("typed", "webinar", "times"), table("commands.md", "typed for yourself"))
def test_documented_reminders_of_ones_own_are_parsed(typed: str, webinar: str, times: str) -> None:
    """The times come last or first; what is left is the webinar."""
    shown = parse(f"show {webinar}")
    assert isinstance(shown, Show)
    assert parse(f"remind {typed}") == RemindMe(shown.which, times)


@each_row(("typed", "features", "about"), table("commands.md", "typed after `subscribe`"))
def test_documented_subscriptions_are_parsed(typed: str, features: str, about: str) -> None:
    """First the features, then the target."""
    shown = parse(f"show {about}")
    assert isinstance(shown, Show)
    everyones: dict[str, Target] = {"all": "all", "mine": "mine"}
    expected = tuple(features.split(", ")) if features else ()
    assert parse(f"subscribe {typed}") == Subscribe(expected, everyones.get(about, shown.which))
    assert parse(f"unsubscribe {typed}") == Unsubscribe(expected, everyones.get(about, shown.which))


@pytest.mark.parametrize(("typed", "webinar", "limit"), table("commands.md", "typed after `limit`"))
def test_documented_limits_are_parsed(typed: str, webinar: str, limit: str) -> None:
    """The limit is the last word, the rest is the webinar."""
    shown = parse(f"show {webinar}")
    assert isinstance(shown, Show)
    assert parse(f"limit {typed}") == Limit(shown.which, limit)


def test_documentation_has_its_tables() -> None:
    """The tables above exist, so that the tests that read them are not empty."""
    read = [
        "id",
        "typed",
        *(f"typed after `{verb}`" for verb in ("invite", "remind", "subscribe", "limit")),
        "also after `remind`",
        "typed for yourself",
    ]
    assert [len(table("commands.md", first)) for first in read] == [6, 11, 8, 11, 11, 8, 7, 5]


def test_synonyms_lead_to_verbs() -> None:
    """No synonym is a verb."""
    assert set(SYNONYMS) & set(VERBS) == set()
    assert set(SYNONYMS.values()) <= set(VERBS)


def test_documentation_lists_every_verb() -> None:
    """And nothing else."""
    documented = [row[0].strip("`").split()[1:2] for row in table("commands.md", "command")]
    assert {verb for words in documented for verb in words} == set(VERBS)


@settings(deadline=None)
@given(COMMAND_TEXTS)
def test_any_text_is_a_command(text: str) -> None:
    """Never raises; surrounding spaces make no difference."""
    assert parse(f" \u3000{text}\n") == parse(text)


@settings(deadline=None)
@given(st.text(max_size=80))
def test_title_is_unchanged(title: str) -> None:
    """The text after `create` reaches the form exactly as typed."""
    sent = title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse(f"create {sent}") == Create(title.strip())


@settings(deadline=None)
@given(COMMAND_TEXTS)
def test_parsing_twice_changes_nothing(text: str) -> None:
    """A command's text, escaped and parsed again, is the same command."""
    command = parse(f"create {text}")
    assert isinstance(command, Create)
    sent = command.words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert parse(f"create {sent}") == command


@pytest.mark.parametrize(
    ("typed", "verb", "corrected_text"),
    [
        ("ad https://acme.zoom.us/j/81234567890?pwd=x", "add", "add 81234567890"),
        ("ad <https://acme.zoom.us/meeting/register/tZ1?tk=x>", "add", "add https://acme.zoom.us/meeting/register/tZ1"),
        ("shw https://acme.zoom.us/j/81234567890?pwd=x", "show", "show 81234567890"),
        ("creat Launch https://acme.example/a?b=c", "create", "create Launch https://acme.example/a?b=c"),
    ],
)
def test_a_corrected_command_has_no_password(typed: str, verb: str, corrected_text: str) -> None:
    """It is shown, and kept in the button that runs it."""
    assert corrected(typed, verb) == corrected_text
