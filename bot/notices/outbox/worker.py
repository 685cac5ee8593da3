"""Moves the outbox along: everything is written down before and after the call to Slack that it is about."""

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
from bot.notices.outbox import claims, message_table, notice_table
from bot.notices.outbox.batching import for_slack_to_hold
from bot.notices.outbox.claims import BATCH, BatchedMessage, Claim, PackedBatch, Room
from bot.notices.outbox.coalesce import to_post
from bot.notices.outbox.context import DeliveryContext, LeaseGuard, MessageContents
from bot.notices.outbox.immediate import ImmediateDelivery
from bot.notices.outbox.message_table import OutboundMessage
from bot.notices.outbox.rate_limits import A_MINUTE, HOLD, POST, SlackRateLimits
from bot.notices.outbox.results import ResultWriter
from bot.notices.outbox.scheduled import ScheduledDelivery
from bot.settings import UnclearAlerts
from bot.slack.client import SlackApi

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long what is claimed is ours (machine time)."""
SLOTS = 64
"""Calls to Slack at once."""
MANY = 500

Give = Callable[[BatchedMessage, MessageContents, LeaseGuard], Coroutine[Any, Any, None]]
Packing = Callable[[Db, datetime, Claim, Room, int], Awaitable[PackedBatch]]
Pack = Callable[[int], Awaitable[tuple[PackedBatch, LeaseGuard]]]


class OutboxWorker:
    """Somebody who delivers. Any number of them may work on one database, in any number of processes."""

    def __init__(
        self,
        me: str,
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
        """Claim rows under the name `me`: those of one workspace, or of all; `slack` is the way into each.

        At most `slots` calls at once, and `a_minute` of one method in one workspace. `sleep` waits before another look
        for a duplicate.
        """
        self._outcomes = ResultWriter(store)
        self._pacing = SlackRateLimits(clock, a_minute)
        self._shift = DeliveryContext(me, store, slack, clock, workspace, lease, self._pacing, self._outcomes, sleep)
        self._handing = ScheduledDelivery(self._shift)
        self._posting = ImmediateDelivery(self._shift, unclear_alerts)
        self._slots = slots
        self._enough = max(1, min(BATCH, slots) // 2)
        self._busy = 0
        self._freed = asyncio.Event()
        self._running = asyncio.Lock()

    async def run(self) -> datetime | None:
        """Do all that is to be done now, and say when there is next something to do (domain time)."""
        async with self._running:
            await self._settle()
            await self._look_over()
            await self._withdraw()
            await self._give()
            while await self._shift.take(message_table.count_as_said, self._shift.clock.now(), self._shift.workspace):
                pass
            async with self._shift.store.read() as db:
                wakes = [await one.next_wake(db, self._shift.workspace) for one in (notice_table, message_table)]
            return min((wake for wake in wakes if wake), default=None)

    async def stop(self) -> None:
        """Let go of what is not needed any more; nothing may be under way."""
        async with self._running:
            await self._outcomes.stop()

    @property
    def is_alive(self) -> bool:
        """Whether what comes of calls to Slack gets written down."""
        return self._outcomes.is_alive

    async def _settle(self) -> None:
        while True:
            claim, fence = self._shift.claim()
            found = await self._shift.take(claims.unclear, claim)
            loads = await self._shift.contents([one for one in found if one.way is DeliveryMethod.POSTED])
            known = await self._shift.known(loads)
            held = [self._handing.settle(one) for one in found if one.way is DeliveryMethod.HELD]
            posted = [self._posting.settle(*one, fence) for one in zip(loads, known, strict=True)]
            await self._all([*held, *posted])
            if len(found) < BATCH:
                return

    async def _look_over(self) -> None:
        found = await self._read_changed()
        loads = await self._shift.contents(found)
        known = await self._shift.known(loads)
        for load, about in zip(loads, known, strict=True):
            await self._handing.look_over(load, about)

    async def _read_changed(self) -> list[OutboundMessage]:
        async with self._shift.store.read() as db:
            return await message_table.to_look_over(db, self._shift.clock.now(), self._shift.workspace)

    async def _withdraw(self) -> None:
        while True:
            claim, _ = self._shift.claim()
            found = await self._shift.take(claims.withdrawals, self._shift.clock.now(), claim)
            await self._all([self._handing.take_back(parcel) for parcel in found])
            if len(found) < BATCH:
                return

    async def _give(self) -> None:
        held = self._give_all(partial(self._pack, for_slack_to_hold, HOLD), self._handing.give)
        posted = self._give_all(partial(self._pack, to_post, POST), self._posting.give)
        for ended in await asyncio.gather(held, posted, return_exceptions=True):
            if isinstance(ended, BaseException):
                raise ended

    async def _pack(self, pack: Packing, method: str, limit: int) -> tuple[PackedBatch, LeaseGuard]:
        def room(workspace: Workspace, channel_id: str) -> datetime | None:
            return self._pacing.room(workspace, channel_id, method)

        claim, fence = self._shift.claim()
        return await self._shift.take(pack, self._shift.clock.now(), claim, room, limit), fence

    async def _give_all(self, pack: Pack, give: Give) -> None:
        """Pack as much as there are slots for and give it to Slack, until there is no more."""
        failed: Exception | None = None
        async with asyncio.TaskGroup() as under_way:
            more = True
            while more and not failed:
                try:
                    more = await self._give_some(pack, give, under_way)
                except Exception as error:  # noqa: BLE001 - raised when the calls under way have ended
                    failed = error
        if failed:
            raise failed

    async def _give_some(self, pack: Pack, give: Give, under_way: asyncio.TaskGroup) -> bool:
        slots = await self._take_slots()
        try:
            taken, fence = await pack(slots)
            for row in taken.missed:
                log.warning("notice.missed", extra={"notice": row.id})
            known = await self._shift.known(taken.loads)
            for load, about in zip(taken.loads, known, strict=True):
                under_way.create_task(self._in_slot(give(load, about, fence)))
                slots -= 1
        finally:
            self._free(slots)
        return taken.more

    async def _take_slots(self) -> int:
        """Take room for as many more calls as may be made now; waits until that is a good part of all."""
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
            await self._kept(work)
        finally:
            self._free(1)

    async def _all(self, work: Sequence[Coroutine[Any, Any, None]]) -> None:
        async with asyncio.TaskGroup() as under_way:
            for one in work:
                under_way.create_task(self._kept(one))

    async def _kept(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            with self._outcomes.expected():
                await work
        except Exception:
            # What was claimed stays so until its time runs out, and is then found out about.
            log.exception("delivery.failed")


async def forget_notices(store: Store, before: datetime) -> None:
    """Forget what ended before then, a little at a time, so that nobody waits for long."""
    while True:
        async with store.write() as db:
            if not await notice_table.clean_up(db, before, MANY):
                return
