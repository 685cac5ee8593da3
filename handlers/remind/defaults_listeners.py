"""The workspace's default reminders: anyone may see them, admins may change them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.commands.reminder_offsets import (
    is_switch,
    offset_text,
    offsets_as_typed,
    parse_offsets,
    read_offsets,
    repeated_offsets,
)
from bot.notices import reminders
from bot.notices.reminder_sheet import ReminderDefaults
from bot.slack.message import Message
from bot.webinars.permissions import check_may_set_defaults, may_set_defaults
from handlers.remind import defaults_form
from handlers.remind.defaults_form import UndoDefaults
from handlers.request import Listeners, SlackRequest


async def defaults(request: SlackRequest, times: str) -> None:
    """Show the defaults, or set them to `times`."""
    person = await request.current_person()
    if not times:
        current = await _load(request)
        await request.reply(
            defaults_form.current_message(current, may_change=may_set_defaults(person), zone=person.time_zone)
        )
        return
    check_may_set_defaults(person)
    if is_switch(times):
        await request.reply(defaults_form.not_set(defaults_form.NO_SWITCH, times))
        return
    offsets, problem = read_offsets(times)
    if problem:
        await request.reply(defaults_form.not_set(problem, times))
        return
    note = "\n".join(
        f"{offset_text(offset)} was named more than once and is one reminder." for offset in repeated_offsets(times)
    )
    await request.reply(await _save(request, offsets, note=note))


async def open_form(request: SlackRequest) -> None:
    """Open the form, with the typed text that could not be parsed, if any."""
    person = await request.current_person()
    check_may_set_defaults(person)
    typed = "" if request.value == "defaults" else request.value
    await request.open(defaults_form.form(await _load(request), zone=person.time_zone, typed=typed))


async def submitted(request: SlackRequest) -> None:
    """Save the submitted form, or show an error under its field."""
    check_may_set_defaults(await request.current_person())
    offsets = defaults_form.read(request.values)
    request.failure_view = defaults_form.failed_view
    await request.acknowledge(response_action="update", view=defaults_form.working_view())

    async def work(request: SlackRequest) -> None:
        answer = await _save(request, offsets)
        await request.finish(defaults_form.saved_view(answer), answer)

    request.run_after_ack(work)


async def undo(request: SlackRequest) -> None:
    """Restore the previous defaults, unless they were changed again since."""
    check_may_set_defaults(await request.current_person())
    previous = defaults_form.parse_undo(request.value)
    current = await _load(request)
    if current.set_at != previous.changed_at:
        person = await request.person()
        await request.reply(
            defaults_form.current_message(current, may_change=True, zone=person.time_zone), replace=True
        )
        return
    await request.reply(await _save(request, parse_offsets(previous.offsets), undone=True), replace=True)


async def _save(
    request: SlackRequest, offsets: Sequence[timedelta], *, note: str = "", undone: bool = False
) -> Message:
    person, now = await request.person(), request.now()
    async with request.services.store.write() as db:
        before = await reminders.load_defaults(db, request.workspace)
        replanned = await reminders.save_defaults(db, request.workspace, offsets, request.user_id, now)
        after = await reminders.load_defaults(db, request.workspace)
    request.services.scheduler.wake()
    undo_value = None if undone else UndoDefaults(offsets=offsets_as_typed(before.offsets), changed_at=now)
    return defaults_form.changed(
        after, undo_value, replanned=replanned, zone=person.time_zone, note=note, undone=undone
    )


async def _load(request: SlackRequest) -> ReminderDefaults:
    async with request.services.store.read() as db:
        return await reminders.load_defaults(db, request.workspace)


ACTIONS: Listeners = {defaults_form.CHANGE: open_form, defaults_form.UNDO: undo}
SUBMISSIONS: Listeners = {defaults_form.CALLBACK: submitted}
