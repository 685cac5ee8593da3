"""What people press on a reminder that was posted: once more for me alone, or no more of them here."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import can_remind
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.slack import buttons
from bot.webinars.permissions import check_may_remind
from handlers.remind import snooze_form
from handlers.request import Listener, Listeners, SlackRequest

NO_MESSAGES = (
    "Slack does not let Greenroom write to you, so it cannot remind you. "
    "People of other organisations can ask their admin to allow direct messages from apps."
)


async def ask_when(request: SlackRequest) -> None:
    """Ask when this person wants to be reminded once more."""
    webinar = await request.services.mirror.find(buttons.parse_value(request.value)[0])
    await request.reply(snooze_form.choices(webinar, now=request.now()))


async def mute(request: SlackRequest) -> None:
    """No more reminders of this webinar in the channel where it was pressed, or for the person in their messages."""
    if not is_direct(request.channel_id):
        check_may_remind(await request.person())
    async with request.services.store.write() as db:
        webinar = await reminders.lock_webinar(
            db, request.services.account, buttons.parse_value(request.value)[0], request.channel_id
        )
        change = await reminders.mute(db, webinar, request.channel_id, request.user_id, request.now())
        sheet = await reminders.load_sheet(db, webinar, request.channel_id)
    request.services.scheduler.wake()
    answer = (
        reminder_result.muted(webinar, request.channel_id, change) if change else reminder_result.already_muted(sheet)
    )
    await request.reply(answer)


def _choice(way: str) -> Listener:
    async def chosen(request: SlackRequest) -> None:
        webinar, now = (
            await request.services.mirror.find(buttons.parse_value(request.value)[0]),
            request.now(),
        )
        before = snooze_form.lead(way, webinar.start, now)
        if before is None or not can_remind(webinar, now):
            await request.reply(snooze_form.too_late(webinar, now=now), replace=True)
            return
        await _remind(request, webinar, before)
        await request.reply(snooze_form.reminded(webinar, before), replace=True)

    return chosen


async def _remind(request: SlackRequest, webinar: Webinar, before: timedelta) -> None:
    # The message comes first: only its answer tells which channel the person's own messages are.
    try:
        channel_id, ts = await request.slack.post(request.user_id, snooze_form.confirmation(webinar, before))
    except ChannelUnreachable as error:
        raise ChannelUnreachable(NO_MESSAGES) from error
    try:
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            await reminders.snooze(db, webinar, channel_id, before, request.user_id, request.now())
    except Exception:
        await request.slack.edit(channel_id, ts, snooze_form.failed(webinar))
        raise
    request.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.SNOOZE: ask_when,
    buttons.MUTE: mute,
    **{way: _choice(way) for way in snooze_form.WAYS},
}
