"""The forms, reviews and results of registering others and of the registrant list, within Slack's limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.errors import BadInput
from bot.model.webinar import Preferences, Webinar
from bot.registration.bulk import texts as bulk_texts
from bot.registration.bulk.csv_import import ImportProblem, ImportResult, ImportRow
from bot.registration.bulk.texts import BatchCounts, duration, result_text
from handlers.register import list_review
from handlers.register import result as register_result
from handlers.register.form import Links, RegistrantInput
from handlers.register.form_check import registrant_details
from handlers.registrants.list import page_message, search_registrants
from handlers.registrants.position import RegistrantPage
from tests.support.block_kit import buttons, check_message, check_view, visible_text
from tests.support.bulk_samples import (
    IMPORT_RESULT,
    IRIS,
    REGISTRANT,
    ROWS,
    bulk_messages,
    bulk_modals,
    new_registration,
)
from tests.support.rows import each_row
from tests.support.webinar_samples import NOW, WEBINARS, registration, webinar


@settings(max_examples=15, deadline=None)
@given(WEBINARS)
def test_every_view_is_within_slacks_limits(one: Webinar) -> None:
    """For any title and any number of registrants."""
    for said in bulk_messages(one):
        check_message(said.text, said.blocks)
    for view in bulk_modals(one):
        check_view(view)


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (1, "about a minute"),
        (8, "about 2 minutes"),
        (100, "about 15 minutes"),
        (1_000, "about 2 hours"),
        (10_000, "about 24 hours"),
    ],
)
def test_the_duration_follows_ringcentrals_rate_limit(count: int, expected: str) -> None:
    """Seven people a minute."""
    assert duration(count) == expected


def test_the_review_warns_of_obstacles() -> None:
    """Registration is closed or has too little room; a list without new people cannot be submitted."""
    closed = webinar(registration=registration(is_open=False))
    small = webinar(registration=registration(limit=5, count=3))
    three, two = ImportResult(rows=ROWS[:3]), ImportResult(rows=ROWS[:2])
    assert "closed right now" in visible_text(list_review.review_view(closed, "b1", (), two)["blocks"])
    assert "room for 2 more" in visible_text(list_review.review_view(small, "b1", (), three)["blocks"])
    assert "room" not in visible_text(list_review.review_view(small, "b1", (), two)["blocks"])
    assert "submit" not in list_review.review_view(webinar(), "b1", ROWS[:2], two)


def test_the_review_counts_each_line_once_and_names_people() -> None:
    """The counts are those of the lists below them, and the button registers the new people."""
    review = list_review.review_view(webinar(), "b1", ROWS[:3], IMPORT_RESULT)
    words = visible_text(review["blocks"])
    assert "1,197 new, 3 already registered, 2 duplicates, 40 not understood" in words
    assert review["submit"]["text"] == "Register 1,197 People"
    assert "and 33 more" in words
    assert "The first new people:\n• Iris Moreno, iris5@acme.example\n" in words
    assert "saved as UTF-8" in words
    few = ImportResult(
        rows=ROWS[:2],
        problems=(ImportProblem(number=5, reason="there is no name", text="zoe@x.example"),),
        repeated=(ImportRow(number=4, details=IRIS),),
        guessed=(("Oku", "last name"),),
        others=("Company",),
        shortened=1,
    )
    words = visible_text(list_review.review_view(webinar(), "b1", ROWS[:1], few)["blocks"])
    assert "1 new, 1 already registered, 1 duplicate, 1 not understood" in words
    for line in (
        "Line 2: Iris Moreno is already registered, and nothing changes for them",
        "Line 4: Iris Moreno is a duplicate",
        "Line 5: there is no name: “zoe@x.example”",
        "not understood, and what their columns seem to be: “Oku” (last name)",
        "Other columns, kept with each person: Company.\nFor 1 person, not all of it fits",
    ):
        assert line in words
    assert "1 new*" in visible_text(list_review.review_view(webinar(), "b1", (), ImportResult(rows=ROWS[:1]))["blocks"])


@pytest.mark.parametrize(
    ("suppressed", "new", "expected"),
    [
        (False, 2, "RingCentral emails 2 people: each gets a confirmation with their own link."),
        (False, 1, "RingCentral emails 1 person: each gets"),
        (False, 1_199, "RingCentral emails 1,199 people: each gets"),
        (True, 1_199, "RingCentral emails nobody: its emails are turned off for this webinar."),
        (None, 2, "RingCentral emails at most 2 people: nobody if its emails are turned off for this webinar."),
    ],
)
def test_the_review_says_how_many_people_are_emailed(suppressed: bool | None, new: int, expected: str) -> None:
    """Before anybody is registered: only the new people, and nobody if the webinar's emails are off."""
    preferences = None if suppressed is None else Preferences(suppress_emails=suppressed)
    one = webinar(registration=registration(preferences=preferences))
    result = ImportResult(rows=ROWS[: new + 1])
    assert expected in visible_text(list_review.review_view(one, "b1", result.rows[:1], result)["blocks"])
    assert "emails" not in visible_text(list_review.review_view(one, "b1", result.rows, result)["blocks"])


