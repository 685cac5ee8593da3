"""The list of past webinars: what it selects, its totals and trend, and its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.list_args import parse_list
from bot.model.people import Person
from bot.model.webinar import Audience, Status, Webinar
from bot.slack.message import Message
from bot.webinars.totals import Turnout, percent_of, totals
from handlers.browse.past_texts import PastPage, past_listing, result_line
from handlers.browse.selection import select_past
from tests.support.block_kit import buttons, check_message, visible_text
from tests.support.rows import each_row
from tests.support.webinar_samples import ACCOUNT, NASTY, registration, webinar

NOW = datetime(2026, 11, 21, 15, 20, tzinfo=UTC)
PERSON = Person(workspace=ACCOUNT.workspace, user_id="U1", name="Ana", time_zone="Europe/Madrid")


def past(session_id: str, on: str, *, count: int | None = 100, **changes: Any) -> Webinar:
    """A finished webinar."""
    read = None if count is None else registration(count=count, **changes.pop("read", {}))
    start = datetime.fromisoformat(f"{on}T10:00:00+00:00")
    return webinar(session_id=session_id, start=start, status=Status.FINISHED, registration=read, **changes)


KNOWN = [
    past("s1", "2026-08-10", count=50, title="Kubernetes"),
    past("s2", "2026-09-10", count=50, title="Budget 2027"),
    past("s3", "2026-10-05", count=100, title="Launch day", description="With <b>Kubernetes</b> and coffee"),
    past("s4", "2026-11-02", count=200, title="Café chat", created_by="U2"),
    past("s5", "2026-11-03", title="Open house", count=None, audience=Audience.ANYONE),
    webinar(session_id="s6", title="Kubernetes soon"),
    past("s7", "2026-11-04", title="Kubernetes canceled").model_copy(update={"status": Status.CANCELED}),
]
TURNOUTS = {
    "s1": Turnout(registered=50, attended=25),
    "s2": Turnout(registered=50, attended=26),
    "s3": Turnout(registered=100, attended=58),
}


def ids(typed: str) -> list[str]:
    """The webinars of `list past …`."""
    return [one.session_id for one in select_past(KNOWN, parse_list(f"past {typed}"), PERSON, NOW).webinars]


@each_row(
    ("typed", "expected"),
    [
        ("", ["s5", "s4", "s3", "s2", "s1"]),
        ("kubernetes", ["s3", "s1"]),
        ("KUBERNETES coffee", ["s3"]),
        ("cafe", ["s4"]),
        ("s3", ["s3"]),
        ("this quarter", ["s5", "s4", "s3"]),
        ("q3", ["s2", "s1"]),
        ("kubernetes this quarter", ["s3"]),
        ("this quarter kubernetes", ["s3"]),
        ("budget 2027", ["s2"]),
        ("2027", []),
        ('"2027"', ["s2"]),
        ("mine", ["s5", "s3", "s2", "s1"]),
        ("mine this quarter", ["s5", "s3"]),
        ("mine kubernetes", ["s3", "s1"]),
        ('"mine"', []),
        ("nothing like it", []),
    ],
)
def test_past_list_has_what_was_typed(typed: str, expected: list[str]) -> None:
    """Words in titles and descriptions, a period, both; without canceled and upcoming webinars."""
    assert ids(typed) == expected


def listing(typed: str, turnouts: Mapping[str, Turnout] = TURNOUTS, manageable: tuple[str, ...] = ()) -> Message:
    """The reply to `list past …`."""
    command = parse_list(f"past {typed}")
    selection = select_past(KNOWN, command, PERSON, NOW)
    page = PastPage(
        selection=selection,
        totals=totals(selection.webinars, turnouts),
        earlier=totals(selection.earlier, turnouts) if selection.period else None,
        which=command.text,
        page=1,
        pages=1,
        turnouts=turnouts,
        manageable=manageable,
    )
    shown = past_listing(page, now=NOW, seen_at=NOW, providers=["RingCentral"])
    check_message(shown.text, shown.blocks)
    return shown


@each_row(
    ("typed", "head"),
    [
        (
            "this quarter",
            "This quarter: 3 webinars, 300 registered, 58% came (known for 1 of 2), up from 51% last quarter.",
        ),
        ("q3", "Q3: 2 webinars, 100 registered, 51% came."),
        ("september", "September 2026: 1 webinar, 50 registered, 52% came, up from 50% in August 2026."),
        ("kubernetes", "Past webinars, matching “kubernetes”: 2 webinars, 150 registered, 55% came."),
        ("mine", "Your past webinars: 4 webinars, 200 registered, 55% came."),
        ("mine november", "November 2026, your webinars: 1 webinar."),
    ],
)
def test_totals_are_those_of_the_list(typed: str, head: str) -> None:
    """With the trend of a period, and over how many webinars the share is known."""
    assert listing(typed).text.startswith(f"{head} ")


def test_totals_show_the_days_and_the_period_before() -> None:
    """So that a wrong guess and the basis of the trend are visible."""
    shown = visible_text(listing("this quarter").blocks)
    assert "Oct 1 – Dec 31, 2026 · Last quarter: 2 webinars, 100 registered, 51% came" in shown


def test_people_of_a_webinar_without_registration_are_in_no_share() -> None:
    """Its settings asked for registration, but the report found none: nobody came more than once."""
    found = totals(KNOWN[:2], {"s1": TURNOUTS["s1"], "s2": Turnout(registered=None, attended=500)})
    assert (found.registered, found.percent, found.known, found.with_registration, found.unread) == (50, 50, 1, 1, 0)


def test_trend_down_and_flat_is_named() -> None:
    """And there is none if one share is not known."""
    same = {**TURNOUTS, "s3": Turnout(registered=100, attended=51)}
    down = {**TURNOUTS, "s3": Turnout(registered=100, attended=5)}
    assert ", the same as last quarter. " in listing("this quarter", same).text
    assert ", down from 51% last quarter. " in listing("this quarter", down).text
    assert "from" not in listing("this quarter", {"s3": TURNOUTS["s3"]}).text.split(". ")[0]


def test_row_says_who_came_and_offers_to_create_it_again() -> None:
    """To those who may."""
    shown = listing("launch", manageable=("s3",))
    assert "100 registered · 58 came (58%)" in visible_text(shown.blocks)
    assert list(buttons(shown.blocks)) == ["Details", "Report", "Create Again", "Refresh"]
    assert list(buttons(listing("launch").blocks)) == ["Details", "Refresh"]


@each_row(
    ("one", "turnout", "line"),
    [
        (past("a", "2026-01-01", count=0), None, "0 registered"),
        (past("a", "2026-01-01", count=None), None, "Registrations: not read yet"),
        (past("a", "2026-01-01", read={"after_count": 12}), None, "88 registered · 12 since the event"),
        (past("a", "2026-01-01", count=None, audience=Audience.ANYONE), None, "No registration needed"),
        (
            past("a", "2026-01-01", count=None, audience=Audience.ANYONE),
            Turnout(registered=0, attended=7),
            "No registration needed · 7 came",
        ),
        (past("a", "2026-01-01", count=0), Turnout(registered=0, attended=0), "0 registered · 0 came"),
        (past("a", "2026-01-01"), Turnout(registered=None, attended=7), "No registration needed · 7 came"),
    ],
)
def test_result_of_a_webinar_is_said_as_far_as_it_is_known(one: Webinar, turnout: Turnout | None, line: str) -> None:
    """People who registered afterwards are counted apart."""
    assert result_line(one, turnout) == line


@each_row(
    ("typed", "sentence"),
    [
        ("1999", "No past webinar took place: 1999 (Jan 1 – Dec 31, 1999)."),
        ("nothing like it", "No past webinar matches “nothing like it”."),
        ("mine rust", "No past webinar of yours matches “rust”."),
        ("rust last month", "No past webinar matches “rust”: last month (Oct 1 – Oct 31, 2026)."),
    ],
)
def test_empty_list_says_how_to_search(typed: str, sentence: str) -> None:
    """With examples, and the way to all past webinars."""
    shown = listing(typed)
    assert shown.text.startswith(sentence)
    assert "`/webinar list past this quarter`" in visible_text(shown.blocks)
    assert list(buttons(shown.blocks)) == ["All Past Webinars", "Refresh"]


def test_page_of_the_longest_titles_keeps_slacks_limits() -> None:
    """Ten rows with all buttons."""
    many = [past(f"n{number}", "2026-11-01", title=NASTY, description=NASTY) for number in range(12)]
    command = parse_list(f"past {NASTY}")
    selection = select_past(many, command, PERSON, NOW)
    page = PastPage(
        selection=selection, totals=totals(many, {}), earlier=None, which=command.text, page=1, pages=2, turnouts={},
        manageable={one.id for one in many},
    )  # fmt: skip
    shown = past_listing(page, now=NOW, seen_at=None, providers=["RingCentral"])
    check_message(shown.text, shown.blocks)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_share_is_everybody_or_nobody_only_if_it_is(part: int, whole: int) -> None:
    """A rounded share stays between 1 and 99 percent."""
    part = min(part, whole)
    percent = percent_of(part, whole)
    if not whole:
        assert percent is None
    else:
        assert percent is not None
        assert (percent == 100) == (part == whole)
        assert (percent == 0) == (part == 0)
        assert abs(percent - 100 * part / whole) <= 1


def test_webinar_whose_time_has_passed_is_past() -> None:
    """It was never started, so its row says so."""
    never = webinar(session_id="n", start=NOW - timedelta(days=1))
    found = select_past([never], parse_list("past"), PERSON, NOW)
    page = PastPage(
        selection=found, totals=totals([never], {}), earlier=None, which="past", page=1, pages=1, turnouts={},
        manageable=(),
    )  # fmt: skip
    shown = past_listing(page, now=NOW, seen_at=NOW, providers=["RingCentral"])
    assert "Its time has passed · Registrations: not read yet" in visible_text(shown.blocks)
