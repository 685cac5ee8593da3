"""Changes of the reminders of a webinar in a channel, and the sentence for the user if one is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from bot.db.connection import Db
from bot.errors import BadInput, ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.slack.error_message import error_sentence
from handlers.request import SlackRequest

Result = TypeVar("Result")


@dataclass(frozen=True)
class ChangeRefusal:
    """Why nothing was changed; `fields` are the corrections of single fields, by block id."""

    sentence: str
    fields: Mapping[str, str] = field(default_factory=dict)


async def change_reminders(
    request: SlackRequest,
    session_id: str,
    channel_id: str,
    work: Callable[[Db, Webinar], Awaitable[Result]],
    *,
    posts: bool = False,
) -> Result | ChangeRefusal:
    """Lock the webinar and return what `work` returns. With `posts`, first check that we can post in the channel."""
    try:
        if posts:
            await request.slack.check_channel(channel_id)
        async with request.services.store.write() as db:
            return await work(db, await reminders.lock_webinar(db, request.services.account, session_id, channel_id))
    except BadInput as error:
        return ChangeRefusal(error.sentence, error.fields)
    except ChannelUnreachable as error:
        return ChangeRefusal(error_sentence(error, channel_id=request.channel_id))
