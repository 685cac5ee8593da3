"""The mirror: sweeps list all sessions in one call, a refresh reads one of them."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.errors import ProviderError, ProviderGone, UnknownWebinar
from bot.model.people import Account
from bot.model.webinar import Audience, Status, Webinar
from bot.providers.base import NOTICE, UPKEEP, Caller, Lane, ignore_wait
from bot.providers.directories import Directories
from bot.providers.event_ref import EventRef
from bot.providers.names import named
from bot.providers.routing import RoutingProvider
from bot.sync.cards import Cards
from bot.sync.count_order import CallBudget, Calls
from bot.sync.poller import Poller
from bot.sync.reader import WebinarReader, has_new_date
from bot.sync.refresh_limit import RefreshLimit, is_fresh
from bot.sync.single import SingleReads
from bot.sync.sweep import OneCharge, ProviderSweep
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

LIST_EVERY = timedelta(minutes=1)
"""How often at most the list is read because a user refreshes one webinar."""
LIST_PATIENCE = 3.0
"""Seconds that a user who refreshes waits for the list."""
DELETED = "This webinar is canceled, so {provider} no longer has it."
UNLIMITED = 1_000_000
"""Calls for callers whose number of calls the gate alone limits."""
NEVER = datetime.min.replace(tzinfo=UTC)


class Mirror:
    """Our copy of the webinars of one account."""

    def __init__(
        self,
        account: Account,
        store: Store,
        provider: RoutingProvider,
        directory: Directories,
        cards: Cards,
        clock: Clock,
        on_change: Callable[[], None] = lambda: None,
    ) -> None:
        """Mirror this provider in this store. `on_change` is called after a change that people are notified of."""
        self.account = account
        self._store = store
        self._provider = provider
        self._cards = cards
        self._clock = clock
        self._reader = WebinarReader(account, store, provider, directory, cards, clock, on_change)
        self.save_registration = self._reader.save_registration
        self.single = SingleReads(self._reader, store, provider, cards, clock)
        self._poller = Poller(self._reader, store, provider, clock, self.single)
        self._sweeps = {
            prefix: ProviderSweep(prefix, one, self._reader, self._poller, cards, store, clock)
            for prefix, one in provider.providers.items()
        }
        self.budget = self._poller.budget
        self.refreshes = RefreshLimit(store, account.workspace, clock, provider.display_names)
        self.provider_names = provider.display_names
        self._locks = KeyedLocks()
        self._read_at: dict[str, datetime] = {}
        self._failing: set[str] = set()

    async def find(self, session_id: str) -> Webinar:
        """Return our copy of this webinar. Raises `UnknownWebinar`."""
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self.account, session_id)
        if webinar is None:
            raise UnknownWebinar
        return webinar

    async def everything(self, ending_after: datetime | None = None) -> list[Webinar]:
        """List all webinars by start; with `ending_after`, only those that end later."""
        async with self._store.read() as db:
            return await webinar_table.list_webinars(db, self.account.workspace, ending_after)

    @property
    def swept_at(self) -> datetime | None:
        """When the oldest of the lists was requested; `None` until each provider has answered, or failed, once."""
        sweeps = self._sweeps.values()
        read = [one.swept_at for one in sweeps if one.swept_at]
        return min(read, default=None) if all(one.swept_at or one.has_failed for one in sweeps) else None

    async def sync(self) -> None:
        """Sweep; log once if a provider cannot be read, and once when it can be again."""
        errors = await self._sweep(self._sweeps, UPKEEP)
        for prefix in self._sweeps:
            error = errors.get(prefix)
            if error and prefix not in self._failing:
                log.warning("sync.failed", extra={"reason": error.sentence})
            if not error and prefix in self._failing:
                log.info("sync.recovered")
        self._failing = set(errors)

    async def sweep(
        self, caller: Caller = UPKEEP, *, changed: Collection[str] = (), calls: Calls | None = None, of: str = ""
    ) -> None:
        """List the sessions (one call per 1,000), and update the rows, notices and cards of those that changed.

        Concurrent callers share a sweep that begins after their call. Raises `ProviderError` if the list of a provider
        cannot be read, and changes nothing of it; the others are listed all the same. In the lane `LOOK`, a list that
        is still fresh is not read again, and a user who has refreshed too often gets `RefreshedOften`. Webhooks say of
        the sessions in `changed` that they have changed: if one is missing from the list, it is looked up at once, and
        only their providers are listed. With `of`, a session id, only its provider is. With `calls`, those limit it,
        and not the user's Refresh.
        """
        meant = {EventRef.parse(one).prefix for one in (*changed, *filter(None, [of]))}
        errors = await self._sweep(meant & self._sweeps.keys() or self._sweeps, caller, changed=changed, calls=calls)
        if errors:
            raise next(iter(errors.values()))

    async def _sweep(
        self, prefixes: Collection[str], caller: Caller, *, changed: Collection[str] = (), calls: Calls | None = None
    ) -> dict[str, ProviderError]:
        """List these providers at the same time; return the errors of those that could not be read."""
        requested = self._clock.now()

        async def take() -> Calls:
            return calls or await self._first_call(caller)

        charge = OneCharge(take)

        async def run(prefix: str) -> ProviderError | None:
            try:
                await self._sweeps[prefix].run(caller, requested, changed, charge)
            except ProviderError as error:
                return error
            return None

        outcomes = await asyncio.gather(*(run(prefix) for prefix in prefixes))
        return {prefix: error for prefix, error in zip(prefixes, outcomes, strict=True) if error}

    async def refresh(self, session_id: str, caller: Caller, *, force: bool = False) -> Webinar:
        """Read this webinar (one call) and update its cards. Concurrent callers share one read.

        Also called when a webhook says that this registration has changed. In the lane `LOOK`, a figure that is still
        fresh is not read again unless with `force`, and a user who has refreshed too often gets `RefreshedOften`; the
        list of sessions is read too, once a minute for all users: only it shows another title or description.
        """
        requested = self._clock.now()
        async with self._locks[session_id]:
            webinar = await self.find(session_id)
            read_at = self._read_at.get(session_id, NEVER)
            counted_at = webinar.registration.read_at if webinar.registration else NEVER
            newest = max(read_at, counted_at)
            is_outdated = force or self._poller.is_outdated(session_id, newest)
            if read_at > requested or (self._is_fresh_enough(caller, newest) and not is_outdated):
                return webinar
            if webinar.status is Status.CANCELED:
                return webinar  # it does not exist there any more
            read = await self._read(webinar, caller)
            self._read_at[session_id] = self._clock.now()
            is_complete = caller.lane is not Lane.LOOK or has_new_date(webinar, read)  # then its session was read
            return read if is_complete else await self._listed(read, caller)

    async def read_event(self, webinar_id: str, caller: Caller) -> list[Webinar]:
        """Read a webinar by itself (one call), listed or not; return its dates that are new here.

        Also called when a webhook says that it was made or changed. Concurrent callers take turns.
        """
        async with self._locks[webinar_id]:
            new = await self.single.read(webinar_id, caller) or []
        for webinar in new[:1]:
            self._poller.count_soon(webinar.session_id)
        return new

    async def read_unread(self, webinar: Webinar) -> None:
        """Read what is not known yet of a webinar that was created elsewhere, and update its cards.

        One call for its registration, or two for its shared link. Raises no `ProviderError`.
        """
        is_known = webinar.registration if webinar.audience is Audience.REGISTRANTS else webinar.attendee_link
        if is_known or webinar.created_by:  # a creation reads its own webinar
            return
        try:
            # Not sent within seconds, it is left to the poller, which reads new cards first.
            await self.refresh(webinar.session_id, replace(NOTICE, patience=LIST_PATIENCE))
        except ProviderError as error:
            log.warning("registration.read_failed", extra={"session": webinar.session_id, "code": error.code})

    async def read_registration(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read and save the registration of a session (one call). Raises `ProviderGone` if there is none (yet)."""
        if webinar.status is Status.CANCELED:
            raise ProviderGone(named(DELETED, webinar.id))
        return await self._reader.registration(webinar, caller)

    async def compare(self, session_id: str, caller: Caller) -> None:
        """Read what lists of sessions omit: the registration, or without one the shared link. One to three calls.

        A webinar that does not exist any more is canceled here. Raises `ProviderError`.
        """
        async with self._locks[session_id]:
            webinar = await self.find(session_id)
            if webinar.audience is not Audience.ANYONE and await self._has_registration(webinar, caller):
                return
            self.budget.spend()
            try:
                read = await self._reader.link(webinar, caller)
            except ProviderGone:
                self.budget.spend()
                await self._poller.confirm(webinar, caller)
                return
            if webinar.audience is Audience.ANYONE and not read.attendee_link:
                await self._has_registration(webinar, caller)

    @property
    def repaired(self) -> Counter[str]:
        """The differences from the provider that were found and saved since the start, by kind."""
        return self._reader.repaired

    def relax_while(self, webhooks_work: Callable[[], Awaitable[bool]]) -> None:
        """Read counts less often while webhooks tell what has changed."""
        self._poller.webhooks_work = webhooks_work

    async def count_next(self) -> None:
        """Read the registration that is most overdue: at most one upkeep call, none if the budget is spent."""
        await self._poller.next()

    def count_soon(self, session_id: str) -> None:
        """Read this registration at the next opportunity, because its count has changed."""
        self._poller.count_soon(session_id)

    async def set_status(self, webinar: Webinar, status: Status, by: str = "") -> Webinar:
        """Save the status set by user `by`, withdraw planned notices, and update the cards."""
        return await self._reader.set_status(webinar, status, by)

    async def _read(self, webinar: Webinar, caller: Caller) -> Webinar:
        """Read what may have changed: one call; up to three if the audience is not known yet."""
        if webinar.audience is Audience.ANYONE and webinar.attendee_link:
            await self.sweep(caller, of=webinar.session_id)
            return await self.find(webinar.session_id)
        calls = await self._first_call(caller)
        if webinar.audience is not Audience.ANYONE:
            try:
                return await self._with_new_date(webinar, await self._reader.registration(webinar, caller), caller)
            except ProviderGone:
                if webinar.audience is Audience.REGISTRANTS:
                    raise
            if not await calls.take():
                return webinar
        webinar = await self._reader.link(webinar, caller)
        if webinar.audience is None and await calls.take():
            webinar = await self._reader.audience(webinar, caller)
        return webinar

    async def _listed(self, webinar: Webinar, caller: Caller) -> Webinar:
        """This webinar after a look at the list, if that is not too young. The user does not wait long for it."""
        sweep = self._sweeps.get(EventRef.parse(webinar.session_id).prefix)
        if sweep is None or (sweep.swept_at and self._clock.now() - sweep.swept_at < LIST_EVERY):
            return webinar
        brief = replace(caller, patience=LIST_PATIENCE, on_wait=ignore_wait)
        try:
            await self.sweep(brief, calls=CallBudget(UNLIMITED), of=webinar.session_id)
        except ProviderError as error:
            log.info("sync.list_skipped", extra={"reason": error.sentence})
            return webinar
        return await self.find(webinar.session_id)

    async def _with_new_date(self, before: Webinar, read: Webinar, caller: Caller) -> Webinar:
        """Also read the session (one more call) if its registration says that the date has changed."""
        return await self._reader.session(read, caller) if has_new_date(before, read) else read

    async def _has_registration(self, webinar: Webinar, caller: Caller) -> bool:
        self.budget.spend()
        try:
            await self._reader.registration(webinar, caller)
        except ProviderGone:
            return False
        return True

    def _is_fresh_enough(self, caller: Caller, read_at: datetime) -> bool:
        return caller.lane is Lane.LOOK and is_fresh(read_at, self._clock.now())

    async def _first_call(self, caller: Caller) -> Calls:
        """Record the first call of an operation; return what limits the further ones. Raises `RefreshedOften`.

        They are limited for upkeep and for a user who only looks.
        """
        if caller.lane is Lane.LOOK:
            return await self.refreshes.take(caller.who)
        calls = self.budget if caller.lane is Lane.UPKEEP else CallBudget(UNLIMITED)
        calls.spend()
        return calls
