"""Keeps within Slack's rate limits: the waits that Slack asked for, and how many calls were made in the last minute."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.concurrency import SlidingWindow
from bot.model.people import Workspace

POST = "chat.postMessage"
SCHEDULE = "chat.scheduleMessage"
UNSCHEDULE = "chat.deleteScheduledMessage"
LIST = "chat.scheduledMessages.list"
HISTORY = "conversations.history"

A_MINUTE = 50
"""Calls of one method in one workspace that Slack accepts (its tier 3): docs.slack.dev/apis/web-api/rate-limits"""
WINDOW = timedelta(seconds=63)
"""A minute, and the difference between the times that two calls take to reach Slack."""
MOST_REMEMBERED = 10_000


class SlackRateLimits:
    """Slack's rate limits as one process knows them. A 429 stops a method in a workspace; for posts, in a channel."""

    def __init__(self, clock: Clock, a_minute: int = A_MINUTE) -> None:
        """Allow `a_minute` calls of one method in one workspace in a minute; posts are limited by Slack's 429 alone."""
        self._clock = clock
        self._until: dict[tuple[Workspace, str, str], datetime] = {}
        self._calls: defaultdict[tuple[Workspace, str], SlidingWindow] = defaultdict(
            lambda: SlidingWindow(a_minute, WINDOW.total_seconds())
        )

    def reserve(self, workspace: Workspace, channel_id: str, method: str) -> datetime | None:
        """Count a call now, or return when one is allowed."""
        busy_until = self.busy_until(workspace, channel_id, method)
        if busy_until or method == POST:
            return busy_until
        now, calls = self._clock.now(), self._calls[workspace, method]
        wait = calls.wait(now.timestamp())
        if wait > 0:
            return now + timedelta(seconds=wait)
        calls.add(now.timestamp())
        return None

    def busy_until(self, workspace: Workspace, channel_id: str, method: str) -> datetime | None:
        """Until when Slack has asked not to be called."""
        until = self._until.get(_key(workspace, channel_id, method))
        return until if until and until > self._clock.now() else None

    def pause(self, workspace: Workspace, channel_id: str, method: str, seconds: float) -> datetime:
        """Record that Slack has asked to wait, and return until when."""
        now = self._clock.now()
        if len(self._until) > MOST_REMEMBERED:
            self._until = {key: until for key, until in self._until.items() if until > now}
        until = now + timedelta(seconds=seconds)
        self._until[_key(workspace, channel_id, method)] = until
        return until


def _key(workspace: Workspace, channel_id: str, method: str) -> tuple[Workspace, str, str]:
    return workspace, method, channel_id if method == POST else ""
