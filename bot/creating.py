"""Creates a webinar and its session, whole or not at all, whatever happens between the two calls."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock, machine_now
from bot.directory import Directory
from bot.errors import BadInput, OutcomeUnknown, ProviderError, ProviderForbids, ProviderRefused
from bot.holding import DATABASE_AWAY, holding
from bot.lookout import Lookout, StillUnclear
from bot.models import Account, Audience, SessionFacts, Webinar, WebinarFacts
from bot.planning import follow_up
from bot.providers import NOTICE, Caller, WebinarProvider
from bot.store import creations, webinars
from bot.store.connection import Store
from bot.store.creations import Creation, Step

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long a creation stays ours without a sign of life; whoever works on it renews it three times as often."""
RETRY = timedelta(seconds=30)
"""How soon a creation that got no clear answer is looked at again; later and later when that goes on."""
LONGEST_RETRY = timedelta(hours=1)
WATCH = timedelta(minutes=2)
"""How long after giving up we look once more for a webinar that may have come late."""
LONGEST_WATCH = timedelta(days=1)
TRIES = 3
NOT_MADE = "RingCentral gave no clear answer, and it shows no such webinar, so nothing is scheduled. You can try again."
NOT_MADE_AS_FAR_AS_SEEN = (
    f"{NOT_MADE} Should an empty webinar without a date turn up under your name at RingCentral, delete it there."
)
"""A list of webinars holds only those of the user who asks, so one under another host cannot surely be ruled out."""
INTERRUPTED = "Greenroom was restarted before the webinar was complete, so it was taken back. You can try again."
TOO_LATE = "The start passed before RingCentral had given a clear answer, so the webinar was taken back."
NOT_TAKEN_BACK = " What was begun could not be taken back: please delete the webinar without a date at RingCentral."


class TooLate(ProviderRefused):
    """Its start has passed: there is nothing left to make."""


class TakenOver(Exception):
    """Another replica has taken the creation over, and brings it to its end."""


