"""Sends the user of a seat their message and calendar file, and rewrites the message when something in it changes."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.leases import LeaseLost, WorkerLeases
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.lifecycle import Stage, stage
from bot.model.seat import Seat
from bot.model.webinar import Webinar
from bot.registration.seats import texts as seat_texts
from bot.registration.seats.digest import content_digest
from bot.slack.client import SlackApi
from bot.slack.message import Message
from bot.slack.responses import SlackRefused
from bot.webinars import calendar_table, personal_calendar
from bot.webinars.personal_calendar import EntryContent, PersonalCalendar

log = logging.getLogger(__name__)


class SeatMessages:
    """The direct messages of seats whose rows this worker owns. Methods may raise what Slack answers.

    The position of a message is saved before its file is sent: after a failure, the message is edited and not repeated.
    """

    def __init__(self, store: Store, slack: SlackApi, clock: Clock, leases: WorkerLeases[Seat]) -> None:
        """Write through this Slack."""
        self._store = store
        self._slack = slack
        self._clock = clock
        self._leases = leases
        self._calendar = PersonalCalendar(store, slack, clock)

    async def send(self, webinar: Webinar, seat: Seat) -> Seat:
        """Send a new seat; if Slack refuses DMs to this user, it is not tried again. Returns the seat as notified."""
        sent = await self._send_or_give_up(webinar, seat, is_new=True)
        await self._end_offer(webinar, sent)
        return sent

    async def update(self, webinar: Webinar, seat: Seat) -> Seat:
        """Rewrite the message after a change of the webinar, and send the new file if the entry differs.

        After the end, a message that is gone is not sent again, and no file follows.
        """
        if stage(webinar, self._clock.now()) is not Stage.OVER:
            return await self._send_or_give_up(webinar, seat, is_new=False)
        await self._edit(seat, self._message(webinar, seat))
        return seat.model_copy(update={"notified_digest": self._digest(webinar)})

    async def send_calendar(self, webinar: Webinar, seat: Seat) -> None:
        """Send the calendar file of an approved seat once more."""
        channel = seat.dm_channel_id
        if not channel:
            channel, _ = await self._slack.post(seat.user_id, self._message(webinar, seat))
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        if sequence is not None:
            await self._calendar.send(webinar, channel, sequence, _entry(seat), is_new=True)

    async def approved(self, webinar: Webinar, seat: Seat) -> None:
        """Have the message of a seat that waited for approval refer to the one with the link, which follows."""
        await self._slack.edit(seat.dm_channel_id, seat.dm_ts, seat_texts.approved_message(webinar))

    async def gone(self, webinar: Webinar, seat: Seat, problem: str) -> None:
        """Replace the message of a seat that is gone, and remove the calendar entry."""
        try:
            channel, ts = await self._post_or_edit(seat, seat_texts.gone_message(webinar, problem=problem))
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})
            return
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        async with self._store.write() as db:
            await calendar_table.save_offer(db, seat.account, seat.session_id, seat.user_id, ts)
        if sequence is not None:
            with _allowing_refusal(seat):
                await self._calendar.send_removal(webinar, channel, sequence)

    async def problem(self, webinar: Webinar, seat: Seat, problem: str) -> None:
        """Notify the user of a problem with their registration, unless Slack refuses it."""
        try:
            await self._slack.post(seat.user_id, seat_texts.problem_message(webinar, problem))
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})

    async def _send_or_give_up(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        try:
            return await self._send(webinar, seat, is_new=is_new)
        except (ChannelUnreachable, SlackRefused) as error:
            # The user finds the link in the modal, and behind the button of the card.
            log.warning("seat.undeliverable", extra={"session": seat.session_id, "reason": error.sentence})
            return seat.model_copy(update={"notified_digest": self._digest(webinar), "dm_channel_id": "", "dm_ts": ""})

    async def _send(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        """Post or edit the message with the link, then send the calendar file unless the entry is current."""
        digest = self._digest(webinar)
        channel, ts = await self._post_or_edit(seat, self._message(webinar, seat))
        sent = seat.model_copy(update={"dm_channel_id": channel, "dm_ts": ts, "notified_digest": digest})
        # Without a link there is nothing to put in a calendar.
        if not seat.is_approved or personal_calendar.is_entry_unchanged(seat.notified_digest, digest):
            return sent
        async with self._store.write() as db:
            # Saved before the file is sent: after a failure this message is edited and not posted again.
            with contextlib.suppress(LeaseLost):
                await self._leases.advance(db, sent.model_copy(update={"notified_digest": ""}))
        sequence = await self._calendar.reserve_for_seat(webinar, seat.user_id, at_least=seat.sequence)
        if sequence is not None:
            with _allowing_refusal(seat):
                await self._calendar.send(webinar, channel, sequence, _entry(seat), is_new=is_new)
        return sent

    async def _end_offer(self, webinar: Webinar, seat: Seat) -> None:
        """Take the button to register out of an earlier message, whose user has registered."""
        person = seat.account, seat.session_id, seat.user_id
        async with self._store.read() as db:
            ts = await calendar_table.offer_of(db, *person)
        if not (ts and seat.dm_channel_id):
            return
        try:
            if ts != seat.dm_ts:
                await self._edit(seat.model_copy(update={"dm_ts": ts}), seat_texts.registered_message(webinar))
        except GreenroomError as error:  # the seat itself was delivered
            log.warning("seat.refresh_failed", extra={"session": seat.session_id, "reason": type(error).__name__})
            return
        async with self._store.write() as db:
            await calendar_table.save_offer(db, *person, "")

    async def _post_or_edit(self, seat: Seat, message: Message) -> tuple[str, str]:
        if await self._edit(seat, message):
            return seat.dm_channel_id, seat.dm_ts
        return await self._slack.post(seat.user_id, message)

    async def _edit(self, seat: Seat, message: Message) -> bool:
        """Edit the message of a seat. False if there is none, for example because the user deleted it."""
        return await self._slack.edit_if_kept(seat.dm_channel_id, seat.dm_ts, message)

    def _message(self, webinar: Webinar, seat: Seat) -> Message:
        return seat_texts.seat_message(webinar, seat, now=self._clock.now())

    def _digest(self, webinar: Webinar) -> str:
        return content_digest(webinar, self._clock.now())


@contextlib.contextmanager
def _allowing_refusal(seat: Seat) -> Iterator[None]:
    """Log that Slack refuses a file: the message was delivered."""
    try:
        yield
    except (ChannelUnreachable, SlackRefused) as error:
        log.warning("seat.file_refused", extra={"session": seat.session_id, "reason": error.sentence})


def _entry(seat: Seat) -> EntryContent:
    return EntryContent(link=seat.join_link.get_secret_value(), introduction=seat_texts.IN_CALENDAR)
