"""Plans the digests of channels: what is coming that each of them follows, at the hour that it chose."""

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
"""Digests written in one transaction: many channels choose nine o'clock, and others want to write as well."""

Counts = dict[tuple[Account, str, datetime], int | None]
"""How many had registered when, as far as it was looked up: many channels ask for the same."""


@dataclass(frozen=True, slots=True)
class _DueDigest:
    """A digest that is due: whose, for which moment, and the moment of the one before, to compare with."""

    hours: ChannelHours
    slot: datetime
    before: datetime


class Digests:
    """Writes a notice for each digest that is due. Every replica may: a slot has one row, whoever is first."""

    def __init__(self, store: Store, clock: Clock, account: Account) -> None:
        """Plan for the channels of this account's workspace, under its name."""
        self._store = store
        self._clock = clock
        self._account = account
        self._looked_at: dict[str, datetime] = {}  # so that a slot is worked out once, not at every beat

    async def plan_due(self) -> int:
        """Plan every digest whose hour has come and that is still worth saying; how many that were.

        A daily digest with nothing to come is left out. What is planned already stays as it is.
        """
        now = self._clock.now()
        async with self._store.read() as db:
            wanted = self._wanted(await subscription_table.hours_with_digest(db, self._account.workspace), now)
            coming = await _upcoming(db, self._account.workspace, now) if wanted else []
        figures: Counts = {}
        planned = 0
        for first in range(0, len(wanted), BATCH_SIZE):
            some = wanted[first : first + BATCH_SIZE]
            async with self._store.read() as db:
                made = [await self._digest(db, one, coming, figures, now) for one in some]
            digests = [one for one in made if one]
            if digests:
                async with self._store.write() as db:
                    await notice_table.plan(db, digests)
            self._looked_at |= {one.hours.channel_id: one.slot for one in some}
            planned += len(digests)
        return planned

    def _wanted(self, channels: Sequence[ChannelHours], now: datetime) -> list[_DueDigest]:
        found = []
        for hours in channels:
            slot = last_digest_time(hours, now)
            # What was set up after its hour begins with the next one.
            if slot is None or slot <= hours.set_at or now >= _expires(slot):
                continue
            if self._looked_at.get(hours.channel_id) != slot:
                before = last_digest_time(hours, slot - MICROSECOND) or slot
                found.append(_DueDigest(hours, slot, before))
        return found

    async def _digest(
        self, db: Db, one: _DueDigest, coming: Sequence[Webinar], figures: Counts, now: datetime
    ) -> Notice | None:
        lines = await subscription_table.of_channel(db, self._account.workspace, one.hours.channel_id)
        ahead = one.slot + DIGEST_SPAN[one.hours.digest]
        theirs = [
            webinar for webinar in coming if one.slot <= webinar.start < ahead and channel_features(webinar, lines)
        ]
        if not theirs and one.hours.digest is DigestPace.DAILY:
            return None
        counted = [(webinar.session_id, await _count(db, webinar, one.before, figures)) for webinar in theirs]
        return self._notice(one, NoticeFacts(coming=tuple(counted)), now)

    def _notice(self, wanted: _DueDigest, facts: NoticeFacts, now: datetime) -> Notice:
        return Notice(
            kind=NoticeKind.DIGEST,
            account=self._account,
            session_id="",
            channel_id=wanted.hours.channel_id,
            start=wanted.slot,
            occurrence=wanted.hours.digest,
            due_at=wanted.slot,
            schedulable_at=now,
            expires_at=_expires(wanted.slot),
            facts=facts,
        )


async def _upcoming(db: Db, workspace: Workspace, now: datetime) -> list[Webinar]:
    known = await webinar_table.list_webinars(db, workspace, ending_after=now)
    return [one for one in known if is_coming_or_live(one, now)]


async def _count(db: Db, webinar: Webinar, moment: datetime, figures: Counts) -> int | None:
    key = (webinar.account, webinar.session_id, moment)
    if key not in figures:
        figure = await count_history.at(db, *key)
        figures[key] = figure.count if figure else None
    return figures[key]


def _expires(slot: datetime) -> datetime:
    return expires_at(NoticeKind.DIGEST, None, moment=slot.astimezone(UTC))
