"""Decides what should be said when and where, and until when each kind of notice is worth saying."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.model.webinar import Status, Webinar
from bot.notices.model import TIMED, Notice, NoticeKind
from bot.notices.schedule import schedulable_at
from bot.notices.subscriptions.model import FEATURE_BY_KIND, ChannelFeatures, Feature

DEFAULT_OFFSETS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))
"""How long before the start people are reminded where nobody said otherwise."""
REQUIRED_STATUS = {
    NoticeKind.LIVE: Status.ACTIVE,  # hosts may break their practice off
    NoticeKind.ENDED: Status.FINISHED,
    NoticeKind.CANCELED: Status.CANCELLED,
}
"""What is said of a webinar only as long as it is so; and of one that is off or over, nothing else is said."""


class ExpiryBasis(StrEnum):
    """What the time for which a notice is worth saying is counted from."""

    HALFWAY = "half-way to the start"
    START = "the start"
    END = "the planned end"
    MOMENT = "the moment it is about"


@dataclass(frozen=True)
class Expiry:
    """Until when a kind of notice is worth saying, and what people have instead from then on."""

    basis: ExpiryBasis
    extra: timedelta
    replacement: str


EXPIRY: Mapping[NoticeKind, Expiry] = {
    NoticeKind.REMINDER: Expiry(ExpiryBasis.HALFWAY, timedelta(), "the next reminder, then that it starts"),
    NoticeKind.STARTING: Expiry(ExpiryBasis.START, timedelta(minutes=5), "that it is live"),
    NoticeKind.LIVE: Expiry(ExpiryBasis.END, timedelta(), "that it has ended"),
    NoticeKind.ENDED: Expiry(ExpiryBasis.END, timedelta(hours=12), "the card"),
    # Who has not registered by the start joins or does not: how the door stood before is of no use to them.
    NoticeKind.FULL: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.CLOSED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.OPENED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.FILLING: Expiry(ExpiryBasis.START, timedelta(), "that it is full, or starts"),
    NoticeKind.REGISTRATIONS: Expiry(ExpiryBasis.MOMENT, timedelta(days=1), "the next count, or the digest"),
    NoticeKind.MOVED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.RETITLED: Expiry(ExpiryBasis.START, timedelta(), "that it starts, by its new title"),
    NoticeKind.CANCELED: Expiry(ExpiryBasis.END, timedelta(), "the card"),
    # The moment is the start that was wrongly named: when it comes, whoever waits finds out.
    NoticeKind.CORRECTION: Expiry(ExpiryBasis.MOMENT, timedelta(), "the card"),
    NoticeKind.DIGEST: Expiry(ExpiryBasis.MOMENT, timedelta(hours=12), "the next digest"),
    NoticeKind.CHANNEL_LOST: Expiry(ExpiryBasis.MOMENT, timedelta(days=7), "what an admin sees"),
}
"""The one table of it: each kind of notice has its line. The moment is that of a count, a slot, or of being cut off."""


def expires_at(
    kind: NoticeKind, webinar: Webinar | None, *, offset: timedelta = timedelta(), moment: datetime | None = None
) -> datetime:
    """From when on such a notice is no longer worth saying (UTC).

    `before` is the lead of a reminder. Kinds that are counted from a moment of their own need no webinar but that.
    """
    worth = EXPIRY[kind]
    if worth.basis is ExpiryBasis.MOMENT:
        if moment is None:
            raise ValueError(f"until when a notice of kind {kind} is worth saying depends on its moment")
        return moment.astimezone(UTC) + worth.extra
    if webinar is None:
        raise ValueError(f"until when a notice of kind {kind} is worth saying depends on its webinar")
    start = webinar.start.astimezone(UTC)
    from_when = {ExpiryBasis.HALFWAY: start - offset / 2, ExpiryBasis.START: start, ExpiryBasis.END: webinar.end}
    return from_when[worth.basis] + worth.extra


def plan(
    webinar: Webinar,
    hearings: Iterable[ChannelFeatures],
    now: datetime,
    default_offsets: Sequence[timedelta] = DEFAULT_OFFSETS,
) -> list[Notice]:
    """The reminders of a webinar, and that it starts, as far as they are ahead of `now`, for each channel in its way.

    All times are instants in UTC, reckoned back from the start: a change of the clocks in between moves nothing.
    One that RingCentral calls active is reminded of as well: that begins with the hosts' practice, before the start.
    """
    if webinar.status not in (Status.SCHEDULED, Status.ACTIVE):
        return []
    start = webinar.start.astimezone(UTC)
    wanted = {(before, heard.channel_id) for heard in hearings for before in _offsets(heard, default_offsets)}
    return [
        Notice(
            kind=_kind(before),
            account=webinar.account,
            session_id=webinar.session_id,
            channel_id=channel,
            start=start,
            offset=before,
            due_at=start - before,
            schedulable_at=max(schedulable_at(start - before, 0, channel), now),
            expires_at=expires_at(_kind(before), webinar, offset=before),
        )
        for before, channel in sorted(wanted, key=lambda one: (-one[0], one[1]))
        if start - before > now
    ]


def is_stale(
    notice: Notice,
    webinar: Webinar,
    hearings: Collection[ChannelFeatures],
    default_offsets: Sequence[timedelta] = DEFAULT_OFFSETS,
) -> bool:
    """Whether a notice that waits is no longer to be said: untrue by now, or not asked for any more in its channel.

    What was news (moved, full …) stays so while the webinar is to come: several that wait are told together.
    """
    if notice.kind not in FEATURE_BY_KIND:
        return False
    if webinar.status is not REQUIRED_STATUS.get(notice.kind, webinar.status):
        return True
    if webinar.status in (Status.CANCELLED, Status.FINISHED) and notice.kind not in REQUIRED_STATUS:
        return True
    if notice.kind not in TIMED:
        return not _is_subscribed(notice, webinar, hearings)
    here = [one for one in hearings if one.channel_id == notice.channel_id]
    # Compared in UTC: a time in an hour that comes twice equals nothing in any other zone (PEP 495).
    is_moved = notice.start.astimezone(UTC) != webinar.start.astimezone(UTC)
    return is_moved or not any(notice.offset in _offsets(one, default_offsets) for one in here)


def is_misleading(notice: Notice, webinar: Webinar, now: datetime) -> bool:
    """Whether a reminder that was posted makes people wait for a start that is not this webinar's any more."""
    if now >= max(notice.start, notice.expires_at):
        return False
    moved = webinar.status is Status.SCHEDULED and notice.start.astimezone(UTC) != webinar.start.astimezone(UTC)
    return moved or webinar.status is Status.CANCELLED


def _offsets(heard: ChannelFeatures, default_offsets: Sequence[timedelta]) -> set[timedelta]:
    """How long before the start this channel is told of it; nothing before stands for the start itself."""
    leads = default_offsets if heard.offsets is None else heard.offsets
    reminders = {lead for lead in leads if lead > timedelta()} if Feature.REMINDERS in heard.features else set()
    return reminders | ({timedelta()} if Feature.LIVE in heard.features else set())


def _kind(before: timedelta) -> NoticeKind:
    return NoticeKind.REMINDER if before else NoticeKind.STARTING


def _is_subscribed(notice: Notice, webinar: Webinar, hearings: Collection[ChannelFeatures]) -> bool:
    if notice.kind is NoticeKind.FILLING and notice.channel_id == webinar.created_by:
        return True  # its organiser is told without having asked
    feature = FEATURE_BY_KIND[notice.kind]
    return any(one.channel_id == notice.channel_id and feature in one.features for one in hearings)
