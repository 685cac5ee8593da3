"""The text of our own pages in every state of a registration and its webinar, and the length of the queue."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from jinja2 import UndefinedError

from bot.db.connection import Store
from bot.model.registrant import RegistrantDetails
from bot.model.webinar import Audience, Preferences, Registration, Status, Webinar
from bot.registration import request_table
from bot.registration.own_pages import queue_table
from bot.registration.own_pages.page_context import PageContext
from bot.registration.request_state import FOR_APPROVAL
from bot.registration.request_table import RequestState
from bot.web import page_text, waiting_page
from bot.web.event_text import event_text
from bot.web.page_look import PageLook
from bot.web.page_model import EventText, Link, PageText, Refresh
from bot.web.render import PageRenderer
from tests.support.db_samples import OTHER_ACCOUNTS
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NOW, START, WEBINARS, registration, webinar

pytest_plugins = ["tests.support.databases"]

Expected = tuple[int, str, int]

WAITING, ASKED, REGISTERED, THERE, REFUSED, LEAVING, LEFT, STOPPED = RequestState
EARLY = "This webinar has not started yet"
QUEUED, LISTED, OFF, BEFORE, NOT = (
    "You are in line",
    "You are registered",
    "Your registration is canceled",
    "This address is already registered",
    "You are not registered",
)
render = PageRenderer(PageLook())
NOBODY = RegistrantDetails(first_name="", last_name="", email="")


def context(state: RequestState, **changes: Any) -> PageContext:
    """A registration three days before the webinar."""
    values = {
        "webinar": webinar(),
        "now": NOW,
        "join_url": "https://a.example/join/t",
        "cancel_url": "https://a.example/c",
    }
    return PageContext(**{**values, "state": state, **changes})


@each_row(
    ("state", "join", "cancel", "status"),
    [
        (WAITING, (200, QUEUED, 20), (200, "Cancel your registration?", 0), (200, QUEUED, 20)),
        (ASKED, (200, QUEUED, 20), (200, QUEUED, 20), (200, QUEUED, 20)),
        (
            REGISTERED,
            (200, EARLY, 0),
            (200, "Cancel your registration?", 0),
            (200, LISTED, 0),
        ),
        (THERE, (410, BEFORE, 0), (410, BEFORE, 0), (410, BEFORE, 0)),
        (REFUSED, (410, NOT, 0), (410, NOT, 0), (410, NOT, 0)),
        (LEAVING, (410, "Your registration is canceled", 0), *[(200, "Canceling your registration", 20)] * 2),
        (LEFT, (410, "Your registration is canceled", 0), (200, OFF, 0), (200, OFF, 0)),
        (STOPPED, (410, "Your registration is canceled", 0), (200, OFF, 0), (200, OFF, 0)),
    ],
)
def test_each_page_shows_the_state(state: RequestState, join: Expected, cancel: Expected, status: Expected) -> None:
    """The HTTP status, the heading, and the refresh interval: only while work is in progress."""
    pages = (page_text.join_page, join), (page_text.cancel_page, cancel), (page_text.status_page, status)
    for build, expected in pages:
        page = build(context(state))
        html = render.page_html(page)
        assert (page.status, page.heading, page.refresh_s) == expected
        assert 'datetime="2026-11-24T15:20Z"' in html
        assert ("<button" in html) == (page.heading == "Cancel your registration?")
        assert ("https://a.example/join/t" in html) == (page.heading in (LISTED, EARLY))
        assert ("https://a.example/c" in html) == (page.heading == LISTED)


@each_row("state", [WAITING, ASKED, REGISTERED, THERE, REFUSED])
@each_row(
    ("changes", "heading"),
    [
        ({"status": Status.CANCELED}, "This webinar is canceled"),
        ({"status": Status.FINISHED}, "This webinar is over"),
    ],
)
def test_an_ended_webinar_shows_only_that(state: RequestState, changes: dict[str, Any], heading: str) -> None:
    """On each page, to everybody except people who have canceled."""
    for build in (page_text.join_page, page_text.cancel_page, page_text.status_page):
        page = build(context(state, webinar=webinar(**changes)))
        assert (page.status, page.heading, page.refresh_s) == (410, heading, 0)


@each_row(
    ("before", "changes", "expected"),
    [
        (timedelta(minutes=15, seconds=1), {}, False),
        (timedelta(minutes=15), {}, True),
        (timedelta(minutes=-44), {}, True),
        (timedelta(minutes=-45), {}, False),
        (timedelta(hours=2), {"status": Status.ACTIVE}, True),
        (timedelta(minutes=-90), {"status": Status.ACTIVE}, True),
        (timedelta(), {"status": Status.CANCELED}, False),
        (timedelta(), {"status": Status.FINISHED}, False),
    ],
)
def test_registrants_can_join_from_15_minutes_before_the_start_until_the_end(
    before: timedelta, changes: dict[str, Any], *, expected: bool
) -> None:
    """Earlier and later while the webinar is live. Nobody else can join."""
    values = {"webinar": webinar(**changes), "now": START - before}
    assert context(REGISTERED, **values).can_join is expected
    assert [state for state in RequestState if context(state, **values).can_join] == [REGISTERED] * expected


@pytest.mark.parametrize(
    ("ahead", "per_minute", "notice", "refresh_s"),
    [
        (0, 2, "You are number 1 in line. Your wait is about a minute.", 20),
        (1, 2, "You are number 2 in line. Your wait is about a minute.", 20),
        (9, 2, "You are number 10 in line. Your wait is about 5 minutes.", 20),
        (36, 2, "You are number 37 in line. Your wait is about 19 minutes.", 60),
        (36, 60, "You are number 37 in line. Your wait is about a minute.", 20),
        (180, 2, "You are number 181 in line. Your wait is about 2 hours.", 60),
        (799, 1, "You are number 800 in line. Your wait is about 14 hours.", 60),
        (4_999, 1, "You are number 5,000 in line. Your wait is about 84 hours, which may be after the start.", 60),
    ],
)
def test_the_place_in_line_shows_the_expected_wait(ahead: int, per_minute: int, notice: str, refresh_s: int) -> None:
    """At the pace of the provider; a long wait refreshes less often. The start is three days away."""
    page = page_text.status_page(context(WAITING, ahead=ahead, per_minute=per_minute))
    assert (page.notice, page.refresh_s) == (notice, refresh_s)
    assert page.text == waiting_page.COME_BACK


@each_row(
    ("read", "text"),
    [
        (registration(preferences=Preferences()), "and RingCentral will email you your link."),
        (registration(preferences=Preferences(suppress_emails=True)), "come back to this address for your link."),
        (registration(), "come back to this address for your link."),
    ],
)
def test_people_in_line_may_leave(read: Registration, text: str) -> None:
    """An email is promised only if the provider sends one. Where the turn is late, the other page is offered."""
    now = START - timedelta(minutes=30)
    soon, late = (
        page_text.status_page(context(WAITING, ahead=ahead, per_minute=2, now=now, webinar=webinar(registration=read)))
        for ahead in (50, 70)
    )
    assert soon.text.startswith("You can close this page. You will still be registered")
    assert soon.text.endswith(text)
    assert (soon.links, late.links) == ((), (Link("Register at RingCentral Now", read.page_uri),))
    assert late.notice.endswith(waiting_page.LATE)
    assert page_text.status_page(context(ASKED, ahead=0, per_minute=2)).notice == waiting_page.NOW


@each_row(("ahead", "is_certain"), [(0, True), (1, True), (2, False), (40, False)])
def test_the_line_promises_no_more_spots_than_there_are(ahead: int, *, is_certain: bool) -> None:
    """Two spots are left."""
    for preferences, certain, perhaps in (
        (Preferences(), waiting_page.EMAILED, waiting_page.MAYBE_EMAILED),
        (Preferences(suppress_emails=True), waiting_page.COME_BACK, waiting_page.MAYBE_COME_BACK),
    ):
        known = webinar(registration=registration(limit=5, preferences=preferences))
        page = page_text.status_page(context(WAITING, ahead=ahead, per_minute=2, webinar=known))
        assert page.text == (certain if is_certain else perhaps).format(provider="RingCentral")


def test_people_who_canceled_can_register_again_until_the_end() -> None:
    """The page after the form has the way back; after the end, none is suggested."""
    for state in (LEFT, STOPPED):
        assert page_text.status_page(context(state)).links == (Link("Register Again", "?"),)
        assert "where you registered" in page_text.cancel_page(context(state)).notice
        assert "where you registered" in page_text.join_page(context(state)).text
        over = context(state, webinar=webinar(status=Status.FINISHED))
        pages = [build(over) for build in (page_text.join_page, page_text.cancel_page, page_text.status_page)]
        assert [(page.heading, page.links) for page in pages] in (
            [(OFF, ())] * 3,
            [("This webinar is over", ()), *[(OFF, ())] * 2],
        )
        assert [page for page in pages if "again" in f"{page.notice} {page.text}"] == []


@each_row(("preferences", "text"), [(Preferences(), "RingCentral also emails you"), (None, "")])
def test_registered_people_know_whether_an_email_comes(preferences: Preferences | None, text: str) -> None:
    """Only if the provider sends one."""
    known = webinar(registration=registration(preferences=preferences))
    assert page_text.status_page(context(REGISTERED, webinar=known)).text.startswith(text)
    waits = page_text.status_page(context(REGISTERED, webinar=known, problem=FOR_APPROVAL))
    assert (waits.text, len(waits.links)) == ("Bookmark this page to find your links again.", 3)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        ("closed", "Registration closed before your turn"),
        ("answers", "only on the registration page at RingCentral"),
        ("over", "Registration for this webinar has ended"),
        ("unclear", "within an hour. Register again"),
        ("CMN-101 email", "accept only work addresses"),
        ("CMN-101", "Register again, or contact the organizer of this webinar"),
        ("", "Register again, or contact the organizer of this webinar"),
    ],
)
def test_a_refusal_shows_what_to_do(problem: str, text: str) -> None:
    """Without the vendor's code; with the vendor's page only if nothing else helps."""
    known = webinar(registration=registration())
    html = render.page_html(page_text.status_page(context(REFUSED, problem=problem, webinar=known)))
    assert text in html
    assert "CMN" not in html
    assert (known.registration.page_uri in html if known.registration else None) is (problem == "answers")


@each_row(
    ("changes", "text"),
    [
        ({}, None),
        ({"registration": registration()}, None),
        ({"registration": registration(limit=4)}, None),
        ({"registration": registration(is_open=False)}, "Registration for this webinar is closed."),
        ({"registration": registration(limit=3, is_open=False)}, "This webinar is full"),
        ({"audience": Audience.ANYONE, "attendee_link": "https://join.example/all"}, 'href="https://join.example/all"'),
        ({"audience": Audience.ANYONE}, "everyone with its link can join"),
        ({"status": Status.CANCELED}, "If it is in your calendar, remove it there."),
        ({"start": NOW - timedelta(hours=1)}, "You can close this page."),
    ],
)
def test_the_form_is_shown_unless_nobody_can_register(changes: dict[str, Any], text: str | None) -> None:
    """If the registration has not been read yet, the form is shown."""
    page = page_text.closed_page(webinar(**changes), NOW)
    assert (page is None) == (text is None)
    assert page is None or (text or "") in render.page_html(page)
    assert page is None or not page.heading.startswith("Register")


@settings(max_examples=30)
@given(WEBINARS)
def test_no_webinar_adds_markup(one: Webinar) -> None:
    """Any title, and time zones that do not exist."""
    pages = [build(context(REGISTERED, webinar=one)) for build in (page_text.join_page, page_text.cancel_page)]
    form = page_text.form_page(one, NOBODY, "token")
    for html in (*map(render.page_html, pages), render.form_html(form)):
        tags = set(re.findall(r"<(\w+)", html.partition("<body>")[2]))
        assert tags <= {
            "main",
            "h1",
            "h2",
            "p",
            "br",
            "time",
            "form",
            "button",
            "input",
            "label",
            "div",
            "a",
            "script",
            "ul",
            "li",
        }
        assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == [PageLook().script]


def test_values_are_escaped_wherever_a_template_shows_them() -> None:
    """In text, in attributes, in links and in the refresh."""
    evil = """"'><script>alert(1)</script>"""
    link = Link(evil, evil)
    event = EventText(evil, evil, evil, evil, evil, evil)
    page = PageText(200, evil, event, notice=evil, text=evil, links=(link,), button=evil)
    who = RegistrantDetails(first_name=evil, last_name=evil, email=evil)
    one = webinar(title=evil, description=evil, host_name=evil)
    form = page_text.form_page(one, who, evil, errors=dict.fromkeys(("email", "x"), evil), problem=evil)
    named = PageRenderer(PageLook(name=evil, logo_url=evil))
    shown = [named.page_html(page, Refresh(9, evil, evil, is_paused)) for is_paused in (True, False)]
    for html in (*shown, named.form_html(form)):
        assert html.count("<script") == 1
        assert """"'>""" not in html
        assert html.count("&lt;script&gt;") >= 8


