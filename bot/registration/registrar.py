"""Registers people at RingCentral one by one, each saved before and after the call."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe

from pydantic import SecretStr

from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.errors import (
    AnswersRequired,
    BadInput,
    GreenroomError,
    OutcomeUnknown,
    ProviderConflict,
    ProviderError,
    ProviderForbidden,
    ProviderGone,
    ProviderRefused,
    ProviderUnauthorized,
    RegistrationClosed,
)
from bot.model.registrant import NewRegistration, Registrant, RegistrantDetails
from bot.model.webinar import Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.registration import request_table
from bot.registration.own_pages.urls import PageUrls
from bot.registration.request_table import RegistrationRequest, RequestState
from bot.registration.seats.notify import SeatNotifier
from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

UNCLEAR = "unclear"
"""The problem of an application that was requested, and is not in the list so far."""
CLOSED = "closed"
ANSWERS = "answers"
MAX_CLOCK_SKEW = timedelta(minutes=2)
"""How far RingCentral's clock may be behind ours in the time of a registration."""
KEY_BYTES = 16
MAX_CLAIM = timedelta(minutes=10)
"""How long a person registered by a user is kept out of the queue of our own pages."""
AFFECTS_ALL = (RegistrationClosed, AnswersRequired, ProviderForbidden, ProviderGone, ProviderUnauthorized)
"""Refusals that concern every other person as well."""

ALREADY_REGISTERED = "This e-mail address is registered for this webinar already."
NOT_REGISTERED = "RingCentral gave no clear answer, and its list does not show this person. Please try again."


