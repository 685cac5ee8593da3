"""Registers whole lists of people: kept as drafts until confirmed, then worked on until done or undone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from secrets import token_hex, token_urlsafe
from typing import Any

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.db.leases import WorkerLeases
from bot.errors import BadInput
from bot.model.people import Account
from bot.model.registrant import Registrant
from bot.model.webinar import Webinar
from bot.providers.base import WebinarProvider
from bot.registration import request_table
from bot.registration.bulk import batch_table, line_table
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.csv_import import ImportResult
from bot.registration.bulk.progress import BatchProgress
from bot.registration.bulk.register_one import KEY_BYTES, UNCLEAR, OwnPageLinks, RegisterOne, SeatHolders
from bot.registration.bulk.registrant_cache import RegistrantCache
from bot.registration.bulk.worker import BulkWorker
from bot.registration.own_pages.queue import PageQueue
from bot.registration.request_table import RequestState
from bot.slack.client import SlackApi
from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

AT_ONCE = 100
"""People saved per transaction, so that a long list does not block other writers."""
DRAFTS = timedelta(hours=1)
"""How long an unconfirmed list is kept."""
HALTED = timedelta(days=7)
"""How long the waiting people of a stopped batch are kept."""
KEPT = timedelta(days=90)
"""How long the results of a batch are kept, by ids alone."""
REPEATED = "repeated"

NO_SUCH_LIST = "This list is not kept any more. Please send it once more."
MOVED_ON = "This list has moved on meanwhile. The message about it says how far it is."


class BulkService:
    """The batches of one account, and the queue of its own pages. Both are resumed after a restart."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        slack: SlackApi,
        pages: OwnPageLinks,
        seats: SeatHolders,
        clock: Clock,
        background: BackgroundTasks,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._account = account
        self._store = store
        self._mirror = mirror
        self._clock = clock
        self._background = background
        self.rolls = RegistrantCache(provider, mirror)
        self.registering = RegisterOne(worker_id, store, provider, mirror, pages, seats, clock)
        self.progress = BatchProgress(store, slack, pages)
        self.batch_leases = WorkerLeases(store, batch_table.LEASES, account, worker_id, subject="batch")
        self.batch_work = BulkWorker(store, self.batch_leases, mirror, self.registering, self.progress, clock)
        self.line = PageQueue(worker_id, account, store, mirror, self.registering, clock)
        self._running: set[asyncio.Task[None]] = set()
        self._is_woken = self._closing = False
        self._line_wanted = self._line_runs = False

    async def draft(
        self, webinar: Webinar, user_id: str, reading: ImportResult, there: Sequence[Registrant], *, own_pages: bool
    ) -> Batch:
        """Save a list as a draft: who can be registered, and the result of the other lines."""
        known = {one.address for one in there}
        new = [row for row in reading.rows if row.applicant.address not in known]
        settled = [(row.number, RequestState.THERE, "") for row in reading.rows if row.applicant.address in known]
        settled += [(one.number, RequestState.REFUSED, one.what) for one in reading.problems]
        settled += [(number, RequestState.REFUSED, REPEATED) for number in reading.repeated]
        batch = Batch(
            account=self._account,
            batch_id=token_hex(12),
            session_id=webinar.session_id,
            user_id=user_id,
            state=BatchState.DRAFT,
            total=len(new),
            begun_at=self._clock.now(),
        )
        batch_id, now = batch.batch_id, batch.begun_at
        async with self._store.write() as db:
            await batch_table.add(db, batch)
        for first in range(0, len(settled), AT_ONCE):
            lines = settled[first : first + AT_ONCE]
            async with self._store.write() as db:
                await line_table.add_settled(db, self._account, batch.session_id, lines, batch_id=batch_id, now=now)
        for first in range(0, len(new), AT_ONCE):
            some = new[first : first + AT_ONCE]
            people = [(row.number, row.applicant, token_urlsafe(KEY_BYTES) if own_pages else "") for row in some]
            async with self._store.write() as db:
                await request_table.add(db, self._account, batch.session_id, people, batch_id=batch_id, now=now)
        return batch

    async def find(self, batch_id: str) -> Batch:
        """The batch of this id. Raises `BadInput` if it was deleted."""
        async with self._store.read() as db:
            batch = await batch_table.find(db, self._account, batch_id)
        if batch is None:
            raise BadInput(NO_SUCH_LIST)
        return batch

    async def begin(self, batch_id: str) -> Batch:
        """Start registering the people of a list. Confirmed twice, it starts once."""
        batch = await self.find(batch_id)
        if batch.state is BatchState.DRAFT:
            await self._change(batch, BatchState.RUNNING)
        self.wake()
        return batch

    async def stop(self, batch_id: str) -> None:
        """Make no more requests. The one under way may still succeed."""
        halted = {BatchState.RUNNING: BatchState.STOPPED, BatchState.UNDOING: BatchState.UNDO_STOPPED}
        await self._turn(batch_id, halted)

    async def go_on(self, batch_id: str) -> None:
        """Continue a stopped batch."""
        await self._turn(
            batch_id, {BatchState.STOPPED: BatchState.RUNNING, BatchState.UNDO_STOPPED: BatchState.UNDOING}
        )

    async def undo(self, batch_id: str) -> None:
        """Remove exactly the registrants of this batch; those still waiting are not requested any more."""
        await self._turn(batch_id, dict.fromkeys((BatchState.DONE, BatchState.STOPPED), BatchState.UNDOING))

    def wake(self) -> None:
        """Look for work now."""
        if not self._is_woken:
            self._is_woken = True
            self._background.start(self.work(), "enrol")

    async def work(self) -> None:
        """Resume batches whose lease expired, and serve the queue of our own pages."""
        self._is_woken = False
        if self._closing:
            return
        self.rolls.forget_old()
        async with self._store.write() as db:
            await self._forget(db, BatchState.DRAFT, self._clock.now() - DRAFTS)
        async for batch in self.batch_leases.expired():
            self._background.start(self._run(batch), "batch")
        self._line_wanted = True
        if not self._line_runs:
            self._line_runs = True
            self._background.start(self._run_line(), "line")

    async def close(self) -> None:
        """Cancel running work, which is resumed after the restart: a batch may take hours."""
        self._closing = True
        for task in self._running:
            task.cancel()
        if self._running:
            await asyncio.wait(self._running)

    async def tidy(self) -> None:
        """Delete the people of batches stopped long ago, and the results of batches older than that."""
        now = self._clock.now()
        async with self._store.write() as db:
            for state in batch_table.HALTED:
                for batch in await batch_table.old(db, self._account, state, now - HALTED):
                    await line_table.stop_rest(db, self._account, batch.batch_id, now, unclear=UNCLEAR)
                    await line_table.forget_links(db, self._account, batch.batch_id)
            for state in BatchState:
                await self._forget(db, state, now - KEPT)
            await request_table.forget_before(db, self._account, now - KEPT)

    async def _turn(self, batch_id: str, ways: dict[BatchState, BatchState]) -> None:
        batch = await self.find(batch_id)
        webinar = await self._mirror.find(batch.session_id)
        if batch.state not in ways:
            await self.progress.show(batch, webinar)  # the message is outdated: it still shows this button
            raise BadInput(MOVED_ON)
        changed = await self._change(batch, ways[batch.state])
        await self.progress.show(changed, webinar)
        self.wake()

    async def _change(self, batch: Batch, state: BatchState) -> Batch:
        ended_at = None if state in batch_table.OPEN else self._clock.now()
        changed = batch.model_copy(update={"state": state, "problem": "", "ended_at": ended_at})
        async with self._store.write() as db:
            if not await batch_table.change(db, changed, frm=batch.state):
                raise BadInput(MOVED_ON)
        return changed

    async def _run(self, batch: Batch) -> None:
        await self._watched(self.batch_work.run(batch))
        self.wake()  # its state may have changed in the meantime, for example to undo it

    async def _run_line(self) -> None:
        try:
            while self._line_wanted:
                self._line_wanted = False
                await self._watched(self.line.run())
        finally:
            self._line_runs = False

    async def _watched(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        await task

    async def _forget(self, db: Db, state: BatchState, before: datetime) -> None:
        for batch in await batch_table.old(db, self._account, state, before):
            # A user may confirm or continue it at this moment.
            if await batch_table.forget(db, batch):
                await line_table.forget_batch(db, self._account, batch.batch_id)
