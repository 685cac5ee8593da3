"""Lists, details, counts and pickers: their figures, the age of the figures, and the buttons."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.model.webinar import Audience, Status
from bot.slack import buttons as ids
from bot.slack.blocks import as_of
from handlers.browse.texts import count, details, listing
from handlers.webinar_choice_texts import VERBS, nothing_found, page_value, parse_page_value, pick
from tests.support.block_kit import buttons, check_message, visible_text
from tests.support.rows import each_row
from tests.support.webinar_samples import NASTY, NOW, registration, webinar

HOST_LINK = SecretStr("https://join.example/host-of-s1")
LIST: dict[str, Any] = {
    "page": 1,
    "pages": 1,
    "total": 1,
    "which": "",
    "now": NOW,
    "seen_at": NOW,
    "providers": ["RingCentral"],
}


def test_page_in_the_middle_turns_both_ways() -> None:
    """The buttons carry the shown list."""
    message = listing([webinar()] * 10, **LIST | {"page": 2, "pages": 3, "total": 25, "which": "mine"})
    found = buttons(message.blocks)
    assert {name: parse_page_value(found[name]["value"]) for name in ("Previous", "Next", "Refresh")} == {
        "Previous": ("mine", 1),
        "Next": ("mine", 3),
        "Refresh": ("mine", 2),
    }
    assert message.text.startswith("Created by you: 25 webinars, page 2 of 3. ")


def test_single_page_has_no_paging_buttons() -> None:
    """No Previous and no Next; who may not create is not offered to."""
    assert list(buttons(listing([webinar()], **LIST).blocks)) == ["Details", "Create Webinar", "Refresh"]
    for shown in ([webinar()], []):
        assert "Create Webinar" not in buttons(listing(shown, **LIST, can_create=False).blocks)


def test_row_says_when_status_and_count() -> None:
    """A row identifies the webinar; Details shows the rest."""
    one = webinar(status=Status.ACTIVE, registration=registration(limit=5))
    row = listing([one], **LIST).blocks[1]
    start = "<!date^1795533600^{date_short_pretty} at {time}|Tue, Nov 24, 2026 at 4:20 PM CET (3:20 PM UTC)>"
    assert row["text"]["text"] == f"*Launch day*\n{start}, 45 minutes\nLive now · 3 of 5 registered"
    assert (row["accessory"]["action_id"], row["accessory"]["value"]) == (ids.SHOW, "s1")
    assert row["accessory"]["accessibility_label"] == "Details: Launch day"


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, "Scheduled"),
        ({"status": Status.ACTIVE}, "Live now"),
        ({"status": Status.FINISHED}, "Finished"),
        ({"status": Status.CANCELED}, "Canceled"),
        ({"start": NOW - timedelta(hours=2)}, "Its time has passed"),
    ],
)
def test_row_names_the_stage(changes: dict[str, Any], status: str) -> None:
    """A webinar that was never started is not called finished."""
    row = listing([webinar(**changes)], **LIST).blocks[1]["text"]["text"]
    assert row.splitlines()[2] == f"{status} · Registrations: not read yet"


@pytest.mark.parametrize(
    ("seen_at", "age"),
    [
        (NOW - timedelta(minutes=3), f"From RingCentral {as_of(NOW - timedelta(minutes=3), NOW)}"),
        (None, "Not checked with RingCentral yet"),
    ],
)
def test_list_says_how_old_it_is(seen_at: Any, age: str) -> None:
    """Also if nothing was ever read."""
    message = listing([webinar()], **LIST | {"seen_at": seen_at})
    assert message.blocks[-1]["elements"][0]["text"] == age
    assert message.text.endswith(f"{age}.")


@pytest.mark.parametrize(
    ("which", "sentence"),
    [
        ("", "Nothing is planned."),
        ("mine", "You have no webinars here yet."),
        ("budget", "No webinar matches “budget”."),
        ("mine budget", "No webinar matches “budget”."),
    ],
)
def test_empty_list_teaches_by_example(which: str, sentence: str) -> None:
    """It says what to type."""
    message = listing([], **LIST | {"which": which, "total": 0, "pages": 0})
    check_message(message.text, message.blocks)
    assert message.text.startswith(sentence)
    assert "`/webinar " in message.text


def test_empty_list_can_be_refreshed() -> None:
    """Refresh finds webinars created elsewhere."""
    message = listing([], **LIST | {"which": "mine", "total": 0})
    assert parse_page_value(buttons(message.blocks)["Refresh"]["value"]) == ("mine", 1)


@pytest.mark.parametrize(
    ("which", "title"),
    [
        ("", "Coming up"),
        ("mine", "Created by you"),
        ("mine budget review", "Created by you, matching “budget review”"),
        ("budget", "Matching “budget”"),
    ],
)
def test_list_says_what_it_lists(which: str, title: str) -> None:
    """The heading names the requested list."""
    assert listing([webinar()], **LIST | {"which": which}).text.startswith(f"{title}: 1 webinar. ")


@settings(deadline=None)
@given(st.text(max_size=300), st.integers(1, 1000))
def test_page_value_round_trips(which: str, page: int) -> None:
    """Searches longer than a button carries are cut."""
    assert parse_page_value(page_value(which, page)) == (which[:200], page)
    assert len(page_value(which, page)) <= 2000


def test_details_for_the_creator_have_the_host_link() -> None:
    """With the note that it is personal."""
    message = details(webinar(registration=registration()), now=NOW, host_link=HOST_LINK, can_manage=True)
    check_message(message.text, message.blocks)
    found = buttons(message.blocks)
    assert list(found) == [
        *("Start as Host", "Edit", "Team", "Registrants"),
        *("Share Here", "Refresh"),
        *("Registration", "Invite", "Move", "Create Again", "Cancel Webinar"),
    ]
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    assert [len(row) for row in rows] == [5, 2]  # Slack breaks a row of more than five
    assert (found["Team"]["action_id"], found["Registrants"]["action_id"]) == (ids.TEAM, ids.REGISTRANTS)
    assert found["Start as Host"]["url"] == HOST_LINK.get_secret_value()
    assert "*Start as Host* is your personal link. Please don't share it." in visible_text(message.blocks)
    assert HOST_LINK.get_secret_value() not in message.text


def test_details_for_other_users_have_no_personal_link() -> None:
    """And no button that the user may not use."""
    message = details(webinar(registration=registration()), now=NOW, host_link=None, can_manage=False)
    assert list(buttons(message.blocks)) == ["Register", "Share Here", "Refresh"]
    assert "own link" not in visible_text(message.blocks)


def test_details_in_a_modal_ask_where_to_share() -> None:
    """A modal has no channel that "here" could mean."""
    message = details(webinar(), now=NOW, host_link=None, can_manage=False, here=False)
    check_message(message.text, message.blocks)
    picker = next(block for block in message.blocks if block.get("block_id"))
    assert (picker["elements"][0]["action_id"], ids.shared_webinar_id(picker["block_id"])) == (ids.SHARE_IN, "s1")
    assert list(buttons(message.blocks)) == ["Refresh"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (
            Status.FINISHED,
            ["Report", "Recording", "Follow Up", "Registrants", "Registration", "Create Again", "Refresh"],
        ),
        (Status.CANCELED, ["Create Again", "Refresh"]),
    ],
)
def test_details_of_a_webinar_that_is_over_offer_nothing_that_fails(status: Status, expected: list[str]) -> None:
    """Only viewing is offered, its report, another one like it, and the registrants while RingCentral has them."""
    message = details(webinar(status=status), now=NOW, host_link=HOST_LINK, can_manage=True)
    assert list(buttons(message.blocks)) == expected
    everyones = details(webinar(status=status, audience=Audience.ANYONE), now=NOW, host_link=None, can_manage=True)
    assert list(buttons(everyones.blocks)) == [one for one in expected if one not in ("Registrants", "Registration")]


def test_details_of_a_live_webinar_cannot_be_cancelled() -> None:
    """The vendor refuses to delete a live webinar."""
    message = details(webinar(status=Status.ACTIVE), now=NOW, host_link=HOST_LINK, can_manage=True)
    assert list(buttons(message.blocks)) == [
        *("Start as Host", "Team", "Registrants", "Share Here", "Refresh"),
        *("Registration", "Invite", "Create Again"),
    ]


def test_details_say_what_commands_call_it_and_how_old_the_figures_are() -> None:
    """The whole description, as plain text."""
    one = webinar(registration=registration(read_at=NOW - timedelta(hours=3)), description="<!here> *come*")
    message = details(one, now=NOW, host_link=None, can_manage=False)
    assert {"type": "plain_text", "text": "<!here> *come*", "emoji": True} in [
        block.get("text") for block in message.blocks
    ]
    assert [block["elements"][0]["text"] for block in message.blocks if block["type"] == "context"] == [
        "3 registered · as of <!date^1795263600^{time}|12:20 PM UTC>",
    ]


def test_problem_is_above_the_details() -> None:
    """After a failed refresh the known figures stay, with the reason above."""
    for message in (
        details(webinar(), now=NOW, host_link=None, can_manage=False, problem="RingCentral is down."),
        count(webinar(), now=NOW, problem="RingCentral is down."),
    ):
        assert message.blocks[0]["text"]["text"] == "RingCentral is down."
        assert message.text.startswith("RingCentral is down. Launch day: ")


@pytest.mark.parametrize(
    ("changes", "figures"),
    [
        ({"limit": 100}, ["3 people", "100 people", "Open"]),
        ({"has_real_registrants": False}, ["3 people", "None", "Open", "Only tests so far"]),
        ({"count": 0, "is_open": False}, ["0 people", "None", "Closed"]),
        ({"count": 1, "limit": 1}, ["1 person", "1 person", "Full"]),
    ],
)
def test_count_tells_figures_limit_status_and_kind(changes: dict[str, Any], figures: list[str]) -> None:
    """Each figure with its label, and the age below."""
    message = count(webinar(registration=registration(**changes)), now=NOW + timedelta(minutes=2))
    found = [field["text"] for field in message.blocks[1]["fields"]]
    names = ["Registered", "Limit", "Registration", "Registrants"][: len(figures)]
    assert found == [f"*{name}*\n{figure}" for name, figure in zip(names, figures, strict=True)]
    assert message.blocks[2]["elements"][0]["text"].endswith("as of <!date^1795274400^{time}|3:20 PM UTC>")


def test_count_that_was_never_read_is_not_zero() -> None:
    """It says so, and how to refresh."""
    message = count(webinar(), now=NOW)
    assert message.text == "Launch day: Registrations: not read yet."
    assert message.blocks[1]["text"]["text"] == (
        "Registrations: not read yet. Press Refresh to read them from RingCentral."
    )
    assert buttons(message.blocks)["Refresh"]["action_id"] == ids.REFRESH_COUNT


def test_count_of_a_webinar_without_registration_says_that_nobody_is_counted() -> None:
    """It does not show a zero."""
    message = count(webinar(audience=Audience.ANYONE), now=NOW)
    assert message.blocks[1]["text"]["text"] == (
        "Everyone with the link can join: RingCentral counts nobody before it starts."
    )


@each_row("verb", VERBS)
def test_pick_continues_with_the_verb(verb: str) -> None:
    """Each match has the verb's button."""
    message = pick([webinar(session_id="s1"), webinar(session_id="s2")], verb, words="launch", now=NOW)
    check_message(message.text, message.blocks)
    assert message.blocks[0]["text"]["text"] == "2 webinars match “launch”. Which one?"
    assert [(block["accessory"]["action_id"], block["accessory"]["value"]) for block in message.blocks[1:]] == [
        (VERBS[verb][1], "s1"),
        (VERBS[verb][1], "s2"),
    ]


