"""Messages and views as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

View = dict[str, Any]
"""A modal, as a dictionary of the Web API."""


@dataclass(frozen=True)
class Message:
    """A message: `text` for notifications and screen readers, `blocks` for display."""

    text: str
    blocks: list[dict[str, Any]]
