"""Gives people their seats at a webinar: one each whatever happens, under another name, or given up again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.clock import Clock, machine_now
from bot.errors import BadInput, OutcomeUnknown, ProviderError, ProviderGone, ProviderRefused
from bot.holding import holding
from bot.mirror import Mirror
from bot.models import Account, Person, Webinar
from bot.providers import NOTICE, Caller, WebinarProvider
from bot.registrants import Registrant
from bot.seat import SETTLED, Attendee, Seat, SeatState
from bot.seating.signing_up import UNCLEAR, SigningUp, Unclear, as_listed
from bot.store import seats
from bot.store.connection import Store

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""How long a seat stays ours without a sign of life; whoever works on it renews it three times as often."""
RETRY = timedelta(seconds=30)
"""How soon a seat that got no clear answer is looked at again."""

UNDER_WAY = "You are being registered at this moment. The result comes as a direct message."
BUSY = "Something else is being done about your seat at this moment. Try again in a minute."
NO_SEAT = "You have no seat at this webinar any more."
CLOSED = (
    "Another name takes a new registration, and registration is closed just now: you would lose your seat. "
    "Your name stays as it is."
)
LOST = "Your seat under the earlier name was given up for it, so you have none now."


@dataclass(frozen=True)
class Ended:
    """What became of a seat that was taken over. The person is to be told: of it, of its end, or of the `problem`."""

    seat: Seat
    is_left: bool = False
    problem: str = ""


