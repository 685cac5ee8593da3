"""The workspace's own reminders: shown to anyone, set by its admins, and planned anew wherever they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands.reminder_offsets import read_leads, repeated, say_lead, spell_leads
from bot.errors import BadInput
from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderDefaults
from bot.slack.message import Message
from bot.webinars.permissions import check_may_set_defaults, may_set_defaults
from handlers import errors
from handlers.remind import defaults_form
from handlers.remind.defaults_form import UndoDefaults
from handlers.request import Ask, Listeners


async def defaults(ask: Ask, times: str) -> None:
    """Show them, or set those that were named."""
    person = await ask.person()
    if not times:
        known = await _known(ask)
        await ask.say(defaults_form.answer(known, may_change=may_set_defaults(person), zone=person.time_zone))
        return
    check_may_set_defaults(person)
    try:
        leads = read_leads(times)
    except BadInput as error:
        await ask.say(defaults_form.not_set(error.sentence, times))
        return
    note = " ".join(f"{say_lead(lead)} was named more than once and is one reminder." for lead in repeated(times))
    await ask.say(await _set(ask, leads, note=note))


async def open_form(ask: Ask) -> None:
    """Ask for them, with what was typed in vain if anything was."""
    person = await ask.person()
    check_may_set_defaults(person)
    typed = "" if ask.value == "defaults" else ask.value
    await ask.open(defaults_form.form(await _known(ask), zone=person.time_zone, typed=typed))


async def sent(ask: Ask) -> None:
    """The form was sent: what is wrong stands under its field, or they are being set."""
    check_may_set_defaults(await ask.person())
    leads = defaults_form.read(ask.values)
    ask.failed = defaults_form.failed
    await ask.accept(response_action="update", view=defaults_form.working())

    async def work(ask: Ask) -> None:
        answer = await _set(ask, leads)
        if not await ask.services.slack.update(ask.view_id, defaults_form.saved_view(answer)):
            await ask.services.slack.post(ask.user_id, answer)

    errors.later(ask, work)


async def undo(ask: Ask) -> None:
    """Go back to what was so before, unless somebody has changed it since."""
    check_may_set_defaults(await ask.person())
    wanted = defaults_form.read_undo(ask.value)
    known = await _known(ask)
    if known.set_at != wanted.changed_at:
        person = await ask.person()
        await ask.say(defaults_form.answer(known, may_change=True, zone=person.time_zone), replace=True)
        return
    await ask.say(await _set(ask, read_leads(wanted.leads), undone=True), replace=True)


async def _set(ask: Ask, leads: Sequence[timedelta], *, note: str = "", undone: bool = False) -> Message:
    person, now = await ask.person(), ask.services.clock.now()
    async with ask.services.store.write() as db:
        before = await reminders.defaults(db, ask.workspace)
        replanned = await reminders.set_defaults(db, ask.workspace, leads, ask.user_id, now)
        after = await reminders.defaults(db, ask.workspace)
    ask.services.scheduler.wake()
    back = None if undone else UndoDefaults(leads=spell_leads(before.leads), changed_at=now)
    return defaults_form.changed(after, back, replanned=replanned, zone=person.time_zone, note=note, undone=undone)


async def _known(ask: Ask) -> ReminderDefaults:
    async with ask.services.store.read() as db:
        return await reminders.defaults(db, ask.workspace)


ACTIONS: Listeners = {defaults_form.CHANGE: open_form, defaults_form.UNDO: undo}
SUBMISSIONS: Listeners = {defaults_form.CALLBACK: sent}
