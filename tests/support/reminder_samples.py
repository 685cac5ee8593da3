"""Every view and message about reminders."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.model.webinar import Webinar
from bot.notices import reminder_sheet
from bot.notices.model import NoticeState
from bot.notices.texts import reminder_result
from bot.slack.message import Message
from handlers.remind import defaults_form, snooze_form
from handlers.remind import form as remind_form
from tests.support.webinar_samples import NOW

HOUR = timedelta(hours=1)


def sample_sheet(plain: Webinar) -> reminder_sheet.ReminderSheet:
    """A channel with one planned reminder, one skipped, and its own offsets."""
    ahead = [
        reminder_sheet.Reminder(number, number * HOUR, plain.start, plain.start - number * HOUR, state)
        for number, state in ((1, NoticeState.PLANNED), (2, NoticeState.SKIPPED))
    ]
    leads = tuple(one.offset for one in ahead)
    return reminder_sheet.ReminderSheet(
        plain, "C1", is_on=True, offsets=leads, default_offsets=leads, has_own_offsets=True, reminders=ahead
    )


def reminder_messages(plain: Webinar) -> list[Message]:
    """Every message about reminders and snoozing."""
    sheet, back = sample_sheet(plain), reminder_sheet.ReminderUndo(session_id="s1", channel_id="C1")
    usual = reminder_sheet.ReminderDefaults(offsets=sheet.default_offsets)
    undo = defaults_form.UndoDefaults(offsets="1h", changed_at=NOW)
    return [
        *(reminder_result.changed(sheet, back, now=NOW), reminder_result.muted(plain, "C1", back)),
        *(reminder_result.already_muted(sheet), reminder_result.not_undone(sheet)),
        *(
            reminder_result.not_set(plain, "No.", "soon", channel_id="C1"),
            reminder_result.only_in_channels(plain, "1h"),
        ),
        defaults_form.current_message(usual, may_change=True, zone="UTC"),
        *(defaults_form.changed(usual, undo, replanned=1, zone="UTC"), defaults_form.not_set("No.", "soon")),
        *(
            snooze_form.choices_message(plain, now=NOW),
            snooze_form.too_late(plain, now=NOW),
            snooze_form.failed_message(plain),
        ),
        *(snooze_form.reminded(plain, [HOUR]), snooze_form.confirmation(plain, [HOUR])),
        *(snooze_form.not_set(plain, "No.", now=NOW), snooze_form.none_to_stop(plain)),
    ]


def reminder_modals(plain: Webinar) -> list[dict[str, Any]]:
    """Every form for reminders."""
    sheet, where = sample_sheet(plain), remind_form.ReminderFormContext(session_id="s1", channel_id="C1")
    off = replace(sheet, is_on=False)
    usual = reminder_sheet.ReminderDefaults(offsets=sheet.default_offsets)
    return [
        *(remind_form.build(one, where, now=NOW) for one in (sheet, off)),
        remind_form.move_form(sheet, sheet.reminders[0], where),
        remind_form.choose_channel(plain, where),
        *(defaults_form.form(usual, zone="UTC"), defaults_form.working_view(), defaults_form.failed_view("No.")),
        defaults_form.saved_view(defaults_form.current_message(usual, may_change=False, zone="UTC")),
    ]
