"""Public texts: cards, lists and counts match every state and contain nothing personal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from inspect import signature
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands.parser import parse
from bot.commands.remind_args import Remind
from bot.model.webinar import Audience, Status, Webinar, one_line_title
from bot.slack.buttons import CONSENTED, join
from bot.slack.message import Message
from bot.webinars.texts.card import card, fingerprint
from bot.webinars.texts.facts import seats, speakers_line, typed_title
from handlers.browse.texts import count, details, listing
from handlers.webinar_choice_texts import PAGE_SIZE, pick
from tests.support.block_kit import buttons, check_message, visible_text
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NASTY, NOW, START, WEBINARS, registration, webinar

SHARED = "https://join.example/shared"


def shown(message: Message) -> tuple[str, str]:
    """Return the text of a message and of its blocks."""
    check_message(message.text, message.blocks)
    return message.text, visible_text(message.blocks)


def public(one: Webinar, now: datetime) -> list[Message]:
    """Return every message about a webinar that a channel may get."""
    return [
        card(one, now=now),
        count(one, now=now),
        listing([one] * 10, page=2, pages=3, total=30, which="mine", now=now, seen_at=None, providers=["RingCentral"]),
        pick([one] * 11, "show", words=one.title, now=now),
    ]


@settings(deadline=None)
@given(WEBINARS, MOMENTS)
def test_every_public_message_keeps_slacks_limits(one: Webinar, now: datetime) -> None:
    """With any title, time zone and count."""
    for message in public(one, now):
        check_message(message.text, message.blocks)


@settings(deadline=None)
@given(WEBINARS, MOMENTS)
def test_shared_link_stands_only_where_everyone_may_have_it(one: Webinar, now: datetime) -> None:
    """The link of a webinar with registration is never shown."""
    one = one.model_copy(update={"attendee_link": SHARED})
    links = [SHARED in str(message.blocks) + message.text for message in public(one, now)]
    assert not any(links) or one.audience is Audience.ANYONE


def test_nothing_public_can_hold_a_secret() -> None:
    """Their model has no secret field, and no other argument carries one."""
    assert not [name for name, field in Webinar.model_fields.items() if "Secret" in str(field.annotation)]
    builders: list[Callable[..., Message]] = [card, count, listing, pick]
    given_to = {name for builder in builders for name in signature(builder).parameters}
    assert given_to == {
        *("webinar", "webinars", "page", "pages", "total", "which", "seen_at", "now", "problem", "providers"),
        *("verb", "words", "typed", "can_manage", "can_run", "speakers", "can_create", "here"),
    }


MENU = ["Edit", "Registration", "Team", "Registrants", "Refresh"]
CALENDAR = "Add to Calendar"
SHORT_MENU = ["Edit", "Team", "Refresh"]
"""What organizers choose in the menu of a card, with registration and without."""

CARD_STATES: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "never read": ({}, ["Details", CALENDAR, *MENU], "Registration isn't available yet"),
    "open": ({"registration": registration()}, ["Register", "Details", CALENDAR, *MENU], "3 registered"),
    "limited": (
        {"registration": registration(limit=1000)},
        ["Register", "Details", CALENDAR, *MENU],
        "3 registered",
    ),
    "full": (
        {"registration": registration(limit=3)},
        ["Tell Me When It Opens", "Details", CALENDAR, *MENU],
        "Full: all seats are taken",
    ),
    "closed": (
        {"registration": registration(is_open=False)},
        ["Tell Me When It Opens", "Details", CALENDAR, *MENU],
        "Registration is closed · 3 registered",
    ),
    "without a page": (
        {"registration": registration(page_uri="")},
        ["Register", "Details", CALENDAR, *MENU],
        "3 registered",
    ),
    "live": (
        {"status": Status.ACTIVE, "registration": registration()},
        ["Join Now", "Details", *MENU[1:]],
        "Live now",
    ),
    "live and full": (
        {"status": Status.ACTIVE, "registration": registration(count=50, limit=50, is_open=False)},
        ["Join Now", "Details", *MENU[1:]],
        "50 registered",
    ),
    "live and closed": (
        {"status": Status.ACTIVE, "registration": registration(is_open=False)},
        ["Join Now", "Details", *MENU[1:]],
        "Registration is closed",
    ),
    "made elsewhere": ({"audience": None}, ["Details", CALENDAR, *SHORT_MENU], "Registration isn't available yet"),
    "for everyone": (
        {"audience": Audience.ANYONE, "attendee_link": SHARED},
        ["Join", "Details", CALENDAR, *SHORT_MENU],
        "No registration needed",
    ),
    "finished": ({"status": Status.FINISHED, "registration": registration()}, ["Report"], "This webinar is over."),
    "cancelled": (
        {"status": Status.CANCELED, "registration": registration()},
        [],
        "This webinar is canceled and will not take place.",
    ),
    "never started": ({"start": NOW - timedelta(hours=1)}, ["Report"], "This webinar is over."),
}


@each_row(("changes", "expected", "sentence"), CARD_STATES.values())
def test_card_has_the_buttons_and_words_of_its_state(
    changes: dict[str, Any], expected: list[str], sentence: str
) -> None:
    """The main button appears only if it works; the text for screen readers matches it."""
    message = card(webinar(**changes), now=NOW)
    text, read = shown(message)
    assert list(buttons(message.blocks)) == expected
    assert sentence in text
    assert sentence in read
    assert not {"as of", "Full"} & {words for words in ("as of", "Full") if words in text and "Live now" in text}


def test_card_shows_what_a_reader_needs_to_come() -> None:
    """Title, weekday and time, length, speakers, description, the buttons, and the count with its age."""
    one = webinar(registration=registration(limit=100), description="What is new")
    message = card(one, now=NOW, speakers=("Ben Okafor", "Emi Sato"))
    start = "<!date^1795533600^{date_long} at {time}|Tue, Nov 24, 2026 at 4:20 PM CET (3:20 PM UTC)>"
    read_at = "<!date^1795274400^{date_short} at {time}|Sat, Nov 21, 2026 at 4:20 PM CET (3:20 PM UTC)>"
    people = "Hosted by Ana Ruiz, with Ben Okafor and Emi Sato"
    assert visible_text(message.blocks).splitlines() == [
        "Launch day",
        *(f"*{start}* · 45 minutes", people),
        "What is new",
        *("Register", "Details", CALENDAR, *MENU),
        f"3 registered · as of {read_at}",
        "People outside Slack: <https://events.example/register/s1|registration page>",
    ]
    spoken = f"Launch day: {start}, 45 minutes. {people}. 3 registered. Press Register to take part."
    assert message.text == spoken


@each_row(
    ("changes", "expected"),
    [
        ({"count": 38}, "38 registered"),
        ({"count": 0}, ""),
        ({"count": 38, "limit": 200}, "38 registered"),
        ({"count": 37, "limit": 50}, "37 registered"),
        ({"count": 38, "limit": 50}, "12 of 50 seats left"),
        ({"count": 1490, "limit": 1500}, "10 of 1,500 seats left"),
        ({"count": 1124, "limit": 1500}, "1,124 registered"),
        ({"count": 1125, "limit": 1500}, "375 of 1,500 seats left"),
        ({"count": 0, "limit": 10}, "10 of 10 seats left"),
        ({"count": 0, "limit": 1}, "1 of 1 seat left"),
        ({"count": 50, "limit": 50}, "Full: all seats are taken"),
        ({"count": 51, "limit": 50, "is_open": False}, "Full: all seats are taken"),
        ({"count": 0, "is_open": False}, "Registration is closed"),
        ({"count": 9, "limit": 10, "is_open": False}, "Registration is closed · 9 registered"),
    ],
)
def test_card_says_how_many_seats_are_left_when_it_matters(changes: dict[str, Any], expected: str) -> None:
    """From three quarters of the limit on, or for the last ten; nothing while nobody has registered."""
    assert seats(webinar(registration=registration(**changes))) == expected


@each_row(
    ("host", "speakers", "expected"),
    [
        ("Ana Ruiz", (), "Hosted by Ana Ruiz"),
        ("Ana Ruiz", ("Ana Ruiz",), "Hosted by Ana Ruiz"),
        ("", ("Ana Ruiz", "Ben Okafor"), "With Ana Ruiz and Ben Okafor"),
        ("", (), ""),
        ("Ana Ruiz", ("ana ruiz", "Ben Okafor", "Ben Okafor"), "Hosted by Ana Ruiz, with Ben Okafor"),
        ("A <b>", ("<!channel>",), "Hosted by A &lt;b&gt;, with &lt;!channel&gt;"),
        ("A", tuple("BCDEFGH"), "Hosted by A, with B, C, D, E, F, G and 1 more"),
        ("A", tuple("BCDEFG"), "Hosted by A, with B, C, D, E, F and G"),
    ],
)
def test_card_names_the_speakers(host: str, speakers: tuple[str, ...], expected: str) -> None:
    """Each once, six besides the host, with nothing that pings or formats."""
    assert speakers_line(host, speakers) == expected


def test_long_description_is_cut_with_the_way_to_the_rest() -> None:
    """At 500 characters; a shorter one has no such line."""
    long, short = (card(webinar(description="x" * size), now=NOW) for size in (501, 500))
    assert "x" * 499 + "…\nPress Details to read the rest." in visible_text(long.blocks)
    assert "read the rest" not in visible_text(short.blocks)


@pytest.mark.parametrize(
    "url", ["", "javascript:alert(1)", "https://x.example/a|b", "https://x.example/>", "https://x/ y"]
)
def test_page_without_a_usable_address_is_not_linked(url: str) -> None:
    """Nor the page of a registration that is closed."""
    shown = [registration(page_uri=url), registration(is_open=False)]
    assert not any("People outside" in str(card(webinar(registration=one), now=NOW).blocks) for one in shown)


def test_buttons_of_a_card_carry_the_webinar_and_nothing_personal() -> None:
    """Each has the id of the webinar; a card of a webinar with registration has no URL."""
    found = buttons(card(webinar(registration=registration()), now=NOW).blocks)
    assert {name: (button["action_id"], button["value"]) for name, button in found.items()} == {
        "Register": ("seat.register", f"s1 {CONSENTED}"),
        "Details": ("webinar.show", "s1"),
        "Add to Calendar": ("seat.calendar", "s1"),
        "Edit": ("webinar.edit", "s1"),
        "Registration": ("door.menu", "s1"),
        "Team": ("team.show", "s1"),
        "Registrants": ("registrants.open", "s1"),
        "Refresh": ("refresh.card", "s1"),
    }
    assert not [button for button in found.values() if "url" in button]


def test_card_mentions_no_button_that_cannot_register() -> None:
    """The text does not ask to press a button that only notifies when registration opens."""
    assert "to take part" not in card(webinar(registration=registration(is_open=False)), now=NOW).text


def test_card_of_a_webinar_for_everyone_joins_by_the_shared_link() -> None:
    """Without registration there is no registration page."""
    one = webinar(audience=Audience.ANYONE, attendee_link=SHARED, registration=registration())
    found = buttons(card(one, now=NOW).blocks)
    assert (found["Join"]["url"], "Register" in found) == (SHARED, False)


@settings(deadline=None)
@given(WEBINARS, MOMENTS, MOMENTS)
def test_fingerprint_stays_when_the_same_is_read_again(one: Webinar, now: datetime, later: datetime) -> None:
    """A sync without changes needs no edit."""
    read = one.registration and one.registration.model_copy(update={"read_at": later})
    again = one.model_copy(update={"seen_at": later, "registration": read})
    assert fingerprint(again, now=now) == fingerprint(one, now=now)


@each_row(
    "change",
    [
        {"title": "Launch week"},
        {"start": START + timedelta(minutes=5)},
        {"length": timedelta(hours=1)},
        {"host_name": "Ben Okafor"},
        {"description": "New"},
        {"status": Status.ACTIVE},
        {"status": Status.CANCELED},
        {"audience": Audience.ANYONE},
        {"registration": None},
        {"registration": registration(count=4)},
        {"registration": registration(limit=10)},
        {"registration": registration(is_open=False)},
    ],
)
def test_fingerprint_changes_with_what_the_card_says(change: dict[str, Any]) -> None:
    """Each fact on the card changes it."""
    before = webinar(registration=registration())
    assert fingerprint(before.model_copy(update=change), now=NOW) != fingerprint(before, now=NOW)


def test_card_changes_by_itself_only_when_the_planned_end_has_passed() -> None:
    """Before that, the current time makes no difference."""
    one = webinar(registration=registration())
    assert card(one, now=NOW) == card(one, now=one.end - timedelta(seconds=1))
    assert fingerprint(one, now=NOW) != fingerprint(one, now=one.end)


def test_join_is_offered_only_where_one_link_is_for_everyone() -> None:
    """For every caller of the button."""
    assert join(webinar(attendee_link=SHARED)) is None


@pytest.mark.parametrize("total", [1, 10, 500])
@pytest.mark.parametrize("title", ["Launch day", NASTY])
def test_list_at_any_size_keeps_slacks_limits(total: int, title: str) -> None:
    """Ten per page, with the longest and most hostile titles."""
    one = webinar(title=title, registration=registration(count=10**12, limit=10**12))
    pages = -(-total // PAGE_SIZE)
    page = listing(
        [one] * min(total, PAGE_SIZE),
        page=pages,
        pages=pages,
        total=total,
        which=title,
        now=NOW,
        seen_at=NOW,
        providers=["RingCentral"],
    )
    found = [block for block in page.blocks if block["type"] == "section"]
    check_message(page.text, page.blocks)
    assert len(found) == 1 + min(total, PAGE_SIZE)
    choice = pick([one] * total, "cancel", words=title, now=NOW)
    check_message(choice.text, choice.blocks)


@settings(deadline=None)
@given(st.data())
def test_answers_for_one_person_keep_slacks_limits(data: st.DataObject) -> None:
    """The details, with everything that a user may see and do."""
    one, now = data.draw(WEBINARS), data.draw(MOMENTS)
    problem = data.draw(st.just("") | st.text(max_size=300))
    message = details(one, now=now, host_link=None, can_manage=data.draw(st.booleans()), problem=problem)
    check_message(message.text, message.blocks)


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Launch day", '"Launch day"'),
        ("Q&A  <live>", '"Q&amp;A &lt;live&gt;"'),
        ('The "best" one', "s1"),
        ("Code `x`", "s1"),
        ("long " * 20, "s1"),
    ],
)
def test_a_title_in_a_command_finds_its_webinar_again(title: str, typed: str) -> None:
    """Quoted, in Slack's encoding; the id where the title cannot be quoted."""
    one = webinar(title=title)
    assert typed_title(one) == typed
    command = parse(f"remind {typed} 1d")
    assert isinstance(command, Remind)
    assert command.which.text in (one_line_title(title), one.id)
