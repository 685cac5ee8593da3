"""Asks for the channel of a command that was typed in a direct message."""

from __future__ import annotations

from bot.slack import buttons
from bot.slack.blocks import actions, message, section
from bot.slack.message import Message


def choose_channel(question: str, command: str) -> Message:
    """A question (mrkdwn) with a channel picker. The choice runs `command`, what follows `/webinar`, there."""
    picker = actions(buttons.channel_picker(), block_id=buttons.channel_block_id(command))
    return message(question, [section(question), *picker])
