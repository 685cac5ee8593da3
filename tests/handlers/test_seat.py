"""What a user sees of their seat: within Slack's limits, prefilled from the profile, in complete sentences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.ability import Ability
from bot.model.people import Person
from bot.model.seat import Seat
from bot.model.webinar import Audience, Preferences, Status, Webinar
from bot.registration.seats import texts as seat_texts
from bot.slack.buttons import CONSENTED, my_link, register, registration_form, when_open
from handlers.seat import form as seat_form
from handlers.seat.form import SeatInput
from tests.support.block_kit import buttons, check_message, check_view, initial_values, visible_text
from tests.support.seat_samples import DEV, NAMES, OWN_LINK, SEATS, seat, seat_input, seat_messages, seat_modals
from tests.support.webinar_samples import ACCOUNT, MOMENTS, NOW, START, WEBINARS, registration, webinar


@settings(deadline=None)
@given(WEBINARS, SEATS, NAMES)
def test_every_view_is_within_slacks_limits(one: Webinar, held: Seat, name: str) -> None:
    """For any webinar and any user."""
    for view in seat_modals(one, held, seat_input(first_name=name)):
        check_view(view)
    for message in seat_messages(one, held):
        check_message(message.text, message.blocks)


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200), st.text(max_size=200))
def test_the_form_is_prefilled_from_any_profile(name: str, first: str, last: str) -> None:
    """Any profile can be shown, within RingCentral's limits."""
    person = Person(workspace=ACCOUNT.workspace, user_id="U2", name=name, first_name=first, last_name=last)
    filled = seat_form.from_profile(person, "s1", "slack")
    assert max(len(filled.first_name), len(filled.last_name)) <= 64
    check_view(seat_form.form_view(webinar(), filled, now=NOW))


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"name": "dev", "first_name": "Dev", "last_name": "Patel"}, ("Dev", "Patel")),
        ({"name": "Dev Kumar Patel"}, ("Dev Kumar", "Patel")),
        ({"name": "dev"}, ("dev", "")),
        ({"name": "dev", "first_name": "Dev"}, ("Dev", "")),
        ({"name": " Dev  Patel "}, ("Dev", "Patel")),
        ({"name": "x" * 70}, ("x" * 64, "")),
    ],
    ids=str,
)
def test_a_full_name_is_split_at_the_last_space(profile: dict[str, str], expected: tuple[str, str]) -> None:
    """A missing part is left for the user to type."""
    person = Person(workspace=ACCOUNT.workspace, user_id="U2", **profile)
    filled = seat_form.from_profile(person, "s1", "slack")
    assert (filled.first_name, filled.last_name) == expected


def test_the_form_is_read_back() -> None:
    """Spaces around names are removed; a missing field keeps its previous value."""
    view = seat_form.form_view(webinar(), seat_input(reminder_s=3600), now=NOW)
    assert seat_form.read_form(initial_values(view), view["private_metadata"]) == seat_input(reminder_s=3600)
    sent: Any = {"first_name": {"first_name": {"type": "plain_text_input", "value": "  Devi  Lal "}}}
    read = seat_form.read_form(sent, view["private_metadata"])
    assert (read.first_name, read.last_name, read.lead) == ("Devi Lal", "Patel", None)
    assert read.attendee == DEV.model_copy(update={"first_name": "Devi Lal"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"first_name": ""}, "first_name"),
        ({"last_name": "x" * 65}, "last_name"),
        *(
            ({"email": address}, "email")
            for address in ("", "dev", "dev@acme", "a b@acme.example", "d" * 250 + "@a.test")
        ),
    ],
    ids=lambda value: str(value)[:30],
)
def test_invalid_input_is_reported_before_the_call(changes: dict[str, str], field: str) -> None:
    """At its field, and at no other."""
    with pytest.raises(BadInput) as raised:
        seat_form.check_form(seat_input(**changes))
    assert list(raised.value.fields) == [field]


