"""Registers those who wait on our own page, and removes those who canceled there: oldest first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.db.leases import DATABASE_AWAY, WorkerLeases
from bot.errors import (
    AnswersWanted,
    GreenroomError,
    NotFound,
    ProviderBusy,
    ProviderError,
    ProviderGone,
    ProviderRefused,
    RegistrationClosed,
)
from bot.model.lifecycle import is_open_to_come
from bot.model.people import Account
from bot.providers.base import PAGE
from bot.registration import request_table
from bot.registration.bulk.register_one import ANSWERS, CLOSED, FOR_ALL, UNCLEAR, RegisterOne
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

AT_ONCE = 8
"""People claimed together: at two calls a minute they take four minutes."""
LONGEST = timedelta(hours=1)
"""How long a person is requested again whom the list does not show."""
OVER = "over"


class PageQueue:
    """The queue of all webinars of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        mirror: Mirror,
        registering: RegisterOne,
        clock: Clock,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._store = store
        self._mirror = mirror
        self._registering = registering
        self._clock = clock
        self.leases = WorkerLeases(store, request_table.LEASES, account, worker_id, subject="line")

    async def run(self) -> None:
        """Serve the queue until it is empty or must be resumed later."""
        while taken := await self.leases.claim_many(AT_ONCE):
            async with self.leases.keep(*taken):
                until = await self._serve(taken)
            await self.leases.release(*taken, until=until)
            if until:
                return

    async def _serve(self, taken: Sequence[RegistrationRequest]) -> datetime | None:
        """Serve these in turn. Returns when to resume if one could not be served."""
        until = None
        for application in taken:
            try:
                await self._serve_one(application)
            except ProviderBusy as busy:
                return busy.ready_at
            except (GreenroomError, *DATABASE_AWAY) as error:
                log.warning("line.deferred", extra={"reason": type(error).__name__})
                until = machine_now() + self.leases.retry
                if not isinstance(error, ProviderRefused):
                    break  # a refusal concerns this person alone
        return until

    async def _serve_one(self, application: RegistrationRequest) -> None:
        async with self._store.write() as db:
            if not await request_table.LEASES.is_held(db, application, self.leases.worker_id):
                return
            is_new = application.state is RequestState.WAITING
            if is_new and not await request_table.ask(db, application, self._clock.now()):
                return  # canceled while others were served
        if application.state is RequestState.LEAVING:
            await self._take_off(application)
        elif application.state is RequestState.ASKED:
            await self._settle(application)
        else:
            await self._register(application)
        self._mirror.count_soon(application.session_id)

    async def _register(self, application: RegistrationRequest) -> None:
        if application.problem and application.changed_at < self._clock.now() - LONGEST:
            await self._registering.refuse(application, UNCLEAR)
            return
        try:
            webinar = await self._mirror.find(application.session_id)
            after = await self._registering.ask(webinar, application, PAGE)
        except NotFound:
            await self._registering.refuse(application, OVER)
            return
        except FOR_ALL as error:
            codes: dict[type[ProviderError], str] = {RegistrationClosed: CLOSED, AnswersWanted: ANSWERS}
            await self._registering.refuse(application, codes.get(type(error), error.code or OVER))
            return
        if after.state is RequestState.ASKED:
            await self._settle(after)

    async def _settle(self, asked: RegistrationRequest) -> None:
        try:
            await self._registering.settle(asked.session_id, [asked], PAGE)
        except ProviderGone:  # the webinar does not exist any more
            await self._registering.refuse(asked, OVER)

    async def _take_off(self, application: RegistrationRequest) -> None:
        try:
            await self._registering.remove(application, PAGE)
        except ProviderRefused as refused:
            log.warning("line.removal_refused", extra={"session": application.session_id, "code": refused.code})
            webinar, now = await self._mirror.find(application.session_id), self._clock.now()
            if is_open_to_come(webinar, now):
                async with self._store.write() as db:
                    await request_table.kept_on(db, application, now, refused.code or str(refused.status))
                return
            # A registrant cannot be removed after the webinar; not attending is what the person wanted.
            await self._registering.forget(application)
