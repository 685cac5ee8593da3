"""Refusals of a value as problems of the field in which it was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import BadInput, ChannelUnreachable
from bot.slack.client import SlackApi


@contextmanager
def problem_of(field: str) -> Iterator[None]:
    """Show the sentence of a `BadInput` that is raised inside under this field."""
    try:
        yield
    except BadInput as refused:
        raise BadInput(refused.sentence, {field: refused.sentence}) from refused


async def channel_problem(slack: SlackApi, channel_id: str | None) -> str:
    """What to do before we can post in this channel, for its field; empty if nothing."""
    if channel_id:
        try:
            await slack.check_channel(channel_id)
        except ChannelUnreachable as error:
            return error.sentence
    return ""
