"""Hands reminders to Slack ahead of time, finds out about unclear hand-overs, and takes back what is no longer so."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from bot.clock import Clock, machine_now
from bot.errors import ChannelUnreachable
from bot.models import Account, NoticeState, Status, Webinar, Workspace
from bot.notices import misleads
from bot.slack_api import SlackApi, SlackBusy, SlackRefused, SlackUnclear
from bot.store import claims, notices, webinars
from bot.store.claims import Claim
from bot.store.connection import Db, Store
from bot.store.notices import Row
from bot.views.blocks import Message
from bot.views.reminder import Correction, correction, reminder

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a claimed notice is ours (machine time)."""
ONE_CALL = timedelta(seconds=25)
"""How much of a claim must be left to begin a call: our time-out, and what Slack may then still take to accept it."""
SETTLE = timedelta(seconds=10)
"""How long after a lost answer Slack can be asked: by then it has accepted what it was going to accept."""
LONGEST_WAIT = timedelta(minutes=1)
"""Between two tries of what Slack refuses for now."""
POSTED = timedelta(seconds=10)
"""How long after its second Slack has surely posted what it held."""
SKEW = timedelta(seconds=10)
"""How far Slack's clock may be ahead of ours."""
TIME_TO_RENEW = timedelta(minutes=2)
"""A held reminder is exchanged for one that says what is so only while there is ample time for it."""
TOO_LATE = "invalid_scheduled_message_id"
"""Slack's word for a message that is posted, taken back, or due within the minute."""
FOR_NOW = {
    "restricted_too_many",  # 30 messages of this channel in five minutes
    "time_in_past",  # Slack's clock is ahead of ours
    # An admin or Slack can mend these while the reminder is still worth saying.
    "invalid_auth",
    "token_expired",
    "token_revoked",
    "account_inactive",
    "missing_scope",
    "accesslimited",
    "service_unavailable",
    "team_added_to_org",
}

P = ParamSpec("P")
T = TypeVar("T")


