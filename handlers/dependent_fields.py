"""Shows a form again after a choice in it, with the fields that belong to the choice and everything that was typed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from handlers.refill import INITIAL, filled

if TYPE_CHECKING:
    from bot.slack.blocks import Block
    from bot.slack.form_values import Values
    from bot.slack.message import View
    from handlers.request import SlackRequest

Hidden: TypeAlias = dict[str, dict[str, dict[str, Any]]]
"""Input of fields that a form does not show, as in Slack's state: block id → action id → value."""
MAX_HIDDEN = 2_600
"""Characters; Slack takes 3,000 in all for what a form carries with it."""


def with_input(blocks: Sequence[Block], values: Values) -> list[Block]:
    """The fields with their input in `values`; others are as they are."""
    return [filled(block, values[block["block_id"]]) if block.get("block_id") in values else block for block in blocks]


def hidden_input(blocks: Sequence[Block], values: Values) -> Hidden:
    """What was entered into fields that are not among these blocks, for the form to carry.

    If it is longer than Slack takes, the longest inputs are left out.
    """
    shown = {block.get("block_id") for block in blocks}
    given = {name: _given(elements) for name, elements in values.items() if name not in shown}
    hidden = {name: elements for name, elements in given.items() if elements}
    while len(json.dumps(hidden)) > MAX_HIDDEN:
        del hidden[max(hidden, key=lambda name: len(json.dumps(hidden[name])))]
    return hidden


def has_other_fields(shown: Mapping[str, Any] | None, view: View) -> bool:
    """Whether a form has other fields, or other options in them, than the one that is shown; not without one."""
    return shown is not None and _fields(shown) != _fields(view)


async def show_fields(request: SlackRequest, view: View) -> None:
    """Show the form in which a choice was made; Slack keeps what is typed into fields whose ids are the same."""
    action = request.body["actions"][0]
    await request.services.results.show_fields(
        request.view_id,
        view,
        view_hash=str((request.view or {}).get("hash", "")),
        chosen_at=float(action.get("action_ts") or 0.0),
    )


def _fields(view: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The fields by id, each with the values of its options."""
    found = [block for block in view.get("blocks", ()) if block["type"] == "input"]
    return [
        (block["block_id"], [option["value"] for option in block["element"].get("options") or ()]) for block in found
    ]


def _given(elements: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The elements with input, reduced to it."""
    given = {
        action_id: {key: value for key, value in state.items() if key in INITIAL and value}
        for action_id, state in elements.items()
    }
    return {action_id: state for action_id, state in given.items() if state}
