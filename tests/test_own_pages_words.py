"""What our own pages say in every state that a registration and its webinar can be in, and how long a line is."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.models import Audience, Status, Webinar
from bot.registrants import Applicant
from bot.store import applications, line
from bot.store.applications import ApplicationState
from bot.store.connection import Store
from bot.web import sayings
from bot.web.visit import Visit
from tests.store_samples import OTHERS
from tests.webinar_samples import ACCOUNT, NOW, START, WEBINARS, registration, webinar

pytest_plugins = ["tests.databases"]

Said = tuple[int, str, int]

WAITING, ASKED, REGISTERED, THERE, REFUSED, LEAVING, LEFT, STOPPED = ApplicationState
LINE, LISTED, OFF, BEFORE, NOT = (
    "You are in line",
    "You are registered",
    "You are off the list",
    "This address was registered before",
    "You are not registered",
)


def visit(state: ApplicationState, **changes: Any) -> Visit:
    """Somebody's registration, three days before the webinar."""
    facts = {
        "webinar": webinar(),
        "now": NOW,
        "join_url": "https://a.example/join/t",
        "cancel_url": "https://a.example/c",
    }
    return Visit(**{**facts, "state": state, **changes})


@pytest.mark.parametrize(
    ("state", "join", "cancel", "place"),
    [
        (WAITING, (200, LINE, 20), (200, "Take you off the list?", 0), (200, LINE, 20)),
        (ASKED, (200, LINE, 20), (200, LINE, 20), (200, LINE, 20)),
        (REGISTERED, (200, "It has not started yet", 0), (200, "Take you off the list?", 0), (200, LISTED, 0)),
        (THERE, (410, BEFORE, 0), (410, BEFORE, 0), (410, BEFORE, 0)),
        (REFUSED, (410, NOT, 0), (410, NOT, 0), (410, NOT, 0)),
        (LEAVING, (410, "You are not on the list", 0), *[(200, "You are being taken off the list", 20)] * 2),
        (LEFT, (410, "You are not on the list", 0), (200, OFF, 0), (200, OFF, 0)),
        (STOPPED, (410, "You are not on the list", 0), (200, OFF, 0), (200, OFF, 0)),
    ],
)
def test_each_page_says_how_it_stands(state: ApplicationState, join: Said, cancel: Said, place: Said) -> None:
    """Its status, its heading, and after how many seconds it looks again: only where something happens by itself."""
    for page, said in ((sayings.joining, join), (sayings.cancelling, cancel), (sayings.standing, place)):
        saying = page(visit(state))
        assert (saying.status, saying.heading, saying.again) == said
        assert 'datetime="2026-11-24T15:20Z"' in saying.body
        assert ("<button" in saying.body) == (saying.heading == "Take you off the list?")
        assert ("https://a.example/join/t" in saying.body) == (saying.heading == LISTED)


@pytest.mark.parametrize("state", [WAITING, ASKED, REGISTERED, THERE, REFUSED])
@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"status": Status.CANCELLED}, "This webinar is cancelled"),
        ({"status": Status.FINISHED}, "This webinar is over"),
    ],
)
def test_where_there_is_no_webinar_any_more_nothing_else_is_said(
    state: ApplicationState, changes: dict[str, Any], heading: str
) -> None:
    """On any page, to anybody but those who are off the list already."""
    for page in (sayings.joining, sayings.cancelling, sayings.standing):
        saying = page(visit(state, webinar=webinar(**changes)))
        assert (saying.status, saying.heading, saying.again) == (410, heading, 0)