class Delivery:
    """Moves the rows of the outbox along. Every step is written down before and after the call it makes."""

    def __init__(
        self,
        me: str,
        store: Store,
        slack: SlackApi,
        clock: Clock,
        *,
        workspace: Workspace | None = None,
        lease: timedelta = LEASE,
    ) -> None:
        """Claim rows under the name `me`: those of the workspace that this Slack is of, where it is of one."""
        self._me = me
        self._store = store
        self._slack = slack
        self._clock = clock
        self._workspace = workspace
        self._lease = lease
        self._running = asyncio.Lock()
        self._busy_until = datetime.min.replace(tzinfo=UTC)

    async def run(self) -> datetime | None:
        """Do all that is to be done now, and say when there is next something to do (domain time)."""
        async with self._running:
            await self._withdraw()
            await self._settle()
            await self._renew()
            while self._clock.now() >= self._busy_until and await self._hand_over():
                pass
            async with self._store.write() as db:
                await notices.mark_said(db, self._clock.now(), self._workspace)
                wake = await notices.next_wake(db, self._workspace)
            return max(wake, self._busy_until) if wake else None

    async def _withdraw(self) -> None:
        rows = await self._write(claims.withdrawals, self._clock.now(), self._claim())
        corrected: set[tuple[Account, str, str]] = set()
        for row in rows:
            if self._clock.now() >= _second(row) + POSTED:
                await self._correct(row, corrected)
            elif not await self._take_back(row):
                break

    async def _take_back(self, row: Row) -> bool:
        """Get it back from Slack. False where Slack has no ear for the others either."""
        try:
            held = row.scheduled_id or await self._slack.scheduled(row.notice.channel_id, row.post_at or 0)
            if held:
                await self._slack.unschedule(row.notice.channel_id, held)
        except (SlackBusy, SlackUnclear) as error:
            wait = timedelta(seconds=error.seconds) if isinstance(error, SlackBusy) else SETTLE
            await self._write(claims.try_again, row, self._after(wait))
            return False
        except SlackRefused as error:
            await self._not_taken_back(row, error.code)
            return True
        if held or not self._is_near(row):
            await self._write(claims.not_at_slack, row, self._clock.now())
            log.info("notice.withdrawn", extra={"notice": row.id})
        else:
            await self._wait_until_posted(row)
        return True

    async def _not_taken_back(self, row: Row, code: str) -> None:
        held = await self._ask(row) if code == TOO_LATE else None
        if held:
            await self._wait_until_posted(row)
        elif held == "" and not self._is_near(row):
            # It was taken back before, by a call whose answer was lost.
            await self._write(claims.not_at_slack, row, self._clock.now())
        else:
            log.warning("notice.not_withdrawn", extra={"notice": row.id, "code": code})
            await self._write(claims.try_again, row, self._after(SETTLE))

    async def _wait_until_posted(self, row: Row) -> None:
        # A correction that comes before what it corrects would confuse everybody.
        await self._write(claims.try_again, row, _second(row) + POSTED)

    async def _correct(self, row: Row, corrected: set[tuple[Account, str, str]]) -> None:
        """Say in the channel what is true, once, where what was said there no longer is."""
        async with self._store.read() as db:
            webinar = await webinars.find(db, row.notice.account, row.notice.session_id)
        place = (row.notice.account, row.notice.session_id, row.notice.channel_id)
        problem = "could not be taken back"
        if webinar and misleads(row.notice, webinar, self._clock.now()) and place not in corrected:
            corrected.add(place)
            kind = Correction.CANCELLED if webinar.status is Status.CANCELLED else Correction.MOVED
            message = correction(webinar, kind, spoke_of=row.notice.start)
            try:
                # Closed after it is posted: said twice after a crash is better than not at all.
                await self._slack.post(row.notice.channel_id, message)
                problem = "could not be taken back; corrected in the channel"
            except SlackBusy as error:
                await self._write(claims.try_again, row, self._after(timedelta(seconds=error.seconds)))
                return
            except (SlackUnclear, SlackRefused, ChannelUnreachable) as error:
                problem = f"could not be taken back, nor surely corrected: {error.sentence}"
                log.warning("notice.not_corrected", extra={"notice": row.id})
        await self._write(claims.end, row, NoticeState.SAID, problem)

    async def _settle(self) -> None:
        claim = self._claim()
        for row in await self._write(claims.unclear, claim):
            if machine_now() > claim.until - ONE_CALL:
                break
            past = self._clock.now() >= _second(row)
            held = "" if past else await self._ask(row)
            if held is None:
                continue  # it is asked again when the claim runs out
            if held:
                await self._handed(row, held, None)
            elif self._is_near(row):
                # It may have been posted at its second or never been held: not repeated, and an admin can see it.
                log.error("notice.unknown", extra={"notice": row.id})
                await self._write(
                    claims.end, row, NoticeState.UNKNOWN, "not clear whether Slack had it when it was due"
                )
            else:
                await self._write(claims.not_at_slack, row, self._after(_backoff(row)))

    async def _ask(self, row: Row) -> str | None:
        """The id under which Slack holds it, empty if it does not, or nothing where Slack cannot say just now."""
        try:
            return await self._slack.scheduled(row.notice.channel_id, row.post_at or 0) or ""
        except (SlackUnclear, SlackBusy, SlackRefused) as error:
            log.warning("notice.still_unclear", extra={"notice": row.id, "reason": error.sentence})
            return None

    async def _renew(self) -> None:
        """Take back what Slack holds where it would say something else by now: a title, a way in."""
        beyond = int(self._after(TIME_TO_RENEW).timestamp())
        async with self._store.read() as db:
            held = await notices.held_beyond(db, beyond, self._workspace)
            told = [(row, await webinars.find(db, row.notice.account, row.notice.session_id)) for row in held]
        for row, webinar in told:
            if webinar and _says_otherwise(row, webinar):
                await self._exchange(row)

    async def _exchange(self, row: Row) -> None:
        again = await self._write(claims.reopen, row, self._claim())
        if again is None:
            return
        try:
            await self._slack.unschedule(row.notice.channel_id, row.scheduled_id or "")
        except (SlackBusy, SlackUnclear, SlackRefused):
            # Slack may or may not have it: that is found out like any unclear hand-over.
            await self._write(claims.hold, again, machine_now() + SETTLE)
        else:
            await self._write(claims.not_at_slack, again, self._clock.now())

    async def _hand_over(self) -> bool:
        """Hand over what may be. True where there may be more."""
        claim = self._claim()
        rows = await self._write(claims.due, self._clock.now(), claim)
        for row in rows:
            if row.state is NoticeState.MISSED:
                log.warning("notice.missed", extra={"notice": row.id})
        waiting = [row for row in rows if row.state is NoticeState.HANDING]
        for place, row in enumerate(waiting):
            if machine_now() > claim.until - ONE_CALL or self._clock.now() < self._busy_until:
                for left in waiting[place:]:
                    await self._write(claims.not_at_slack, left, self._clock.now())
                return False
            await self._hand(row)
        return len(rows) == claims.BATCH

    async def _hand(self, row: Row) -> None:
        async with self._store.read() as db:
            ours = await claims.still_ours(db, row)
            webinar = await webinars.find(db, row.notice.account, row.notice.session_id)
        if not ours:
            await self._write(claims.not_at_slack, row, self._clock.now())
            return
        if webinar is None or webinar.status is not Status.SCHEDULED:
            await self._write(claims.end, row, NoticeState.WITHDRAWN)
            return
        message = _words(row, webinar)
        try:
            scheduled_id = await self._slack.schedule(row.notice.channel_id, row.post_at or 0, message)
        except SlackUnclear:
            log.warning("notice.unclear", extra={"notice": row.id})
            await self._write(claims.hold, row, machine_now() + SETTLE)
        except SlackBusy as error:
            self._busy_until = self._after(timedelta(seconds=error.seconds))
            await self._write(claims.not_at_slack, row, self._busy_until)
        except ChannelUnreachable as error:
            log.warning("notice.unreachable", extra={"notice": row.id})
            await self._write(claims.end, row, NoticeState.DEAD, error.sentence)
        except SlackRefused as error:
            await self._refused(row, error.code)
        else:
            await self._handed(row, scheduled_id, _digest(message))

    async def _refused(self, row: Row, code: str) -> None:
        log.warning("notice.refused", extra={"notice": row.id, "code": code})
        if code in FOR_NOW:
            await self._write(claims.not_at_slack, row, self._after(_backoff(row)))
        else:
            await self._write(claims.end, row, NoticeState.DEAD, code)

    async def _handed(self, row: Row, scheduled_id: str, text_digest: str | None) -> None:
        if await self._write(claims.handed, row, scheduled_id, text_digest):
            log.info("notice.handed", extra={"notice": row.id, "post_at": row.post_at})
            return
        # We were away for longer than our claim, and somebody else has taken care of it.
        log.warning("notice.one_too_many", extra={"notice": row.id})
        try:
            await self._slack.unschedule(row.notice.channel_id, scheduled_id)
        except (SlackBusy, SlackUnclear, SlackRefused) as error:
            log.warning("notice.doubled", extra={"notice": row.id, "reason": error.sentence})

    def _claim(self) -> Claim:
        machine = machine_now()
        return Claim(by=self._me, at=machine, until=machine + self._lease, workspace=self._workspace)

    def _is_near(self, row: Row) -> bool:
        return self._clock.now() >= _second(row) - SKEW

    def _after(self, wait: timedelta) -> datetime:
        return self._clock.now() + wait

    async def _write(self, change: Callable[Concatenate[Db, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        async with self._store.write() as db:
            return await change(db, *args, **kwargs)


def _second(row: Row) -> datetime:
    return datetime.fromtimestamp(row.post_at or 0, UTC)


def _backoff(row: Row) -> timedelta:
    return min(timedelta(seconds=2 ** min(row.attempts, 6)), LONGEST_WAIT)


def _words(row: Row, webinar: Webinar) -> Message:
    # To the minute: a second more or less, spent on keeping two messages apart, is nothing to read about.
    minutes = round((row.notice.start - _second(row)) / timedelta(minutes=1))
    return reminder(webinar, timedelta(minutes=max(0, minutes)))


def _digest(message: Message) -> str:
    return hashlib.sha256(json.dumps([message.text, message.blocks]).encode()).hexdigest()


def _says_otherwise(row: Row, webinar: Webinar) -> bool:
    is_on = webinar.status is Status.SCHEDULED and webinar.start == row.notice.start
    return is_on and row.text_digest not in (None, _digest(_words(row, webinar)))
