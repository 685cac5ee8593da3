"""Works on one follow-up: sends its messages and its file, or withdraws what has not been sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from bot.clock import Clock, machine_now
from bot.db.connection import Db, Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import GreenroomError, ProviderBusy, ProviderRefused, ProviderUnauthorized
from bot.model.people import Account
from bot.model.seat import Seat
from bot.model.webinar import Webinar
from bot.providers.base import BULK, Caller
from bot.reports.follow_up import mail_file, recipient_table, run_table
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.audience import Addressee, addressees, audience_of
from bot.reports.follow_up.opt_outs import OptOuts
from bot.reports.follow_up.recipient_table import DeliveryState
from bot.reports.follow_up.run_report import FollowUpReport
from bot.reports.follow_up.run_table import FollowUpRun, RunState
from bot.reports.follow_up.sender import FollowUpSender
from bot.slack.responses import SlackBusy, SlackRefused
from bot.webinars.participation import team_user_ids

if TYPE_CHECKING:
    from bot.reports.model import PersonRow
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

SeatsOf: TypeAlias = Callable[[Db, Account, str], Awaitable[Sequence[Seat]]]
"""The registered seats of a session."""
PeopleOf: TypeAlias = Callable[[Webinar, Caller], "Awaitable[Sequence[PersonRow]]"]
"""Reads the people of a past webinar at the provider."""


NO_FILE = "The file for your mailing tool was not made."


class FollowUpWorker:
    """Works on the follow-ups that `leases` owns, and saves each step."""

    def __init__(
        self,
        store: Store,
        leases: WorkerLeases[FollowUpRun],
        mirror: Mirror,
        clock: Clock,
        sender: FollowUpSender,
        report: FollowUpReport,
        opt_outs: OptOuts,
        people_of: PeopleOf,
        seats_of: SeatsOf,
    ) -> None:
        """`people_of` reads the people of a webinar; `seats_of` loads its seats."""
        self._store = store
        self._leases = leases
        self._mirror = mirror
        self._clock = clock
        self._sender = sender
        self._report = report
        self._opt_outs = opt_outs
        self._people_of = people_of
        self._seats_of = seats_of

    async def run(self, run: FollowUpRun) -> None:
        """Work on a claimed follow-up until it ends, is stopped, or must be resumed later."""
        until: datetime | None = None
        async with self._leases.keep(run):
            try:
                await self._run(run)
            except ProviderBusy as busy:
                until = busy.ready_at
            except SlackBusy as busy:
                until = machine_now() + timedelta(seconds=busy.seconds)
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                log.warning("followup.deferred", extra={"follow_up": run.follow_up_id, "reason": type(error).__name__})
                until = machine_now() + self._leases.retry
        await self._leases.release(run, until=until)

    async def _run(self, run: FollowUpRun) -> None:
        webinar = await self._mirror.find(run.session_id)
        try:
            if run.state is RunState.SENDING:
                await self._send(run, webinar)
            elif run.state is RunState.STOPPING:
                await self._sender.withdraw_all(run, lambda: self._report.show_if_due(run, webinar))
                await self._end(run, webinar, RunState.STOPPED)
            elif run.state is RunState.WAITING:
                await self._end(run, webinar, _final_state(run))
        except LeaseLost:
            await self._show_current(run, webinar)
        except SlackRefused as refused:
            if run.state is not RunState.SENDING:
                raise
            await self._end(run, webinar, RunState.STOPPED, refused.sentence)

    async def _send(self, run: FollowUpRun, webinar: Webinar) -> None:
        await self._report.show(run, webinar)
        async with self._store.read() as db:
            seats = {seat.user_id: seat for seat in await self._seats_of(db, run.account, run.session_id)}
        await self._sender.send_all(run, webinar, seats, lambda: self._report.show_if_due(run, webinar))
        problem = ""
        if run.in_file < 0:
            run, problem = await self._send_file(run, webinar, seats)
        async with self._store.read() as db:
            post_at = await recipient_table.last_post_at(db, run.account, run.follow_up_id)
        if not post_at:
            await self._end(run, webinar, _final_state(run), problem)
            return
        finish_at = datetime.fromtimestamp(post_at, UTC)
        waiting = run.model_copy(update={"state": RunState.WAITING, "finish_at": finish_at, "problem": problem})
        await self._change(run, waiting, webinar)

    async def _send_file(
        self, run: FollowUpRun, webinar: Webinar, seats: Mapping[str, Seat]
    ) -> tuple[FollowUpRun, str]:
        """Send the file of those who get no direct message. After a crash it may be sent again."""
        try:
            people, not_reached = await self._people_for_file(run, webinar, seats)
        except (ProviderRefused, ProviderUnauthorized) as refused:
            return run, f"{NO_FILE}\n{refused.sentence}"
        rows = mail_file.mail_rows(webinar, run, people, not_reached)
        problem = await self._report.send_file(run, webinar, rows) if rows else ""
        sent = run.model_copy(update={"in_file": -1 if problem else len(rows)})
        if not problem:
            async with self._store.write() as db:
                if not await run_table.change(db, sent, frm=run.state):
                    raise LeaseLost
        return sent, problem

    async def _people_for_file(
        self, run: FollowUpRun, webinar: Webinar, seats: Mapping[str, Seat]
    ) -> tuple[list[Addressee], dict[str, str]]:
        """Who is in the file, and why those of them with a seat got no direct message, by registrant."""
        people = addressees(await self._people_of(webinar, BULK))
        async with self._store.read() as db:
            team = await team_user_ids(db, run.account, run.session_id)
            opted_out = await self._opt_outs.all_in(db)
            states = [state for state in DeliveryState if state is not DeliveryState.REFUSED]
            handled = await recipient_table.in_states(db, run.account, run.follow_up_id, *states)
            refused = await recipient_table.in_states(db, run.account, run.follow_up_id, DeliveryState.REFUSED)
        without = {one.recipient.user_id for one in refused}
        # A refused seat is treated as one without direct messages.
        known = [
            seat.model_copy(update={"dm_channel_id": ""}) if user_id in without else seat
            for user_id, seat in seats.items()
        ]
        running = team | {run.user_id}
        sorted_people = audience_of(people, known, groups=run.groups, opted_out=opted_out, running=running)
        done = {one.recipient.registrant_id for one in handled}
        reasons = {
            one.recipient.registrant_id: follow_up_texts.REASONS.get(one.problem, follow_up_texts.REFUSED)
            for one in refused
        }
        return [one for one in sorted_people.in_file if one.registrant_id not in done], reasons

    async def _change(self, run: FollowUpRun, changed: FollowUpRun, webinar: Webinar) -> None:
        async with self._store.write() as db:
            if not await run_table.change(db, changed, frm=run.state):
                raise LeaseLost
        await self._report.show(changed, webinar)

    async def _end(self, run: FollowUpRun, webinar: Webinar, state: RunState, problem: str = "") -> None:
        texts = {} if state is RunState.DONE else run.texts
        changes = {"state": state, "problem": problem or run.problem, "texts": texts, "ended_at": self._clock.now()}
        ended = run.model_copy(update=changes)
        # Shown before it is saved: after a crash between the two it is shown again.
        await self._report.show(ended, webinar, is_last=True)
        async with self._store.write() as db:
            is_ended = await run_table.change(db, ended, frm=run.state)
        if not is_ended:
            await self._show_current(run, webinar)  # a user stopped it at the last moment

    async def _show_current(self, run: FollowUpRun, webinar: Webinar) -> None:
        async with self._store.read() as db:
            current = await run_table.find(db, run.account, run.follow_up_id)
        await self._report.show(current or run, webinar)


def _final_state(run: FollowUpRun) -> RunState:
    """Without its file it can be continued."""
    return RunState.STOPPED if run.in_file < 0 else RunState.DONE
