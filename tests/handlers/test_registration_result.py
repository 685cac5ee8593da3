"""Buttons, form and result of opening, closing and limiting a registration, with Undo."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import BadInput
from bot.model.webinar import Audience, Registration, Status, Webinar
from bot.registration.state import RegistrationState, RegistrationUndo
from bot.registration.texts import settings_result
from bot.registration.texts.settings_result import (
    change_text,
    changed_message,
    changed_view,
    read_undo,
    unchanged_message,
)
from bot.slack import buttons as ids
from bot.webinars.texts.registration_buttons import registration_buttons
from handlers.browse.texts import count
from handlers.registration import limit_form
from tests.support.block_kit import buttons, check_message, check_view, visible_text
from tests.support.rows import each_row
from tests.support.webinar_samples import MOMENTS, NOW, REGISTRATIONS, WEBINARS, registration, webinar

OPEN, CLOSED = registration(), registration(is_open=False)
FULL = registration(is_open=False, limit=3)


def labels(one: Webinar) -> list[tuple[str, str]]:
    """The texts and action ids of a webinar's buttons."""
    return [(button["text"]["text"], button["action_id"]) for button in registration_buttons(one, NOW)]


@each_row(
    ("changes", "expected"),
    [
        ({"registration": OPEN}, [("Close Registration", ids.CLOSE), ("Set Limit", ids.RAISE_LIMIT)]),
        ({"registration": CLOSED}, [("Open Registration", ids.REOPEN), ("Set Limit", ids.RAISE_LIMIT)]),
        (
            {"registration": registration(limit=9), "status": Status.ACTIVE},
            [("Close Registration", ids.CLOSE), ("Change Limit", ids.RAISE_LIMIT)],
        ),
        ({"registration": FULL}, [("Raise Limit", ids.RAISE_LIMIT)]),
        ({"registration": None}, []),
        ({"registration": OPEN, "audience": Audience.ANYONE}, []),
        ({"registration": OPEN, "status": Status.FINISHED}, []),
        ({"registration": OPEN, "status": Status.CANCELED}, []),
    ],
)
def test_only_useful_buttons_are_shown(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """No Open for a full registration, none after the webinar."""
    assert labels(webinar(**changes)) == expected


def test_the_count_has_buttons_only_for_managers() -> None:
    """Other users see no buttons to open or close."""
    one = webinar(registration=registration())
    may, may_not = (count(one, now=NOW, can_manage=may) for may in (True, False))
    check_message(may.text, may.blocks)
    assert list(buttons(may.blocks)) == [
        *("Refresh", "Registration", "Chart", "Details"),
        *("Close Registration", "Set Limit"),
    ]
    assert list(buttons(may_not.blocks)) == ["Refresh", "Details"]


@each_row(
    ("before", "after", "sentence"),
    [
        (OPEN, CLOSED, "Registration is closed, and the links of 3 people still work."),
        (registration(count=0), registration(count=0, is_open=False), "Registration is closed."),
        (CLOSED, OPEN, "Registration is open again."),
        (OPEN, registration(limit=9), "The limit is now 9 people."),
        (registration(limit=9), OPEN, "There is no limit now."),
        (
            FULL,
            registration(limit=9),
            "The limit is now 9 people, and registration is open again: it had closed at the limit.",
        ),
        (FULL, OPEN, "There is no limit now, and registration is open again: it had closed at the limit."),
        (CLOSED, registration(is_open=False, limit=9), "The limit is now 9 people, and registration stays closed."),
        (registration(limit=9), FULL, "The limit is now 3 people, and registration is full."),
        (registration(limit=9), CLOSED, "There is no limit now, and registration is closed."),
    ],
)
def test_the_result_explains_the_effect(before: Registration, after: Registration, sentence: str) -> None:
    """What was changed, and whether people can register now."""
    assert change_text(before, after, provider="RingCentral") == sentence


def test_the_result_shows_old_and_new_values_and_the_count() -> None:
    """With Undo first, then the likely next steps."""
    message = changed_message(webinar(registration=registration(limit=9)), FULL, now=NOW)
    check_message(message.text, message.blocks)
    assert message.text == (
        "Launch day: The limit is now 9 people, and registration is open again: it had closed at the limit. "
        "Registration: Full → Open. Limit: 3 people → 9 people. Registered: 3 people."
    )
    assert [field["text"] for field in message.blocks[1]["fields"]] == [
        "*Registration*\nFull → Open",
        "*Limit*\n3 people → 9 people",
        "*Registered*\n3 people",
    ]
    assert list(buttons(message.blocks)) == ["Undo", "Close Registration", "Change Limit", "Details"]


def test_undo_contains_the_states_before_and_after() -> None:
    """So that a later change of another user is not undone."""
    message = changed_message(webinar(registration=registration(limit=9)), FULL, now=NOW)
    button = buttons(message.blocks)["Undo"]
    assert button["action_id"] == ids.UNDO_REGISTRATION
    assert read_undo(button["value"]) == RegistrationUndo(
        session_id="s1", made=RegistrationState(is_open=True, limit=9), back=RegistrationState(is_open=False, limit=3)
    )


def test_an_undo_has_no_undo() -> None:
    """The other buttons are shown."""
    message = changed_message(webinar(registration=OPEN), CLOSED, now=NOW, undone=True)
    assert message.text.startswith("Launch day: Undone. Registration is open again. ")
    assert list(buttons(message.blocks)) == ["Close Registration", "Set Limit", "Details"]


def test_the_result_view_has_the_same_content() -> None:
    """In place of the form."""
    one = webinar(registration=registration(limit=9))
    view = changed_view(one, FULL, now=NOW)
    check_view(view)
    assert (view["callback_id"], view["blocks"]) == (settings_result.DONE, changed_message(one, FULL, now=NOW).blocks)


def test_an_unchanged_registration_shows_the_reason_and_state() -> None:
    """With the age of the count, a useful button, and Refresh."""
    message = unchanged_message(webinar(registration=FULL), "Registration is full.", now=NOW)
    check_message(message.text, message.blocks)
    assert visible_text(message.blocks).splitlines()[:3] == [
        "*Launch day*",
        "Registration is full.",
        "3 of 3 registered, full · as of <!date^1795274400^{time}|3:20 PM UTC>",
    ]
    assert list(buttons(message.blocks)) == ["Raise Limit", "Refresh"]
    assert message.text == "Launch day: Registration is full."


@pytest.mark.parametrize(
    ("read", "typed", "offered"),
    [
        (FULL, "", "5"),
        (registration(limit=100), "", "150"),
        (OPEN, "", None),
        (None, "", None),
        (FULL, "1,000", "1000"),
        (FULL, "many", "5"),
        (OPEN, "off", None),
    ],
)
def test_the_form_suggests_a_limit(read: Registration | None, typed: str, offered: str | None) -> None:
    """The typed one, or the next round one."""
    view = limit_form.form_view(webinar(registration=read), now=NOW, typed=typed)
    check_view(view)
    assert (view["blocks"][1]["element"].get("initial_value"), view["private_metadata"]) == (offered, "s1")


def test_the_form_explains_a_higher_limit() -> None:
    """Only if the registration is full."""
    full, not_full = (
        visible_text(limit_form.form_view(webinar(registration=read), now=NOW)["blocks"]).splitlines()[-1]
        for read in (FULL, OPEN)
    )
    read_at = "as of <!date^1795274400^{time}|3:20 PM UTC>"
    assert full == f"3 of 3 registered, full · {read_at} · It is full: a higher limit opens it again."
    assert not_full == f"3 registered · {read_at}"


@pytest.mark.parametrize(("sent", "limit"), [("75", 75), ("", None), (None, None), (" 75 ", 75)])
def test_the_form_is_read(sent: str | None, limit: int | None) -> None:
    """An empty field is no limit."""
    assert limit_form.read_form({"limit": {"limit": {"type": "number_input", "value": sent}}}) == limit


@pytest.mark.parametrize("sent", ["0", "-1", "2.5", "9999999999", "many"])
def test_an_invalid_limit_is_reported_at_its_field(sent: str) -> None:
    """In words that fit a form, which has no "off"."""
    with pytest.raises(BadInput) as wrong:
        limit_form.read_form({"limit": {"limit": {"type": "number_input", "value": sent}}})
    assert wrong.value.fields == {limit_form.LIMIT: wrong.value.sentence}
    assert wrong.value.sentence.endswith("leave it empty for no limit.")


@settings(deadline=None)
@given(WEBINARS, REGISTRATIONS, REGISTRATIONS, MOMENTS, st.text(max_size=3000))
def test_every_view_is_within_slacks_limits(
    one: Webinar, before: Registration, after: Registration, now: Any, text: str
) -> None:
    """For any counts, titles and sentences."""
    current = one.model_copy(update={"registration": after})
    for message in (changed_message(current, before, now=now), unchanged_message(current, text, now=now)):
        check_message(message.text, message.blocks)
    views = [changed_view(current, before, now=now), limit_form.form_view(one, now=now, typed=text)]
    for view in [
        *views,
        limit_form.working_view(one, note=text),
        limit_form.form_view(one, now=now, problem=text or "x"),
    ]:
        check_view(view)
