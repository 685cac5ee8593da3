"""Posts the card that the create form asked for: once, and later if Slack does not take it now."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.creation import table as creation_table
from bot.creation.table import Creation, CreationStep
from bot.db.connection import Store
from bot.db.leases import RETRY
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.webinar import Webinar
from bot.slack.client import SlackApi
from bot.slack.history import can_read_history
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

if TYPE_CHECKING:
    from bot.sync.cards import Cards

log = logging.getLogger(__name__)

UNCERTAIN = "It is not certain whether the card of *{}* is in <#{}>. If it isn't there, share it again."
FOLLOWS = "Slack is not accepting messages right now. The card will be posted in <#{}> as soon as it does."
NOT_CONFIRMED = (
    "<#{}> is shared with {}, so the card of *{}* is not there yet. To share it with them, choose the channel below "
    "and confirm."
)
NOT_POSTED = "The card of *{}* is not in <#{}>: {}"
LOOK_BACK_S = 60
"""Seconds that Slack's clock may be behind ours."""


@dataclass(frozen=True)
class Announcement:
    """How far the card is: `channel_id` has it, or `note` says why it does not."""

    channel_id: str | None = None
    note: str = ""
    next_step: CreationStep = CreationStep.REPORTED
    """`CARD_DUE` or `CARD_UNCLEAR` if it is to be posted later."""
    wait: timedelta = timedelta()


class Announcer:
    """Posts the cards of creations that one worker owns."""

    def __init__(self, worker_id: str, store: Store, slack: SlackApi, cards: Cards) -> None:
        """`worker_id` owns the creations."""
        self._worker_id = worker_id
        self._store = store
        self._slack = slack
        self._cards = cards
        self.retry = RETRY

    async def announce(self, creation: Creation, webinar: Webinar) -> Announcement:
        """Post the card of a creation whose user has not seen its result yet."""
        channel = creation.request.form.announce_in
        if channel is None or await self._has_card(webinar, channel):
            return Announcement(channel)
        if organizations := await self._cards.organizations_in(webinar, channel):
            return Announcement(None, NOT_CONFIRMED.format(channel, organizations, webinar.title))
        async with self._store.write() as db:  # saved before the post: after a crash, it is looked up
            may_post = await creation_table.record_card_request(db, creation, self._worker_id)
        if not may_post:
            return await self._unclear(webinar, channel, was_answered=False)
        result = await self._post(creation, webinar, channel)
        if result.next_step is CreationStep.CARD_DUE:
            async with self._store.write() as db:
                await creation_table.withdraw_card_request(db, creation, self._worker_id)
        return result

    async def announce_later(self, creation: Creation, webinar: Webinar) -> Announcement:
        """Post the card of a creation at `CARD_DUE`, or find out whether it was posted at `CARD_UNCLEAR`."""
        channel = str(creation.request.form.announce_in)
        if await self._has_card(webinar, channel):
            return Announcement(channel)
        if creation.step is CreationStep.CARD_UNCLEAR:
            if not await can_read_history(self._slack, channel):
                return await self._unclear(webinar, channel, was_answered=False)
            since = int(creation.begun_at.timestamp()) - LOOK_BACK_S
            try:
                found = await self._slack.find_posted(channel, since, _mark(creation))
            except (SlackBusy, SlackOutcomeUnknown) as error:
                log.warning("card.lookup_failed", extra={"channel": channel, "reason": type(error).__name__})
                return Announcement(None, "", CreationStep.CARD_UNCLEAR, self.retry)
            except (SlackRefused, ChannelUnreachable):
                return Announcement(None, UNCERTAIN.format(webinar.title, channel))
            if found:
                await self._cards.save_posted(webinar, channel, found, creation.user_id)
                return Announcement(channel)
        return await self._post(creation, webinar, channel)

    async def _post(self, creation: Creation, webinar: Webinar, channel: str) -> Announcement:
        try:
            await self._cards.share(webinar, channel, creation.user_id, mark=_mark(creation))
        except SlackBusy as busy:
            log.warning("card.deferred", extra={"channel": channel, "reason": "SlackBusy"})
            wait = timedelta(seconds=busy.seconds)
            return Announcement(None, FOLLOWS.format(channel), CreationStep.CARD_DUE, wait)
        except SlackOutcomeUnknown as unknown:
            return await self._unclear(webinar, channel, was_answered=unknown.was_answered)
        except GreenroomError as error:
            return Announcement(None, NOT_POSTED.format(webinar.title, channel, error.sentence))
        return Announcement(channel)

    async def _unclear(self, webinar: Webinar, channel: str, *, was_answered: bool) -> Announcement:
        """What to do about a post with an unknown outcome.

        With access to the history of the channel it is looked up. Without it, an error that Slack has answered counts
        as not posted, because a second card does less harm than none; silence does not.
        """
        if await self._can_look_up(channel):
            next_step = CreationStep.CARD_UNCLEAR
        elif was_answered:
            next_step = CreationStep.CARD_DUE
        else:
            return Announcement(None, UNCERTAIN.format(webinar.title, channel))
        log.warning("card.deferred", extra={"channel": channel, "reason": "SlackOutcomeUnknown"})
        return Announcement(None, FOLLOWS.format(channel), next_step, self.retry)

    async def _can_look_up(self, channel: str) -> bool:
        try:
            return await can_read_history(self._slack, channel)
        except (SlackBusy, SlackOutcomeUnknown, SlackRefused):
            return False

    async def _has_card(self, webinar: Webinar, channel: str) -> bool:
        return any(card.channel_id == channel for card in await self._cards.of_webinar(webinar))


def _mark(creation: Creation) -> str:
    """Identify the card of a creation in the history of its channel."""
    return hashlib.sha256(creation.draft_id.encode()).hexdigest()[:24]
