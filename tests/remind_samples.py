"""Everything that is shown about reminders, in each of its states."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.models import Webinar
from bot.outbox import NoticeState
from bot.views import remind_defaults, remind_form, remind_result, remind_sheet, snooze
from bot.views.blocks import Message
from tests.webinar_samples import NOW

HOUR = timedelta(hours=1)


def reminded(plain: Webinar) -> remind_sheet.Sheet:
    """A channel with one reminder ahead, one that was left out, and times of its own."""
    ahead = [
        remind_sheet.Reminder(number, number * HOUR, plain.start, plain.start - number * HOUR, state)
        for number, state in ((1, NoticeState.PLANNED), (2, NoticeState.SKIPPED))
    ]
    leads = tuple(one.before for one in ahead)
    return remind_sheet.Sheet(plain, "C1", is_on=True, leads=leads, usual=leads, has_own_leads=True, reminders=ahead)


def remind_messages(plain: Webinar) -> list[Message]:
    """What is said about reminders and snoozing."""
    sheet, back = reminded(plain), remind_result.Undo(session_id="s1", channel_id="C1")
    usual = remind_defaults.Defaults(leads=sheet.usual)
    undo = remind_defaults.UndoDefaults(leads="1h", changed_at=NOW)
    return [
        *(remind_result.changed(sheet, back, now=NOW), remind_result.muted(plain, "C1", back)),
        *(remind_result.already_muted(sheet), remind_result.not_undone(sheet)),
        *(remind_result.not_set(plain, "No.", "soon", channel_id="C1"), remind_result.only_in_channels(plain, "1h")),
        remind_defaults.answer(usual, may_change=True, zone="UTC"),
        *(remind_defaults.changed(usual, undo, replanned=1, zone="UTC"), remind_defaults.not_set("No.", "soon")),
        *(snooze.choices(plain, now=NOW), snooze.too_late(plain, now=NOW), snooze.failed(plain)),
        *(snooze.reminded(plain, HOUR), snooze.confirmation(plain, HOUR)),
    ]


def remind_modals(plain: Webinar) -> list[dict[str, Any]]:
    """The forms for reminders."""
    sheet, where = reminded(plain), remind_form.Place(session_id="s1", channel_id="C1")
    off = replace(sheet, is_on=False)
    usual = remind_defaults.Defaults(leads=sheet.usual)
    return [
        *(remind_form.build(one, where, now=NOW) for one in (sheet, off)),
        remind_form.move_form(sheet, sheet.reminders[0], where),
        remind_form.choose_channel(plain, where),
        *(remind_defaults.form(usual, zone="UTC"), remind_defaults.working(), remind_defaults.failed("No.")),
        remind_defaults.saved_view(remind_defaults.answer(usual, may_change=False, zone="UTC")),
    ]