@pytest.mark.parametrize(
    ("before", "changes", "enters"),
    [
        (timedelta(minutes=15, seconds=1), {}, False),
        (timedelta(minutes=15), {}, True),
        (timedelta(minutes=-44), {}, True),
        (timedelta(minutes=-45), {}, False),
        (timedelta(hours=2), {"status": Status.ACTIVE}, True),
        (timedelta(minutes=-90), {"status": Status.ACTIVE}, True),
        (timedelta(), {"status": Status.CANCELLED}, False),
        (timedelta(), {"status": Status.FINISHED}, False),
    ],
)
def test_people_are_let_in_from_a_quarter_of_an_hour_before_until_the_end(
    before: timedelta, changes: dict[str, Any], *, enters: bool
) -> None:
    """Earlier and longer while it runs; and nobody who is not registered."""
    about = {"webinar": webinar(**changes), "now": START - before}
    assert visit(REGISTERED, **about).may_enter is enters
    assert [state for state in ApplicationState if visit(state, **about).may_enter] == [REGISTERED] * enters


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (0, "Nobody is before you. It takes about a minute"),
        (1, "1 person is before you. It takes about a minute"),
        (2, "2 people are before you. It takes about 2 minutes"),
        (199, "199 people are before you. It takes about 100 minutes"),
    ],
)
def test_a_place_in_line_says_about_how_long_it_takes(ahead: int, words: str) -> None:
    """At two people a minute."""
    assert words in sayings.standing(visit(WAITING, ahead=ahead)).body


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("closed", "closed or full"),
        ("answers", "only its own registration page asks for"),
        ("over", "Nobody can register for this webinar any more"),
        ("unclear", "Please register again"),
        ("CMN-101 email", "only for addresses at work"),
        ("CMN-101", "Register again, or ask whoever organises this webinar"),
        ("", "Register again, or ask whoever organises this webinar"),
    ],
)
def test_a_refusal_says_what_to_do(problem: str, words: str) -> None:
    """In our words; the vendor's codes are not shown, and its page only where nothing else helps."""
    known = webinar(registration=registration())
    saying = sayings.standing(visit(REFUSED, problem=problem, webinar=known))
    assert words in saying.body
    assert "CMN" not in saying.body
    assert (known.registration.page_uri in saying.body if known.registration else None) is (problem == "answers")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"registration": registration()}, None),
        ({"registration": registration(limit=4)}, None),
        ({"registration": registration(is_open=False)}, "Registration for this webinar is closed."),
        ({"registration": registration(limit=3, is_open=False)}, "This webinar is full"),
        ({"audience": Audience.ANYONE, "attendee_link": "https://join.example/all"}, 'href="https://join.example/all"'),
        ({"audience": Audience.ANYONE}, "everyone with its link can join"),
        ({"status": Status.CANCELLED}, "There is nothing more to do here."),
        ({"start": NOW - timedelta(hours=1)}, "There is nothing more to do here."),
    ],
)
def test_there_is_a_form_unless_nobody_can_register(changes: dict[str, Any], words: str | None) -> None:
    """What is not known is for RingCentral to say."""
    saying = sayings.no_form(webinar(**changes), NOW)
    assert (saying is None) == (words is None)
    assert saying is None or (words or "") in saying.body


@settings(max_examples=30)
@given(WEBINARS)
def test_any_webinar_can_be_shown_and_nothing_of_it_is_markup(one: Webinar) -> None:
    """Titles of any kind, zones that do not exist."""
    nobody = Applicant(first_name="", last_name="", email="")
    bodies = [page(visit(REGISTERED, webinar=one)).body for page in (sayings.joining, sayings.cancelling)]
    for body in (*bodies, sayings.form(one, nobody, "token")):
        tags = set(re.findall(r"<(\w+)", body))
        assert tags <= {"h2", "p", "br", "time", "form", "button", "input", "label", "div"}


async def test_a_line_is_as_long_as_those_who_wait_or_leave(store: Store) -> None:
    """Who is ahead is counted over all webinars of the account, in the order they came; not lists, not others."""
    async with store.write() as db:

        async def come(key: str, session_id: str = "s1", batch_id: str = "", **about: Any) -> None:
            one = Applicant(first_name="Lena", last_name="Berger", email=f"{key}@visitor.example")
            of = about.get("account", ACCOUNT)
            await applications.add(db, of, session_id, [(0, one, key)], batch_id=batch_id, now=NOW)

        await come("a")
        await come("b", session_id="s2")
        await come("listed", batch_id="batch-1")
        await come("elsewhere", account=OTHERS[0])
        await come("c")
        last = await applications.by_page_key(db, "c")
        assert last is not None
        assert (await line.ahead(db, last), await line.length(db, ACCOUNT, "s1")) == (2, 2)

        first = await applications.by_page_key(db, "a")
        assert first is not None
        await applications.decide(db, first, ApplicationState.REGISTERED, NOW)
        assert (await line.ahead(db, last), await line.length(db, ACCOUNT, "s1")) == (1, 1)
        await applications.leave(db, "a", NOW)
        assert (await line.ahead(db, last), await line.length(db, ACCOUNT, "s1")) == (2, 2)
