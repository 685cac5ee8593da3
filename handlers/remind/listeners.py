"""Reminders of a webinar in a channel: by words, and in the form that shows them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.commands.parser import Remind
from bot.commands.reminder_offsets import offset_text, offsets_in_past, parse_offsets, repeated_offsets, too_late_text
from bot.commands.resolve import resolve_remind
from bot.db.connection import Db
from bot.errors import BadInput, ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_rules import changeable
from bot.notices.reminder_sheet import ReminderSheet
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.slack import buttons
from bot.slack.message import View
from bot.webinars.permissions import check_may_remind
from handlers.remind import defaults as defaults_listeners
from handlers.remind import form as remind_form
from handlers.remind.form import ReminderFormContext
from handlers.request import Commands, Listeners, SlackRequest
from handlers.webinar_choice import choose_webinar

Change = Callable[[Db, Webinar, str, datetime], Awaitable[object]]
"""Something that is done to the reminders of a webinar in a channel."""


async def remind(request: SlackRequest, command: Remind) -> None:
    """Set the times that were named, or open the form where none were."""
    command = resolve_remind(command, await request.services.mirror.everything(), request.now())
    if command.which.is_defaults:
        await defaults_listeners.defaults(request, command.times)
        return
    check_may_remind(await request.person())
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
    """Go on with the times that were typed, if they are any; else open the form, where they stand to be mended."""
    check_may_remind(await request.person())
    session_id, more = buttons.parse_value(request.value)
    channel_id, typed = reminder_result.parse_target(more)
    webinar = await request.services.mirror.find(session_id)
    channel_id = channel_id or request.channel_id
    if typed and _is_channel(channel_id) and not _problem(typed, webinar, request.now()):
        await _set(request, webinar, channel_id, typed)
    else:
        await _open(request, webinar, channel_id, typed)


async def undo(request: SlackRequest) -> None:
    """Go back to what was so before, unless somebody has changed it since."""
    change = reminder_result.parse_undo(request.value)
    if not is_direct(change.channel_id):
        check_may_remind(await request.person())
    now = request.now()
    async with request.services.store.write() as db:
        webinar = await reminders.lock_webinar(db, request.services.account, change.session_id, change.channel_id)
        done = await reminders.undo(db, webinar, change, now)
        sheet = await reminders.load_sheet(db, webinar, change.channel_id)
    request.services.scheduler.wake()
    answer = reminder_result.changed(sheet, None, now=now, undone=True) if done else reminder_result.not_undone(sheet)
    await request.reply(answer, replace=True)


async def channel_chosen(request: SlackRequest) -> None:
    """The form of the channel that was chosen, in the place of the question."""
    where = _place(request).model_copy(update={"channel_id": request.value})
    check_may_remind(await request.person())
    await request.slack.update(request.view_id, await _form(request, where))


async def refresh(request: SlackRequest) -> None:
    """Look again."""
    await _show(request, _place(request), request.view_id)


async def skip(request: SlackRequest) -> None:
    """Leave one out."""
    await _change(
        request, lambda db, webinar, channel, now: reminders.skip(db, webinar, channel, int(request.value), now)
    )


async def bring_back(request: SlackRequest) -> None:
    """Have one that was left out go out after all."""
    await _change(
        request, lambda db, webinar, channel, now: reminders.unskip(db, webinar, channel, int(request.value), now)
    )


async def turn_off(request: SlackRequest) -> None:
    """Mute all of them here."""
    await _change(request, lambda db, webinar, channel, now: reminders.mute(db, webinar, channel, request.user_id, now))


async def turn_on(request: SlackRequest) -> None:
    """Have them go out here again."""
    await _change(
        request,
        lambda db, webinar, channel, now: reminders.turn_on(db, webinar, channel, request.user_id, now),
        posts=True,
    )


async def use_usual(request: SlackRequest) -> None:
    """Go by the workspace's own times again."""
    await _change(
        request,
        lambda db, webinar, channel, now: reminders.set_offsets(db, webinar, channel, None, request.user_id, now),
        posts=True,
    )


async def added(request: SlackRequest) -> None:
    """Something was added: what is wrong with it stands under its field, or it stands among the others."""
    person = await request.person()
    check_may_remind(person)
    where, now = _place(request), request.now()
    webinar = await request.services.mirror.find(where.session_id)
    typed = remind_form.read(request.values)
    leads = remind_form.leads_to_add(typed, where, webinar, now=now, zone=person.time_zone)
    try:
        await request.slack.check_channel(where.channel_id)
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, where.session_id, where.channel_id)
            await reminders.add(db, webinar, where.channel_id, leads, request.user_id, now)
    except (BadInput, ChannelUnreachable) as error:
        raise remind_form.fault(error.sentence, where) from error
    request.services.scheduler.wake()
    again = where.model_copy(update={"round": where.round + 1, "typed": ""})
    await request.acknowledge(response_action="update", view=await _form(request, again))


