"""The steps of a change, each saved before and after its vendor call, so that any of them can be resumed."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock, machine_now
from bot.creation.change import table as change_table
from bot.creation.change.halves import Half, SessionHalf, WebinarHalf
from bot.creation.change.table import Change, ChangeStep
from bot.db.connection import Store
from bot.db.leases import WorkerLeases
from bot.errors import OutcomeUnknown, ProviderBusy, ProviderDown, ProviderError, ProviderGone, ProviderRefused
from bot.model.webinar import Status, Webinar
from bot.model.webinar_edit import EditOutcome, WebinarFields, applied_to, conflicts, outcome, rebased, reverse
from bot.notices.planner import plan_changes
from bot.providers.base import Caller, WebinarProvider
from bot.providers.names import named
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

TRIES = 3
PRACTICE = timedelta(hours=1)
"""How long before the start a host can open the webinar, to practice."""
GIVE_UP = timedelta(hours=1)
"""A change of which nothing was applied for so long is given up: nobody waits for it any more."""
STARTED = "This webinar has started, so {provider} no longer allows changes. Nothing was changed."
MEANWHILE = "Someone else is changing this webinar right now, so your changes were not saved."
CHANGED_SINCE = "Someone else has changed the same fields since then, so this can't be undone."
NOT_RESTORED = "\nPart of the change was made and could not be undone. Check the webinar in {provider}."


class ChangeUnclear(ProviderError):
    """Whether a requested change was applied could not be looked up."""


class ChangeSteps:
    """Takes a leased change forward or back. Every method raises `LeaseLost` if another worker owns it."""

    def __init__(self, store: Store, leases: WorkerLeases[Change], provider: WebinarProvider, clock: Clock) -> None:
        """Change at this provider."""
        self._store = store
        self._leases = leases
        self._clock = clock
        self._webinar, self._session = WebinarHalf(provider), SessionHalf(provider)

    async def run(self, change: Change, caller: Caller, *, resumed: bool = False) -> Change:
        """Take a change to an end; without a clear answer, schedule it to be resumed.

        A `resumed` one has no user who waits for it: it goes on until the provider has time for it.
        """
        try:
            if change.step is ChangeStep.RESTORING:
                return await self._restore(change, change.problem, caller)
            return await self._forward(change, caller, resumed=resumed)
        except ProviderError as error:
            change = await self.reread(change)
            if _goes_on(change, error, resumed=resumed):
                return await self.resume_later(change)
            if change.is_half_applied:
                return await self._restore(change, error.sentence, caller)
            return await self.save(change, ChangeStep.NOT_APPLIED, problem=error.sentence)

    async def save(self, change: Change, step: ChangeStep, *, problem: str = "") -> Change:
        """Save the next step."""
        change = change.model_copy(update={"step": step, "problem": problem or change.problem})
        async with self._store.write() as db:
            await self._leases.advance(db, change)
        return change

    async def reread(self, change: Change) -> Change:
        """The change as last saved."""
        async with self._store.read() as db:
            return await change_table.find(db, change.account, change.change_id) or change

    async def resume_later(self, change: Change) -> Change:
        """Leave a change at its last saved step, to be resumed."""
        log.warning("change.deferred", extra={"step": change.step, "session": change.session_id})
        await self._leases.resume_later(change, machine_now() - change.begun_at)
        return change

    async def _forward(self, change: Change, caller: Caller, *, resumed: bool) -> Change:
        if change.step is ChangeStep.BEGUN:
            change = await self._compare(change, caller)
            if change.step is not ChangeStep.BEGUN:
                return change
        if change.edit.webinar_names and change.step in (ChangeStep.BEGUN, ChangeStep.WEBINAR_REQUESTED):
            change = await self._apply(change, self._webinar, caller)
            change = await self.save(change, ChangeStep.WEBINAR_CHANGED)
            resumed = False
        if change.edit.session_names:
            change = await self._apply(change, self._session, caller, looks_first=resumed)
        return await self._complete(change)

    async def _compare(self, change: Change, caller: Caller) -> Change:
        """Read what is to be changed, and compare it with what the user saw: one call for each half that changes.

        From an hour before the start, the session is read in any case, because it says whether the webinar has started.
        """
        base = change.read
        reads_session = bool(change.edit.session_names) or await self._may_have_started(change)
        if reads_session:
            base = await self._session.read(change, base, caller)
            if base.status is not Status.SCHEDULED:
                raise ProviderRefused(named(STARTED, change.session_id))
        if change.edit.webinar_names:
            base = await self._webinar.read(change, base, caller)
        compared = change.model_copy(update={"base": base, "has_read_session": reads_session})
        if conflicts(change.read, change.edit, base):
            if change.undoes:
                return await self.save(compared, ChangeStep.NOT_APPLIED, problem=CHANGED_SINCE)
            return await self.save(compared, ChangeStep.CONFLICT)
        return compared.model_copy(update={"edit": rebased(change.edit, base)})

    async def _may_have_started(self, change: Change) -> bool:
        """Whether the webinar can be under way, by the start that the user saw and by the mirrored one."""
        async with self._store.read() as db:
            mirrored = await webinar_table.find(db, change.account, change.session_id)
        if mirrored is None or mirrored.status is not Status.SCHEDULED:
            return True
        early = max(PRACTICE, change.read.panel_join_offset, mirrored.panel_offset)
        return self._clock.now() >= min(change.read.start, mirrored.start) - early

    async def _apply(self, change: Change, half: Half, caller: Caller, *, looks_first: bool = False) -> Change:
        """Make one half of the change. After an unknown outcome, look before it is requested again."""
        looks = looks_first or change.step is half.requested
        for _ in range(TRIES):
            if looks:
                current = await self._look_up(change, half, caller)
                change, found = change.model_copy(update={"made": current}), _outcome(change, half, current)
                if found is EditOutcome.APPLIED:
                    return change
                if found is EditOutcome.OTHER:
                    raise ProviderRefused(MEANWHILE)
            try:
                return await self._request(change, half, caller)
            except OutcomeUnknown as error:
                log.warning("change.unclear", extra={"session": change.session_id, "status": error.status})
                looks = True
        raise ChangeUnclear(MEANWHILE)

    async def _request(self, change: Change, half: Half, caller: Caller) -> Change:
        async def save_request() -> None:
            # Not before: one that waits for its turn at the gate when the process ends is simply sent by the next one.
            await self.save(change, half.requested)

        edit = applied_to(change.current, change.edit)
        made = await half.write(change, edit, change.current, replace(caller, before_sending=save_request))
        return change.model_copy(update={"made": made})

    async def _look_up(self, change: Change, half: Half, caller: Caller) -> WebinarFields:
        try:
            return await half.read(change, change.current, caller)
        except ProviderRefused:
            raise
        except ProviderError as error:
            raise ChangeUnclear(error.sentence) from error

    async def _restore(self, change: Change, problem: str, caller: Caller) -> Change:
        """Give the webinar its values of before, except for those that somebody else has changed since."""
        change = await self.save(change, ChangeStep.RESTORING, problem=problem)
        try:
            current = await self._webinar.read(change, change.current, caller)
            back = reverse(change.edit.webinar_names, change.before, change.current, current)
            if back.webinar_names:
                current = await self._webinar.write(change, back, current, caller)
            await self._mirror_restored(change, current)
        except ProviderGone:
            pass  # deleted meanwhile: nothing is left to restore
        except ProviderRefused as error:
            log.warning("change.restore_failed", extra={"session": change.session_id, "code": error.code})
            problem += named(NOT_RESTORED, change.session_id)
        except ProviderError:
            return await self.resume_later(change)
        return await self.save(change, ChangeStep.NOT_APPLIED, problem=problem)

    async def _mirror_restored(self, change: Change, current: WebinarFields) -> None:
        """Take the webinar out of the mirror as it was for a moment, if a list of sessions was read then."""
        now = self._clock.now()
        facts = {name: getattr(current, name) for name in ("title", "description", "audience", "abilities")}
        async with self._store.write() as db:
            mirrored = await webinar_table.find(db, change.account, change.session_id, for_update=True)
            if mirrored and any(getattr(mirrored, name) != value for name, value in facts.items()):
                restored = mirrored.model_copy(update={**facts, "seen_at": now})
                await webinar_table.save(db, restored)
                await plan_changes(db, mirrored, restored, now)

    async def _complete(self, change: Change) -> Change:
        """Save the result, the mirror and the notices that follow from it in one transaction."""
        now = self._clock.now()
        complete = change.model_copy(update={"step": ChangeStep.COMPLETE, "done_at": now})
        async with self._store.write() as db:
            mirrored = await webinar_table.find(db, change.account, change.session_id, for_update=True)
            if mirrored:
                changed = changed_webinar(mirrored, complete, now)
                await webinar_table.save(db, changed)
                await plan_changes(db, mirrored, changed, now, by=change.user_id)
            await self._leases.advance(db, complete)
        return complete


def changed_webinar(mirrored: Webinar, change: Change, now: datetime) -> Webinar:
    """The mirrored webinar after a change: what it has read, and what it has changed.

    What the form showed of a session that was not read again may be older than the mirror, so it is not taken over.
    """
    current, names = change.current, change.edit.names
    facts: dict[str, object] = {"seen_at": now}
    if change.has_read_session or change.edit.session_names:
        facts |= {
            "start": current.start,
            "length": current.length,
            "time_zone": current.time_zone,
            "panel_offset": current.panel_join_offset,
            "attendee_link": current.attendee_link or mirrored.attendee_link,
        }
    facts |= {name: getattr(current, name) for name in ("title", "description") if name in names}
    if change.edit.webinar_names:
        facts |= {"audience": current.audience, "abilities": current.abilities}
    return mirrored.model_copy(update=facts)


def _outcome(change: Change, half: Half, current: WebinarFields) -> EditOutcome:
    return outcome(change.before, change.edit, half.names(change.edit), current)


def _goes_on(change: Change, error: ProviderError, *, resumed: bool) -> bool:
    """Whether a change that met this error goes on later, instead of ending."""
    if isinstance(error, ChangeUnclear):
        return True
    if isinstance(error, ProviderRefused):
        return False
    is_passing = isinstance(error, ProviderBusy | ProviderDown)
    return change.is_half_applied or (resumed and is_passing and machine_now() - change.begun_at < GIVE_UP)
