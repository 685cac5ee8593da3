"""The workspace's own reminders: shown to anyone, set by its admins, and planned anew wherever they hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands.reminder_offsets import offset_text, offsets_as_typed, parse_offsets, repeated_offsets
from bot.errors import BadInput
from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderDefaults
from bot.slack.message import Message
from bot.webinars.permissions import check_may_set_defaults, may_set_defaults
from handlers.remind import defaults_form
from handlers.remind.defaults_form import UndoDefaults
from handlers.request import Listeners, SlackRequest


async def defaults(request: SlackRequest, times: str) -> None:
    """Show them, or set those that were named."""
    person = await request.person()
    if not times:
        known = await _known(request)
        await request.reply(defaults_form.answer(known, may_change=may_set_defaults(person), zone=person.time_zone))
        return
    check_may_set_defaults(person)
    try:
        leads = parse_offsets(times)
    except BadInput as error:
        await request.reply(defaults_form.not_set(error.sentence, times))
        return
    note = " ".join(
        f"{offset_text(lead)} was named more than once and is one reminder." for lead in repeated_offsets(times)
    )
    await request.reply(await _set(request, leads, note=note))


async def open_form(request: SlackRequest) -> None:
    """Ask for them, with what was typed in vain if anything was."""
    person = await request.person()
    check_may_set_defaults(person)
    typed = "" if request.value == "defaults" else request.value
    await request.open(defaults_form.form(await _known(request), zone=person.time_zone, typed=typed))


async def sent(request: SlackRequest) -> None:
    """The form was sent: what is wrong stands under its field, or they are being set."""
    check_may_set_defaults(await request.person())
    leads = defaults_form.read(request.values)
    request.failure_view = defaults_form.failed
    await request.acknowledge(response_action="update", view=defaults_form.working())

    async def work(request: SlackRequest) -> None:
        answer = await _set(request, leads)
        await request.finish(defaults_form.saved_view(answer), answer)

    request.run_after_ack(work)


async def undo(request: SlackRequest) -> None:
    """Go back to what was so before, unless somebody has changed it since."""
    check_may_set_defaults(await request.person())
    wanted = defaults_form.parse_undo(request.value)
    known = await _known(request)
    if known.set_at != wanted.changed_at:
        person = await request.person()
        await request.reply(defaults_form.answer(known, may_change=True, zone=person.time_zone), replace=True)
        return
    await request.reply(await _set(request, parse_offsets(wanted.offsets), undone=True), replace=True)


async def _set(request: SlackRequest, leads: Sequence[timedelta], *, note: str = "", undone: bool = False) -> Message:
    person, now = await request.person(), request.now()
    async with request.services.store.write() as db:
        before = await reminders.load_defaults(db, request.workspace)
        replanned = await reminders.save_defaults(db, request.workspace, leads, request.user_id, now)
        after = await reminders.load_defaults(db, request.workspace)
    request.services.scheduler.wake()
    back = None if undone else UndoDefaults(offsets=offsets_as_typed(before.offsets), changed_at=now)
    return defaults_form.changed(after, back, replanned=replanned, zone=person.time_zone, note=note, undone=undone)


async def _known(request: SlackRequest) -> ReminderDefaults:
    async with request.services.store.read() as db:
        return await reminders.load_defaults(db, request.workspace)


ACTIONS: Listeners = {defaults_form.CHANGE: open_form, defaults_form.UNDO: undo}
SUBMISSIONS: Listeners = {defaults_form.CALLBACK: sent}
