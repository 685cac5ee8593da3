"""Reads what a modal's inputs hold, in the shape Slack sends it: block id, then action id, then the element's state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]


def element(values: Values, block_id: str) -> Mapping[str, Any] | None:
    """The state of the one element of a block, or None where the modal has no such block."""
    return next(iter(values.get(block_id, {}).values()), None)


def text(values: Values, block_id: str, otherwise: str) -> str:
    """What a text input holds; empty where it was emptied, `otherwise` where there is none."""
    state = element(values, block_id)
    return otherwise if state is None else str(state.get("value") or "")


def choice(values: Values, block_id: str, otherwise: str) -> str:
    """The value chosen in a select or among radio buttons; `otherwise` where nothing is chosen."""
    chosen = (element(values, block_id) or {}).get("selected_option") or {}
    return str(chosen.get("value", otherwise))


def choices(values: Values, block_id: str, otherwise: frozenset[str]) -> frozenset[str]:
    """The values ticked among checkboxes: none where all are off, `otherwise` where there are no such boxes."""
    state = element(values, block_id)
    if state is None:
        return otherwise
    return frozenset(str(option["value"]) for option in state.get("selected_options") or ())
