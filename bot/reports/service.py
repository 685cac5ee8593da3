"""Reports of webinars that are over: read once, kept as counts, and given to those who ask."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TYPE_CHECKING

from bot.db.leases import DATABASE_UNAVAILABLE, WorkerLeases
from bot.errors import GreenroomError, ProviderRefused, UnknownWebinar
from bot.providers.names import named
from bot.reports import people, reading_table, report_table, waiter_table
from bot.reports.completeness import AGE
from bot.reports.due import webinars_due
from bot.reports.progress import ReadingProgress, has_moved, progress_of
from bot.reports.reader import CountInvited, OnReady, ReportReader
from bot.reports.reading_table import Reading
from bot.reports.texts.problems import (
    DOWN,
    FAILED,
    STILL_ON,
    STOPPED,
    NotOver,
    ReportDelayed,
    StoppedWaiting,
    not_over,
)
from bot.reports.texts.report import ready_message
from bot.reports.waiter_table import Waiter
from bot.slack.error_message import sentence_message

if TYPE_CHECKING:
    from bot.background import BackgroundTasks
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.providers.base import Caller, WebinarProvider
    from bot.providers.directories import Directories
    from bot.reports.model import PersonRow, Report
    from bot.reports.report_table import StoredReport
    from bot.slack.deliver import ResultDelivery
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Readings that upkeep begins at once, so that the first of many is ready early."""
LOOK_AGAIN = 1.0
"""Seconds after which a user who waits looks again whether another replica has the report."""
OnProgress = Callable[[ReadingProgress], Awaitable[None]]


