"""Puts cards up in channels, plans what will be said there, and keeps both true."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from bot.clock import Clock, monotonic
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.errors import BadInput, ChannelUnreachable, GreenroomError
from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.service import planned_notices, remove_card_subscription, subscribe_for_card
from bot.slack.client import SlackApi
from bot.slack.responses import SlackBusy, SlackRefused
from bot.webinars import card_table
from bot.webinars import table as webinar_table
from bot.webinars.texts.card import card, fingerprint

log = logging.getLogger(__name__)

VANISHED = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
"""What Slack says of a message that cannot be edited ever again: docs.slack.dev/reference/methods/chat.update"""


class Cards:
    """Cards and the reminders that hang on them."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Post through this Slack."""
        self._store = store
        self._slack = slack
        self._clock = clock
        self._editing = KeyedLocks()
        self._busy_until = 0.0

    async def share(self, webinar: Webinar, channel_id: str, user_id: str) -> card_table.Card:
        """Put the card up in a channel, and have the channel hear about its webinar, in one transaction.

        Raises `ChannelUnreachable` where Slack does not let us, and `BadInput` for a webinar that is over.
        """
        now = self._clock.now()
        if not is_coming_or_live(webinar, now):
            raise BadInput("This webinar is over, so there is nothing to announce.")
        channel, ts = await self._slack.post(channel_id, card(webinar, now=now))
        put_up = card_table.Card(
            account=webinar.account,
            session_id=webinar.session_id,
            channel_id=channel,
            message_ts=ts,
            shown=fingerprint(webinar, now=now),
            shared_by=user_id,
            shared_at=now,
        )
        async with self._store.write() as db:
            await card_table.save(db, put_up)
            await subscribe_for_card(db, webinar, channel, user_id, now)
        return put_up

    async def planned_in(self, webinar: Webinar, channel_id: str) -> PlannedNotices:
        """What will be said about this webinar in a channel, as it stands now."""
        async with self._store.read() as db:
            return await planned_notices(db, webinar, channel_id, self._clock.now())

    async def update(self, webinar: Webinar, *, force: bool = False) -> None:
        """Edit every card of this webinar that no longer says what is so; `force` for a figure just asked for.

        What Slack does not take now is tried again at the next sweep: one card stops neither the others nor the caller.
        """
        async with self._editing[webinar.session_id]:
            # Read when it is our turn: whoever was before us may have written something newer than we were given.
            async with self._store.read() as db:
                current = await webinar_table.find(db, webinar.account, webinar.session_id) or webinar
                standing = await card_table.of_session(db, webinar.account, webinar.session_id)
            now = self._clock.now()
            shown = fingerprint(current, now=now)
            for put_up in standing:
                if force or put_up.shown != shown:
                    await self._edit(current, put_up, now)

    async def update_all(self, account: Account, known: Iterable[Webinar]) -> None:
        """The same for many webinars of an account; where nothing has changed, Slack is not asked for anything."""
        now = self._clock.now()
        async with self._store.read() as db:
            standing = await card_table.of_account_cards(db, account)
        said: defaultdict[str, set[str]] = defaultdict(set)
        for put_up in standing:
            said[put_up.session_id].add(put_up.shown)
        for webinar in known:
            if webinar.session_id in said and said[webinar.session_id] != {fingerprint(webinar, now=now)}:
                await self.update(webinar)

    async def of_webinar(self, webinar: Webinar) -> list[card_table.Card]:
        """The cards of this webinar."""
        async with self._store.read() as db:
            return await card_table.of_session(db, webinar.account, webinar.session_id)

    async def _edit(self, webinar: Webinar, put_up: card_table.Card, now: datetime) -> None:
        if monotonic() < self._busy_until:
            return
        try:
            await self._slack.edit(put_up.channel_id, put_up.message_ts, card(webinar, now=now))
        except GreenroomError as error:
            await self._not_edited(webinar, put_up, error, now)
            return
        async with self._store.write() as db:
            await card_table.save_digest(db, put_up, fingerprint(webinar, now=now))

    async def _not_edited(
        self, webinar: Webinar, put_up: card_table.Card, error: GreenroomError, now: datetime
    ) -> None:
        extra = {"session": put_up.session_id, "channel": put_up.channel_id, "reason": error.sentence}
        if isinstance(error, ChannelUnreachable) or (isinstance(error, SlackRefused) and error.code in VANISHED):
            # Somebody deleted the card, or the channel is closed to us: nothing is left to keep true, or to be
            # reminded of.
            log.info("card.removed", extra=extra)
            async with self._store.write() as db:
                await card_table.forget(db, put_up)
                await remove_card_subscription(db, webinar, put_up.channel_id, now)
            return
        log.warning("card.update_failed", extra=extra)
        if isinstance(error, SlackBusy):
            self._busy_until = monotonic() + error.seconds
