"""Changes a webinar and its session, both or neither, reports the result, and takes it back for some minutes."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta

from bot.background import BackgroundTasks
from bot.clock import Clock, machine_now
from bot.creation.change import table as change_table
from bot.creation.change.report import ChangeReport
from bot.creation.change.steps import STARTED, ChangeSteps
from bot.creation.change.table import Change, ChangeStep, change_id_after
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import BadInput, ProviderError
from bot.model.people import Account
from bot.model.retention import keep
from bot.model.webinar import Status, Webinar
from bot.model.webinar_edit import WebinarEdit, WebinarFields, differing, fields_as_read, resolved
from bot.providers.base import NOTICE, Caller, WebinarProvider
from bot.providers.names import named
from bot.scheduler import UPDATES, Scheduler
from bot.slack.deliver import ResultDelivery
from bot.sync.cards import Cards
from bot.sync.mirror import Mirror
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

UNDO_FOR = timedelta(minutes=10)
CANCELED = "This webinar is canceled, so it can't be changed."
BUSY = "This webinar is being changed right now. Wait a minute, then save again."
TOO_LATE = "A change can be undone for ten minutes, and this one is older. To change it back, press Edit."
UNDONE = "This change was already undone."
UNKNOWN = "Greenroom no longer has this change, so it can't be undone. Use Edit instead."


class ChangeService:
    """The changes of the webinars of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        results: ResultDelivery,
        provider: WebinarProvider,
        cards: Cards,
        mirror: Mirror,
        clock: Clock,
        scheduler: Scheduler,
        background: BackgroundTasks,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account; `scheduler` wakes what follows a change."""
        self._account = account
        self._store = store
        self._provider = provider
        self._cards = cards
        self._mirror = mirror
        self._clock = clock
        self._scheduler = scheduler
        self._background = background
        self.leases = WorkerLeases(store, change_table.LEASES, account, worker_id, subject="change")
        self.steps = ChangeSteps(store, self.leases, provider, clock)
        self._report = ChangeReport(store, results, mirror)

    def check(self, webinar: Webinar) -> None:
        """Raise `BadInput` for a webinar that cannot be changed any more."""
        if webinar.status is Status.CANCELED:
            raise BadInput(CANCELED)
        if webinar.status is not Status.SCHEDULED:
            raise BadInput(named(STARTED, webinar.id))

    async def prepare(self, webinar: Webinar, caller: Caller) -> WebinarFields:
        """The webinar and its session as they are now: two calls. Raises `BadInput` once it has started."""
        read = await self._provider.webinar(webinar.webinar_id, caller)
        fields = fields_as_read(read, await self._provider.session(webinar.webinar_id, webinar.session_id, caller))
        if fields.status is not Status.SCHEDULED:
            raise BadInput(named(STARTED, webinar.id))
        return fields

    def new_id(self, webinar: Webinar) -> str:
        """Identify a change before it begins, so that it begins once; `session_of` has the session's id."""
        return f"{webinar.session_id}.{secrets.token_urlsafe(12)}"

    def new(
        self,
        webinar: Webinar,
        read: WebinarFields,
        edit: WebinarEdit,
        user_id: str,
        *,
        change_id: str,
        view_id: str = "",
        draft_id: str = "",
    ) -> Change:
        """A change of the webinar that the user saw as `read`; its result is shown in this modal, or sent as a DM."""
        return Change(
            account=self._account,
            change_id=change_id,
            webinar_id=webinar.webinar_id,
            session_id=webinar.session_id,
            user_id=user_id,
            read=read,
            edit=edit,
            view_id=view_id,
            draft_id=draft_id,
            begun_at=machine_now(),
        )

    async def begin(self, change: Change) -> Change | None:
        """Save a change before its first call; the earlier change of this id, unless nothing came of that one.

        Raises `BadInput` while another change of the same webinar is under way.
        """
        async with self._store.write() as db:
            await webinar_table.find(db, self._account, change.session_id, for_update=True)  # one after the other
            earlier = await change_table.find(db, self._account, change.change_id)
            if earlier and not earlier.ended_without_effect:
                return earlier
            if await change_table.is_under_way(db, self._account, change.session_id):
                raise BadInput(BUSY)
            if earlier:
                await change_table.forget(db, earlier)
            await change_table.begin(db, change, self.leases.worker_id, self.leases.until())
        return None

    async def apply(self, change: Change, caller: Caller) -> Change:
        """Apply a change that has begun, all of it or nothing, and report the result.

        One read and one write for each half that changes, and in the last hour before the start always a read of the
        session. Without a clear answer it goes on later. Raises no error of the provider.
        """
        change = await self._run(change, caller)
        await self.report(change)
        return change

    async def undo(self, webinar: Webinar, change_id: str, user_id: str, view_id: str = "") -> Change:
        """Begin to take a change back. Raises `BadInput` if it is older than ten minutes, or was undone already."""
        async with self._store.read() as db:
            done = await change_table.find(db, self._account, change_id)
        if done is None or done.session_id != webinar.session_id or done.done_at is None:
            raise BadInput(UNKNOWN)
        if self._clock.now() - done.done_at > UNDO_FOR:
            raise BadInput(TOO_LATE)
        names = differing(done.before, done.current, done.edit.names)
        back = done.current.model_copy(update={name: getattr(done.before, name) for name in names})
        edit = WebinarEdit(names=names, after=back)
        undo = self.new(webinar, done.current, edit, user_id, change_id=f"{change_id}~u", view_id=view_id)
        undo = undo.model_copy(update={"undoes": change_id})
        if await self.begin(undo):
            raise BadInput(UNDONE)
        return undo

    async def find_conflict(self, change_id: str, user_id: str) -> Change:
        """The change of this user whose conflict is to be decided. Raises `BadInput` if there is none."""
        async with self._store.read() as db:
            change = await change_table.find(db, self._account, change_id)
        if change is None or change.user_id != user_id or not change.ended_without_effect or change.base is None:
            raise BadInput("This was already decided, or the choice has expired. Open the webinar with /webinar edit.")
        return change

    def decided(self, webinar: Webinar, conflict: Change, kept: frozenset[str], view_id: str) -> Change:
        """The change that keeps the fields `kept` as somebody else made them, and applies the rest."""
        theirs = conflict.before
        edit = resolved(conflict.edit, theirs, kept)
        return self.new(
            webinar,
            theirs,
            edit,
            conflict.user_id,
            change_id=change_id_after(conflict.change_id),
            view_id=view_id,
            draft_id=conflict.draft_id,
        )

    async def resume(self) -> None:
        """Resume changes whose lease expired, and report those that ended."""
        async for change in self.leases.expired():
            log.info("change.resumed", extra={"step": change.step, "session": change.session_id})
            if change.step in change_table.UNDER_WAY:
                change = await self._run(change, NOTICE, resumed=True)
            if change.step in change_table.TO_REPORT:
                await self.report(change)

    async def report(self, change: Change) -> None:
        """Show the result in place of the form, or in a DM if the form was closed. Twice rather than never."""
        failed = await self.leases.report(change, self._send_report(change), self.steps.resume_later)
        if failed:
            log.warning("change.report_deferred", extra={"change": change.change_id, "reason": failed})

    async def forget_old(self) -> None:
        """Delete changes that ended long ago."""
        async with self._store.write() as db:
            await change_table.forget_ended(db, self._account.workspace, machine_now() - keep("changes"))

    async def _run(self, change: Change, caller: Caller, *, resumed: bool = False) -> Change:
        try:
            change = await self.steps.reread(change)
            async with self.leases.keep(change):
                change = await self.steps.run(change, caller, resumed=resumed)
        except (LeaseLost, *DATABASE_UNAVAILABLE) as error:
            log.warning("change.lease_lost", extra={"change": change.change_id, "reason": type(error).__name__})
            return change
        if change.step is ChangeStep.COMPLETE:
            self._scheduler.wake()
            self._scheduler.run_soon(UPDATES)
            self._background.start(self._update_derived(change), "update changed webinar")
        return change

    async def _send_report(self, change: Change) -> None:
        await self._report.send(change)
        if change.step in change_table.TO_REPORT:
            is_applied = change.step is ChangeStep.COMPLETE
            await self._end(change, ChangeStep.APPLIED if is_applied else ChangeStep.CLOSED)

    async def _end(self, change: Change, step: ChangeStep) -> None:
        async with self._store.write() as db:
            await self.leases.finish(db, change.model_copy(update={"step": step}))

    async def _update_derived(self, change: Change) -> None:
        """Update the cards; read what a new audience brings: its registration, or its shared link."""
        await self._cards.update(await self._mirror.find(change.session_id), force=True)
        if "audience" in change.edit.names:
            try:
                await self._mirror.refresh(change.session_id, NOTICE, force=True)
            except ProviderError as error:
                log.warning("registration.read_failed", extra={"session": change.session_id, "code": error.code})
