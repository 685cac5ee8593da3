"""What is sent to Slack: a message or a modal, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

View = dict[str, Any]
"""A block, an element of a block and a modal, as the Web API takes them."""


@dataclass(frozen=True)
class Message:
    """A message: `text` for notifications and screen readers, `blocks` for the eye."""

    text: str
    blocks: list[dict[str, Any]]