class Seating:
    """The seats of one account, each written down before and after every call.

    What asks RingCentral raises what that refuses, and then all is as it was before; `Unclear` where only time can
    tell: `take_over` goes on with that; and `BadInput` where there is nothing to be done.
    """

    def __init__(
        self, me: str, account: Account, store: Store, provider: WebinarProvider, mirror: Mirror, clock: Clock
    ) -> None:
        """Work under the name `me`, by which other replicas of this account know whose it is."""
        self._me = me
        self._account = account
        self._store = store
        self._provider = provider
        self._signing_up = SigningUp(provider)
        self._mirror = mirror
        self._clock = clock
        self.lease, self.retry = LEASE, RETRY
        self._turns: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def seat(self, webinar: Webinar, user_id: str) -> Seat | None:
        """The seat that this person has, as far as is known here. No call."""
        found = await self._written(webinar, user_id)
        return found if found and found.state in SETTLED else None

    async def take(
        self,
        webinar: Webinar,
        person: Person,
        attendee: Attendee,
        source: str,
        caller: Caller,
        *,
        lead: timedelta | None = None,
        by: str = "",
    ) -> Seat:
        """The seat that this person has, or a new one: one call, and a look at the list where that is not clear.

        `by` is the Slack user who asks for it, where it is not the person.
        """
        # What Slack tells of people of another organisation is what that organisation's admins have written there.
        is_vouched_for = bool(person.email) and not person.is_stranger
        known = {"is_own_address": is_vouched_for and attendee.address == person.email.lower()}
        wanted = Seat(
            account=self._account,
            session_id=webinar.session_id,
            user_id=person.user_id,
            state=SeatState.ASKED,
            attendee=attendee.model_copy(update=known),
            source=source,
            lead=lead,
            by=by,
            changed_at=self._clock.now(),
        )
        async with self.turn(webinar.session_id, person.user_id):
            async with self._store.write() as db:
                is_new = await seats.begin(db, wanted, self._me, self._until(self.lease))
            if is_new:
                async with self.held(wanted):
                    return await self._ask(wanted, caller)
        earlier = await self._written(webinar, person.user_id)
        if earlier is None or earlier.state not in SETTLED:
            raise BadInput(UNDER_WAY if earlier and earlier.state is SeatState.ASKED else BUSY)
        return earlier

    async def rename(self, webinar: Webinar, user_id: str, wanted: Attendee, caller: Caller) -> Seat:
        """A seat under another name in the place of the one they have, and the link changes.

        Two calls, after one which makes sure that registration is open: else the seat would be lost.
        """
        webinar = await self._mirror.read_registration(webinar, caller)
        if webinar.registration is None or not webinar.registration.is_open:
            raise BadInput(CLOSED)
        async with self._at_work(webinar, user_id, state=SeatState.RENAMING, wanted=wanted) as seat:
            return await self._under_new_name(seat, caller)

    async def leave(self, webinar: Webinar, user_id: str, caller: Caller) -> Seat:
        """Give a seat up: one call. What is returned is theirs no more, and is kept until they are told (`drop`)."""
        async with self._at_work(webinar, user_id, state=SeatState.LEAVING) as seat:
            await self._remove(seat, caller)
            return seat

    async def look(self, webinar: Webinar, user_id: str, caller: Caller) -> Seat | None:
        """The seat as RingCentral has it: one call. Nothing where it was removed there."""
        async with self._at_work(webinar, user_id) as seat:
            try:
                there = await self._provider.registrant(webinar.session_id, str(seat.registrant_id), caller)
            except ProviderGone:
                await self.drop(seat)
                return None
            except ProviderError:
                await self._release(seat)
                raise
            return await self._release(as_listed(seat, there))

    async def take_over(self) -> AsyncIterator[Ended]:
        """Bring to an end what nobody works on any more, and give those whose people are to be told."""
        began = machine_now()
        while True:
            async with self._store.write() as db:
                seat = await seats.claim(db, self._account, self._me, began, self._until(self.lease))
            if seat is None:
                return
            log.info("seat.taken_over", extra={"session": seat.session_id, "state": seat.state})
            async with self.held(seat):
                ended = await self._resume(seat)
            if ended:
                yield ended

    def held(self, seat: Seat) -> AbstractAsyncContextManager[None]:
        """Keep a seat ours for as long as this takes, however long the gate makes it wait."""
        return holding(self._store, lambda db, until: seats.hold(db, seat, self._me, until), self.lease, "seat")

    async def later(self, seat: Seat) -> None:
        """Leave a seat where it is, to be taken over again soon."""
        async with self._store.write() as db:
            await seats.advance(db, seat, self._me, self._until(self.retry))

    async def drop(self, seat: Seat) -> None:
        """Forget a seat that is given up or was never made."""
        async with self._store.write() as db:
            await seats.forget(db, seat, self._me)

    def turn(self, session_id: str, user_id: str) -> asyncio.Lock:
        """One thing after the other about each seat: the second of two clicks finds what the first one made."""
        return self._turns.setdefault((session_id, user_id), asyncio.Lock())

    async def _written(self, webinar: Webinar, user_id: str) -> Seat | None:
        async with self._store.read() as db:
            return await seats.find(db, self._account, webinar.session_id, user_id)

    def _until(self, lease: timedelta) -> datetime:
        return machine_now() + lease

    @asynccontextmanager
    async def _at_work(self, webinar: Webinar, user_id: str, **change: object) -> AsyncIterator[Seat]:
        """Take hold of the seat that a person has, and write down what is about to be done to it."""
        async with self.turn(webinar.session_id, user_id):
            seat = await self.seat(webinar, user_id)
            if seat is None:
                raise BadInput(NO_SEAT)
            async with self._store.write() as db:
                if not await seats.take_hold(db, seat, self._me, machine_now(), self._until(self.lease)):
                    raise BadInput(BUSY)
            if change:
                seat = await self._advance(seat, **change)
            async with self.held(seat):
                yield seat

    async def _ask(self, seat: Seat, caller: Caller) -> Seat:
        try:
            made = await self._signing_up.register(seat, caller)
        except Unclear:
            await self.later(seat)
            raise
        except ProviderError as error:
            await self.drop(seat)
            if isinstance(error, ProviderRefused):
                self._mirror.count_soon(seat.session_id)  # what we take for open may not be
            raise
        return await self._taken(seat, made)

    async def _taken(self, seat: Seat, made: Registrant) -> Seat:
        self._mirror.count_soon(seat.session_id)
        return await self._advance(as_listed(seat, made), state=SeatState.TAKEN, wanted=None, told_what="")

    async def _under_new_name(self, seat: Seat, caller: Caller, *, resumed: bool = False) -> Seat:
        await self._remove(seat, caller, resumed=resumed)
        asked = await self._advance(
            seat, state=SeatState.ASKED, attendee=seat.wanted or seat.attendee, wanted=None, registrant_id=None
        )
        try:
            made = await self._signing_up.register(asked, caller)
        except ProviderRefused as error:
            await self.drop(asked)
            raise BadInput(f"{error.sentence} {LOST}") from error
        except ProviderError as error:
            await self.later(asked)
            raise Unclear(UNCLEAR) from error
        return await self._taken(asked, made)

    async def _remove(self, seat: Seat, caller: Caller, *, resumed: bool = False) -> None:
        """Take it off the list. Where that surely did not happen it is theirs as before."""
        try:
            await self._provider.remove_registrant(seat.session_id, str(seat.registrant_id), caller)
        except ProviderError as error:
            is_unclear = isinstance(error, OutcomeUnknown) or (resumed and not isinstance(error, ProviderRefused))
            if is_unclear:
                await self.later(seat)
                raise Unclear(UNCLEAR) from error
            as_before = SeatState.HELD if seat.told_what else SeatState.TAKEN
            await self._release(seat.model_copy(update={"state": as_before, "wanted": None}))
            raise
        self._mirror.count_soon(seat.session_id)

    async def _resume(self, seat: Seat) -> Ended | None:
        try:
            return await self._resumed(seat)
        except (ProviderRefused, BadInput) as error:
            return Ended(seat, problem=error.sentence)
        except ProviderError as error:
            # What it has come to meanwhile is written down; only one that is still being asked for is left as it was.
            log.warning("seat.left_for_later", extra={"session": seat.session_id, "code": error.code})
            if seat.state is SeatState.ASKED:
                await self.later(seat)
            return None

    async def _resumed(self, seat: Seat) -> Ended:
        match seat.state:
            case SeatState.LEAVING:
                await self._remove(seat, NOTICE, resumed=True)
                return Ended(seat, is_left=True)
            case SeatState.RENAMING:
                return Ended(await self._under_new_name(seat, NOTICE, resumed=True))
            case SeatState.ASKED:
                made = await self._signing_up.find(seat, NOTICE) or await self._signing_up.register(seat, NOTICE)
                return Ended(await self._taken(seat, made))
            case _:
                return Ended(seat)

    async def _advance(self, seat: Seat, **change: object) -> Seat:
        """Write down how far it has come, and go on holding it."""
        changed = seat.model_copy(update={**change, "changed_at": self._clock.now()})
        async with self._store.write() as db:
            if not await seats.advance(db, changed, self._me, self._until(self.lease)):
                raise Unclear(UNCLEAR)  # another replica has taken it over, and brings it to its end
        return changed

    async def _release(self, seat: Seat) -> Seat:
        """Write it down, and let others take hold of it; whoever is still to be told of theirs is told soon."""
        async with self._store.write() as db:
            await seats.advance(db, seat, self._me, None)
        return seat
