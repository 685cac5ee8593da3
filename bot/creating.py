"""Creates a webinar and its session, whole or not at all, whatever happens between the two calls."""

from __future__ import annotations

import logging
from datetime import timedelta

from bot.clock import Clock, machine_now
from bot.directory import Directory
from bot.errors import BadInput, OutcomeUnknown, ProviderError, ProviderForbids
from bot.models import Audience, SessionFacts, Webinar, WebinarFacts
from bot.providers import UPKEEP, Caller, WebinarProvider
from bot.store import creations, webinars
from bot.store.connection import Store
from bot.store.creations import Creation, Step

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
"""How long a creation is ours after each step; longer than any one step can wait at the gate."""
RETRY = timedelta(seconds=30)
"""How soon a creation that got no clear answer is looked at again."""
SKEW = timedelta(minutes=2)
"""How far RingCentral's clock may be behind ours when we look for a webinar by when it was created."""
WATCH = timedelta(minutes=2)
"""After this long we look once more for a webinar that was asked for, not found, and may have come late."""
TRIES = 3
NOT_MADE = (
    "RingCentral did not answer in time, and the webinar was not made. Nothing is left behind: you can try again."
)
NOT_MADE_AS_FAR_AS_SEEN = (
    "RingCentral did not answer in time and shows no such webinar, so nothing is scheduled. You can try again. "
    "Should an empty webinar without a date turn up under your name at RingCentral, delete it there."
)
"""A list of webinars may hold only those of the user who asks, so one under another host cannot surely be ruled out."""
INTERRUPTED = "Greenroom was restarted before the webinar was complete, so it was taken back. You can try again."


class StillUnclear(ProviderError):
    """Whether the webinar was made could not even be looked up."""


