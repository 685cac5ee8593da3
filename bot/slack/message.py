"""Messages and views as data."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

View = dict[str, Any]
"""A modal, as a dictionary of the Web API."""


@dataclass(frozen=True)
class Message:
    """A message: `text` for notifications and screen readers, `blocks` for display."""

    text: str
    blocks: list[dict[str, Any]]

    @cached_property
    def as_json(self) -> str:
        """`text` and `blocks` as JSON. Encoded once: one message goes to many channels."""
        return json.dumps({"text": self.text, "blocks": self.blocks})
