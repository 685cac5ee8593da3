"""Notify users of their seats by DM: their own link, the calendar file, and the reminder they chose."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import Clock, machine_now
from bot.concurrency import KeyedLocks
from bot.db.connection import Db, Store
from bot.db.leases import LeaseLost, WorkerLeases
from bot.errors import BadInput, ChannelUnreachable, GreenroomError
from bot.model.people import Account
from bot.model.seat import Seat, SeatState
from bot.model.webinar import Status, Webinar
from bot.notices import reminders
from bot.notices.model import Feature
from bot.notices.reminder_sheet import can_remind
from bot.notices.subscriptions import service as subscriptions_service
from bot.providers.names import named
from bot.registration.seats import table as seat_table
from bot.registration.seats import texts as seat_texts
from bot.scheduler import Scheduler
from bot.slack.client import SlackApi
from bot.slack.message import Message
from bot.slack.responses import SlackRefused
from bot.webinars import personal_calendar
from bot.webinars.participation import is_on_team
from bot.webinars.personal_calendar import EntryContent, PersonalCalendar

if TYPE_CHECKING:
    from bot.sync.mirror import Mirror

log = logging.getLogger(__name__)

MAX_REFRESHES = 20
"""Users whose calendars are updated in one run; the others follow half a minute later."""


class SeatNotifier:
    """Notify users of seats taken, given up or lost. After a crash, a message may be repeated, but never lost."""

    def __init__(
        self,
        account: Account,
        store: Store,
        slack: SlackApi,
        mirror: Mirror,
        clock: Clock,
        leases: WorkerLeases[Seat],
        locks: KeyedLocks,
        scheduler: Scheduler,
    ) -> None:
        """`locks` are those of each session and user; `scheduler` wakes the delivery of reminders."""
        self._account = account
        self._store = store
        self._slack = slack
        self._mirror = mirror
        self._clock = clock
        self._leases = leases
        self._locks = locks
        self._scheduler = scheduler
        self._calendar = PersonalCalendar(store, slack, clock)

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
                await self._slack.edit(before.dm_channel_id, before.dm_ts, seat_texts.approved_message(webinar))
            except GreenroomError as error:
                log.info("seat.message_gone", extra={"session": after.session_id, "reason": type(error).__name__})
        await self.notify_taken(after)

    async def send_calendar(self, webinar: Webinar, seat: Seat) -> None:
        """Send the calendar file of an approved seat once more. Raises what Slack answers."""
        channel = seat.dm_channel_id
        if not channel:
            channel, _ = await self._slack.post(
                seat.user_id, seat_texts.seat_message(webinar, seat, now=self._clock.now())
            )
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        if sequence is not None:
            await self._calendar.send(webinar, channel, sequence, _entry(seat), is_new=True)

    async def notify_gone(self, seat: Seat, *, problem: str = "") -> None:
        """Replace the DM of a seat that is gone, end its reminders, and delete it."""
        webinar = await self._mirror.find(seat.session_id)
        try:
            if seat.dm_channel_id:
                await self._send_gone(webinar, seat, problem)
        except GreenroomError as error:
            await self._defer(seat, error)
            return
        async with self._store.write() as db:
            if seat.dm_channel_id:
                webinar = await reminders.lock_webinar(db, self._account, seat.session_id, seat.dm_channel_id)
                # A member of the team keeps the reminders of the team.
                if not await is_on_team(db, self._account, seat.session_id, seat.user_id):
                    await subscriptions_service.unsubscribe_person(db, webinar, seat.dm_channel_id, self._clock.now())
            await seat_table.delete_seat(db, seat, self._leases.worker_id)
        self._scheduler.wake()

    async def notify_failed(self, seat: Seat, problem: str) -> None:
        """Notify the user of a problem with a resumed seat; a seat that was never made is deleted."""
        webinar = await self._mirror.find(seat.session_id)
        await self._post(seat, seat_texts.problem_message(webinar, problem))
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

    async def refresh_calendars(self) -> None:
        """Send a new calendar file, and edit the DM, if the webinar or the user's role has changed since."""
        coming = {webinar.session_id: webinar for webinar in await self._mirror.everything(self._clock.now())}
        async with self._store.read() as db:
            with_seats = await seat_table.sessions(db, self._account)
        remaining = MAX_REFRESHES
        for session_id in sorted(with_seats & coming.keys()):
            remaining = await self._refresh_session(coming[session_id], remaining)

    async def _refresh_session(self, webinar: Webinar, remaining: int) -> int:
        began = machine_now()
        while remaining:
            async with self._store.write() as db:
                seat = await seat_table.claim_outdated(
                    db,
                    self._account,
                    webinar.session_id,
                    (content_digest(webinar), earlier_digest(webinar)),
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
            await self._save_notified(await self._send_or_give_up(webinar, seat, is_new=False))
        except GreenroomError as error:
            log.warning("seat.refresh_failed", extra={"session": seat.session_id, "reason": type(error).__name__})

    async def _send_seat(self, seat: Seat) -> Seat:
        notified = await self._save_notified(
            await self._send_or_give_up(await self._mirror.find(seat.session_id), seat, is_new=True), remind=True
        )
        self._scheduler.wake()
        return notified

    async def _send_or_give_up(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        """Send, and return the seat; if Slack refuses DMs to this user, do not try again."""
        try:
            return await self._send(webinar, seat, is_new=is_new)
        except (ChannelUnreachable, SlackRefused) as error:
            # The user finds the link in the modal, and behind the button of the card.
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})
            return seat.model_copy(
                update={"notified_digest": content_digest(webinar), "dm_channel_id": "", "dm_ts": ""}
            )

    async def _send(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        """Post or edit the message with the link, then send the calendar file unless the entry is current."""
        channel, ts = await self._post_or_edit(seat, seat_texts.seat_message(webinar, seat, now=self._clock.now()))
        if not seat.is_approved:  # without a link there is nothing to put in a calendar
            return seat.model_copy(
                update={"dm_channel_id": channel, "dm_ts": ts, "notified_digest": content_digest(webinar)}
            )
        is_entry_current = personal_calendar.is_entry_unchanged(seat.notified_digest, content_digest(webinar))
        seat = seat.model_copy(update={"dm_channel_id": channel, "dm_ts": ts, "notified_digest": ""})
        if is_entry_current:
            return seat.model_copy(update={"notified_digest": content_digest(webinar)})
        async with self._store.write() as db:
            # Saved before the file is sent: after a failure this message is edited and not posted again.
            with contextlib.suppress(LeaseLost):
                await self._leases.advance(db, seat)
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        if sequence is not None:
            with _allowing_refusal(seat):
                await self._calendar.send(webinar, channel, sequence, _entry(seat), is_new=is_new)
        return seat.model_copy(update={"notified_digest": content_digest(webinar)})

    async def _post_or_edit(self, seat: Seat, message: Message) -> tuple[str, str]:
        if seat.dm_ts:
            try:
                await self._slack.edit(seat.dm_channel_id, seat.dm_ts, message)
            except (ChannelUnreachable, SlackRefused):
                log.info("seat.message_gone", extra={"session": seat.session_id})  # the user deleted it: post a new one
            else:
                return seat.dm_channel_id, seat.dm_ts
        return await self._slack.post(seat.user_id, message)

    async def _send_gone(self, webinar: Webinar, seat: Seat, problem: str) -> None:
        try:
            channel, _ = await self._post_or_edit(seat, seat_texts.gone_message(webinar, problem=problem))
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})
            return
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        if sequence is not None:
            with _allowing_refusal(seat):
                await self._calendar.send_removal(webinar, channel, sequence)

    async def _post(self, seat: Seat, message: Message) -> None:
        try:
            await self._slack.post(seat.user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})

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


@contextlib.contextmanager
def _allowing_refusal(seat: Seat) -> Iterator[None]:
    """Log that Slack refuses a file: the message was delivered."""
    try:
        yield
    except (ChannelUnreachable, SlackRefused) as error:
        log.warning("seat.file_refused", extra={"session": seat.session_id, "reason": error.sentence})


def _entry(seat: Seat) -> EntryContent:
    return EntryContent(link=seat.join_link.get_secret_value(), introduction=seat_texts.IN_CALENDAR)


def content_digest(webinar: Webinar) -> str:
    """Digest of what calendars and the DM contain of a webinar: a different one requires an update."""
    return personal_calendar.content_digest((*_times(webinar), webinar.description), (webinar.time_zone,))


def earlier_digest(webinar: Webinar) -> str:
    """The digest that earlier versions saved, without the description: their users need no update for it alone."""
    return hashlib.sha256(repr(_times(webinar)).encode()).hexdigest()


def _times(webinar: Webinar) -> tuple[object, ...]:
    return webinar.title, webinar.start.timestamp(), webinar.length, webinar.status is Status.CANCELED
