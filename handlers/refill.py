"""Shows a submitted form again with everything that was entered in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.slack.blocks import Block, paragraph, warning
from bot.slack.message import View

KEPT = ("type", "callback_id", "title", "submit", "close", "private_metadata", "notify_on_close")
INITIAL = {
    "value": "initial_value",
    "selected_date_time": "initial_date_time",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
}
"""The key of an element's input in Slack's state, and of its initial value in a view."""


def refilled(view: Mapping[str, Any], problem: str = "", errors: Mapping[str, str] | None = None) -> View:
    """The form of a `view_submission` with its inputs, a problem on top, and errors below their fields."""
    values = view["state"]["values"]
    blocks: list[Block] = [warning(problem)] if problem else []
    for block in view["blocks"]:
        blocks.append(filled(block, values.get(block.get("block_id"), {})))
        if sentence := (errors or {}).get(block.get("block_id", "")):
            blocks.append(paragraph(sentence))
    return {**{key: view[key] for key in KEPT if view.get(key)}, "blocks": blocks}


def filled(block: Mapping[str, Any], state: Mapping[str, Mapping[str, Any]]) -> Block:
    """A field with this input, by its action id; one without input is empty."""
    element = block.get("element")
    if block["type"] != "input" or not element:
        return dict(block)
    given = state.get(element["action_id"], {})
    empty = {key: value for key, value in element.items() if key not in INITIAL.values()}
    initial = {INITIAL[key]: _as_offered(element, value) for key, value in given.items() if key in INITIAL and value}
    return {**block, "element": {**empty, **{key: value for key, value in initial.items() if value}}}


def _as_offered(element: Mapping[str, Any], value: Any) -> Any:
    """Chosen options as the element has them; Slack refuses an initial option that is not one of them exactly."""
    groups = element.get("option_groups") or [element]
    offered = {option["value"]: option for group in groups for option in group.get("options") or ()}
    if not offered:
        return value
    if isinstance(value, list):
        return [offered[one["value"]] for one in value if one["value"] in offered]
    return offered.get(value["value"])
