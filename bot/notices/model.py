"""Values of the outbox: notices, their facts, and the states of notices and messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.model.people import Account, Frozen


class NoticeKind(StrEnum):
    """What the bot posts on its own."""

    REMINDER = "reminder"
    STARTING = "starting"
    LIVE = "live"
    ENDED = "ended"
    RESULTS = "results"
    """How many people registered and came, once the provider has all figures."""
    FULL = "full"
    CLOSED = "closed"
    OPENED = "opened"
    FREED = "freed"
    """A seat became free after the limit had closed the registration, which is still closed."""
    FILLING = "filling"
    REGISTRATIONS = "registrations"
    MOVED = "moved"
    """Another start or another length, and perhaps another title in the same edit."""
    RETITLED = "retitled"
    CANCELED = "cancelled"
    CORRECTION = "correction"
    """Corrects a reminder that is wrong by now and could not be withdrawn."""
    DIGEST = "digest"
    CHANNEL_LOST = "cut_off"
    """Tells the person who set up a channel that Greenroom can no longer post there."""


TIMED = frozenset({NoticeKind.REMINDER, NoticeKind.STARTING})
"""Kinds whose text is known in advance: they are scheduled at Slack ahead of time. Other kinds are posted at once."""


class NoticeState(StrEnum):
    """The state of a notice: planned, batched into a message, posted, or ended without being posted."""

    PLANNED = "planned"
    BATCHED = "packed"
    POSTED = "said"
    WITHDRAWN = "withdrawn"
    """No longer true; planned again if it becomes true again."""
    SKIPPED = "skipped"
    """A user skipped this one."""
    SUPERSEDED = "overtaken"
    """A newer notice in the same message replaces it."""
    MISSED = "missed"
    UNKNOWN = "unknown"
    FAILED = "dead"


PENDING = frozenset({NoticeState.PLANNED, NoticeState.BATCHED})
"""States of a notice that has not been posted and is still to be."""


class EndReason(StrEnum):
    """Why a posted notice lost its point."""

    LIMIT = "limit"
    OPENED = "opened"
    CLOSED = "closed"
    FULL = "full"
    CANCELED = "canceled"
    ENDED = "ended"
    LEFT = "left"
    """The reader of a direct message gave up their seat, or is no longer on the team."""


class NoticeEnd(Frozen):
    """What made a posted notice lose its point; its buttons become a line about it."""

    reason: EndReason
    by: str = ""
    """The Slack user who caused it; empty if unknown."""
    at: AwareDatetime
    limit: int | None = None
    """The limit from then on."""


class NoticeFacts(Frozen):
    """Details of a notice: figures, previous values, and who made the change. Never a registrant or a link.

    Stored as JSON, so the names of the fields stay.
    """

    by: str = ""
    """The Slack user who made the change; empty if it was not made through Greenroom."""
    count: int | None = None
    limit: int | None = None
    percent: int | None = None
    attended: int | None = None
    """For results, with `count` as the number of registrants: None without registration."""
    without_registrant: int = 0
    """For results: people who came without being registered."""
    peak: int | None = None
    peak_at: AwareDatetime | None = None
    """For results: when most people were there, and how many."""
    was_count: int | None = None
    was_start: AwareDatetime | None = None
    was_title: str | None = None
    title: str | None = None
    """The new title that goes with `was_title`; the webinar may have been renamed again since."""
    was_length: timedelta | None = None
    length: timedelta | None = None
    """The new length that goes with `was_length`."""
    coming: tuple[tuple[str, int | None], ...] = ()
    """For a digest: ids of upcoming sessions, each with its count at the previous digest (None: not read then)."""
    urgent: bool = False
    """Ignores quiet hours, because a message in the channel is misleading."""
    end: NoticeEnd | None = None
    """Set once the posted notice has lost its point."""


class Notice(Frozen):
    """One notice for one channel; a row before it is a message. The fields above `due_at` are its unique key."""

    kind: NoticeKind = NoticeKind.REMINDER
    account: Account
    session_id: str
    """Empty for a notice about a channel (`DIGEST`, `CHANNEL_LOST`)."""
    channel_id: str
    """The id of a channel, a DM, or a user (Slack posts to the DM with that user)."""
    start: AwareDatetime
    """The session's start when it was planned: a moved session gets new reminders. For a digest, its scheduled time."""
    offset: Annotated[timedelta, Field(ge=timedelta())] = timedelta()
    """How long before the start a reminder is due."""
    occurrence: str = ""
    """Tells repeated events apart (full, opened, moved …)."""
    due_at: AwareDatetime
    schedulable_at: AwareDatetime
    """When delivery may start: for a reminder, when it may be scheduled at Slack."""
    expires_at: AwareDatetime
    """Not posted from this time on."""
    facts: NoticeFacts = NoticeFacts()


class DeliveryMethod(StrEnum):
    """How a message is delivered: scheduled at Slack for a later second, or posted at once."""

    SCHEDULED = "held"
    IMMEDIATE = "posted"


class MessageState(StrEnum):
    """The state of a message: being sent (the outcome may be unknown), scheduled at Slack, posted, or ended."""

    SENDING = "giving"
    SCHEDULED = "held"
    POSTED = "said"
    WITHDRAWING = "withdrawing"
    """To be deleted at Slack; its notices that are still true are then planned again."""
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    FAILED = "dead"


class Feature(StrEnum):
    """A group of notices that a channel can subscribe to, by the word people type."""

    REMINDERS = "reminders"
    ALERTS = "alerts"
    FILLING = "filling"
    CHANGES = "changes"
    REGISTRATIONS = "registrations"
    LIVE = "live"


FEATURE_BY_KIND: Mapping[NoticeKind, Feature] = {
    NoticeKind.REMINDER: Feature.REMINDERS,
    NoticeKind.STARTING: Feature.LIVE,
    NoticeKind.LIVE: Feature.LIVE,
    NoticeKind.ENDED: Feature.LIVE,
    NoticeKind.RESULTS: Feature.LIVE,
    NoticeKind.FULL: Feature.ALERTS,
    NoticeKind.CLOSED: Feature.ALERTS,
    NoticeKind.OPENED: Feature.ALERTS,
    NoticeKind.FREED: Feature.ALERTS,
    NoticeKind.FILLING: Feature.FILLING,
    NoticeKind.REGISTRATIONS: Feature.REGISTRATIONS,
    NoticeKind.MOVED: Feature.CHANGES,
    NoticeKind.RETITLED: Feature.CHANGES,
    NoticeKind.CANCELED: Feature.CHANGES,
}
"""The feature that a kind of notice belongs to. Kinds that are missing need no subscription."""
ONLY_FOR_ORGANIZER = frozenset({NoticeKind.FREED})
"""Kinds that no channel gets, because readers can do nothing about them."""
FOR_ORGANIZER = ONLY_FOR_ORGANIZER | {NoticeKind.CLOSED, NoticeKind.FILLING, NoticeKind.FULL, NoticeKind.RESULTS}
"""Kinds that the organizer gets by direct message without a subscription."""
