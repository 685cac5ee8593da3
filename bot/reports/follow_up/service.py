"""Follow-ups of past webinars: reviewed, sent, stopped, continued, and resumed after a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex
from typing import TYPE_CHECKING

from bot.background import BackgroundTasks
from bot.clock import Clock, machine_now
from bot.db.connection import Db, Store
from bot.db.leases import WorkerLeases
from bot.db.locks import SharedLocks
from bot.errors import BadInput
from bot.model.people import Account
from bot.model.retention import STOPPED_FOLLOW_UPS, keep
from bot.model.webinar import Webinar
from bot.providers.base import Caller
from bot.providers.names import named
from bot.reports import report_table
from bot.reports.follow_up import recipient_table, run_table
from bot.reports.follow_up.audience import addressees, audience_of
from bot.reports.follow_up.drafted import DraftedFollowUp
from bot.reports.follow_up.opt_outs import OptOuts
from bot.reports.follow_up.recipient_table import DeliveryState
from bot.reports.follow_up.run_report import FollowUpReport, WriteCsv
from bot.reports.follow_up.run_table import UNDER_WAY, FollowUpRun, RunState
from bot.reports.follow_up.sender import FollowUpSender
from bot.reports.follow_up.texts import attendance_note
from bot.reports.follow_up.wording import FollowUpGroup
from bot.reports.follow_up.worker import FollowUpWorker, PeopleOf, SeatsOf
from bot.reports.open_items_table import ItemKind, close_item
from bot.reports.texts.problems import NOT_STARTED
from bot.slack.client import SlackApi
from bot.slack.users import Users
from bot.webinars.participation import team_user_ids

if TYPE_CHECKING:
    from bot.model.recording import RecordingLink
    from bot.sync.mirror import Mirror

DRAFT_LIFETIME = timedelta(hours=1)
"""How long a review can be sent: attendance and seats change."""

EXPIRED = "This review is too old to be sent. Type /webinar followup to see it again: your texts are kept."
OVERTAKEN = (
    "A follow-up of this webinar was sent since this review was made, so nothing was sent. Type /webinar followup to "
    "see who gets this one: your texts are kept."
)
CHANGED = "This follow-up is already further along. The message about it shows its progress."
UNDER_WAY_ALREADY = (
    "A follow-up of this webinar is being sent right now. Wait until it is done, or stop it in the message to <@{}>."
)


@dataclass(frozen=True)
class FollowUpSources:
    """What follow-ups need from other services."""

    people_of: PeopleOf
    seats_of: SeatsOf
    shared_link: Callable[[Webinar], Awaitable[RecordingLink | None]]
    """The link of the recording, if it is shared; without a vendor call."""
    write_csv: WriteCsv


class FollowUpService:
    """The follow-ups of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        users: Users,
        mirror: Mirror,
        clock: Clock,
        background: BackgroundTasks,
        locks: SharedLocks,
        sources: FollowUpSources,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._account = account
        self._store = store
        self._clock = clock
        self._background = background
        self._sources = sources
        self._locks = locks
        self.opt_outs = OptOuts(account.workspace, store, clock)
        self.leases = WorkerLeases(store, run_table.LEASES, account, worker_id, subject="followup")
        self.sender = FollowUpSender(store, slack, users, clock, self.leases, self.opt_outs)
        self.report = FollowUpReport(store, slack, clock, sources.write_csv)
        self._worker = FollowUpWorker(
            store,
            self.leases,
            mirror,
            clock,
            self.sender,
            self.report,
            self.opt_outs,
            sources.people_of,
            sources.seats_of,
        )
        self._is_woken = False

    async def check(self, webinar: Webinar) -> None:
        """Raise `BadInput` while a follow-up of this webinar is under way, and if nobody has started the webinar."""
        async with self._store.read() as db:
            stored = await report_table.find(db, self._account, webinar.session_id)
        if stored and stored.report is None and stored.problem == named(NOT_STARTED, webinar.session_id):
            raise BadInput(stored.problem)
        latest = await self.latest(webinar)
        if latest and latest.state in UNDER_WAY:
            raise BadInput(UNDER_WAY_ALREADY.format(latest.user_id))

    async def latest(self, webinar: Webinar) -> FollowUpRun | None:
        """The last follow-up of this webinar that was sent, by anybody."""
        async with self._store.read() as db:
            return await run_table.latest(db, self._account, webinar.session_id)

    async def recording(self, webinar: Webinar) -> str:
        """The link of the recording if it is shared, else empty. No vendor call."""
        shared = await self._sources.shared_link(webinar)
        return shared.link.get_secret_value() if shared else ""

    async def attendance_note(self, webinar: Webinar) -> str:
        """What to know about the attendance before people are written to; empty if it is complete. No vendor call."""
        async with self._store.read() as db:
            stored = await report_table.find(db, self._account, webinar.session_id)
        return attendance_note(stored, webinar, self._clock.now())

    async def draft(
        self, webinar: Webinar, user_id: str, texts: Mapping[FollowUpGroup, str], recording: str, caller: Caller
    ) -> DraftedFollowUp:
        """Read who attended, and save the recipients in Slack by their ids. Nothing is sent."""
        people = addressees(await self._sources.people_of(webinar, caller))
        run = FollowUpRun(
            account=self._account,
            follow_up_id=token_hex(12),
            session_id=webinar.session_id,
            user_id=user_id,
            texts=dict(texts),
            recording=recording,
            begun_at=self._clock.now(),
        )
        async with self._store.write() as db:
            running = await team_user_ids(db, self._account, webinar.session_id) | {user_id}
            seats = await self._sources.seats_of(db, self._account, webinar.session_id)
            opted_out = await self.opt_outs.all_in(db)
            audience = audience_of(people, seats, groups=run.groups, opted_out=opted_out, running=running)
            await run_table.add(db, run)
            key = (self._account, run.follow_up_id)
            await recipient_table.add(db, *key, audience.in_slack, DeliveryState.WAITING)
            await recipient_table.add(db, *key, audience.opted_out, DeliveryState.OPTED_OUT)
        return DraftedFollowUp(run, audience)

    async def start(self, webinar: Webinar, follow_up_id: str) -> FollowUpRun:
        """Send a reviewed follow-up of this webinar. Confirmed twice, it is sent once.

        Nobody is reminded of it any more. Raises `BadInput` if it is too old, or another one is under way.
        """
        run = await self.find(follow_up_id)
        if run.state is RunState.DRAFT:
            async with self._locks.hold("follow-up", run.session_id), self._store.write() as db:
                _check_alone(run, await run_table.others(db, run))
                sending = run.model_copy(update={"state": RunState.SENDING})
                if await run_table.change(db, sending, frm=RunState.DRAFT):
                    await close_item(db, webinar, ItemKind.FOLLOWUP, run.user_id)
        self.wake()
        return run

    async def find(self, follow_up_id: str) -> FollowUpRun:
        """The follow-up of this id. Raises `BadInput` if it is not kept any more, or its review is too old."""
        async with self._store.read() as db:
            run = await run_table.find(db, self._account, follow_up_id)
        if run is None or (run.state is RunState.DRAFT and self._is_expired(run)):
            raise BadInput(EXPIRED)
        return run

    async def stop(self, follow_up_id: str) -> None:
        """Withdraw what Slack has not posted yet."""
        await self._change_state(follow_up_id, dict.fromkeys((RunState.SENDING, RunState.WAITING), RunState.STOPPING))

    async def send_rest(self, follow_up_id: str) -> None:
        """Send what a stopped follow-up has not sent. Raises `BadInput` while another one is under way."""
        run = await self.find(follow_up_id)
        async with self._locks.hold("follow-up", run.session_id):
            async with self._store.read() as db:
                _check_none_under_way(await run_table.others(db, run))
            await self._change_state(follow_up_id, {RunState.STOPPED: RunState.SENDING})

    def wake(self) -> None:
        """Look for work now."""
        if not self._is_woken:
            self._is_woken = True
            self._background.start(self.resume(), "follow-ups", resumable=True)

    async def resume(self) -> None:
        """Start or resume the follow-ups whose lease expired, and end those whose last message was posted."""
        self._is_woken = False
        began = machine_now()
        while run := await self._claim(began):
            self._background.start(self._run(run), "follow-up", resumable=True)  # it may take an hour

    async def delete_old(self) -> None:
        """Delete reviews that were not sent, the texts of those stopped long ago, and the results of old ones."""
        now = self._clock.now()
        async with self._store.write() as db:
            await self._forget(db, now - DRAFT_LIFETIME, RunState.DRAFT)
            await self._forget(db, now - STOPPED_FOLLOW_UPS, RunState.STOPPED)
            await self._forget(db, now - keep("follow_ups"), RunState.DONE)
            await recipient_table.forget_orphans(db, self._account)

    async def _claim(self, began: datetime) -> FollowUpRun | None:
        now = self._clock.now()
        async with self._store.write() as db:
            return await run_table.LEASES.claim(
                db,
                self._account,
                self.leases.worker_id,
                began,
                self.leases.until(),
                run_table.has_work(now),
            )

    async def _run(self, run: FollowUpRun) -> None:
        await self._worker.run(run)
        self.wake()  # its state may have changed in the meantime, for example to stop it

    async def _change_state(self, follow_up_id: str, states: Mapping[RunState, RunState]) -> None:
        async with self._store.write() as db:
            run = await run_table.find(db, self._account, follow_up_id)
            if run is None or run.state not in states:
                raise BadInput(CHANGED)
            changed = run.model_copy(update={"state": states[run.state], "problem": "", "ended_at": None})
            await run_table.change(db, changed, frm=run.state)
        self.wake()

    def _is_expired(self, run: FollowUpRun) -> bool:
        return self._clock.now() - run.begun_at > DRAFT_LIFETIME

    async def _forget(self, db: Db, before: datetime, state: RunState) -> None:
        for follow_up_id in await run_table.ids_before(db, self._account, before, state):
            # A user may send or continue it at this moment.
            if await run_table.forget(db, self._account, follow_up_id, state):
                await recipient_table.forget(db, self._account, follow_up_id)


def _check_alone(run: FollowUpRun, others: Sequence[FollowUpRun]) -> None:
    """Raise `BadInput` if another follow-up of the webinar is under way, or was sent since this one was reviewed."""
    _check_none_under_way(others)
    if any(max(one.begun_at, one.ended_at or one.begun_at) > run.begun_at for one in others):
        raise BadInput(OVERTAKEN)


def _check_none_under_way(others: Sequence[FollowUpRun]) -> None:
    for one in others:
        if one.state in UNDER_WAY:
            raise BadInput(UNDER_WAY_ALREADY.format(one.user_id))
