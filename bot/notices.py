"""Decides what should be said, when and where: the pure half of reminders."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from bot.models import Notice, Status, Webinar

REMINDERS = (timedelta(days=1), timedelta(hours=1), timedelta(minutes=10))
HAND_OVER_BEFORE = timedelta(minutes=15)
"""How long before it is due a reminder is given to Slack, so that Slack posts it even if we are down."""
SHORTEST_LEAD = timedelta(seconds=5)
"""Slack refuses to schedule into the past; this much ahead is surely not."""


def plan(
    webinar: Webinar, channels: Iterable[str], now: datetime, leads: Iterable[timedelta] = REMINDERS
) -> list[Notice]:
    """The reminders of a webinar that are still ahead of `now`, for each channel; none unless it is scheduled.

    All times are instants in UTC, reckoned back from the start: a change of the clocks in between moves nothing.
    """
    if webinar.status is not Status.SCHEDULED:
        return []
    start = webinar.start.astimezone(UTC)
    places = tuple(dict.fromkeys(channels))
    return [
        Notice(
            account=webinar.account,
            session_id=webinar.session_id,
            channel_id=channel,
            start=start,
            before=before,
            due_at=start - before,
            hand_at=max(start - before - HAND_OVER_BEFORE, now),
            expires_at=start - before / 2,
        )
        for before in sorted(set(leads), reverse=True)
        for channel in places
        if start - before > now
    ]


def is_stale(notice: Notice, webinar: Webinar, channels: frozenset[str]) -> bool:
    """Whether a notice speaks of what is no longer so: another start, a session that is off, a channel without card."""
    if webinar.status in (Status.CANCELLED, Status.FINISHED):
        return True
    # Compared in UTC: a time in an hour that comes twice equals nothing in any other zone (PEP 495).
    return notice.start.astimezone(UTC) != webinar.start.astimezone(UTC) or notice.channel_id not in channels


def misleads(notice: Notice, webinar: Webinar, now: datetime) -> bool:
    """Whether a reminder that was posted speaks of a start that is still to come, but not of this webinar any more."""
    if now >= notice.start:
        return False
    moved = webinar.status is Status.SCHEDULED and notice.start.astimezone(UTC) != webinar.start.astimezone(UTC)
    return moved or webinar.status is Status.CANCELLED


def post_at(notice: Notice, now: datetime, taken: frozenset[int]) -> int | None:
    """The second (Unix time) at which Slack should post it: when it is due, or at once if that is past.

    Never one that is `taken` in the channel, because channel and second are how a held message is known again.
    Nothing where it is no longer worth saying.
    """
    earliest = max(notice.due_at, now + SHORTEST_LEAD)
    second = -int(-earliest.timestamp() // 1)
    while second in taken:
        second += 1
    return second if second < notice.expires_at.timestamp() else None