class Registrar:
    """Makes the vendor calls, and alone saves the result of an application."""

    def __init__(
        self,
        worker_id: str,
        store: Store,
        provider: WebinarProvider,
        mirror: Mirror,
        urls: PageUrls,
        seats: SeatNotifier,
        clock: Clock,
    ) -> None:
        """`urls` builds the links of registrants who use our own pages; `seats` notifies those who are removed."""
        self._worker_id = worker_id
        self._store = store
        self._provider = provider
        self._mirror = mirror
        self._urls = urls
        self._seats = seats
        self._clock = clock

    async def one(
        self, webinar: Webinar, applicant: RegistrantDetails, caller: Caller, *, own_pages: bool = False
    ) -> NewRegistration:
        """Register somebody for a person who waits: one call, and one look at the list where that is not clear.

        With `own_pages` they join and cancel by pages of ours. Raises `BadInput` where the address is registered
        already, and any `ProviderError`; then nothing goes on by itself.
        """
        if not own_pages:
            return NewRegistration(asked=applicant, registrant=await self._now(webinar, applicant, caller))
        key = token_urlsafe(KEY_BYTES)
        applicant = self._with_page(webinar, applicant, key)
        now = self._clock.now()
        async with self._store.write() as db:
            # Held for longer than the call can take; after a crash the line of our own page brings it to an end.
            await request_table.add(
                db, webinar.account, webinar.session_id, [(0, applicant, key)], batch_id="", now=now,
                worker_id=self._worker_id, until=machine_now() + MAX_CLAIM,
            )  # fmt: skip
            application = await request_table.by_page_key(db, key)
            if application is None:
                raise ValueError("what was just added is there")
            await request_table.ask(db, application, now)
        try:
            registrant = await self._now(webinar, applicant, caller)
        except GreenroomError:
            await self._decide(application, RequestState.STOPPED)
            raise
        await self._decide(application, RequestState.REGISTERED, registrant, keep_links=True)
        return NewRegistration(asked=applicant, registrant=registrant, page_key=key)

    async def _now(self, webinar: Webinar, applicant: RegistrantDetails, caller: Caller) -> Registrant:
        asked_at = self._clock.now()
        try:
            registrant = await self._provider.register(webinar.session_id, applicant, caller)
        except ProviderConflict as conflict:
            raise BadInput(ALREADY_REGISTERED) from conflict
        except OutcomeUnknown as unknown:
            registrant = await self._looked_up(webinar, applicant, asked_at, unknown, caller)
        self._mirror.count_soon(webinar.session_id)
        return registrant

    async def _looked_up(
        self,
        webinar: Webinar,
        applicant: RegistrantDetails,
        asked_at: datetime,
        unknown: OutcomeUnknown,
        caller: Caller,
    ) -> Registrant:
        log.warning("registrant.unclear", extra={"session": webinar.session_id, "status": unknown.status})
        try:
            found = _by_email(await self._provider.registrants(webinar.session_id, caller))
        except ProviderError:
            # That the list cannot be read does not matter: the person may be registered.
            raise unknown from None
        there = found.get(applicant.address)
        if there is None:
            raise BadInput(NOT_REGISTERED) from unknown
        if not _is_ours(there, applicant, asked_at):
            raise BadInput(ALREADY_REGISTERED) from unknown
        return there

    async def ask(
        self, webinar: Webinar, application: RegistrationRequest, caller: Caller, *, keep_links: bool = False
    ) -> RegistrationRequest:
        """Register somebody whose application is written down as asked, and give it as it is then.

        It stays `ASKED` where nobody knows how that ended (`settle`). Raises what concerns everybody (`AFFECTS_ALL`), and
        what is worth trying later: then it waits again.
        """
        applicant = application.applicant
        if applicant is None:
            raise ValueError("who is decided is not asked for")
        if application.page_key:
            applicant = self._with_page(webinar, applicant, application.page_key)
        try:
            registrant = await self._provider.register(application.session_id, applicant, caller)
        except OutcomeUnknown as unknown:
            log.warning("registrant.unclear", extra={"session": application.session_id, "status": unknown.status})
            return application.model_copy(update={"state": RequestState.ASKED})
        except ProviderConflict:
            if application.problem == UNCLEAR:
                # It may be our own earlier request, come late: the list says whose it is.
                return application.model_copy(update={"state": RequestState.ASKED})
            return await self._decide(application, RequestState.THERE)
        except AFFECTS_ALL:
            await self._put_back(application, application.problem)
            raise
        except ProviderRefused as refused:
            code = " ".join(filter(None, [refused.code, refused.parameter])) or str(refused.status)
            return await self._decide(application, RequestState.REFUSED, problem=code)
        except ProviderError:
            await self._put_back(application, application.problem)
            raise
        return await self._registered(application, registrant, keep_links=keep_links)

    async def settle(
        self, session_id: str, asked: Sequence[RegistrationRequest], caller: Caller, *, keep_links: bool = False
    ) -> list[RegistrationRequest]:
        """Resolve unknown outcomes with one reading of the list. A person not listed waits again."""
        found = _by_email(await self._provider.registrants(session_id, caller))
        settled = []
        for application in asked:
            applicant = application.applicant
            there = found.get(applicant.address) if applicant else None
            if applicant is None or there is None:
                settled.append(await self._put_back(application, UNCLEAR))
            elif _is_ours(there, applicant, application.changed_at):
                settled.append(await self._registered(application, there, keep_links=keep_links))
            else:
                settled.append(await self._decide(application, RequestState.THERE))
        return settled

    async def refuse(self, application: RegistrationRequest, problem: str) -> RegistrationRequest:
        """Save that this person is not to be requested again."""
        return await self._decide(application, RequestState.REFUSED, problem=problem)

    async def remove(self, application: RegistrationRequest, caller: Caller) -> None:
        """Remove a registrant: one call."""
        if application.registrant_id:
            webinar = await self._mirror.find(application.session_id)
            await self._provider.remove_registrant(webinar.session_id, application.registrant_id, caller)
            await self._seats.removed(webinar, application.registrant_id)
        await self.forget(application)

    async def forget(self, application: RegistrationRequest) -> None:
        """Save that the registrant is removed, or that the webinar is over."""
        async with self._store.write() as db:
            await request_table.left(db, application, self._clock.now())

    def _with_page(self, webinar: Webinar, applicant: RegistrantDetails, key: str) -> RegistrantDetails:
        # Our own join page is not given to RingCentral: where it keeps one, it tells nobody its own link any more, and
        # there would be nothing to send people on to.
        return applicant.model_copy(update={"cancel_page": SecretStr(self._urls.cancel_url(key, webinar))})

    async def _registered(
        self, application: RegistrationRequest, registrant: Registrant, *, keep_links: bool
    ) -> RegistrationRequest:
        keep_links = keep_links or bool(application.page_key)
        return await self._decide(application, RequestState.REGISTERED, registrant, keep_links=keep_links)

    async def _decide(
        self,
        application: RegistrationRequest,
        state: RequestState,
        registrant: Registrant | None = None,
        *,
        keep_links: bool = False,
        problem: str = "",
    ) -> RegistrationRequest:
        async with self._store.write() as db:
            await request_table.decide(
                db,
                application,
                state,
                self._clock.now(),
                registrant=registrant,
                keep_links=keep_links,
                problem=problem,
            )
        return application.model_copy(update={"state": state, "applicant": None, "problem": problem})

    async def _put_back(self, application: RegistrationRequest, problem: str) -> RegistrationRequest:
        async with self._store.write() as db:
            await request_table.put_back(db, application, problem)
        return application.model_copy(update={"state": RequestState.WAITING, "problem": problem})


def _by_email(registrants: Iterable[Registrant]) -> dict[str, Registrant]:
    return {one.address: one for one in registrants}


def _is_ours(there: Registrant, applicant: RegistrantDetails, asked_at: datetime) -> bool:
    """Whether our request made it: a person who registered alone did so earlier, or with other data."""
    if (there.external_id, there.source) != (applicant.external_id, applicant.source):
        return False
    return there.registered_at is None or there.registered_at >= asked_at - MAX_CLOCK_SKEW
