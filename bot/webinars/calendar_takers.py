"""The calendar files of people who took one from a card, without a seat and without a role in the team."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from bot.clock import Clock
from bot.db.connection import Store
from bot.db.locks import SharedLocks
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.people import Account
from bot.model.webinar import Audience, Status, Webinar
from bot.slack.client import SlackApi
from bot.slack.responses import SlackRefused
from bot.webinars import calendar_table
from bot.webinars.calendar_table import Taker
from bot.webinars.personal_calendar import EntryContent, PersonalCalendar, content_digest
from bot.webinars.texts import calendar as calendar_texts

log = logging.getLogger(__name__)

MAX_UPDATES = 20
"""People whose calendars are updated in one run; the others follow half a minute later."""


class CalendarTakers:
    """Sends these files, and their updates. After a crash, an update may be repeated, but never lost."""

    def __init__(self, account: Account, store: Store, slack: SlackApi, clock: Clock, locks: SharedLocks) -> None:
        """One file at a time to each person, in all replicas."""
        self._account = account
        self._store = store
        self._slack = slack
        self._locks = locks
        self._calendar = PersonalCalendar(store, slack, clock)

    async def send(self, webinar: Webinar, user_id: str) -> None:
        """Send the file by direct message, and its updates from now on. Raises what Slack answers."""
        async with self._locks.hold("calendar", webinar.session_id, user_id):
            # Only the response has the channel id of the DM.
            channel_id, ts = await self._slack.post(user_id, calendar_texts.entry_message(webinar))
            taker = Taker(user_id, channel_id)
            try:
                await self._send_file(webinar, taker, is_new=True)
                async with self._store.write() as db:
                    await calendar_table.save_offer(db, self._account, webinar.session_id, user_id, ts)
            except (ChannelUnreachable, SlackRefused):
                async with self._store.write() as db:
                    await calendar_table.forget_taker(db, self._account, webinar.session_id, user_id)
                raise

    async def update_outdated(self, webinars: Iterable[Webinar]) -> None:
        """Send the new file of each of these webinars that has changed, or the one that removes the entry."""
        async with self._store.read() as db:
            taken = await calendar_table.taken_sessions(db, self._account)
        remaining = MAX_UPDATES
        for webinar in webinars:
            if webinar.session_id in taken and remaining:
                remaining = await self._update_session(webinar, remaining)

    async def _update_session(self, webinar: Webinar, remaining: int) -> int:
        async with self._store.read() as db:
            outdated = await calendar_table.outdated_takers(
                db, self._account, webinar.session_id, shown_digest(webinar), remaining
            )
        for taker in outdated:
            try:
                await self._update(webinar, taker)
            except (ChannelUnreachable, SlackRefused) as error:
                log.warning("calendar.undeliverable", extra={"session": webinar.session_id, "reason": error.sentence})
                async with self._store.write() as db:
                    await calendar_table.forget_taker(db, self._account, webinar.session_id, taker.user_id)
            except GreenroomError as error:
                log.warning("calendar.deferred", extra={"session": webinar.session_id, "reason": type(error).__name__})
        return remaining - len(outdated)

    async def _update(self, webinar: Webinar, taker: Taker) -> None:
        async with self._locks.hold("calendar", webinar.session_id, taker.user_id):
            digest = shown_digest(webinar)
            async with self._store.read() as db:  # another replica may have sent it, or they may have a seat by now
                still = await calendar_table.outdated_takers(db, self._account, webinar.session_id, digest)
            if taker in still:
                await self._send_file(webinar, taker, is_new=False)

    async def _send_file(self, webinar: Webinar, taker: Taker, *, is_new: bool) -> None:
        sequence = await self._calendar.reserve_for_taker(webinar, taker)
        link = webinar.attendee_link if webinar.audience is Audience.ANYONE else ""
        await self._calendar.send(webinar, taker.channel_id, sequence, EntryContent(link=link), is_new=is_new)
        async with self._store.write() as db:
            await calendar_table.save_taken(db, self._account, webinar.session_id, taker, shown_digest(webinar))


def shown_digest(webinar: Webinar) -> str:
    """Digest of what these files contain of a webinar: a different one requires an update."""
    is_canceled = webinar.status is Status.CANCELED
    facts = (webinar.title, webinar.start.timestamp(), webinar.length, is_canceled, webinar.description)
    return content_digest((*facts, webinar.attendee_link), ())
