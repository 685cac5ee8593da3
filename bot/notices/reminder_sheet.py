"""The reminders of one webinar in one channel, as data."""

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
    """What a workspace wants where nobody chose otherwise; nobody has set anything where `set_by` is empty."""

    offsets: tuple[timedelta, ...]
    set_by: str = ""
    set_at: AwareDatetime | None = None


class ReminderUndo(Frozen):
    """What to go back to: the line that a channel had about a webinar, if it had one. Carried by a button."""

    session_id: str
    channel_id: str
    before: Subscription | None = None
    changed_at: AwareDatetime | None = None
    """When the line that is there now was set; nothing where it was taken away. Another one is not undone."""


LOCKED_BEFORE = timedelta(seconds=75)
"""In its last minute Slack gives nothing back (docs.slack.dev/reference/methods/chat.deleteScheduledMessage)."""


MAX_PAST = 10


class ReminderOrigin(StrEnum):
    """How a channel came to hear about a webinar."""

    CHOSEN = "set"
    CARD = "shared"
    SUBSCRIPTION = "followed"
    NONE = "nobody"


@dataclass(frozen=True)
class Reminder:
    """One reminder in the outbox."""

    id: int
    offset: timedelta
    start: datetime
    """The start that it speaks of, which need not be the webinar's any more."""
    due_at: datetime
    state: NoticeState
    scheduled_for: datetime | None = None
    """When Slack posts it, where it is on its way there already."""
    problem: str = ""


@dataclass(frozen=True)
class ReminderSheet:
    """What one channel, or a person in their own messages, is reminded of about one webinar, and who said so."""

    webinar: Webinar
    channel_id: str
    is_on: bool
    offsets: tuple[timedelta, ...]
    """Those that go out here, or would if reminders were on."""
    default_offsets: tuple[timedelta, ...]
    """The workspace's own."""
    has_own_offsets: bool = False
    reminders: Sequence[Reminder] = ()
    origin: ReminderOrigin = ReminderOrigin.NONE
    set_by: str = ""
    set_at: datetime | None = None


def can_remind(webinar: Webinar, now: datetime) -> bool:
    """Whether there is anything left to remind of."""
    return now < webinar.start and is_coming_or_live(webinar, now)


def planned(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """What is to go out here, soonest first."""
    return [one for one in _current(sheet, now) if one.state in PENDING]


def skipped(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """What somebody left out and could still bring back."""
    return [one for one in _current(sheet, now) if one.state is NoticeState.SKIPPED and one.offset in sheet.offsets]


def past(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    """The last few that have come to an end: posted, skipped, missed, or unclear."""
    hidden = {NoticeState.WITHDRAWN, NoticeState.SUPERSEDED}
    over = [one for one in sheet.reminders if one.due_at <= now and one.state not in hidden]
    return over[-MAX_PAST:]


def is_locked(reminder: Reminder, now: datetime) -> bool:
    """Whether it goes out so soon that nothing can be done about it any more."""
    return reminder.scheduled_for is not None and reminder.scheduled_for - now <= LOCKED_BEFORE


def _current(sheet: ReminderSheet, now: datetime) -> list[Reminder]:
    return [one for one in sheet.reminders if one.due_at > now and one.start == sheet.webinar.start]
