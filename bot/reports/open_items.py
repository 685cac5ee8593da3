"""Reminds organizers, twice and politely, of what they have not done yet after a webinar."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.errors import UnknownWebinar
from bot.model.webinar import Status
from bot.reports import open_items_table
from bot.reports.messages import table as message_table
from bot.reports.messages import texts
from bot.reports.messages.table import MessageTopic, ReportMessage
from bot.reports.open_items_table import REMIND_AFTER, ItemKind, ItemOutcome, OpenItem
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.slack.message import Message

log = logging.getLogger(__name__)

MOST_A_RUN = 50
"""Webinars whose organizers are reminded in one run."""
TOGETHER = timedelta(hours=12)
"""Items that are due within this time are in one message."""


class OpenItems:
    """The open items of one account."""

    def __init__(self, account: Account, store: Store, clock: Clock) -> None:
        """The messages are posted by `ReportMessages`, with `compose` as their content."""
        self._account = account
        self._store = store
        self._clock = clock

    async def remind(self) -> int:
        """Plan the reminders that are due: one message for all items of a webinar. Returns how many were planned."""
        now = self._clock.now()
        async with self._store.read() as db:
            due = await open_items_table.due_sessions(db, self._account, now, MOST_A_RUN)
        return sum([await self._remind(session_id, now) for session_id in due])

    async def of_webinar(self, webinar: Webinar) -> list[OpenItem]:
        """The items of a webinar, open and closed ones."""
        async with self._store.read() as db:
            return await open_items_table.of_session(db, self._account, webinar.session_id)

    async def close(self, webinar: Webinar, kind: ItemKind, by: str, outcome: ItemOutcome) -> bool:
        """Close an item; see `open_items_table.close_item`."""
        async with self._store.write() as db:
            return await open_items_table.close_item(db, webinar, kind, by, outcome)

    async def compose(self, message: ReportMessage) -> Message | None:
        """What a reminder shows now; None if nothing is open any more and it was not posted."""
        async with self._store.read() as db:
            webinar = await webinar_table.find(db, self._account, message.session_id)
            items = await open_items_table.of_session(db, self._account, message.session_id)
        if webinar is None:
            raise UnknownWebinar
        shown = [item for item in items if item.reminders]
        is_needed = webinar.status is not Status.CANCELED and any(item.outcome is None for item in shown)
        return texts.reminder(webinar, shown) if is_needed or message.message_ts else None

    async def _remind(self, session_id: str, now: datetime) -> bool:
        async with self._store.write() as db:
            webinar = await webinar_table.find(db, self._account, session_id, for_update=True)  # one replica at a time
            items = await open_items_table.of_session(db, self._account, session_id)
            if webinar is None or webinar.status is Status.CANCELED:
                await open_items_table.save_reminder(db, [_silenced(item) for item in items])
                return False
            reminded = due_items(items, now)
            if not reminded:
                return False  # another replica has planned it
            await open_items_table.save_reminder(db, reminded)
            message = ReportMessage(
                account=self._account,
                session_id=session_id,
                kind=MessageTopic.ITEMS,
                occurrence=sum(item.reminders for item in items) + 1,
                place_id=reminded[0].user_id,
                changed_at=now,
            )
            await message_table.plan(db, [message])
        log.info("open_items.reminded", extra={"session": session_id, "items": len(reminded)})
        return True


def due_items(items: Sequence[OpenItem], now: datetime) -> list[OpenItem]:
    """The open items that one message reminds of now, with their next reminder; none if none is due.

    Reminders that became due while the bot was down are one.
    """
    waiting = [item for item in items if item.outcome is None and item.remind_at is not None]
    if not any(item.remind_at <= now for item in waiting if item.remind_at):
        return []
    return [_reminded(item, now) for item in waiting if item.remind_at and item.remind_at <= now + TOGETHER]


def _reminded(item: OpenItem, now: datetime) -> OpenItem:
    later = [item.opened_at + wait for wait in REMIND_AFTER if item.opened_at + wait > now + TOGETHER]
    is_second = item.reminders + 1 >= len(REMIND_AFTER)
    return item.model_copy(
        update={"reminders": item.reminders + 1, "remind_at": None if is_second or not later else later[-1]}
    )


def _silenced(item: OpenItem) -> OpenItem:
    return item.model_copy(update={"remind_at": None})
