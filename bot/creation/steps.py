"""The steps of a creation, each saved before and after its vendor call, so that any of them can be resumed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock, machine_now
from bot.creation import table as creation_table
from bot.creation.reconcile import CreationReconciler, StillUnclear
from bot.creation.table import Creation, CreationStep
from bot.db.connection import Store
from bot.db.leases import WorkerLeases
from bot.errors import (
    OutcomeUnknown,
    ProviderBusy,
    ProviderDown,
    ProviderError,
    ProviderRefused,
)
from bot.model.webinar import Audience, SessionFacts, Webinar, WebinarFacts
from bot.notices.planner import plan_changes
from bot.providers.base import Caller
from bot.providers.directories import Directories
from bot.providers.names import any_of
from bot.providers.routing import RoutingProvider
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

WATCH = timedelta(minutes=2)
"""How long after a creation failed we look once more for a webinar that appeared late."""
LONGEST_WATCH = timedelta(days=1)
TRIES = 3
NOT_CREATED = "{provider} gave no clear answer and shows no such webinar, so nothing is scheduled. You can try again."
NOT_CREATED_AS_FAR_AS_LISTED = (
    "{provider} gave no clear answer and shows no such webinar, so you can try again. If an empty webinar without a "
    "date appears under your name at {provider}, delete it there."
)
"""A list of webinars holds only those of the calling user, so one under another host cannot be ruled out."""
TOO_LATE = "The start passed before {provider} had given a clear answer, so the webinar was not kept."
NEVER_REQUESTED = "The start passed before the webinar could be created, so nothing is scheduled."
NOT_UNDONE = "\nWhat was started could not be undone: delete the webinar without a date at {provider}."


class TooLate(ProviderRefused):
    """The start has passed: there is nothing left to create."""


class CreationSteps:
    """Takes a leased creation forward or back. Every method raises `LeaseLost` if another worker owns it."""

    def __init__(
        self,
        store: Store,
        leases: WorkerLeases[Creation],
        provider: RoutingProvider,
        directory: Directories,
        clock: Clock,
    ) -> None:
        """Create at this provider."""
        self._store = store
        self._leases = leases
        self._provider = provider
        self._directory = directory
        self._clock = clock
        self.reconciler = CreationReconciler(store, provider, clock)
        self.watch = WATCH

    async def run(self, creation: Creation, caller: Caller, *, resumed: bool = False) -> Creation:
        """Take a creation to `COMPLETE`, `UNDONE` or `NOT_FOUND`; without a clear answer, schedule it to be resumed.

        A `resumed` one has no user who waits for it: it goes on until the provider has time for it.
        """
        try:
            return await self._forward(creation, caller)
        except ProviderError as error:
            creation = await self.reread(creation)
            if resumed and isinstance(error, ProviderBusy | ProviderDown):
                return await self._defer(creation)
            return await self._failed(creation, error, caller)

    async def undo(self, creation: Creation, caller: Caller) -> Creation:
        """Delete what an interrupted creation made."""
        return await self._undo(creation, creation.problem, caller)

    async def look_for_late(self, creation: Creation) -> Creation:
        """Remove the webinar of a failed creation that appeared late, or schedule another look."""
        try:
            is_over = await self.reconciler.remove_late(creation)
        except ProviderError as error:
            log.warning("creation.watch_failed", extra={"code": error.code})
            is_over = self._clock.now() > creation.begun_at + LONGEST_WATCH
        return await self.save(creation, CreationStep.REPORTED if is_over else CreationStep.WATCHED)

    async def resume_later(self, creation: Creation) -> Creation:
        """Leave a creation at its last saved step, to be resumed."""
        current = await self.reread(creation)
        await self._leases.resume_later(current, machine_now() - current.begun_at)
        return current

    async def save(
        self,
        creation: Creation,
        step: CreationStep,
        *,
        webinar_id: str | None = None,
        problem: str = "",
        wait: timedelta | None = None,
    ) -> Creation:
        """Save the next step, and own it for `wait`, if given."""
        known = {"webinar_id": webinar_id or creation.webinar_id, "problem": problem or creation.problem}
        creation = creation.model_copy(update={"step": step, **known})
        async with self._store.write() as db:
            await self._leases.advance(db, creation, wait=self.watch if step is CreationStep.WATCHED else wait)
        return creation

    async def reread(self, creation: Creation) -> Creation:
        """The creation as last saved."""
        async with self._store.read() as db:
            return await creation_table.find(db, creation.account, creation.draft_id) or creation

    def _named(self, text: str, creation: Creation) -> str:
        return text.format(provider=any_of(self._provider.at(creation.request.form.provider).display_names))

    async def _forward(self, creation: Creation, caller: Caller) -> Creation:
        resumed = creation.step is not CreationStep.BEGUN
        made = await self._webinar(creation, caller)
        if made is None:
            is_listed = self._provider.at(creation.request.form.provider).lists_all_hosts
            may_exist = creation.request.host and not is_listed
            problem = NOT_CREATED_AS_FAR_AS_LISTED if may_exist else NOT_CREATED
            return await self.save(creation, CreationStep.NOT_FOUND, problem=self._named(problem, creation))
        if creation.webinar_id is None:
            creation = await self.save(creation, CreationStep.WEBINAR_CREATED, webinar_id=made.webinar_id)
        session = await self._session(creation, caller, resumed=resumed)
        return await self._complete(creation, made, session)

    async def _webinar(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        if creation.webinar_id:
            return await self._provider.webinar(creation.webinar_id, caller)
        if creation.step is CreationStep.BEGUN:
            try:
                return await self._create_webinar(creation, caller)
            except OutcomeUnknown as error:
                log.warning("creation.webinar_unclear", extra={"draft": creation.draft_id, "status": error.status})
        return await self.reconciler.find(creation, caller)

    async def _create_webinar(self, creation: Creation, caller: Caller) -> WebinarFacts:
        form = creation.request.form

        async def save_request() -> None:
            # Not before: one that waits for its turn at the gate when the process ends is simply sent by the next one.
            if form.start <= self._clock.now():
                raise TooLate(NEVER_REQUESTED)
            await self.save(creation, CreationStep.WEBINAR_REQUESTED)

        waiting = replace(caller, before_sending=save_request)
        return await self._provider.create_webinar(form, creation.request.host, waiting)

    async def _session(self, creation: Creation, caller: Caller, *, resumed: bool) -> SessionFacts:
        webinar_id, form = str(creation.webinar_id), creation.request.form
        was_requested = creation.step is CreationStep.SESSION_REQUESTED
        for _ in range(TRIES):
            if was_requested and (found := await self._provider.find_session(webinar_id, form.start, caller)):
                return found
            if resumed and form.start <= self._clock.now():
                raise TooLate(self._named(TOO_LATE, creation))
            creation = await self.save(creation, CreationStep.SESSION_REQUESTED)
            try:
                return await self._provider.create_session(webinar_id, form, caller)
            except OutcomeUnknown as error:
                log.warning("creation.session_unclear", extra={"webinar": webinar_id, "status": error.status})
                was_requested = True
            except ProviderRefused:
                # A webinar has one session at most (guide, webinar/sessions.md): the conflict may be with our own
                # earlier request, completed late.
                if was_requested and (found := await self._provider.find_session(webinar_id, form.start, caller)):
                    return found
                raise
        raise StillUnclear(self._named(NOT_CREATED, creation))

    async def _complete(self, creation: Creation, made: WebinarFacts, session: SessionFacts) -> Creation:
        host, directory = creation.request.host, self._directory.at(creation.request.form.provider)
        host_name = host.name if host else directory.user_name(made.host_user_id)
        note = "" if made.is_host_entitled else await directory.note_not_entitled(host)
        ended = {"step": CreationStep.COMPLETE, "session_id": session.session_id, "problem": note}
        complete = creation.model_copy(update=ended)
        async with self._store.write() as db:
            mirrored = await webinar_table.find(db, creation.account, session.session_id, for_update=True)
            webinar = created_webinar(mirrored, creation, made, session, host_name=host_name, now=self._clock.now())
            await webinar_table.save(db, webinar, session.host_link)
            await plan_changes(db, mirrored, webinar, webinar.seen_at, by=creation.user_id)
            await webinar_table.save_fixed_options(db, creation.account, session.session_id, made.fixed)
            await self._leases.advance(db, complete)
        return complete

    async def _failed(self, creation: Creation, error: ProviderError, caller: Caller) -> Creation:
        if creation.webinar_id is None and not isinstance(error, StillUnclear):
            # Refused, or never sent: there is nothing to undo.
            directory = self._directory.at(creation.request.form.provider)
            about_host = await directory.note_refusal(error, creation.request.host)
            return await self.save(creation, CreationStep.UNDONE, problem=about_host or error.sentence)
        if isinstance(error, ProviderRefused):
            return await self._undo(creation, error.sentence, caller)
        return await self._defer(creation)

    async def _defer(self, creation: Creation) -> Creation:
        log.warning("creation.deferred", extra={"step": creation.step, "webinar": creation.webinar_id})
        return await self.resume_later(creation)

    async def _undo(self, creation: Creation, problem: str, caller: Caller) -> Creation:
        if creation.webinar_id:
            creation = await self.save(creation, CreationStep.UNDOING, problem=problem)
            try:
                await self._provider.delete_webinar(creation.webinar_id or "", caller)
            except ProviderRefused as error:
                log.warning("creation.undo_failed", extra={"webinar": creation.webinar_id, "code": error.code})
                problem += self._named(NOT_UNDONE, creation)
            except ProviderError:
                return await self.resume_later(creation)
        return await self.save(creation, CreationStep.UNDONE, problem=problem)


def created_webinar(
    mirrored: Webinar | None,
    creation: Creation,
    made: WebinarFacts,
    session: SessionFacts,
    *,
    host_name: str,
    now: datetime,
) -> Webinar:
    """The created webinar; fields of `mirrored` that a creation does not know keep their values."""
    facts: dict[str, Any] = {
        "webinar_id": made.webinar_id,
        "title": creation.request.form.title,
        "description": creation.request.form.description,
        "start": session.start,
        "length": session.length,
        "time_zone": session.time_zone,
        "status": session.status,
        "audience": Audience.ANYONE if session.attendee_link else made.audience,
        "host_user_id": made.host_user_id,
        "host_name": host_name,
        "created_by": creation.user_id,
        "attendee_link": session.attendee_link,
        "panel_offset": session.panel_offset,
        "abilities": session.abilities,
        "seen_at": now,
    }
    base = mirrored or Webinar(account=creation.account, session_id=session.session_id, **facts)
    return base.model_copy(update=facts)