@settings(deadline=None)
@given(NAMES.filter(lambda name: name.strip()), st.emails())
def test_usual_names_and_addresses_are_valid(name: str, address: str) -> None:
    """No real name is refused."""
    seat_form.check_form(seat_input(first_name=name, last_name=name, email=address))


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [
        (timedelta(days=3), ["None", "10 minutes before", "1 hour before", "1 day before"]),
        (timedelta(hours=2), ["None", "10 minutes before", "1 hour before"]),
        (timedelta(minutes=5), []),
    ],
)
def test_only_future_reminders_are_offered(ahead: timedelta, expected: list[str]) -> None:
    """And none while the webinar is live."""
    view = seat_form.form_view(webinar(start=NOW + ahead), seat_input(), now=NOW)
    offered = [block["element"]["options"] for block in view["blocks"] if block.get("block_id") == "reminder"]
    assert [option["text"]["text"] for options in offered for option in options] == expected
    live = seat_form.form_view(webinar(status=Status.ACTIVE), seat_input(), now=NOW)
    assert "reminder" not in [block.get("block_id") for block in live["blocks"]]
    assert live["submit"]["text"] == "Join Now"


@pytest.mark.parametrize(
    ("source", "suppressed", "expected"),
    [
        ("slack:C1", None, ["of this workspace, of you and of this channel to RingCentral"]),
        ("slack", False, ["of this workspace and of you to RingCentral", "RingCentral confirms it by email."]),
        ("slack", True, ["RingCentral sends no emails."]),
    ],
)
def test_the_consent_lists_the_transferred_data(source: str, suppressed: bool | None, expected: list[str]) -> None:
    """With whether RingCentral sends emails, if known."""
    preferences = None if suppressed is None else Preferences(suppress_emails=suppressed)
    one = webinar(registration=registration(preferences=preferences))
    line = visible_text(seat_form.form_view(one, seat_input(source=source), now=NOW)["blocks"][-1:])
    assert line.startswith("With Register you send your name, your email address, and the IDs")
    assert line.endswith("Greenroom keeps your name, address and link encrypted, until 90 days after the webinar.")
    assert all(each in line for each in expected)


def test_the_consent_names_no_ids_that_the_provider_does_not_keep() -> None:
    """An event of Zoom gets a name, an address and the answers to its questions."""
    one = webinar(session_id="zoom-1", abilities=frozenset({Ability.REGISTRATION, Ability.QUESTIONS}))
    line = visible_text(seat_form.form_view(one, seat_input(source="slack:C1"), now=NOW)["blocks"][-1:])
    assert line.startswith("With Register you send your name and your email address, and your answers, to Zoom, where")
    assert " IDs " not in line


@pytest.mark.parametrize(
    ("suppressed", "expected"),
    [
        (None, "."),
        (False, ", and RingCentral confirms by email."),
        (True, ", and RingCentral sends no emails."),
    ],
)
def test_the_dialog_of_the_register_button_states_what_is_sent(suppressed: bool | None, expected: str) -> None:
    """Within Slack's 300 characters, and without the promise of a seat; other buttons open the form and ask nothing."""
    preferences = None if suppressed is None else Preferences(suppress_emails=suppressed)
    one = webinar(registration=registration(preferences=preferences))
    button = register(one)
    text = button["confirm"]["text"]["text"]
    assert (button["value"], len(text) <= 300) == (f"s1 {CONSENTED}", True)
    assert text.startswith(f"RingCentral and the host get your name, email address and Slack IDs{expected} Greenroom")
    assert text.endswith(" Greenroom keeps your seat encrypted until 90 days after the webinar.")
    assert (text.count(". "), len(text) < 200) == (1, True), "two short sentences"
    assert button["confirm"]["confirm"]["text"] == "Register"
    assert "confirm" not in registration_form(one, "Join Now")


