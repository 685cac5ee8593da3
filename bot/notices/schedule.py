"""Which notices go out together, at which second, and when a channel may be spoken to again: the rules of delivery."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.model.people import Workspace
from bot.notices.model import TIMED, DeliveryMethod, Notice, NoticeKind
from bot.notices.quiet_hours import ChannelHours, quiet_until
from bot.notices.subscriptions.model import FEATURE_BY_KIND, Feature

SCHEDULE_AHEAD = timedelta(minutes=15)
"""How long before it is due a reminder is given to Slack, so that Slack posts it even if we are down."""
NORMAL_LOAD = 500
"""So many messages of one workspace Slack takes in that time without a hurry: about 50 calls a minute are allowed."""
MAX_SCHEDULED_LOAD = 2000
"""More than so many at once are too many to be handed over; in DMs they are posted in their minute instead."""
MIN_SCHEDULE_DELAY = timedelta(seconds=5)
"""Slack refuses to schedule into the past; this much ahead is surely not."""
LATE_AFTER = timedelta(minutes=2)
"""A reminder that comes later than this says so, and is not mixed with those that come in time."""
MIN_TIME_TO_REPLACE = timedelta(minutes=2)
"""What Slack holds is exchanged for something else only while there is ample time for it."""
MAX_PER_WINDOW, WINDOW_S = 30, 300
"""Slack takes so many scheduled messages for a channel in any so many seconds: docs.slack.dev, chat.scheduleMessage."""
POST_INTERVAL = timedelta(minutes=1)
"""A channel hears at most one message of what need not be said at a certain time in so long."""
CHANGE_SEEN_WITHIN = timedelta(minutes=10)
"""How long after a change it is heard of at the latest: webinars are read every five minutes."""
RECHECK_AFTER = timedelta(seconds=2)

BatchKey = tuple[Workspace, str, int]
"""A workspace, a channel and a minute (since 1970), or `LATE`: what shares all three goes out as one message."""
LATE = -1


@dataclass(frozen=True)
class ChannelActivity:
    """What matters about a channel before something is posted there."""

    posted_at: int | None = None
    """The Unix second at which something was last posted there directly, if that is not long ago."""
    hours: ChannelHours | None = None
    withdrawing_until: datetime | None = None
    """When something that Slack holds for it, and that is to be got back, is looked after again."""


def schedulable_at(due: datetime, crowd: int, channel_id: str = "") -> datetime:
    """From when on a notice due then may be given to Slack, where `crowd` others fall due in the minutes up to it.

    A crowd needs to begin earlier, or Slack could not take it in time; a very large one is posted in its minute where
    each channel is a DM, because there Slack's limit is by channel.
    """
    if crowd > MAX_SCHEDULED_LOAD and is_direct(channel_id):
        return due
    return due - SCHEDULE_AHEAD * max(1.0, crowd / NORMAL_LOAD)


def delivery_method(notice: Notice) -> DeliveryMethod:
    """How a notice goes out: held by Slack until its second where its words are known beforehand, else posted.

    A reminder that is not to be handed over before it is due is one of a very large crowd, each in a DM of its own.
    """
    crowded = is_direct(notice.channel_id) and notice.schedulable_at >= notice.due_at
    return DeliveryMethod.SCHEDULED if notice.kind in TIMED and not crowded else DeliveryMethod.IMMEDIATE


def is_direct(channel_id: str) -> bool:
    """Whether this is a DM, or a person's id, which Slack takes for one."""
    return channel_id.startswith(("D", "U", "W"))


def batch_key(notice: Notice, now: datetime) -> BatchKey:
    """Which message a notice is handed over in. Those that come late go together, whatever minute they were due in."""
    minute = LATE if is_late(notice.due_at, now + MIN_SCHEDULE_DELAY) else int(notice.due_at.timestamp()) // 60
    return notice.account.workspace, notice.channel_id, minute


def is_late(due: datetime, at: datetime) -> bool:
    """Whether what was due then and is said at `at` comes noticeably late."""
    return at > due + LATE_AFTER


def superseded(notices: Sequence[Notice]) -> list[Notice]:
    """Of several that come late for one session, all but the nearest to its start: each session is told of once."""
    nearest: dict[tuple[object, str], Notice] = {}
    for notice in sorted(notices, key=lambda one: one.offset):
        nearest.setdefault((notice.account, notice.session_id), notice)
    return [notice for notice in notices if nearest[notice.account, notice.session_id] is not notice]


def post_at(due: datetime, now: datetime, taken: Collection[int]) -> int:
    """The second (Unix time) at which Slack should post it: when it is due, or at once if that is past.

    Never one that is `taken` in the channel, because channel and second are how a held message is known again; and
    never one around which Slack holds as many for the channel as it takes.
    """
    second = -int(-max(due, now + MIN_SCHEDULE_DELAY).timestamp() // 1)
    held = sorted(taken)
    while second in taken or _count_around(held, second) >= MAX_PER_WINDOW:
        second += 1
    return second


def from_unix(second: int) -> datetime:
    """A Unix second as a moment."""
    return datetime.fromtimestamp(second, UTC)


def confirmed_at(second: int, starts: Iterable[datetime]) -> datetime:
    """When a message that Slack holds for this second counts as said: a while after it, or when all has started.

    Until then a change that happened before, and is heard of after it, still finds it and is followed by a correction.
    """
    return max(min(from_unix(second) + CHANGE_SEEN_WITHIN, max(starts)), from_unix(second))


def postponed_until(notice: Notice, now: datetime, channel: ChannelActivity) -> datetime | None:
    """Until when something that is posted directly must wait; None where it may be said now."""
    if notice.kind in TIMED:
        return None
    waits = []
    if channel.posted_at is not None:
        waits.append(from_unix(channel.posted_at) + POST_INTERVAL)
    if channel.withdrawing_until and FEATURE_BY_KIND.get(notice.kind) is Feature.CHANGES:
        # A correction that comes before what it corrects would confuse everybody.
        waits.append(max(channel.withdrawing_until, now + RECHECK_AFTER))
    quiet = quiet_until(channel.hours, now)
    if quiet and not notice.facts.urgent and notice.kind is not NoticeKind.CORRECTION:
        waits.append(quiet)
    longest = max(waits, default=now)
    return longest if longest > now else None


def _count_around(held: Sequence[int], second: int) -> int:
    first = bisect.bisect_right(held, second - WINDOW_S)
    return bisect.bisect_left(held, second + WINDOW_S) - first
