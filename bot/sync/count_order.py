"""Decides which registration is counted next, and how often one may be: calls to RingCentral are few."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from bot.clock import monotonic
from bot.concurrency import SlidingWindow
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Webinar

MOST = 4
"""Calls of upkeep in a minute, of the ten that RingCentral allows; the others are for people."""
MINUTE = 60.0
AGAIN = timedelta(minutes=5)
"""A figure older than this is read again."""
SOON_AGAIN = timedelta(minutes=1)
"""The same where it matters more: within a day of the start, and where few places are left."""
NEAR = timedelta(days=1)
NEARLY_FULL = 80
"""Percent of the limit."""
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class CallRation:
    """How many calls upkeep may still make: at most so many in any minute of machine time."""

    def __init__(self, most: int = MOST, window: float = MINUTE, monotonic: Callable[[], float] = monotonic) -> None:
        """Start with the whole ration; `window` in seconds."""
        self.calls = SlidingWindow(most, window)
        self._monotonic = monotonic

    @property
    def left(self) -> int:
        """How many calls may be made now; none if more were made than the ration."""
        return self.calls.left(self._monotonic())

    def take(self, calls: int = 1) -> None:
        """Record calls that are made now."""
        self.calls.add(self._monotonic(), calls)


def next_to_count(
    followed: Iterable[Webinar], now: datetime, asked: Mapping[str, datetime] | None = None
) -> Webinar | None:
    """Of the webinars that somebody follows, the one whose figure has waited longest for its turn, if any is due.

    `asked` says when one was last asked about in vain. What was never read goes first; what is near, or nearly full,
    ages five times as fast, so that it comes round more often, but nothing waits for ever. Of equals, the nearest start
    is first.
    """
    tries = asked or {}
    ages = [
        (webinar, _age(webinar, now, tries.get(webinar.session_id))) for webinar in followed if _counts(webinar, now)
    ]
    due = [(webinar, age) for webinar, age in ages if age >= 1]
    return min(due, key=lambda one: (-one[1], one[0].start, one[0].session_id))[0] if due else None


def _counts(webinar: Webinar, now: datetime) -> bool:
    """Whether there is something to count, as far as we know: who it is for may still be to be found out."""
    return webinar.audience is not Audience.ANYONE and is_coming_or_live(webinar, now)


def _age(webinar: Webinar, now: datetime, asked_at: datetime | None) -> float:
    """How long ago it was read or asked about, in turns: from 1 on it is due."""
    read_at = webinar.registration.read_at if webinar.registration else LONG_AGO
    return (now - max(read_at, asked_at or LONG_AGO)) / _turn(webinar, now)


def _turn(webinar: Webinar, now: datetime) -> timedelta:
    read = webinar.registration
    few_left = read and read.limit and read.is_open and read.count * 100 >= read.limit * NEARLY_FULL
    return SOON_AGAIN if few_left or webinar.start - now <= NEAR else AGAIN
