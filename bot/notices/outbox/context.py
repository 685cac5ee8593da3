"""What everybody who delivers works with: the outbox, the ways to Slack, the pace, and how long a claim still holds."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from bot.clock import Clock, boottime
from bot.db.connection import Db, Store
from bot.errors import ChannelUnreachable
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import MessageState, Notice, NoticeKind
from bot.notices.outbox import message_table, notice_table
from bot.notices.outbox.claims import BatchedMessage, Claim
from bot.notices.outbox.message_table import OutboundMessage
from bot.notices.outbox.rate_limits import SlackRateLimits
from bot.notices.outbox.results import ResultWriter
from bot.notices.rules import expires_at
from bot.notices.schedule import at, is_direct
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription
from bot.notices.texts.phrases import NoticeContext
from bot.slack import user_table
from bot.slack.client import TIMEOUT, SlackApi, SlackBusy, SlackRefused, SlackUnclear
from bot.webinars import table as webinar_table

SETTLE = timedelta(seconds=10)
"""How long after a lost answer Slack can be asked: by then it has accepted what it was going to accept."""
SETTLE_WELL = timedelta(minutes=1)
"""The same where there is ample time, to be surer still."""
AMPLE = 10
"""There is, where ten times as long is left."""
UNDO_TRIES = 5
LOOKS = 6
"""So often we look whether a call of ours that came late has left something at Slack, with `SETTLE` between."""
LONGEST_WAIT = timedelta(minutes=1)
"""Between two tries of what Slack refuses for now."""
ONE_CALL = TIMEOUT.total or 15.0
"""Seconds that a call to Slack may take."""
FOR_NOW = {
    "restricted_too_many",  # 30 messages of this channel in five minutes
    "time_in_past",  # Slack's clock is ahead of ours
    # An admin or Slack can mend these while it is still worth saying.
    "invalid_auth",
    "not_authed",
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


@dataclass(frozen=True)
class LeaseGuard:
    """How long something claimed may be worked on: an answer that comes later could cross what somebody else does."""

    lease: timedelta
    since: float = field(default_factory=boottime)

    @property
    def is_up(self) -> bool:
        """Whether too little is left to begin a call."""
        lease = self.lease.total_seconds()
        return self.since + lease - boottime() < max(ONE_CALL, lease / 3)


@dataclass(frozen=True)
class MessageContents:
    """What is in a parcel, with the webinars that are spoken of."""

    said: Sequence[NoticeContext]
    others: dict[str, Webinar]
    """Those of a digest, by session id."""


@dataclass(frozen=True)
class DeliveryContext:
    """Somebody who delivers, under the name `me`: for one workspace, or for all."""

    me: str
    store: Store
    slack: Callable[[Workspace], SlackApi]
    clock: Clock
    workspace: Workspace | None
    lease: timedelta
    pacing: SlackRateLimits
    outcomes: ResultWriter
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits so many seconds of machine time."""

    def claim(self) -> tuple[Claim, LeaseGuard]:
        """A claim to take something with, and the fence that goes with it."""
        return Claim(self.me, self.lease, self.workspace), LeaseGuard(self.lease)

    def after(self, wait: timedelta) -> datetime:
        """The moment so much later."""
        return self.clock.now() + wait

    async def take(self, change: Callable[Concatenate[Db, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do this in a transaction of its own, now."""
        async with self.store.write() as db:
            return await change(db, *args, **kwargs)

    async def write(self, change: Callable[Concatenate[Db, P], Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Write down what came of something; tried until it is written."""

        async def written(db: Db) -> T:
            return await change(db, *args, **kwargs)

        return await self.outcomes.write(written)

    async def contents(self, some: Collection[OutboundMessage]) -> list[BatchedMessage]:
        """What is in these parcels and to be said by now."""
        if not some:
            return []
        async with self.store.read() as db:
            packed = await notice_table.packed(db, [parcel.id for parcel in some])
        return [BatchedMessage(parcel, tuple(packed[parcel.id])) for parcel in some]

    async def known(self, loads: Sequence[BatchedMessage]) -> list[MessageContents]:
        """The webinars that these speak of, as the mirror has them, and the people, by name: a query for each."""
        if not loads:
            return []
        said = [row.notice for load in loads for row in load.rows]
        async with self.store.read() as db:
            found = await webinar_table.by_keys(db, {key for notice in said for key in _spoken_of(notice)})
            names = await user_table.names(db, {_doer(notice) for notice in said if notice.facts.by})
        return [_known(load, found, names) for load in loads]

    def busy(self, parcel: OutboundMessage, method: str, error: SlackBusy) -> datetime:
        """Slack wants to be left alone with this; until when it is."""
        return self.pacing.pause(parcel.workspace, parcel.channel_id, method, error.seconds)

    async def undo(self, call: Callable[[], Awaitable[None]]) -> str:
        """Take away what is one too many at Slack, as patiently as Slack asks. Returns why it was left, or nothing."""
        reason = ""
        for _ in range(UNDO_TRIES):
            try:
                await call()
            except SlackBusy as error:
                reason = error.sentence
                await self.sleep(error.seconds)
            except SlackUnclear as error:
                reason = error.sentence
            except (SlackRefused, ChannelUnreachable) as error:
                return error.sentence
            else:
                return ""
        return reason

    async def cut_off(self, load: BatchedMessage, error: ChannelUnreachable) -> None:
        """Slack does not let us into the channel: close the parcel, and tell who set the channel up, once."""
        now = self.clock.now()

        async def written(db: Db) -> None:
            if await message_table.end(db, load.parcel, MessageState.DEAD, error.sentence):
                lines = await subscription_table.of_channel(db, load.parcel.workspace, load.parcel.channel_id)
                await notice_table.plan(db, _tidings(load, lines, now))

        await self.outcomes.write(written)


def settle(parcel: OutboundMessage, now: datetime) -> timedelta:
    """How long to wait after a lost answer before Slack is asked: the longer, the more time is left."""
    return min(max(SETTLE, (at(parcel.post_at) - now) / AMPLE), SETTLE_WELL)


def backoff(parcel: OutboundMessage) -> timedelta:
    """How long to wait before the next try, after so many in vain."""
    return min(timedelta(seconds=2 ** min(parcel.attempts, 6)), LONGEST_WAIT)


def _spoken_of(notice: Notice) -> list[tuple[Account, str]]:
    others = [(notice.account, session_id) for session_id, _ in notice.facts.coming]
    return [(notice.account, notice.session_id), *others] if notice.session_id else others


def _doer(notice: Notice) -> tuple[Workspace, str]:
    return notice.account.workspace, notice.facts.by


def _known(
    load: BatchedMessage, found: Mapping[tuple[Account, str], Webinar], names: Mapping[tuple[Workspace, str], str]
) -> MessageContents:
    said = [
        NoticeContext(notice, found.get((notice.account, notice.session_id)), names.get(_doer(notice), ""))
        for notice in (row.notice for row in load.rows)
    ]
    coming = (key for row in load.rows if row.notice.facts.coming for key in _spoken_of(row.notice))
    return MessageContents(said, {key[1]: found[key] for key in coming if key in found})


def _tidings(load: BatchedMessage, lines: Sequence[Subscription], now: datetime) -> list[Notice]:
    """The notice to who set the channel up: by the line that is most about what could not be said there."""
    sessions = {(row.notice.account, row.notice.session_id) for row in load.rows}
    account = load.rows[0].notice.account if load.rows else None
    order = [Scope.WEBINAR, Scope.MINE, Scope.ALL]
    about = [line for line in lines if line.scope is not Scope.WEBINAR or (line.account, line.subject) in sessions]
    if account is None or not (about or lines) or is_direct(load.parcel.channel_id):
        return []
    line = min(about or lines, key=lambda one: order.index(one.scope))
    # Told once, whatever else of theirs cannot be said there, until they set something up anew.
    since = max(one.set_at for one in lines if one.set_by == line.set_by)
    return [
        Notice(
            kind=NoticeKind.CUT_OFF,
            account=account,
            session_id="",
            channel_id=line.set_by,
            start=since,
            occurrence=f"{load.parcel.channel_id}:{since.isoformat(timespec='seconds')}",
            due_at=now,
            hand_at=now,
            expires_at=expires_at(NoticeKind.CUT_OFF, None, moment=now),
        )
    ]