def test_a_template_without_its_value_fails() -> None:
    """Instead of showing an empty page."""
    with pytest.raises(UndefinedError):
        render.form_html(PageText(200, "heading"))  # type: ignore[arg-type]  # a page without the values of a form


@each_row(
    "look",
    [
        PageLook(),
        PageLook(color="#ffee00", name="Acme", logo_url="https://cdn.acme.example/a/logo.png?v=2"),
    ],
)
def test_the_style_and_the_script_in_the_page_are_those_whose_hashes_are_allowed(look: PageLook) -> None:
    """Byte for byte, or browsers ignore them. Besides them, only the picture is allowed, and no address but its own."""
    page = PageRenderer(look)
    html, policy = page.page_html(PageText(200, "heading")), page.headers["Content-Security-Policy"]
    for name in ("style", "script"):
        [content] = re.findall(rf"<{name}>(.*?)</{name}>", html, re.DOTALL)
        assert f"{name}-src 'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}';" in policy
    assert "@media" in html
    assert ("img-src https://cdn.acme.example/a/logo.png;" in policy) == bool(look.logo_url)
    assert ("unsafe" in policy, "*" in policy, "img-src" in policy) == (False, False, bool(look.logo_url))


@each_row(
    ("look", "shown", "missing"),
    [
        (PageLook(), ["--brand:#12694a;--on-brand:#ffffff;--edge:#12694a"], ["<img", 'class="company"', " · "]),
        (PageLook(color="#ffee00"), ["--brand:#ffee00;--on-brand:#000000;--edge:#5b6a64"], ["<img"]),
        (PageLook(name="Acme & Co"), ['<p class="company">Acme &amp; Co</p>', "· Acme &amp; Co</title>"], ["<img"]),
        (
            PageLook(name="Acme", logo_url="https://a.example/l.png?a=1&b=2"),
            ['<img src="https://a.example/l.png?a=1&amp;b=2" alt="Acme">'],
            ['company">Acme'],
        ),
    ],
)
def test_every_page_has_the_look_of_the_settings(look: PageLook, shown: list[str], missing: list[str]) -> None:
    """The color with text that is readable on it, and the name or the picture."""
    page = PageRenderer(look)
    for html in (
        page.page_html(page_text.join_page(context(REGISTERED))),
        page.form_html(page_text.form_page(webinar(), NOBODY, "token")),
    ):
        assert [text for text in shown if text not in html] == []
        assert [text for text in missing if text in html] == []


