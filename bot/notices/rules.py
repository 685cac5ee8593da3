"""Rules for notices: which are due when and where, when they expire, and when they are stale."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from bot.model.lifecycle import ENDED_STATUSES, RegistrationStatus, has_begun_early, registration_status
from bot.model.webinar import Status, Webinar
from bot.notices.model import FEATURE_BY_KIND, FOR_ORGANIZER, TIMED, Feature, Notice, NoticeKind
from bot.notices.schedule import schedulable_at
from bot.notices.subscriptions.model import ChannelFeatures

DEFAULT_OFFSETS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))
"""How long before the start reminders go out, unless a workspace or channel chose other times."""
REQUIRED_STATUS = {
    NoticeKind.LIVE: Status.ACTIVE,  # hosts may end their practice session
    NoticeKind.ENDED: Status.FINISHED,
    NoticeKind.RESULTS: Status.FINISHED,
    NoticeKind.CANCELED: Status.CANCELED,
}
"""Status that a webinar must still have when the notice is posted. A canceled or finished webinar gets no others."""


EARLY = "early"
"""The occurrence of the notice that a webinar is live before its start."""


class ExpiryBasis(StrEnum):
    """The time that an expiry is counted from."""

    HALFWAY = "half-way to the start"
    START = "the start"
    END = "the planned end"
    MOMENT = "the moment it is about"


@dataclass(frozen=True)
class Expiry:
    """When a kind of notice expires, and what replaces it for the reader."""

    basis: ExpiryBasis
    extra: timedelta
    replacement: str


EXPIRY: Mapping[NoticeKind, Expiry] = {
    NoticeKind.REMINDER: Expiry(ExpiryBasis.HALFWAY, timedelta(), "the next reminder, then that it starts"),
    NoticeKind.STARTING: Expiry(ExpiryBasis.START, timedelta(minutes=5), "that it is live"),
    NoticeKind.LIVE: Expiry(ExpiryBasis.END, timedelta(), "that it has ended"),
    NoticeKind.ENDED: Expiry(ExpiryBasis.END, timedelta(hours=12), "the card"),
    NoticeKind.RESULTS: Expiry(ExpiryBasis.MOMENT, timedelta(days=2), "the list of past webinars"),
    # After the start, the state of registration no longer matters.
    NoticeKind.FULL: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.CLOSED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.OPENED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.FREED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.FILLING: Expiry(ExpiryBasis.START, timedelta(), "that it is full, or starts"),
    NoticeKind.REGISTRATIONS: Expiry(ExpiryBasis.MOMENT, timedelta(days=1), "the next count, or the digest"),
    NoticeKind.MOVED: Expiry(ExpiryBasis.START, timedelta(), "that it starts"),
    NoticeKind.RETITLED: Expiry(ExpiryBasis.START, timedelta(), "that it starts, by its new title"),
    NoticeKind.CANCELED: Expiry(ExpiryBasis.END, timedelta(), "the card"),
    # The moment is the wrong start: once it has passed, people have noticed.
    NoticeKind.CORRECTION: Expiry(ExpiryBasis.MOMENT, timedelta(), "the card"),
    NoticeKind.DIGEST: Expiry(ExpiryBasis.MOMENT, timedelta(hours=12), "the next digest"),
    NoticeKind.CHANNEL_LOST: Expiry(ExpiryBasis.MOMENT, timedelta(days=7), "what an admin sees"),
}
"""One row per kind. `MOMENT` is the time of the count, of the figures, of the digest, or of losing the channel."""


def expires_at(
    kind: NoticeKind, webinar: Webinar | None, *, offset: timedelta = timedelta(), moment: datetime | None = None
) -> datetime:
    """When a notice of this kind expires (UTC).

    `offset` is how long before the start a reminder is due. Kinds with basis `MOMENT` need `moment` and no webinar;
    all others need the webinar. Raises `ValueError` if it is missing.
    """
    expiry = EXPIRY[kind]
    if expiry.basis is ExpiryBasis.MOMENT:
        if moment is None:
            raise ValueError(f"the expiry of a notice of kind {kind} needs a moment")
        return moment.astimezone(UTC) + expiry.extra
    if webinar is None:
        raise ValueError(f"the expiry of a notice of kind {kind} needs a webinar")
    start = webinar.start.astimezone(UTC)
    times = {ExpiryBasis.HALFWAY: start - offset / 2, ExpiryBasis.START: start, ExpiryBasis.END: webinar.end}
    return times[expiry.basis] + expiry.extra


def plan(
    webinar: Webinar,
    channels: Iterable[ChannelFeatures],
    now: datetime,
    default_offsets: Sequence[timedelta] = DEFAULT_OFFSETS,
) -> list[Notice]:
    """Reminders and start notices of a webinar that are due after `now`, for each subscribed channel.

    All times are UTC instants counted back from the start, so daylight saving changes do not shift them. An active
    webinar is included: the provider calls it active as soon as the hosts practice, before the start. One that is
    certainly live has no start to announce.
    """
    if webinar.status in ENDED_STATUSES or has_begun_early(webinar):
        return []
    start = webinar.start.astimezone(UTC)
    due = {
        (offset, channel.channel_id)
        for channel in channels
        for offset in _offsets(channel, default_offsets)
        if start - offset > now
    }
    ordered = sorted(due, key=lambda pair: (-pair[0], pair[1]))
    return [_timed_notice(webinar, offset, channel_id, now) for offset, channel_id in ordered]


def is_stale(
    notice: Notice,
    webinar: Webinar,
    channels: Collection[ChannelFeatures],
    default_offsets: Sequence[timedelta] = DEFAULT_OFFSETS,
) -> bool:
    """Whether a pending notice must not be posted: no longer true, or its channel no longer subscribes to it.

    Events (moved, full …) stay valid until the webinar is over; pending ones are coalesced when they are posted.
    """
    if notice.kind not in FEATURE_BY_KIND:
        return False
    if webinar.status is not REQUIRED_STATUS.get(notice.kind, webinar.status):
        return True
    if webinar.status in ENDED_STATUSES and notice.kind not in REQUIRED_STATUS:
        return True
    if notice.kind is NoticeKind.FREED and not _is_closed_with_room(webinar):
        return True
    if has_begun_early(webinar) and _announces_start(notice):
        return True
    if notice.kind not in TIMED:
        return not _is_subscribed(notice, webinar, channels)
    here = [subscribed for subscribed in channels if subscribed.channel_id == notice.channel_id]
    # Compare in UTC: a time in a repeated hour equals no time in another zone (PEP 495).
    is_moved = notice.start.astimezone(UTC) != webinar.start.astimezone(UTC)
    return is_moved or not any(notice.offset in _offsets(subscribed, default_offsets) for subscribed in here)


def is_misleading(notice: Notice, webinar: Webinar, now: datetime) -> bool:
    """Whether a posted reminder still announces a start that the webinar no longer has."""
    if now >= max(notice.start, notice.expires_at):
        return False
    moved = webinar.status is Status.SCHEDULED and notice.start.astimezone(UTC) != webinar.start.astimezone(UTC)
    return moved or webinar.status is Status.CANCELED


def _offsets(subscription: ChannelFeatures, default_offsets: Sequence[timedelta]) -> set[timedelta]:
    """Offsets of the timed notices of this channel; zero stands for the start itself."""
    offsets = default_offsets if subscription.offsets is None else subscription.offsets
    reminders = (
        {offset for offset in offsets if offset > timedelta()} if Feature.REMINDERS in subscription.features else set()
    )
    is_told = Feature.LIVE in subscription.features or subscription.with_start
    return reminders | ({timedelta()} if is_told else set())


def _timed_notice(webinar: Webinar, offset: timedelta, channel_id: str, now: datetime) -> Notice:
    start = webinar.start.astimezone(UTC)
    due = start - offset
    return Notice(
        kind=_kind(offset),
        account=webinar.account,
        session_id=webinar.session_id,
        channel_id=channel_id,
        start=start,
        offset=offset,
        due_at=due,
        schedulable_at=max(schedulable_at(due, 0, channel_id), now),
        expires_at=expires_at(_kind(offset), webinar, offset=offset),
    )


def _kind(offset: timedelta) -> NoticeKind:
    return NoticeKind.REMINDER if offset else NoticeKind.STARTING


def _is_closed_with_room(webinar: Webinar) -> bool:
    read = webinar.registration
    return read is not None and registration_status(read) is RegistrationStatus.CLOSED


def _announces_start(notice: Notice) -> bool:
    """Whether a notice is about a start to come: the notice of an early start is not."""
    return notice.kind in TIMED or (notice.kind is NoticeKind.LIVE and notice.occurrence != EARLY)


def _is_subscribed(notice: Notice, webinar: Webinar, channels: Collection[ChannelFeatures]) -> bool:
    if notice.kind in FOR_ORGANIZER and notice.channel_id == webinar.created_by:
        return True
    if notice.occurrence == EARLY:  # in place of the reminders that the channel was to get
        return any(subscribed.channel_id == notice.channel_id for subscribed in channels)
    feature = FEATURE_BY_KIND[notice.kind]
    return any(subscribed.channel_id == notice.channel_id and feature in subscribed.features for subscribed in channels)
