"""Reads the values of a modal as Slack sends them: block id → action id → state of the element."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Mapping[str, Mapping[str, Any]]]


def element(values: Values, block_id: str) -> Mapping[str, Any] | None:
    """Return the state of the only element of a block; None without such a block."""
    return next(iter(values.get(block_id, {}).values()), None)


def text(values: Values, block_id: str, otherwise: str) -> str:
    """Return the text of an input; empty if it was cleared, `otherwise` without such a block."""
    state = element(values, block_id)
    return otherwise if state is None else str(state.get("value") or "")


def choice(values: Values, block_id: str, otherwise: str) -> str:
    """Return the value chosen in a select or radio buttons; `otherwise` if none is chosen."""
    chosen = (element(values, block_id) or {}).get("selected_option") or {}
    return str(chosen.get("value", otherwise))


def choices(values: Values, block_id: str, otherwise: frozenset[str]) -> frozenset[str]:
    """Return the checked values; empty if all are off, `otherwise` without such a block."""
    state = element(values, block_id)
    if state is None:
        return otherwise
    return frozenset(str(option["value"]) for option in state.get("selected_options") or ())
