"""The words of the outbox: notices, what they say, and the parcels in which they go to Slack."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.model.people import Account, Frozen


class NoticeKind(StrEnum):
    """What the bot says on its own."""

    REMINDER = "reminder"
    STARTING = "starting"
    LIVE = "live"
    ENDED = "ended"
    FULL = "full"
    CLOSED = "closed"
    OPENED = "opened"
    FILLING = "filling"
    REGISTRATIONS = "registrations"
    MOVED = "moved"
    RETITLED = "retitled"
    CANCELED = "cancelled"
    CORRECTION = "correction"
    """A reminder that is no longer true could not be taken back: what is true instead."""
    DIGEST = "digest"
    CHANNEL_LOST = "cut_off"
    """To whoever set a channel up: Greenroom cannot post there any more."""


TIMED = frozenset({NoticeKind.REMINDER, NoticeKind.STARTING})
"""Their words are known beforehand, so they are handed to Slack ahead of time; everything else is posted at once."""


class NoticeState(StrEnum):
    """The life of a notice: planned, packed into a parcel, said; or how it ended instead."""

    PLANNED = "planned"
    BATCHED = "packed"
    POSTED = "said"
    WITHDRAWN = "withdrawn"
    """It is no longer so; planned again if it becomes so again."""
    SKIPPED = "skipped"
    """Somebody asked for this one to be left out."""
    SUPERSEDED = "overtaken"
    """Something newer in the same message made it pointless."""
    MISSED = "missed"
    UNKNOWN = "unknown"
    FAILED = "dead"


class NoticeFacts(Frozen):
    """What a notice says beyond its kind: figures, what was before, and who did it. Never a registrant or a link."""

    by: str = ""
    """The Slack user who did it, where it was done here."""
    count: int | None = None
    limit: int | None = None
    percent: int | None = None
    was_count: int | None = None
    was_start: AwareDatetime | None = None
    was_title: str | None = None
    title: str | None = None
    """What it is called from then on, beside `was_title`: the webinar itself may have been renamed again since."""
    coming: tuple[tuple[str, int | None], ...] = ()
    """For a digest: the sessions to come, by id, each with its count at the digest before (None: not read then)."""
    urgent: bool = False
    """Does not wait for quiet hours to end: what stands in the channel is misleading."""


class Notice(Frozen):
    """One thing to be said in one channel; a row before it is a message. Unique by all that comes before `due_at`."""

    kind: NoticeKind = NoticeKind.REMINDER
    account: Account
    session_id: str
    """Empty for what is about a channel and no session (a digest, being cut off)."""
    channel_id: str
    """A channel, a DM, or a person's id, which Slack takes for the DM with them."""
    start: AwareDatetime
    """The start that it speaks of: a moved session gets new reminders. For a digest, the moment of its slot."""
    offset: Annotated[timedelta, Field(ge=timedelta())] = timedelta()
    """How long before the start a reminder is due."""
    occurrence: str = ""
    """Which time it happened, for what can happen again (full, opened, moved …)."""
    due_at: AwareDatetime
    schedulable_at: AwareDatetime
    """From when on it may be handed to Slack."""
    expires_at: AwareDatetime
    """From when on it is no longer worth saying."""
    facts: NoticeFacts = NoticeFacts()


class DeliveryMethod(StrEnum):
    """How a parcel goes out: Slack holds it until its second, or it is posted at once."""

    SCHEDULED = "held"
    IMMEDIATE = "posted"


class MessageState(StrEnum):
    """The life of a parcel: being given to Slack (perhaps not clear whether it was), held by it, said; or its end."""

    SENDING = "giving"
    SCHEDULED = "held"
    POSTED = "said"
    WITHDRAWING = "withdrawing"
    """To be got back from Slack; what is in it and still true is then planned again."""
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"
    FAILED = "dead"