@pytest.mark.parametrize(
    ("tally", "view", "expected"),
    [
        (
            BatchCounts(total=3, waiting=1, registered=2),
            bulk_texts.running_message,
            "2 of 3 done, about a minute left.",
        ),
        (BatchCounts(total=1, registered=1), bulk_texts.done_message, "1 person is registered for *Launch day*."),
        (
            BatchCounts(total=2, already_registered=1, repeated=1, refused=2),
            bulk_texts.done_message,
            "Nobody new is registered for *Launch day*. 1 was already registered, 1 line repeated an address and 2",
        ),
        (
            BatchCounts(total=3, registered=3, names=("Iris Moreno", "Joan Vidal", "Leo <Larsen>")),
            bulk_texts.done_message,
            "3 people are registered for *Launch day*: Iris Moreno, Joan Vidal and Leo &lt;Larsen&gt;.",
        ),
        (BatchCounts(total=3, registered=1, removed=2), bulk_texts.undoing_message, "Taking 3 people off the list"),
    ],
)
def test_the_message_counts_the_results(tally: BatchCounts, view: Any, expected: str) -> None:
    """In sentences, singular and plural."""
    assert expected in view(webinar(), "b1", tally).text


def test_undo_has_a_confirmation_and_needs_registrants() -> None:
    """Without registrants there is no Undo button."""
    one = webinar()
    assert "Undo" not in buttons(bulk_texts.done_message(one, "b1", BatchCounts(total=1, already_registered=1)).blocks)
    undo = buttons(bulk_texts.done_message(one, "b1", BatchCounts(total=2, registered=2)).blocks)["Undo"]
    assert "It takes these 2 people off the list of Launch day" in undo["confirm"]["text"]["text"]
    assert undo["value"] == "b1"


@each_row(
    ("state", "problem", "expected"),
    [
        ("registered", "", "registered"),
        ("there", "", "was registered already"),
        ("left", "", "taken off the list again"),
        ("stopped", "", "not asked for"),
        ("waiting", "", "still waiting"),
        ("refused", "there is no last name", "not registered: there is no last name"),
        ("refused", "unclear", "not registered: RingCentral gave no clear answer"),
        ("refused", "repeated", "not registered: duplicate"),
        (
            "refused",
            "CMN-101 email",
            f"not registered: RingCentral {bulk_texts.REFUSED_FIELDS['email']} (CMN-101 email)",
        ),
        (
            "refused",
            "CMN-101 lastName",
            "not registered: RingCentral does not accept this last name (CMN-101 lastName)",
        ),
        ("refused", "400", "not registered: RingCentral refused it (400)"),
    ],
)
def test_the_file_has_the_result_of_each_row(state: str, problem: str, expected: str) -> None:
    """In words, with RingCentral's code after a refusal."""
    assert result_text(state, problem, provider="RingCentral") == expected


def test_the_result_shows_which_links_ringcentral_uses() -> None:
    """For each link, and for our own pages."""
    both = new_registration(join_page="https://rc.example/j/1", cancel_page="https://acme.example/c")
    said = visible_text(
        register_result.done_view(
            webinar(), register_result.link_blocks(both, "", "", is_silent=False, provider="RingCentral")
        )["blocks"]
    )
    assert "RingCentral has kept your page to join by." in said
    assert "RingCentral has ignored your page to cancel by" in said
    assert "RingCentral emails them." in said

    ours = new_registration(cancel_page="https://ours.example/c").model_copy(update={"page_key": "k"})
    said = visible_text(
        register_result.done_view(
            webinar(),
            register_result.link_blocks(
                ours, "https://ours.example/j", "https://ours.example/c", is_silent=True, provider="RingCentral"
            ),
        )["blocks"]
    )
    assert "RingCentral sends its own links." in said
    assert "they work in any case" in said
    assert "https://ours.example/j" in said
    assert "https://rc.example" not in said
    assert "share the links" in said


