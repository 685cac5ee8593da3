"""The channels of the workspace and who can read them, cached until Slack reports a change, at most two minutes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import TypeVar

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.people import Person, Workspace
from bot.model.visibility import Channel, can_read
from bot.slack.client import SlackApi

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=2)
AT_ONCE = 10
"""Concurrent calls to Slack for one user's request."""
LISTED = 20
"""From this number of unknown channels on, one list of all channels takes fewer calls than asking for each."""

Value = TypeVar("Value")
Cache = dict[str, tuple[datetime, Value]]


class Channels:
    """Looks up channels and their members. Never raises for a channel that Slack does not show: it is left out.

    Each replica has its own cache. Slack reports a change to one of them; the others learn of it within two minutes.
    """

    def __init__(self, slack: SlackApi, clock: Clock) -> None:
        """Start with nothing cached."""
        self._slack = slack
        self._clock = clock
        self._channels: Cache[Channel | None] = {}
        self._members: Cache[frozenset[str] | None] = {}
        self._locks = KeyedLocks()
        self._changes = 0

    def forget(self, channel_id: str) -> None:
        """Look the channel and its members up again the next time: Slack has reported a change."""
        self._changes += 1
        self._channels.pop(channel_id, None)
        self._members.pop(channel_id, None)

    async def readable(self, person: Person, channel_ids: Collection[str]) -> frozenset[str]:
        """Return those of these channels that this person can read, as of at most two minutes ago."""
        await self._list_if_many(channel_ids)
        slots = asyncio.Semaphore(AT_ONCE)

        async def check(channel_id: str) -> bool:
            async with slots:
                return await self._can_read(person, channel_id)

        ids = sorted(channel_ids)
        answers = await asyncio.gather(*map(check, ids))
        return frozenset(channel_id for channel_id, answer in zip(ids, answers, strict=True) if answer)

    async def find(self, channel_id: str) -> Channel | None:
        """Return this channel without its members; None if Slack does not show it to us."""

        async def read() -> Channel:
            return await self._slack.channel(channel_id)

        return await self._cached(self._channels, "channel", channel_id, read)

    async def organizations(self, channel: Channel, workspace: Workspace) -> str:
        """Return the names of the other organizations that read this channel, for a text."""
        others = sorted(channel.organizations - {workspace.team_id, workspace.enterprise_id})
        names = [await self._slack.team_name(team_id) for team_id in others]
        known = [name for name in names if name]
        return " and ".join([", ".join(known[:-1]), known[-1]] if len(known) > 1 else known) or "another organization"

    async def _can_read(self, person: Person, channel_id: str) -> bool:
        channel = await self.find(channel_id)
        if channel is None or can_read(person, channel):
            return channel is not None

        async def read() -> frozenset[str]:
            return await self._slack.channel_members(channel_id)

        members = await self._cached(self._members, "members", channel_id, read)
        return members is not None and can_read(person, channel.model_copy(update={"members": members}))

    async def _list_if_many(self, channel_ids: Collection[str]) -> None:
        now = self._clock.now()
        unknown = [channel_id for channel_id in channel_ids if not _is_fresh(self._channels.get(channel_id), now)]
        if len(unknown) < LISTED:
            return
        changes = self._changes
        try:
            listed = {channel.channel_id: channel for channel in await self._slack.channels()}
        except GreenroomError as error:
            log.warning("channels.list_failed", extra={"reason": error.sentence})
            return
        if changes == self._changes:  # else the list may be older than what Slack has reported meanwhile
            self._channels |= {channel_id: (now, listed.get(channel_id)) for channel_id in unknown}

    async def _cached(
        self, cache: Cache[Value | None], what: str, channel_id: str, read: Callable[[], Awaitable[Value]]
    ) -> Value | None:
        async with self._locks[what, channel_id]:  # concurrent requests share one call
            now = self._clock.now()
            cached = cache.get(channel_id)
            if cached and _is_fresh(cached, now):
                return cached[1]
            value: Value | None = None
            changes = self._changes
            try:
                value = await read()
            except ChannelUnreachable:
                pass  # we are not in this private channel, or it is gone: nobody sees a webinar through it
            except GreenroomError as error:
                # Slack is busy or away: do not show what we cannot verify, and try again next time.
                log.warning("channel.lookup_failed", extra={"channel": channel_id, "reason": error.sentence})
                return None
            if changes == self._changes:
                cache[channel_id] = (now, value)
            return value


def _is_fresh(cached: tuple[datetime, object] | None, now: datetime) -> bool:
    return cached is not None and now - cached[0] < FRESH
