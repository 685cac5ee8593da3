"""Checks everything that Slack was sent in a story: Slack's limits, and the rules for wording."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.support.block_kit import check_message, check_view
from tests.support.wording import errors_wording, message_wording, not_exempt, view_wording

if TYPE_CHECKING:
    from sandbox.slack import Slack

_DIGITS = str.maketrans("123456789", "000000000")
_checked: set[str] = set()
"""Contents that kept all rules, with their digits as zeros: stories differ in times and ids, which the rules ignore."""


class ShownContent:
    """Records each message and view, also those that were replaced or deleted later."""

    def __init__(self, slack: Slack) -> None:
        """Record from now on."""
        self._found: dict[str, dict[str, Any]] = {}
        slack.world.on_content.append(self._record)

    def check(self) -> None:
        """Assert that all of it keeps the rules."""
        problems: list[str] = []
        for key, content in self._found.items():
            found = not_exempt(content_problems(content))
            problems += found
            if not found:
                _checked.add(key)
        assert not problems, "\n".join(problems)

    def _record(self, content: dict[str, Any]) -> None:
        key = json.dumps(content).translate(_DIGITS)
        if key not in _checked:
            self._found[key] = content


def content_problems(content: dict[str, Any]) -> list[str]:
    """Problems of a message, a view, or the errors of a form; AssertionError if Slack would not accept it."""
    if "errors" in content:
        return errors_wording(content["errors"])
    if content.get("type") in {"modal", "home"}:
        check_view(content)
        return view_wording(content)
    text, blocks = content.get("text") or "", content.get("blocks") or []
    if blocks:
        check_message(text, blocks)
    return message_wording(text, blocks)
