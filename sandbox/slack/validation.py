"""Web API method blocks.validate (https://docs.slack.dev/reference/methods/blocks.validate)."""

from __future__ import annotations

from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Json
from sandbox.slack.registry import Call, method
from sandbox.slack.surfaces import message_problems, view_problems


@method("blocks.validate")
def blocks_validate(call: Call) -> Json:
    """Check blocks, a message or a view without posting it; the problems are those of posting."""
    given = {name: call.args.structured(name) for name in ("blocks", "message", "view")}
    sent = [(name, value) for name, value in given.items() if value is not None]
    if len(sent) != 1:
        raise SlackError("invalid_arguments", ["must define exactly one of blocks, message, view [json-pointer:/]"])
    if problems := _problems(*sent[0]):
        raise SlackError("invalid_blocks", problems)
    return {}


def _problems(name: str, value: Any) -> list[str]:
    if name == "blocks":
        return message_problems(value)
    if not isinstance(value, dict):
        return [f"must be an object [json-pointer:/{name}]"]
    if name == "message":
        return message_problems(value.get("blocks") or [])
    return view_problems(value, "home" if value.get("type") == "home" else "modal")