@each_row(
    ("start", "zone", "begins"),
    [
        ("2026-11-24T15:20+00:00", "Europe/Madrid", "Tuesday, November 24, 2026, 4:20 PM (Europe/Madrid), 3:20 PM UTC"),
        (
            "2026-11-25T03:05+00:00",
            "America/New_York",
            "Tuesday, November 24, 2026, 10:05 PM (America/New York), 3:05 AM UTC",
        ),
        ("2026-03-01T12:00+00:00", "UTC", "Sunday, March 1, 2026, 12:00 PM (UTC)"),
        ("2026-03-01T00:30+00:00", "Nowhere/At_All", "Sunday, March 1, 2026, 12:30 AM (UTC)"),
        ("2026-03-01T00:30+00:00", "", "Sunday, March 1, 2026, 12:30 AM (UTC)"),
    ],
)
def test_the_start_is_in_the_zone_of_the_webinar_and_in_utc(start: str, zone: str, begins: str) -> None:
    """In words for people whose browser runs no script, and in a form that the script reads."""
    shown = event_text(webinar(start=datetime.fromisoformat(start), time_zone=zone))
    assert (shown.begins, shown.utc) == (begins, f"{start[:16]}Z")


def test_a_refresh_keeps_the_status_token_and_can_be_paused() -> None:
    """The token is quoted; a page that does not refresh has no controls."""
    page = PageText(200, "heading", refresh_s=20)
    assert page_text.refresh(page, "", is_paused=False) == Refresh(20, "?", "?still=1", is_paused=False)
    with_token = page_text.refresh(page, "a&b", is_paused=True)
    assert with_token == Refresh(20, "?done=a%26b", "?done=a%26b&still=1", is_paused=True)
    assert page_text.refresh(PageText(200, "heading"), "a", is_paused=False) is None


