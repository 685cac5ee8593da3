"""Lists what one provider has, alone: when it does not answer, nothing of it is missing, and the others are listed."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from bot.errors import ProviderError
from bot.model.webinar import SessionFacts, Webinar
from bot.providers.base import Caller, Lane, WebinarProvider
from bot.providers.event_ref import EventRef
from bot.sync.refresh_limit import is_fresh
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.sync.cards import Cards
    from bot.sync.count_order import Calls
    from bot.sync.poller import Poller
    from bot.sync.reader import WebinarReader

log = logging.getLogger(__name__)

LOOK_BACK = timedelta(days=1)
"""How long after its end a session is still listed, to see its final state."""
CARDS_BACK = timedelta(days=7)
"""How long after its end the cards of a webinar are still updated: the bot may have been down when it ended."""
PAGE = 1000
"""Sessions listed by one call."""
BATCH = 100
"""Sessions saved per transaction, so that other tasks and writers wait only briefly."""


class OneCharge:
    """What limits the calls of an operation, taken by the first list that is read, for all of them."""

    def __init__(self, take: Callable[[], Awaitable[Calls]]) -> None:
        """Take nothing yet."""
        self._take = take
        self._taking = asyncio.Lock()
        self._calls: Calls | None = None

    async def get(self) -> Calls:
        """Return the calls; taken once. Raises what `take` raises."""
        async with self._taking:
            if self._calls is None:
                self._calls = await self._take()
            return self._calls


class ProviderSweep:
    """The list of one provider, whose ids have this prefix."""

    def __init__(
        self,
        prefix: str,
        provider: WebinarProvider,
        reader: WebinarReader,
        poller: Poller,
        cards: Cards,
        store: Store,
        clock: Clock,
    ) -> None:
        """Nothing is listed yet."""
        self.prefix = prefix
        self._provider = provider
        self._reader = reader
        self._poller = poller
        self._cards = cards
        self._store = store
        self._clock = clock
        self._sweeping = asyncio.Lock()
        self.swept_at: datetime | None = None
        self.has_failed = False
        """Whether it could not be read the last time."""

    async def run(self, caller: Caller, requested: datetime, changed: Collection[str], charge: OneCharge) -> None:
        """List the sessions, unless that was done since the request. See `Mirror.sweep`. Raises `ProviderError`."""
        async with self._sweeping:
            if self.swept_at and (self.swept_at > requested or self._is_fresh_enough(caller, self.swept_at)):
                return
            calls = await charge.get()
            began = self._clock.now()
            try:
                found = await self._provider.sessions(began - LOOK_BACK, caller)
            except ProviderError:
                self.has_failed = True
                raise
            listed = {facts.session_id: facts for facts in found}
            await calls.add(max(1, math.ceil(len(listed) / PAGE)) - 1)
            known = await self._apply(listed, began)
            missing = [webinar for webinar in known if webinar.session_id not in listed]
            await self._poller.check_missing(self.prefix, missing, known, caller, calls, changed)
            await self._cards.update_all(self._reader.account, await self._everything(began - CARDS_BACK))
            self.swept_at, self.has_failed = began, False
            log.info("sync.done", extra={"listed": len(listed), "missing": len(missing)})

    def _is_fresh_enough(self, caller: Caller, read_at: datetime) -> bool:
        return caller.lane is Lane.LOOK and is_fresh(read_at, self._clock.now())

    async def _everything(self, ending_after: datetime) -> Sequence[Webinar]:
        async with self._store.read() as db:
            listed = await webinar_table.list_webinars(db, self._reader.account.workspace, ending_after)
        return [webinar for webinar in listed if EventRef.parse(webinar.session_id).prefix == self.prefix]

    async def _apply(self, listed: dict[str, SessionFacts], began: datetime) -> list[Webinar]:
        """Save what has changed; return the webinars as known before."""
        known = {webinar.session_id: webinar for webinar in await self._everything(began - LOOK_BACK)}
        everything = iter(listed.values())
        while batch := list(islice(everything, BATCH)):
            changed = [facts for facts in batch if self._differs(known.get(facts.session_id), facts)]
            if changed:
                await self._reader.apply_list(changed, began)
            await asyncio.sleep(0)  # let other tasks run
        return list(known.values())

    def _differs(self, known: Webinar | None, facts: SessionFacts) -> bool:
        return known is None or self._reader.merge(known, facts, known.seen_at) != known
