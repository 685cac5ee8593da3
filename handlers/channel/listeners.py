"""Listens to who joins and leaves channels, which decides who sees the webinars announced there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.services import Services
    from handlers.request import EventListeners


async def forget(services: Services, event: Mapping[str, Any]) -> None:
    """Look up again who can read this channel."""
    services.channels.forget(str(event.get("channel")))


EVENTS: EventListeners = {
    "member_joined_channel": forget,
    "member_left_channel": forget,
    "channel_left": forget,
    "group_left": forget,
}
"""The last two report that Greenroom itself was removed: docs.slack.dev/reference/events/channel_left"""
