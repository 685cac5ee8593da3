"""Finds where Slack has posted scheduled messages, in the channels whose history the bot may read."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import ChannelUnreachable
from bot.notices.outbox import posted_table
from bot.notices.outbox.duplicates import POSTED
from bot.slack.history import can_read_any_history, can_read_history
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.notices.outbox.posted_notices import PostedNotices
    from bot.notices.outbox.posted_table import ScheduledPost
    from bot.slack.client import SlackApi

log = logging.getLogger(__name__)

LOOKED_FOR = timedelta(days=1)
"""Older messages are found only by a click."""
MAX_LOOKUPS = 10
"""Lookups in one run, each a call of a method that Slack lets be called 50 times a minute."""
MAX_TRIES = 2


class ScheduledLookup:
    """Looks for the posted messages of one account's workspace. Without a history scope, it makes no call.

    A click finds them as well (`PostedNotices.seen`), and is the only way without the scope.
    """

    def __init__(self, notices: PostedNotices, account: Account, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Nothing has been looked for."""
        self._notices = notices
        self._account = account
        self._store = store
        self._slack = slack
        self._clock = clock
        self._tries: Counter[int] = Counter()

    async def run(self) -> bool:
        """Look for messages that were posted since the last run. Whether there were any. Raises no error of Slack."""
        try:
            return await self._look()
        except (SlackBusy, SlackOutcomeUnknown) as error:
            log.info("schedule.place_not_read", extra={"reason": type(error).__name__})
            return True  # some may have been found before

    async def _look(self) -> bool:
        if not await can_read_any_history(self._slack):
            return False
        now = self._clock.now()
        async with self._store.read() as db:
            found = await posted_table.without_place(db, self._account.workspace, now - LOOKED_FOR, now - POSTED)
        self._tries = Counter({post.id: self._tries[post.id] for post in found})
        wanted = [post for post in found if await self._is_wanted(post)][:MAX_LOOKUPS]
        for post in wanted:
            await self._look_for(post)
        return bool(wanted)

    async def _is_wanted(self, post: ScheduledPost) -> bool:
        return self._tries[post.id] < MAX_TRIES and await can_read_history(self._slack, post.channel_id)

    async def _look_for(self, post: ScheduledPost) -> None:
        until = post.post_at + posted_table.POSTED_WITHIN_S
        try:
            candidates = await self._slack.posted_between(post.channel_id, post.post_at, until)
        except (SlackRefused, ChannelUnreachable) as error:
            log.info("schedule.place_refused", extra={"message_id": post.id, "reason": error.sentence})
            self._tries[post.id] = MAX_TRIES
            return
        self._tries[post.id] += 1
        for ts, text in candidates:
            await self._notices.seen(post.channel_id, ts, text)
