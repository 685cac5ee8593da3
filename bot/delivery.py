"""Hands reminders to Slack ahead of time, finds out about unclear hand-overs, and takes back what is no longer so."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from bot.clock import Clock, machine_now
from bot.errors import ChannelUnreachable
from bot.models import NoticeState, Status, Webinar
from bot.slack_api import SlackApi, SlackBusy, SlackRefused, SlackUnclear
from bot.store import notices, webinars
from bot.store.connection import Store
from bot.store.notices import Row
from bot.views.reminder import Correction, correction, reminder

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claimed notice is ours (machine time); longer than any one call to Slack may take."""
CROWDED = timedelta(minutes=1)
"""When to try again after Slack says a channel has 30 messages scheduled in five minutes."""
TOO_LATE = {"invalid_scheduled_message_id", "message_not_found"}


class Delivery:
    """Moves the rows of the outbox along. Every step is written down before and after the call it makes."""

    def __init__(self, me: str, store: Store, slack: SlackApi, clock: Clock) -> None:
        """Claim rows under the name `me`."""
        self._me = me
        self._store = store
        self._slack = slack
        self._clock = clock
        self._running = asyncio.Lock()

    async def run(self) -> datetime | None:
        """Do all that is to be done now, and say when there is next something to do (domain time)."""
        async with self._running:
            await self._withdraw()
            await self._settle()
            while await self._hand_over():
                pass
            async with self._store.write() as db:
                await notices.mark_said(db, self._clock.now())
                return await notices.next_wake(db)

    async def _hand_over(self) -> bool:
        async with self._store.write() as db:
            machine = machine_now()
            rows = await notices.claim_due(db, self._clock.now(), self._me, machine, machine + LEASE)
        for row in rows:
            await self._hand(row)
        return len(rows) == notices.BATCH

    async def _hand(self, row: Row) -> None:
        webinar = await self._webinar(row)
        if webinar is None or webinar.status is not Status.SCHEDULED:
            await self._end(row, NoticeState.WITHDRAWN)
            return
        post_at = row.post_at or 0
        # To the minute: a second more or less, spent on keeping two messages apart, is nothing to read about.
        before = timedelta(minutes=max(0, round((row.notice.start.timestamp() - post_at) / 60)))
        try:
            scheduled_id = await self._slack.schedule(row.notice.channel_id, post_at, reminder(webinar, before))
        except SlackUnclear:
            # It stays claimed: when the claim runs out, Slack is asked whether it has it.
            log.warning("notice.unclear", extra={"notice": row.id})
        except SlackBusy as error:
            await self._again(row, self._clock.now() + timedelta(seconds=error.seconds))
        except ChannelUnreachable as error:
            await self._end(row, NoticeState.DEAD, error.sentence)
        except SlackRefused as error:
            await self._refused(row, error)
        else:
            async with self._store.write() as db:
                await notices.handed(db, row, scheduled_id)
            log.info("notice.handed", extra={"notice": row.id, "post_at": post_at})

    async def _refused(self, row: Row, error: SlackRefused) -> None:
        if error.code == "restricted_too_many":
            await self._again(row, self._clock.now() + CROWDED)
        elif error.code == "time_in_past":
            await self._again(row, self._clock.now())
        else:
            log.error("notice.refused", extra={"notice": row.id, "code": error.code})
            await self._end(row, NoticeState.DEAD, error.code)

    async def _settle(self) -> None:
        async with self._store.write() as db:
            machine = machine_now()
            rows = await notices.claim_unclear(db, self._me, machine, machine + LEASE)
        for row in rows:
            held = await self._ask(row)
            if held is None:
                continue
            await self._settled(row, held)

    async def _settled(self, row: Row, scheduled_id: str) -> None:
        past = (row.post_at or 0) <= self._clock.now().timestamp()
        async with self._store.write() as db:
            if scheduled_id:
                await notices.handed(db, row, scheduled_id)
            elif past:
                # It may have been posted at its second or never been held: not repeated, and an admin can see it.
                await notices.end(db, row, NoticeState.UNKNOWN, "not clear whether Slack had it when it was due")
                log.error("notice.unknown", extra={"notice": row.id})
            else:
                await notices.not_accepted(db, row, self._clock.now())

    async def _ask(self, row: Row) -> str | None:
        """The id under which Slack holds it, empty if it does not, or nothing where Slack cannot say just now."""
        try:
            return await self._slack.scheduled(row.notice.channel_id, row.post_at or 0) or ""
        except (SlackUnclear, SlackBusy, SlackRefused) as error:
            log.warning("notice.still_unclear", extra={"notice": row.id, "reason": error.sentence})
            return None

    async def _withdraw(self) -> None:
        async with self._store.write() as db:
            machine = machine_now()
            rows = await notices.claim_withdrawals(db, self._me, machine, machine + LEASE)
        for row in rows:
            scheduled_id = row.scheduled_id or await self._ask(row)
            if scheduled_id is None:
                continue
            if scheduled_id == "":
                await self._not_held(row)
                continue
            await self._take_back(row, scheduled_id)

    async def _take_back(self, row: Row, scheduled_id: str) -> None:
        try:
            await self._slack.unschedule(row.notice.channel_id, scheduled_id)
        except SlackRefused as error:
            if error.code not in TOO_LATE:
                log.warning("notice.not_withdrawn", extra={"notice": row.id, "code": error.code})
            await self._correct(row)
        except (SlackUnclear, SlackBusy):
            return  # taking back twice does no harm: it is tried again when the claim runs out
        else:
            await self._end(row, NoticeState.WITHDRAWN)
            log.info("notice.withdrawn", extra={"notice": row.id})

    async def _not_held(self, row: Row) -> None:
        if (row.post_at or 0) <= self._clock.now().timestamp():
            await self._correct(row)
        else:
            await self._end(row, NoticeState.WITHDRAWN)

    async def _correct(self, row: Row) -> None:
        """Say in the channel what is true, because what was said there no longer is."""
        webinar = await self._webinar(row)
        # Closed before it is posted: a correction said twice would be worse than one that a crash swallowed.
        await self._end(row, NoticeState.SAID, "could not be taken back; corrected in the channel")
        if webinar is None:
            return
        kind = Correction.CANCELLED if webinar.status is Status.CANCELLED else Correction.MOVED
        spoke_of = row.notice.start.astimezone(UTC)
        await self._slack.post(row.notice.channel_id, correction(webinar, kind, spoke_of=spoke_of))

    async def _webinar(self, row: Row) -> Webinar | None:
        async with self._store.read() as db:
            return await webinars.find(db, row.notice.account, row.notice.session_id)

    async def _again(self, row: Row, at: datetime) -> None:
        async with self._store.write() as db:
            await notices.not_accepted(db, row, at)

    async def _end(self, row: Row, state: NoticeState, problem: str = "") -> None:
        async with self._store.write() as db:
            await notices.end(db, row, state, problem)
