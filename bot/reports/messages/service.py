"""Posts the messages after an event, each once, and rewrites those whose content has changed."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.clock import machine_now, monotonic
from bot.db.leases import DATABASE_UNAVAILABLE, LeaseLost, WorkerLeases
from bot.errors import ChannelUnreachable, GreenroomError
from bot.reports.messages import table
from bot.reports.messages.table import MessageTopic, PostState, ReportMessage
from bot.slack.history import can_read_history
from bot.slack.message import Message
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.slack.client import SlackApi

log = logging.getLogger(__name__)

MOST_A_RUN = 50
"""Messages posted or rewritten in one run, every half minute: Slack allows some hundred a minute for a workspace."""
LOOK_BACK = timedelta(minutes=1)
"""How far Slack's clock may be behind ours."""
UNCERTAIN = "Slack did not say whether it has posted this."
ONCE_AT_MOST = frozenset({MessageTopic.SHARE})
"""Not repeated if it is unknown whether Slack has posted it. The others are: twice rather than never."""

Composer = Callable[[ReportMessage], Awaitable[Message | None]]
"""What a message shows now; None if there is no reason for it any more."""


class ReportMessages:
    """The messages of one account. Replicas share the work."""

    def __init__(self, worker_id: str, account: Account, store: Store, slack: SlackApi, clock: Clock) -> None:
        """`worker_id` distinguishes the replicas of this account."""
        self._account = account
        self._store = store
        self._slack = slack
        self._clock = clock
        self.leases = WorkerLeases(store, table.LEASES, account, worker_id, subject="report_message")
        self.composers: dict[MessageTopic, Composer] = {}
        """Who writes each kind of message; to be filled while the services are built."""
        self._busy_until = 0.0

    async def run(self) -> None:
        """Post what is due, and rewrite what is outdated, as far as Slack takes it now."""
        began = machine_now()
        async with self._store.read() as db:
            if not await table.is_any_due(db, self._account):
                return  # the usual case: nothing is written
        for _ in range(MOST_A_RUN):
            claimed = None if monotonic() < self._busy_until else await self._claim(began)
            if claimed is None:
                return
            try:
                async with self.leases.keep(claimed):
                    await self._work(claimed)
            except SlackBusy as busy:
                self._busy_until = monotonic() + busy.seconds
                await self._later(claimed, busy, timedelta(seconds=busy.seconds))
            except (GreenroomError, *DATABASE_UNAVAILABLE) as error:
                await self._later(claimed, error, self.leases.retry)
            except LeaseLost:
                log.warning("report_message.lease_lost", extra=_facts(claimed))

    async def _claim(self, began: datetime) -> ReportMessage | None:
        """Claim the next message as it was; one that is due is saved as being sent before Slack is called."""
        async with self._store.write() as db:
            lease = self.leases.worker_id, began, self.leases.until()
            found = await table.LEASES.claim(db, self._account, *lease)
            if found and found.state is PostState.DUE:
                await self.leases.advance(db, _changed(found, state=PostState.SENDING))
        return found

    async def _work(self, message: ReportMessage) -> None:
        if message.state is PostState.POSTED:
            await self._rewrite(message)
        elif message.state is PostState.DUE:
            await self._post(message)
        elif (channel_ts := await self._find_posted(message)) is not None:
            await self._settle(message, state=PostState.POSTED, channel_id=channel_ts[0], message_ts=channel_ts[1])
        elif message.kind in ONCE_AT_MOST and not await self._can_look_up(message):
            await self._give_up(message)
        else:
            await self._post(message)

    async def _post(self, message: ReportMessage) -> None:
        content = await self.composers[message.kind](message)
        if content is None:
            await self._settle(message, state=PostState.SKIPPED)
            return
        try:
            channel, ts = await self._slack.post(message.place_id, content, message.mark)
        except SlackOutcomeUnknown as unknown:
            is_lost = message.kind in ONCE_AT_MOST and not unknown.was_answered
            if is_lost and not await self._can_look_up(message):
                await self._give_up(message)
                return
            raise
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("report_message.refused", extra={**_facts(message), "reason": error.sentence})
            await self._settle(message, state=PostState.REFUSED, problem=error.sentence)
            return
        await self._settle(message, state=PostState.POSTED, channel_id=channel, message_ts=ts)

    async def _rewrite(self, message: ReportMessage) -> None:
        content = await self.composers[message.kind](message)
        try:
            if content is not None:
                await self._slack.edit(message.channel_id, message.message_ts, content)
        except (ChannelUnreachable, SlackRefused) as error:
            log.info("report_message.gone", extra={**_facts(message), "reason": error.sentence})
            await self._settle(message, state=PostState.REFUSED, problem=error.sentence)
            return
        await self._settle(message)

    async def _give_up(self, message: ReportMessage) -> None:
        log.error("report_message.unresolved", extra=_facts(message))
        await self._settle(message, state=PostState.UNCLEAR, problem=UNCERTAIN)

    async def _find_posted(self, message: ReportMessage) -> tuple[str, str] | None:
        """Where Slack has posted the message; None if it has not, or if its channel cannot be read."""
        if not await self._can_look_up(message):
            return None
        since = int((message.changed_at - LOOK_BACK).timestamp())
        ts = await self._slack.find_posted(message.place_id, since, message.mark)
        return (message.place_id, ts) if ts else None

    async def _can_look_up(self, message: ReportMessage) -> bool:
        """Whether the history of its channel can be read. That of a direct message has an id that is not known yet."""
        return not message.is_direct and await can_read_history(self._slack, message.place_id)

    async def _settle(self, message: ReportMessage, **changes: object) -> None:
        """Save the outcome, and that the message shows what it should have shown when it was claimed."""
        done = _changed(message, shown=message.revision, **changes)
        async with self._store.write() as db:
            if not await table.LEASES.advance(db, done, self.leases.worker_id, None):
                raise LeaseLost
            is_last = message.kind is MessageTopic.SHARE and not await table.has_unsent(db, message)
            if is_last and message.state is not PostState.POSTED:
                await table.mark_outdated(db, self._account, message.session_id, MessageTopic.QUESTION)

    async def _later(self, message: ReportMessage, error: Exception, wait: timedelta) -> None:
        """Leave the message for a later run: one that Slack has certainly not posted is due again."""
        log.warning("report_message.deferred", extra={**_facts(message), "reason": type(error).__name__})
        is_unclear = isinstance(error, SlackOutcomeUnknown) and not error.was_answered
        if message.state is PostState.DUE and is_unclear:
            message = _changed(message, state=PostState.SENDING)
        try:
            async with self._store.write() as db:
                await self.leases.advance(db, message, wait=wait)
        except (LeaseLost, *DATABASE_UNAVAILABLE):
            log.warning("report_message.lease_lost", extra=_facts(message))


def _changed(message: ReportMessage, **changes: object) -> ReportMessage:
    return message.model_copy(update=changes)


def _facts(message: ReportMessage) -> dict[str, object]:
    return {"session": message.session_id, "kind": message.kind}
