"""Delivery of notices without the rest of the bot: Slack on a real socket, a real database, many workers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from sqlalchemy import select, update

from bot.clock import machine_now
from bot.db.connection import Store
from bot.db.schema import outbox_messages as table
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import TIMED, Feature, MessageState, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.outbox.rows import NoticeRow, OutboundMessage, read_message
from bot.notices.outbox.worker import OutboxWorker
from bot.notices.planner import plan_changes, replan
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Features, webinar_subscription
from bot.scheduler import SHORTEST_WAIT
from bot.slack.client import SlackApi
from bot.slack.message import Message as Text
from bot.webinars import table as webinar_table
from sandbox.clock import SandboxClock
from sandbox.slack import Message, Slack
from sandbox.slack.model import Channel
from tests.support.webinar_samples import ACCOUNT, webinar

LAUNCH, CHLOE = "C0LAUNCH", "U0CHLOE"
REMINDERS_ONLY: Features = frozenset({Feature.REMINDERS})
SLACK_TIMEOUT = aiohttp.ClientTimeout(total=2.0)
"""How long a worker waits for Slack's response: short, so that no test waits for long."""


class PausedSlack(SlackApi):
    """A Slack client that pauses before or after a call of one method, until it is resumed."""

    def __init__(self, token: str, url: str, http: aiohttp.ClientSession, method: str, *, after: bool) -> None:
        """Pause at this method."""
        super().__init__(token, url, http)
        self.reached, self.resume = asyncio.Event(), asyncio.Event()
        self._method, self._after = method, after

    async def schedule(self, channel_id: str, post_at: int, message: Text) -> str:
        """Schedule a message."""
        await self._stop("schedule", after=False)
        held = await super().schedule(channel_id, post_at, message)
        await self._stop("schedule", after=True)
        return held

    async def unschedule(self, channel_id: str, scheduled_id: str) -> None:
        """Delete a scheduled message."""
        await self._stop("unschedule", after=False)
        await super().unschedule(channel_id, scheduled_id)
        await self._stop("unschedule", after=True)

    async def post(self, channel_id: str, message: Text, mark: str = "") -> tuple[str, str]:
        """Post a message."""
        await self._stop("post", after=False)
        posted = await super().post(channel_id, message, mark)
        await self._stop("post", after=True)
        return posted

    async def _stop(self, method: str, *, after: bool) -> None:
        if (method, after) == (self._method, self._after):
            self.reached.set()
            await self.resume.wait()


