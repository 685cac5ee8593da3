"""Creates a webinar and its session, both or neither, and reports the result to the user."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.background import BackgroundTasks
from bot.clock import Clock
from bot.creation import draft_table
from bot.creation import table as creation_table
from bot.creation.report import CreationReport
from bot.creation.steps import CreationSteps
from bot.creation.table import Creation, CreationStep
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import BadInput, GreenroomError, ProviderError, ProviderGone
from bot.model.people import Account, Person
from bot.model.webinar import Audience, Webinar
from bot.providers.base import NOTICE, Caller
from bot.providers.directories import Directories
from bot.providers.routing import RoutingProvider
from bot.slack.deliver import ResultDelivery
from bot.sync.cards import Cards
from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

REGISTRATION_WAITS = (0.5, 4.0, 15.0, 60.0)
"""Seconds before each try to read a new session's registration, which may be unknown (404) just after creation."""
CopyTeam = Callable[[str, Webinar, str, str], Awaitable[None]]
"""Invites the team of a session to a webinar, for a user, once for each id. Raises no `GreenroomError`."""
SAME_TITLE = "A webinar with this title is being created right now. Wait a minute, or change the title."


class CreationService:
    """The creations of one account."""

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        results: ResultDelivery,
        provider: RoutingProvider,
        directory: Directories,
        cards: Cards,
        mirror: Mirror,
        clock: Clock,
        background: BackgroundTasks,
        copy_team: CopyTeam,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`worker_id` distinguishes the replicas that work on this account; `copy_team` invites an earlier team."""
        self._store = store
        self._copy_team = copy_team
        self._mirror = mirror
        self._clock = clock
        self._background = background
        self._sleep = sleep
        self._directory = directory
        self.leases = WorkerLeases(store, creation_table.LEASES, account, worker_id, subject="creation")
        self.steps = CreationSteps(store, self.leases, provider, directory, clock)
        self.rules_at = provider.rules_at
        self._report = CreationReport(worker_id, store, results, cards, mirror)
        self.registration_waits = REGISTRATION_WAITS

    async def begin(self, creation: Creation) -> Creation | None:
        """Save a creation as begun now, and its form as submitted, in one transaction.

        Returns the earlier creation of this form, unless that one failed: a form that is submitted twice creates once.
        Raises `BadInput` while another webinar of the same title is being created: the two would be indistinguishable.
        """
        async with self._store.write() as db:
            await creation_table.lock_account(db, creation.account)
            earlier = await creation_table.find(db, creation.account, creation.draft_id)
            if earlier and not earlier.ended_without_webinar:
                return earlier
            if await creation_table.is_title_under_way(db, creation.account, creation.request.form.title):
                raise BadInput(SAME_TITLE)
            if earlier:
                await creation_table.archive(db, earlier)
            # The provider dates a webinar by its own clock, which a sandbox moves.
            begun = creation.model_copy(update={"begun_at": self._clock.now()})
            await creation_table.begin(db, begun, self.leases.worker_id, self.leases.until())
            await draft_table.set_state(db, creation.account.workspace, creation.draft_id, draft_table.SENT)
        return None

    async def choose_host(self, creation: Creation, person: Person, caller: Caller) -> Creation:
        """Make the creator the host if they are new in the company directory: one call, else the creation as it is."""
        directory = self._directory.at(creation.request.form.provider)
        if creation.request.host or not await directory.look_up(person.email, caller):
            return creation
        creation, host = await self.steps.reread(creation), directory.host_for(person)
        hosted = creation.model_copy(update={"request": creation.request.model_copy(update={"host": host})})
        async with self._store.write() as db:
            is_saved = await creation_table.save_request(db, hosted, self.leases.worker_id)
        return hosted if is_saved else creation

    async def run(self, creation: Creation, caller: Caller, *, resumed: bool = False) -> Creation:
        """Take a creation to `COMPLETE`, or to `UNDONE` or `NOT_FOUND` with a `problem` for the user.

        Without a clear answer from the provider or the database it stays where it is, and `resume` continues it, as
        after a crash. Raises no error of either.
        """
        try:
            creation = await self.steps.reread(creation)
            async with self.leases.keep(creation):
                return await self.steps.run(creation, caller, resumed=resumed)
        except (LeaseLost, *DATABASE_UNAVAILABLE) as error:
            log.warning("creation.lease_lost", extra={"draft": creation.draft_id, "reason": type(error).__name__})
            return creation

    async def resume(self) -> None:
        """Resume creations whose lease expired, and report those that ended."""
        async for creation in self.leases.expired():
            log.info("creation.resumed", extra={"step": creation.step, "webinar": creation.webinar_id})
            if creation.step in creation_table.CARD_OPEN:
                await self._announce_later(creation)
                continue
            resumed = await self._resume(creation)
            if resumed.step in creation_table.TO_REPORT:
                await self.report(resumed)

    async def report(self, creation: Creation) -> None:
        """Show the result in place of the form, or in a DM if the form was closed.

        If Slack or the database gives no clear answer, report again later: twice rather than never.
        """
        failed = await self.leases.report(creation, self._send_report(creation), self.steps.resume_later)
        if failed:
            log.warning("creation.report_deferred", extra={"draft": creation.draft_id, "reason": failed})

    async def _send_report(self, creation: Creation) -> None:
        if creation.step in (CreationStep.COMPLETE, CreationStep.CARD_REQUESTED):
            webinar, announced = await self._report.completed(creation)
            if creation.request.team_of:  # before the report is marked: after a crash, it is done again
                by, copy_id = creation.user_id, f"copy-{creation.draft_id}"
                await self._copy_team(creation.request.team_of, webinar, by, copy_id)
            await self._mark_reported(creation, announced.next_step, announced.wait)
            if webinar.audience is not Audience.ANYONE:
                self._background.start(self._read_registration(webinar), "read registration")
        elif creation.step in (CreationStep.UNDONE, CreationStep.NOT_FOUND, CreationStep.WATCHED):
            await self._report.failed(creation)
            was_not_found = creation.step in (CreationStep.NOT_FOUND, CreationStep.WATCHED)
            await self._mark_reported(creation, CreationStep.WATCHED if was_not_found else CreationStep.REPORTED)
        else:
            await self._report.pending(creation)

    async def _mark_reported(self, creation: Creation, step: CreationStep, wait: timedelta | None = None) -> None:
        with contextlib.suppress(LeaseLost):  # a form submitted twice: the worker that owns the creation marks it
            await self.steps.save(creation, step, wait=wait)

    async def _announce_later(self, creation: Creation) -> None:
        try:
            # Unclear from here on: this process may end while Slack posts the card.
            await self.steps.save(creation, CreationStep.CARD_UNCLEAR)
            announced = await self._report.announced_later(creation)
            await self.steps.save(creation, announced.next_step, wait=announced.wait)
        except (LeaseLost, GreenroomError, *DATABASE_UNAVAILABLE) as error:
            log.warning("creation.card_deferred", extra={"draft": creation.draft_id, "reason": type(error).__name__})

    async def _resume(self, creation: Creation) -> Creation:
        if creation.step in creation_table.TO_REPORT:
            return creation
        if creation.step not in (CreationStep.UNDOING, CreationStep.WATCHED):
            return await self.run(creation, NOTICE, resumed=True)
        async with self.leases.keep(creation):
            try:
                if creation.step is CreationStep.WATCHED:
                    return await self.steps.look_for_late(creation)
                return await self.steps.undo(creation, NOTICE)
            except LeaseLost:
                return creation

    async def _read_registration(self, webinar: Webinar) -> None:
        """Mirror the registration of a new session, which the provider has a moment later."""
        for wait in self.registration_waits:
            await self._sleep(wait)
            try:
                await self._mirror.read_registration(await self._mirror.find(webinar.session_id), NOTICE)
            except ProviderGone:
                continue
            except ProviderError as error:
                log.warning("registration.read_failed", extra={"session": webinar.session_id, "code": error.code})
                continue
            return
