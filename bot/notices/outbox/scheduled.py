"""Schedules messages at Slack ahead of time, resolves unknown outcomes, and withdraws messages that are outdated."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.db.connection import Db
from bot.errors import ChannelUnreachable
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.model import MessageState, Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import message_results, message_table, notice_table
from bot.notices.outbox.channel_lost import close_unreachable
from bot.notices.outbox.contents import MessageContents, text_digest
from bot.notices.outbox.context import (
    DUPLICATE_CHECKS,
    SETTLE_TIME,
    TEMPORARY,
    DeliveryContext,
    LeaseGuard,
    backoff,
    settle_time,
)
from bot.notices.outbox.duplicates import POSTED, remove_scheduled
from bot.notices.outbox.rate_limits import LIST, SCHEDULE, UNSCHEDULE
from bot.notices.outbox.rows import BatchedMessage, NoticeRow, OutboundMessage, ScheduledAtSlack, UnsentMessage
from bot.notices.rules import expires_at, is_misleading
from bot.notices.schedule import confirmed_at, from_unix
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

SKEW = timedelta(seconds=10)
"""How far Slack's clock may be ahead of ours."""
TOO_LATE = "invalid_scheduled_message_id"
"""Slack's error code for a message that is posted, withdrawn, or due within the minute."""
OUTCOME_UNKNOWN = "not clear whether Slack had it when it was due"
"""Stored as the problem of a message, and shown to admins."""


