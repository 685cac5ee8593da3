"""Rules of delivery: which notices share a message, at which second it is posted, and when a channel must wait."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model.people import Workspace
from bot.notices.model import FEATURE_BY_KIND, TIMED, DeliveryMethod, Feature, Notice, NoticeKind
from bot.notices.quiet_hours import ChannelHours, quiet_until

SCHEDULE_AHEAD = timedelta(minutes=15)
"""How long before its due time a reminder is scheduled at Slack, which then posts it even if we are down."""
NORMAL_LOAD = 500
"""Messages of one workspace that can be scheduled within `SCHEDULE_AHEAD`: Slack allows about 50 calls a minute."""
MAX_SCHEDULED_LOAD = 2000
"""Above this many due together, DMs are posted in their minute instead of being scheduled."""
MIN_SCHEDULE_DELAY = timedelta(seconds=5)
"""Slack refuses to schedule into the past; this margin is safe."""
LATE_AFTER = timedelta(minutes=2)
"""A reminder later than this gets a note and is not batched with punctual ones."""
MIN_TIME_TO_REPLACE = timedelta(minutes=2)
"""A scheduled message is replaced only if at least this much time is left."""
MAX_PER_WINDOW, WINDOW_S = 30, 300
"""Slack accepts this many scheduled messages per channel in any such window (docs.slack.dev, chat.scheduleMessage)."""
POST_INTERVAL = timedelta(minutes=1)
"""Minimum time between two directly posted messages in one channel."""
CHANGE_SEEN_WITHIN = timedelta(minutes=10)
"""Longest time until a change is detected: webinars are read every five minutes."""
RECHECK_AFTER = timedelta(seconds=2)

BatchKey = tuple[Workspace, str, int]
"""Workspace, channel, and minute (since 1970) or `LATE`: notices with equal keys go out as one message."""
LATE = -1


@dataclass(frozen=True)
class ChannelActivity:
    """The state of a channel that decides whether a notice may be posted there now."""

    posted_at: int | None = None
    """Unix second of the last direct post, if recent."""
    hours: ChannelHours | None = None
    withdrawing_until: datetime | None = None
    """When the withdrawal of a scheduled message for this channel is retried; None if there is none."""


def schedulable_at(due: datetime, load: int, channel_id: str = "") -> datetime:
    """When a notice due at `due` may be scheduled at Slack, if `load` notices are due in the minutes up to then.

    The larger the load, the earlier it starts, so that Slack's rate limit does not delay it. Above
    `MAX_SCHEDULED_LOAD`, a DM is posted in its minute instead, because Slack's limit for posts is per channel.
    """
    if load > MAX_SCHEDULED_LOAD and is_direct(channel_id):
        return due
    return due - SCHEDULE_AHEAD * max(1.0, load / NORMAL_LOAD)


def delivery_method(notice: Notice) -> DeliveryMethod:
    """How a notice is delivered: kinds in `TIMED` are scheduled at Slack, all others are posted.

    A reminder in a DM that may not be scheduled before it is due belongs to a very large load and is posted.
    """
    is_posted = is_direct(notice.channel_id) and notice.schedulable_at >= notice.due_at
    return DeliveryMethod.SCHEDULED if notice.kind in TIMED and not is_posted else DeliveryMethod.IMMEDIATE


def is_direct(channel_id: str) -> bool:
    """Whether this is the id of a DM, or of a user, which Slack resolves to a DM."""
    return channel_id.startswith(("D", "U", "W"))


def batch_key(notice: Notice, now: datetime) -> BatchKey:
    """The key of the message that a notice is batched into. Late notices share one, whenever they were due."""
    minute = LATE if is_late(notice.due_at, now + MIN_SCHEDULE_DELAY) else int(notice.due_at.timestamp()) // 60
    return notice.account.workspace, notice.channel_id, minute


def is_late(due: datetime, at: datetime) -> bool:
    """Whether something due at `due` and posted at `at` is noticeably late."""
    return at > due + LATE_AFTER


def superseded(notices: Sequence[Notice]) -> list[Notice]:
    """Of several late notices of one session, all but the one nearest to its start."""
    nearest: dict[tuple[object, str], Notice] = {}
    for notice in sorted(notices, key=lambda notice: notice.offset):
        nearest.setdefault((notice.account, notice.session_id), notice)
    return [notice for notice in notices if nearest[notice.account, notice.session_id] is not notice]


def post_at(due: datetime, now: datetime, taken: Collection[int]) -> int:
    """The Unix second at which Slack should post it: when it is due, or at once if that is past.

    Skips seconds in `taken`, because channel and second identify a scheduled message, and seconds around which the
    channel already has as many scheduled messages as Slack accepts.
    """
    second = -int(-max(due, now + MIN_SCHEDULE_DELAY).timestamp() // 1)
    ordered = sorted(taken)
    while second in taken or _count_around(ordered, second) >= MAX_PER_WINDOW:
        second += 1
    return second


def from_unix(second: int) -> datetime:
    """A Unix second as a UTC datetime."""
    return datetime.fromtimestamp(second, UTC)


def confirmed_at(second: int, starts: Iterable[datetime]) -> datetime:
    """When a message scheduled for this second is final: `CHANGE_SEEN_WITHIN` later, or once all sessions have started.

    Until then, a change that happened before the post but was detected after it still leads to a correction.
    """
    return max(min(from_unix(second) + CHANGE_SEEN_WITHIN, max(starts)), from_unix(second))


def postponed_until(notice: Notice, now: datetime, channel: ChannelActivity) -> datetime | None:
    """Until when a directly posted notice must wait; None if it may be posted now."""
    if notice.kind in TIMED:
        return None
    times = []
    if channel.posted_at is not None:
        times.append(from_unix(channel.posted_at) + POST_INTERVAL)
    if channel.withdrawing_until and FEATURE_BY_KIND.get(notice.kind) is Feature.CHANGES:
        # A change must not be posted while the reminder that it corrects may still appear.
        times.append(max(channel.withdrawing_until, now + RECHECK_AFTER))
    quiet = quiet_until(channel.hours, now)
    if quiet and not notice.facts.urgent and notice.kind is not NoticeKind.CORRECTION:
        times.append(quiet)
    latest = max(times, default=now)
    return latest if latest > now else None


def _count_around(ordered: Sequence[int], second: int) -> int:
    first = bisect.bisect_right(ordered, second - WINDOW_S)
    return bisect.bisect_left(ordered, second + WINDOW_S) - first
