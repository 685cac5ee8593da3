"""Removes one person's data from every workspace of a database, also while the bot runs."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, delete, func, not_, or_, select, update

from bot.clock import machine_now
from bot.db.campaign_schema import campaigns
from bot.db.connection import Db, Store
from bot.db.leases import LEASE
from bot.db.people_schema import batches, invitees, organizers, registration_requests, seats
from bot.db.recording_schema import open_items, recordings
from bot.db.schema import cards, channels, subscriptions, webinars, workspaces
from bot.erasure.address import SoughtAddress
from bot.erasure.kinds import KINDS, Kind
from bot.erasure.scan import ACCOUNT, Wanted, matching
from bot.registration.request_state import RequestState

log = logging.getLogger(__name__)

PATIENCE = LEASE + timedelta(seconds=15)
"""How long to wait for work in progress: a worker that has stopped keeps a row for the time of a lease."""
PAUSE = 0.5
ACTORS = (
    (organizers, "subject"),
    (organizers, "set_by"),
    (subscriptions, "set_by"),
    (subscriptions, "subject"),
    (channels, "set_by"),
    (workspaces, "set_by"),
    (cards, "shared_by"),
    (campaigns, "created_by"),
    (webinars, "created_by"),
    (open_items, "closed_by"),
)
"""Columns with the Slack id of a user who set something: they stay as long as it is set."""
AT_PROVIDER = {RequestState.REGISTERED, RequestState.ALREADY_REGISTERED, RequestState.CANCELING}


@dataclass(frozen=True, order=True)
class Event:
    """A webinar that the person is registered for, or whose team they are on, at the provider."""

    start: datetime
    title: str
    session_id: str
    is_team: bool


@dataclass
class Erasure:
    """What was removed, and what is elsewhere. Contains no name and no address."""

    removed: Counter[str] = field(default_factory=Counter)
    in_progress: Counter[str] = field(default_factory=Counter)
    """Rows of work that did not end in time: they are still there."""
    unreadable: int = 0
    events: set[Event] = field(default_factory=set)
    messages: set[tuple[str, str]] = field(default_factory=set)
    """Channel and timestamp of the direct messages that they were sent."""
    lists: int = 0
    """Removed rows of lists, whose file of results was sent to the organizer."""
    still_named: int = 0
    """Settings and webinars with the Slack id of the person."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing is left here that names the person."""
        return not (self.in_progress or self.unreadable)


class Eraser:
    """Removes the data of one person after the other."""

    def __init__(
        self, store: Store, patience: timedelta = PATIENCE, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        """Wait for work in progress for `patience` at most."""
        self._store = store
        self._patience = patience
        self._sleep = sleep

    async def forget(self, address: SoughtAddress) -> Erasure:
        """Remove everything about the person with this address."""
        digests = frozenset(digest for form in address.digested for digest in self._store.vault.digests(form))
        wanted, erasure = Wanted(address, digests), Erasure()
        deadline = machine_now() + self._patience
        for kind in KINDS:
            async for row in matching(self._store, kind, wanted):
                wanted.learn(kind, row)
                if await self._remove(kind, row, deadline):
                    erasure.removed[kind.one] += 1
                    await self._note(erasure, kind, row)
                else:
                    erasure.in_progress[kind.one] += 1
        erasure.unreadable = wanted.unreadable
        erasure.still_named = await self._count_named(wanted)
        removed = erasure.removed.total()
        log.info("person.forgotten", extra={"rows": removed, "in_progress": erasure.in_progress.total()})
        return erasure

    async def _remove(self, kind: Kind, row: Any, deadline: datetime) -> bool:
        """Delete a row. False if a worker is at it until the deadline."""
        while True:
            now = machine_now()
            async with self._store.write() as db:
                this = and_(*(column == getattr(row, column.name) for column in kind.table.primary_key))
                if (await db.execute(delete(kind.table).where(this, not_(_is_busy(kind, now))))).rowcount:
                    await _shorten_list(db, kind, row)
                    return True
                if (await db.execute(select(func.count()).select_from(kind.table).where(this))).scalar_one() == 0:
                    return True  # the worker has deleted it
            if now >= deadline:
                return False
            await self._sleep(PAUSE)

    async def _note(self, erasure: Erasure, kind: Kind, row: Any) -> None:
        """Note what only the provider and Slack have about a removed row."""
        if getattr(row, "dm_ts", ""):
            erasure.messages.add((row.dm_channel_id, row.dm_ts))
        if getattr(row, "message_ts", ""):
            erasure.messages.add((row.channel_id, row.message_ts))
        is_request = kind.table is registration_requests
        erasure.lists += is_request and bool(row.batch_id)
        is_registered = kind.table is seats or (is_request and row.state in AT_PROVIDER)
        if is_registered or kind.table is invitees:
            async with self._store.read() as db:
                found = await _webinar(db, row)
            if found:
                event = Event(found.start, found.title, row.session_id, is_team=kind.table is invitees)
                erasure.events.add(event)

    async def _count_named(self, wanted: Wanted) -> int:
        count = 0
        for team_id, enterprise_id, user_id in wanted.users:
            decided = recordings.c.decision.contains(f'"by":"{user_id}"', autoescape=True)
            for table, is_named in (*((one, one.c[name] == user_id) for one, name in ACTORS), (recordings, decided)):
                mine = and_(table.c.team_id == team_id, table.c.enterprise_id == enterprise_id)
                named = select(func.count()).select_from(table).where(mine, is_named)
                async with self._store.read() as db:
                    count += (await db.execute(named)).scalar_one()
        return count


def _is_busy(kind: Kind, now: datetime) -> ColumnElement[bool]:
    """Whether a worker is at a row, or will have to be. A lease of a live worker is never longer than `LEASE`."""
    table: Table = kind.table
    if "claimed_until" not in table.c:
        return kind.in_progress
    until = table.c.claimed_until
    return or_(kind.in_progress, and_(until.is_not(None), until > now, until <= now + LEASE))


async def _shorten_list(db: Db, kind: Kind, row: Any) -> None:
    """Count a removed row of a list no longer, so that the others are still all of it."""
    if kind.table is registration_requests and row.batch_id and row.address:
        this = and_(*(batches.c[name] == getattr(row, name) for name in (*ACCOUNT, "batch_id")))
        await db.execute(update(batches).where(this).values(total=batches.c.total - 1))


async def _webinar(db: Db, row: Any) -> Any:
    which = and_(*(webinars.c[name] == getattr(row, name) for name in (*ACCOUNT, "session_id")))
    return (await db.execute(select(webinars.c.title, webinars.c.start).where(which))).first()
