"""Reminders of a webinar in a channel: by words, and in the form that shows them all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.commands.find_webinar import settle
from bot.commands.parser import Remind
from bot.commands.reminder_offsets import read_leads, repeated, say_lead, say_too_late, too_late
from bot.db.connection import Db
from bot.errors import BadInput, ChannelUnreachable
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderSheet
from bot.notices.schedule import is_direct
from bot.notices.texts import reminder_result
from bot.slack import buttons
from bot.slack.message import View
from bot.webinars.permissions import check_may_remind
from handlers import errors
from handlers.browse.listeners import chosen
from handlers.remind import defaults as defaults_listeners
from handlers.remind import form as remind_form
from handlers.remind.form import Place
from handlers.request import Ask, Commands, Listeners

Change = Callable[[Db, Webinar, str, datetime], Awaitable[object]]
"""Something that is done to the reminders of a webinar in a channel."""


async def remind(ask: Ask, command: Remind) -> None:
    """Set the times that were named, or open the form where none were."""
    command = settle(command, await ask.services.mirror.everything(), ask.services.clock.now())
    if command.which.is_defaults:
        await defaults_listeners.defaults(ask, command.times)
        return
    check_may_remind(await ask.person())
    webinar = await chosen(ask, command.which, "remind", typed=command.times)
    if not webinar:
        return
    if not command.times:
        await _open(ask, webinar, ask.channel_id)
    elif _is_channel(ask.channel_id):
        await _set(ask, webinar, ask.channel_id, command.times)
    else:
        await ask.say(reminder_result.only_in_channels(webinar, command.times))


async def remind_button(ask: Ask) -> None:
    """Go on with the times that were typed, if they are any; else open the form, where they stand to be mended."""
    check_may_remind(await ask.person())
    session_id, more = buttons.picked(ask.value)
    channel_id, typed = reminder_result.read_target(more)
    webinar = await ask.services.mirror.find(session_id)
    channel_id = channel_id or ask.channel_id
    if typed and _is_channel(channel_id) and not _problem(typed, webinar, ask.services.clock.now()):
        await _set(ask, webinar, channel_id, typed)
    else:
        await _open(ask, webinar, channel_id, typed)


async def undo(ask: Ask) -> None:
    """Go back to what was so before, unless somebody has changed it since."""
    change = reminder_result.read_undo(ask.value)
    if not is_direct(change.channel_id):
        check_may_remind(await ask.person())
    now = ask.services.clock.now()
    async with ask.services.store.write() as db:
        webinar = await reminders.current(db, ask.services.account, change.session_id, change.channel_id)
        done = await reminders.undo(db, webinar, change, now)
        sheet = await reminders.sheet(db, webinar, change.channel_id)
    ask.services.scheduler.wake()
    answer = reminder_result.changed(sheet, None, now=now, undone=True) if done else reminder_result.not_undone(sheet)
    await ask.say(answer, replace=True)


async def channel_chosen(ask: Ask) -> None:
    """The form of the channel that was chosen, in the place of the question."""
    where = _place(ask).model_copy(update={"channel_id": ask.value})
    check_may_remind(await ask.person())
    await ask.services.slack.update(ask.view_id, await _form(ask, where))


async def refresh(ask: Ask) -> None:
    """Look again."""
    await _show(ask, _place(ask), ask.view_id)


async def skip(ask: Ask) -> None:
    """Leave one out."""
    await _change(ask, lambda db, webinar, channel, now: reminders.skip(db, webinar, channel, int(ask.value), now))


async def bring_back(ask: Ask) -> None:
    """Have one that was left out go out after all."""
    await _change(
        ask, lambda db, webinar, channel, now: reminders.bring_back(db, webinar, channel, int(ask.value), now)
    )


async def turn_off(ask: Ask) -> None:
    """Mute all of them here."""
    await _change(ask, lambda db, webinar, channel, now: reminders.mute(db, webinar, channel, ask.user_id, now))


async def turn_on(ask: Ask) -> None:
    """Have them go out here again."""
    await _change(
        ask, lambda db, webinar, channel, now: reminders.turn_on(db, webinar, channel, ask.user_id, now), posts=True
    )


async def use_usual(ask: Ask) -> None:
    """Go by the workspace's own times again."""
    await _change(
        ask,
        lambda db, webinar, channel, now: reminders.set_leads(db, webinar, channel, None, ask.user_id, now),
        posts=True,
    )


async def added(ask: Ask) -> None:
    """Something was added: what is wrong with it stands under its field, or it stands among the others."""
    person = await ask.person()
    check_may_remind(person)
    where, now = _place(ask), ask.services.clock.now()
    webinar = await ask.services.mirror.find(where.session_id)
    typed = remind_form.read(ask.values)
    leads = remind_form.leads_to_add(typed, where, webinar, now=now, zone=person.time_zone)
    try:
        await ask.services.slack.check_channel(where.channel_id)
        async with ask.services.store.write() as db:
            webinar = await reminders.current(db, ask.services.account, where.session_id, where.channel_id)
            await reminders.add(db, webinar, where.channel_id, leads, ask.user_id, now)
    except (BadInput, ChannelUnreachable) as error:
        raise remind_form.fault(error.sentence, where) from error
    ask.services.scheduler.wake()
    again = where.model_copy(update={"round": where.round + 1, "typed": ""})
    await ask.accept(response_action="update", view=await _form(ask, again))


