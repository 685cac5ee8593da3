"""Posts cards to channels, subscribes the channels, and keeps the cards current."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.clock import Clock, monotonic
from bot.concurrency import KeyedLocks
from bot.db.connection import Store
from bot.db.locks import SharedLocks
from bot.errors import BadInput, ChannelUnreachable, GreenroomError
from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.subscriptions.channel_state import PlannedNotices
from bot.notices.subscriptions.service import planned_notices, remove_card_subscription, subscribe_for_card
from bot.slack.channels import Channels
from bot.slack.client import SlackApi
from bot.slack.responses import SlackBusy, SlackRefused
from bot.webinars import card_table
from bot.webinars import table as webinar_table
from bot.webinars.participation import speaker_names
from bot.webinars.texts.card import card, fingerprint, moved_card

log = logging.getLogger(__name__)

VANISHED = {"message_not_found", "cant_update_message", "edit_window_closed", "is_inactive"}
"""Error codes for a message that can never be edited again: docs.slack.dev/reference/methods/chat.update"""


class Cards:
    """The cards of all webinars."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock, channels: Channels, locks: SharedLocks) -> None:
        """Post through this Slack, to these channels, one card at a time to each."""
        self._channels = channels
        self._store = store
        self._slack = slack
        self._clock = clock
        self._editing = KeyedLocks()
        self._locks = locks
        self._busy_until = 0.0

    async def share(
        self, webinar: Webinar, channel_id: str, user_id: str, *, again: bool = False, mark: str = ""
    ) -> tuple[card_table.Card, bool]:
        """Post the card to a channel and subscribe the channel to the webinar. `mark` is that of `SlackApi.post`.

        Return the card and whether it is new: a channel that has one keeps it, unless it is shared `again`; then the
        old cards point to the new one. Raises `ChannelUnreachable` if Slack rejects the post, and `BadInput` if the
        webinar is over.
        """
        async with self._locks.hold("share", webinar.session_id, channel_id):  # the second of two finds the card
            before = [card for card in await self.of_webinar(webinar) if card.channel_id == channel_id]
            if before and not again:
                return before[-1], False
            posted = await self._post(webinar, channel_id, user_id, mark)
            for old in before:
                await self._point_to(old, posted)
            return posted, True

    async def _post(self, webinar: Webinar, channel_id: str, user_id: str, mark: str) -> card_table.Card:
        now = self._clock.now()
        if not is_coming_or_live(webinar, now):
            raise BadInput("This webinar is over, so there is nothing to announce.")
        speakers = await self._speakers(webinar)
        channel, ts = await self._slack.post(channel_id, card(webinar, now=now, speakers=speakers), mark)
        return await self.save_posted(webinar, channel, ts, user_id)

    async def save_posted(self, webinar: Webinar, channel: str, ts: str, user_id: str) -> card_table.Card:
        """Keep a posted card current, and subscribe its channel to the webinar."""
        now = self._clock.now()
        posted = card_table.Card(
            account=webinar.account,
            session_id=webinar.session_id,
            channel_id=channel,
            message_ts=ts,
            shown=fingerprint(webinar, now=now, speakers=await self._speakers(webinar)),
            shared_by=user_id,
            shared_at=now,
        )
        async with self._store.write() as db:
            await card_table.save(db, posted)
            await subscribe_for_card(db, webinar, channel, user_id, now)
        return posted

    async def organizations_in(self, webinar: Webinar, channel_id: str) -> str:
        """Return the names of the other organizations that read this channel; empty if there are none."""
        channel = await self._channels.find(channel_id)
        if channel is None or not channel.is_external:
            return ""
        return await self._channels.organizations(channel, webinar.account.workspace)

    async def planned_in(self, webinar: Webinar, channel_id: str) -> PlannedNotices:
        """Return the notices now planned for this webinar in a channel."""
        async with self._store.read() as db:
            return await planned_notices(db, webinar, channel_id, self._clock.now())

    async def update(self, webinar: Webinar, *, force: bool = False) -> None:
        """Edit the outdated cards of this webinar; with `force` all, because the age of their count has changed.

        A failed edit is repeated at the next sweep; it stops neither the other cards nor the caller.
        """
        async with self._editing[webinar.session_id]:
            # Read inside the lock: the previous holder may have saved a newer state than the one passed in.
            async with self._store.read() as db:
                current = await webinar_table.find(db, webinar.account, webinar.session_id) or webinar
                cards = await card_table.of_session(db, webinar.account, webinar.session_id)
            now, speakers = self._clock.now(), await self._speakers(webinar) if cards else ()
            shown = fingerprint(current, now=now, speakers=speakers)
            for posted in cards:
                if force or posted.shown != shown:
                    await self._edit(current, posted, now, speakers)

    async def update_all(self, account: Account, webinars: Iterable[Webinar]) -> None:
        """Edit the outdated cards of many webinars of an account. Makes no call to Slack for unchanged ones."""
        now = self._clock.now()
        async with self._store.read() as db:
            cards = await card_table.list_all(db, account)
        shown: defaultdict[str, set[str]] = defaultdict(set)
        for posted in cards:
            shown[posted.session_id].add(posted.shown)
        with_cards = [webinar for webinar in webinars if webinar.session_id in shown]
        async with self._store.read() as db:
            teams = await speaker_names(db, account, [webinar.session_id for webinar in with_cards])
        for webinar in with_cards:
            current = fingerprint(webinar, now=now, speakers=teams.get(webinar.session_id, ()))
            if shown[webinar.session_id] != {current}:
                await self.update(webinar)

    async def of_webinar(self, webinar: Webinar) -> list[card_table.Card]:
        """List the cards of this webinar."""
        async with self._store.read() as db:
            return await card_table.of_session(db, webinar.account, webinar.session_id)

    async def _speakers(self, webinar: Webinar) -> Sequence[str]:
        async with self._store.read() as db:
            teams = await speaker_names(db, webinar.account, [webinar.session_id])
        return teams.get(webinar.session_id, ())

    async def _point_to(self, old: card_table.Card, new: card_table.Card) -> None:
        """Replace an old card by a link to the new one. A failure leaves the old card, which still works."""
        try:
            link = await self._slack.permalink(new.channel_id, new.message_ts)
            await self._slack.edit(old.channel_id, old.message_ts, moved_card(link))
        except GreenroomError as error:
            log.warning("card.update_failed", extra={"session": old.session_id, "reason": error.sentence})
            return
        async with self._store.write() as db:
            await card_table.forget(db, old)

    async def _edit(self, webinar: Webinar, posted: card_table.Card, now: datetime, speakers: Sequence[str]) -> None:
        if monotonic() < self._busy_until:
            return
        try:
            shown = card(webinar, now=now, speakers=speakers)
            await self._slack.edit(posted.channel_id, posted.message_ts, shown)
        except GreenroomError as error:
            await self._handle_failed_edit(webinar, posted, error, now)
            return
        async with self._store.write() as db:
            await card_table.save_digest(db, posted, fingerprint(webinar, now=now, speakers=speakers))

    async def _handle_failed_edit(
        self, webinar: Webinar, posted: card_table.Card, error: GreenroomError, now: datetime
    ) -> None:
        extra = {"session": posted.session_id, "channel": posted.channel_id, "reason": error.sentence}
        if isinstance(error, ChannelUnreachable) or (isinstance(error, SlackRefused) and error.code in VANISHED):
            # The card was deleted, or we lost access to the channel: end its subscription, too.
            log.info("card.removed", extra=extra)
            async with self._store.write() as db:
                await card_table.forget(db, posted)
                await remove_card_subscription(db, webinar, posted.channel_id, now)
            return
        log.warning("card.update_failed", extra=extra)
        if isinstance(error, SlackBusy):
            self._busy_until = monotonic() + error.seconds
