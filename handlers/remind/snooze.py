"""What people press on a reminder that was posted: once more for me alone, or no more of them here."""

from __future__ import annotations

from datetime import timedelta

from bot.errors import ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import is_to_come
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.slack import buttons
from bot.webinars.permissions import check_may_remind
from handlers.remind import snooze_form
from handlers.request import Ask, Listener, Listeners

NO_MESSAGES = (
    "Slack does not let Greenroom write to you, so it cannot remind you. "
    "People of other organisations can ask their admin to allow direct messages from apps."
)


async def ask_when(ask: Ask) -> None:
    """Ask when this person wants to be reminded once more."""
    webinar = await ask.services.mirror.find(buttons.picked(ask.value)[0])
    await ask.say(snooze_form.choices(webinar, now=ask.services.clock.now()))


async def mute(ask: Ask) -> None:
    """No more reminders of this webinar in the channel where it was pressed, or for the person in their messages."""
    if not is_direct(ask.channel_id):
        check_may_remind(await ask.person())
    async with ask.services.store.write() as db:
        webinar = await reminders.current(db, ask.services.account, buttons.picked(ask.value)[0], ask.channel_id)
        change = await reminders.mute(db, webinar, ask.channel_id, ask.user_id, ask.services.clock.now())
        sheet = await reminders.sheet(db, webinar, ask.channel_id)
    ask.services.scheduler.wake()
    answer = reminder_result.muted(webinar, ask.channel_id, change) if change else reminder_result.already_muted(sheet)
    await ask.say(answer)


def _choice(way: str) -> Listener:
    async def chosen(ask: Ask) -> None:
        webinar, now = await ask.services.mirror.find(buttons.picked(ask.value)[0]), ask.services.clock.now()
        before = snooze_form.lead(way, webinar.start, now)
        if before is None or not is_to_come(webinar, now):
            await ask.say(snooze_form.too_late(webinar, now=now), replace=True)
            return
        await _remind(ask, webinar, before)
        await ask.say(snooze_form.reminded(webinar, before), replace=True)

    return chosen


async def _remind(ask: Ask, webinar: Webinar, before: timedelta) -> None:
    # The message comes first: only its answer tells which channel the person's own messages are.
    try:
        channel_id, ts = await ask.services.slack.post(ask.user_id, snooze_form.confirmation(webinar, before))
    except ChannelUnreachable as error:
        raise ChannelUnreachable(NO_MESSAGES) from error
    try:
        async with ask.services.store.write() as db:
            webinar = await reminders.current(db, ask.services.account, webinar.session_id, channel_id)
            await reminders.snooze(db, webinar, channel_id, before, ask.user_id, ask.services.clock.now())
    except Exception:
        await ask.services.slack.edit(channel_id, ts, snooze_form.failed(webinar))
        raise
    ask.services.scheduler.wake()


ACTIONS: Listeners = {
    buttons.SNOOZE: ask_when,
    buttons.MUTE: mute,
    **{way: _choice(way) for way in snooze_form.WAYS},
}
