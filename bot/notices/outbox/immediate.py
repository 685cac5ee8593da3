"""Posts messages at once, and resolves posts with an unknown outcome by reading the channel's history."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from bot.errors import ChannelUnreachable
from bot.notices.model import MessageState
from bot.notices.outbox import message_results, message_table
from bot.notices.outbox.channel_lost import close_unreachable
from bot.notices.outbox.contents import MessageContents, text_digest
from bot.notices.outbox.context import (
    DUPLICATE_CHECKS,
    LONG_SETTLE_TIME,
    SETTLE_TIME,
    TEMPORARY,
    DeliveryContext,
    LeaseGuard,
    backoff,
)
from bot.notices.outbox.rate_limits import HISTORY, POST
from bot.notices.outbox.rows import BatchedMessage, OutboundMessage, PostedMessage, UnsentMessage
from bot.settings import UnclearAlerts
from bot.slack.history import can_read_history
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

log = logging.getLogger(__name__)

LOOK_BACK_S = 60
"""Seconds that Slack's clock may be behind ours."""
OUTCOME_UNKNOWN = "not clear whether Slack posted it"
"""Stored as the problem of a message, and shown to admins."""
NO_ACCESS = {"missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type", "access_denied"}


class ImmediateDelivery:
    """Messages that Slack posts as soon as it gets them."""

    def __init__(self, context: DeliveryContext, unclear: UnclearAlerts) -> None:
        """Work for the worker with this context. `unclear`: what to do if the channel's history cannot be read."""
        self._context = context
        self._unclear = unclear

    async def send(self, batched: BatchedMessage, contents: MessageContents, guard: LeaseGuard) -> None:
        """Post a message."""
        message = batched.message
        if guard.is_expiring:
            # Together: after a stall, the leases of a whole batch expire at once.
            await self._context.results.unsent(UnsentMessage(message.id, self._context.clock.now()))
            return
        text = contents.message(message.post_at, repeated=message.problem == OUTCOME_UNKNOWN)
        slack = self._context.slack(message.workspace)
        try:
            channel, ts = await slack.post(message.channel_id, text, message.mark)
        except SlackOutcomeUnknown:
            log.warning("post.outcome_unknown", extra={"message_id": message.id})
            wait = max(LONG_SETTLE_TIME, backoff(message))
            if not await self._context.write(message_table.extend_claim, message, wait):
                await self._check_for_duplicate(message)
        except SlackBusy as error:
            await self._not_posted(message, self._context.pause(message, POST, error))
        except ChannelUnreachable as error:
            await close_unreachable(self._context, batched, error)
        except SlackRefused as error:
            await self._refused(message, error.code)
        else:
            await self._posted(message, channel, ts, contents, text_digest(text))

    async def resolve(self, batched: BatchedMessage, contents: MessageContents, guard: LeaseGuard) -> None:
        """Find out whether Slack has posted a message that was being sent when its lease expired."""
        message = batched.message
        try:
            ts = await self._find_post(message)
        except _NoAccess:
            await self._decide_without_history(batched, contents, guard)
        except (SlackOutcomeUnknown, SlackBusy, SlackRefused) as error:
            log.warning("post.lookup_failed", extra={"message_id": message.id, "reason": error.sentence})
            await self._context.write(message_table.extend_claim, message, max(LONG_SETTLE_TIME, backoff(message)))
        else:
            if ts:
                await self._posted(message, message.channel_id, ts, contents)
            else:
                await self._context.results.unsent(UnsentMessage(message.id, self._context.clock.now()))

    async def _find_post(self, message: OutboundMessage) -> str | None:
        """The `ts` of the message in its channel; None if it was not posted."""
        slack = self._context.slack(message.workspace)
        if not await can_read_history(slack, message.channel_id):
            raise _NoAccess
        busy_until = self._context.rate_limits.busy_until(message.workspace, message.channel_id, HISTORY)
        if busy_until:
            raise SlackBusy((busy_until - self._context.clock.now()).total_seconds())
        try:
            return await slack.find_posted(message.channel_id, message.post_at - LOOK_BACK_S, message.mark)
        except SlackBusy as error:
            self._context.pause(message, HISTORY, error)
            raise
        except ChannelUnreachable as error:
            raise _NoAccess from error
        except SlackRefused as error:
            if error.code in NO_ACCESS:
                raise _NoAccess from error
            raise

    async def _decide_without_history(
        self, batched: BatchedMessage, contents: MessageContents, guard: LeaseGuard
    ) -> None:
        message, now = batched.message, self._context.clock.now()
        is_current = any(row.notice.expires_at > now for row in batched.rows)
        if self._unclear is UnclearAlerts.DROP or not is_current:
            log.error("post.unresolved", extra={"message_id": message.id})
            await self._context.write(message_results.close, message, MessageState.UNKNOWN, OUTCOME_UNKNOWN)
            return
        again = await self._context.write(message_table.begin_repeat, message, now, OUTCOME_UNKNOWN)
        if again:
            log.warning("post.repeated", extra={"message_id": again.id})
            await self.send(BatchedMessage(again, batched.rows), contents, guard)

    async def _refused(self, message: OutboundMessage, code: str) -> None:
        log.warning("post.refused", extra={"message_id": message.id, "code": code})
        if code in TEMPORARY:
            await self._not_posted(message, self._context.after(backoff(message)), code)
        else:
            await self._context.write(message_results.close, message, MessageState.FAILED, code)

    async def _not_posted(self, message: OutboundMessage, again_at: datetime, code: str = "") -> None:
        if message.problem == OUTCOME_UNKNOWN:
            # An earlier attempt may have posted it: the message stays, and is posted as a repetition.
            wait = again_at - self._context.clock.now()
            await self._context.write(message_table.extend_claim, message, wait)
        else:
            await self._context.write(message_results.requeue, message, again_at, code)

    async def _posted(
        self, message: OutboundMessage, channel: str, ts: str, contents: MessageContents, shown: str | None = None
    ) -> None:
        digest, edit_at = contents.listed_digest or shown, contents.next_change(self._context.clock.now())
        if await self._context.results.posted(PostedMessage(message.id, ts, digest, channel, edit_at)):
            log.info("post.accepted", extra={"message_id": message.id})
            return
        # Our lease expired during the call, and another worker settled the message: our post is a duplicate.
        await self._remove_duplicate(message, channel, ts)

    async def _check_for_duplicate(self, message: OutboundMessage) -> None:
        """Our lease expired during a call with an unknown outcome: remove the post that it may have left."""
        for _ in range(DUPLICATE_CHECKS):
            await self._context.sleep(SETTLE_TIME.total_seconds())
            current = await self._context.transact(message_table.reload, message)
            try:
                ts = await self._find_post(message)
            except _NoAccess:
                return  # the worker that took over could not look either, and has marked its post as a repetition
            except (SlackOutcomeUnknown, SlackBusy, SlackRefused):
                continue
            if current.state is not MessageState.SENDING:
                if ts and ts != current.message_ts:
                    await self._remove_duplicate(message, message.channel_id, ts)
                return

    async def _remove_duplicate(self, message: OutboundMessage, channel: str, ts: str) -> None:
        left = await self._context.undo(partial(self._context.slack(message.workspace).remove, channel, ts))
        if left:
            log.error("post.duplicate_left", extra={"message_id": message.id, "reason": left})
        else:
            log.warning("post.duplicate_removed", extra={"message_id": message.id})


class _NoAccess(Exception):
    """The bot cannot read the history of a channel."""
