"""Changes the team of a webinar with one vendor call, saved before it, and reports the result."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime
from secrets import token_hex

from bot.clock import Clock, machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, RETRY, LeaseLost, WorkerLeases
from bot.errors import BadInput, GreenroomError, NotFound, ProviderBusy, ProviderDown, ProviderError
from bot.model.lifecycle import Stage, stage
from bot.model.people import Account
from bot.model.retention import keep
from bot.model.team import NotifiedBy
from bot.model.webinar import Status, Webinar
from bot.providers.base import NOTICE, Caller, WebinarProvider
from bot.providers.names import named
from bot.scheduler import UPDATES, Scheduler
from bot.slack.client import SlackApi
from bot.slack.deliver import ResultDelivery
from bot.sync.mirror import Mirror
from bot.team import change_table
from bot.team import table as team_table
from bot.team.apply import UNCLEAR, AppliedChange, TeamApplier, TeamChangeUnclear, save_applied, save_team
from bot.team.change_table import TeamOperation, TeamStep
from bot.team.diff import TeamDiff, team_differences, with_another_role
from bot.team.member_notify import MemberNotifier
from bot.team.notify import TeamNotifier
from bot.team.table import Team
from bot.team.texts import result as team_result
from bot.team.texts.result import Outcome

log = logging.getLogger(__name__)

TOO_OLD = 120 * RETRY
"""A change without a clear result for so long is given up."""
GIVEN_UP = "{provider} could not be reached for an hour. Look at the team with /webinar team, and try again."

CANCELLED = "This webinar is canceled, so nobody can be invited to it."
OVER = "This webinar is over, so its team can't be changed."
FROZEN = "This webinar has started, so people can be added, but nobody can be changed or removed."


class TeamService:
    """The teams of the webinars of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        results: ResultDelivery,
        provider: WebinarProvider,
        mirror: Mirror,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account; `scheduler` wakes the delivery of reminders."""
        self._account = account
        self._store = store
        self._provider = provider
        self._applier = TeamApplier(provider)
        self._mirror = mirror
        self._clock = clock
        self._scheduler = scheduler
        self._locks = KeyedLocks()  # per session
        self.leases = WorkerLeases(store, change_table.LEASES, account, worker_id, subject="team")
        members = MemberNotifier(worker_id, account, store, slack, clock)
        self.notifier = TeamNotifier(members, store, slack, results, mirror, clock)

    async def forget_ended(self) -> None:
        """Delete the teams of webinars long over."""
        async with self._store.write() as db:
            await team_table.forget_ended(db, self._account.workspace, self._clock.now() - keep("teams"))

    async def forget_drafts(self) -> None:
        """Delete changes that nobody has confirmed."""
        async with self._store.write() as db:
            await change_table.forget_drafts(db, self._account.workspace, machine_now() - keep("team_changes"))

    def check(self, webinar: Webinar) -> None:
        """Raise `BadInput` for a webinar that is over or canceled: its team cannot change."""
        current = stage(webinar, self._clock.now())
        if current is Stage.CANCELED:
            raise BadInput(CANCELLED)
        if current is Stage.OVER:
            raise BadInput(OVER)

    def has_started(self, webinar: Webinar) -> bool:
        """Whether members can only be added from now on."""
        return webinar.status is not Status.SCHEDULED

    async def cached(self, webinar: Webinar) -> Team | None:
        """The team as last read. No vendor call."""
        async with self._store.read() as db:
            return await team_table.find(db, self._account, webinar.session_id)

    async def read(self, webinar: Webinar, caller: Caller, *, force: bool = False) -> Team:
        """The team: one vendor call if it was never read, or with `force`; else none.

        With `force`, a user who has refreshed too often gets `RefreshedOften`.
        """
        if force:
            await self._mirror.refreshes.take(caller.who)
        cached = None if force else await self.cached(webinar)
        return cached or await self._read(webinar, caller)

    async def reread(self, webinar: Webinar, caller: Caller) -> Team:
        """The team as it is at the provider now: one vendor call."""
        return await self._read(webinar, caller)

    async def find(self, change_id: str) -> TeamOperation | None:
        """The change with this id, until everyone was notified of it."""
        async with self._store.read() as db:
            return await change_table.find(db, self._account, change_id)

    async def read_times(self) -> dict[str, datetime]:
        """When each team that is known was last read, by session id."""
        async with self._store.read() as db:
            return await team_table.read_times(db, self._account)

    async def compare(self, webinar: Webinar, caller: Caller) -> Counter[str]:
        """Read the team (one call), save it, and return how many members differed, by kind.

        Members removed elsewhere are notified, and messages show new roles. Nothing is saved if the team was changed
        here meanwhile: the list may be older.
        """
        account, session_id = self._account, webinar.session_id
        async with self._locks[session_id]:
            began = self._clock.now()
            listed = await self._provider.invitees(webinar.webinar_id, session_id, caller)
            async with self._store.write() as db:
                is_newer = await team_table.was_saved_since(db, account, session_id, began)
                if is_newer or await change_table.is_changing(db, account, session_id):
                    return Counter()
                before = await team_table.find(db, account, session_id)
                await save_team(db, account, session_id, listed, self._clock.now())
                if before is None:
                    return Counter()
                await team_table.mark_outdated(db, account, session_id, with_another_role(before.members, listed))
        self._scheduler.run_soon(UPDATES)
        return team_differences(before.members, listed)

    async def draft(self, webinar: Webinar, diff: TeamDiff, by: str) -> TeamOperation:
        """Save a change that its user is asked to confirm."""
        change = self._new(webinar, diff, by)
        async with self._store.write() as db:
            await change_table.begin(db, change)
        return change

    async def find_draft(self, change_id: str, by: str) -> TeamOperation:
        """The draft of this user. Raises `BadInput` if it was confirmed already, or is too old."""
        async with self._store.read() as db:
            change = await change_table.find(db, self._account, change_id)
        if change is None or change.step is not TeamStep.DRAFT or change.user_id != by:
            raise BadInput("This was already confirmed, or it has expired. Look at the team with /webinar team.")
        return change

    async def confirm(self, webinar: Webinar, draft: TeamOperation, view_id: str) -> TeamOperation:
        """Confirm a draft."""
        self._check_diff(webinar, draft.diff)
        change = draft.model_copy(update={"step": TeamStep.REQUESTED, "view_id": view_id})
        async with self._store.write() as db:
            if not await change_table.confirm(db, change, self.leases.worker_id, self.leases.until()):
                raise BadInput("This was already confirmed. Look at the team with /webinar team.")
        return change

    async def begin(
        self, webinar: Webinar, diff: TeamDiff, by: str, view_id: str = "", change_id: str = ""
    ) -> TeamOperation:
        """Save a change that needs no confirmation, by default with an id of its own."""
        self._check_diff(webinar, diff)
        new = self._new(webinar, diff, by)
        requested = {"step": TeamStep.REQUESTED, "view_id": view_id, "change_id": change_id or new.change_id}
        change = new.model_copy(update=requested)
        async with self._store.write() as db:
            await change_table.begin(db, change, self.leases.worker_id, self.leases.until())
        return change

    async def carry_out(self, change: TeamOperation, caller: Caller) -> list[Outcome]:
        """Apply a change and notify its members; the outcome for each.

        Applying is one call, and a lookup and one more if its outcome is unknown or a conflict. Raises
        `TeamChangeUnclear` if the outcome is still unknown, and else any `ProviderError`; then nothing was applied.
        """
        return await self._carry_out(change, caller, resumed=False)

    async def finish(self, change: TeamOperation, outcomes: Sequence[Outcome]) -> None:
        """The user has seen the outcomes: delete the change, or resume it for members still to be notified."""
        if any(one.notified_by is NotifiedBy.WAITING for one in outcomes):
            await self.leases.resume_later(change)
        else:
            await self._forget(change)

    async def resume(self, waiting: Collection[str] = ()) -> None:
        """Resume changes whose lease expired, notify their users, and update what members have.

        Sessions that are `waiting` are not updated: the notice of their change comes first.
        """
        async for change in self.leases.expired():
            log.info("team.resumed", extra={"session": change.session_id, "step": change.step})
            try:
                await self._resume(change)
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                log.warning("team.deferred", extra={"session": change.session_id, "reason": type(error).__name__})
        await self.notifier.update_outdated(waiting)

    async def _carry_out(self, change: TeamOperation, caller: Caller, *, resumed: bool) -> list[Outcome]:
        async with self.leases.keep(change):
            if change.step is not TeamStep.APPLIED:
                change = await self._apply(change, caller, resumed=resumed)
            outcomes = await self.notifier.notify_all(change)
        self._scheduler.wake()
        self._scheduler.run_soon(UPDATES)  # a former member with a seat gets the entry of the seat
        return outcomes

    async def _apply(self, change: TeamOperation, caller: Caller, *, resumed: bool) -> TeamOperation:
        webinar = await self._mirror.find(change.session_id)
        async with self._locks[change.session_id]:
            team = await self.cached(webinar)
            known = {one.invitee.invitee_id: one for one in team.members} if team else {}
            try:
                applied = await self._applier.change(webinar, change.diff, known, caller, resumed=resumed)
            except TeamChangeUnclear:
                await self.leases.resume_later(change)
                raise
            except ProviderError as error:
                if resumed and isinstance(error, ProviderBusy | ProviderDown):
                    await self.leases.resume_later(change)
                    raise TeamChangeUnclear(UNCLEAR) from error
                await self._forget(change)
                raise
            return await self._save(change, applied)

    async def _save(self, change: TeamOperation, applied: AppliedChange) -> TeamOperation:
        """Save the applied change, and who is to be notified, in one transaction."""
        try:
            async with self._store.write() as db:
                made = await save_applied(db, change, applied, self._clock.now())
                await self.leases.advance(db, made)
        except LeaseLost as lost:
            raise TeamChangeUnclear(UNCLEAR) from lost  # another replica continues it
        return made

    async def _resume(self, change: TeamOperation) -> None:
        try:
            webinar = await self._mirror.find(change.session_id)
            outcomes = await self._carry_out(change, NOTICE, resumed=True)
        except TeamChangeUnclear:
            if machine_now() - change.begun_at < TOO_OLD:
                raise
            await self._give_up(change, named(GIVEN_UP, change.session_id))
            log.warning("team.given_up", extra={"session": change.session_id})
            return
        except NotFound:
            await self._forget(change)
            raise
        except GreenroomError as error:
            await self._give_up(change, error.sentence)
            return
        if not any(one.notified_by is NotifiedBy.WAITING for one in outcomes):
            await self.notifier.show(
                change, team_result.done(webinar, outcomes), team_result.done_message(webinar, outcomes)
            )
        await self.finish(change, outcomes)

    async def _give_up(self, change: TeamOperation, sentence: str) -> None:
        await self.notifier.notify_failed(change, sentence)
        await self._forget(change)

    async def _forget(self, change: TeamOperation) -> None:
        async with self._store.write() as db:
            await change_table.forget(db, change)
            removed = await team_table.members(db, self._account, change.session_id, change.diff.deleted)
            left = [one.invitee.invitee_id for one in removed if one.notified_by is NotifiedBy.LEFT]
            await team_table.forget(db, self._account, change.session_id, left)

    def _check_diff(self, webinar: Webinar, diff: TeamDiff) -> None:
        self.check(webinar)
        if self.has_started(webinar) and not diff.only_adds:
            raise BadInput(FROZEN)

    def _new(self, webinar: Webinar, diff: TeamDiff, by: str) -> TeamOperation:
        return TeamOperation(
            account=self._account,
            change_id=token_hex(12),
            session_id=webinar.session_id,
            user_id=by,
            diff=diff,
            step=TeamStep.DRAFT,
            begun_at=machine_now(),
        )

    async def _read(self, webinar: Webinar, caller: Caller) -> Team:
        listed = await self._provider.invitees(webinar.webinar_id, webinar.session_id, caller)
        now = self._clock.now()
        async with self._store.write() as db:
            await save_team(db, self._account, webinar.session_id, listed, now)
            known = await team_table.find(db, self._account, webinar.session_id)
        return known or Team([], now)
