"""Asks RingCentral what nobody waits for, one call at a time: counts what is followed, confirms what is missing."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.db.connection import Store
from bot.errors import ProviderBusy, ProviderError, ProviderGone, ProviderRefused
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Subscription, channel_features
from bot.providers.base import UPKEEP, Caller, Lane, WebinarProvider
from bot.sync.count_order import SOON_AGAIN, CallRation, next_to_count
from bot.sync.reader import WebinarReader
from bot.webinars import card_table
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

COUNTING = Caller(Lane.UPKEEP, patience=5)
"""A count that cannot go soon is left for later: the next tick chooses anew."""
SETTLING = timedelta(minutes=1)
"""A session seen this recently may be missing from a list that was drawn up before it."""
CHECKS_A_SWEEP = 3
"""Missing sessions asked about after a sweep, each a call out of ten a minute."""
UNREAD_AFTER = timedelta(minutes=2)
"""After this long nobody is about to read a new registration any more, so upkeep does."""
REMEMBERED = timedelta(days=1)
"""How long it is known when something was last asked about."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Poller:
    """What is still to be asked, within the calls that upkeep may make."""

    def __init__(self, reading: WebinarReader, store: Store, provider: WebinarProvider, clock: Clock) -> None:
        """Nothing is to be asked yet."""
        self.ration = CallRation()
        self._reading = reading
        self._store = store
        self._provider = provider
        self._clock = clock
        self._checks: deque[Callable[[Caller], Awaitable[None]]] = deque()
        self._soon: dict[str, datetime] = {}
        self._asked_at: dict[str, datetime] = {}
        self._tried_at: dict[str, datetime] = {}
        self._refused: set[str] = set()
        self._is_down = False
        self._busy = asyncio.Lock()

    async def check_missing(self, missing: Iterable[Webinar], known: Iterable[Webinar], caller: Caller) -> None:
        """Ask about what a list left out, and read what nobody came to read: as much as may be asked now.

        The rest has its turn with the counts, before them. Somebody who waits has all of it asked at once.
        """
        now = self._clock.now()
        self._asked_at = {key: at for key, at in self._asked_at.items() if at > now - REMEMBERED}
        # A list can also be short because a permission was taken away: only a 404 says that a webinar is deleted.
        doubtful = [one for one in missing if is_coming_or_live(one, now) and one.seen_at < now - SETTLING]
        asks = [partial(self._confirm, webinar) for webinar in self._longest_unasked(doubtful)[:CHECKS_A_SWEEP]]
        if caller.lane is Lane.UPKEEP:
            unread = [one for one in known if _is_left_unread(one, now)]
            asks += [partial(self._read_first, webinar) for webinar in self._longest_unasked(unread)[:1]]
        self._checks = deque(asks)
        while self._checks and (caller.lane is not Lane.UPKEEP or self.ration.left):
            await self._check(caller)

    def count_soon(self, session_id: str) -> None:
        """Somebody has come or gone: have this registration read before all others, once for all until then."""
        self._soon[session_id] = self._clock.now()

    async def next(self) -> None:
        """Ask one thing, if anything is to be asked and may be: at most one call. Raises no `ProviderError`."""
        if self._busy.locked() or not self.ration.left:
            return
        async with self._busy:
            if soon := await self._changed():
                await self._count(soon)
                return
            if self._checks:
                await self._check(UPKEEP)
                return
            webinar = next_to_count(await self._followed(), self._clock.now(), self._tried_at)
            if webinar:
                await self._count(webinar)

    async def _changed(self) -> Webinar | None:
        """The first of those to be read soon that nobody has read since."""
        while self._soon:
            session_id, since = next(iter(self._soon.items()))
            async with self._store.read() as db:
                webinar = await webinar_table.find(db, self._reading.account, session_id)
            read = webinar.registration if webinar else None
            if webinar and not (read and read.read_at > since):
                return webinar
            del self._soon[session_id]
        return None

    async def _check(self, caller: Caller) -> None:
        ask = self._checks.popleft()
        if caller.lane is Lane.UPKEEP:
            self.ration.take()
        await ask(caller)

    async def _confirm(self, webinar: Webinar, caller: Caller) -> None:
        self._asked_at[webinar.session_id] = self._clock.now()
        try:
            await self._provider.webinar(webinar.webinar_id, caller)
        except ProviderGone:
            await self._reading.set_status(webinar, Status.CANCELED)
            log.info("sync.webinar_deleted", extra={"session": webinar.session_id})
        except ProviderError as error:
            log.warning("sync.check_failed", extra={"session": webinar.session_id, "reason": error.sentence})

    async def _read_first(self, webinar: Webinar, caller: Caller) -> None:
        self._asked_at[webinar.session_id] = self._clock.now()
        try:
            await self._reading.registration(webinar, caller)
        except ProviderError as error:
            log.warning("registration.read_failed", extra={"session": webinar.session_id, "code": error.code})

    def _longest_unasked(self, some: list[Webinar]) -> list[Webinar]:
        """So that everybody's turn comes, however few are asked about at once."""
        return sorted(some, key=lambda one: self._asked_at.get(one.session_id, NEVER))

    async def _followed(self) -> list[Webinar]:
        """The webinars that may be due and are followed: in a channel, by a card, or by who organises a limited one."""
        account, now = self._reading.account, self._clock.now()
        async with self._store.read() as db:
            coming = await webinar_table.due_for_count(db, account, now - SOON_AGAIN, now)
            lines = await subscription_table.all_subscriptions(db, account.workspace)
            carded = {card.session_id for card in await card_table.of_account_cards(db, account)}
        about: defaultdict[str, list[Subscription]] = defaultdict(list)
        for line in lines:
            about[line.subject].append(line)

        def is_followed(webinar: Webinar) -> bool:
            subjects = {webinar.session_id, webinar.created_by, ""}
            limited = webinar.created_by and webinar.registration and webinar.registration.limit
            return bool(
                webinar.session_id in carded
                or limited
                or channel_features(webinar, [line for subject in subjects for line in about.get(subject, ())])
            )

        return [webinar for webinar in coming if is_followed(webinar)]

    async def _count(self, webinar: Webinar) -> None:
        now = self._clock.now()
        self._tried_at = {key: at for key, at in self._tried_at.items() if at > now - REMEMBERED}
        self.ration.take()
        try:
            if webinar.audience is None:
                await self._reading.audience(webinar, COUNTING)
            else:
                await self._reading.registration(webinar, COUNTING)
        except ProviderBusy:
            return
        except ProviderError as error:
            self._soon.pop(webinar.session_id, None)
            self._tried_at[webinar.session_id] = now
            self._complain(webinar, error)
        else:
            self._tried_at.pop(webinar.session_id, None)
            self._refused.discard(webinar.session_id)
            if self._is_down:
                log.info("registration.count_recovered")
            self._is_down = False

    def _complain(self, webinar: Webinar, error: ProviderError) -> None:
        """Say once of each session that it cannot be counted, and once that none can, not at every try."""
        if isinstance(error, ProviderRefused):
            if webinar.session_id not in self._refused:
                log.warning("registration.count_failed", extra={"session": webinar.session_id, "code": error.code})
            self._refused.add(webinar.session_id)
        else:
            if not self._is_down:
                log.warning("registration.count_failed", extra={"reason": error.sentence})
            self._is_down = True


def _is_left_unread(webinar: Webinar, now: datetime) -> bool:
    """Whether its registration is still unread some minutes after its creation, because of a crash or an outage."""
    is_ours = webinar.created_by and webinar.audience is Audience.REGISTRANTS and webinar.registration is None
    return bool(is_ours) and is_coming_or_live(webinar, now) and webinar.seen_at < now - UNREAD_AFTER
