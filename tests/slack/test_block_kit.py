"""The test checker of Slack's limits rejects each kind of payload that Slack rejects."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.block_kit import check_message, check_view, initial_values
from tests.support.rows import each_row

BUTTON: dict[str, Any] = {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}}


def section(text: str = "x", **more: Any) -> dict[str, Any]:
    """A section of mrkdwn."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def actions(*elements: dict[str, Any]) -> dict[str, Any]:
    """A row of elements."""
    return {"type": "actions", "elements": list(elements)}


def field(element: dict[str, Any], block_id: str = "b") -> dict[str, Any]:
    """An input."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": {"type": "plain_text", "text": "Name"},
        "element": {"action_id": "a", **element},
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal with a submit button."""
    view = {
        "type": "modal",
        "callback_id": "c",
        "title": {"type": "plain_text", "text": "Title"},
        "submit": {"type": "plain_text", "text": "Send"},
        "blocks": list(blocks),
    }
    return {key: value for key, value in (view | more).items() if value is not None}


OPTIONS = [{"text": {"type": "plain_text", "text": str(n)}, "value": str(n)} for n in range(101)]

BAD_BLOCKS = {
    "51 blocks": [section()] * 51,
    "no blocks": [],
    "section text": [section("x" * 3001)],
    "header text": [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "empty text": [section("")],
    "ping": [section("hello <!channel>")],
    "11 fields": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11}],
    "field text": [{"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]}],
    "empty section": [{"type": "section"}],
    "unknown block": [{"type": "sparkle"}],
    "unknown key": [section(colour="red")],
    "input in a message": [field({"type": "plain_text_input"})],
    "alert in a message": [{"type": "alert", "text": {"type": "mrkdwn", "text": "x"}}],
    "block ids twice": [section(block_id="b"), section(block_id="b")],
    "action ids twice in a block": [actions(BUTTON, BUTTON)],
    "26 buttons": [actions(*({**BUTTON, "action_id": str(n)} for n in range(26)))],
    "button text": [actions({**BUTTON, "text": {"type": "plain_text", "text": "x" * 76}})],
    "button value": [actions({**BUTTON, "value": "x" * 2001})],
    "button url": [actions({**BUTTON, "url": "x" * 3001})],
    "button label": [actions({**BUTTON, "accessibility_label": "x" * 76})],
    "button style": [actions({**BUTTON, "style": "loud"})],
    "two primaries": [actions({**BUTTON, "style": "primary"}), actions({**BUTTON, "style": "primary"})],
    "text input among buttons": [actions({"type": "plain_text_input", "action_id": "a"})],
    "101 options": [actions({"type": "static_select", "action_id": "a", "options": OPTIONS})],
    "11 checkboxes": [actions({"type": "checkboxes", "action_id": "a", "options": OPTIONS[:11]})],
    "foreign initial option": [
        actions({"type": "static_select", "action_id": "a", "options": OPTIONS[:1], "initial_option": OPTIONS[1]})
    ],
    "empty initial options": [
        actions({"type": "checkboxes", "action_id": "a", "options": OPTIONS[:1], "initial_options": []})
    ],
}

BAD_VIEWS = {
    "title": modal(section(), title={"type": "plain_text", "text": "x" * 25}),
    "submit": modal(section(), submit={"type": "plain_text", "text": "x" * 25}),
    "inputs without submit": modal(field({"type": "plain_text_input"}), submit=None),
    "101 blocks": modal(*[section()] * 101),
    "private_metadata": modal(section(), private_metadata="x" * 3001),
    "250 kB": modal(*[section("é" * 2900)] * 50),
    "initial value": modal(field({"type": "plain_text_input", "max_length": 5, "initial_value": "123456"})),
    "alert text": modal({"type": "alert", "text": {"type": "mrkdwn", "text": "x" * 201}}),
    "date-time": modal(field({"type": "datetimepicker", "initial_date_time": 5})),
    "two with the focus": modal(
        field({"type": "plain_text_input", "focus_on_load": True}),
        field({"type": "plain_text_input", "focus_on_load": True}, "c"),
    ),
    "unknown key": modal(section(), colour="red"),
    "a button as an input": modal(field(BUTTON)),
}


@each_row("blocks", BAD_BLOCKS.values())
def test_message_that_slack_refuses_is_noticed(blocks: list[dict[str, Any]]) -> None:
    """Each limit has a payload just beyond it."""
    with pytest.raises(AssertionError):
        check_message("text", blocks)


@each_row("view", BAD_VIEWS.values())
def test_view_that_slack_refuses_is_noticed(view: dict[str, Any]) -> None:
    """Each limit has a payload just beyond it."""
    with pytest.raises(AssertionError):
        check_view(view)


@pytest.mark.parametrize("text", ["", "x" * 4001, "hi <!here>"])
def test_text_that_is_missing_too_long_or_pings_is_noticed(text: str) -> None:
    """The top-level text is checked too."""
    with pytest.raises(AssertionError):
        check_message(text, [section()])


def test_payload_at_the_limits_passes() -> None:
    """Payloads exactly at the limits pass."""
    check_message("x" * 4000, [section("x" * 3000)] * 50)
    check_view(modal(field({"type": "static_select", "options": OPTIONS[:100]}), *[section()] * 99))


def test_untouched_modal_holds_its_initial_values() -> None:
    """An empty input has no value, checkboxes have an empty list, as Slack sends them."""
    view = modal(
        field({"type": "plain_text_input"}, "text"),
        field({"type": "checkboxes", "options": OPTIONS[:2]}, "boxes"),
        field({"type": "static_select", "options": OPTIONS[:2], "initial_option": OPTIONS[1]}, "select"),
    )
    assert initial_values(view) == {
        "text": {"a": {"type": "plain_text_input", "value": None}},
        "boxes": {"a": {"type": "checkboxes", "selected_options": []}},
        "select": {"a": {"type": "static_select", "selected_option": OPTIONS[1]}},
    }