class DeliveryHarness:
    """The workspace, the database and the clock."""

    def __init__(self, store: Store, slack: Slack, clock: SandboxClock, http: aiohttp.ClientSession) -> None:
        """Start without notices."""
        self.store = store
        self.slack = slack
        self.clock = clock
        self.http = http
        self._workers: list[OutboxWorker] = []

    def api(self) -> SlackApi:
        """A Slack client."""
        return SlackApi(self.slack.bot_token, f"{self.slack.url}/api/", self.http)

    def paused_slack(self, method: str, *, after: bool = False) -> PausedSlack:
        """A Slack client that pauses at a method."""
        return PausedSlack(self.slack.bot_token, f"{self.slack.url}/api/", self.http, method, after=after)

    def worker(
        self,
        name: str = "me",
        api: SlackApi | None = None,
        *,
        store: Store | None = None,
        of: Workspace | None = None,
        **how: Any,
    ) -> OutboxWorker:
        """An outbox worker."""
        way = api or self.api()
        made = OutboxWorker(name, store or self.store, lambda _: way, self.clock, workspace=of, **how)
        self._workers.append(made)
        return made

    async def stop_workers(self) -> None:
        """Stop all workers."""
        for worker in self._workers:
            await worker.stop()

    async def announce(
        self,
        start: datetime,
        session_id: str = "s1",
        account: Account = ACCOUNT,
        *,
        title: str = "Launch day",
        channel_id: str = LAUNCH,
        features: Features = REMINDERS_ONLY,
        **facts: Any,
    ) -> Webinar:
        """Save a webinar that #launch subscribes to, with its reminders planned."""
        now = self.clock.now()
        announced = webinar(start=start, session_id=session_id, account=account, seen_at=now, title=title, **facts)
        async with self.store.write() as db:
            await webinar_table.save(db, announced)
        await self.subscribe(announced, features, channel_id)
        return announced

    async def subscribe(self, announced: Webinar, features: Features, channel_id: str = LAUNCH) -> None:
        """Subscribe the channel to these features of a webinar."""
        line = webinar_subscription(announced, channel_id, CHLOE, self.clock.now(), features=features)
        async with self.store.write() as db:
            await subscription_table.save(db, line)
            await replan(db, announced, self.clock.now())

    async def apply_change(self, changed: Webinar) -> None:
        """Update the mirror with a changed webinar."""
        async with self.store.write() as db:
            before = await webinar_table.find(db, changed.account, changed.session_id, for_update=True)
            await webinar_table.save(db, changed)
            await plan_changes(db, before, changed, self.clock.now())

    async def notice_rows(self, session_id: str = "s1", account: Account = ACCOUNT) -> list[NoticeRow]:
        """The notices of a webinar, by due time."""
        async with self.store.read() as db:
            return await notice_table.of_session(db, account, session_id)

    async def reminder_states(self) -> list[NoticeState]:
        """The states of the reminders, by due time."""
        return [row.state for row in await self.notice_rows() if row.notice.kind in TIMED]

    async def messages(self) -> list[OutboundMessage]:
        """All outbound messages, in the order in which they were created."""
        async with self.store.read() as db:
            return [read_message(row) for row in await db.execute(select(table).order_by(table.c.id))]

    async def messages_in(self, channel_id: str) -> list[OutboundMessage]:
        """Those for one channel."""
        return [parcel for parcel in await self.messages() if parcel.channel_id == channel_id]

    async def mirrored_webinar(self, session_id: str = "s1") -> Webinar:
        """A webinar as it is in the mirror."""
        async with self.store.read() as db:
            found = await webinar_table.find(db, ACCOUNT, session_id)
        assert found is not None
        return found

    async def message_states(self) -> list[MessageState]:
        """The states of the outbound messages."""
        return [parcel.state for parcel in await self.messages()]

    async def move_to(self, moment: datetime) -> None:
        """Advance the clock to this moment, unless it is past; Slack posts its scheduled messages on the way."""
        while (held := self.slack.next_post_at()) is not None and held <= moment.timestamp():
            self._move(datetime.fromtimestamp(held, UTC))
            await self.slack.tick()
        self._move(moment)

    async def run_until(self, moment: datetime) -> None:
        """Advance the clock while a worker runs, as the scheduler does."""
        worker = self.worker()
        while self.clock.now() < moment:
            wake = await worker.run() or moment
            await self.move_to(min(max(wake, self.clock.now() + SHORTEST_WAIT), moment))

    async def expire_claims(self) -> None:
        """Expire every claim."""
        async with self.store.write() as db:
            past = machine_now() - timedelta(seconds=1)
            held = table.c.claimed_until.is_not(None)
            await db.execute(update(table).where(held).values(claimed_until=past))

    async def claim_time_left(self) -> timedelta:
        """How long the only claim remains valid, in machine time."""
        async with self.store.read() as db:
            query = select(table.c.claimed_until).where(table.c.claimed_until.is_not(None))
            until: datetime = (await db.execute(query)).scalar_one()
        return until - machine_now()

    async def kill_at(self, paused: PausedSlack) -> None:
        """Run a worker until it pauses, then kill it."""
        task = asyncio.create_task(self.worker("killed", paused).run())
        await paused.reached.wait()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def add_channels(self, count: int) -> list[str]:
        """Add channels with the bot in them; return their ids."""
        ids = [f"C0ROOM{number:03}" for number in range(count)]
        for one in ids:
            self.slack.world.channels[one] = Channel(one, one.lower(), members=[self.slack.world.bot.id])
        return ids

    def posted(self, channel: str = "#launch") -> list[Message]:
        """The messages in a channel."""
        return self.slack.messages(channel)

    def _move(self, moment: datetime) -> None:
        self.clock.move(max(moment - self.clock.now(), timedelta()))


def next_whole_second(moment: datetime) -> datetime:
    """The moment, rounded up to a whole second: Slack has no fractions."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)


def posted_at(message: Message) -> datetime:
    """When a message was posted."""
    return datetime.fromtimestamp(float(message.ts), UTC)


@asynccontextmanager
async def delivery_harness(store: Store) -> AsyncIterator[DeliveryHarness]:
    """A harness on this database."""
    clock = SandboxClock()
    slack = Slack(clock)
    await slack.start()
    try:
        async with aiohttp.ClientSession(timeout=SLACK_TIMEOUT) as http:
            delivery = DeliveryHarness(store, slack, clock, http)
            yield delivery
            await delivery.stop_workers()
    finally:
        await slack.stop()
