"""Looks for the recordings of webinars that have ended: one list for all of them, with growing pauses."""

from __future__ import annotations

import logging
import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import machine_now
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import ProviderBusy, ProviderError, ProviderGone, ProviderRefused, UnknownWebinar
from bot.model.recording import Recording, RecordingStatus, main_recording
from bot.providers.base import Caller, Lane
from bot.reports.recordings import rules, table
from bot.reports.recordings.table import TrackedRecording

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.providers.base import WebinarProvider
    from bot.reports.recordings.news import RecordingNews
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

LOOKING = Caller(Lane.UPKEEP, patience=5)
"""A read that cannot be sent within seconds is dropped: it is made half a minute later."""
BEFORE_START = timedelta(hours=2)
"""How long before its planned start a session may be recorded: hosts can practice an hour before."""
GATHER = timedelta(minutes=5)
"""Recordings that are due within this time are looked for at once."""
RETRY = timedelta(minutes=15)
"""How long after a failure the provider is asked again."""
LINK_CALLS = 2
"""Calls that read the link, and who can open it."""
MOST_AT_ONCE = 200
PAGE = 1000
"""Recordings listed by one call."""


class RecordingPoller:
    """The search for the recordings of one account. Replicas share it: each row is looked for by one of them."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        news: RecordingNews,
        clock: Clock,
    ) -> None:
        """`news` plans the messages about what was found."""
        self._account = account
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._news = news
        self._clock = clock
        self.leases = WorkerLeases(store, table.LEASES, account, worker_id, subject="recording")
        self._is_failing = False

    async def step(self) -> None:
        """Look for what is due, within the share of upkeep. Raises no `ProviderError`."""
        now = self._clock.now()
        await self._note_ended(now)
        async with self._store.read() as db:
            due = await table.next_check(db, self._account)
        if due is None or due > now or not self._mirror.budget.left:
            return
        async with self._store.write() as db:
            lease = self.leases.worker_id, machine_now(), self.leases.until()
            claimed = await table.claim_due(db, self._account, now + GATHER, *lease, most=MOST_AT_ONCE)
        if not claimed:
            return
        async with self.leases.keep(*claimed):
            try:
                await self._look_for(claimed)
            except ProviderError as error:
                await self._note_failure(claimed, error)
            except (LeaseLost, *DATABASE_UNAVAILABLE) as error:
                log.warning("recording.not_saved", extra={"reason": type(error).__name__})
        await self.leases.release(*claimed)

    async def read(self, webinar: Webinar, caller: Caller) -> TrackedRecording:
        """Look for the recording of one webinar that has ended, for a user who waits: one to three calls."""
        async with self._store.read() as db:
            known = await table.find(db, self._account, webinar.session_id)
        before = known or TrackedRecording(
            account=self._account, session_id=webinar.session_id, ended_at=min(webinar.end, self._clock.now())
        )
        listed = await self._list([webinar.start], [webinar.session_id], caller)
        after = rules.updated(before, main_recording(listed.get(webinar.session_id, ())), self._clock.now())
        if rules.needs_link(after):
            after = await self._with_link(webinar, after, caller)
        async with self._store.write() as db:
            await table.save(db, after)
            if known:  # nobody is asked about a webinar that ended before Greenroom looked for its recording
                await self._news.plan(db, webinar, before, after, self._clock.now())
        return after

    async def _note_ended(self, now: datetime) -> None:
        """Note the webinars that have ended since, to be looked for a little later."""
        async with self._store.read() as db:
            ended = await table.find_ended(db, self._account, now - rules.RECENT)
        if ended:
            async with self._store.write() as db:
                await table.begin(db, self._account, ended, now, now + rules.FIRST_CHECK)

    async def _look_for(self, claimed: Sequence[TrackedRecording]) -> None:
        """List once for all that are not known to be available, then read the links of those that are."""
        listed: dict[str, list[Recording]] = {}
        if any(not rules.needs_link(one) for one in claimed):
            async with self._store.read() as db:
                session_ids = [one.session_id for one in claimed]
                starts = await table.starts(db, self._account, session_ids)
            listed = await self._list(starts, session_ids, LOOKING)
        for before in claimed:
            found = main_recording(listed.get(before.session_id, ()))
            try:
                await self._save(before, rules.updated(before, found, self._clock.now()))
            except (ProviderRefused, UnknownWebinar) as error:
                log.warning(
                    "recording.read_failed", extra={"session": before.session_id, "reason": type(error).__name__}
                )
                await self._postpone(before)
        if self._is_failing:
            log.info("recording.list_recovered")
        self._is_failing = False

    async def _list(
        self, starts: Sequence[datetime], session_ids: Sequence[str], caller: Caller
    ) -> dict[str, list[Recording]]:
        """The recordings of these sessions, planned to start then, by session. One call per 1,000."""
        now = self._clock.now()
        since = min([*starts, now]) - BEFORE_START
        if caller.lane is Lane.UPKEEP:
            self._mirror.budget.spend()
        found = await self._provider.recordings(since, now, caller, session_ids)
        if caller.lane is Lane.UPKEEP:
            self._mirror.budget.spend(max(1, math.ceil(len(found) / PAGE)) - 1)
        by_session: dict[str, list[Recording]] = defaultdict(list)
        for one in found:
            by_session[one.session_id].append(one)
        return by_session

    async def _save(self, before: TrackedRecording, after: TrackedRecording) -> None:
        webinar = await self._mirror.find(before.session_id)
        if rules.needs_link(after) and self._mirror.budget.left >= LINK_CALLS:
            self._mirror.budget.spend(LINK_CALLS)
            after = await self._with_link(webinar, after, LOOKING)
        async with self._store.write() as db:
            await self.leases.advance(db, after)
            await self._news.plan(db, webinar, before, after, self._clock.now())

    async def _with_link(self, webinar: Webinar, tracked: TrackedRecording, caller: Caller) -> TrackedRecording:
        """Read the link, and who can open it: two calls. A recording that is gone meanwhile counts as purged."""
        if tracked.recording is None:
            return tracked
        now, found = self._clock.now(), tracked.recording
        try:
            read = await self._provider.recording(found.recording_id, caller)
        except ProviderGone:
            read = found.model_copy(update={"status": RecordingStatus.PURGED})
        facts = await self._provider.webinar(webinar.webinar_id, caller)
        known = {"access": facts.options.artifacts_access, "may_share": facts.fixed.recording_sharing}
        read = read.model_copy(update={"session_id": found.session_id})
        after = tracked.model_copy(update={"recording": read, "read_at": now, **known})
        return after.model_copy(update={"check_at": rules.next_check(after, now)})

    async def _postpone(self, *claimed: TrackedRecording) -> None:
        again = self._clock.now() + RETRY
        async with self._store.write() as db:
            for one in claimed:
                await self.leases.advance(db, one.model_copy(update={"check_at": again}))

    async def _note_failure(self, claimed: Sequence[TrackedRecording], error: ProviderError) -> None:
        """Look again later; log once that recordings cannot be read, until they can be again."""
        if isinstance(error, ProviderBusy):
            return
        await self._postpone(*claimed)
        if not self._is_failing:
            log.warning("recording.list_failed", extra={"reason": error.sentence})
        self._is_failing = True
