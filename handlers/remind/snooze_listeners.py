"""Listeners for a person's own reminders: the command, the buttons of a posted reminder, and mute."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands.remind_args import RemindMe
from bot.commands.reminder_offsets import is_off, is_switch
from bot.commands.resolve import resolve_remind_me
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import can_remind
from bot.slack import buttons
from handlers.direct_message import post_and_save
from handlers.remind import snooze_form
from handlers.remind.mute import mute_channel
from handlers.request import Commands, Listener, Listeners, SlackRequest, once
from handlers.webinar_choice import choose_webinar


async def remind_me(request: SlackRequest, command: RemindMe) -> None:
    """Set the typed times for this person, or ask when to remind them."""
    command = resolve_remind_me(command, await request.visible_webinars(), request.now())
    webinar = await choose_webinar(request, command.which, "remind me", typed=command.times)
    if not webinar:
        return
    if command.times and not is_switch(command.times):
        await _set_typed(request, webinar, command.times)
    elif is_off(command.times):
        await _stop(request, webinar)
    else:
        await request.reply(snooze_form.choices_message(webinar, now=request.now(), is_typed=True))


async def ask_time(request: SlackRequest) -> None:
    """Ask when to remind this person again, unless the button carries the times."""
    session_id, typed = buttons.parse_value(request.value)
    webinar = await request.find_webinar(session_id)
    if typed and not is_switch(typed):
        await once(typed_pressed)(request)
        return
    await request.reply(snooze_form.choices_message(webinar, now=request.now()))


async def typed_pressed(request: SlackRequest) -> None:
    """Set the times that the button carries."""
    session_id, typed = buttons.parse_value(request.value)
    await _set_typed(request, await request.find_webinar(session_id), typed)


async def mute(request: SlackRequest) -> None:
    """Turn reminders of this webinar off in the channel or DM where the button was clicked."""
    await mute_channel(request, buttons.parse_value(request.value)[0], request.channel_id)


def _choice(choice: str) -> Listener:
    async def chosen(request: SlackRequest) -> None:
        webinar = await request.find_webinar(buttons.parse_value(request.value)[0])
        now = request.now()
        offset = snooze_form.offset_of(choice, webinar.start, now)
        if offset is None or not can_remind(webinar, now):
            await request.reply(snooze_form.too_late(webinar, now=now), replace=True)
            return
        await _remind(request, webinar, [offset])
        await request.reply(snooze_form.reminded(webinar, [offset]), replace=True)

    return chosen


async def _set_typed(request: SlackRequest, webinar: Webinar, typed: str) -> None:
    now = request.now()
    if not can_remind(webinar, now):
        await request.reply(snooze_form.choices_message(webinar, now=now))
        return
    offsets, note = snooze_form.typed_offsets(typed, webinar.start, now)
    if not offsets:
        await request.reply(snooze_form.not_set(webinar, note, now=now))
        return
    await _remind(request, webinar, offsets)
    await request.reply(snooze_form.reminded(webinar, offsets, note))


async def _stop(request: SlackRequest, webinar: Webinar) -> None:
    """Turn off the reminders in this person's direct messages, wherever they typed it."""
    async with request.services.store.read() as db:
        channel_id = await reminders.direct_channel(db, webinar, request.user_id)
    if channel_id:
        await mute_channel(request, webinar.session_id, channel_id)
    else:
        await request.reply(snooze_form.none_to_stop(webinar))


async def _remind(request: SlackRequest, webinar: Webinar, offsets: Sequence[timedelta]) -> None:
    async def save(channel_id: str) -> None:
        async with request.services.store.write() as db:
            locked = await reminders.lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            for offset in offsets:
                await reminders.snooze(db, locked, channel_id, offset, request.user_id, request.now())

    message, failed = snooze_form.confirmation(webinar, offsets), snooze_form.failed_message(webinar)
    await post_and_save(request, message, failed, save, snooze_form.NO_DIRECT_MESSAGES)
    request.services.scheduler.wake()


COMMANDS: Commands = {RemindMe: remind_me}
ACTIONS: Listeners = {
    buttons.SNOOZE: ask_time,
    buttons.MUTE: once(mute),
    **{choice: once(_choice(choice)) for choice in snooze_form.CHOICES},
}