async def test_the_queue_counts_people_who_wait_or_leave(store: Store) -> None:
    """Over all webinars of the account, oldest first; without bulk lists and other accounts."""
    async with store.write() as db:

        async def add(key: str, session_id: str = "s1", batch_id: str = "", **values: Any) -> None:
            one = RegistrantDetails(first_name="Lena", last_name="Berger", email=f"{key}@visitor.example")
            account = values.get("account", ACCOUNT)
            await request_table.add(db, account, session_id, [(0, one, key)], batch_id=batch_id, now=NOW)

        await add("a")
        await add("b", session_id="s2")
        await add("listed", batch_id="batch-1")
        await add("elsewhere", account=OTHER_ACCOUNTS[0])
        await add("c")
        last = await request_table.find_by_page_key(db, "c")
        assert last is not None
        assert (await queue_table.count_ahead(db, last), await queue_table.queue_length(db, ACCOUNT, "s1")) == (2, 2)

        first = await request_table.find_by_page_key(db, "a")
        assert first is not None
        await request_table.save_result(db, first, RequestState.REGISTERED, NOW)
        assert (await queue_table.count_ahead(db, last), await queue_table.queue_length(db, ACCOUNT, "s1")) == (1, 1)
        await request_table.cancel(db, "a", NOW)
        assert (await queue_table.count_ahead(db, last), await queue_table.queue_length(db, ACCOUNT, "s1")) == (2, 2)


def test_a_registration_that_waits_for_approval_says_so() -> None:
    """On every page of it, and taking it off the list is possible as usual."""
    waits = context(REGISTERED, problem=FOR_APPROVAL)
    status = page_text.status_page(waits)
    assert (status.heading, [link.url for link in status.links]) == (
        page_text.WAITS,
        [waits.join_url, f"{waits.join_url}?calendar=1", waits.cancel_url],
    )
    assert page_text.join_page(waits).heading == page_text.WAITS
    assert page_text.no_personal_link(waits).heading == page_text.WAITS
    assert page_text.cancel_page(waits) == page_text.cancel_page(context(REGISTERED))
