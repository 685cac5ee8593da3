"""Hands parcels to Slack ahead of time, finds out about unclear hand-overs, and gets back what is no longer so."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.db.connection import Db
from bot.errors import ChannelUnreachable
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.model import TIMED, MessageState, Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import message_table, notice_table
from bot.notices.outbox.claims import BatchedMessage
from bot.notices.outbox.context import (
    FOR_NOW,
    LOOKS,
    SETTLE,
    DeliveryContext,
    LeaseGuard,
    MessageContents,
    backoff,
    settle,
)
from bot.notices.outbox.message_table import OutboundMessage, ScheduledAtSlack
from bot.notices.outbox.notice_table import NoticeRow
from bot.notices.outbox.rate_limits import HOLD, LIST, TAKE_BACK
from bot.notices.rules import expires_at, misleads
from bot.notices.schedule import at, is_late, posted_at
from bot.notices.texts.compose import compose
from bot.slack.client import SlackBusy, SlackRefused, SlackUnclear
from bot.slack.message import Message
from bot.webinars import table as webinar_table

log = logging.getLogger(__name__)

POSTED = timedelta(seconds=10)
"""How long after its second Slack has surely posted what it held."""
SKEW = timedelta(seconds=10)
"""How far Slack's clock may be ahead of ours."""
TOO_LATE = "invalid_scheduled_message_id"
"""Slack's word for a message that is posted, taken back, or due within the minute."""
NOT_CLEAR = "not clear whether Slack had it when it was due"