def test_the_dialog_names_no_ids_that_the_provider_does_not_keep() -> None:
    """Zoom gets a name and an address."""
    one = webinar(session_id="zoom-1", abilities=frozenset({Ability.REGISTRATION, Ability.QUESTIONS}))
    text = register(one)["confirm"]["text"]["text"]
    assert text.startswith("Zoom and the host get your name and email address.")


@pytest.mark.parametrize(
    ("profile", "is_sure"),
    [
        ({"name": "Dev Patel"}, True),
        ({"name": "dev", "first_name": "Dev", "last_name": "Patel"}, True),
        ({"name": "dev"}, True),  # the last name is missing, and the form asks for it
        ({"name": "Dev " + "x" * 65}, False),
        ({"name": "Room 12 Berlin"}, False),
        ({"name": "n/a", "first_name": "yes", "last_name": "no"}, False),
        ({"name": "\U0001f389"}, False),
    ],
    ids=str,
)
def test_a_doubtful_name_is_not_registered_without_the_form(profile: dict[str, str], is_sure: bool) -> None:
    """Neither one that would be cut, nor one with digits, nor an answer in place of a name."""
    person = Person(workspace=ACCOUNT.workspace, user_id="U2", **profile)
    assert seat_form.is_name_sure(person) is is_sure


@settings(deadline=None)
@given(MOMENTS, st.sampled_from(Status))
def test_the_link_is_shown_only_while_it_works(now: Any, status: Status) -> None:
    """Not after the end, and not if the webinar is canceled."""
    one = webinar(status=status)
    is_on = status is Status.ACTIVE or (status is Status.SCHEDULED and now < one.end)
    assert (OWN_LINK in str(seat_texts.seat_view(one, seat(), now=now))) is is_on
    if status is Status.CANCELED:
        assert OWN_LINK not in str(seat_texts.seat_message(one, seat(), now=now))


def test_canceling_a_seat_asks_for_confirmation() -> None:
    """The dialog explains the effect, and its button names the action."""
    button = buttons(seat_texts.seat_message(webinar(), seat(), now=NOW).blocks)["Cancel My Seat"]
    assert button["style"] == button["confirm"]["style"] == "danger"
    assert button["confirm"]["confirm"]["text"] == "Cancel My Seat"
    assert "your link stops working" in button["confirm"]["text"]["text"]


@pytest.mark.parametrize(
    ("read", "sentence"),
    [
        (registration(count=3, limit=3, is_open=False), "It is full.\nYou are not registered."),
        (registration(is_open=False), "Registration is closed right now.\nYou are not registered."),
    ],
)
def test_the_reason_for_no_seat_is_shown(read: Any, sentence: str) -> None:
    """With useful buttons, and the age of the count."""
    view = seat_texts.unavailable_view(webinar(registration=read), now=NOW)
    assert sentence in visible_text(view["blocks"])
    assert list(buttons(view["blocks"])) == ["Tell Me When It Opens", "Refresh"]
    assert " · as of <!date^" in visible_text(view["blocks"])


def test_an_unknown_registration_page_has_no_button() -> None:
    """The sentence says whom to ask."""
    view = seat_texts.registration_page_view(webinar(), seat_texts.NO_ADDRESS)
    assert seat_texts.NO_PAGE in visible_text(view["blocks"])
    assert buttons(view["blocks"]) == {}


def test_forms_and_seats_log_no_personal_data() -> None:
    """Their repr contains no name, address or link."""
    shown = repr([seat_input(), seat(), SeatInput(session_id="s1", first_name="Dev"), DEV])
    assert not [one for one in ("Dev", "Patel", "dev@acme.example", OWN_LINK) if one in shown]


def test_buttons_in_channels_contain_only_the_webinar() -> None:
    """What they show depends on the user who presses them."""
    one = webinar(registration=registration(), audience=Audience.REGISTRANTS, start=START)
    for button in (register(one), registration_form(one, "Join Now"), when_open(one), my_link(one)):
        assert (button["value"].split()[0], button.get("url")) == ("s1", None)