class Creating:
    """Works on creations, each written down before and after every call."""

    def __init__(
        self, me: str, account: Account, store: Store, provider: WebinarProvider, directory: Directory, clock: Clock
    ) -> None:
        """Work under the name `me`, by which other replicas of this account know whose creation it is."""
        self._me = me
        self._account = account
        self._store = store
        self._provider = provider
        self._directory = directory
        self._clock = clock
        self.lookout = Lookout(store, provider, clock)
        self.lease, self.retry, self.watch = LEASE, RETRY, WATCH

    async def begin(self, creation: Creation) -> Creation | None:
        """Write a creation down, as begun now. Gives the one that this form began before, unless that came to nothing.

        Raises `BadInput` while another webinar of the same title is being made: the two could not be told apart.
        """
        async with self._store.write() as db:
            await creations.one_at_a_time(db, creation.account)
            earlier = await creations.find(db, creation.account, creation.draft_id)
            if earlier and not earlier.came_to_nothing:
                return earlier
            if await creations.same_title_under_way(db, creation.account, creation.order.form.title):
                raise BadInput(
                    "A webinar with this title is being created right now. Wait a minute, or change the title."
                )
            if earlier:
                await creations.set_aside(db, earlier)
            # RingCentral dates a webinar by the clock that webinars live by, which a sandbox moves.
            begun = creation.model_copy(update={"begun_at": self._clock.now()})
            await creations.begin(db, begun, self._me, machine_now() + self.lease)
        return None

    async def work(self, creation: Creation, caller: Caller) -> Creation:
        """Take a creation as far as it goes: `WHOLE`, or `UNDONE` or `NOT_FOUND` with a `problem` for the person.

        While RingCentral or the database does not answer it stays where it is, and `take_over` goes on with it later,
        as it does after a crash. Raises nothing that either of them does.
        """
        try:
            creation = await self._reread(creation)
            async with self.held(creation):
                return await self._forward_or_back(creation, caller)
        except (TakenOver, *DATABASE_AWAY) as error:
            log.warning("creation.out_of_hand", extra={"draft": creation.draft_id, "reason": type(error).__name__})
            return creation

    async def take_over(self) -> AsyncIterator[Creation]:
        """Bring to an end what nobody works on any more, and give those whose people are to be told."""
        began = machine_now()
        while True:
            async with self._store.write() as db:
                creation = await creations.claim(db, self._account, self._me, began, machine_now() + self.lease)
            if creation is None:
                return
            log.info("creation.taken_over", extra={"step": creation.step, "webinar": creation.webinar_id})
            creation = await self._resume(creation)
            if creation.step in creations.TO_BE_TOLD:
                yield creation

    def held(self, creation: Creation) -> AbstractAsyncContextManager[None]:
        """Keep a creation ours for as long as this takes, however long the gate makes it wait."""
        return holding(
            self._store, lambda db, until: creations.hold(db, creation, self._me, until), self.lease, "creation"
        )

    async def ask_for_card(self, creation: Creation) -> bool:
        """Whether the card may be posted now: true once, and written down before, because two are worse than none."""
        async with self._store.write() as db:
            return await creations.ask_for_card(db, creation, self._me)

    async def told(self, creation: Creation) -> None:
        """The person knows how it ended; one that may still come late is watched."""
        watched = creation.step in (Step.NOT_FOUND, Step.WATCHED)
        step, until = (Step.WATCHED, self.watch) if watched else (Step.TOLD, self.lease)
        async with self._store.write() as db:
            await creations.advance(db, creation.model_copy(update={"step": step}), self._me, machine_now() + until)

    async def later(self, creation: Creation) -> Creation:
        """Leave a creation where it is, to be taken over again: soon, and the later the longer it has taken."""
        current = await self._reread(creation)
        wait = max(self.retry, min((machine_now() - current.begun_at) / 4, LONGEST_RETRY))
        async with self._store.write() as db:
            await creations.advance(db, current, self._me, machine_now() + wait)
        return current

    async def _forward_or_back(self, creation: Creation, caller: Caller) -> Creation:
        try:
            return await self._forward(creation, caller)
        except ProviderError as error:
            return await self._stopped(await self._reread(creation), error, caller)

    async def _forward(self, creation: Creation, caller: Caller) -> Creation:
        resumed = creation.step is not Step.BEGUN
        made = await self._webinar(creation, caller)
        if made is None:
            problem = NOT_MADE_AS_FAR_AS_SEEN if creation.order.host else NOT_MADE
            return await self._advance(creation, Step.NOT_FOUND, problem=problem)
        if creation.webinar_id is None:
            creation = await self._advance(creation, Step.WEBINAR_MADE, webinar_id=made.webinar_id)
        session = await self._session(creation, caller, resumed=resumed)
        return await self._whole(creation, made, session)

    async def _webinar(self, creation: Creation, caller: Caller) -> WebinarFacts | None:
        if creation.webinar_id:
            return await self._provider.webinar(creation.webinar_id, caller)
        if creation.step is Step.BEGUN:
            creation = await self._advance(creation, Step.WEBINAR_ASKED)
            try:
                return await self._provider.create_webinar(creation.order.form, creation.order.host, caller)
            except OutcomeUnknown as error:
                log.warning("creation.webinar_unclear", extra={"draft": creation.draft_id, "status": error.status})
        return await self.lookout.find(creation, caller)

    async def _session(self, creation: Creation, caller: Caller, *, resumed: bool) -> SessionFacts:
        webinar_id, form = str(creation.webinar_id), creation.order.form
        asked = creation.step is Step.SESSION_ASKED
        for _ in range(TRIES):
            if asked and (found := await self._provider.find_session(webinar_id, form.start, caller)):
                return found
            if resumed and form.start <= self._clock.now():
                raise TooLate(TOO_LATE)
            creation = await self._advance(creation, Step.SESSION_ASKED)
            try:
                return await self._provider.create_session(webinar_id, form, caller)
            except OutcomeUnknown as error:
                log.warning("creation.session_unclear", extra={"webinar": webinar_id, "status": error.status})
                asked = True
            except ProviderRefused:
                # A webinar has one session at most (guide, webinar/sessions.md): what stands in the way may be our own
                # earlier request, come late.
                if asked and (found := await self._provider.find_session(webinar_id, form.start, caller)):
                    return found
                raise
        raise StillUnclear(NOT_MADE)

    async def _whole(self, creation: Creation, made: WebinarFacts, session: SessionFacts) -> Creation:
        host = creation.order.host
        host_name = host.name if host else self._directory.name(made.host_user_id)
        whole = creation.model_copy(update={"step": Step.WHOLE, "session_id": session.session_id})
        async with self._store.write() as db:
            swept = await webinars.find(db, creation.account, session.session_id, to_change=True)
            webinar = created(swept, creation, made, session, host_name=host_name, now=self._clock.now())
            await webinars.save(db, webinar, session.host_link)
            await follow_up(db, swept, webinar, webinar.seen_at, by=creation.user_id)
            await webinars.save_fixed_options(db, creation.account, session.session_id, made.fixed)
            if not await creations.advance(db, whole, self._me, machine_now() + self.lease):
                raise TakenOver
        return whole

    async def _stopped(self, creation: Creation, error: ProviderError, caller: Caller) -> Creation:
        if creation.webinar_id is None and not isinstance(error, StillUnclear):
            # Clearly refused, or never sent: there is nothing to take back.
            if creation.order.host and _blames_host(error):
                self._directory.cannot_host(creation.order.host)
            return await self._advance(creation, Step.UNDONE, problem=error.sentence)
        if isinstance(error, ProviderRefused):
            return await self._undo(creation, error.sentence, caller)
        log.warning("creation.left_for_later", extra={"step": creation.step, "webinar": creation.webinar_id})
        return await self.later(creation)

    async def _undo(self, creation: Creation, problem: str, caller: Caller) -> Creation:
        if creation.webinar_id:
            creation = await self._advance(creation, Step.UNDOING, problem=problem)
            try:
                await self._provider.delete_webinar(creation.webinar_id or "", caller)
            except ProviderRefused as error:
                log.warning("creation.not_undone", extra={"webinar": creation.webinar_id, "code": error.code})
                problem += NOT_TAKEN_BACK
            except ProviderError:
                return await self.later(creation)
        return await self._advance(creation, Step.UNDONE, problem=problem)

    async def _resume(self, creation: Creation) -> Creation:
        if creation.step in creations.TO_BE_TOLD:
            return creation
        if creation.step not in (Step.BEGUN, Step.UNDOING, Step.WATCHED):
            return await self.work(creation, NOTICE)
        async with self.held(creation):
            try:
                if creation.step is Step.WATCHED:
                    return await self._watch(creation)
                return await self._undo(creation, creation.problem or INTERRUPTED, NOTICE)
            except TakenOver:
                return creation

    async def _watch(self, creation: Creation) -> Creation:
        try:
            over = await self.lookout.remove_late(creation)
        except ProviderError as error:
            log.warning("creation.not_watched_yet", extra={"code": error.code})
            over = self._clock.now() > creation.begun_at + LONGEST_WATCH
        return await self._advance(creation, Step.TOLD if over else Step.WATCHED)

    async def _advance(
        self, creation: Creation, step: Step, *, webinar_id: str | None = None, problem: str = ""
    ) -> Creation:
        made, told = webinar_id or creation.webinar_id, problem or creation.problem
        creation = creation.model_copy(update={"step": step, "webinar_id": made, "problem": told})
        until = machine_now() + (self.watch if step is Step.WATCHED else self.lease)
        async with self._store.write() as db:
            if not await creations.advance(db, creation, self._me, until):
                raise TakenOver
        return creation

    async def _reread(self, creation: Creation) -> Creation:
        async with self._store.read() as db:
            return await creations.find(db, creation.account, creation.draft_id) or creation


def created(
    swept: Webinar | None,
    creation: Creation,
    made: WebinarFacts,
    session: SessionFacts,
    *,
    host_name: str,
    now: datetime,
) -> Webinar:
    """The webinar that was created; a field that only a sweep has read keeps its value."""
    facts: dict[str, Any] = {
        "webinar_id": made.webinar_id,
        "title": creation.order.form.title,
        "description": creation.order.form.description,
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
        "seen_at": now,
    }
    base = swept or Webinar(account=creation.account, session_id=session.session_id, **facts)
    return base.model_copy(update=facts)


def _blames_host(error: ProviderError) -> bool:
    return isinstance(error, ProviderForbids) or error.parameter.partition(".")[0] == "host"
