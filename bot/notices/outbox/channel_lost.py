"""Handles channels that Slack does not let the bot post in: notifies the person who set the channel up."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from bot.db.connection import Db
from bot.errors import ChannelUnreachable
from bot.notices.model import MessageState, Notice, NoticeKind
from bot.notices.outbox import message_results, notice_table
from bot.notices.outbox.context import DeliveryContext
from bot.notices.outbox.rows import BatchedMessage
from bot.notices.rules import expires_at
from bot.notices.schedule import is_direct
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription

log = logging.getLogger(__name__)

NEAREST_FIRST = [Scope.WEBINAR, Scope.MINE, Scope.ALL]


async def close_unreachable(context: DeliveryContext, batched: BatchedMessage, error: ChannelUnreachable) -> None:
    """Close the message as failed, and notify the person who set the channel up, once."""
    log.warning("channel.unreachable", extra={"message_id": batched.message.id})
    message, now = batched.message, context.clock.now()

    async def written(db: Db) -> None:
        if await message_results.close(db, message, MessageState.FAILED, error.sentence):
            subscriptions = await subscription_table.of_channel(db, message.workspace, message.channel_id)
            await notice_table.plan(db, _channel_lost(batched, subscriptions, now))

    await context.results.write(written)


def _channel_lost(batched: BatchedMessage, subscriptions: Sequence[Subscription], now: datetime) -> list[Notice]:
    """The notice to the person who made the subscription that is closest to what could not be posted."""
    sessions = {(row.notice.account, row.notice.session_id) for row in batched.rows}
    account = batched.rows[0].notice.account if batched.rows else None
    matching = [
        one for one in subscriptions if one.scope is not Scope.WEBINAR or (one.account, one.subject) in sessions
    ]
    candidates = matching or subscriptions
    if account is None or not candidates or is_direct(batched.message.channel_id):
        return []
    nearest = min(candidates, key=lambda one: NEAREST_FIRST.index(one.scope))
    # Once, for all webinars, until this person sets something up there again.
    since = max(one.set_at for one in subscriptions if one.set_by == nearest.set_by)
    return [
        Notice(
            kind=NoticeKind.CHANNEL_LOST,
            account=account,
            session_id="",
            channel_id=nearest.set_by,
            start=since,
            occurrence=f"{batched.message.channel_id}:{since.isoformat(timespec='seconds')}",
            due_at=now,
            schedulable_at=now,
            expires_at=expires_at(NoticeKind.CHANNEL_LOST, None, moment=now),
        )
    ]