class ScheduledDelivery:
    """Messages that Slack posts at a given second."""

    def __init__(self, context: DeliveryContext) -> None:
        """Work for the worker with this context."""
        self._context = context

    async def send(self, batched: BatchedMessage, contents: MessageContents, guard: LeaseGuard) -> None:
        """Schedule a message at Slack."""
        message = batched.message
        if guard.is_expiring:
            # Together: after a stall, the leases of a whole batch expire at once.
            await self._context.results.unsent(UnsentMessage(message.id, self._context.clock.now()))
            return
        text = contents.message(message.post_at)
        slack = self._context.slack(message.workspace)
        try:
            scheduled_id = await slack.schedule(message.channel_id, message.post_at, text)
        except SlackOutcomeUnknown:
            log.warning("schedule.outcome_unknown", extra={"message_id": message.id})
            wait = settle_time(message, self._context.clock.now())
            if not await self._context.write(message_table.extend_claim, message, wait):
                await self._check_for_duplicates(message)
        except SlackBusy as error:
            busy_until = self._context.pause(message, SCHEDULE, error)
            await self._context.write(message_results.requeue, message, busy_until)
        except ChannelUnreachable as error:
            await close_unreachable(self._context, batched, error)
        except SlackRefused as error:
            await self._refused(message, error.code)
        else:
            await self._scheduled(message, scheduled_id, text_digest(text))

    async def resolve(self, message: OutboundMessage) -> None:
        """Find out whether Slack has scheduled a message that was being sent when its lease expired."""
        is_past = self._context.clock.now() >= from_unix(message.post_at)
        scheduled_ids = [] if is_past else await self._list(message)
        if scheduled_ids is None:
            return  # Slack is asked again when the lease expires
        if scheduled_ids:
            await self._scheduled(message, scheduled_ids[0], None)
            if scheduled_ids[1:]:
                await remove_scheduled(self._context, message, scheduled_ids[1:])
        elif self._is_near(message):
            # It may have been posted or never accepted: it is not repeated, and admins can see it.
            log.error("schedule.unresolved", extra={"message_id": message.id})
            await self._context.write(message_results.close, message, MessageState.UNKNOWN, OUTCOME_UNKNOWN)
        else:
            await self._context.write(message_results.requeue, message, self._context.after(backoff(message)))

    async def check_text(self, batched: BatchedMessage, contents: MessageContents) -> None:
        """Replace a scheduled message whose text is outdated, for example because the title has changed."""
        message = batched.message
        if batched.rows and message.text_digest not in (None, text_digest(contents.message(message.post_at))):
            await self._context.write(message_results.replace_at_slack, message)
            return
        starts = [row.notice.start for row in batched.rows] or [from_unix(message.post_at)]
        await self._context.write(message_results.mark_checked, message, confirmed_at(message.post_at, starts))

    async def withdraw(self, message: OutboundMessage) -> None:
        """Withdraw a message from Slack, or plan a correction if it is posted already."""
        if self._context.clock.now() >= from_unix(message.post_at) + POSTED:
            await self._was_posted(message)
            return
        limits = self._context.rate_limits
        busy_until = limits.busy_until(message.workspace, message.channel_id, UNSCHEDULE)
        if busy_until:
            await self._context.write(message_table.postpone_withdrawal, message, busy_until)
            return
        slack, known = self._context.slack(message.workspace), message.scheduled_id
        try:
            scheduled_ids = [known] if known else await slack.scheduled(message.channel_id, message.post_at)
            for scheduled_id in scheduled_ids:
                await slack.unschedule(message.channel_id, scheduled_id)
        except SlackBusy as error:
            busy_until = self._context.pause(message, UNSCHEDULE if known else LIST, error)
            await self._context.write(message_table.postpone_withdrawal, message, busy_until)
        except SlackOutcomeUnknown:
            # It may be withdrawn: if it is not posted in the end, the problem records why.
            again_at = self._context.after(SETTLE_TIME)
            await self._context.write(message_table.postpone_withdrawal, message, again_at, OUTCOME_UNKNOWN)
        except SlackRefused as error:
            await self._withdrawal_refused(message, error.code)
        else:
            await self._withdrawn(message, certainly=bool(scheduled_ids))

    async def _refused(self, message: OutboundMessage, code: str) -> None:
        log.warning("schedule.refused", extra={"message_id": message.id, "code": code})
        if code in TEMPORARY:
            await self._context.write(message_results.requeue, message, self._context.after(backoff(message)), code)
        else:
            await self._context.write(message_results.close, message, MessageState.FAILED, code)

    async def _withdrawn(self, message: OutboundMessage, *, certainly: bool) -> None:
        if certainly or not self._is_near(message):
            log.info("schedule.withdrawn", extra={"message_id": message.id})
            await self._context.write(message_results.requeue, message, self._context.clock.now())
        else:
            await self._wait_until_posted(message, OUTCOME_UNKNOWN)

    async def _withdrawal_refused(self, message: OutboundMessage, code: str) -> None:
        scheduled_ids = await self._list(message) if code == TOO_LATE else None
        if scheduled_ids:
            await self._wait_until_posted(message, "")
        elif scheduled_ids == [] and not self._is_near(message):
            # An earlier call withdrew it, and its answer was lost.
            await self._context.write(message_results.requeue, message, self._context.clock.now())
        else:
            log.warning("schedule.withdrawal_refused", extra={"message_id": message.id, "code": code})
            again_at = self._context.after(SETTLE_TIME)
            await self._context.write(message_table.postpone_withdrawal, message, again_at)

    async def _wait_until_posted(self, message: OutboundMessage, problem: str) -> None:
        # A correction must not be posted before the message that it corrects.
        posted = from_unix(message.post_at) + POSTED
        await self._context.write(message_table.postpone_withdrawal, message, posted, problem)

    async def _was_posted(self, message: OutboundMessage) -> None:
        """Close the message and plan corrections of what is no longer true, in one transaction."""
        now = self._context.clock.now()
        problem = message.problem or ("" if message.scheduled_id else OUTCOME_UNKNOWN)

        async def written(db: Db) -> None:
            rows = await notice_table.by_ids(db, await message_results.close_posted(db, message, problem))
            webinars = await webinar_table.by_keys(db, {(row.notice.account, row.notice.session_id) for row in rows})
            await notice_table.plan(db, _corrections(message, rows, webinars, now))

        await self._context.results.write(written)

    async def _list(self, message: OutboundMessage) -> list[str] | None:
        """The ids under which Slack has scheduled the message; None if Slack cannot answer now."""
        try:
            return await self._context.slack(message.workspace).scheduled(message.channel_id, message.post_at)
        except (SlackOutcomeUnknown, SlackBusy, SlackRefused) as error:
            log.warning("schedule.lookup_failed", extra={"message_id": message.id, "reason": error.sentence})
            return None

    async def _scheduled(self, message: OutboundMessage, scheduled_id: str, shown: str | None) -> None:
        if await self._context.results.scheduled(ScheduledAtSlack(message.id, scheduled_id, shown)):
            log.info("schedule.accepted", extra={"message_id": message.id, "post_at": message.post_at})
            return
        # Our lease expired during the call, and another worker settled the message: our copy is a duplicate.
        await remove_scheduled(self._context, message, [scheduled_id])

    async def _check_for_duplicates(self, message: OutboundMessage) -> None:
        """Our lease expired during a call with an unknown outcome: remove the copy that it may have left at Slack."""
        for _ in range(DUPLICATE_CHECKS):
            await self._context.sleep(SETTLE_TIME.total_seconds())
            others = await self._context.transact(message_table.of_same_second, message)
            scheduled_ids = await self._list(message)
            if scheduled_ids is not None and all(other.state is not MessageState.SENDING for other in others):
                expected = {other.scheduled_id for other in others}
                surplus = [scheduled_id for scheduled_id in scheduled_ids if scheduled_id not in expected]
                await remove_scheduled(self._context, message, surplus)
                return

    def _is_near(self, message: OutboundMessage) -> bool:
        return self._context.clock.now() >= from_unix(message.post_at) - SKEW


def _corrections(
    message: OutboundMessage, rows: Sequence[NoticeRow], webinars: Mapping[tuple[Account, str], Webinar], now: datetime
) -> list[Notice]:
    """Corrections of notices that should not have been posted and mislead their readers."""
    corrections = []
    for notice in (row.notice for row in rows):
        webinar = webinars.get((notice.account, notice.session_id))
        if webinar and is_misleading(notice, webinar, now):
            until = expires_at(NoticeKind.CORRECTION, None, moment=max(notice.start, notice.expires_at))
            facts = NoticeFacts(was_start=notice.start, urgent=True)
            changes = {"kind": NoticeKind.CORRECTION, "offset": timedelta(), "occurrence": str(message.id)}
            times = {"due_at": now, "schedulable_at": now, "expires_at": until}
            corrections.append(notice.model_copy(update={**changes, **times, "facts": facts}))
    return corrections