@pytest.mark.parametrize(
    ("page", "is_good"),
    [
        ("https://acme.example/join?id=1", True),
        ("http://acme.example", True),
        ("javascript:alert(1)", False),
        ("https://nowhere", False),
        ("acme.example/join", False),
        ("https://[", False),
        ("https://acme.example/" + "x" * 3_000, False),
    ],
)
def test_custom_pages_must_be_full_urls(page: str, is_good: bool) -> None:
    """Nothing else is sent."""
    typed = RegistrantInput(
        first_name="Iris", last_name="Moreno", email="iris@acme.example", links=Links.OWN, join_page=page
    )
    if is_good:
        assert registrant_details(typed, provider="RingCentral") == IRIS.model_copy(
            update={"join_page": SecretStr(page)}
        )
        return
    with pytest.raises(BadInput) as problem:
        registrant_details(typed, provider="RingCentral")
    assert set(problem.value.fields) == {"join_page"}


@pytest.mark.parametrize("pairs", ["lid", "=1", "lid=", "lid=1\nno value"])
def test_external_values_need_a_name(pairs: str) -> None:
    """One per line; an invalid line is reported at the field."""
    with pytest.raises(BadInput) as problem:
        registrant_details(
            RegistrantInput(first_name="A", last_name="B", email="a@acme.example", external_id=pairs),
            provider="RingCentral",
        )
    assert set(problem.value.fields) == {"external_id"}
    too_long = RegistrantInput(first_name="A", last_name="B", email="a@acme.example", external_id="k=" + "&" * 900)
    with pytest.raises(BadInput, match="change what is marked"):
        registrant_details(too_long, provider="RingCentral")


def test_the_search_matches_all_words() -> None:
    """In name, address or source, case-insensitive; newest first."""
    older = REGISTRANT.model_copy(update={"registrant_id": "9", "registered_at": NOW - timedelta(days=1)})
    other = REGISTRANT.model_copy(update={"first_name": "Joan", "source": "", "registered_at": None})
    assert search_registrants([other, older, REGISTRANT], "iris FAIR") == [REGISTRANT, older]
    assert search_registrants([other, older, REGISTRANT], "") == [REGISTRANT, older, other]
    assert search_registrants([other, older, REGISTRANT], "iris mail") == []


@pytest.mark.parametrize(("people", "tables", "removable"), [(10, 0, 10), (11, 1, 0), (130, 1, 0)])
def test_many_registrants_are_a_table_that_has_all_of_its_page(people: int, tables: int, removable: int) -> None:
    """Also with the longest names and addresses; the file has what is cut. A few are shown one by one, with Remove."""
    long = {"first_name": "&" * 64, "last_name": "é" * 64, "email": f"{'x' * 200}@acme.example", "source": "y" * 500}
    every = [REGISTRANT.model_copy(update={**long, "registrant_id": str(number)}) for number in range(people)]
    said = page_message(webinar(), every, RegistrantPage(session_id="s1"), age=timedelta(), now=NOW, can_manage=True)
    check_message(said.text, said.blocks)
    found = [block for block in said.blocks if block["type"] == "data_table"]
    assert len(found) == tables
    assert [len(block["rows"]) for block in found] == [min(people, 100) + 1] * tables
    assert [len(block.get("accessory", {})) > 0 for block in said.blocks].count(True) == removable
    assert ("To remove somebody, search for them" in said.blocks[-1]["elements"][0]["text"]) == bool(tables)


@pytest.mark.parametrize("count", [1, 11])
@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("slack:C0LAUNCH", "Slack #launch"),
        ("slack:G0HIDDEN", "Slack, private channel"),
        ("slack", "Slack, by command"),
        ("slack-community", "slack-community"),
        ("news@acme.example", "news@acme.example"),
    ],
)
def test_source_of_a_registrant_has_the_name_of_its_channel(source: str, shown: str, count: int) -> None:
    """One by one and in a table, and a search finds it by that name; times are in words."""
    at = datetime(2026, 5, 12, 10, 2, tzinfo=UTC)
    one = REGISTRANT.model_copy(update={"source": source, "registered_at": at})
    place = RegistrantPage(session_id="s1", words=shown.split()[-1])
    page = page_message(webinar(), [one] * count, place, age=timedelta(), now=NOW, channels={"C0LAUNCH": "launch"})
    check_message(page.text, page.blocks)
    assert shown in str(page.blocks)
    assert "slack:" not in str(page.blocks)
    assert "May 12, 2026 at 12:02 PM" in str(page.blocks)


@settings(max_examples=20, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
def test_names_cannot_link_or_mention(first: str, last: str, email: str, source: str) -> None:
    """Names from public pages are shown as plain text."""
    one = REGISTRANT.model_copy(
        update={"first_name": first, "last_name": last, "email": email, "source": f"<@U1>{source}"}
    )
    said = page_message(webinar(), [one], RegistrantPage(session_id="s1"), age=timedelta(), now=NOW)
    check_message(said.text, said.blocks)
    assert "<@U1>" not in str(said.blocks)
