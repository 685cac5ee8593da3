"""Edits posted digests when a webinar that they list is moved, renamed or canceled."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update

from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.schema import notices, outbox_messages
from bot.model.people import Account
from bot.notices.model import NoticeKind, NoticeState
from bot.notices.outbox.contents import MessageContents, read_contents
from bot.notices.outbox.posted_messages import MessageOutcome, PostedMessages
from bot.notices.outbox.posted_table import posted_messages
from bot.notices.outbox.rows import BatchedMessage
from bot.notices.quiet_hours import DIGEST_SPAN, DigestPace

log = logging.getLogger(__name__)

MAX_EDITS = 20
"""Digests edited in one run; the others follow half a minute later."""
LONGEST_SPAN = max(DIGEST_SPAN.values(), default=timedelta())


class PostedDigests(PostedMessages):
    """The digests of one account's workspace that channels still read. Safe in every replica: an edit is repeatable."""

    async def update_outdated(self) -> None:
        """Edit the posted digests that show something of a webinar that is no longer so."""
        now = self._clock.now()
        async with self._store.read() as db:
            posted = [one for one in await _posted(db, self._account, now - LONGEST_SPAN) if _is_read(one, now)]
        contents = await read_contents(self._store, posted)
        outdated = [
            (message, content)
            for message, content in zip(posted, contents, strict=True)
            if message.message.text_digest not in (None, content.listed_digest)
        ]
        for message, content in outdated[:MAX_EDITS]:
            if not await self._update(message, content):
                return  # Slack is busy or does not answer: the next run goes on

    async def _update(self, batched: BatchedMessage, content: MessageContents) -> bool:
        message, text = batched.message, content.message(batched.message.post_at)
        edit = await self._edit(message, text)
        if edit.outcome in (MessageOutcome.BUSY, MessageOutcome.UNCLEAR):
            log.warning("digest.update_failed", extra={"message_id": message.id, "reason": edit.reason})
            return False
        if edit.outcome is MessageOutcome.GONE:
            log.info("digest.gone", extra={"message_id": message.id, "reason": edit.reason})
        async with self._store.write() as db:
            same = outbox_messages.c.id == message.id, outbox_messages.c.text_digest == message.text_digest
            await db.execute(update(outbox_messages).where(*same).values(text_digest=content.listed_digest))
        return True


async def _posted(db: Db, account: Account, since: datetime) -> list[BatchedMessage]:
    """The posted messages with a digest, each with all of its notices."""
    digests = (
        select(notices.c.parcel_id)
        .where(
            *of_workspace(notices, account.workspace),
            notices.c.session_id == "",  # that of every notice about a channel
            notices.c.kind == NoticeKind.DIGEST,
            notices.c.state == NoticeState.POSTED,
            notices.c.start > since,
        )
        .scalar_subquery()
    )
    return await posted_messages(db, notices.c.parcel_id.in_(digests))


def _is_read(message: BatchedMessage, now: datetime) -> bool:
    """Whether the days that the digest is about are not over."""
    digests = [row.notice for row in message.rows if row.notice.kind is NoticeKind.DIGEST]
    return any(now < one.start + DIGEST_SPAN[DigestPace(one.occurrence)] for one in digests)
