"""Which registration to read next, and the budget of calls for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol

from bot.clock import monotonic
from bot.concurrency import SlidingWindow
from bot.model.lifecycle import Stage, is_coming_or_live, stage
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.subscriptions.model import Subscription, channel_features

CALLS_A_MINUTE = 4
"""Upkeep calls a minute, of the ten that the provider allows; the rest is for users."""
MINUTE = 60.0
INTERVAL = timedelta(minutes=5)
"""Age at which a count is read again."""
SHORT_INTERVAL = timedelta(minutes=1)
"""The same within a day of the start, or if few places are left."""
SOON = timedelta(days=1)
FINAL_WITHIN = timedelta(days=7)
"""How long after its end a webinar is counted for the last time: the bot may have been down when it ended."""
FINAL_RETRY = timedelta(hours=6)
"""How long after a failure a final count is read again."""


class CountPace(NamedTuple):
    """The ages at which counts are read again."""

    interval: timedelta
    short_interval: timedelta
    """The same within a day of the start, or if few places are left."""


USUAL = CountPace(INTERVAL, SHORT_INTERVAL)
RELAXED = CountPace(timedelta(minutes=30), timedelta(minutes=5))
"""While webhooks tell what has changed: these reads only find out whether they do."""
NEARLY_FULL = 80
"""Percent of the limit."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Calls(Protocol):
    """What limits the calls of one operation after its first."""

    async def take(self) -> bool:
        """Record one more call. False if it is not allowed."""
        ...

    async def add(self, calls: int) -> None:
        """Record calls that were made already."""
        ...


class CallBudget:
    """The calls that upkeep may still make: at most `most` in any `window` of machine time."""

    def __init__(
        self, most: int = CALLS_A_MINUTE, window: float = MINUTE, monotonic: Callable[[], float] = monotonic
    ) -> None:
        """Start with the full budget; `window` in seconds."""
        self.calls = SlidingWindow(most, window)
        self._monotonic = monotonic

    @property
    def left(self) -> int:
        """How many calls may be made now; 0 if more were made than allowed."""
        return self.calls.left(self._monotonic())

    def spend(self, calls: int = 1) -> None:
        """Record calls that are made now."""
        self.calls.add(self._monotonic(), calls)

    async def take(self) -> bool:
        """Record one more call. False if the budget is spent."""
        if not self.left:
            return False
        self.spend()
        return True

    async def add(self, calls: int) -> None:
        """Record calls that were made already."""
        self.spend(calls)


def next_to_read(
    candidates: Iterable[Webinar],
    now: datetime,
    failed_at: Mapping[str, datetime] | None = None,
    pace: CountPace = USUAL,
) -> Webinar | None:
    """Return the webinar whose count is most overdue, or None if none is due.

    `failed_at` maps session ids to the last failed read. Webinars never read come first. Those that start soon or are
    nearly full age five times as fast, so they are read more often without starving others. The nearest start breaks
    ties.
    """
    failures = failed_at or {}
    ages = [
        (webinar, _age(webinar, now, failures.get(webinar.session_id), pace))
        for webinar in candidates
        if _has_count(webinar, now)
    ]
    due = [(webinar, age) for webinar, age in ages if age >= 1]
    return min(due, key=lambda item: (-item[1], item[0].start, item[0].session_id))[0] if due else None


def needs_final_count(webinar: Webinar, now: datetime) -> bool:
    """Whether it ended within `FINAL_WITHIN` and its registrations were not read since: totals need the last count."""
    if webinar.audience is Audience.ANYONE or stage(webinar, now) is not Stage.OVER:
        return False
    ended = _ended(webinar)
    is_final = webinar.registration is not None and webinar.registration.read_at >= ended
    return not is_final and now - ended <= FINAL_WITHIN


def _ended(webinar: Webinar) -> datetime:
    """When a change of the webinar was last seen, such as its end; the planned end of one that was never started."""
    return webinar.seen_at if webinar.status is Status.FINISHED else webinar.end


def is_watched(
    webinar: Webinar, with_cards: Collection[str], subscriptions: Mapping[str, Sequence[Subscription]]
) -> bool:
    """Whether its count matters to a channel, a card, or a creator who set a limit.

    `with_cards` are session ids; `subscriptions` are by subject.
    """
    if webinar.session_id in with_cards or (webinar.created_by and webinar.registration and webinar.registration.limit):
        return True
    subjects = {webinar.session_id, webinar.created_by, ""}
    return bool(channel_features(webinar, [one for subject in subjects for one in subscriptions.get(subject, ())]))


def _has_count(webinar: Webinar, now: datetime) -> bool:
    """Whether it has a registration to count, or may have one: its audience may be unknown."""
    if needs_final_count(webinar, now):
        return True
    return webinar.audience is not Audience.ANYONE and is_coming_or_live(webinar, now)


def _age(webinar: Webinar, now: datetime, failed_at: datetime | None, pace: CountPace) -> float:
    """Return the time since the last read or failure, in intervals: due from 1. A final count is due at the end."""
    if needs_final_count(webinar, now):
        return (now - failed_at) / FINAL_RETRY if failed_at else 1 + (now - _ended(webinar)) / INTERVAL
    read_at = webinar.registration.read_at if webinar.registration else NEVER
    return (now - max(read_at, failed_at or NEVER)) / _interval(webinar, now, pace)


def _interval(webinar: Webinar, now: datetime, pace: CountPace) -> timedelta:
    read = webinar.registration
    few_left = read and read.limit and read.is_open and read.count * 100 >= read.limit * NEARLY_FULL
    return pace.short_interval if few_left or webinar.start - now <= SOON else pace.interval
