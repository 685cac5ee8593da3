"""Schedules the messages of a follow-up at Slack, each once, and withdraws those that are not posted yet.

A message is scheduled some minutes ahead. Until then it can be withdrawn, and a call whose outcome is unknown can be
looked up: no other scheduled message of ours has its channel and its second.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import Clock, boottime
from bot.db.connection import Db, Store
from bot.db.leases import LeaseLost, WorkerLeases
from bot.errors import ChannelUnreachable, GreenroomError
from bot.model.people import Workspace
from bot.model.seat import Seat
from bot.model.webinar import Webinar
from bot.reports.follow_up import recipient_table, run_table
from bot.reports.follow_up import texts as follow_up_texts
from bot.reports.follow_up.opt_outs import OptOuts
from bot.reports.follow_up.recipient_table import Delivery, DeliveryState
from bot.reports.follow_up.run_table import FollowUpRun
from bot.slack.client import SlackApi
from bot.slack.refusals import CODES, NO_CHANNEL, NO_PERSON
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused
from bot.slack.users import CURRENT, Users

log = logging.getLogger(__name__)

CHUNK = 50
AHEAD = timedelta(minutes=5)
"""How long before it is posted a message is scheduled: longer than a crashed bot needs to continue."""
TOO_LATE = timedelta(seconds=10)
"""Slack's clock may be ahead of ours by this much."""
FINAL = timedelta(minutes=1)
"""Slack does not withdraw a message within this time: docs.slack.dev/reference/methods/chat.deleteScheduledMessage"""
GONE = "invalid_scheduled_message_id"
"""Slack's error code for a message that is posted, withdrawn, or due within `FINAL`."""
DEACTIVATED, UNREACHABLE = "deactivated", "unreachable"
MAX_UNKNOWN = 3
PERSONAL = frozenset({*CODES[NO_PERSON], *CODES[NO_CHANNEL], "is_archived"})
"""Refusals that concern one person; others concern all."""


Shown = Callable[[], Awaitable[None]]


