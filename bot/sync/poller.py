"""Upkeep calls, one at a time: reads the counts of subscribed webinars, and checks missing ones."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.db.connection import Store
from bot.errors import ProviderBusy, ProviderError, ProviderGone, ProviderRefused
from bot.model.lifecycle import is_coming_or_live
from bot.model.webinar import Audience, Status, Webinar
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Subscription
from bot.providers.base import UPKEEP, Caller, Lane, WebinarProvider
from bot.sync.count_order import (
    FINAL_WITHIN,
    RELAXED,
    USUAL,
    CallBudget,
    Calls,
    CountPace,
    is_watched,
    needs_final_count,
    next_to_read,
)
from bot.sync.reader import WebinarReader
from bot.sync.single import SingleReads
from bot.webinars import card_table
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

COUNTING = Caller(Lane.UPKEEP, patience=5)
"""A read that cannot be sent within seconds is dropped: the next tick chooses again."""
SETTLING = timedelta(minutes=1)
"""A session seen this recently may be missing from a list that was requested before it existed."""
SETTLING_IF_CHANGED = timedelta(seconds=2)
"""The same if a webhook says that the session has changed, which may mean that it was deleted."""
CHECKS_A_SWEEP = 3
"""Missing sessions checked per sweep, each with one call."""
UNREAD_AFTER = timedelta(minutes=2)
"""Upkeep reads a new registration that its creation has not read after this time."""
DISTRUST = timedelta(hours=1)
"""How long counts are read at the usual pace after webhooks have left out a change."""
KEEP_TIMES = timedelta(days=1)
"""How long the times of earlier checks and failures are kept."""
NEVER = datetime.min.replace(tzinfo=UTC)
UpkeepCall = Callable[[Caller], Awaitable[None]]


async def _never() -> bool:
    return False


class Poller:
    """The pending upkeep calls, within their budget."""

    def __init__(
        self, reader: WebinarReader, store: Store, provider: WebinarProvider, clock: Clock, single: SingleReads
    ) -> None:
        """Start without pending calls."""
        self.budget = CallBudget()
        self.single = single
        self._reader = reader
        self._store = store
        self._provider = provider
        self._clock = clock
        self._checks: defaultdict[str, deque[UpkeepCall]] = defaultdict(deque)
        self._soon: dict[str, datetime] = {}
        self._checked_at: dict[str, datetime] = {}
        self._failed_at: dict[str, datetime] = {}
        self._refused: set[str] = set()
        self._is_down = False
        self._busy = asyncio.Lock()
        self._usual_until = NEVER
        self.webhooks_work: Callable[[], Awaitable[bool]] = _never
        """Whether the provider tells what has changed: then counts are read less often."""

    async def check_missing(
        self,
        prefix: str,
        missing: Collection[Webinar],
        known: Iterable[Webinar],
        caller: Caller,
        calls: Calls,
        changed: Collection[str] = (),
    ) -> None:
        """Check sessions missing from a provider's list, and read registrations never read, as far as `calls` allows.

        The remaining checks run later, before counts. `changed` are sessions that webhooks say have changed.
        """
        now = self._clock.now()
        self._checked_at = {key: at for key, at in self._checked_at.items() if at > now - KEEP_TIMES}
        # A list can also be short because of a revoked permission: only a 404 proves that a webinar is deleted.
        to_confirm = [
            webinar
            for webinar in missing
            if is_coming_or_live(webinar, now)
            and webinar.seen_at < now - (SETTLING_IF_CHANGED if webinar.session_id in changed else SETTLING)
        ]
        first = sorted(self._by_last_check(to_confirm), key=lambda webinar: webinar.session_id not in changed)
        checks: list[UpkeepCall] = [partial(self.confirm, webinar) for webinar in first[:CHECKS_A_SWEEP]]
        if caller.lane is Lane.UPKEEP:
            gone = {webinar.session_id for webinar in missing}
            unread = [one for one in known if _is_left_unread(one, now) and one.session_id not in gone]
            checks += [partial(self._read_first, webinar) for webinar in self._by_last_check(unread)[:1]]
        self._checks[prefix] = waiting = deque(checks)
        while waiting and await calls.take():
            await waiting.popleft()(caller)

    def count_soon(self, session_id: str) -> None:
        """Read this registration before all others; repeated calls before that read count once."""
        self._soon[session_id] = self._clock.now()

    def is_outdated(self, session_id: str, read_at: datetime) -> bool:
        """Whether the count of this registration has changed since it was read."""
        return self._soon.get(session_id, NEVER) >= read_at

    async def next(self) -> None:
        """Make the next upkeep call, if one is due and the budget allows it. Raises no `ProviderError`."""
        if self._busy.locked() or not self.budget.left:
            return
        async with self._busy:
            if soon := await self._changed():
                await self._count(soon)
                return
            if checks := next(filter(None, self._checks.values()), None):
                self.budget.spend()
                await checks.popleft()(UPKEEP)
                return
            pace = await self._pace()
            webinar = next_to_read(await self._candidates(pace), self._clock.now(), self._failed_at, pace)
            if webinar:
                await self._count(webinar, pace)

    async def _pace(self) -> CountPace:
        is_told = self._clock.now() >= self._usual_until and await self.webhooks_work()
        return RELAXED if is_told else USUAL

    async def _changed(self) -> Webinar | None:
        """Return the first webinar to read soon that has not been read since."""
        while self._soon:
            session_id, since = next(iter(self._soon.items()))
            async with self._store.read() as db:
                webinar = await webinar_table.find(db, self._reader.account, session_id)
            read = webinar.registration if webinar else None
            is_read = read and read.read_at > since
            if webinar and webinar.status is not Status.CANCELED and not is_read:
                return webinar
            del self._soon[session_id]
        return None

    async def confirm(self, webinar: Webinar, caller: Caller) -> None:
        """Cancel a webinar here if it does not exist at the provider (one call). Raises no `ProviderError`.

        One that the provider does not list, but reads by itself, is kept current by this.
        """
        self._checked_at[webinar.session_id] = self._clock.now()
        try:
            if await self.single.read(webinar.webinar_id, caller) is None:
                await self._provider.webinar(webinar.webinar_id, caller)
        except ProviderGone:
            await self._reader.set_status(webinar, Status.CANCELED)
            log.info("sync.webinar_deleted", extra={"session": webinar.session_id})
        except ProviderError as error:
            log.warning("sync.check_failed", extra={"session": webinar.session_id, "reason": error.sentence})

    async def _read_first(self, webinar: Webinar, caller: Caller) -> None:
        self._checked_at[webinar.session_id] = self._clock.now()
        try:
            await self._reader.registration(webinar, caller)
        except ProviderError as error:
            log.warning("registration.read_failed", extra={"session": webinar.session_id, "code": error.code})

    def _by_last_check(self, webinars: list[Webinar]) -> list[Webinar]:
        """Sort by last check, oldest first, so that every webinar is checked eventually."""
        return sorted(webinars, key=lambda webinar: self._checked_at.get(webinar.session_id, NEVER))

    async def _candidates(self, pace: CountPace) -> list[Webinar]:
        """List webinars that may be due: upcoming ones that matter to somebody, and those that ended uncounted."""
        account, now = self._reader.account, self._clock.now()
        async with self._store.read() as db:
            coming = await webinar_table.due_for_count(db, account, now - pace.short_interval, now)
            ended = await webinar_table.ended_since(db, account, now - FINAL_WITHIN, now)
            subscriptions = await subscription_table.all_subscriptions(db, account.workspace)
            with_cards = {card.session_id for card in await card_table.list_all(db, account)}
        by_subject: defaultdict[str, list[Subscription]] = defaultdict(list)
        for subscription in subscriptions:
            by_subject[subscription.subject].append(subscription)
        uncounted = [webinar for webinar in ended if needs_final_count(webinar, now)]
        return uncounted + [webinar for webinar in coming if is_watched(webinar, with_cards, by_subject)]

    async def _count(self, webinar: Webinar, pace: CountPace = USUAL) -> None:
        now = self._clock.now()
        self._failed_at = {key: at for key, at in self._failed_at.items() if at > now - KEEP_TIMES}
        self.budget.spend()
        try:
            if webinar.audience is None:
                await self._reader.audience(webinar, COUNTING)
            else:
                read = await self._reader.registration(webinar, COUNTING)
                self._judge(webinar, read, pace)
        except ProviderBusy:
            return
        except ProviderError as error:
            self._soon.pop(webinar.session_id, None)
            self._failed_at[webinar.session_id] = now
            self._log_failure(webinar, error)
        else:
            self._failed_at.pop(webinar.session_id, None)
            self._refused.discard(webinar.session_id)
            if self._is_down:
                log.info("registration.count_recovered")
            self._is_down = False

    def _judge(self, before: Webinar, read: Webinar, pace: CountPace) -> None:
        """Read at the usual pace for a while if webhooks have not told of a change that was found now."""
        was, now = before.registration, read.registration
        if pace is RELAXED and was and now and (was.count, was.is_open) != (now.count, now.is_open):
            log.warning("webhook.change_missed", extra={"session": before.session_id})
            self._usual_until = self._clock.now() + DISTRUST

    def _log_failure(self, webinar: Webinar, error: ProviderError) -> None:
        """Log once per session that its count is refused, and once that no count can be read."""
        if isinstance(error, ProviderRefused):
            if webinar.session_id not in self._refused:
                log.warning("registration.count_failed", extra={"session": webinar.session_id, "code": error.code})
            self._refused.add(webinar.session_id)
        else:
            if not self._is_down:
                log.warning("registration.count_failed", extra={"reason": error.sentence})
            self._is_down = True


def _is_left_unread(webinar: Webinar, now: datetime) -> bool:
    """Whether its registration was not read after its creation, because of a crash or an outage."""
    is_ours = webinar.created_by and webinar.audience is Audience.REGISTRANTS and webinar.registration is None
    return bool(is_ours) and is_coming_or_live(webinar, now) and webinar.seen_at < now - UNREAD_AFTER
