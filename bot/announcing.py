"""Puts cards up in channels, plans what will be said there, and keeps both true."""

from __future__ import annotations

from datetime import datetime

from bot.clock import Clock
from bot.errors import BadInput, ChannelUnreachable
from bot.models import Webinar
from bot.notices import is_stale, plan
from bot.slack_api import SlackApi, SlackRefused
from bot.store import cards, notices
from bot.store.connection import Db, Store
from bot.views.blocks import Message
from bot.views.card import card, fingerprint
from bot.views.facts import Stage, stage

VANISHED = {"message_not_found", "cant_update_message", "edit_window_closed"}


class Announcing:
    """Cards and the reminders that hang on them."""

    def __init__(self, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Post through this Slack."""
        self._store = store
        self._slack = slack
        self._clock = clock

    async def share(self, webinar: Webinar, channel_id: str, user_id: str) -> cards.Card:
        """Put the card up in a channel and plan its reminders there, in one transaction with the card's row.

        Raises `ChannelUnreachable` where Slack does not let us, and `BadInput` for a webinar that is over.
        """
        now = self._clock.now()
        if stage(webinar, now) in (Stage.OVER, Stage.CANCELLED):
            raise BadInput("This webinar is over, so there is nothing to announce.")
        channel, ts = await self._slack.post(channel_id, card(webinar, now=now))
        put_up = cards.Card(
            account=webinar.account,
            session_id=webinar.session_id,
            channel_id=channel,
            message_ts=ts,
            shown=fingerprint(webinar, now=now),
            shared_by=user_id,
            shared_at=now,
        )
        async with self._store.write() as db:
            await cards.save(db, put_up)
            await notices.plan(db, plan(webinar, [channel], now))
        return put_up

    async def bring_up_to_date(self, webinar: Webinar, *, as_of_too: bool = False) -> None:
        """Edit every card of this webinar that no longer says what is so; `as_of_too` for a figure just asked for."""
        now = self._clock.now()
        shown = fingerprint(webinar, now=now)
        for put_up in await self.standing(webinar):
            if as_of_too or put_up.shown != shown:
                await self._edit(put_up, card(webinar, now=now), shown)

    async def standing(self, webinar: Webinar) -> list[cards.Card]:
        """The cards of this webinar."""
        async with self._store.read() as db:
            return await cards.of_session(db, webinar.account, webinar.session_id)

    async def _edit(self, put_up: cards.Card, message: Message, shown: str) -> None:
        gone = False
        try:
            await self._slack.edit(put_up.channel_id, put_up.message_ts, message)
        except ChannelUnreachable:
            gone = True
        except SlackRefused as error:
            if error.code not in VANISHED:
                raise
            gone = True
        async with self._store.write() as db:
            if gone:
                # Somebody deleted the card, or the channel is closed to us: there is nothing left to keep true.
                await cards.forget(db, put_up)
            else:
                await cards.saying(db, put_up, shown)


async def replan(db: Db, webinar: Webinar, now: datetime) -> None:
    """Bring the notices of a webinar to what it has become, in the transaction that changes its row."""
    standing = await cards.of_session(db, webinar.account, webinar.session_id)
    channels = list(dict.fromkeys(put_up.channel_id for put_up in standing))
    rows = await notices.of_session(db, webinar.account, webinar.session_id)
    stale = [row.id for row in rows if is_stale(row.notice, webinar, frozenset(channels))]
    await notices.take_back(db, stale)
    await notices.plan(db, plan(webinar, channels, now))
