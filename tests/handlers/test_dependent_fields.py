"""What a form carries of the fields that it does not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.slack.form_elements import checkboxes, input_block, option, static_select, text_input
from handlers.dependent_fields import MAX_HIDDEN, has_other_fields, hidden_input, with_input

TYPED: dict[str, Any] = {"type": "plain_text_input", "value": "Iris"}
CHOSEN: dict[str, Any] = {"type": "static_select", "selected_option": {"value": "own"}}
SHOWN = [input_block(block_id="name", label="Name", element=text_input(action_id="name"))]


@pytest.mark.parametrize(
    ("values", "hidden"),
    [
        ({"name": {"name": TYPED}}, {}),
        ({"other": {"a": TYPED}}, {"other": {"a": {"value": "Iris"}}}),
        ({"other": {"a": CHOSEN}}, {"other": {"a": {"selected_option": {"value": "own"}}}}),
        ({"other": {"a": {"type": "users_select", "selected_user": "U1"}}}, {"other": {"a": {"selected_user": "U1"}}}),
        ({"other": {"a": {"type": "plain_text_input", "value": None}}}, {}),
        ({"other": {"a": {"type": "checkboxes", "selected_options": []}}}, {}),
    ],
)
def test_only_input_of_other_fields_is_carried(values: dict[str, Any], hidden: dict[str, Any]) -> None:
    """And nothing of what is empty."""
    assert hidden_input(SHOWN, values) == hidden


def test_what_is_too_long_to_carry_is_left_out() -> None:
    """The longest input first: Slack takes 3,000 characters."""
    values = {
        name: {name: {"value": name * count}} for name, count in {"a": 900, "b": 1_800, "c": 20, "d": 3_000}.items()
    }
    hidden = hidden_input(SHOWN, values)
    assert set(hidden) == {"a", "c"}
    assert len(json.dumps(hidden)) <= MAX_HIDDEN


def test_a_choice_is_shown_as_it_is_offered() -> None:
    """Slack refuses an option that is not exactly one of the list, and one that is no longer there."""
    offered = [option(value=value, text=value.title()) for value in ("own", "provider")]
    boxes = [option(value="a", text="A")]
    fields = [
        input_block(block_id="links", label="Links", element=static_select(action_id="x", options=offered)),
        input_block(block_id="boxes", label="Boxes", element=checkboxes(action_id="x", options=boxes)),
    ]
    ticked = {"type": "checkboxes", "selected_options": [{"value": "a"}, {"value": "gone"}]}
    links, shown = with_input(fields, {"links": {"x": CHOSEN}, "boxes": {"x": ticked}})
    assert (links["element"]["initial_option"], shown["element"]["initial_options"]) == (offered[0], boxes)
    gone = {"x": {"type": "static_select", "selected_option": {"value": "gone"}}}
    assert "initial_option" not in with_input(fields, {"links": gone})[0]["element"]


def test_fields_are_shown_with_what_was_typed() -> None:
    """Others stay as they are, and so does what is no field."""
    line = {"type": "divider"}
    filled, other = with_input([*SHOWN, line], {"name": {"name": TYPED}})
    assert (filled["element"]["initial_value"], other) == ("Iris", line)
    assert with_input(SHOWN, {}) == SHOWN


def test_a_form_has_other_fields_by_its_fields_and_their_options() -> None:
    """Not by its texts; and nothing is compared with a form that is not there."""
    one, two = ([option(value=value, text="A") for value in values] for values in ("a", "ab"))
    views = [
        {"blocks": [input_block(block_id="x", label="X", element=checkboxes(action_id="x", options=options))]}
        for options in (one, two)
    ]
    renamed = {"blocks": [{**views[0]["blocks"][0], "label": "Y"}, {"type": "divider"}]}
    assert has_other_fields(*views)
    assert has_other_fields(views[0], {"blocks": []})
    assert not has_other_fields(views[0], renamed)
    assert not has_other_fields(None, views[0])
