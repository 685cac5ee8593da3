"""Read the history of a webinar page by page, within the budget, through crashes, and count it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from bot.clock import Clock, machine_now, monotonic
from bot.db.connection import Db, Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import GreenroomError, ProviderBusy, ProviderError, ProviderGone, ProviderRefused, ProviderUnauthorized
from bot.model.people import Account
from bot.model.webinar import Audience
from bot.providers.base import Caller, Lane, Page
from bot.reports import pages, reading_table, report_table, waiter_table
from bot.reports.attendance import Window
from bot.reports.completeness import not_finished, with_report
from bot.reports.due import is_news
from bot.reports.funnel import Circumstances, report_of
from bot.reports.model import Report
from bot.reports.progress import PROMPT_CALLS
from bot.reports.reading_table import Reading, ReadingState, ReadingStep
from bot.reports.report_table import StoredReport
from bot.reports.texts.problems import problem_text

if TYPE_CHECKING:
    from bot.model.attendance import Participation
    from bot.model.registrant import Registrant
    from bot.model.webinar import Webinar
    from bot.providers.base import WebinarProvider
    from bot.providers.directories import Directories
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

T = TypeVar("T")
OnReady = Callable[[Db, "Webinar", Report], Awaitable[None]]
CountInvited = Callable[[Db, Account, str], Awaitable[int]]
LOOK_AGAIN = 2.0
"""Seconds after which a call that waits for nobody looks whether somebody waits for it by now."""
PATIENCE = 600.0


class ReportReader:
    """Does the readings of one account, each by one worker at a time."""

    def __init__(
        self,
        leases: WorkerLeases[Reading],
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        directory: Directories,
        clock: Clock,
        count_invited: CountInvited,
    ) -> None:
        """`count_invited` counts the people to whom a seat was suggested."""
        self._leases = leases
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._directory = directory
        self._clock = clock
        self._count_invited = count_invited
        self.on_ready: list[OnReady] = []
        self.on_progress: Callable[[str], None] = lambda _: None
        """Called with the session when a reading has moved on or ended."""
        self.look_again = LOOK_AGAIN
        self._ready_at: dict[str, float] = {}

    def gate_wait(self, session_id: str) -> float:
        """Seconds until the call of this reading that waits at the gate can go, as far as is known."""
        return max(0.0, self._ready_at.get(session_id, 0.0) - monotonic())

    async def run(self, reading: Reading) -> None:
        """Do a reading that this worker owns until it ends or must be resumed later."""
        try:
            async with self._leases.keep(reading):
                await self._run(reading)
        except LeaseLost:
            log.info("report.lease_lost", extra={"session": reading.session_id})
        except ProviderBusy as busy:
            await self._leases.release(reading, until=busy.ready_at)
        except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
            log.warning("report.deferred", extra={"session": reading.session_id, "reason": type(error).__name__})
            await self._leases.resume_later(reading, machine_now() - reading.begun_at)
        finally:
            self._ready_at.pop(reading.session_id, None)
            self.on_progress(reading.session_id)

    async def _run(self, reading: Reading) -> None:
        webinar = await self._mirror.find(reading.session_id)
        try:
            while reading.step is not ReadingStep.COUNT:
                reading = await self._step(reading, webinar)
                self.on_progress(reading.session_id)
                if not reading.state.session.is_finished:
                    stored = await self._stored(reading, webinar)
                    await self._end(reading, webinar, not_finished(stored, reading.state.session, self._clock.now()))
                    return
            await self._count(reading, webinar)
        except (ProviderRefused, ProviderUnauthorized) as error:
            await self._refused(reading, webinar, error)
        except ProviderBusy:
            raise
        except ProviderError:
            await self._save(reading, is_down=True)
            raise

    async def _step(self, reading: Reading, webinar: Webinar) -> Reading:
        if reading.step is ReadingStep.SESSION:
            return await self._read_session(reading, webinar)
        try:
            if reading.step is ReadingStep.REGISTRANTS:
                return await self._read_registrants(reading, webinar)
            return await self._read_participants(reading, webinar)
        except ProviderRefused as error:
            if reading.token is None or not error.parameter.endswith("pageToken"):
                raise
            return await self._restart_list(reading)

    async def _read_session(self, reading: Reading, webinar: Webinar) -> Reading:
        session = await self._call(
            reading, lambda caller: self._provider.past_session(webinar.webinar_id, webinar.session_id, caller)
        )
        has_registration = webinar.audience is not Audience.ANYONE
        step = ReadingStep.REGISTRANTS if has_registration else ReadingStep.PARTICIPANTS
        state = ReadingState(session=session, has_registration=has_registration, pages=reading.state.pages + 1)
        return await self._save(reading.model_copy(update={"step": step, "state": state}))

    async def _read_registrants(self, reading: Reading, webinar: Webinar) -> Reading:
        try:
            page: Page[Registrant] = await self._call(
                reading,
                lambda caller: self._provider.registrants_page(webinar.session_id, reading.token, caller),
            )
        except ProviderGone:
            # The session is there, as was read before: it has no registration.
            state = reading.state.model_copy(update={"has_registration": False})
            return await self._save(reading.model_copy(update={"step": ReadingStep.PARTICIPANTS, "state": state}))
        content = await asyncio.to_thread(pages.registrants_page, page.items)
        counts = {"registrants": reading.state.registrants + len(page.items)}
        return await self._turn(reading, content, page.next_token, ReadingStep.PARTICIPANTS, counts)

    async def _read_participants(self, reading: Reading, webinar: Webinar) -> Reading:
        page: Page[Participation] = await self._call(
            reading,
            lambda caller: self._provider.participants_page(
                webinar.webinar_id, webinar.session_id, reading.token, caller
            ),
        )
        content = await asyncio.to_thread(pages.participants_page, page.items)
        state = reading.state
        counts = {
            "participants": state.participants + len(page.items),
            "open_leaves": state.open_leaves + sum(one.left is None for one in page.items),
        }
        return await self._turn(reading, content, page.next_token, ReadingStep.COUNT, counts)

    async def _turn(
        self, reading: Reading, content: str, token: str | None, following: ReadingStep, counts: dict[str, int]
    ) -> Reading:
        """Save a page and what comes next, in one transaction: after a crash, no page is read twice or missing."""
        state = reading.state
        page = state.page + 1 if token else 0
        after = state.model_copy(update={**counts, "pages": state.pages + 1, "page": page, "is_down": False})
        step = reading.step if token else following
        return await self._save(
            reading.model_copy(update={"step": step, "token": token, "state": after}), reading, content
        )

    async def _restart_list(self, reading: Reading) -> Reading:
        """Read a list from its beginning: the provider does not know the page of an earlier process any more."""
        log.info("report.list_restarted", extra={"session": reading.session_id, "step": reading.step})
        counted = ("registrants",) if reading.step is ReadingStep.REGISTRANTS else ("participants", "open_leaves")
        state = reading.state.model_copy(update={**dict.fromkeys(counted, 0), "page": 0})
        async with self._store.write() as db:
            await reading_table.drop_pages(db, reading, reading.step)
            again = reading.model_copy(update={"token": None, "state": state})
            await self._leases.advance(db, again)
        return again

    async def _save(
        self, reading: Reading, read: Reading | None = None, content: str = "", *, is_down: bool = False
    ) -> Reading:
        state = reading.state.model_copy(update={"is_down": is_down})
        saved = reading.model_copy(update={"state": state})
        async with self._store.write() as db:
            if read is not None:
                await reading_table.add_page(db, read, content)
            await self._leases.advance(db, saved)
        return saved

    async def _call(self, reading: Reading, call: Callable[[Caller], Awaitable[T]]) -> T:
        """Make one call in the lane of the user who waits for it; as soon as one does, if nobody does yet."""
        caller = await self._user_caller(reading)
        if caller is not None:
            return await call(caller)
        tasks = [asyncio.ensure_future(call(self._caller(reading, Lane.UPKEEP)))]
        try:
            while True:
                done, _ = await asyncio.wait(tasks, timeout=self.look_again, return_when=asyncio.FIRST_COMPLETED)
                if done:
                    return done.pop().result()
                if len(tasks) == 1 and (caller := await self._user_caller(reading)):
                    tasks.append(asyncio.ensure_future(call(caller)))  # the same read: the first to pass is sent
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _user_caller(self, reading: Reading) -> Caller | None:
        async with self._store.read() as db:
            waiter = await waiter_table.first(db, reading.account, reading.session_id)
        if waiter is None:
            return None
        lane = Lane.PERSON if reading.state.pages < PROMPT_CALLS else Lane.BULK
        return self._caller(reading, lane, waiter.user_id)

    def _caller(self, reading: Reading, lane: Lane, who: str = "") -> Caller:
        async def on_wait(seconds: float) -> None:
            self._ready_at[reading.session_id] = monotonic() + seconds
            self.on_progress(reading.session_id)

        return Caller(lane, on_wait=on_wait, patience=PATIENCE, who=who)

    async def _count(self, reading: Reading, webinar: Webinar) -> None:
        stored = await self._stored(reading, webinar)
        async with self._store.read() as db:
            invited = await self._count_invited(db, reading.account, reading.session_id)
            registrants = await reading_table.pages(db, reading, ReadingStep.REGISTRANTS)
            participants = await reading_table.pages(db, reading, ReadingStep.PARTICIPANTS)
        about = Circumstances(
            has_registration=reading.state.has_registration,
            window=Window(*reading.state.session.window(webinar.start, webinar.end)),
            limit=webinar.registration.limit if webinar.registration else None,
            invited=invited,
            read_at=self._clock.now(),
            are_joins_registered=reading.state.session.are_joins_registered,
        )
        # In a thread: counting 10,000 people takes longer than a response to Slack may.
        report = await asyncio.to_thread(_counted, registrants, participants, about)
        await self._end(reading, webinar, with_report(stored, reading.state, report))

    async def _refused(self, reading: Reading, webinar: Webinar, error: ProviderError) -> None:
        host = webinar.host_user_id
        directory = self._directory.of(webinar.session_id)
        has_left = bool(host) and directory.is_loaded and not directory.user_name(host)
        problem = {"problem": problem_text(error, webinar.id, has_host_left=has_left), "due_at": None}
        log.warning("report.refused", extra={"session": reading.session_id, "code": error.code})
        await self._end(reading, webinar, (await self._stored(reading, webinar)).model_copy(update=problem))

    async def _stored(self, reading: Reading, webinar: Webinar) -> StoredReport:
        async with self._store.read() as db:
            stored = await report_table.find(db, reading.account, reading.session_id)
        if stored is None or stored.is_of_earlier_date(webinar.start):
            return StoredReport(account=reading.account, session_id=reading.session_id)
        return stored

    async def _end(self, reading: Reading, webinar: Webinar, after: StoredReport) -> None:
        """Keep the counts, delete everything else, and call `on_ready` the first time they are complete, if soon."""
        after = after.model_copy(update={"ended_at": self._clock.now()})
        async with self._store.write() as db:
            if not await reading_table.end(db, reading, self._leases.worker_id):
                raise LeaseLost
            before = await report_table.find(db, reading.account, reading.session_id)
            await report_table.save(db, after)
            was_ready = before and before.is_complete and not before.is_of_earlier_date(webinar.start)
            is_ready = after.is_complete and not was_ready and is_news(webinar, self._clock.now())
            if after.report and is_ready:
                for on_ready in self.on_ready:
                    await on_ready(db, webinar, after.report)
        log.info("report.read", extra={"session": reading.session_id, "calls": reading.state.pages})


def _counted(registrants: Sequence[str], participants: Sequence[str], about: Circumstances) -> Report:
    return report_of(pages.signups(registrants), pages.presences(participants), about)
