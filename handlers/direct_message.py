"""Work that needs the user's direct messages: what to say if Slack does not let us write there, or if it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from bot.errors import ChannelUnreachable
from bot.slack.message import Message
from bot.slack.responses import SlackRefused
from handlers.request import SlackRequest


@contextmanager
def undeliverable_as(sentence: str) -> Iterator[None]:
    """Raise `ChannelUnreachable` with this sentence if Slack does not let us write to the user."""
    try:
        yield
    except (ChannelUnreachable, SlackRefused) as error:
        raise ChannelUnreachable(sentence) from error


async def post_and_save(
    request: SlackRequest, message: Message, failed: Message, save: Callable[[str], Awaitable[None]], undeliverable: str
) -> None:
    """Post a direct message to the user, and save with the id of its channel, which only Slack's response has.

    If that fails, the message becomes `failed`. Raises `ChannelUnreachable` with `undeliverable`, or what failed.
    """
    with undeliverable_as(undeliverable):
        channel_id, ts = await request.slack.post(request.user_id, message)
    try:
        await save(channel_id)
    except Exception:
        await request.slack.edit(channel_id, ts, failed)
        raise
