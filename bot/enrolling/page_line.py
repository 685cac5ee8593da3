"""Registers who waits in line on our own page, and takes off the list who has cancelled there: oldest first."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from bot.clock import Clock, machine_now
from bot.enrolling.registering import ANSWERS, CLOSED, FOR_ALL, UNCLEAR, Registering
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
from bot.holding import DATABASE_AWAY, holding
from bot.mirror import Mirror
from bot.models import Account
from bot.providers import PAGE
from bot.store import applications
from bot.store.applications import Application, ApplicationState
from bot.store.connection import Store
from bot.views.facts import is_open_to_come

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long somebody in line stays ours without a sign of life; whoever works on them renews it three times as often."""
RETRY = timedelta(seconds=30)
AT_ONCE = 8
"""People who are taken together: at two calls a minute they take four minutes."""
LONGEST = timedelta(hours=1)
"""How long somebody is asked for again and again of whom the list shows nothing."""
OVER = "over"


class PageLine:
    """The line of all webinars of one account."""

    def __init__(
        self, me: str, account: Account, store: Store, mirror: Mirror, registering: Registering, clock: Clock
    ) -> None:
        """Work under the name `me`, by which other replicas of this account know whose turn it is."""
        self._me = me
        self._account = account
        self._store = store
        self._mirror = mirror
        self._registering = registering
        self._clock = clock
        self.lease, self.retry = LEASE, RETRY

    async def run(self) -> None:
        """Take the line as far as it goes. Whoever gets no clear answer has their turn again later."""
        while taken := await self._take():
            async with self._held(taken):
                until = await self._serve(taken)
            async with self._store.write() as db:
                await applications.hold(db, taken, self._me, until)
            if until:
                return

    async def _serve(self, taken: Sequence[Application]) -> datetime | None:
        """Serve them in turn; when the next look is worth while where that could not be done."""
        until = None
        for application in taken:
            try:
                await self._serve_one(application)
            except ProviderBusy as busy:
                return busy.ready_at
            except (GreenroomError, *DATABASE_AWAY) as error:
                log.warning("line.left_for_later", extra={"reason": type(error).__name__})
                until = machine_now() + self.retry
                if not isinstance(error, ProviderRefused):
                    break  # what is refused to one is no reason to let the others wait
        return until

    async def _serve_one(self, application: Application) -> None:
        async with self._store.write() as db:
            if not await applications.is_held(db, application, self._me):
                return
            is_new = application.state is ApplicationState.WAITING
            if is_new and not await applications.ask(db, application, self._clock.now()):
                return  # gone again while others had their turn
        if application.state is ApplicationState.LEAVING:
            await self._take_off(application)
        elif application.state is ApplicationState.ASKED:
            await self._settle(application)
        else:
            await self._register(application)
        self._mirror.count_soon(application.session_id)

    async def _register(self, application: Application) -> None:
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
        if after.state is ApplicationState.ASKED:
            await self._settle(after)

    async def _settle(self, asked: Application) -> None:
        try:
            await self._registering.settle(asked.session_id, [asked], PAGE)
        except ProviderGone:  # the webinar is no more, whatever came of it
            await self._registering.refuse(asked, OVER)

    async def _take_off(self, application: Application) -> None:
        try:
            await self._registering.remove(application, PAGE)
        except ProviderRefused as refused:
            log.warning("line.not_removed", extra={"session": application.session_id, "code": refused.code})
            webinar, now = await self._mirror.find(application.session_id), self._clock.now()
            if is_open_to_come(webinar, now):
                async with self._store.write() as db:
                    await applications.kept_on(db, application, now, refused.code or str(refused.status))
                return
            # Nobody is taken off the list of a webinar that is over; they have not come, which is what they wanted.
            await self._registering.forget(application)

    async def _take(self) -> list[Application]:
        now = machine_now()
        async with self._store.write() as db:
            return await applications.claim_line(db, self._account, self._me, now, now + self.lease, most=AT_ONCE)

    def _held(self, taken: Sequence[Application]) -> AbstractAsyncContextManager[None]:
        return holding(self._store, lambda db, until: applications.hold(db, taken, self._me, until), self.lease, "line")
