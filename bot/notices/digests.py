"""Plans the digests of channels: upcoming webinars that a channel subscribes to, at the time it chose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.db.connection import Db, Store
from bot.model.lifecycle import is_coming_or_live
from bot.model.people import Account, Workspace
from bot.model.webinar import Webinar
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.outbox import notice_table
from bot.notices.quiet_hours import DIGEST_SPAN, ChannelHours, DigestPace, last_digest_time
from bot.notices.rules import expires_at
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import channel_features
from bot.webinars import count_history
from bot.webinars import table as webinar_table

MICROSECOND = timedelta(microseconds=1)
BATCH_SIZE = 50
"""Digests per write transaction: many channels choose nine o'clock, and other writers must not wait long."""

Counts = dict[tuple[Account, str, datetime], int | None]
"""Cache of registration counts by account, session and time: many channels need the same ones."""


@dataclass(frozen=True, slots=True)
class _DueDigest:
    """A digest that is due: its channel, its time, and the time of the previous one to compare with."""

    hours: ChannelHours
    time: datetime
    before: datetime


class Digests:
    """Plans a notice for each digest that is due. Safe in every replica: a digest time has one row."""

    def __init__(self, store: Store, clock: Clock, account: Account) -> None:
        """Plan for the channels of this account's workspace; the notices carry the account."""
        self._store = store
        self._clock = clock
        self._account = account
        self._handled: dict[str, datetime] = {}  # channel → last digest time handled

    async def plan_due(self) -> int:
        """Plan every digest that is due and has not expired; return how many.

        A daily digest without upcoming webinars is skipped. Notices that exist already are unchanged.
        """
        now = self._clock.now()
        async with self._store.read() as db:
            due = self._due(await subscription_table.hours_with_digest(db, self._account.workspace), now)
            upcoming = await _upcoming(db, self._account.workspace, now) if due else []
        counts: Counts = {}
        planned = 0
        for index in range(0, len(due), BATCH_SIZE):
            batch = due[index : index + BATCH_SIZE]
            async with self._store.read() as db:
                notices = [await self._digest(db, digest, upcoming, counts, now) for digest in batch]
            digests = [digest for digest in notices if digest]
            if digests:
                async with self._store.write() as db:
                    await notice_table.plan(db, digests)
            self._handled |= {digest.hours.channel_id: digest.time for digest in batch}
            planned += len(digests)
        return planned

    def _due(self, channels: Sequence[ChannelHours], now: datetime) -> list[_DueDigest]:
        due_digests = []
        for hours in channels:
            time = last_digest_time(hours, now)
            # A digest that was set up after its time starts with the next one.
            if time is None or time <= hours.set_at or now >= _expires(time):
                continue
            if self._handled.get(hours.channel_id) != time:
                before = last_digest_time(hours, time - MICROSECOND) or time
                due_digests.append(_DueDigest(hours, time, before))
        return due_digests

    async def _digest(
        self, db: Db, digest: _DueDigest, upcoming: Sequence[Webinar], counts: Counts, now: datetime
    ) -> Notice | None:
        subscriptions = await subscription_table.of_channel(db, self._account.workspace, digest.hours.channel_id)
        until = digest.time + DIGEST_SPAN[digest.hours.digest]
        listed = [
            webinar
            for webinar in upcoming
            if digest.time <= webinar.start < until and channel_features(webinar, subscriptions)
        ]
        if not listed and digest.hours.digest is DigestPace.DAILY:
            return None
        counted = [(webinar.session_id, await _count(db, webinar, digest.before, counts)) for webinar in listed]
        return self._notice(digest, NoticeFacts(coming=tuple(counted)), now)

    def _notice(self, due: _DueDigest, facts: NoticeFacts, now: datetime) -> Notice:
        return Notice(
            kind=NoticeKind.DIGEST,
            account=self._account,
            session_id="",
            channel_id=due.hours.channel_id,
            start=due.time,
            occurrence=due.hours.digest,
            due_at=due.time,
            schedulable_at=now,
            expires_at=_expires(due.time),
            facts=facts,
        )


async def _upcoming(db: Db, workspace: Workspace, now: datetime) -> list[Webinar]:
    webinars = await webinar_table.list_webinars(db, workspace, ending_after=now)
    return [webinar for webinar in webinars if is_coming_or_live(webinar, now)]


async def _count(db: Db, webinar: Webinar, moment: datetime, counts: Counts) -> int | None:
    key = (webinar.account, webinar.session_id, moment)
    if key not in counts:
        record = await count_history.at(db, *key)
        counts[key] = record.count if record else None
    return counts[key]


def _expires(time: datetime) -> datetime:
    return expires_at(NoticeKind.DIGEST, None, moment=time.astimezone(UTC))
