"""Writes messages out for Slack many times quicker than slack_sdk does, for those that are built by the thousand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ContextBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from bot.views.blocks import Message


def quick_message(text: str, blocks: Iterable[Block]) -> Message:
    """The same message as `blocks.message` makes, but with nothing checked: limits are for whoever builds it.

    slack_sdk looks up every field and every check by name each time it writes a block out.
    """
    return Message(text, [_block(block) for block in blocks])


def _block(block: Block) -> dict[str, Any]:
    match block:
        case SectionBlock(text=MarkdownTextObject() as text, fields=[], block_id=None):
            written: dict[str, Any] = {"type": "section", "text": _mrkdwn(text)}
            match block.accessory:
                case None:
                    return written
                case ButtonElement() as button:
                    return written | {"accessory": _button(button)}
        case ActionsBlock(block_id=None) if all(isinstance(element, ButtonElement) for element in block.elements):
            return {"type": "actions", "elements": [_button(element) for element in block.elements]}
        case ContextBlock(block_id=None) if all(isinstance(text, MarkdownTextObject) for text in block.elements):
            return {"type": "context", "elements": [_mrkdwn(text) for text in block.elements]}
    return dict(block.to_dict())


def _mrkdwn(text: Any) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text.text, "verbatim": text.verbatim}


def _button(button: Any) -> dict[str, Any]:
    label: PlainTextObject = button.text
    written = {
        "type": "button",
        "action_id": button.action_id,
        "text": {"type": "plain_text", "text": label.text, "emoji": label.emoji},
        "url": button.url,
        "value": button.value,
        "style": button.style,
        "accessibility_label": button.accessibility_label,
    }
    return {name: value for name, value in written.items() if value is not None}