class ReportService:
    """The reports of one account, resumed after a restart."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        directory: Directories,
        results: ResultDelivery,
        clock: Clock,
        background: BackgroundTasks,
        count_invited: CountInvited,
    ) -> None:
        """`worker_id` distinguishes the replicas; `count_invited` counts the people to whom a seat was suggested."""
        self._account = account
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._results = results
        self._clock = clock
        self._background = background
        self.leases = WorkerLeases(store, reading_table.LEASES, account, worker_id, subject="report")
        self.waiters = WorkerLeases(store, waiter_table.LEASES, account, worker_id, subject="report")
        self.reader = ReportReader(self.leases, store, provider, mirror, directory, clock, count_invited)
        self.reader.on_progress = self._wake
        self.look_again = LOOK_AGAIN
        self._running: set[str] = set()
        self._changed: dict[str, asyncio.Event] = {}

    @property
    def on_ready(self) -> list[OnReady]:
        """Called in the transaction that stores a report as complete for the first time."""
        return self.reader.on_ready

    async def stored(self, webinar: Webinar) -> Report | None:
        """The report as last counted, complete or not. No vendor call."""
        found = await self._current(webinar)
        return found.report if found else None

    async def request(
        self, webinar: Webinar, user_id: str, on_progress: OnProgress | None = None, *, force: bool = False
    ) -> Report:
        """The report of a webinar for a user: the stored one if it is complete or new, unless `force`, else read now.

        Identical readings are one. `on_progress` is called at the beginning and whenever it has moved on. If the caller
        is canceled or the process ends, the reading goes on, and the user is notified when it is done. Raises
        `NotOver`, `StoppedWaiting`, `ReportDelayed` if the provider does not answer (the user is notified later), or a
        `ProviderRefused` that says why there is no report.
        """
        stored, now = await self._current(webinar), self._clock.now()
        if stored and stored.report and not force and (stored.is_complete or _is_new(stored.report, now)):
            return stored.report
        if reason := not_over(webinar, now):
            raise NotOver(reason)
        waiter = Waiter(account=self._account, session_id=webinar.session_id, user_id=user_id, asked_at=now)
        await self._begin(webinar.session_id, waiter)
        async with self.waiters.keep(waiter):
            return await self._wait(webinar, waiter, on_progress)

    async def stop_waiting(self, webinar: Webinar, user_id: str) -> bool:
        """Let a user wait no more for this report, which is read anyway. False if they did not wait."""
        waiter = Waiter(
            account=self._account, session_id=webinar.session_id, user_id=user_id, asked_at=self._clock.now()
        )
        async with self._store.write() as db:
            was_waiting = await waiter_table.remove(db, waiter)
        self._wake(webinar.session_id)
        return was_waiting

    async def people(self, webinar: Webinar, caller: Caller) -> list[PersonRow]:
        """Everybody who registered or attended, with names, read now: one call per 1,000 of each list, and one.

        Nothing of it is kept. Raises `NotOver` before the end, and any `ProviderError`.
        """
        if reason := not_over(webinar, self._clock.now()):
            raise NotOver(reason)
        return await people.read_people(self._provider, webinar, caller)

    async def step(self) -> None:
        """Begin the readings that are due, some at once, of the webinars that matter to somebody here."""
        for webinar in await webinars_due(self._store, self._account, self._clock.now()):
            if len(self._running) >= AT_ONCE:
                return
            await self._begin(webinar.session_id)

    async def resume(self) -> None:
        """Go on with readings whose worker is gone, and notify users whose process is gone."""
        async for reading in self.leases.expired():
            self._start(reading)
        async for waiter in self.waiters.expired():
            self._background.start(self._notify(waiter), "report waiter", resumable=True)

    async def _begin(self, session_id: str, waiter: Waiter | None = None) -> None:
        """Begin a reading, or go on with one that nobody works on at the moment."""
        reading = Reading(account=self._account, session_id=session_id, begun_at=self._clock.now())
        async with self._store.write() as db:
            if waiter and not await waiter_table.LEASES.begin(db, waiter, self.waiters.worker_id, self.waiters.until()):
                await self.waiters.take(db, waiter)
            is_new = await reading_table.LEASES.begin(db, reading, self.leases.worker_id, self.leases.until())
            known = reading if is_new else await reading_table.find(db, self._account, session_id)
            is_mine = is_new or (known and session_id not in self._running and await self.leases.take(db, known))
        if known and is_mine:
            self._start(known)

    def _start(self, reading: Reading) -> None:
        if reading.session_id not in self._running:
            self._running.add(reading.session_id)
            self._background.start(self._run(reading), "report", resumable=True)

    async def _run(self, reading: Reading) -> None:
        try:
            await self.reader.run(reading)
        finally:
            self._running.discard(reading.session_id)
            self._wake(reading.session_id)

    async def _wait(self, webinar: Webinar, waiter: Waiter, on_progress: OnProgress | None) -> Report:
        """Wait until the reading has ended, and return or raise its result."""
        shown: ReadingProgress | None = None
        while True:
            changed = self._changed.setdefault(webinar.session_id, asyncio.Event())
            async with self._store.read() as db:
                is_waiting = await waiter_table.is_waiting(db, waiter)
                reading = await reading_table.find(db, self._account, webinar.session_id)
                stored = await report_table.find(db, self._account, webinar.session_id)
            if not is_waiting:
                raise StoppedWaiting(STOPPED)
            if reading is None:
                return await self._result(stored, waiter)
            if reading.state.is_down:
                await self.waiters.release(waiter, until=self.waiters.until())
                raise ReportDelayed(named(DOWN, webinar.id))
            progress = self._progress(reading, webinar)
            if on_progress and (shown is None or has_moved(shown, progress)):
                await on_progress(progress)
                shown = progress
            await _within(changed, self.look_again)

    def _progress(self, reading: Reading, webinar: Webinar) -> ReadingProgress:
        expected = webinar.registration.count if webinar.registration else 0
        return progress_of(reading, expected, self.reader.gate_wait(webinar.session_id))

    async def _result(self, stored: StoredReport | None, waiter: Waiter) -> Report:
        async with self._store.write() as db:
            await waiter_table.remove(db, waiter)
        if stored and stored.problem:
            raise ProviderRefused(stored.problem)
        if stored is None or stored.report is None:
            raise NotOver(STILL_ON)
        return stored.report

    async def _notify(self, waiter: Waiter) -> None:
        """Send a direct message to a user whose process is gone, when their report is ready or cannot be had."""
        try:
            webinar = await self._mirror.find(waiter.session_id)
            async with self._store.read() as db:
                reading = await reading_table.find(db, self._account, waiter.session_id)
            if reading is None:
                await self._send_result(webinar, waiter)
                return
        except UnknownWebinar:
            async with self._store.write() as db:
                await waiter_table.remove(db, waiter)
            return
        except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
            log.warning("report.notice_deferred", extra={"session": waiter.session_id, "reason": type(error).__name__})
        await self.waiters.resume_later(waiter)

    async def _send_result(self, webinar: Webinar, waiter: Waiter) -> None:
        stored = await self._find(webinar.session_id)
        if stored is None or (stored.ended_at and stored.ended_at < waiter.asked_at):
            await self._begin(webinar.session_id)  # it was never begun
            await self.waiters.resume_later(waiter)
            return
        reason = stored.problem or STILL_ON
        failed = sentence_message(FAILED.format(title=webinar.title, reason=reason))
        has_report = stored.report is not None and not stored.problem
        message = ready_message(webinar) if has_report else failed
        # Sent before it is saved: after a crash between the two, twice rather than never.
        await self._results.post(waiter.user_id, message)
        async with self._store.write() as db:
            await waiter_table.remove(db, waiter)

    async def _current(self, webinar: Webinar) -> StoredReport | None:
        """What is stored, unless it was read before a move to the current date."""
        found = await self._find(webinar.session_id)
        return None if found and found.is_of_earlier_date(webinar.start) else found

    async def _find(self, session_id: str) -> StoredReport | None:
        async with self._store.read() as db:
            return await report_table.find(db, self._account, session_id)

    def _wake(self, session_id: str) -> None:
        """Let those look who wait for this report in this process."""
        if event := self._changed.pop(session_id, None):
            event.set()


def _is_new(report: Report, now: datetime) -> bool:
    return now - report.read_at < AGE


async def _within(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
