"""Listeners for the reminders of a webinar in a channel: the command, the form, and its buttons."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.commands.remind_args import Remind
from bot.commands.reminder_offsets import (
    is_switch,
    offset_text,
    offsets_in_past,
    parse_offsets,
    read_offsets,
    repeated_offsets,
    too_late_text,
)
from bot.commands.resolve import resolve_remind
from bot.db.connection import Db
from bot.errors import BadInput
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_rules import changeable, find_changeable
from bot.notices.reminder_sheet import ReminderSheet, ReminderUndo
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.slack import buttons
from bot.webinars.permissions import check_may_remind
from handlers.remind import defaults_listeners
from handlers.remind import form as remind_form
from handlers.remind.channel_change import ChangeRefusal, change_reminders
from handlers.remind.form import ReminderFormContext
from handlers.remind.form_state import form_view, read_context, read_sheet, show_form
from handlers.remind.mute import announce_mute, require_may_mute
from handlers.remind.switch_listeners import switch
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

Change = Callable[[Db, Webinar, str, datetime], Awaitable[object]]
"""A change of the reminders of a webinar in a channel, by channel id and time."""


async def remind(request: SlackRequest, command: Remind) -> None:
    """Set the typed times, turn reminders off or on, or open the form if nothing was typed."""
    command = resolve_remind(command, await request.visible_webinars(), request.now())
    if command.which.is_defaults:
        await defaults_listeners.defaults(request, command.times)
        return
    check_may_remind(await request.current_person())
    webinar = await choose_webinar(request, command.which, "remind", typed=command.times)
    if not webinar:
        return
    if not command.times:
        await _open(request, webinar, request.channel_id)
    elif _is_channel(request.channel_id):
        await _set(request, webinar, request.channel_id, command.times)
    else:
        await request.reply(reminder_result.only_in_channels(webinar, command.times))


async def remind_button(request: SlackRequest) -> None:
    """Set the typed times if they are valid; otherwise open the form with them."""
    check_may_remind(await request.current_person())
    session_id, rest = buttons.parse_value(request.value)
    channel_id, typed = reminder_result.parse_target(rest)
    webinar = await request.find_webinar(session_id)
    channel_id = channel_id or request.channel_id
    if typed and _is_channel(channel_id) and not _offsets_problem(typed, webinar, request.now()):
        await _set(request, webinar, channel_id, typed)
    else:
        await _open(request, webinar, channel_id, typed)


async def undo(request: SlackRequest) -> None:
    """Restore the previous reminders, unless they were changed again since."""
    change = reminder_result.parse_undo(request.value)
    if not is_direct(change.channel_id):
        check_may_remind(await request.current_person())
        await request.find_webinar(change.session_id)
    now = request.now()
    async with request.services.store.write() as db:
        webinar = await reminders.lock_webinar(db, request.services.account, change.session_id, change.channel_id)
        done = await reminders.undo(db, webinar, change, now)
        sheet = await reminders.load_sheet(db, webinar, change.channel_id)
    request.services.scheduler.wake()
    answer = reminder_result.changed(sheet, None, now=now, undone=True) if done else reminder_result.not_undone(sheet)
    await request.reply(answer, replace=True)


async def channel_chosen(request: SlackRequest) -> None:
    """Replace the view with the form of the chosen channel."""
    context = read_context(request).model_copy(update={"channel_id": request.value})
    check_may_remind(await request.current_person())
    await request.show(await form_view(request, context))


async def refresh(request: SlackRequest) -> None:
    """Show the form again with current data."""
    await show_form(request, read_context(request), request.view_id)


async def skip(request: SlackRequest) -> None:
    """Skip one reminder."""
    await _change(
        request, lambda db, webinar, channel, now: reminders.skip(db, webinar, channel, int(request.value), now)
    )


async def unskip(request: SlackRequest) -> None:
    """Plan a skipped reminder again."""
    await _change(
        request, lambda db, webinar, channel, now: reminders.unskip(db, webinar, channel, int(request.value), now)
    )


async def turn_off(request: SlackRequest) -> None:
    """Turn reminders off in this channel, and post there who did it, unless they were off already."""
    context = read_context(request)
    await require_may_mute(request, context.session_id, context.channel_id)
    muted: list[Webinar] = []

    async def mute(db: Db, webinar: Webinar, channel: str, now: datetime) -> None:
        if await reminders.mute(db, webinar, channel, request.user_id, now):
            muted.append(webinar)

    await _change(request, mute)
    for webinar in muted:
        await announce_mute(request, webinar, context.channel_id)


async def turn_on(request: SlackRequest) -> None:
    """Turn reminders on in this channel."""
    await _change(
        request,
        lambda db, webinar, channel, now: reminders.turn_on(db, webinar, channel, request.user_id, now),
        posts=True,
    )


async def use_defaults(request: SlackRequest) -> None:
    """Use the workspace's default times."""
    await _change(
        request,
        lambda db, webinar, channel, now: reminders.set_offsets(db, webinar, channel, None, request.user_id, now),
        posts=True,
    )


async def add_submitted(request: SlackRequest) -> None:
    """Add the submitted reminders, or show an error under the field."""
    person = await request.current_person()
    check_may_remind(person)
    context, now = read_context(request), request.now()
    webinar = await request.find_webinar(context.session_id)
    typed = remind_form.read_input(request.values)
    offsets = remind_form.offsets_to_add(typed, context, webinar, now=now, zone=person.time_zone)

    async def add(db: Db, locked: Webinar) -> None:
        await reminders.add(db, locked, context.channel_id, offsets, request.user_id, now)

    done = await change_reminders(request, context.session_id, context.channel_id, add, posts=True)
    if isinstance(done, ChangeRefusal):
        raise remind_form.input_error(done.sentence, context)
    request.services.scheduler.wake()
    next_context = context.model_copy(update={"round": context.round + 1, "typed": ""})
    await request.acknowledge(response_action="update", view=await form_view(request, next_context))


