"""Removes duplicates: copies of a scheduled message that a worker left at Slack after its lease had expired."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.errors import ChannelUnreachable
from bot.notices.outbox.context import DeliveryContext
from bot.notices.outbox.rows import OutboundMessage
from bot.notices.schedule import from_unix
from bot.slack.history import can_read_history
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

log = logging.getLogger(__name__)

POSTED = timedelta(seconds=10)
"""How long after its second Slack has certainly posted a scheduled message."""
FINAL = timedelta(minutes=1)
"""Slack does not withdraw a message that it posts within this time: …/methods/chat.deleteScheduledMessage"""


async def remove_scheduled(context: DeliveryContext, message: OutboundMessage, scheduled_ids: Sequence[str]) -> None:
    """Withdraw surplus copies of a message. If it is too late for that, delete them when they have been posted."""
    slack = context.slack(message.workspace)
    for scheduled_id in scheduled_ids:
        left = await context.undo(partial(slack.unschedule, message.channel_id, scheduled_id))
        if left and await _remove_posted(context, message):
            left = ""
        if left:
            log.error("schedule.duplicate_left", extra={"message_id": message.id, "reason": left})
        else:
            log.warning("schedule.duplicate_removed", extra={"message_id": message.id})


async def _remove_posted(context: DeliveryContext, message: OutboundMessage) -> bool:
    """Delete what Slack has posted more than once at this message's second. False if nothing was found or allowed."""
    slack, second = context.slack(message.workspace), from_unix(message.post_at)
    wait = second + POSTED - context.clock.now()
    if wait > FINAL + 2 * POSTED:
        return False  # Slack refused for another reason than the time
    await context.sleep(max(0.0, wait.total_seconds()))
    try:
        if not await can_read_history(slack, message.channel_id):
            return False
        until = int((second + FINAL).timestamp())
        posted = await slack.posted_between(message.channel_id, message.post_at, until)
    except (SlackOutcomeUnknown, SlackBusy, SlackRefused, ChannelUnreachable) as error:
        log.warning("schedule.duplicate_not_found", extra={"message_id": message.id, "reason": error.sentence})
        return False
    texts = [text for _, text in posted]
    copies = [ts for number, (ts, text) in enumerate(posted) if text in texts[:number]]
    return bool(copies) and not any(
        [await context.undo(partial(slack.remove, message.channel_id, ts)) for ts in copies]
    )
