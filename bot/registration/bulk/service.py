"""Register whole lists of people: saved as drafts until confirmed, then processed until done or undone."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime
from secrets import token_hex, token_urlsafe

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.db.leases import WorkerLeases
from bot.errors import BadInput
from bot.model.people import Account
from bot.model.registrant import Registrant, RegistrantDetails
from bot.model.retention import STOPPED_LISTS, UNCONFIRMED_LISTS, keep
from bot.model.webinar import Webinar
from bot.registration import request_table
from bot.registration.bulk import batch_table, row_table
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.csv_import import ImportProblem, ImportResult, ImportRow
from bot.registration.bulk.progress import BatchProgress
from bot.registration.bulk.worker import BulkWorker
from bot.registration.outcomes import UNCLEAR
from bot.registration.own_pages.urls import PageUrls
from bot.registration.registrar import KEY_BYTES, Registrar
from bot.registration.request_table import RequestState
from bot.slack.client import SlackApi
from bot.sync.mirror import Mirror

CHUNK = 100
"""People saved per transaction, so that a long list does not block other writers."""
FinishedRow = tuple[int, RequestState, str, RegistrantDetails]
"""The number, the state, the problem and the person of a row that needs no call."""

LIST_DELETED = "This list is no longer kept. Send it again."
LIST_CHANGED = "This list is already further along. The message about it shows its progress."


class BulkService:
    """The batches of one account, resumed after a restart."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        mirror: Mirror,
        slack: SlackApi,
        urls: PageUrls,
        registrar: Registrar,
        clock: Clock,
        background: BackgroundTasks,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._account = account
        self._store = store
        self._mirror = mirror
        self._clock = clock
        self._background = background
        self.progress = BatchProgress(store, slack, urls)
        self.leases = WorkerLeases(store, batch_table.LEASES, account, worker_id, subject="batch")
        self._worker = BulkWorker(store, self.leases, mirror, registrar, self.progress, clock)
        self._is_woken = False

    async def draft(
        self,
        webinar: Webinar,
        user_id: str,
        result: ImportResult,
        registrants: Sequence[Registrant],
        *,
        own_pages: bool,
    ) -> Batch:
        """Save a list as a draft: the people to register, and the result of the other rows."""
        registered = {registrant.address for registrant in registrants}
        new = [row for row in result.rows if row.details.address not in registered]
        batch = Batch(
            account=self._account,
            batch_id=token_hex(12),
            session_id=webinar.session_id,
            user_id=user_id,
            state=BatchState.DRAFT,
            total=len(new),
            begun_at=self._clock.now(),
        )
        async with self._store.write() as db:
            await batch_table.add(db, batch)
        await self._save_rows(batch, _finished_rows(result, registered), new, own_pages=own_pages)
        return batch

    async def _save_rows(
        self, batch: Batch, finished: Sequence[FinishedRow], new: Sequence[ImportRow], *, own_pages: bool
    ) -> None:
        batch_id, now = batch.batch_id, batch.begun_at
        for first in range(0, len(finished), CHUNK):
            rows = finished[first : first + CHUNK]
            async with self._store.write() as db:
                await row_table.add_finished(db, self._account, batch.session_id, rows, batch_id=batch_id, now=now)
        for first in range(0, len(new), CHUNK):
            chunk = new[first : first + CHUNK]
            people = [(row.number, row.details, token_urlsafe(KEY_BYTES) if own_pages else "") for row in chunk]
            async with self._store.write() as db:
                await request_table.add(db, self._account, batch.session_id, people, batch_id=batch_id, now=now)

    async def find(self, batch_id: str) -> Batch:
        """The batch of this id. Raises `BadInput` if it was deleted."""
        async with self._store.read() as db:
            batch = await batch_table.find(db, self._account, batch_id)
        if batch is None:
            raise BadInput(LIST_DELETED)
        return batch

    async def start(self, batch_id: str) -> Batch:
        """Start registering the people of a list. Confirmed twice, it starts once."""
        batch = await self.find(batch_id)
        if batch.state is BatchState.DRAFT:
            await self._change(batch, BatchState.RUNNING)
        self.wake()
        return batch

    async def stop(self, batch_id: str) -> None:
        """Make no more requests. The one under way may still succeed."""
        halted = {BatchState.RUNNING: BatchState.STOPPED, BatchState.UNDOING: BatchState.UNDO_STOPPED}
        await self._change_state(batch_id, halted)

    async def restart(self, batch_id: str) -> None:
        """Continue a stopped batch."""
        await self._change_state(
            batch_id, {BatchState.STOPPED: BatchState.RUNNING, BatchState.UNDO_STOPPED: BatchState.UNDOING}
        )

    async def undo(self, batch_id: str) -> None:
        """Remove exactly the registrants of this batch; those still waiting are not requested any more."""
        await self._change_state(batch_id, dict.fromkeys((BatchState.DONE, BatchState.STOPPED), BatchState.UNDOING))

    def wake(self) -> None:
        """Look for work now."""
        if not self._is_woken:
            self._is_woken = True
            self._background.start(self.resume(), "bulk", resumable=True)

    async def resume(self) -> None:
        """Start or resume the batches whose lease expired, and delete drafts that were not confirmed."""
        self._is_woken = False
        async with self._store.write() as db:
            await self._delete(db, BatchState.DRAFT, self._clock.now() - UNCONFIRMED_LISTS)
        async for batch in self.leases.expired():
            self._background.start(self._run(batch), "batch", resumable=True)  # it may take hours

    async def delete_old(self) -> None:
        """Delete the people of batches stopped long ago, and the results of batches older than that."""
        now = self._clock.now()
        async with self._store.write() as db:
            for state in batch_table.HALTED:
                for batch in await batch_table.find_older(db, self._account, state, now - STOPPED_LISTS):
                    await row_table.stop_remaining(db, self._account, batch.batch_id, now, unclear=UNCLEAR)
                    await row_table.delete_personal_data(db, self._account, batch.batch_id)
            for state in BatchState:
                await self._delete(db, state, now - keep("lists"))
            await request_table.delete_before(db, self._account, now - keep("lists"))

    async def _change_state(self, batch_id: str, transitions: dict[BatchState, BatchState]) -> None:
        batch = await self.find(batch_id)
        webinar = await self._mirror.find(batch.session_id)
        if batch.state not in transitions:
            await self.progress.show(batch, webinar)  # the message is outdated: it still shows this button
            raise BadInput(LIST_CHANGED)
        changed = await self._change(batch, transitions[batch.state])
        await self.progress.show(changed, webinar)
        self.wake()

    async def _change(self, batch: Batch, state: BatchState) -> Batch:
        ended_at = None if state in batch_table.OPEN else self._clock.now()
        changed = batch.model_copy(update={"state": state, "problem": "", "ended_at": ended_at})
        async with self._store.write() as db:
            if not await batch_table.change(db, changed, frm=batch.state):
                raise BadInput(LIST_CHANGED)
        return changed

    async def _run(self, batch: Batch) -> None:
        await self._worker.run(batch)
        self.wake()  # its state may have changed in the meantime, for example to undo it

    async def _delete(self, db: Db, state: BatchState, before: datetime) -> None:
        for batch in await batch_table.find_older(db, self._account, state, before):
            # A user may confirm or continue it at this moment.
            if await batch_table.delete_batch(db, batch):
                await row_table.delete_rows(db, self._account, batch.batch_id)


def _finished_rows(result: ImportResult, registered: Container[str]) -> list[FinishedRow]:
    already = [row for row in result.rows if row.details.address in registered]
    return [
        *((row.number, RequestState.ALREADY_REGISTERED, "", row.details) for row in already),
        *((one.number, RequestState.REFUSED, one.reason, _as_read(one)) for one in result.problems),
        *((row.number, RequestState.REFUSED, row_table.REPEATED, row.details) for row in result.repeated),
    ]


def _as_read(problem: ImportProblem) -> RegistrantDetails:
    """The name and the address of an invalid row; all of it as the name if neither was read."""
    read = problem.details
    if read.first_name or read.last_name or read.email:
        return read
    return read.model_copy(update={"first_name": problem.text})
