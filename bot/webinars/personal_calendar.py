"""The calendar entry of each person and webinar: one for all roles, in files whose sequence only increases."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock
from bot.db.connection import Store
from bot.model.webinar import Status, Webinar
from bot.slack.client import SlackApi, Upload
from bot.webinars import calendar_table
from bot.webinars.calendar_file import calendar_file, file_name
from bot.webinars.calendar_table import Taker
from bot.webinars.participation import has_seat, has_team_entry
from bot.webinars.texts import calendar as calendar_texts


@dataclass(frozen=True)
class EntryContent:
    """What an entry contains besides the webinar: the person's link, how early they arrive, and an introduction."""

    link: str = field(default="", repr=False)
    early: timedelta = timedelta()
    introduction: str = ""


class PersonalCalendar:
    """Sends calendar files. Every method may raise what Slack answers."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Number the files in this store."""
        self._store = store
        self._slack = slack
        self._clock = clock

    async def reserve_for_seat(self, webinar: Webinar, user_id: str, *, at_least: int = 0) -> int | None:
        """Reserve the number of the next file of a person with a seat, or of one who gave it up, from `at_least`.

        None if they are on the team: the entry of the team stays.
        """
        person = webinar.account, webinar.session_id, user_id
        async with self._store.write() as db:
            # The roles are read after the number is locked: of two concurrent files, the later knows the later roles.
            sequence = await calendar_table.next_sequence(db, *person, max(at_least, _provided(webinar)))
            if await has_team_entry(db, *person):
                return None
            await calendar_table.save_role(db, *person, is_of_team=False)
        return sequence

    async def reserve_for_member(self, webinar: Webinar, user_id: str) -> int:
        """Reserve the number of the next file of a member of the team."""
        person = webinar.account, webinar.session_id, user_id
        async with self._store.write() as db:
            sequence = await calendar_table.next_sequence(db, *person, _provided(webinar))
            await calendar_table.save_role(db, *person, is_of_team=True)
        return sequence

    async def reserve_for_former_member(self, webinar: Webinar, user_id: str) -> int | None:
        """Reserve the number of the file that removes the entry of the team.

        None if they are on the team again, or have a seat: the entry of the seat then replaces it
        (`SeatNotifier.refresh_calendars`).
        """
        person = webinar.account, webinar.session_id, user_id
        async with self._store.write() as db:
            sequence = await calendar_table.next_sequence(db, *person, _provided(webinar))
            if await has_team_entry(db, *person) or await has_seat(db, *person):
                return None
            await calendar_table.save_role(db, *person, is_of_team=False)
        return sequence

    async def reserve_for_taker(self, webinar: Webinar, taker: Taker) -> int:
        """Reserve the number of the next file of a person without a role, who gets its updates from now on."""
        person = webinar.account, webinar.session_id
        async with self._store.write() as db:
            sequence = await calendar_table.next_sequence(db, *person, taker.user_id, _provided(webinar))
            await calendar_table.save_taken(db, *person, taker, calendar_table.OUTDATED)
        return sequence

    async def send(
        self, webinar: Webinar, channel_id: str, sequence: int, content: EntryContent, *, is_new: bool
    ) -> None:
        """Send the file that adds or updates the entry; of a canceled webinar, the one that removes it."""
        if webinar.status is Status.CANCELED:
            await self.send_removal(webinar, channel_id, sequence)
            return
        file = calendar_file(
            webinar,
            now=self._clock.now(),
            link=content.link,
            sequence=sequence,
            early=content.early,
            introduction=content.introduction,
        )
        new = calendar_texts.NEW if content.link else calendar_texts.NEW_WITHOUT_LINK
        comment = new if is_new else calendar_texts.UPDATED
        await self._slack.send_file(channel_id, Upload(file_name(webinar), file), comment)

    async def send_removal(self, webinar: Webinar, channel_id: str, sequence: int) -> None:
        """Send the file that removes the entry."""
        file = calendar_file(webinar, now=self._clock.now(), link="", sequence=sequence, canceled=True)
        await self._slack.send_file(channel_id, Upload(file_name(webinar), file), calendar_texts.REMOVAL)


def content_digest(in_calendar: Sequence[object], in_message: Sequence[object]) -> str:
    """Digest of what a person was sent: a different one requires an edit of the message.

    Its first half is that of the calendar entry.
    """
    halves = (hashlib.sha256(repr(tuple(content)).encode()).hexdigest()[:32] for content in (in_calendar, in_message))
    return "".join(halves)


def is_entry_unchanged(before: str, now: str) -> bool:
    """Whether these digests differ, but not in the calendar entry: the message is edited without a new file."""
    return before != now and before[:32] == now[:32]


def _provided(webinar: Webinar) -> int:
    return webinar.registration.sequence if webinar.registration else 0
