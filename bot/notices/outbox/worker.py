"""The outbox worker: sends due notices to Slack. Every call is recorded in the database before and after it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod
from bot.notices.outbox import claims, message_results, message_table, notice_table
from bot.notices.outbox.batch_plan import ReserveCall
from bot.notices.outbox.batches import MessageBatch, batch_immediate, batch_scheduled
from bot.notices.outbox.claims import BATCH, Claim
from bot.notices.outbox.contents import MessageContents, read_contents
from bot.notices.outbox.context import DeliveryContext, LeaseGuard
from bot.notices.outbox.immediate import ImmediateDelivery
from bot.notices.outbox.rate_limits import A_MINUTE, POST, SCHEDULE, SlackRateLimits
from bot.notices.outbox.results import ResultWriter
from bot.notices.outbox.rows import BatchedMessage, OutboundMessage
from bot.notices.outbox.scheduled import ScheduledDelivery
from bot.settings import UnclearAlerts
from bot.slack.client import SlackApi

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claim lasts (machine time)."""
SLOTS = 64
"""Concurrent calls to Slack."""

Send = Callable[[BatchedMessage, MessageContents, LeaseGuard], Coroutine[Any, Any, None]]
MakeBatch = Callable[[Db, datetime, Claim, ReserveCall, int], Awaitable[MessageBatch]]
NextBatch = Callable[[int], Awaitable[tuple[MessageBatch, LeaseGuard]]]


class OutboxWorker:
    """Delivers notices. Any number of workers may share one database, in any number of processes."""

    def __init__(
        self,
        worker_id: str,
        store: Store,
        slack: Callable[[Workspace], SlackApi],
        clock: Clock,
        *,
        workspace: Workspace | None = None,
        lease: timedelta = LEASE,
        slots: int = SLOTS,
        a_minute: int = A_MINUTE,
        unclear_alerts: UnclearAlerts = UnclearAlerts.REPEAT,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Claim rows of one workspace, or of all; `slack` returns the client of a workspace.

        At most `slots` calls at once, and `a_minute` of one method in one workspace. `sleep` waits before another check
        for duplicates.
        """
        self._results = ResultWriter(store)
        self._limits = SlackRateLimits(clock, a_minute)
        limits, results = self._limits, self._results
        self._context = DeliveryContext(worker_id, store, slack, clock, workspace, lease, limits, results, sleep)
        self._scheduled = ScheduledDelivery(self._context)
        self._immediate = ImmediateDelivery(self._context, unclear_alerts)
        self._slots = slots
        self._enough = max(1, min(BATCH, slots) // 2)
        self._busy = 0
        self._freed = asyncio.Event()
        self._running = asyncio.Lock()

    async def run(self) -> datetime | None:
        """Do everything that is due now. Returns when something is due next (domain time)."""
        context = self._context
        async with self._running:
            await self._resolve_unknown()
            await self._check_texts()
            await self._withdraw()
            await self._send_due()
            while await context.transact(message_results.mark_past_posted, context.clock.now(), context.workspace):
                pass
            async with context.store.read() as db:
                wakes = [await table.next_wake(db, context.workspace) for table in (notice_table, message_table)]
            return min((wake for wake in wakes if wake), default=None)

    async def stop(self) -> None:
        """Stop the writer of results, when no delivery is under way."""
        async with self._running:
            await self._results.stop()

    @property
    def is_alive(self) -> bool:
        """Whether the results of calls to Slack get written."""
        return self._results.is_alive

    async def _resolve_unknown(self) -> None:
        while True:
            claim, guard = self._context.claim()
            found = await self._context.transact(claims.claim_unknown, claim)
            scheduled = [message for message in found if message.way is DeliveryMethod.SCHEDULED]
            posted = [message for message in found if message.way is DeliveryMethod.IMMEDIATE]
            batch, contents = await self._with_contents(posted)
            work = [self._immediate.resolve(*one, guard) for one in zip(batch, contents, strict=True)]
            await self._run_all([*map(self._scheduled.resolve, scheduled), *work])
            if len(found) < BATCH:
                return

    async def _check_texts(self) -> None:
        context = self._context
        async with context.store.read() as db:
            changed = await message_table.to_check(db, context.clock.now(), context.workspace)
        for one in zip(*await self._with_contents(changed), strict=True):
            await self._scheduled.check_text(*one)

    async def _with_contents(
        self, messages: Sequence[OutboundMessage]
    ) -> tuple[list[BatchedMessage], list[MessageContents]]:
        batch = await self._context.with_notices(messages)
        return batch, await read_contents(self._context.store, batch)

    async def _withdraw(self) -> None:
        while True:
            claim, _ = self._context.claim()
            found = await self._context.transact(claims.claim_withdrawals, self._context.clock.now(), claim)
            await self._run_all([self._scheduled.withdraw(message) for message in found])
            if len(found) < BATCH:
                return

    async def _send_due(self) -> None:
        scheduled = self._send_all(partial(self._next_batch, batch_scheduled, SCHEDULE), self._scheduled.send)
        immediate = self._send_all(partial(self._next_batch, batch_immediate, POST), self._immediate.send)
        for ended in await asyncio.gather(scheduled, immediate, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    async def _next_batch(self, make: MakeBatch, method: str, limit: int) -> tuple[MessageBatch, LeaseGuard]:
        def reserve(workspace: Workspace, channel_id: str) -> datetime | None:
            return self._limits.reserve(workspace, channel_id, method)

        claim, guard = self._context.claim()
        return await self._context.transact(make, self._context.clock.now(), claim, reserve, limit), guard

    async def _send_all(self, next_batch: NextBatch, send: Send) -> None:
        """Send batches until nothing is due; after an error, wait for the calls under way and raise it."""
        failed: Exception | None = None
        async with asyncio.TaskGroup() as under_way:
            more = True
            while more and not failed:
                try:
                    more = await self._send_batch(next_batch, send, under_way)
                except Exception as error:  # noqa: BLE001 - raised when the calls under way have ended
                    failed = error
        if failed:
            raise failed

    async def _send_batch(self, next_batch: NextBatch, send: Send, under_way: asyncio.TaskGroup) -> bool:
        slots = await self._take_slots()
        try:
            batch, guard = await next_batch(slots)
            for row in batch.missed:
                log.warning("notice.missed", extra={"notice": row.id})
            contents = await read_contents(self._context.store, batch.messages)
            for message, its_contents in zip(batch.messages, contents, strict=True):
                under_way.create_task(self._in_slot(send(message, its_contents, guard)))
                slots -= 1
        finally:
            self._free(slots)
        return batch.more

    async def _take_slots(self) -> int:
        """Take the free slots, at most a batch; waits until a good part of all slots is free."""
        while self._slots - self._busy < self._enough:
            self._freed.clear()
            await self._freed.wait()
        free = min(BATCH, self._slots - self._busy)
        self._busy += free
        return free

    def _free(self, slots: int) -> None:
        self._busy -= slots
        if self._slots - self._busy >= self._enough:
            self._freed.set()

    async def _in_slot(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await self._logged(work)
        finally:
            self._free(1)

    async def _run_all(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        async with asyncio.TaskGroup() as under_way:
            for one in work:
                under_way.create_task(self._logged(one))

    async def _logged(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            with self._results.expected():
                await work
        except Exception:
            # The claim stays until its lease expires; then the outcome is looked up.
            log.exception("delivery.failed")
