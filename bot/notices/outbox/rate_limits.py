"""Remembers what Slack has asked us to wait with, and how often it was called, so that nobody knocks in vain."""

from __future__ import annotations

from collections import defaultdict, deque
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.model.people import Workspace

POST = "chat.postMessage"
HOLD = "chat.scheduleMessage"
TAKE_BACK = "chat.deleteScheduledMessage"
LIST = "chat.scheduledMessages.list"
HISTORY = "conversations.history"

A_MINUTE = 50
"""Calls of one method in one workspace that Slack takes (its tier 3): docs.slack.dev/apis/web-api/rate-limits"""
WINDOW = timedelta(seconds=63)
"""A minute, and what one call may take longer to get to Slack than another."""
MOST_REMEMBERED = 10_000


class SlackRateLimits:
    """What one process knows of Slack's patience. A 429 stops one method in one workspace, posting in one channel."""

    def __init__(self, clock: Clock, a_minute: int = A_MINUTE) -> None:
        """So many calls of one method in one workspace are made in a minute."""
        self._clock = clock
        self._a_minute = a_minute
        self._until: dict[tuple[Workspace, str, str], datetime] = {}
        self._calls: defaultdict[tuple[Workspace, str], deque[datetime]] = defaultdict(deque)

    def room(self, workspace: Workspace, channel_id: str, method: str) -> datetime | None:
        """Take room for a call now, or say from when on there is some."""
        busy_until = self.busy_until(workspace, channel_id, method)
        if busy_until or method == POST:
            return busy_until
        now, calls = self._clock.now(), self._calls[workspace, method]
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        if len(calls) >= self._a_minute:
            return calls[0] + WINDOW
        calls.append(now)
        return None

    def busy_until(self, workspace: Workspace, channel_id: str, method: str) -> datetime | None:
        """Until when Slack does not want this call, where it has said so."""
        until = self._until.get(_key(workspace, channel_id, method))
        return until if until and until > self._clock.now() else None

    def pause(self, workspace: Workspace, channel_id: str, method: str, seconds: float) -> datetime:
        """Slack has asked to wait with this; until when."""
        now = self._clock.now()
        if len(self._until) > MOST_REMEMBERED:
            self._until = {key: until for key, until in self._until.items() if until > now}
        until = now + timedelta(seconds=seconds)
        self._until[_key(workspace, channel_id, method)] = until
        return until


def _key(workspace: Workspace, channel_id: str, method: str) -> tuple[Workspace, str, str]:
    return workspace, method, channel_id if method == POST else ""
