"""Edits posted messages whose buttons have lost their point, so that a channel never shows a stale one for long."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from bot.notices.model import NoticeKind
from bot.notices.outbox import posted_table
from bot.notices.outbox.contents import MessageContents, read_contents, text_digest
from bot.notices.outbox.posted_messages import MessageOutcome, PostedMessages
from bot.notices.outbox.rows import BatchedMessage

log = logging.getLogger(__name__)

MAX_EDITS = 20
"""Messages looked at in one run; the others follow half a minute later."""
CLAIM = timedelta(minutes=2)
"""How long one replica has a message for itself, and how long a failed edit waits."""


class PostedNotices(PostedMessages):
    """The posted notices of one account's workspace. Safe in every replica: a message is claimed, and an edit is
    repeatable."""

    async def update_outdated(self) -> None:
        """Edit the messages that are outdated. Makes no call to Slack for unchanged ones."""
        now = self._clock.now()
        async with self._store.read() as db:
            due = await posted_table.due(db, self._account.workspace, now, MAX_EDITS)
        if not due:
            return
        until = now + CLAIM
        async with self._store.write() as db:
            ours = [message.id for message in due if await posted_table.claim(db, message, until)]
        # Read after the claim: a change from now on makes the message due again.
        async with self._store.read() as db:
            posted = await posted_table.with_notices(db, ours)
        for batched, contents in zip(posted, await read_contents(self._store, posted), strict=True):
            if not await self._update(batched, contents, until, now):
                return  # Slack is busy: the claims run out, and a later run goes on

    async def seen(self, channel_id: str, ts: str, text: str) -> None:
        """Learn where Slack posted a scheduled message, from a click on one of its buttons; it can be edited then."""
        async with self._store.read() as db:
            found = await posted_table.without_ts(db, self._account.workspace, channel_id, ts)
        if found is None:
            return
        [contents] = await read_contents(self._store, [found])
        # Another message may have been posted in the same minute.
        if contents.message(found.message.post_at).text == text:
            async with self._store.write() as db:
                await posted_table.save_ts(db, found.message, ts, self._clock.now())

    async def _update(self, batched: BatchedMessage, contents: MessageContents, until: datetime, now: datetime) -> bool:
        message = batched.message
        if any(row.notice.kind is NoticeKind.DIGEST for row in batched.rows):
            await self._finish(batched, until, None, message.text_digest)  # `PostedDigests` edits these
            return True
        text = contents.message_now(message.post_at, now)
        shown = text_digest(text)
        if shown != message.text_digest:
            edit = await self._edit(message, text)
            if edit.outcome is MessageOutcome.BUSY:
                return False
            if edit.outcome is MessageOutcome.UNCLEAR:
                log.warning("notice.update_failed", extra={"message_id": message.id, "reason": edit.reason})
                return True
            if edit.outcome is MessageOutcome.GONE:
                log.info("notice.not_editable", extra={"message_id": message.id, "reason": edit.reason})
                await self._finish(batched, until, None, message.text_digest)
                return True
        await self._finish(batched, until, contents.next_change(now), shown)
        return True

    async def _finish(
        self, batched: BatchedMessage, until: datetime, again_at: datetime | None, digest: str | None
    ) -> None:
        async with self._store.write() as db:
            await posted_table.finish(db, batched.message, until, again_at, digest)