async def open_move_form(request: SlackRequest) -> None:
    """Open the form for the time of one reminder."""
    context, now = read_context(request), request.now()
    sheet = await read_sheet(request, context)
    reminder, problem = find_changeable(sheet, int(request.value), now)
    if reminder is None:
        await show_form(request, context, request.view_id, problem)
        return
    move_context = ReminderFormContext(
        session_id=context.session_id,
        channel_id=context.channel_id,
        notice_id=reminder.id,
        parent_view_id=request.view_id,
    )
    await request.open(remind_form.move_form(sheet, reminder, move_context))


async def move_submitted(request: SlackRequest) -> None:
    """Change the time as submitted, and update the form below."""
    person = await request.current_person()
    check_may_remind(person)
    context, now = read_context(request), request.now()
    await request.find_webinar(context.session_id)
    typed = remind_form.read_input(request.values)

    async def move(db: Db, locked: Webinar) -> None:
        reminder = changeable(await reminders.load_sheet(db, locked, context.channel_id), context.notice_id, now)
        offset = remind_form.offset_to_move_to(typed, context, locked, reminder, now=now, zone=person.time_zone)
        if offset != reminder.offset:
            await reminders.move(db, locked, context.channel_id, reminder.id, offset, request.user_id, now)

    done = await change_reminders(request, context.session_id, context.channel_id, move)
    if isinstance(done, ChangeRefusal):
        raise BadInput(done.sentence, done.fields) if done.fields else remind_form.input_error(done.sentence, context)
    request.services.scheduler.wake()
    await request.acknowledge()
    form_context = ReminderFormContext(
        session_id=context.session_id, channel_id=context.channel_id, round=context.round
    )

    async def show(request: SlackRequest) -> None:
        await show_form(request, form_context, context.parent_view_id, is_changed=True)

    request.run_after_ack(show)


async def _set(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str) -> None:
    if is_switch(typed):
        await switch(request, webinar, channel_id, typed)
        return
    now = request.now()
    if problem := _offsets_problem(typed, webinar, now):
        await request.reply(reminder_result.not_set(webinar, problem, typed, channel_id=channel_id))
        return

    async def set_offsets(db: Db, locked: Webinar) -> tuple[ReminderUndo, ReminderSheet]:
        change = await reminders.set_offsets(db, locked, channel_id, parse_offsets(typed), request.user_id, now)
        return change, await reminders.load_sheet(db, locked, channel_id)

    done = await change_reminders(request, webinar.session_id, channel_id, set_offsets, posts=True)
    if isinstance(done, ChangeRefusal):
        await request.reply(reminder_result.not_set(webinar, done.sentence, typed, channel_id=channel_id))
        return
    change, sheet = done
    request.services.scheduler.wake()
    notes = [
        f"{offset_text(offset)} was named more than once and is one reminder." for offset in repeated_offsets(typed)
    ]
    await request.reply(reminder_result.changed(sheet, change, now=now, notes=notes))


def _offsets_problem(typed: str, webinar: Webinar, now: datetime) -> str:
    """Why these times cannot be set; empty if at least one of them can, and for "off" and "on"."""
    if is_switch(typed):
        return ""
    offsets, problem = read_offsets(typed)
    if problem:
        return problem
    passed = offsets_in_past(offsets, webinar.start, now)
    return too_late_text(passed, webinar.start, now) if len(passed) == len(offsets) else ""


async def _open(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str = "") -> None:
    typed = "" if is_switch(typed) else typed  # the form has buttons for it
    if _is_channel(channel_id):
        context = ReminderFormContext(session_id=webinar.session_id, channel_id=channel_id, typed=typed)
        await request.open(await form_view(request, context))
    else:
        await request.open(
            remind_form.choose_channel(webinar, ReminderFormContext(session_id=webinar.session_id, typed=typed))
        )


async def _change(request: SlackRequest, work: Change, *, posts: bool = False) -> None:
    """Make the change and update the form. With `posts`, first check that Greenroom can post in the channel."""
    check_may_remind(await request.current_person())
    context = read_context(request)
    await request.find_webinar(context.session_id)

    async def change(db: Db, locked: Webinar) -> None:
        await work(db, locked, context.channel_id, request.now())

    done = await change_reminders(request, context.session_id, context.channel_id, change, posts=posts)
    problem = done.sentence if isinstance(done, ChangeRefusal) else ""
    request.services.scheduler.wake()
    await show_form(request, context, request.view_id, problem, is_changed=True)


def _is_channel(channel_id: str) -> bool:
    return bool(channel_id) and not is_direct(channel_id)


COMMANDS: Commands = {Remind: remind}
ACTIONS: Listeners = {
    buttons.REMIND: remind_button,
    reminder_result.UNDO: undo,
    remind_form.CHOOSE: channel_chosen,
    remind_form.REFRESH: refresh,
    remind_form.SKIP: skip,
    remind_form.BRING_BACK: unskip,
    remind_form.MOVE: open_move_form,
    remind_form.TURN_ON: turn_on,
    remind_form.TURN_OFF: turn_off,
    remind_form.USUAL: use_defaults,
}
SUBMISSIONS: Listeners = {remind_form.CALLBACK: add_submitted, remind_form.MOVE_CALLBACK: move_submitted}
