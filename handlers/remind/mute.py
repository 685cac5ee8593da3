"""Mutes a webinar's reminders in a channel: who may, and the line that tells the channel."""

from __future__ import annotations

from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.webinars.permissions import check_may_remind
from handlers.request import SlackRequest

ACTION = "mute the reminders of this webinar for everyone in this channel"


async def require_may_mute(request: SlackRequest, session_id: str, channel_id: str) -> None:
    """Raise `NotAllowed` unless the user manages the webinar or set up the channel's reminders of it.

    In a direct message, everybody may mute what is their own. What is muted already, every member may look at.
    """
    if is_direct(channel_id):
        return
    person = await request.current_person()
    check_may_remind(person)
    webinar = await request.find_webinar(session_id)
    async with request.services.store.read() as db:
        sheet = await reminders.load_sheet(db, webinar, channel_id)
    if sheet.is_on:
        await request.services.permissions.check_manage(person, webinar, ACTION, also=sheet.set_by)


async def mute_channel(request: SlackRequest, session_id: str, channel_id: str) -> None:
    """Turn the reminders of a webinar off in a channel, and post there who did it, or in a direct message."""
    await require_may_mute(request, session_id, channel_id)
    async with request.services.store.write() as db:
        webinar = await reminders.lock_webinar(db, request.services.account, session_id, channel_id)
        change = await reminders.mute(db, webinar, channel_id, request.user_id, request.now())
        sheet = await reminders.load_sheet(db, webinar, channel_id)
    request.services.scheduler.wake()
    if change is None:
        await request.reply(reminder_result.already_muted(sheet))
        return
    await request.reply(reminder_result.muted(webinar, channel_id, change))
    if not is_direct(channel_id):
        await announce_mute(request, webinar, channel_id)


async def announce_mute(request: SlackRequest, webinar: Webinar, channel_id: str) -> None:
    """Post one line in the channel that says who muted the reminders."""
    await request.slack.post(channel_id, reminder_result.muted_line((await request.person()).name, webinar))
