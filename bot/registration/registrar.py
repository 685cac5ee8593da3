"""Register people at the provider one at a time, each saved before and after the call."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.clock import Clock, machine_now
from bot.db.connection import Store
from bot.errors import (
    AttemptsUsed,
    BadInput,
    BatchRefused,
    GreenroomError,
    OutcomeUnknown,
    ProviderConflict,
    ProviderError,
    ProviderRefused,
    RegistrationFull,
)
from bot.model.ability import Ability
from bot.model.registrant import NewRegistration, Registrant, RegistrantDetails, RegistrantStatus
from bot.model.webinar import Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.providers.names import named
from bot.registration import request_table
from bot.registration.outcomes import AFFECTS_ALL, UNCLEAR, outcome_of
from bot.registration.own_pages.urls import PageUrls
from bot.registration.request_state import FOR_APPROVAL
from bot.registration.request_table import RegistrationRequest, RequestState

if TYPE_CHECKING:
    from bot.registration.seats.notify import SeatNotifier
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

CLOSED = "closed"
ANSWERS = "answers"
MAX_CLOCK_SKEW = timedelta(minutes=2)
"""How far the provider's clock may be behind ours."""
KEY_BYTES = 16
MAX_CLAIM = timedelta(minutes=10)
"""How long a person whom a user registers is kept out of the queue of our own pages."""

ALREADY_REGISTERED = "This email address is already registered for this webinar."
NOT_REGISTERED = "{provider} gave no clear answer, and its list does not show this person. Try again."


