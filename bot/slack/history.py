"""Whether the bot may read the messages of a conversation."""

from __future__ import annotations

from bot.slack.client import SlackApi

HISTORY_SCOPES = {
    "C": {"channels:history", "groups:history"},
    "G": {"groups:history", "mpim:history"},
    "D": {"im:history"},
}
"""Scopes that let the bot read a conversation, by the first letter of its id; a private channel's may be a C too."""


async def can_read_history(slack: SlackApi, channel_id: str) -> bool:
    """Whether the bot may read the messages of this conversation."""
    needed = HISTORY_SCOPES.get(channel_id[:1], set())
    return bool(needed & await slack.scopes())


async def can_read_any_history(slack: SlackApi) -> bool:
    """Whether the bot may read the messages of some conversation."""
    return bool(set().union(*HISTORY_SCOPES.values()) & await slack.scopes())
