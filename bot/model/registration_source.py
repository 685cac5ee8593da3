"""Name where registrations came from, for figures that others see: channels by name, no addresses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

CHANNEL_PREFIX: Final = "slack:"
"""The prefix of the source of registrations from a card in Slack; the channel's id follows."""
COMMAND_SOURCE: Final = "slack"
"""The source of registrations in Slack without a card."""
BY_COMMAND: Final = "Slack, by command"
MAX_CHANNEL_NAME: Final = 100
"""Characters of "Slack #" and the name of a channel, which has up to 80."""
PRIVATE_CHANNEL: Final = "Slack, private channel"
NOT_NAMED: Final = "Not named"
OTHERS: Final = "Others"


def source_name(source: str, channels: Mapping[str, str], most: int) -> str:
    """The name of a source, at most `most` characters; `OTHERS` for one that may be an address.

    `channels` maps the ids of public channels to their names: every other channel is a private one.
    """
    text = " ".join(source.split())
    if text.startswith(CHANNEL_PREFIX):
        name = channels.get(text.removeprefix(CHANNEL_PREFIX), "")
        return f"Slack #{name}"[:most] if name else PRIVATE_CHANNEL
    if text == COMMAND_SOURCE:
        return BY_COMMAND
    if "@" in text:
        return OTHERS
    return (text if len(text) <= most else text[: most - 1] + "…") or NOT_NAMED


def shown_source(source: str, channels: Mapping[str, str]) -> str:
    """The source as an organizer sees it beside a registrant: as given, except that channels have their names."""
    text = " ".join(source.split())
    is_ours = text.startswith(CHANNEL_PREFIX) or text == COMMAND_SOURCE
    return source_name(text, channels, len(text) + MAX_CHANNEL_NAME) if is_ours else text


def top_channels(sources: Iterable[str], limit: int) -> list[str]:
    """The ids of the Slack channels that are most often among these sources."""
    found = (source.strip() for source in sources)
    counted = Counter(source.removeprefix(CHANNEL_PREFIX) for source in found if source.startswith(CHANNEL_PREFIX))
    return [channel for channel, _ in counted.most_common(limit)]