def test_pick_carries_the_rest_of_the_command() -> None:
    """The button carries the rest of the command, cut to its limit."""
    message = pick([webinar(session_id="s1")], "limit", words="launch", now=NOW, typed="50 " + "x" * 3000)
    check_message(message.text, message.blocks)
    session_id, typed = ids.parse_value(message.blocks[1]["accessory"]["value"])
    assert (session_id, typed) == ("s1", "50 " + "x" * (ids.MAX_TYPED - 3))
    assert ids.parse_value("s1") == ("s1", "")


def test_pick_of_too_many_says_how_to_narrow_it() -> None:
    """Ten are shown, all can be listed."""
    message = pick([webinar()] * 500, "show", words="launch", now=NOW)
    assert "These are the first 10. Say more words of the title to find another." in visible_text(message.blocks)
    assert parse_page_value(buttons(message.blocks)["See All"]["value"]) == ("launch", 1)


def test_pick_without_words_is_among_what_is_coming() -> None:
    """Without words, none are quoted."""
    message = pick([webinar()] * 11, "share", words="", now=NOW)
    assert message.blocks[0]["text"]["text"] == "11 webinars coming up. Which one?"
    assert parse_page_value(buttons(message.blocks)["See All"]["value"]) == ("", 1)


def test_nothing_coming_up_teaches_the_first_step() -> None:
    """Without words, no search is said to have failed."""
    assert nothing_found("", "share", providers=["RingCentral"]).text.startswith(
        "Nothing is planned. Create a webinar, "
    )


def test_nothing_found_offers_the_list() -> None:
    """The words are quoted escaped."""
    message = nothing_found(NASTY, "cancel", providers=["RingCentral"])
    check_message(message.text, message.blocks)
    assert "`/webinar cancel next`" in message.text
    assert parse_page_value(buttons(message.blocks)["List Webinars"]["value"]) == ("", 1)
