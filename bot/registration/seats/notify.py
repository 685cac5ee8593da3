"""Notify users of their seats by DM: their own link, the calendar file, and the reminder they chose."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import Clock, machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Db, Store
from bot.db.leases import WorkerLeases
from bot.errors import BadInput, GreenroomError
from bot.model.lifecycle import Stage, stage
from bot.model.people import Account
from bot.model.seat import Seat, SeatState
from bot.model.webinar import Webinar
from bot.notices import reminders
from bot.notices.model import Feature
from bot.notices.reminder_sheet import can_remind
from bot.notices.subscriptions import service as subscriptions_service
from bot.notices.team_reminders import end_reminders
from bot.providers.names import named
from bot.registration.seats import table as seat_table
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.digest import current_digests
from bot.scheduler import Scheduler
from bot.webinars.participation import is_on_team

if TYPE_CHECKING:
    from bot.registration.seats.seat_messages import SeatMessages
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

MAX_REFRESHES = 20
"""Users whose messages are updated in one run; the others follow half a minute later."""
UPDATED_AFTER_END = timedelta(days=1)
"""How long after the planned end of a webinar the messages of its seats are still kept current."""


class SeatNotifier:
    """Notify users of seats taken, given up or lost. After a crash, a message may be repeated, but never lost."""

    def __init__(
        self,
        account: Account,
        store: Store,
        messages: SeatMessages,
        mirror: Mirror,
        clock: Clock,
        leases: WorkerLeases[Seat],
        locks: KeyedLocks,
        scheduler: Scheduler,
    ) -> None:
        """`locks` are those of each session and user; `scheduler` wakes the delivery of reminders."""
        self._account = account
        self._store = store
        self._messages = messages
        self._mirror = mirror
        self._clock = clock
        self._leases = leases
        self._locks = locks
        self._scheduler = scheduler

    async def notify_taken(self, seat: Seat) -> Seat:
        """Notify the user of a new seat, once, and plan the reminder they chose.

        Returns the seat as it is then, with a `dm_channel_id` if the user could be notified. After a temporary failure
        of Slack it is resumed.
        """
        async with self._locks[seat.session_id, seat.user_id]:
            async with self._store.read() as db:
                current = await seat_table.find(db, self._account, seat.session_id, seat.user_id)
            if current is None or current.state is not SeatState.REGISTERED:
                return current or seat
            async with self._store.write() as db:
                if not await self._leases.take(db, current, *seat_table.is_unchanged(current)):
                    return current  # another replica notifies the user
            try:
                return await self._send_seat(current)
            except GreenroomError as error:
                await self._defer(current, error)
                return current

    async def notify_decided(self, before: Seat, after: Seat) -> None:
        """Notify the user of an approval by a new message, or of a denial where the seat is shown.

        The earlier message of an approved seat refers to the new one; `after` is saved already.
        """
        if after.is_approved and before.dm_ts:
            webinar = await self._mirror.find(after.session_id)
            try:
                await self._messages.approved(webinar, before)
            except GreenroomError as error:
                log.info("seat.message_gone", extra={"session": after.session_id, "reason": type(error).__name__})
        await self.notify_taken(after)

    async def send_calendar(self, webinar: Webinar, seat: Seat) -> None:
        """Send the calendar file of an approved seat once more. Raises what Slack answers."""
        await self._messages.send_calendar(webinar, seat)

    async def notify_gone(self, seat: Seat, *, problem: str = "") -> None:
        """Replace the DM of a seat that is gone, end its reminders, and delete it."""
        webinar = await self._mirror.find(seat.session_id)
        try:
            if seat.dm_channel_id:
                await self._messages.gone(webinar, seat, problem)
        except GreenroomError as error:
            await self._defer(seat, error)
            return
        async with self._store.write() as db:
            if seat.dm_channel_id:
                await reminders.lock_webinar(db, self._account, seat.session_id, seat.dm_channel_id)
                # A member of the team keeps the reminders of the team.
                if not await is_on_team(db, self._account, seat.session_id, seat.user_id):
                    where = self._account, seat.session_id, seat.dm_channel_id
                    await end_reminders(db, *where, self._clock.now())
            await seat_table.delete_seat(db, seat, self._leases.worker_id)
        self._scheduler.wake()

    async def notify_failed(self, seat: Seat, problem: str) -> None:
        """Notify the user of a problem with a resumed seat; a seat that was never made is deleted."""
        webinar = await self._mirror.find(seat.session_id)
        await self._messages.problem(webinar, seat, problem)
        if seat.state is SeatState.REGISTERING:
            async with self._store.write() as db:
                await seat_table.delete_seat(db, seat, self._leases.worker_id)

    async def notify_removed(self, webinar: Webinar, registrant_id: str) -> None:
        """An organizer removed a registrant: if it had a seat, delete the seat and notify its user."""
        async with self._store.write() as db:
            seat = await seat_table.of_registrant(db, self._account, webinar.session_id, registrant_id)
            if seat is None or not await self._leases.take(db, seat, *seat_table.is_unchanged(seat)):
                return  # no seat, or its user is changing it: that operation finds that the registrant is gone
            seat = seat.model_copy(update={"state": SeatState.CANCELING, "changed_at": self._clock.now()})
            await self._leases.advance(db, seat)
        await self.notify_gone(seat, problem=named(seat_texts.REMOVED_AT_PROVIDER, seat.session_id))

    async def refresh_calendars(self, waiting: Collection[str] = ()) -> None:
        """Send a new calendar file if the webinar or the user's role has changed, and edit the DM if it differs.

        Webinars that are over come last: nobody waits for their messages. The sessions that are `waiting` are left
        out: the notice of their change comes first.
        """
        now = self._clock.now()
        recent = await self._mirror.everything(now - UPDATED_AFTER_END)
        async with self._store.read() as db:
            with_seats = await seat_table.sessions(db, self._account)
        remaining = MAX_REFRESHES
        for webinar in sorted(recent, key=lambda one: (stage(one, now) is Stage.OVER, one.session_id)):
            if webinar.session_id in with_seats.difference(waiting):
                remaining = await self._refresh_session(webinar, remaining)

    async def _refresh_session(self, webinar: Webinar, remaining: int) -> int:
        began, digests = machine_now(), current_digests(webinar, self._clock.now())
        while remaining:
            async with self._store.write() as db:
                seat = await seat_table.claim_outdated(
                    db,
                    self._account,
                    webinar.session_id,
                    digests,
                    self._leases.worker_id,
                    began,
                    self._leases.until(),
                )
            if seat is None:
                break
            remaining -= 1
            async with self._locks[seat.session_id, seat.user_id]:
                async with self._store.read() as db:
                    current = await seat_table.find(db, self._account, seat.session_id, seat.user_id)
                if current == seat:  # else another operation changes it, and notifies the user
                    await self._refresh(webinar, seat)
        return remaining

    async def _refresh(self, webinar: Webinar, seat: Seat) -> None:
        try:
            await self._save_notified(await self._messages.update(webinar, seat))
        except GreenroomError as error:
            log.warning("seat.refresh_failed", extra={"session": seat.session_id, "reason": type(error).__name__})

    async def _send_seat(self, seat: Seat) -> Seat:
        notified = await self._save_notified(
            await self._messages.send(await self._mirror.find(seat.session_id), seat), remind=True
        )
        self._scheduler.wake()
        return notified

    async def _save_notified(self, seat: Seat, *, remind: bool = False) -> Seat:
        """Save that the user was notified, and subscribe the DM to the webinar."""
        now = self._clock.now()
        notified = seat.model_copy(update={"state": SeatState.NOTIFIED, "changed_at": now})
        async with self._store.write() as db:
            if remind and seat.dm_channel_id:
                webinar = await reminders.lock_webinar(db, self._account, seat.session_id, seat.dm_channel_id)
                await _subscribe(db, webinar, seat, now)
            await self._leases.finish(db, notified)
        return notified

    async def _defer(self, seat: Seat, error: GreenroomError) -> None:
        log.warning("seat.notification_deferred", extra={"session": seat.session_id, "reason": type(error).__name__})
        await self._leases.resume_later(seat)


async def _subscribe(db: Db, webinar: Webinar, seat: Seat, now: datetime) -> None:
    await subscriptions_service.subscribe_person(
        db, webinar, seat.dm_channel_id, frozenset({Feature.CHANGES}), seat.user_id, now
    )
    if not (seat.is_approved and seat.lead and can_remind(webinar, now)):
        return
    where = webinar, seat.dm_channel_id
    if webinar.start - seat.lead > now:
        with contextlib.suppress(BadInput):  # the DM has the maximum number of reminders
            await reminders.snooze(db, *where, seat.lead, seat.user_id, now)
    elif not (await reminders.load_sheet(db, *where)).is_on:
        await reminders.set_offsets(db, *where, (), seat.user_id, now)  # too late for it: only that it starts
