"""`/webinar remind <webinar> off` and `on`: turn all reminders of a webinar in a channel off, and on again."""

from __future__ import annotations

from bot.commands.reminder_offsets import is_off
from bot.db.connection import Db
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderSheet, ReminderUndo
from bot.notices.texts import reminder_result
from bot.slack.message import Message
from handlers.remind.channel_change import ChangeRefusal, change_reminders
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

    async def turn_on(db: Db, locked: Webinar) -> tuple[ReminderUndo, ReminderSheet]:
        change = await reminders.turn_on(db, locked, channel_id, request.user_id, now)
        return change, await reminders.load_sheet(db, locked, channel_id)

    done = await change_reminders(request, webinar.session_id, channel_id, turn_on, posts=True)
    if isinstance(done, ChangeRefusal):
        return reminder_result.not_set(webinar, done.sentence, typed, channel_id=channel_id)
    change, sheet = done
    return reminder_result.changed(sheet, change, now=now)