class Creating:
    """Works on creations, each written down before and after every call."""

    def __init__(self, me: str, store: Store, provider: WebinarProvider, directory: Directory, clock: Clock) -> None:
        """Work under the name `me`, by which other replicas know whose creation it is."""
        self._me = me
        self._store = store
        self._provider = provider
        self._directory = directory
        self._clock = clock

    async def begin(self, creation: Creation) -> Creation | None:
        """Write a creation down. Gives the earlier one where this form has begun one already.

        Raises `BadInput` while another webinar of the same title is being made: the two could not be told apart.
        """
        async with self._store.write() as db:
            earlier = await creations.find(db, creation.account, creation.draft_id)
            if earlier:
                return earlier
            title = creation.order.form.title
            if await creations.same_title_under_way(db, creation.account, title):
                raise BadInput(
                    "A webinar with this title is being created right now. Wait a minute, or change the title."
                )
            await creations.begin(db, creation, self._me, machine_now() + LEASE)
        return None

    async def work(self, creation: Creation, caller: Caller) -> Creation:
        """Take a creation as far as it goes: `WHOLE`, or `UNDONE` or `WATCHED` with a `problem` for the person.

        While RingCentral does not answer it stays `WEBINAR_ASKED` or `UNDOING`, and `take_over` goes on with it later,
        as it does after a crash. Raises nothing that the vendor does.
        """
        try:
            return await self._forward(creation, caller)
        except StillUnclear:
            return await self._leave_for_later(creation)
        except ProviderError as error:
            if isinstance(error, ProviderForbids) and creation.order.host:
                self._directory.forbid_choosing_host()
            return await self._undo(await self._reread(creation), error.sentence, caller)

    async def take_over(self) -> list[Creation]:
        """Bring to an end what nobody works on any more, and return those whose people are still to be told."""
        now = machine_now()
        async with self._store.write() as db:
            taken = await creations.claim(db, self._me, now, now + LEASE, now - WATCH)
        return [done for creation in taken if (done := await self._resume(creation))]

    async def told(self, creation: Creation) -> None:
        """The person knows how it ended; one that may still come late stays watched."""
        step = Step.WATCHED if creation.step is Step.WATCHED else Step.TOLD
        await self._advance(creation, step)

    async def _forward(self, creation: Creation, caller: Caller) -> Creation:
        order = creation.order
        if creation.step is Step.BEGUN:
            creation = await self._advance(creation, Step.WEBINAR_ASKED)
            made = await self._ask_webinar(creation, caller)
            if made is None:
                problem = NOT_MADE_AS_FAR_AS_SEEN if order.host else NOT_MADE
                return await self._advance(creation, Step.WATCHED, problem=problem)
            creation = await self._advance(creation, Step.WEBINAR_MADE, webinar_id=made.webinar_id)
        else:
            made = await self._provider.webinar(str(creation.webinar_id), caller)
        creation = await self._advance(creation, Step.SESSION_ASKED)
        session = await self._ask_session(creation, caller)
        host_name = order.host.name if order.host else self._directory.name(made.host_user_id)
        return await self._whole(creation, made, session, host_name)

    async def _ask_webinar(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        try:
            return await self._provider.create_webinar(creation.order.form, creation.order.host, caller)
        except OutcomeUnknown:
            try:
                return await self._look_for_webinar(creation, caller)
            except ProviderError as error:
                raise StillUnclear(error.sentence) from error

    async def _look_for_webinar(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        async with self._store.read() as db:
            known = await creations.known_webinars(db, creation.account)
        return await self._provider.find_webinar(creation.order.form.title, creation.begun_at - SKEW, known, caller)

    async def _ask_session(self, creation: Creation, caller: Caller) -> SessionFacts:
        # A webinar has one session at most (guide, webinar/sessions.md), so asking again cannot make a second.
        webinar_id, form = str(creation.webinar_id), creation.order.form
        for attempt in range(TRIES):
            try:
                return await self._provider.create_session(webinar_id, form, caller)
            except OutcomeUnknown:
                found = await self._provider.find_session(webinar_id, form.start, caller)
                if found:
                    return found
                log.warning("creation.session_unclear", extra={"webinar": webinar_id, "attempt": attempt})
        raise OutcomeUnknown(NOT_MADE)

    async def _whole(self, creation: Creation, made: WebinarFacts, session: SessionFacts, host_name: str) -> Creation:
        form = creation.order.form
        webinar = Webinar(
            account=creation.account,
            webinar_id=made.webinar_id,
            session_id=session.session_id,
            title=form.title,
            description=form.description,
            start=session.start,
            length=session.length,
            time_zone=session.time_zone,
            status=session.status,
            audience=Audience.ANYONE if session.attendee_link else made.audience,
            host_user_id=made.host_user_id,
            host_name=host_name,
            created_by=creation.user_id,
            attendee_link=session.attendee_link,
            seen_at=self._clock.now(),
        )
        whole = creation.model_copy(update={"step": Step.WHOLE, "session_id": session.session_id})
        async with self._store.write() as db:
            await webinars.save(db, webinar, session.host_link)
            await webinars.save_fixed_options(db, creation.account, session.session_id, made.fixed)
            await creations.advance(db, whole, machine_now() + LEASE)
        return whole

    async def _leave_for_later(self, creation: Creation) -> Creation:
        current = await self._reread(creation)
        async with self._store.write() as db:
            await creations.advance(db, current, machine_now() + RETRY)
        return current

    async def _undo(self, creation: Creation, problem: str, caller: Caller) -> Creation:
        if creation.webinar_id is None:
            # Asked and clearly refused, or never asked: there is nothing to take back.
            return await self._advance(creation, Step.UNDONE, problem=problem)
        creation = await self._advance(creation, Step.UNDOING, problem=problem)
        try:
            await self._provider.delete_webinar(str(creation.webinar_id), caller)
        except ProviderError as error:
            log.warning("creation.not_undone_yet", extra={"webinar": creation.webinar_id, "code": error.code})
            return await self._leave_for_later(creation)
        return await self._advance(creation, Step.UNDONE, problem=problem)

    async def _resume(self, creation: Creation) -> Creation | None:
        log.info("creation.taken_over", extra={"step": creation.step, "webinar": creation.webinar_id})
        if creation.step in (Step.WHOLE, Step.UNDONE):
            return creation
        if creation.step is Step.WATCHED:
            await self._watch(creation)
            return None
        if creation.step is Step.UNDOING:
            return _if_told(await self._undo(creation, creation.problem, UPKEEP))
        if creation.step is Step.WEBINAR_ASKED:
            return await self._resume_unclear(creation)
        if creation.step is Step.BEGUN or creation.order.form.start <= self._clock.now():
            return _if_told(await self._undo(creation, INTERRUPTED, UPKEEP))
        return _if_told(await self.work(creation, UPKEEP))

    async def _resume_unclear(self, creation: Creation) -> Creation | None:
        try:
            made = await self._look_for_webinar(creation, UPKEEP)
        except ProviderError:
            return None  # its claim runs out, and it is looked at again
        if made is None:
            return await self._advance(creation, Step.WATCHED, problem=INTERRUPTED)
        creation = await self._advance(creation, Step.WEBINAR_MADE, webinar_id=made.webinar_id)
        return await self._resume(creation)

    async def _watch(self, creation: Creation) -> None:
        try:
            late = await self._look_for_webinar(creation, UPKEEP)
            async with self._store.read() as db:
                busy = await creations.same_title_under_way(db, creation.account, creation.order.form.title)
                known = await creations.known_webinars(db, creation.account)
            if busy:
                return  # it could be theirs: look again when the claim has run out
            if late and late.webinar_id not in known and late.created_at < creation.begun_at + WATCH:
                await self._provider.delete_webinar(late.webinar_id, UPKEEP)
        except ProviderError as error:
            log.warning("creation.not_watched_yet", extra={"code": error.code})
            return
        await self._advance(creation, Step.TOLD)

    async def _advance(
        self, creation: Creation, step: Step, *, webinar_id: str | None = None, problem: str = ""
    ) -> Creation:
        changes = {
            "step": step,
            "webinar_id": webinar_id or creation.webinar_id,
            "problem": problem or creation.problem,
        }
        creation = creation.model_copy(update=changes)
        async with self._store.write() as db:
            await creations.advance(db, creation, machine_now() + LEASE)
        return creation

    async def _reread(self, creation: Creation) -> Creation:
        async with self._store.read() as db:
            current = await creations.find(db, creation.account, creation.draft_id)
        return current or creation


def _if_told(creation: Creation) -> Creation | None:
    return creation if creation.step in (Step.WHOLE, Step.UNDONE, Step.WATCHED) else None
