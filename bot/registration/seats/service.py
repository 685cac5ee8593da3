"""Register, change and remove the seats of Slack users, with exactly one seat per user and webinar."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import BadInput, GreenroomError, OutcomeUnknown, ProviderError, ProviderGone, ProviderRefused
from bot.model.people import Account, Person
from bot.model.registrant import Registrant
from bot.model.retention import keep
from bot.model.seat import REGISTERED_STATES, Seat, SeatDetails, SeatState
from bot.model.webinar import Status, Webinar
from bot.providers.base import NOTICE, Caller, WebinarProvider
from bot.registration.seats import table as seat_table
from bot.registration.seats.approvals import SeatApprovals, decided
from bot.registration.seats.notify import SeatNotifier
from bot.registration.seats.register import SeatRegistrar, SeatUnclear, with_registrant
from bot.registration.seats.seat_messages import SeatMessages
from bot.registration.seats.texts import NO_SEAT
from bot.scheduler import Scheduler
from bot.slack.client import SlackApi

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

IN_PROGRESS = "You are being registered right now. The result comes as a direct message."
BUSY = "Your seat is being changed right now. Try again in a minute."
CLOSED = (
    "A change takes a new registration, and registration is closed now, so you would lose your seat. "
    "Your seat stays as it is."
)
LOST = "Your earlier registration was deleted for the change, so you have no seat now."
NOTHING = "Nothing was changed."
"""The end of many refusals, which is not true when the earlier registration is gone."""


class SeatService:
    """The seats of one account, each saved before and after every vendor call.

    Methods that call the provider raise its refusal, and then nothing has changed; `SeatUnclear` if the outcome is
    unknown, which `resume` continues; and `BadInput` if there is nothing to do.
    """

    def __init__(
        self,
        worker_id: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        provider: WebinarProvider,
        mirror: Mirror,
        clock: Clock,
        scheduler: Scheduler,
    ) -> None:
        """`worker_id` distinguishes the replicas of this account; `scheduler` wakes the delivery of reminders."""
        self._account = account
        self._store = store
        self._provider = provider
        self._registrar = SeatRegistrar(provider)
        self._mirror = mirror
        self._clock = clock
        self._locks = KeyedLocks()  # per seat: the second of two clicks finds what the first one did
        self.leases = WorkerLeases(store, seat_table.LEASES, account, worker_id, subject="seat")
        messages = SeatMessages(store, slack, clock, self.leases)
        self.notifier = SeatNotifier(account, store, messages, mirror, clock, self.leases, self._locks, scheduler)
        self.approvals = SeatApprovals(account, store, provider, mirror, clock, self.leases, self.notifier)

    async def find(self, webinar: Webinar, user_id: str) -> Seat | None:
        """This user's seat as saved. No vendor call."""
        found = await self._load(webinar, user_id)
        return found if found and found.state in REGISTERED_STATES else None

    async def take(
        self,
        webinar: Webinar,
        person: Person,
        attendee: SeatDetails,
        source: str,
        caller: Caller,
        *,
        lead: timedelta | None = None,
        by: str = "",
        message: tuple[str, str] = ("", ""),
    ) -> Seat:
        """This user's seat, or a new one: one vendor call, and a lookup if its outcome is unknown.

        `by` is the Slack user who suggested it, in a `message` (DM channel and `ts`) that becomes that of the seat.
        """
        new = Seat(
            account=self._account,
            session_id=webinar.session_id,
            user_id=person.user_id,
            state=SeatState.REGISTERING,
            attendee=_verified(attendee, person),
            source=source,
            lead=lead,
            by=by,
            dm_channel_id=message[0],
            dm_ts=message[1],
            changed_at=self._clock.now(),
        )
        async with self._locks[webinar.session_id, person.user_id]:
            async with self._store.write() as db:
                is_new = await seat_table.begin(db, new, self.leases.worker_id, self.leases.until())
            if is_new:
                async with self.leases.keep(new):
                    return await self._request(new, caller)
        return _usable(await self._load(webinar, person.user_id))

    async def change(self, webinar: Webinar, person: Person, wanted: SeatDetails, caller: Caller) -> Seat:
        """Replace the seat by one with another name or address, and with another link. The answers stay.

        Two calls, after one which ensures that registration is open and, for another address, one per page of
        registrants which ensures that it is free: otherwise the seat would be lost.
        """
        webinar = await self._mirror.read_registration(webinar, caller)
        if webinar.registration is None or not webinar.registration.is_open:
            raise BadInput(CLOSED)
        current = await self.find(webinar, person.user_id)
        if current is None:
            raise BadInput(NO_SEAT)
        details = _verified(wanted, person).model_copy(update={"fields": current.attendee.fields})
        if details.address != current.attendee.address and not details.is_own_address:
            await self._registrar.check_address(current, details.address, caller)
        async with self._claimed(webinar, person.user_id, state=SeatState.RENAMING, wanted=details) as seat:
            return await self._replace(seat, caller)

    async def leave(self, webinar: Webinar, user_id: str, caller: Caller) -> Seat:
        """Give a seat up: one call, none if the webinar is canceled, because its registrants went with it.

        The row is kept until the user was notified (`SeatNotifier.notify_gone`).
        """
        async with self._claimed(webinar, user_id, state=SeatState.CANCELING) as seat:
            if webinar.status is not Status.CANCELED:
                await self._remove(seat, caller)
            return seat

    async def refresh(self, webinar: Webinar, user_id: str, caller: Caller) -> Seat | None:
        """The seat as the provider has it: one call. `None` if the registrant was removed there.

        The seat of a canceled webinar stays as it is, without a call: its registrants went with it.
        """
        if webinar.status is Status.CANCELED:
            return await self.find(webinar, user_id)
        async with self._claimed(webinar, user_id) as seat:
            try:
                registrant = await self._provider.registrant(webinar.session_id, str(seat.registrant_id), caller)
            except ProviderGone:
                await self._delete(seat)
                return None
            except ProviderError:
                await self._release(seat)
                raise
            return await self._release(decided(seat, registrant))

    async def resume(self, waiting: Collection[str] = ()) -> None:
        """Resume seats whose lease expired, notify their users, and update calendars but of the `waiting` sessions."""
        async for seat in self.leases.expired():
            log.info("seat.resumed", extra={"session": seat.session_id, "state": seat.state})
            try:
                await self._resume(seat)
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                log.warning(
                    "seat.notification_deferred", extra={"session": seat.session_id, "reason": type(error).__name__}
                )
        await self.notifier.refresh_calendars(waiting)

    async def forget_ended(self) -> None:
        """Delete the seats of webinars long over."""
        async with self._store.write() as db:
            await seat_table.forget_ended(db, self._account, self._clock.now() - keep("seats"))

    async def _delete(self, seat: Seat) -> None:
        async with self._store.write() as db:
            await seat_table.delete_seat(db, seat, self.leases.worker_id)

    async def _load(self, webinar: Webinar, user_id: str) -> Seat | None:
        async with self._store.read() as db:
            return await seat_table.find(db, self._account, webinar.session_id, user_id)

    @asynccontextmanager
    async def _claimed(self, webinar: Webinar, user_id: str, **change: object) -> AsyncIterator[Seat]:
        """Claim this user's seat, and save the change that is about to be made."""
        async with self._locks[webinar.session_id, user_id]:
            seat = await self.find(webinar, user_id)
            if seat is None:
                raise BadInput(NO_SEAT)
            changed = seat.model_copy(update={**change, "changed_at": self._clock.now()}) if change else seat
            unchanged = seat_table.is_unchanged(seat)
            async with self.leases.owned(seat, changed, *unchanged, busy=BadInput(BUSY)) as owned:
                yield owned

    async def _request(self, seat: Seat, caller: Caller) -> Seat:
        try:
            registrant = await self._registrar.register(seat, caller)
        except SeatUnclear:
            await self.leases.resume_later(seat)
            raise
        except ProviderError as error:
            await self._delete(seat)
            if isinstance(error, ProviderRefused):
                self._mirror.count_soon(seat.session_id)  # registration may be closed by now
            raise
        return await self._save_registered(seat, registrant)

    async def _save_registered(self, seat: Seat, registrant: Registrant) -> Seat:
        self._mirror.count_soon(seat.session_id)
        return await self._advance(
            with_registrant(seat, registrant), state=SeatState.REGISTERED, wanted=None, notified_digest=""
        )

    async def _replace(self, seat: Seat, caller: Caller, *, resumed: bool = False) -> Seat:
        await self._remove(seat, caller, resumed=resumed)
        requested = await self._advance(
            seat, state=SeatState.REGISTERING, attendee=seat.wanted or seat.attendee, wanted=None, registrant_id=None
        )
        try:
            registrant = await self._registrar.register(requested, caller)
        except ProviderRefused as error:
            problem = f"{LOST}\n{error.sentence.removesuffix(NOTHING).strip()}"
            await self.notifier.notify_gone(await self._advance(requested, state=SeatState.CANCELING), problem=problem)
            raise BadInput(problem) from error
        except ProviderError as error:
            await self.leases.resume_later(requested)
            raise SeatUnclear(seat.session_id) from error
        return await self._save_registered(requested, registrant)

    async def _remove(self, seat: Seat, caller: Caller, *, resumed: bool = False) -> None:
        """Remove the registrant, if there is one. If that certainly failed, restore the seat."""
        if seat.registrant_id is None:
            return
        try:
            await self._provider.remove_registrant(seat.session_id, seat.registrant_id, caller)
        except ProviderError as error:
            is_unclear = isinstance(error, OutcomeUnknown) or (resumed and not isinstance(error, ProviderRefused))
            if is_unclear:
                await self.leases.resume_later(seat)
                raise SeatUnclear(seat.session_id) from error
            as_before = SeatState.NOTIFIED if seat.notified_digest else SeatState.REGISTERED
            await self._release(seat.model_copy(update={"state": as_before, "wanted": None}))
            raise
        self._mirror.count_soon(seat.session_id)

    async def _resume(self, seat: Seat) -> None:
        try:
            async with self.leases.keep(seat):
                resumed = await self._continue(seat)
        except (ProviderRefused, BadInput) as error:
            await self.notifier.notify_failed(seat, error.sentence)
        except ProviderError as error:
            # Every other state was saved on the way; a seat that is still requested is left as it was.
            log.warning("seat.deferred", extra={"session": seat.session_id, "code": error.code})
            if seat.state is SeatState.REGISTERING:
                await self.leases.resume_later(seat)
        else:
            is_left = seat.state is SeatState.CANCELING
            await (self.notifier.notify_gone(resumed) if is_left else self.notifier.notify_taken(resumed))

    async def _continue(self, seat: Seat) -> Seat:
        match seat.state:
            case SeatState.CANCELING:
                if (await self._mirror.find(seat.session_id)).status is not Status.CANCELED:
                    await self._remove(seat, NOTICE, resumed=True)
                return seat
            case SeatState.RENAMING:
                return await self._replace(seat, NOTICE, resumed=True)
            case SeatState.REGISTERING:
                registrant = await self._registrar.find(seat, NOTICE) or await self._registrar.register(seat, NOTICE)
                return await self._save_registered(seat, registrant)
            case _:
                return seat

    async def _advance(self, seat: Seat, **change: object) -> Seat:
        """Save the seat and renew its lease."""
        changed = seat.model_copy(update={**change, "changed_at": self._clock.now()})
        try:
            async with self._store.write() as db:
                await self.leases.advance(db, changed)
        except LeaseLost as lost:
            raise SeatUnclear(seat.session_id) from lost  # another replica continues it
        return changed

    async def _release(self, seat: Seat) -> Seat:
        """Save the seat and release it; if its user is still to be notified, `resume` does so."""
        async with self._store.write() as db:
            await self.leases.finish(db, seat)
        return seat


def _verified(attendee: SeatDetails, person: Person) -> SeatDetails:
    """The attendee, marked if the address is the one in the user's own Slack profile."""
    # For people of another organization, Slack returns what the admins of that organization entered.
    is_vouched_for = bool(person.email) and not person.is_stranger
    return attendee.model_copy(update={"is_own_address": is_vouched_for and attendee.address == person.email.lower()})


def _usable(seat: Seat | None) -> Seat:
    """The seat, if it is registered. Raises `BadInput` if another operation is changing it."""
    if seat is None or seat.state not in REGISTERED_STATES:
        raise BadInput(IN_PROGRESS if seat and seat.state is SeatState.REGISTERING else BUSY)
    return seat