async def change_time(ask: Ask) -> None:
    """Ask for another time for one of them."""
    where, now = _place(ask), ask.services.clock.now()
    sheet = await _sheet(ask, where)
    try:
        reminder = reminders.waiting(sheet, int(ask.value), now)
    except BadInput as error:
        await _show(ask, where, ask.view_id, error.sentence)
        return
    asked = Place(session_id=where.session_id, channel_id=where.channel_id, notice_id=reminder.id, under=ask.view_id)
    await ask.open(remind_form.move_form(sheet, reminder, asked))


async def moved(ask: Ask) -> None:
    """The other time was named: back to the form, which shows it."""
    person = await ask.person()
    check_may_remind(person)
    where, now = _place(ask), ask.services.clock.now()
    typed = remind_form.read(ask.values)
    try:
        async with ask.services.store.write() as db:
            webinar = await reminders.current(db, ask.services.account, where.session_id, where.channel_id)
            reminder = reminders.waiting(await reminders.sheet(db, webinar, where.channel_id), where.notice_id, now)
            lead = remind_form.lead_to_move_to(typed, where, webinar, reminder, now=now, zone=person.time_zone)
            if lead != reminder.before:
                await reminders.move(db, webinar, where.channel_id, reminder.id, lead, ask.user_id, now)
    except BadInput as error:
        raise (error if error.fields else remind_form.fault(error.sentence, where)) from error
    ask.services.scheduler.wake()
    await ask.accept()
    shown = Place(session_id=where.session_id, channel_id=where.channel_id, round=where.round)

    async def show(ask: Ask) -> None:
        await _show(ask, shown, where.under)

    errors.later(ask, show)


async def _set(ask: Ask, webinar: Webinar, channel_id: str, typed: str) -> None:
    now = ask.services.clock.now()
    if problem := _problem(typed, webinar, now):
        await ask.say(reminder_result.not_set(webinar, problem, typed, channel_id=channel_id))
        return
    try:
        await ask.services.slack.check_channel(channel_id)
        async with ask.services.store.write() as db:
            webinar = await reminders.current(db, ask.services.account, webinar.session_id, channel_id)
            change = await reminders.set_leads(db, webinar, channel_id, read_leads(typed), ask.user_id, now)
            sheet = await reminders.sheet(db, webinar, channel_id)
    except (BadInput, ChannelUnreachable) as error:
        await ask.say(reminder_result.not_set(webinar, error.sentence, typed, channel_id=channel_id))
        return
    ask.services.scheduler.wake()
    notes = [f"{say_lead(lead)} was named more than once and is one reminder." for lead in repeated(typed)]
    await ask.say(reminder_result.changed(sheet, change, now=now, notes=notes))


def _problem(typed: str, webinar: Webinar, now: datetime) -> str:
    """Why these times cannot be set; empty where they can, also where only some of them are past."""
    try:
        leads = read_leads(typed)
    except BadInput as error:
        return error.sentence
    late = too_late(leads, webinar.start, now)
    return say_too_late(late, webinar.start, now) if len(late) == len(leads) else ""


async def _open(ask: Ask, webinar: Webinar, channel_id: str, typed: str = "") -> None:
    if _is_channel(channel_id):
        where = Place(session_id=webinar.session_id, channel_id=channel_id, typed=typed)
        await ask.open(await _form(ask, where))
    else:
        await ask.open(remind_form.choose_channel(webinar, Place(session_id=webinar.session_id, typed=typed)))


async def _change(ask: Ask, work: Change, *, posts: bool = False) -> None:
    """Do it, and show in the same place what is so now. `posts`: only where Greenroom can post."""
    check_may_remind(await ask.person())
    where, problem = _place(ask), ""
    try:
        if posts:
            await ask.services.slack.check_channel(where.channel_id)
        async with ask.services.store.write() as db:
            webinar = await reminders.current(db, ask.services.account, where.session_id, where.channel_id)
            await work(db, webinar, where.channel_id, ask.services.clock.now())
    except (BadInput, ChannelUnreachable) as error:
        problem = error.sentence
    ask.services.scheduler.wake()
    await _show(ask, where, ask.view_id, problem)


async def _show(ask: Ask, where: Place, view_id: str, problem: str = "") -> None:
    await ask.services.slack.update(view_id, await _form(ask, where, problem))


async def _form(ask: Ask, where: Place, problem: str = "") -> View:
    return remind_form.build(await _sheet(ask, where), where, now=ask.services.clock.now(), problem=problem)


async def _sheet(ask: Ask, where: Place) -> ReminderSheet:
    webinar = await ask.services.mirror.find(where.session_id)
    async with ask.services.store.read() as db:
        return await reminders.sheet(db, webinar, where.channel_id)


def _place(ask: Ask) -> Place:
    return Place.model_validate_json(ask.note)


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
