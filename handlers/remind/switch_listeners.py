"""`/webinar remind <webinar> off` and `on`: turn all reminders of a webinar in a channel off, and on again."""

from __future__ import annotations

from bot.commands.reminder_offsets import is_off
from bot.errors import BadInput, ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.texts import reminder_result
from bot.slack.error_message import error_sentence
from bot.slack.message import Message
from handlers.remind.mute import mute_channel
from handlers.request import SlackRequest


async def switch(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str) -> None:
    """Turn the reminders in this channel off or on, as typed, and reply with Undo."""
    if is_off(typed):
        await mute_channel(request, webinar.session_id, channel_id)
        return
    await request.reply(await _turn_on(request, webinar, channel_id, typed))
    request.services.scheduler.wake()


async def _turn_on(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str) -> Message:
    now = request.now()
    try:
        await request.slack.check_channel(channel_id)
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            change = await reminders.turn_on(db, webinar, channel_id, request.user_id, now)
            sheet = await reminders.load_sheet(db, webinar, channel_id)
    except (BadInput, ChannelUnreachable) as error:
        sentence = error_sentence(error, channel_id=request.channel_id)
        return reminder_result.not_set(webinar, sentence, typed, channel_id=channel_id)
    return reminder_result.changed(sheet, change, now=now)
