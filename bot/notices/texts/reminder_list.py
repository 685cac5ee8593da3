"""What one channel is reminded of about one webinar, as data and in words: for the form and for the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.commands.reminder_offsets import say_lead, say_leads, say_too_late, too_late
from bot.model.webinar import Webinar
from bot.notices.model import NoticeState
from bot.slack.blocks import cut, said, when
from bot.webinars.texts.facts import Stage, stage

LAST_MINUTE = timedelta(seconds=75)
"""In its last minute Slack gives nothing back (docs.slack.dev/reference/methods/chat.deleteScheduledMessage)."""
MAX_EARLIER = 10
MAX_PROBLEM = 150

WAITING = frozenset({NoticeState.PLANNED, NoticeState.PACKED})


class Origin(StrEnum):
    """How a channel came to hear about a webinar."""

    SET = "set"
    SHARED = "shared"
    FOLLOWED = "followed"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Reminder:
    """One reminder in the outbox."""

    id: int
    before: timedelta
    start: datetime
    """The start that it speaks of, which need not be the webinar's any more."""
    due_at: datetime
    state: NoticeState
    held_for: datetime | None = None
    """When Slack posts it, where it is on its way there already."""
    problem: str = ""


@dataclass(frozen=True)
class Sheet:
    """What one channel, or a person in their own messages, is reminded of about one webinar, and who said so."""

    webinar: Webinar
    channel_id: str
    is_on: bool
    leads: tuple[timedelta, ...]
    """Those that go out here, or would if reminders were on."""
    usual: tuple[timedelta, ...]
    """The workspace's own."""
    has_own_leads: bool = False
    reminders: Sequence[Reminder] = ()
    origin: Origin = Origin.NOBODY
    set_by: str = ""
    set_at: datetime | None = None


def place(channel_id: str) -> str:
    """Where it is, as one says it (mrkdwn)."""
    return f"<#{channel_id}>" if channel_id.startswith(("C", "G")) else "your own messages"


def is_to_come(webinar: Webinar, now: datetime) -> bool:
    """Whether there is anything left to remind of."""
    return now < webinar.start and stage(webinar, now) not in (Stage.OVER, Stage.CANCELLED)


def why_not(webinar: Webinar, now: datetime) -> str:
    """Why there is nothing left to remind of; empty where there is."""
    if is_to_come(webinar, now):
        return ""
    if stage(webinar, now) is Stage.CANCELLED:
        return "This webinar is cancelled, so there is nothing to remind of."
    return "This webinar's start has passed, so there is nothing left to remind of."


def planned(sheet: Sheet, now: datetime) -> list[Reminder]:
    """What is to go out here, soonest first."""
    return [one for one in _current(sheet, now) if one.state in WAITING]


def skipped(sheet: Sheet, now: datetime) -> list[Reminder]:
    """What somebody left out and could still bring back."""
    return [one for one in _current(sheet, now) if one.state is NoticeState.SKIPPED and one.before in sheet.leads]


def earlier(sheet: Sheet, now: datetime) -> list[Reminder]:
    """The last few that have come to an end: posted, skipped, missed, or unclear."""
    hidden = {NoticeState.WITHDRAWN, NoticeState.OVERTAKEN}
    over = [one for one in sheet.reminders if one.due_at <= now and one.state not in hidden]
    return over[-MAX_EARLIER:]


def missed_out(sheet: Sheet, now: datetime) -> str:
    """Which of its times have passed without a reminder, and why; empty where there are none, or it is all over."""
    if not (sheet.is_on and is_to_come(sheet.webinar, now)):
        return ""
    had = {one.before for one in sheet.reminders if one.start == sheet.webinar.start and one in earlier(sheet, now)}
    late = [lead for lead in too_late(sheet.leads, sheet.webinar.start, now) if lead not in had]
    return say_too_late(late, sheet.webinar.start, now)


def is_leaving(reminder: Reminder, now: datetime) -> bool:
    """Whether it goes out so soon that nothing can be done about it any more."""
    return reminder.held_for is not None and reminder.held_for - now <= LAST_MINUTE


def line(sheet: Sheet, reminder: Reminder) -> str:
    """One of them: how long before, and when that is on the reader's clock (mrkdwn)."""
    return f"*{say_lead(reminder.before)} before* · {when(reminder.due_at, sheet.webinar.time_zone)}"


def outcome(reminder: Reminder) -> str:
    """What became of it (mrkdwn)."""
    match reminder.state:
        case NoticeState.SAID:
            return "posted"
        case NoticeState.SKIPPED:
            return "skipped"
        case NoticeState.MISSED:
            return "missed: Greenroom was away or could not post in time"
        case NoticeState.UNKNOWN:
            return "unclear: Slack's answer got lost, so look whether it was posted"
        case NoticeState.DEAD:
            return "not posted" + (f": {said(cut(reminder.problem, MAX_PROBLEM))}" if reminder.problem else "")
        case NoticeState.PLANNED:
            return "about to be posted"
    return "handed to Slack"


def origin(sheet: Sheet) -> str:
    """Who said so and when (mrkdwn); empty where nobody did."""
    if not (sheet.set_by and sheet.set_at):
        return ""
    by, at = f"<@{sheet.set_by}>", when(sheet.set_at, sheet.webinar.time_zone)
    match sheet.origin:
        case Origin.SHARED:
            return f"Here since {by} shared its card · {at}"
        case Origin.FOLLOWED:
            return f"Here because this channel follows webinars: set by {by} · {at}"
    return f"Set by {by} · {at}"


def whose_times(sheet: Sheet) -> str:
    """Whether its times are its own or the workspace's (mrkdwn)."""
    if sheet.has_own_leads:
        return f"Times chosen for this webinar here; usual in this workspace: {say_leads(sheet.usual)}"
    return "Times as usual in this workspace"


def _current(sheet: Sheet, now: datetime) -> list[Reminder]:
    return [one for one in sheet.reminders if one.due_at > now and one.start == sheet.webinar.start]
