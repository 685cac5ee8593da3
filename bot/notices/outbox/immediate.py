"""Posts what is to be said at once, and finds out about posts of which nobody knows whether they arrived."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import partial

from bot.errors import ChannelUnreachable
from bot.notices.model import MessageState
from bot.notices.outbox import message_table
from bot.notices.outbox.claims import BatchedMessage
from bot.notices.outbox.context import (
    FOR_NOW,
    LOOKS,
    SETTLE,
    SETTLE_WELL,
    DeliveryContext,
    LeaseGuard,
    MessageContents,
    backoff,
)
from bot.notices.outbox.message_table import OutboundMessage, PostedMessage
from bot.notices.outbox.rate_limits import HISTORY, POST
from bot.notices.outbox.scheduled import wording
from bot.settings import UnclearAlerts
from bot.slack.client import SlackBusy, SlackRefused, SlackUnclear

log = logging.getLogger(__name__)

LOOK_BACK_S = 60
"""Seconds that Slack's clock may be behind ours."""
NOT_CLEAR = "not clear whether Slack posted it"
CANNOT_LOOK = {"missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type", "access_denied"}
HISTORY_SCOPES = {
    "C": {"channels:history", "groups:history"},
    "G": {"groups:history", "mpim:history"},
    "D": {"im:history"},
}
"""What lets us look into a conversation, by the first letter of its id; a private channel's may be a C as well."""


class ImmediateDelivery:
    """What Slack posts the moment it gets it."""

    def __init__(self, shift: DeliveryContext, unclear: UnclearAlerts) -> None:
        """Work on this shift; `unclear` is for where Slack's history is closed to us."""
        self._shift = shift
        self._unclear = unclear

    async def give(self, load: BatchedMessage, known: MessageContents, fence: LeaseGuard) -> None:
        """Post a parcel."""
        parcel = load.parcel
        if fence.is_up:
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.clock.now())
            return
        message = wording(load, known, repeated=parcel.problem == NOT_CLEAR)
        try:
            channel, ts = await self._shift.slack(parcel.workspace).post(parcel.channel_id, message, parcel.mark)
        except SlackUnclear:
            log.warning("post.unclear", extra={"parcel": parcel.id})
            if not await self._shift.write(message_table.hold, parcel, max(SETTLE_WELL, backoff(parcel))):
                await self._look_for_more(parcel)
        except SlackBusy as error:
            await self._not_posted(parcel, self._shift.busy(parcel, POST, error))
        except ChannelUnreachable as error:
            log.warning("post.unreachable", extra={"parcel": parcel.id})
            await self._shift.cut_off(load, error)
        except SlackRefused as error:
            await self._refused(parcel, error.code)
        else:
            await self._posted(parcel, channel, ts)

    async def settle(self, load: BatchedMessage, known: MessageContents, fence: LeaseGuard) -> None:
        """Find out whether Slack has posted what was given to it when the claim ran out."""
        parcel = load.parcel
        try:
            ts = await self._look(parcel)
        except _CannotLook:
            await self._do_without(load, known, fence)
        except (SlackUnclear, SlackBusy, SlackRefused) as error:
            log.warning("post.still_unclear", extra={"parcel": parcel.id, "reason": error.sentence})
            await self._shift.write(message_table.hold, parcel, max(SETTLE_WELL, backoff(parcel)))
        else:
            if ts:
                await self._posted(parcel, parcel.channel_id, ts)
            else:
                await self._shift.write(message_table.not_at_slack, parcel, self._shift.clock.now())

    async def _look(self, parcel: OutboundMessage) -> str | None:
        """The `ts` under which it stands in its channel, or nothing where it does not stand there."""
        slack = self._shift.slack(parcel.workspace)
        needed = HISTORY_SCOPES.get(parcel.channel_id[:1], set())
        if not needed & await slack.scopes():
            raise _CannotLook
        busy_until = self._shift.pacing.busy_until(parcel.workspace, parcel.channel_id, HISTORY)
        if busy_until:
            raise SlackBusy((busy_until - self._shift.clock.now()).total_seconds())
        try:
            return await slack.posted(parcel.channel_id, parcel.post_at - LOOK_BACK_S, parcel.mark)
        except SlackBusy as error:
            self._shift.busy(parcel, HISTORY, error)
            raise
        except ChannelUnreachable as error:
            raise _CannotLook from error
        except SlackRefused as error:
            if error.code in CANNOT_LOOK:
                raise _CannotLook from error
            raise

    async def _do_without(self, load: BatchedMessage, known: MessageContents, fence: LeaseGuard) -> None:
        now = self._shift.clock.now()
        worth_it = any(row.notice.expires_at > now for row in load.rows)
        if self._unclear is UnclearAlerts.DROP or not worth_it:
            log.error("post.unknown", extra={"parcel": load.parcel.id})
            await self._shift.write(message_table.end, load.parcel, MessageState.UNKNOWN, NOT_CLEAR)
            return
        again = await self._shift.write(message_table.repeat, load.parcel, now, NOT_CLEAR)
        if again:
            log.warning("post.repeated", extra={"parcel": again.id})
            await self.give(BatchedMessage(again, load.rows), known, fence)

    async def _refused(self, parcel: OutboundMessage, code: str) -> None:
        log.warning("post.refused", extra={"parcel": parcel.id, "code": code})
        if code in FOR_NOW:
            await self._not_posted(parcel, self._shift.after(backoff(parcel)), code)
        else:
            await self._shift.write(message_table.end, parcel, MessageState.DEAD, code)

    async def _not_posted(self, parcel: OutboundMessage, again_at: datetime, code: str = "") -> None:
        if parcel.problem == NOT_CLEAR:
            # This time surely not, but the time before perhaps: it stays what it is, to be said as a repetition.
            await self._shift.write(message_table.hold, parcel, again_at - self._shift.clock.now())
        else:
            await self._shift.write(message_table.not_at_slack, parcel, again_at, code)

    async def _posted(self, parcel: OutboundMessage, channel: str, ts: str) -> None:
        if await self._shift.outcomes.posted(PostedMessage(parcel.id, ts)):
            log.info("post.said", extra={"parcel": parcel.id})
            return
        # We were away for longer than our claim, and somebody else has taken care of it.
        log.warning("post.one_too_many", extra={"parcel": parcel.id})
        await self._undo(parcel, channel, ts)

    async def _look_for_more(self, parcel: OutboundMessage) -> None:
        """We were away for longer than our claim, and our call may have come when others had found that it had not."""
        for _ in range(LOOKS):
            await self._shift.sleep(SETTLE.total_seconds())
            now = await self._shift.take(message_table.find, parcel)
            try:
                ts = await self._look(parcel)
            except _CannotLook:
                return  # who went on could not either, and has marked it as a repetition
            except (SlackUnclear, SlackBusy, SlackRefused):
                continue
            if now.state is not MessageState.GIVING:
                if ts and ts != now.message_ts:
                    await self._undo(parcel, parcel.channel_id, ts)
                return

    async def _undo(self, parcel: OutboundMessage, channel: str, ts: str) -> None:
        left = await self._shift.undo(partial(self._shift.slack(parcel.workspace).remove, channel, ts))
        if left:
            log.error("post.doubled", extra={"parcel": parcel.id, "reason": left})


class _CannotLook(Exception):
    """The history of a channel is closed to us."""