@dataclass
class SendPace:
    """How fast messages are scheduled."""

    interval: float = 1.5
    """Seconds between two messages: Slack takes 50 a minute, and reminders need some of them."""
    settle: timedelta = timedelta(seconds=10)
    """How long after a lost answer Slack is asked: it has processed the call by that time."""
    longest: float = 60.0
    """The longest wait that Slack asks for, in seconds, during which the follow-up is kept."""

    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits so many seconds of machine time."""

    def seconds_for(self, count: int) -> float:
        """About how long this many messages take, until the last one is posted."""
        return count * self.interval + AHEAD.total_seconds() if count else 0.0


class FollowUpSender:
    """Sends the messages of follow-ups that `leases` owns."""

    def __init__(
        self,
        store: Store,
        slack: SlackApi,
        users: Users,
        clock: Clock,
        leases: WorkerLeases[FollowUpRun],
        opt_outs: OptOuts,
    ) -> None:
        """Write through this Slack, to nobody who has opted out."""
        self._store = store
        self._slack = slack
        self._users = users
        self._clock = clock
        self._leases = leases
        self._opt_outs = opt_outs
        self.pace = SendPace()

    async def send_all(self, run: FollowUpRun, webinar: Webinar, seats: Mapping[str, Seat], shown: Shown) -> None:
        """Schedule every message that is not at Slack yet. `seats` are by user id; `shown` is called after each.

        Raises `LeaseLost` if the follow-up was stopped, and what Slack answers if it accepts no messages at all.
        """
        await self.resolve(run)
        unknown = 0
        while waiting := await self._in_state(run, DeliveryState.WAITING, limit=CHUNK):
            for delivery in waiting:
                unknown = 0 if await self._send(run, webinar, delivery, seats) else unknown + 1
                if unknown == MAX_UNKNOWN:
                    raise SlackOutcomeUnknown
                await shown()
                await self.pace.sleep(self.pace.interval)
            await self.resolve(run)

    async def withdraw_all(self, run: FollowUpRun, shown: Shown) -> None:
        """Withdraw every message that Slack has not posted yet. Those that it is about to post are sent."""
        await self.resolve(run)
        for delivery in await self._in_state(run, DeliveryState.SCHEDULED):
            if self._seconds_to(delivery) > 0:
                await self._check_lease(run)
                await self._patiently(lambda delivery=delivery: self._withdraw(delivery))  # type: ignore[misc]
                await shown()

    async def resolve(self, run: FollowUpRun) -> None:
        """Find out which messages Slack has scheduled although its answer was lost."""
        for delivery in await self._in_state(run, DeliveryState.SCHEDULING):
            age = AHEAD.total_seconds() - self._seconds_to(delivery)
            await self.pace.sleep(max(0.0, self.pace.settle.total_seconds() - age))
            await self._check_lease(run)
            await self._patiently(lambda delivery=delivery: self._resolve(delivery))  # type: ignore[misc]

    async def _resolve(self, delivery: Delivery) -> None:
        if self._seconds_to(delivery) <= TOO_LATE.total_seconds():
            log.error("followup.unresolved", extra={"follow_up": delivery.follow_up_id})
            await self._settle(delivery, DeliveryState.UNCLEAR, post_at=delivery.post_at)
            return
        channel_id = delivery.recipient.channel_id
        found = await self._slack.scheduled(channel_id, delivery.post_at)
        for surplus in found[1:]:
            await self._slack.unschedule(channel_id, surplus)
        if found:
            await self._settle(delivery, DeliveryState.SCHEDULED, post_at=delivery.post_at, scheduled_id=found[0])
        else:
            await self._settle(delivery, DeliveryState.WAITING)

    async def _send(self, run: FollowUpRun, webinar: Webinar, delivery: Delivery, seats: Mapping[str, Seat]) -> bool:
        """Schedule one message. False if its outcome is unknown."""
        person = delivery.recipient
        if await self._is_refused(delivery):
            return True
        seat = seats.get(person.user_id)
        first_name = seat.attendee.first_name if seat else ""
        message = follow_up_texts.recipient_message(webinar, run, run.texts[person.group], first_name)
        began = boottime()
        reserved = await self._reserve(run, delivery)
        if reserved is None:
            return True
        if boottime() - began > self._leases.lease.total_seconds() / 3:
            return False  # this process was frozen: another one may have taken over
        try:
            scheduled_id = await self._slack.schedule(person.channel_id, reserved.post_at, message)
        except SlackOutcomeUnknown:
            log.warning("followup.outcome_unknown", extra={"follow_up": run.follow_up_id})
            return False
        except (SlackBusy, SlackRefused, ChannelUnreachable) as error:
            await self._not_sent(reserved, error)
            return True
        await self._sent(reserved, scheduled_id)
        return True

    async def _is_refused(self, delivery: Delivery) -> bool:
        """Whether this person gets no message, because they opted out or are not here any more."""
        user_id = delivery.recipient.user_id
        if await self._opt_outs.among([user_id]):
            await self._settle(delivery, DeliveryState.OPTED_OUT)
            return True
        problem = await self._problem_with(delivery.account.workspace, user_id)
        if problem:
            await self._settle(delivery, DeliveryState.REFUSED, problem=problem)
        return bool(problem)

    async def _problem_with(self, workspace: Workspace, user_id: str) -> str:
        try:
            person = await self._users.get(workspace, user_id, max_age=CURRENT)
        except SlackRefused as error:
            if error.code not in PERSONAL:
                raise
            return error.code
        return DEACTIVATED if person.is_deactivated else ""

    async def _reserve(self, run: FollowUpRun, delivery: Delivery) -> Delivery | None:
        """Save the second of a message before Slack is asked. Raises `LeaseLost` if the follow-up was stopped."""
        post_at = int((self._clock.now() + AHEAD).timestamp())
        channel = (delivery.account, delivery.recipient.channel_id)
        async with self._store.write() as db:
            await self._check_owned(db, run)
            while await recipient_table.is_second_taken(db, *channel, post_at):
                post_at += 1
            return await recipient_table.settle(db, delivery, DeliveryState.SCHEDULING, post_at=post_at)

    async def _sent(self, reserved: Delivery, scheduled_id: str) -> None:
        found = await self._settle(
            reserved, DeliveryState.SCHEDULED, post_at=reserved.post_at, scheduled_id=scheduled_id
        )
        if found is None:
            # Our lease expired during the call, and another worker has sent it: this copy is a duplicate.
            log.warning("followup.duplicate_removed", extra={"follow_up": reserved.follow_up_id})
            await self._slack.unschedule(reserved.recipient.channel_id, scheduled_id)

    async def _not_sent(self, reserved: Delivery, error: GreenroomError) -> None:
        """Slack has not accepted it: this person cannot be reached, or nobody can at the moment."""
        code = error.code if isinstance(error, SlackRefused) else UNREACHABLE
        if isinstance(error, ChannelUnreachable) or (isinstance(error, SlackRefused) and code in PERSONAL):
            await self._settle(reserved, DeliveryState.REFUSED, problem=code)
            return
        await self._settle(reserved, DeliveryState.WAITING)
        if not isinstance(error, SlackBusy) or error.seconds > self.pace.longest:
            raise error
        await self.pace.sleep(error.seconds)

    async def _withdraw(self, delivery: Delivery) -> None:
        channel_id = delivery.recipient.channel_id
        try:
            await self._slack.unschedule(channel_id, delivery.scheduled_id)
        except SlackRefused as error:
            if error.code != GONE:
                raise
            if delivery.scheduled_id in await self._slack.scheduled(channel_id, delivery.post_at):
                return  # too late: Slack is about to post it
            if self._seconds_to(delivery) <= TOO_LATE.total_seconds():
                return  # posted
        await self._settle(delivery, DeliveryState.WAITING)

    async def _patiently(self, call: Callable[[], Awaitable[None]]) -> None:
        """Make this call, once more after each wait that Slack asks for."""
        while True:
            try:
                return await call()
            except SlackBusy as error:
                if error.seconds > self.pace.longest:
                    raise
                await self.pace.sleep(error.seconds)

    async def _settle(
        self, delivery: Delivery, state: DeliveryState, *, post_at: int = 0, scheduled_id: str = "", problem: str = ""
    ) -> Delivery | None:
        async with self._store.write() as db:
            return await recipient_table.settle(
                db, delivery, state, post_at=post_at, scheduled_id=scheduled_id, problem=problem
            )

    async def _in_state(self, run: FollowUpRun, state: DeliveryState, limit: int | None = None) -> list[Delivery]:
        async with self._store.read() as db:
            return await recipient_table.in_states(db, run.account, run.follow_up_id, state, limit=limit)

    async def _check_lease(self, run: FollowUpRun) -> None:
        async with self._store.read() as db:
            await self._check_owned(db, run)

    async def _check_owned(self, db: Db, run: FollowUpRun) -> None:
        unchanged = run_table.is_unchanged(run)
        if not await run_table.LEASES.is_owned(db, run, self._leases.worker_id, *unchanged):
            raise LeaseLost

    def _seconds_to(self, delivery: Delivery) -> float:
        return delivery.post_at - self._clock.now().timestamp()
