"""Texts about the reminders of one webinar in one channel, for the form and for replies."""

from __future__ import annotations

from datetime import datetime

from bot.commands.reminder_offsets import offset_text, offsets_in_past, offsets_text, too_late_text
from bot.model.lifecycle import Stage, stage
from bot.model.webinar import Webinar
from bot.notices.model import NoticeState
from bot.notices.reminder_sheet import Reminder, ReminderOrigin, ReminderSheet, can_remind, past
from bot.slack.blocks import cut, escape_sentence, relative_time

MAX_PROBLEM = 150


def channel_name(channel_id: str) -> str:
    """A channel mention, or "your direct messages" for a DM (mrkdwn)."""
    return f"<#{channel_id}>" if channel_id.startswith(("C", "G")) else "your direct messages"


def no_reminder_reason(webinar: Webinar, now: datetime, name: str = "This webinar") -> str:
    """Why no reminder can be planned, about the webinar by this name; empty if one can."""
    if can_remind(webinar, now):
        return ""
    state = {Stage.CANCELED: "is canceled", Stage.OVER: "is over"}.get(stage(webinar, now), "has already started")
    return f"{name} {state}, so there is nothing left to remind you of."


def missed_text(sheet: ReminderSheet, now: datetime) -> str:
    """Which offsets have passed without a reminder, and why; empty if there are none or none can be planned."""
    if not (sheet.is_on and can_remind(sheet.webinar, now)):
        return ""
    posted = {
        reminder.offset
        for reminder in sheet.reminders
        if reminder.start == sheet.webinar.start and reminder in past(sheet, now)
    }
    missed = [offset for offset in offsets_in_past(sheet.offsets, sheet.webinar.start, now) if offset not in posted]
    return too_late_text(missed, sheet.webinar.start, now)


def reminder_line(sheet: ReminderSheet, reminder: Reminder) -> str:
    """A reminder's offset, and its time in the reader's zone (mrkdwn)."""
    return f"*{offset_text(reminder.offset)} before* · {relative_time(reminder.due_at, sheet.webinar.time_zone)}"


def outcome_text(reminder: Reminder) -> str:
    """The outcome of a reminder (mrkdwn)."""
    match reminder.state:
        case NoticeState.POSTED:
            return "posted"
        case NoticeState.SKIPPED:
            return "skipped"
        case NoticeState.MISSED:
            return "missed: Greenroom was away or could not post in time"
        case NoticeState.UNKNOWN:
            return "unclear: Slack's answer got lost, so look whether it was posted"
        case NoticeState.FAILED:
            return "not posted" + (
                f": {escape_sentence(cut(reminder.problem, MAX_PROBLEM))}" if reminder.problem else ""
            )
        case NoticeState.PLANNED:
            return "about to be posted"
    return "handed to Slack"


def origin_text(sheet: ReminderSheet) -> str:
    """Who set the reminders and when (mrkdwn); empty if nobody did."""
    if not (sheet.set_by and sheet.set_at):
        return ""
    by, at = f"<@{sheet.set_by}>", relative_time(sheet.set_at, sheet.webinar.time_zone)
    match sheet.origin:
        case ReminderOrigin.CARD:
            return f"Set when {by} shared the card · {at}"
        case ReminderOrigin.SUBSCRIPTION:
            return f"Here because this channel follows webinars: set by {by} · {at}"
    return f"Set by {by} · {at}"


def offsets_source(sheet: ReminderSheet) -> str:
    """Whether the offsets were chosen here or are the workspace's (mrkdwn)."""
    if sheet.has_own_offsets:
        return f"Times chosen for this webinar here; default in this workspace: {offsets_text(sheet.default_offsets)}"
    return "Default times of this workspace"
