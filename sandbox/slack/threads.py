"""Threads: which message a reply may have as its parent (https://docs.slack.dev/messaging#threading)."""

from __future__ import annotations

import re

from sandbox.slack.errors import SlackError
from sandbox.slack.model import Message
from sandbox.slack.world import World

TS = re.compile(r"\d{9,11}\.\d{6}")


def check(world: World, channel: str, thread_ts: str | None) -> None:
    """Refuse a `thread_ts` that is not the ts of a message in this channel which is no reply itself."""
    if not thread_ts:
        return
    if not TS.fullmatch(thread_ts):
        raise SlackError("invalid_thread_ts", [f"{thread_ts} is not a valid thread_ts"])
    parent = find(world, channel, thread_ts)
    if is_reply(parent):
        raise SlackError("cannot_reply_to_message")


def find(world: World, channel: str, ts: str) -> Message:
    """A message that can be in a thread; SlackError if there is none."""
    message = world.messages.get(channel, {}).get(ts)
    if message is None or message.deleted or message.ephemeral_to is not None:
        raise SlackError("thread_not_found")
    return message


def is_reply(message: Message) -> bool:
    """Whether the message is in a thread and is not its parent."""
    return message.thread_ts not in (None, message.ts)


def attach(world: World, message: Message) -> None:
    """Make the parent of a new reply the parent of a thread."""
    parent = world.messages.get(message.channel, {}).get(message.thread_ts or "")
    if parent is not None and message.ephemeral_to is None:
        parent.thread_ts = parent.ts


def replies(world: World, parent: Message) -> list[Message]:
    """The replies, oldest first, without ephemeral ones."""
    inside = world.messages_in(parent.channel)
    return [m for m in inside if m.thread_ts == parent.ts and m.ts != parent.ts and m.ephemeral_to is None]
