"""The mirror: sweeps list all sessions in one call, a refresh reads one of them."""

from __future__ import annotations

import asyncio
import logging
import math
from datetime import UTC, datetime, timedelta
from itertools import islice

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.errors import NotFound, ProviderError, ProviderGone
from bot.model.people import Account
from bot.model.webinar import Audience, Registration, SessionFacts, Status, Webinar
from bot.providers.base import UPKEEP, Caller, Lane, WebinarProvider
from bot.providers.directory import Directory
from bot.sync.cards import Cards
from bot.sync.poller import Poller
from bot.sync.reader import WebinarReader
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
"""How long after its end a session is still listed, to see its final state."""
CARDS_BACK = timedelta(days=7)
"""How long after its end the cards of a webinar are still updated: the bot may have been down when it ended."""
PAGE = 1000
"""Sessions listed by one call."""
BATCH = 100
"""Sessions saved per transaction, so that other tasks and writers wait only briefly."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Mirror:
    """Our copy of the webinars of one account."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        directory: Directory,
        cards: Cards,
        clock: Clock,
    ) -> None:
        """Mirror this provider in this store."""
        self.account = account
        self._store = store
        self._provider = provider
        self._cards = cards
        self._clock = clock
        self._reader = WebinarReader(account, store, provider, directory, cards, clock)
        self._poller = Poller(self._reader, store, provider, clock)
        self.budget = self._poller.budget
        self._locks = KeyedLocks()
        self._sweeping = asyncio.Lock()
        self._read_at: dict[str, datetime] = {}
        self._is_failing = False
        self.swept_at: datetime | None = None

    async def find(self, session_id: str) -> Webinar:
        """Return our copy of this webinar. Raises `NotFound`."""
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self.account, session_id)
        if webinar is None:
            raise NotFound("This webinar is not known here. Type /webinar list to see those that are.")
        return webinar

    async def everything(self, ending_after: datetime | None = None) -> list[Webinar]:
        """List all webinars by start; with `ending_after`, only those that end later."""
        async with self._store.read() as db:
            return await webinar_table.list_webinars(db, self.account.workspace, ending_after)

    async def sync(self) -> None:
        """Sweep; log once if the provider cannot be read, and once when it can be again."""
        try:
            await self.sweep()
        except ProviderError as error:
            if not self._is_failing:
                log.warning("sync.failed", extra={"reason": error.sentence})
            self._is_failing = True
        else:
            if self._is_failing:
                log.info("sync.recovered")
            self._is_failing = False

    async def sweep(self, caller: Caller = UPKEEP) -> None:
        """List the sessions (one call per 1,000), and update the rows, notices and cards of those that changed.

        Concurrent callers share a sweep that begins after their call. Raises `ProviderError`, and changes nothing, if
        the list cannot be read.
        """
        requested = self._clock.now()
        async with self._sweeping:
            if self.swept_at and self.swept_at > requested:
                return
            began = self._clock.now()
            listed = await self._list(began, caller)
            known = await self._apply(listed, began)
            missing = [webinar for webinar in known if webinar.session_id not in listed]
            await self._poller.check_missing(missing, known, caller)
            await self._cards.update_all(self.account, await self.everything(began - CARDS_BACK))
            self.swept_at = began
            log.info("sync.done", extra={"listed": len(listed), "missing": len(missing)})

    async def refresh(self, session_id: str, caller: Caller) -> Webinar:
        """Read this webinar (one call) and update its cards. Concurrent callers share one read.

        Also called for a webhook hint that this session has changed.
        """
        requested = self._clock.now()
        async with self._locks[session_id]:
            webinar = await self.find(session_id)
            if self._read_at.get(session_id, NEVER) <= requested:
                webinar = await self._read(webinar, caller)
                self._read_at[session_id] = self._clock.now()
            return webinar

    async def read_registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the registration of a session (one call). Raises `ProviderGone` if there is none yet."""
        return await self._reader.registration(webinar, caller)

    async def count_next(self) -> None:
        """Read the registration that is most overdue: at most one upkeep call, none if the budget is spent."""
        await self._poller.next()

    def count_soon(self, session_id: str) -> None:
        """Read this registration at the next opportunity, because its count has changed."""
        self._poller.count_soon(session_id)

    async def save_registration(self, webinar: Webinar, registration: Registration, by: str = "") -> Webinar:
        """Save the registration of a session after user `by` changed it."""
        return await self._reader.save_registration(webinar, registration, by)

    async def set_status(self, webinar: Webinar, status: Status, by: str = "") -> Webinar:
        """Save the status set by user `by`, withdraw planned notices, and update the cards."""
        return await self._reader.set_status(webinar, status, by)

    async def _read(self, webinar: Webinar, caller: Caller) -> Webinar:
        if webinar.audience is not Audience.ANYONE:
            try:
                return await self._reader.registration(webinar, caller)
            except ProviderGone:
                if webinar.audience is Audience.REGISTRANTS:
                    raise
            webinar = await self._reader.audience(webinar, caller)
        if webinar.audience is Audience.ANYONE and not webinar.attendee_link:
            return await self._reader.link(webinar, caller)
        await self.sweep(caller)
        return await self.find(webinar.session_id)

    async def _list(self, began: datetime, caller: Caller) -> dict[str, SessionFacts]:
        listed = {facts.session_id: facts for facts in await self._provider.sessions(began - LOOK_BACK, caller)}
        if caller.lane is Lane.UPKEEP:
            self.budget.spend(max(1, math.ceil(len(listed) / PAGE)))
        return listed

    async def _apply(self, listed: dict[str, SessionFacts], began: datetime) -> list[Webinar]:
        """Save what has changed; return the webinars as known before."""
        known = {webinar.session_id: webinar for webinar in await self.everything(began - LOOK_BACK)}
        everything = iter(listed.values())
        while batch := list(islice(everything, BATCH)):
            changed = [facts for facts in batch if self._differs(known.get(facts.session_id), facts)]
            if changed:
                await self._reader.apply_list(changed, began)
            await asyncio.sleep(0)  # let other tasks run
        return list(known.values())

    def _differs(self, known: Webinar | None, facts: SessionFacts) -> bool:
        return known is None or self._reader.merge(known, facts, known.seen_at) != known
