"""Looks into stored deliveries, collects what they suggest, and has the mirror read it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import machine_now
from bot.db.leases import WorkerLeases
from bot.errors import NotFound, ProviderError, ProviderGone, UnknownWebinar
from bot.model.retention import keep
from bot.providers.base import NOTICE
from bot.providers.events import EventTopic
from bot.sync.webhooks import delivery_table, hint_table
from bot.sync.webhooks.hint_rules import EVENT, LIST, HintTiming, matters, next_read, reads_of, retry_at
from bot.sync.webhooks.hint_table import StoredHint, merge_listed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.background import BackgroundTasks
    from bot.db.connection import Db, Store
    from bot.model.people import Account
    from bot.providers.base import EventProvider
    from bot.providers.events import DecisionNews, EventHint
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

BATCH = 200
"""Deliveries looked into per transaction."""
LONGEST_WAIT = 30.0
"""Seconds after which a due time is looked up again: another replica may have been late with it."""
KEEP_IDLE = timedelta(hours=1)


class HintWorker:
    """Acts upon the deliveries of one account: each subject is read by one replica, once per window."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        provider: EventProvider,
        mirror: Mirror,
        background: BackgroundTasks,
        wake_delivery: Callable[[], None],
    ) -> None:
        """`wake_delivery` has notices delivered that a read has planned."""
        self._account = account
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._background = background
        self._wake_delivery = wake_delivery
        self._leases = WorkerLeases(store, hint_table.LEASES, account, worker_id, subject="webhook")
        self.timing = HintTiming()
        self.on_decision: Callable[[DecisionNews], Awaitable[None]] = _ignore
        """Called with each decision about a registrant; one that is lost in a crash is found by the poller."""
        self._news = asyncio.Event()
        self._is_running = False

    def wake(self) -> None:
        """There may be something to do: a delivery, or what an earlier process has left."""
        self._news.set()
        if not self._is_running:
            self._is_running = True
            self._background.start(self._run(), "webhook hints", resumable=True)

    async def read_list_soon(self) -> None:
        """Have the list of sessions read: events may have been missed."""
        async with self._store.write() as db:
            await self._add(db, LIST, ())
        self.wake()

    async def forget_old(self) -> None:
        """Delete what is not needed any more."""
        before = machine_now() - KEEP_IDLE
        async with self._store.write() as db:
            await hint_table.forget_before(db, self._account, before)
            await delivery_table.forget_before(db, self._account, machine_now() - keep("webhooks"))

    async def _run(self) -> None:
        due: datetime | None = machine_now()
        try:
            while due is not None or self._news.is_set():
                await self._pause(due)
                due = await self._step()
        finally:
            self._is_running = False

    async def _pause(self, due: datetime | None) -> None:
        """Wait until then, or until there is a delivery; then a moment for others to arrive."""
        seconds = (due - machine_now()).total_seconds() if due else 0.0
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, 0.0), LONGEST_WAIT)):
                await self._news.wait()
        if self._news.is_set():
            await asyncio.sleep(self.timing.gather.total_seconds())

    async def _step(self) -> datetime | None:
        """Do what is due; return when something is due next."""
        self._news.clear()
        while await self._look_into():
            pass
        while claimed := await self._claim():
            await asyncio.gather(*(self._read(hint) for hint in claimed))
        async with self._store.read() as db:
            due = await hint_table.next_due(db, self._account)
        # What is overdue is being read by another replica, or was by one that is gone.
        return due and max(due, machine_now() + timedelta(seconds=1))

    async def _look_into(self) -> int:
        """Turn some deliveries into hints; return how many there were."""
        async with self._store.write() as db:
            bodies = await delivery_table.take(db, self._account, BATCH)
            named = [self._provider.read_delivery(body) for body in bodies]
            ids = {one for hint in named for one in hint.ids}
            sessions = await delivery_table.sessions_by_id(db, self._account, ids) if ids else {}
            hints = await self._unseen(db, [hint for hint in named if matters(hint, sessions)])
            reads = reads_of(hints, sessions, await self._waiting(db, hints, sessions))
            for subject in reads.subjects:
                await self._add(db, subject, ())
            if reads.is_list:
                await self._add(db, LIST, reads.listed)
        for news in [hint.news for hint in hints if hint.news]:
            await self._pass_on(news)
        return len(bodies)

    async def _pass_on(self, news: DecisionNews) -> None:
        try:
            await self.on_decision(news)
        except (ProviderError, NotFound) as error:
            extra = {"session": news.event_id, "code": getattr(error, "code", "")}
            log.warning("webhook.read_failed", extra=extra)

    async def _unseen(self, db: Db, hints: list[EventHint]) -> list[EventHint]:
        """These hints without repetitions of a delivery."""
        new = await delivery_table.unseen(db, self._account, {hint.key for hint in hints if hint.key})
        once = {hint.key: hint for hint in hints if hint.key in new}
        return [hint for hint in hints if not hint.key] + list(once.values())

    async def _waiting(self, db: Db, hints: list[EventHint], sessions: dict[str, set[str]]) -> set[str]:
        """The sessions that somebody has joined and that have not started, as far as is known here."""
        joined = {one for hint in hints if hint.topic is EventTopic.PRESENCE for one in hint.ids}
        known = set().union(*(sessions.get(one, ()) for one in joined))
        return await delivery_table.waiting_sessions(db, self._account, known) if known else set()

    async def _add(self, db: Db, subject: str, listed: set[str] | tuple[str, ...]) -> None:
        now, hint = machine_now(), await hint_table.lock(db, self._account, subject)
        is_new_storm = hint.began_at is None or now - hint.began_at > self.timing.quiet
        reads = 0 if is_new_storm else hint.reads
        due_at = hint.due_at or next_read(self.timing, now, hint.began_at, reads)
        changes = {"listed": merge_listed(hint.listed, listed), "number": hint.number + 1}
        await hint_table.save(db, hint.model_copy(update={**changes, "reads": reads, "due_at": due_at}))

    async def _claim(self) -> list[StoredHint]:
        async with self._store.write() as db:
            return await hint_table.claim_due(
                db, self._account, self._leases.worker_id, machine_now(), self._leases.until()
            )

    async def _read(self, hint: StoredHint) -> None:
        began, is_done = machine_now(), True
        async with self._leases.keep(hint):
            try:
                await self._look_up(hint)
            except (UnknownWebinar, NotFound):
                pass
            except ProviderError as error:
                log.warning("webhook.read_failed", extra={"session": hint.subject, "code": error.code})
                is_done = False
        await self._finish(hint, began, is_done=is_done)
        self._wake_delivery()

    async def _look_up(self, hint: StoredHint) -> None:
        if hint.subject == LIST:
            await self._mirror.sweep(NOTICE, changed=hint.listed)
            return
        if hint.subject.startswith(EVENT):
            await self._mirror.read_event(hint.subject.removeprefix(EVENT), NOTICE)
            return
        try:
            await self._mirror.refresh(hint.subject, NOTICE)
        except ProviderGone:
            async with self._store.write() as db:  # the list tells whether the webinar is gone, or its registration
                await self._add(db, LIST, {hint.subject})

    async def _finish(self, hint: StoredHint, began: datetime, *, is_done: bool) -> None:
        """Save the outcome; a hint that has arrived during the read is due again."""
        now, timing = machine_now(), self.timing
        async with self._store.write() as db:
            current = await hint_table.lock(db, self._account, hint.subject)
            tries = 0 if is_done else hint.tries + 1
            after = current.model_copy(update={"began_at": began, "reads": current.reads + 1, "tries": tries})
            due_at = None if is_done else retry_at(timing, now, tries)
            if due_at is None and current.number != hint.number:
                due_at = next_read(timing, now, began, after.reads)
            listed = current.listed if due_at else ()
            await hint_table.save(db, after.model_copy(update={"due_at": due_at, "listed": listed}))
            await hint_table.LEASES.renew(db, [hint], self._leases.worker_id, None)


async def _ignore(_: DecisionNews) -> None:
    """Do nothing about a decision."""
