"""The reminders of one webinar in one channel, as values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime

from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Frozen
from bot.model.webinar import Webinar
from bot.notices.model import PENDING, NoticeState
from bot.notices.subscriptions.model import Subscription


class ReminderDefaults(Frozen):
    """The default reminders of a workspace; `set_by` is empty if they are Greenroom's own."""

    offsets: tuple[timedelta, ...]
    set_by: str = ""
    set_at: AwareDatetime | None = None


class ReminderUndo(Frozen):
    """The previous subscription of a channel to a webinar, if it had one. Serialized into a button."""

    session_id: str
    channel_id: str
    before: Subscription | None = None
    changed_at: AwareDatetime | None = None
    """When the current subscription was set; None if it was removed. If it has changed since, undo is refused."""


LOCKED_BEFORE = timedelta(seconds=75)
"""Slack deletes no scheduled message in its last minute (docs.slack.dev, chat.deleteScheduledMessage)."""

MAX_PAST = 10


class ReminderOrigin(StrEnum):
    """How a channel came to have reminders of a webinar."""

    CHOSEN = "set"
    CARD = "shared"
    SUBSCRIPTION = "followed"
    NONE = "nobody"


@dataclass(frozen=True)
class Reminder:
    """A reminder in the outbox."""

    id: int
    offset: timedelta
    start: datetime
    """The start when it was planned; the webinar may have moved since."""
    due_at: datetime
    state: NoticeState
    scheduled_for: datetime | None = None
    """When Slack posts it, if it is already scheduled there."""
    problem: str = ""


@dataclass(frozen=True)
class ReminderSheet:
    """The reminders of one webinar in one channel or DM, and who set them."""

    webinar: Webinar
    channel_id: str
    is_on: bool
    offsets: tuple[timedelta, ...]
    """The offsets that apply here, or would if reminders were on."""
    default_offsets: tuple[timedelta, ...]
    """The workspace's defaults."""
    has_own_offsets: bool = False
    reminders: Sequence[Reminder] = ()
    origin: ReminderOrigin = ReminderOrigin.NONE
    set_by: str = ""
    set_at: datetime | None = None


def can_remind(webinar: Webinar, now: datetime) -> bool:
    """Whether the webinar's start is ahead and it is not canceled."""
    return now < webinar.start and is_coming_or_live(webinar, now)


def planned(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """Pending reminders, soonest first."""
    return [reminder for reminder in _current(sheet, now) if reminder.state in PENDING]


def skipped(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """Skipped reminders that can still be planned again."""
    return [
        reminder
        for reminder in _current(sheet, now)
        if reminder.state is NoticeState.SKIPPED and reminder.offset in sheet.offsets
    ]


def past(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """The last few reminders whose time has passed: posted, skipped, missed, or with unknown outcome."""
    hidden_states = {NoticeState.WITHDRAWN, NoticeState.SUPERSEDED}
    ended = [reminder for reminder in sheet.reminders if reminder.due_at <= now and reminder.state not in hidden_states]
    return ended[-MAX_PAST:]


def is_locked(reminder: Reminder, now: datetime) -> bool:
    """Whether Slack posts it so soon that it can no longer be changed."""
    return reminder.scheduled_for is not None and reminder.scheduled_for - now <= LOCKED_BEFORE


def _current(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    return [reminder for reminder in sheet.reminders if reminder.due_at > now and reminder.start == sheet.webinar.start]