class Registrar:
    """Make the vendor calls of registration requests, and save their results. No other class saves results."""

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

    async def register_now(
        self, webinar: Webinar, details: RegistrantDetails, caller: Caller, *, own_pages: bool = False
    ) -> NewRegistration:
        """Register a person while a user waits: one call, and a lookup in the list if its outcome is unknown.

        With `own_pages`, the registrant joins and cancels through our own pages. Raises `BadInput` if the address is
        registered already, and any `ProviderError`; nothing is resumed later.
        """
        if not own_pages:
            return NewRegistration(details=details, registrant=await self._register(webinar, details, caller))
        key = token_urlsafe(KEY_BYTES)
        details = self._with_page(webinar, details, key)
        now = self._clock.now()
        async with self._store.write() as db:
            # Leased for longer than the call can take; after a crash, the queue of our own pages resumes it.
            await request_table.add(
                db, webinar.account, webinar.session_id, [(0, details, key)], batch_id="", now=now,
                worker_id=self._worker_id, until=machine_now() + MAX_CLAIM,
            )  # fmt: skip
            request = await request_table.find_by_page_key(db, key)
            if request is None:
                raise ValueError("the request was just added")
            await request_table.mark_registering(db, request, now)
        try:
            registrant = await self._register(webinar, details, caller)
        except GreenroomError:
            await self._save_result(request, RequestState.STOPPED)
            raise
        await self._save_result(request, RequestState.REGISTERED, registrant, keep_links=True)
        return NewRegistration(details=details, registrant=registrant, page_key=key)

    async def _register(self, webinar: Webinar, details: RegistrantDetails, caller: Caller) -> Registrant:
        requested_at = self._clock.now()
        try:
            registrant = await self._provider.register(webinar.session_id, details, caller)
        except ProviderConflict as conflict:
            raise BadInput(ALREADY_REGISTERED) from conflict
        except OutcomeUnknown as unknown:
            registrant = await self._find_after_unknown(webinar, details, requested_at, unknown, caller)
        self._mirror.count_soon(webinar.session_id)
        return registrant

    async def _find_after_unknown(
        self,
        webinar: Webinar,
        details: RegistrantDetails,
        requested_at: datetime,
        unknown: OutcomeUnknown,
        caller: Caller,
    ) -> Registrant:
        log.warning("registrant.unclear", extra={"session": webinar.session_id, "status": unknown.status})
        try:
            found = await self._found(webinar.session_id, caller)
        except ProviderError:
            # Report the unknown outcome rather than the failed read: the person may be registered.
            raise unknown from None
        listed = found.get(details.address)
        if listed is None:
            raise BadInput(named(NOT_REGISTERED, webinar.id)) from unknown
        if not _is_ours(webinar, listed, details, requested_at):
            raise BadInput(ALREADY_REGISTERED) from unknown
        return listed

    async def request(
        self, webinar: Webinar, request: RegistrationRequest, caller: Caller, *, keep_links: bool = False
    ) -> RegistrationRequest:
        """Register the person of a request saved as `REGISTERING`, and return the request with its new state.

        It stays `REGISTERING` if the outcome is unknown (see `resolve`). Raises refusals that affect everybody
        (`AFFECTS_ALL`) and temporary errors; the request then waits again.
        """
        try:
            registrant = await self._provider.register(request.session_id, self._details(webinar, request), caller)
        except ProviderError as error:
            return await self._save_error(request, error)
        return await self._save_registered(request, registrant, keep_links=keep_links)

    async def request_many(
        self, webinar: Webinar, requests: Sequence[RegistrationRequest], caller: Caller, *, keep_links: bool = False
    ) -> list[RegistrationRequest]:
        """Register the people of up to 30 requests saved as `REGISTERING`: see `request`.

        Raises `BatchRefused` if they can only be registered one at a time; all wait again.
        """
        details = [self._details(webinar, request) for request in requests]
        try:
            outcomes = await self._provider.register_many(webinar.session_id, details, caller)
        except ProviderError as error:
            for request in requests:
                await self._mark_waiting(request, request.problem)
            is_of_some = isinstance(error, RegistrationFull) or not isinstance(error, AFFECTS_ALL)
            if isinstance(error, ProviderRefused) and is_of_some:
                # One of them may be the reason, or there is room for some of them.
                raise BatchRefused(error.sentence, code=error.code, status=error.status) from error
            raise
        made = [(one, new) for one, new in zip(requests, outcomes, strict=True) if isinstance(new, Registrant)]
        saved = await self._save_all_registered(made, keep_links=keep_links)
        others = [(one, new) for one, new in zip(requests, outcomes, strict=True) if not isinstance(new, Registrant)]
        return [*saved, *[await self._save_error(request, error) for request, error in others]]

    async def _save_all_registered(
        self, made: Sequence[tuple[RegistrationRequest, Registrant]], *, keep_links: bool
    ) -> list[RegistrationRequest]:
        """Save the results of one call in one transaction."""
        state, now = RequestState.REGISTERED, self._clock.now()
        async with self._store.write() as db:
            for one, new in made:
                keep = keep_links or bool(one.page_key)
                await request_table.save_result(db, one, state, now, registrant=new, keep_links=keep)
        return [one.model_copy(update={"state": state, "details": None, "problem": ""}) for one, _ in made]

    async def _save_error(self, request: RegistrationRequest, error: ProviderError) -> RegistrationRequest:
        """Save what an error means for this person. Raises it if it affects everybody; the request then waits."""
        next_try = self._clock.now() + (error.ready_at - machine_now()) if isinstance(error, AttemptsUsed) else None
        outcome = outcome_of(error, request.problem, next_try)
        if outcome is None:
            await self._mark_waiting(request, request.problem)
            raise error
        state, problem = outcome
        if state is RequestState.REGISTERING:
            log.warning("registrant.unclear", extra={"session": request.session_id, "status": error.status})
            return request.model_copy(update={"state": state})
        return await self._save_result(request, state, problem=problem)

    async def resolve(
        self, session_id: str, requests: Sequence[RegistrationRequest], caller: Caller, *, keep_links: bool = False
    ) -> list[RegistrationRequest]:
        """Resolve unknown outcomes with one reading of the lists of all statuses. A person not listed waits again."""
        found, webinar = await self._found(session_id, caller), await self._mirror.find(session_id)
        resolved = []
        for request in requests:
            details = request.details
            listed = found.get(details.address) if details else None
            if details is None or listed is None:
                resolved.append(await self._mark_waiting(request, UNCLEAR))
            elif _is_ours(webinar, listed, details, request.changed_at):
                resolved.append(await self._save_registered(request, listed, keep_links=keep_links))
            else:
                resolved.append(await self._save_result(request, RequestState.ALREADY_REGISTERED))
        return resolved

    async def _found(self, session_id: str, caller: Caller) -> dict[str, Registrant]:
        """All registrants by address, also those who wait for approval or were denied."""
        listed = [await self._provider.registrants(session_id, caller, status) for status in RegistrantStatus]
        return _by_email(itertools.chain.from_iterable(listed))

    async def refuse(self, request: RegistrationRequest, problem: str) -> RegistrationRequest:
        """Save that this person is not to be requested again."""
        return await self._save_result(request, RequestState.REFUSED, problem=problem)

    async def remove(self, request: RegistrationRequest, caller: Caller) -> None:
        """Remove a registrant: one call."""
        if request.registrant_id:
            webinar = await self._mirror.find(request.session_id)
            await self._provider.remove_registrant(webinar.session_id, request.registrant_id, caller)
            await self._seats.notify_removed(webinar, request.registrant_id)
        await self.mark_removed(request)

    async def mark_removed(self, request: RegistrationRequest) -> None:
        """Save that the registrant is removed, or that the webinar is over."""
        async with self._store.write() as db:
            await request_table.mark_removed(db, request, self._clock.now())

    def _details(self, webinar: Webinar, request: RegistrationRequest) -> RegistrantDetails:
        if request.details is None:
            raise ValueError("a completed request is not sent again")
        return self._with_page(webinar, request.details, request.page_key) if request.page_key else request.details

    def _with_page(self, webinar: Webinar, details: RegistrantDetails, key: str) -> RegistrantDetails:
        # Our join page is not sent to the provider: it would then no longer report its own link, which our page
        # redirects to.
        return details.model_copy(update={"cancel_page": SecretStr(self._urls.cancel_url(key, webinar))})

    async def _save_registered(
        self, request: RegistrationRequest, registrant: Registrant, *, keep_links: bool
    ) -> RegistrationRequest:
        keep_links = keep_links or bool(request.page_key)
        problem = FOR_APPROVAL if registrant.status is RegistrantStatus.PENDING else ""
        return await self._save_result(
            request, RequestState.REGISTERED, registrant, keep_links=keep_links, problem=problem
        )

    async def _save_result(
        self,
        request: RegistrationRequest,
        state: RequestState,
        registrant: Registrant | None = None,
        *,
        keep_links: bool = False,
        problem: str = "",
    ) -> RegistrationRequest:
        async with self._store.write() as db:
            await request_table.save_result(
                db,
                request,
                state,
                self._clock.now(),
                registrant=registrant,
                keep_links=keep_links,
                problem=problem,
            )
        return request.model_copy(update={"state": state, "details": None, "problem": problem})

    async def _mark_waiting(self, request: RegistrationRequest, problem: str) -> RegistrationRequest:
        async with self._store.write() as db:
            await request_table.mark_waiting(db, request, problem)
        return request.model_copy(update={"state": RequestState.WAITING, "problem": problem})


def _by_email(registrants: Iterable[Registrant]) -> dict[str, Registrant]:
    return {registrant.address: registrant for registrant in registrants}


def _is_ours(webinar: Webinar, listed: Registrant, details: RegistrantDetails, requested_at: datetime) -> bool:
    """Whether our call created this registrant: one who registered alone did so earlier, or with other data."""
    is_other = (listed.external_id, listed.source) != (details.external_id, details.source)
    if is_other and Ability.EXTERNAL_ID in webinar.abilities:  # otherwise the list has neither
        return False
    return listed.registered_at is None or listed.registered_at >= requested_at - MAX_CLOCK_SKEW
