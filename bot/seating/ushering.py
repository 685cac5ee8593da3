"""Tells people of their seats in direct messages: their own link, the calendar file, the reminder that they chose."""

from __future__ import annotations

import contextlib
import hashlib
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import reminding, subscribing
from bot.calendar_file import FILE_NAME, calendar_file
from bot.clock import Clock, machine_now
from bot.errors import BadInput, ChannelUnreachable, GreenroomError
from bot.following import Feature
from bot.holding import DATABASE_AWAY
from bot.mirror import Mirror
from bot.models import Account, Status, Webinar
from bot.seat import Seat, SeatState
from bot.seating import Ended, Seating
from bot.slack_api import SlackApi, SlackRefused, Upload
from bot.store import seats, team
from bot.store.connection import Db, Store
from bot.views import seat_result
from bot.views.blocks import Message
from bot.views.remind_sheet import is_to_come

log = logging.getLogger(__name__)

KEEP_SEATS = timedelta(days=90)
"""For so long after a webinar the names and addresses of those who had a seat are kept."""
FILE_TITLE = "Calendar entry"
A_TURN = 20
"""People whose calendars are brought up to date in one go; the others have their turn half a minute later."""


class Ushering:
    """What follows a seat that is taken, given up or lost. Twice said, at the worst, rather than not at all."""

    def __init__(
        self,
        me: str,
        account: Account,
        store: Store,
        slack: SlackApi,
        seating: Seating,
        mirror: Mirror,
        clock: Clock,
        poke: Callable[[], None],
    ) -> None:
        """`me` is the name under which the seats are worked on; `poke` wakes the delivery of reminders."""
        self._me = me
        self._account = account
        self._store = store
        self._slack = slack
        self._seating = seating
        self._mirror = mirror
        self._clock = clock
        self._poke = poke

    async def recover(self) -> None:
        """Bring seats to their end that nobody works on any more, tell their people, and mend their calendars."""
        async for ended in self._seating.take_over():
            try:
                await self._tell(ended)
            except (GreenroomError, *DATABASE_AWAY) as error:
                log.warning(
                    "seat.not_told_yet", extra={"session": ended.seat.session_id, "reason": type(error).__name__}
                )
        await self.refresh_calendars()

    async def welcome(self, seat: Seat) -> Seat:
        """Tell a person of the seat that they have got, once, and remind them as they wished.

        Returns it as it is by then: with a `dm_channel_id` where they could be told. What Slack does not take now is
        tried again later.
        """
        async with self._seating.turn(seat.session_id, seat.user_id):
            async with self._store.read() as db:
                current = await seats.find(db, self._account, seat.session_id, seat.user_id)
            if current is None or current.state is not SeatState.TAKEN:
                return current or seat
            async with self._store.write() as db:
                until = machine_now() + self._seating.lease
                if not await seats.take_hold(db, current, self._me, machine_now(), until):
                    return current  # another replica tells them
            try:
                return await self._welcome(current)
            except GreenroomError as error:
                log.warning("seat.not_told_yet", extra={"session": seat.session_id, "reason": type(error).__name__})
                await self._seating.later(current)
                return current

    async def farewell(self, seat: Seat, *, problem: str = "") -> None:
        """Tell a person in the place of their direct message that their seat is gone, and end what hung on it."""
        webinar = await self._mirror.find(seat.session_id)
        try:
            if seat.dm_channel_id:
                await self._say_goodbye(webinar, seat, problem)
        except GreenroomError as error:
            log.warning("seat.not_told_yet", extra={"session": seat.session_id, "reason": type(error).__name__})
            await self._seating.later(seat)
            return
        async with self._store.write() as db:
            if seat.dm_channel_id:
                webinar = await reminding.current(db, self._account, seat.session_id, seat.dm_channel_id)
                if not await team.link_of(db, self._account, seat.session_id, seat.user_id):  # the team goes on hearing
                    await subscribing.hear_no_more(db, webinar, seat.dm_channel_id, self._clock.now())
            await seats.forget(db, seat, self._me)
        self._poke()

    async def removed(self, webinar: Webinar, registrant_id: str) -> None:
        """An organiser has taken somebody off the list: whose seat it was has it no more, and is told."""
        async with self._store.write() as db:
            seat = await seats.of_registrant(db, self._account, webinar.session_id, registrant_id)
            until = machine_now() + self._seating.lease
            if seat is None or not await seats.take_hold(db, seat, self._me, machine_now(), until):
                return  # nobody's, or its person is at it: what they ask for finds that it is gone
            seat = seat.model_copy(update={"state": SeatState.LEAVING, "changed_at": self._clock.now()})
            await seats.advance(db, seat, self._me, until)
        await self.farewell(seat, problem=seat_result.VANISHED)

    async def refresh_calendars(self) -> None:
        """Send a new calendar file, and mend the direct message, where the webinar has changed since."""
        coming = {webinar.session_id: webinar for webinar in await self._mirror.everything(self._clock.now())}
        async with self._store.read() as db:
            with_seats = await seats.sessions(db, self._account)
        left = A_TURN
        for session_id in sorted(with_seats & coming.keys()):
            left = await self._refresh_session(coming[session_id], left)

    async def forget_ended(self) -> None:
        """Forget who sat where, some time after it ended."""
        async with self._store.write() as db:
            await seats.forget_ended(db, self._account, self._clock.now() - KEEP_SEATS)

    async def _refresh_session(self, webinar: Webinar, left: int) -> int:
        began = machine_now()
        while left:
            async with self._store.write() as db:
                seat = await seats.claim_outdated(
                    db, self._account, webinar.session_id, what(webinar), self._me, began, began + self._seating.lease
                )
            if seat is None:
                break
            left -= 1
            async with self._seating.turn(seat.session_id, seat.user_id):
                async with self._store.read() as db:
                    current = await seats.find(db, self._account, seat.session_id, seat.user_id)
                if current == seat:  # else something is being done about it, and they are told of that
                    await self._refresh(webinar, seat)
        return left

    async def _refresh(self, webinar: Webinar, seat: Seat) -> None:
        try:
            await self._told(await self._sent(webinar, seat, is_new=False))
        except GreenroomError as error:
            log.warning("seat.not_refreshed", extra={"session": seat.session_id, "reason": type(error).__name__})

    async def _tell(self, ended: Ended) -> None:
        if ended.is_left:
            await self.farewell(ended.seat)
        elif ended.problem:
            await self._say(
                ended.seat, seat_result.problem_message(await self._mirror.find(ended.seat.session_id), ended.problem)
            )
            if ended.seat.state is SeatState.ASKED:
                await self._seating.drop(ended.seat)
        else:
            await self.welcome(ended.seat)

    async def _welcome(self, seat: Seat) -> Seat:
        held = await self._told(
            await self._sent(await self._mirror.find(seat.session_id), seat, is_new=True), remind=True
        )
        self._poke()
        return held

    async def _sent(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        """The seat as its person knows it then; nothing more is tried where Slack clearly refuses direct messages."""
        try:
            return await self._send(webinar, seat, is_new=is_new)
        except (ChannelUnreachable, SlackRefused) as error:
            # Their link is in the modal, and at the button for whoever presses it.
            log.warning("seat.nobody_told", extra={"session": seat.session_id, "reason": error.sentence})
            return seat.model_copy(update={"told_what": what(webinar), "dm_channel_id": "", "dm_ts": ""})

    async def _send(self, webinar: Webinar, seat: Seat, *, is_new: bool) -> Seat:
        """The message with their link, in its place if it stands already, and the calendar file after it."""
        now = self._clock.now()
        read = webinar.registration.sequence if webinar.registration else 0
        # A calendar takes a file only in the place of one with a lower number.
        sequence = max(read, seat.sequence, seat.sequence + 1 if seat.told_what or seat.dm_ts else 0)
        channel, ts = await self._put(seat, seat_result.dm(webinar, seat, now=now))
        seat = seat.model_copy(update={"dm_channel_id": channel, "dm_ts": ts})
        async with self._store.write() as db:
            # Whatever comes now, this message is mended and not said again.
            await seats.advance(db, seat, self._me, machine_now() + self._seating.lease)
        file = calendar_file(
            webinar,
            now=now,
            link=seat.join_link.get_secret_value(),
            sequence=sequence,
            words=seat_result.IN_CALENDAR,
            cancelled=webinar.status is Status.CANCELLED,
        )
        await self._send_file(channel, file, seat_result.FILE if is_new else seat_result.NEW_FILE)
        return seat.model_copy(update={"told_what": what(webinar), "sequence": sequence})

    async def _put(self, seat: Seat, message: Message) -> tuple[str, str]:
        if seat.dm_ts:
            try:
                await self._slack.edit(seat.dm_channel_id, seat.dm_ts, message)
            except (ChannelUnreachable, SlackRefused):
                log.info("seat.message_gone", extra={"session": seat.session_id})  # deleted meanwhile: a new one
            else:
                return seat.dm_channel_id, seat.dm_ts
        return await self._slack.post(seat.user_id, message)

    async def _send_file(self, channel_id: str, content: bytes, comment: str) -> None:
        try:
            await self._slack.send_file(channel_id, Upload(FILE_NAME, content, title=FILE_TITLE), comment)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.no_file", extra={"reason": error.sentence})  # the link has come all the same

    async def _say_goodbye(self, webinar: Webinar, seat: Seat, problem: str) -> None:
        try:
            channel, _ = await self._put(seat, seat_result.goodbye(webinar, problem=problem))
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.nobody_told", extra={"session": seat.session_id, "reason": error.sentence})
            return
        file = calendar_file(webinar, now=self._clock.now(), link="", sequence=seat.sequence + 1, cancelled=True)
        await self._send_file(channel, file, seat_result.GONE_FILE)

    async def _say(self, seat: Seat, message: Message) -> None:
        try:
            await self._slack.post(seat.user_id, message)
        except (ChannelUnreachable, SlackRefused) as error:
            log.warning("seat.nobody_told", extra={"session": seat.session_id, "reason": error.sentence})

    async def _told(self, seat: Seat, *, remind: bool = False) -> Seat:
        """Write down that they know, and have them hear of the webinar from now on."""
        now = self._clock.now()
        held = seat.model_copy(update={"state": SeatState.HELD, "changed_at": now})
        async with self._store.write() as db:
            if remind and seat.dm_channel_id:
                webinar = await reminding.current(db, self._account, seat.session_id, seat.dm_channel_id)
                await _remind(db, webinar, seat, now)
            await seats.advance(db, held, self._me, None)
        return held


async def _remind(db: Db, webinar: Webinar, seat: Seat, now: datetime) -> None:
    await subscribing.hear(db, webinar, seat.dm_channel_id, frozenset({Feature.CHANGES}), seat.user_id, now)
    if seat.lead and is_to_come(webinar, now) and webinar.start - seat.lead > now:
        with contextlib.suppress(BadInput):  # they have asked for as many as there can be
            await reminding.snooze(db, webinar, seat.dm_channel_id, seat.lead, seat.user_id, now)


def what(webinar: Webinar) -> str:
    """Digest of all that calendars and the direct message say of a webinar: another one is a reason to send them."""
    says = (webinar.title, webinar.start.timestamp(), webinar.length, webinar.status is Status.CANCELLED)
    return hashlib.sha256(repr(says).encode()).hexdigest()
