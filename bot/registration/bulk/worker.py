"""Process one batch: register its people, as many with one call as the event allows, or remove those it registered."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import BatchRefused, GreenroomError, ProviderBusy, ProviderError, ProviderRefused, ProviderUnauthorized
from bot.model.ability import Ability
from bot.model.registrant import MAX_BATCH
from bot.model.webinar import Webinar
from bot.providers.base import BULK
from bot.providers.names import named
from bot.registration import request_table
from bot.registration.bulk import batch_table, row_table
from bot.registration.bulk.batch_table import Batch, BatchState
from bot.registration.bulk.progress import BatchProgress
from bot.registration.outcomes import UNCLEAR
from bot.registration.registrar import Registrar
from bot.registration.request_table import RegistrationRequest, RequestState

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

CHUNK = 60
"""Requests read per transaction."""
MAX_UNKNOWN = 3
"""After so many unknown outcomes in a row, the list is read before the next request."""
MAX_TRIES = 3
"""How often a request is sent whose registrant is not listed afterwards."""
NO_FILE = (
    "Slack did not accept the file with the result of each line. To see who is registered, type /webinar registrants."
)


NO_CLEAR_ANSWERS = "{provider} gives no clear answers."


def groups_of(
    webinar: Webinar, requests: Sequence[RegistrationRequest], alone: Collection[int]
) -> list[list[RegistrationRequest]]:
    """The requests in groups that are registered with one call each, in their order as far as possible.

    Those with the ids `alone`, and people with answers or a source, which a batch cannot have, are groups of their own.
    """
    if Ability.BATCH_REGISTER not in webinar.abilities:
        return [[request] for request in requests]
    joint = [one for one in requests if one.id not in alone and _fits_batch(one)]
    single = [[one] for one in requests if one not in joint]
    return [joint[start : start + MAX_BATCH] for start in range(0, len(joint), MAX_BATCH)] + single


def _fits_batch(request: RegistrationRequest) -> bool:
    details = request.details
    return details is not None and not details.fields and not details.source


class BatchUnclear(ProviderError):
    """Several unknown outcomes in a row."""


class BulkWorker:
    """Process claimed batches."""

    def __init__(
        self,
        store: Store,
        leases: WorkerLeases[Batch],
        mirror: Mirror,
        registrar: Registrar,
        progress: BatchProgress,
        clock: Clock,
    ) -> None:
        """Process the batches that `leases` owns."""
        self._store = store
        self._leases = leases
        self._mirror = mirror
        self._registrar = registrar
        self._progress = progress
        self._clock = clock

    async def run(self, batch: Batch) -> None:
        """Process a claimed batch until it ends, is stopped, or must be resumed later."""
        until: datetime | None = None
        async with self._leases.keep(batch):
            try:
                await self._run(batch)
            except ProviderBusy as busy:
                until = busy.ready_at
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                log.warning("batch.deferred", extra={"batch": batch.batch_id, "reason": type(error).__name__})
                until = machine_now() + self._leases.retry
        await self._leases.release(batch, until=until)

    async def _run(self, batch: Batch) -> None:
        webinar = await self._mirror.find(batch.session_id)
        await self._progress.show(batch, webinar)
        try:
            if batch.state is BatchState.RUNNING:
                await self._register_all(batch, webinar)
            else:
                await self._remove_all(batch, webinar)
        except LeaseLost:
            await self._show_current(batch, webinar)
        except (ProviderRefused, ProviderUnauthorized) as refused:
            halted = BatchState.STOPPED if batch.state is BatchState.RUNNING else BatchState.UNDO_STOPPED
            await self._end(batch, webinar, halted, refused.sentence)
        finally:
            self._mirror.count_soon(batch.session_id)

    async def _register_all(self, batch: Batch, webinar: Webinar) -> None:
        keep_links = await self._must_keep_links(webinar)
        tries: Counter[int] = Counter()
        alone: set[int] = set()
        unknown = 0
        await self._resolve_unknown(batch, tries, keep_links=keep_links)
        while True:
            waiting = await self._load(batch, RequestState.WAITING)
            if not waiting and not await self._resolve_unknown(batch, tries, keep_links=keep_links):
                break
            for group in groups_of(webinar, waiting, alone):
                after = await self._register(batch, webinar, group, alone, keep_links=keep_links)
                if not after:
                    continue
                unknown = unknown + 1 if any(one.state is RequestState.REGISTERING for one in after) else 0
                if unknown == MAX_UNKNOWN:
                    await self._resolve_unknown(batch, tries, keep_links=keep_links)
                    raise BatchUnclear(named(NO_CLEAR_ANSWERS, webinar.id))
                await self._progress.show_if_due(batch, webinar)
        # The message first: if Slack does not accept it now, this is all repeated, and the file is not sent twice.
        await self._progress.show(batch.model_copy(update={"state": BatchState.DONE}), webinar, is_last=True)
        has_file = await self._progress.send_results(batch, webinar)
        await self._end(batch, webinar, BatchState.DONE, "" if has_file else NO_FILE)

    async def _register(
        self,
        batch: Batch,
        webinar: Webinar,
        group: Sequence[RegistrationRequest],
        alone: set[int],
        *,
        keep_links: bool,
    ) -> list[RegistrationRequest]:
        """Register a group with one call; if it is refused as a whole, remember that each is to be registered alone."""
        ready = await self._mark_requested(batch, group)
        if len(ready) == 1:
            return [await self._registrar.request(webinar, ready[0], BULK, keep_links=keep_links)]
        if not ready:
            return []
        try:
            return await self._registrar.request_many(webinar, ready, BULK, keep_links=keep_links)
        except BatchRefused:
            alone.update(request.id for request in ready)
            return []

    async def _remove_all(self, batch: Batch, webinar: Webinar) -> None:
        # A request under way when the batch was stopped may have succeeded.
        await self._resolve_unknown(batch, Counter(), keep_links=False)
        async with self._store.write() as db:
            await row_table.stop_remaining(db, batch.account, batch.batch_id, self._clock.now())
        while registered := await self._load(batch, RequestState.REGISTERED):
            for request in registered:
                await self._check_lease(batch)
                await self._registrar.remove(request, BULK)
                await self._progress.show_if_due(batch, webinar)
        await self._end(batch, webinar, BatchState.UNDONE)

    async def _resolve_unknown(self, batch: Batch, tries: Counter[int], *, keep_links: bool) -> bool:
        """Resolve unknown outcomes with one reading of the list. Returns whether there were any."""
        unknown_requests = await self._load(batch, RequestState.REGISTERING, limit=None)
        if not unknown_requests:
            return False
        for request in await self._registrar.resolve(batch.session_id, unknown_requests, BULK, keep_links=keep_links):
            tries[request.id] += 1
            if request.state is RequestState.WAITING and tries[request.id] == MAX_TRIES:
                await self._registrar.refuse(request, UNCLEAR)
        return True

    async def _must_keep_links(self, webinar: Webinar) -> bool:
        """Whether the provider sends no email, so that the links must be passed on."""
        if webinar.registration is None or webinar.registration.preferences is None:
            webinar = await self._mirror.read_registration(webinar, BULK)
        read = webinar.registration and webinar.registration.preferences
        return bool(read and read.suppress_emails)

    async def _load(self, batch: Batch, state: RequestState, limit: int | None = CHUNK) -> list[RegistrationRequest]:
        async with self._store.read() as db:
            return await row_table.find_rows(db, batch.account, batch.batch_id, state, limit=limit)

    async def _mark_requested(self, batch: Batch, group: Sequence[RegistrationRequest]) -> list[RegistrationRequest]:
        """Save that these are about to be registered; return those that still wait."""
        async with self._store.write() as db:
            if not await batch_table.LEASES.is_owned(
                db, batch, self._leases.worker_id, *batch_table.is_unchanged(batch)
            ):
                raise LeaseLost
            now = self._clock.now()
            return [request for request in group if await request_table.mark_registering(db, request, now)]

    async def _check_lease(self, batch: Batch) -> None:
        async with self._store.read() as db:
            if not await batch_table.LEASES.is_owned(
                db, batch, self._leases.worker_id, *batch_table.is_unchanged(batch)
            ):
                raise LeaseLost

    async def _end(self, batch: Batch, webinar: Webinar, state: BatchState, problem: str = "") -> None:
        ended = batch.model_copy(update={"state": state, "problem": problem, "ended_at": self._clock.now()})
        # Shown before it is saved: after a crash between the two it is shown again.
        await self._progress.show(ended, webinar, is_last=True)
        async with self._store.write() as db:
            is_ended = await batch_table.change(db, ended, frm=batch.state)
            if is_ended and state in (BatchState.DONE, BatchState.UNDONE):
                await row_table.delete_personal_data(db, batch.account, batch.batch_id)
        if not is_ended:
            await self._show_current(batch, webinar)  # a user stopped it at the last moment

    async def _show_current(self, batch: Batch, webinar: Webinar) -> None:
        async with self._store.read() as db:
            current = await batch_table.find(db, batch.account, batch.batch_id)
        await self._progress.show(current or batch, webinar)
