"""Keeps our copy of the webinars true: one call lists the sessions, a Refresh reads one of them."""

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
"""How long after its end a session is still listed, so that what became of it is seen."""
CARDS_BACK = timedelta(days=7)
"""How long after its end a webinar's cards are still looked after: we may have been away when it ended."""
PAGE = 1000
"""Sessions that one call lists."""
BATCH = 100
"""Sessions followed in one go, so that whoever else wants to run or to write waits only for a moment."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Mirror:
    """The copy of one account's webinars."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        directory: Directory,
        announcing: Cards,
        clock: Clock,
    ) -> None:
        """Copy from this provider into this store."""
        self.account = account
        self._store = store
        self._provider = provider
        self._cards = announcing
        self._clock = clock
        self._reading = WebinarReader(account, store, provider, directory, announcing, clock)
        self._upkeep = Poller(self._reading, store, provider, clock)
        self.ration = self._upkeep.ration
        self._locks = KeyedLocks()
        self._sweeping = asyncio.Lock()
        self._read_at: dict[str, datetime] = {}
        self._unread = False
        self.swept_at: datetime | None = None

    async def find(self, session_id: str) -> Webinar:
        """Our copy of this webinar. Raises `NotFound`."""
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self.account, session_id)
        if webinar is None:
            raise NotFound("This webinar is not known here. Type /webinar list to see those that are.")
        return webinar

    async def everything(self, ending_after: datetime | None = None) -> list[Webinar]:
        """Our copy of all webinars by start, or of those that end later."""
        async with self._store.read() as db:
            return await webinar_table.list_webinars(db, self.account.workspace, ending_after)

    async def sync(self) -> None:
        """Sweep, and say once that RingCentral cannot be read, and once that it can be again."""
        try:
            await self.sweep()
        except ProviderError as error:
            if not self._unread:
                log.warning("sync.failed", extra={"reason": error.sentence})
            self._unread = True
        else:
            if self._unread:
                log.info("sync.recovered")
            self._unread = False

    async def sweep(self, caller: Caller = UPKEEP) -> None:
        """List the sessions (one call per 1,000), and follow what has changed: rows, notices, cards.

        Who waits for one that begins meanwhile shares it. Raises `ProviderError` where the list cannot be read, and
        changes nothing then.
        """
        asked = self._clock.now()
        async with self._sweeping:
            if self.swept_at and self.swept_at > asked:
                return
            began = self._clock.now()
            listed = await self._list(began, caller)
            known = await self._follow(listed, began)
            missing = [webinar for webinar in known if webinar.session_id not in listed]
            await self._upkeep.check_missing(missing, known, caller)
            await self._cards.update_all(self.account, await self.everything(began - CARDS_BACK))
            self.swept_at = began
            log.info("sync.done", extra={"listed": len(listed), "missing": len(missing)})

    async def refresh(self, session_id: str, caller: Caller) -> Webinar:
        """Read this webinar anew (one call), and bring its cards to it. People who ask at once share one reading.

        It is what a hint that something about this session has changed asks for, too.
        """
        asked = self._clock.now()
        async with self._locks[session_id]:
            webinar = await self.find(session_id)
            if self._read_at.get(session_id, NEVER) <= asked:
                webinar = await self._read(webinar, caller)
                self._read_at[session_id] = self._clock.now()
            return webinar

    async def read_registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read the registration of a session (one call) and keep it. Raises `ProviderGone` where there is none yet."""
        return await self._reading.registration(webinar, caller)

    async def count_next(self) -> None:
        """Read the registration whose turn it is: at most one call of upkeep, and none where four were made lately."""
        await self._upkeep.next()

    def count_soon(self, session_id: str) -> None:
        """Have this registration read at the next turn of upkeep: somebody has registered, or is gone."""
        self._upkeep.count_soon(session_id)

    async def save_registration(self, webinar: Webinar, registration: Registration, by: str = "") -> Webinar:
        """Write down the registration of a session as a change of it by `by` has left it."""
        return await self._reading.save_registration(webinar, registration, by)

    async def set_status(self, webinar: Webinar, status: Status, by: str = "") -> Webinar:
        """Write down what `by` has made of a webinar, take back what was to be said, and rewrite its cards."""
        return await self._reading.set_status(webinar, status, by)

    async def _read(self, webinar: Webinar, caller: Caller) -> Webinar:
        if webinar.audience is not Audience.ANYONE:
            try:
                return await self._reading.registration(webinar, caller)
            except ProviderGone:
                if webinar.audience is Audience.REGISTRANTS:
                    raise
            webinar = await self._reading.audience(webinar, caller)
        if webinar.audience is Audience.ANYONE and not webinar.attendee_link:
            return await self._reading.link(webinar, caller)
        await self.sweep(caller)
        return await self.find(webinar.session_id)

    async def _list(self, began: datetime, caller: Caller) -> dict[str, SessionFacts]:
        listed = {facts.session_id: facts for facts in await self._provider.sessions(began - LOOK_BACK, caller)}
        if caller.lane is Lane.UPKEEP:
            self.ration.take(max(1, math.ceil(len(listed) / PAGE)))
        return listed

    async def _follow(self, listed: dict[str, SessionFacts], began: datetime) -> list[Webinar]:
        """Write down what has changed, and return what was known before."""
        known = {webinar.session_id: webinar for webinar in await self.everything(began - LOOK_BACK)}
        everything = iter(listed.values())
        while batch := list(islice(everything, BATCH)):
            changed = [facts for facts in batch if self._differs(known.get(facts.session_id), facts)]
            if changed:
                await self._reading.apply_list(changed, began)
            await asyncio.sleep(0)  # others want to run as well
        return list(known.values())

    def _differs(self, known: Webinar | None, facts: SessionFacts) -> bool:
        return known is None or self._reading.merge(known, facts, known.seen_at) != known
