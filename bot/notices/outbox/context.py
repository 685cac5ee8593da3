"""Dependencies shared by the delivery workers: database, Slack clients, rate limits, lease and retry rules."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from bot.clock import Clock, boottime
from bot.db.connection import Db, Store
from bot.errors import ChannelUnreachable
from bot.model.people import Workspace
from bot.notices.outbox import notice_table
from bot.notices.outbox.claims import Claim
from bot.notices.outbox.rate_limits import SlackRateLimits
from bot.notices.outbox.results import ResultWriter
from bot.notices.outbox.rows import BatchedMessage, OutboundMessage
from bot.notices.schedule import from_unix
from bot.slack.client import TIMEOUT, SlackApi
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

SETTLE_TIME = timedelta(seconds=10)
"""How long after a lost answer Slack is asked: Slack has processed the call by that time."""
LONG_SETTLE_TIME = timedelta(minutes=1)
"""The same if there is ample time, to be safer."""
AMPLE = 10
"""There is ample time if ten times the wait is left."""
UNDO_ATTEMPTS = 5
DUPLICATE_CHECKS = 6
"""How often we check for a duplicate that a late call may have left at Slack, every `SETTLE_TIME`."""
LONGEST_BACKOFF = timedelta(minutes=1)
"""The longest wait between two attempts at a call that Slack refuses temporarily."""
ONE_CALL = TIMEOUT.total or 15.0
"""Seconds that a call to Slack may take."""
TEMPORARY = {
    "restricted_too_many",  # 30 messages of this channel in five minutes
    "time_in_past",  # Slack's clock is ahead of ours
    # An admin or Slack can resolve these before the notice expires.
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
    "account_inactive",
    "missing_scope",
    "accesslimited",
    "service_unavailable",
    "team_added_to_org",
}
"""Refusals that are retried."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class LeaseGuard:
    """How long a claim may be worked on: a later call could cross the work of the next owner."""

    lease: timedelta
    since: float = field(default_factory=boottime)

    @property
    def is_expiring(self) -> bool:
        """Whether too little time is left to start a call."""
        lease = self.lease.total_seconds()
        return self.since + lease - boottime() < max(ONE_CALL, lease / 3)


@dataclass(frozen=True)
class DeliveryContext:
    """Shared by the parts of one worker, which claims rows as `worker_id`: of one workspace, or of all."""

    worker_id: str
    store: Store
    slack: Callable[[Workspace], SlackApi]
    clock: Clock
    workspace: Workspace | None
    lease: timedelta
    rate_limits: SlackRateLimits
    results: ResultWriter
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits so many seconds of machine time."""

    def claim(self) -> tuple[Claim, LeaseGuard]:
        """A claim, and the guard of its lease."""
        return Claim(self.worker_id, self.lease, self.workspace), LeaseGuard(self.lease)

    def after(self, wait: timedelta) -> datetime:
        """The time `wait` from now."""
        return self.clock.now() + wait

    async def transact(
        self, change: Callable[Concatenate[Db, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Make a change in a transaction of its own, now."""
        async with self.store.write() as db:
            return await change(db, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Db, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write the result of a call; retried until it is written."""

        async def written(db: Db) -> T:
            return await change(db, *args, **kwargs)

        return await self.results.write(written)

    async def with_notices(self, messages: Collection[OutboundMessage]) -> list[BatchedMessage]:
        """These messages with the notices that are to be posted with them."""
        if not messages:
            return []
        async with self.store.read() as db:
            rows = await notice_table.batched_in(db, [message.id for message in messages])
        return [BatchedMessage(message, tuple(rows[message.id])) for message in messages]

    def pause(self, message: OutboundMessage, method: str, error: SlackBusy) -> datetime:
        """Record that Slack has asked to wait with this method, and return until when."""
        return self.rate_limits.pause(message.workspace, message.channel_id, method, error.seconds)

    async def undo(self, call: Callable[[], Awaitable[None]]) -> str:
        """Remove a duplicate from Slack, waiting as long as Slack asks. Returns why it was left, or nothing."""
        reason = ""
        for _ in range(UNDO_ATTEMPTS):
            try:
                await call()
            except SlackBusy as error:
                reason = error.sentence
                await self.sleep(error.seconds)
            except SlackOutcomeUnknown as error:
                reason = error.sentence
            except (SlackRefused, ChannelUnreachable) as error:
                return error.sentence
            else:
                return ""
        return reason


def settle_time(message: OutboundMessage, now: datetime) -> timedelta:
    """How long to wait after a lost answer before Slack is asked: the longer, the more time is left."""
    return min(max(SETTLE_TIME, (from_unix(message.post_at) - now) / AMPLE), LONG_SETTLE_TIME)


def backoff(message: OutboundMessage) -> timedelta:
    """How long to wait before the next attempt; doubles with each failed one."""
    return min(timedelta(seconds=2 ** min(message.attempts, 6)), LONGEST_BACKOFF)
