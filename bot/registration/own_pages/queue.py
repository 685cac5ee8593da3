"""Register the people who signed up on our own pages, and remove those who canceled there, oldest first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.background import BackgroundTasks
from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, WorkerLeases
from bot.errors import (
    AnswersRequired,
    GreenroomError,
    NotFound,
    ProviderBusy,
    ProviderGone,
    ProviderRefused,
    RegistrationClosed,
)
from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Account
from bot.providers.base import PAGE
from bot.registration import request_table
from bot.registration.outcomes import UNCLEAR
from bot.registration.own_pages import queue_table
from bot.registration.registrar import ANSWERS, CLOSED, Registrar
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

CHUNK = 8
"""People claimed together: at two calls a minute they take four minutes."""
MAX_RETRY_TIME = timedelta(hours=1)
"""How long a request is retried whose registrant is not listed."""
OVER = "over"


class PageQueue:
    """The queue of all webinars of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        mirror: Mirror,
        registrar: Registrar,
        clock: Clock,
        background: BackgroundTasks,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._store = store
        self._mirror = mirror
        self._registrar = registrar
        self._clock = clock
        self._background = background
        self._is_woken = self._is_running = False
        self.leases = WorkerLeases(store, request_table.LEASES, account, worker_id, subject="page_queue")

    def wake(self) -> None:
        """Serve the queue now, or once more if it is being served."""
        self._is_woken = True
        if not self._is_running:
            self._is_running = True
            self._background.start(self._run(), "page_queue", resumable=True)

    async def _run(self) -> None:
        try:
            while self._is_woken:
                self._is_woken = False
                await self._serve_all()
        finally:
            self._is_running = False

    async def _serve_all(self) -> None:
        """Serve the queue until it is empty or must be resumed later."""
        while requests := await self.leases.claim_many(CHUNK):
            async with self.leases.keep(*requests):
                until = await self._serve(requests)
            await self.leases.release(*requests, until=until)
            if until:
                return

    async def _serve(self, requests: Sequence[RegistrationRequest]) -> datetime | None:
        """Serve these in turn. Returns when to resume if one could not be served."""
        until = None
        for request in requests:
            try:
                await self._serve_one(request)
            except ProviderBusy as busy:
                return busy.ready_at
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                log.warning("page_queue.deferred", extra={"reason": type(error).__name__})
                until = machine_now() + self.leases.retry
                if not isinstance(error, ProviderRefused):
                    break  # a refusal concerns this person alone
        return until

    async def _serve_one(self, request: RegistrationRequest) -> None:
        async with self._store.write() as db:
            if not await request_table.LEASES.is_owned(db, request, self.leases.worker_id):
                return
            is_new = request.state is RequestState.WAITING
            if is_new and not await request_table.mark_registering(db, request, self._clock.now()):
                return  # canceled while others were served
        if request.state is RequestState.CANCELING:
            await self._remove(request)
        elif request.state is RequestState.REGISTERING:
            await self._resolve(request)
        else:
            await self._register(request)
        self._mirror.count_soon(request.session_id)

    async def _register(self, request: RegistrationRequest) -> None:
        if request.problem and request.changed_at < self._clock.now() - MAX_RETRY_TIME:
            await self._registrar.refuse(request, UNCLEAR)
            return
        try:
            webinar = await self._mirror.find(request.session_id)
            if not is_coming_or_live(webinar, self._clock.now()):
                await self._end_line(request, OVER)
                return
            after = await self._registrar.request(webinar, request, PAGE)
        except (NotFound, ProviderGone):
            await self._end_line(request, OVER)
            return
        except RegistrationClosed:
            await self._end_line(request, CLOSED)
            return
        except AnswersRequired:  # others may have given what this person has not
            await self._registrar.refuse(request, ANSWERS)
            return
        if after.state is RequestState.REGISTERING:
            await self._resolve(after)

    async def _end_line(self, request: RegistrationRequest, problem: str) -> None:
        """Refuse this person and, without a call for each of them, everybody behind them."""
        await self._registrar.refuse(request, problem)
        async with self._store.write() as db:
            others = await queue_table.end_line(db, request.account, request.session_id, problem, self._clock.now())
        if others:
            extra = {"session": request.session_id, "reason": problem, "people": others}
            log.info("page_queue.line_ended", extra=extra)

    async def _resolve(self, request: RegistrationRequest) -> None:
        try:
            await self._registrar.resolve(request.session_id, [request], PAGE)
        except ProviderGone:  # the webinar does not exist any more
            await self._registrar.refuse(request, OVER)

    async def _remove(self, request: RegistrationRequest) -> None:
        try:
            await self._registrar.remove(request, PAGE)
        except ProviderRefused as refused:
            log.warning("page_queue.removal_refused", extra={"session": request.session_id, "code": refused.code})
            webinar, now = await self._mirror.find(request.session_id), self._clock.now()
            if is_coming_or_live(webinar, now):
                async with self._store.write() as db:
                    await request_table.mark_not_removed(db, request, now, refused.code or str(refused.status))
                return
            # A registrant cannot be removed after the webinar; not attending is what the person wanted.
            await self._registrar.mark_removed(request)
