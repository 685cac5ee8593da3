"""Listeners for the buttons of a posted reminder: remind me again, and mute."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import can_remind
from bot.slack import buttons
from handlers.remind import snooze_form
from handlers.remind.mute import mute_channel
from handlers.request import Listener, Listeners, SlackRequest, once


async def ask_time(request: SlackRequest) -> None:
    """Ask when to remind this person again."""
    webinar = await request.find_webinar(buttons.parse_value(request.value)[0])
    await request.reply(snooze_form.choices_message(webinar, now=request.now()))


async def mute(request: SlackRequest) -> None:
    """Turn reminders of this webinar off in the channel or DM where the button was clicked."""
    await mute_channel(request, buttons.parse_value(request.value)[0], request.channel_id)


def _choice(choice: str) -> Listener:
    async def chosen(request: SlackRequest) -> None:
        webinar, now = (
            await request.find_webinar(buttons.parse_value(request.value)[0]),
            request.now(),
        )
        offset = snooze_form.offset_of(choice, webinar.start, now)
        if offset is None or not can_remind(webinar, now):
            await request.reply(snooze_form.too_late(webinar, now=now), replace=True)
            return
        await _remind(request, webinar, offset)
        await request.reply(snooze_form.reminded(webinar, offset), replace=True)

    return chosen


async def _remind(request: SlackRequest, webinar: Webinar, offset: timedelta) -> None:
    # Post first: only Slack's response contains the id of the person's DM.
    try:
        channel_id, ts = await request.slack.post(request.user_id, snooze_form.confirmation(webinar, offset))
    except ChannelUnreachable as error:
        raise ChannelUnreachable(snooze_form.NO_DIRECT_MESSAGES) from error
    try:
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            await reminders.snooze(db, webinar, channel_id, offset, request.user_id, request.now())
    except Exception:
        await request.slack.edit(channel_id, ts, snooze_form.failed_message(webinar))
        raise
    request.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.SNOOZE: ask_time,
    buttons.MUTE: once(mute),
    **{choice: once(_choice(choice)) for choice in snooze_form.CHOICES},
}