class ScheduledDelivery:
    """What Slack holds until its second: given, settled where that was unclear, and got back."""

    def __init__(self, shift: DeliveryContext) -> None:
        """Work on this shift."""
        self._shift = shift

    async def give(self, load: BatchedMessage, known: MessageContents, fence: LeaseGuard) -> None:
        """Give a parcel to Slack."""
        parcel = load.parcel
        if fence.is_up:
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.clock.now())
            return
        message = wording(load, known)
        try:
            held = await self._shift.slack(parcel.workspace).schedule(parcel.channel_id, parcel.post_at, message)
        except SlackUnclear:
            log.warning("parcel.unclear", extra={"parcel": parcel.id})
            if not await self._shift.write(message_table.hold, parcel, settle(parcel, self._shift.clock.now())):
                await self._look_for_more(parcel)
        except SlackBusy as error:
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.busy(parcel, HOLD, error))
        except ChannelUnreachable as error:
            log.warning("parcel.unreachable", extra={"parcel": parcel.id})
            await self._shift.cut_off(load, error)
        except SlackRefused as error:
            await self.refused(parcel, error.code)
        else:
            await self._handed(parcel, held, digest(message))

    async def refused(self, parcel: OutboundMessage, code: str) -> None:
        """Slack said no: for now, or for good."""
        log.warning("parcel.refused", extra={"parcel": parcel.id, "code": code})
        if code in FOR_NOW:
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.after(backoff(parcel)), code)
        else:
            await self._shift.write(message_table.end, parcel, MessageState.DEAD, code)

    async def settle(self, parcel: OutboundMessage) -> None:
        """Find out whether Slack has what was given to it when the claim ran out."""
        held = [] if self._shift.clock.now() >= at(parcel.post_at) else await self._ask(parcel)
        if held is None:
            return  # it is asked again when the claim runs out
        if held:
            await self._handed(parcel, held[0], None)
            await self._undo(parcel, held[1:])
        elif self._is_near(parcel):
            # It may have been posted at its second or never been held: not repeated, and an admin can see it.
            log.error("parcel.unknown", extra={"parcel": parcel.id})
            await self._shift.write(message_table.end, parcel, MessageState.UNKNOWN, NOT_CLEAR)
        else:
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.after(backoff(parcel)))

    async def look_over(self, load: BatchedMessage, known: MessageContents) -> None:
        """Have what Slack holds got back where it would say something else by now: a title, a way in."""
        parcel = load.parcel
        if load.rows and parcel.text_digest not in (None, digest(wording(load, known))):
            await self._shift.write(message_table.exchange, parcel)
            return
        starts = [row.notice.start for row in load.rows] or [at(parcel.post_at)]
        await self._shift.write(message_table.looked_over, parcel, posted_at(parcel.post_at, starts))

    async def take_back(self, parcel: OutboundMessage) -> None:
        """Get a parcel back from Slack, or say what is true where that is too late."""
        if self._shift.clock.now() >= at(parcel.post_at) + POSTED:
            await self._was_posted(parcel)
            return
        busy_until = self._shift.pacing.busy_until(parcel.workspace, parcel.channel_id, TAKE_BACK)
        if busy_until:
            await self._shift.write(message_table.try_again, parcel, busy_until)
            return
        slack = self._shift.slack(parcel.workspace)
        try:
            known = parcel.scheduled_id
            held = [known] if known else await slack.scheduled(parcel.channel_id, parcel.post_at)
            for one in held:
                await slack.unschedule(parcel.channel_id, one)
        except SlackBusy as error:
            method = TAKE_BACK if parcel.scheduled_id else LIST
            await self._shift.write(message_table.try_again, parcel, self._shift.busy(parcel, method, error))
        except SlackUnclear:
            # Perhaps it has been got back: where it is not said in the end, nobody may believe that it was.
            await self._shift.write(message_table.try_again, parcel, self._shift.after(SETTLE), NOT_CLEAR)
        except SlackRefused as error:
            await self._not_taken_back(parcel, error.code)
        else:
            await self._taken_back(parcel, surely=bool(held))

    async def _taken_back(self, parcel: OutboundMessage, *, surely: bool) -> None:
        if surely or not self._is_near(parcel):
            log.info("parcel.withdrawn", extra={"parcel": parcel.id})
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.clock.now())
        else:
            await self._wait_until_posted(parcel, NOT_CLEAR)

    async def _not_taken_back(self, parcel: OutboundMessage, code: str) -> None:
        held = await self._ask(parcel) if code == TOO_LATE else None
        if held:
            await self._wait_until_posted(parcel, "")
        elif held == [] and not self._is_near(parcel):
            # It was taken back before, by a call whose answer was lost.
            await self._shift.write(message_table.not_at_slack, parcel, self._shift.clock.now())
        else:
            log.warning("parcel.not_withdrawn", extra={"parcel": parcel.id, "code": code})
            await self._shift.write(message_table.try_again, parcel, self._shift.after(SETTLE))

    async def _wait_until_posted(self, parcel: OutboundMessage, problem: str) -> None:
        # A correction that comes before what it corrects would confuse everybody.
        await self._shift.write(message_table.try_again, parcel, at(parcel.post_at) + POSTED, problem)

    async def _was_posted(self, parcel: OutboundMessage) -> None:
        """What is still true is said; for what is not, plan the correction. Both or neither."""
        now = self._shift.clock.now()
        problem = parcel.problem or ("" if parcel.scheduled_id else NOT_CLEAR)

        async def written(db: Db) -> None:
            rows = await notice_table.these(db, await message_table.was_posted(db, parcel, problem))
            about = await webinar_table.by_keys(db, {(row.notice.account, row.notice.session_id) for row in rows})
            await notice_table.plan(db, _corrections(parcel, rows, about, now))

        await self._shift.outcomes.write(written)

    async def _ask(self, parcel: OutboundMessage) -> list[str] | None:
        """The ids under which Slack holds it, none if it does not, or nothing where Slack cannot say just now."""
        try:
            return await self._shift.slack(parcel.workspace).scheduled(parcel.channel_id, parcel.post_at)
        except (SlackUnclear, SlackBusy, SlackRefused) as error:
            log.warning("parcel.still_unclear", extra={"parcel": parcel.id, "reason": error.sentence})
            return None

    async def _handed(self, parcel: OutboundMessage, scheduled_id: str, text_digest: str | None) -> None:
        if await self._shift.outcomes.handed(ScheduledAtSlack(parcel.id, scheduled_id, text_digest)):
            log.info("parcel.handed", extra={"parcel": parcel.id, "post_at": parcel.post_at})
            return
        # We were away for longer than our claim, and somebody else has taken care of it.
        log.warning("parcel.one_too_many", extra={"parcel": parcel.id})
        await self._undo(parcel, [scheduled_id])

    async def _look_for_more(self, parcel: OutboundMessage) -> None:
        """We were away for longer than our claim, and our call may have come when others had found that it had not."""
        for _ in range(LOOKS):
            await self._shift.sleep(SETTLE.total_seconds())
            others = await self._shift.take(message_table.of_second, parcel)
            held = await self._ask(parcel)
            if held is not None and all(one.state is not MessageState.GIVING for one in others):
                known = {one.scheduled_id for one in others}
                await self._undo(parcel, [one for one in held if one not in known])
                return

    async def _undo(self, parcel: OutboundMessage, scheduled_ids: Sequence[str]) -> None:
        slack = self._shift.slack(parcel.workspace)
        for one in scheduled_ids:
            left = await self._shift.undo(partial(slack.unschedule, parcel.channel_id, one))
            if left:
                log.error("parcel.doubled", extra={"parcel": parcel.id, "reason": left})

    def _is_near(self, parcel: OutboundMessage) -> bool:
        return self._shift.clock.now() >= at(parcel.post_at) - SKEW


def wording(load: BatchedMessage, known: MessageContents, *, repeated: bool = False) -> Message:
    """What a parcel says at its second."""
    moment = at(load.parcel.post_at)
    late = any(row.notice.kind in TIMED and is_late(row.notice.due_at, moment) for row in load.rows)
    return compose(known.said, at=moment, others=known.others, late=late, repeated=repeated)


def digest(message: Message) -> str:
    """What tells one message from another."""
    return hashlib.sha256(json.dumps([message.text, message.blocks]).encode()).hexdigest()


def _corrections(
    parcel: OutboundMessage, rows: Sequence[NoticeRow], about: Mapping[tuple[Account, str], Webinar], now: datetime
) -> list[Notice]:
    """For what should not have been said and makes people wait in vain: what is true."""
    wanted = []
    for notice in (row.notice for row in rows):
        webinar = about.get((notice.account, notice.session_id))
        if webinar and misleads(notice, webinar, now):
            until = expires_at(NoticeKind.CORRECTION, None, moment=max(notice.start, notice.expires_at))
            facts = NoticeFacts(was_start=notice.start, urgent=True)
            changes = {"kind": NoticeKind.CORRECTION, "before": timedelta(), "occurrence": str(parcel.id)}
            times = {"due_at": now, "hand_at": now, "expires_at": until}
            wanted.append(notice.model_copy(update={**changes, **times, "facts": facts}))
    return wanted