async def change_time(request: SlackRequest) -> None:
    """Ask for another time for one of them."""
    where, now = _place(request), request.now()
    sheet = await _sheet(request, where)
    try:
        reminder = changeable(sheet, int(request.value), now)
    except BadInput as error:
        await _show(request, where, request.view_id, error.sentence)
        return
    asked = ReminderFormContext(
        session_id=where.session_id, channel_id=where.channel_id, notice_id=reminder.id, parent_view_id=request.view_id
    )
    await request.open(remind_form.move_form(sheet, reminder, asked))


async def moved(request: SlackRequest) -> None:
    """The other time was named: back to the form, which shows it."""
    person = await request.person()
    check_may_remind(person)
    where, now = _place(request), request.now()
    typed = remind_form.read(request.values)
    try:
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, where.session_id, where.channel_id)
            reminder = changeable(await reminders.load_sheet(db, webinar, where.channel_id), where.notice_id, now)
            lead = remind_form.lead_to_move_to(typed, where, webinar, reminder, now=now, zone=person.time_zone)
            if lead != reminder.offset:
                await reminders.move(db, webinar, where.channel_id, reminder.id, lead, request.user_id, now)
    except BadInput as error:
        raise (error if error.fields else remind_form.fault(error.sentence, where)) from error
    request.services.scheduler.wake()
    await request.acknowledge()
    shown = ReminderFormContext(session_id=where.session_id, channel_id=where.channel_id, round=where.round)

    async def show(request: SlackRequest) -> None:
        await _show(request, shown, where.parent_view_id)

    request.run_after_ack(show)


async def _set(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str) -> None:
    now = request.now()
    if problem := _problem(typed, webinar, now):
        await request.reply(reminder_result.not_set(webinar, problem, typed, channel_id=channel_id))
        return
    try:
        await request.slack.check_channel(channel_id)
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, webinar.session_id, channel_id)
            change = await reminders.set_offsets(db, webinar, channel_id, parse_offsets(typed), request.user_id, now)
            sheet = await reminders.load_sheet(db, webinar, channel_id)
    except (BadInput, ChannelUnreachable) as error:
        await request.reply(reminder_result.not_set(webinar, error.sentence, typed, channel_id=channel_id))
        return
    request.services.scheduler.wake()
    notes = [f"{offset_text(lead)} was named more than once and is one reminder." for lead in repeated_offsets(typed)]
    await request.reply(reminder_result.changed(sheet, change, now=now, notes=notes))


def _problem(typed: str, webinar: Webinar, now: datetime) -> str:
    """Why these times cannot be set; empty where they can, also where only some of them are past."""
    try:
        leads = parse_offsets(typed)
    except BadInput as error:
        return error.sentence
    late = offsets_in_past(leads, webinar.start, now)
    return too_late_text(late, webinar.start, now) if len(late) == len(leads) else ""


async def _open(request: SlackRequest, webinar: Webinar, channel_id: str, typed: str = "") -> None:
    if _is_channel(channel_id):
        where = ReminderFormContext(session_id=webinar.session_id, channel_id=channel_id, typed=typed)
        await request.open(await _form(request, where))
    else:
        await request.open(
            remind_form.choose_channel(webinar, ReminderFormContext(session_id=webinar.session_id, typed=typed))
        )


async def _change(request: SlackRequest, work: Change, *, posts: bool = False) -> None:
    """Do it, and show in the same place what is so now. `posts`: only where Greenroom can post."""
    check_may_remind(await request.person())
    where, problem = _place(request), ""
    try:
        if posts:
            await request.slack.check_channel(where.channel_id)
        async with request.services.store.write() as db:
            webinar = await reminders.lock_webinar(db, request.services.account, where.session_id, where.channel_id)
            await work(db, webinar, where.channel_id, request.now())
    except (BadInput, ChannelUnreachable) as error:
        problem = error.sentence
    request.services.scheduler.wake()
    await _show(request, where, request.view_id, problem)


async def _show(request: SlackRequest, where: ReminderFormContext, view_id: str, problem: str = "") -> None:
    await request.slack.update(view_id, await _form(request, where, problem))


async def _form(request: SlackRequest, where: ReminderFormContext, problem: str = "") -> View:
    return remind_form.build(await _sheet(request, where), where, now=request.now(), problem=problem)


async def _sheet(request: SlackRequest, where: ReminderFormContext) -> ReminderSheet:
    webinar = await request.services.mirror.find(where.session_id)
    async with request.services.store.read() as db:
        return await reminders.load_sheet(db, webinar, where.channel_id)


def _place(request: SlackRequest) -> ReminderFormContext:
    return ReminderFormContext.model_validate_json(request.metadata)


def _is_channel(channel_id: str) -> bool:
    return bool(channel_id) and not is_direct(channel_id)


COMMANDS: Commands = {Remind: remind}
ACTIONS: Listeners = {
    buttons.REMIND: remind_button,
    reminder_result.UNDO: undo,
    remind_form.CHOOSE: channel_chosen,
    remind_form.REFRESH: refresh,
    remind_form.SKIP: skip,
    remind_form.BRING_BACK: bring_back,
    remind_form.MOVE: change_time,
    remind_form.TURN_ON: turn_on,
    remind_form.TURN_OFF: turn_off,
    remind_form.USUAL: use_usual,
}
SUBMISSIONS: Listeners = {remind_form.CALLBACK: added, remind_form.MOVE_CALLBACK: moved}
