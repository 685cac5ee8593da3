"""Packs what is to be posted at once: all that waits in a channel goes as one message, when it may be spoken to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select

from bot.db.connection import Db
from bot.db.keys import workspace_of
from bot.db.schema import channels, parcels
from bot.model.people import Workspace
from bot.notices.events import coalesce_events
from bot.notices.model import DeliveryMethod, MessageState, Notice, NoticeState
from bot.notices.outbox.claims import (
    BATCH,
    RIDERS,
    Claim,
    Deferrals,
    MessageDraft,
    PackedBatch,
    Place,
    Room,
    begin,
    end,
    ended,
    in_places,
    lock,
    pack,
    place_of,
    places,
    those_places,
)
from bot.notices.outbox.message_table import AT_ONCE
from bot.notices.outbox.notice_table import NoticeRow
from bot.notices.quiet_hours import ChannelHours
from bot.notices.schedule import BETWEEN_POSTS, ChannelActivity, wait_until
from bot.notices.subscriptions import table as subscription_table

SPOKEN = (MessageState.GIVING, MessageState.SAID, MessageState.UNKNOWN)


async def to_post(db: Db, now: datetime, claim: Claim, room: Room, limit: int = BATCH) -> PackedBatch:
    """Pack what may be posted now: all that waits in a channel into one parcel, as far as it may be spoken to."""
    rows = await lock(db, claim, now, limit, directly=True)
    missed, rows, more = await begin(db, rows, now, limit)
    if more and rows:
        rows += await lock(db, claim, now, RIDERS, directly=True, with_=rows)
    spoken = await _spoken(db, rows, now)
    drafts, put_off = [], Deferrals()
    for together in _by_place(rows).values():
        told = []
        for row in together:
            later = wait_until(row.notice, now, spoken[place_of(row)])
            if later:
                put_off.add(later, [row])
            else:
                told.append(row)
        busy_until = room(told[0].notice.account.workspace, told[0].notice.channel_id) if told else None
        if busy_until is not None:
            put_off.add(busy_until, told)
            continue
        told, overtaken = _worth_saying(told)
        await end(db, overtaken)
        if told:
            drafts.append(MessageDraft(told, DeliveryMethod.POSTED, int(now.timestamp()), now))
    await put_off.write(db)
    return PackedBatch(await pack(db, drafts, claim), missed, more)


async def _spoken(db: Db, rows: Collection[NoticeRow], now: datetime) -> dict[Place, ChannelActivity]:
    """What matters about these channels."""
    if not rows:
        return {}
    hours = await _quiet_hours(db, rows)
    since = int((now - BETWEEN_POSTS).timestamp())
    query = _lately(postgresql=db.is_postgresql)
    found = await db.execute(query, {"since": since, **those_places(db, rows)})
    posted: dict[Place, int] = {}
    until: dict[Place, datetime] = {}
    for row in found:
        place = (row.team_id, row.enterprise_id, row.channel_id)
        if row.state == MessageState.WITHDRAWING:
            until[place] = max(row.wake_at, until.get(place, AT_ONCE))
        else:
            posted[place] = max(row.post_at, posted.get(place, 0))
    places = {place_of(row) for row in rows}
    return {place: ChannelActivity(posted.get(place), hours.get(place), until.get(place)) for place in places}


async def _quiet_hours(db: Db, rows: Collection[NoticeRow]) -> dict[Place, ChannelHours]:
    found = await db.execute(_with_hours(postgresql=db.is_postgresql), those_places(db, rows))
    quiet: dict[Workspace, list[str]] = defaultdict(list)
    for team_id, enterprise_id, channel_id in found:
        quiet[workspace_of(team_id, enterprise_id)].append(channel_id)
    return {
        (workspace.team_id, workspace.enterprise_id, channel_id): hours
        for workspace, ids in quiet.items()
        for channel_id, hours in (await subscription_table.hours_of(db, workspace, ids)).items()
    }


@cache
def _lately(*, postgresql: bool) -> Select[Any]:
    said = and_(
        parcels.c.way == DeliveryMethod.POSTED, parcels.c.state.in_(SPOKEN), parcels.c.post_at > bindparam("since")
    )
    back = parcels.c.state == MessageState.WITHDRAWING
    what = [*places(parcels), parcels.c.state, parcels.c.post_at, parcels.c.wake_at]
    return select(*what).where(in_places(parcels, postgresql=postgresql), or_(said, back))


@cache
def _with_hours(*, postgresql: bool) -> Select[Any]:
    here = in_places(channels, postgresql=postgresql)
    return select(*places(channels)).where(here, channels.c.quiet_from.is_not(None))


def _by_place(rows: Iterable[NoticeRow]) -> dict[Place, list[NoticeRow]]:
    together: dict[Place, list[NoticeRow]] = defaultdict(list)
    for row in rows:
        together[place_of(row)].append(row)
    return together


def _worth_saying(rows: Sequence[NoticeRow]) -> tuple[list[NoticeRow], list[NoticeRow]]:
    said, overtaken = coalesce_events([row.notice for row in rows])
    if len(rows) == 1:
        return ([replace(rows[0], notice=said[0])], []) if said else ([], [ended(rows[0], NoticeState.OVERTAKEN)])
    by_identity = {_identity(row.notice): row for row in rows}
    told = [replace(by_identity[_identity(notice)], notice=notice) for notice in said]
    return told, [ended(by_identity[_identity(notice)], NoticeState.OVERTAKEN) for notice in overtaken]


def _identity(notice: Notice) -> tuple[object, ...]:
    what = (notice.account, notice.session_id, notice.kind, notice.channel_id)
    return *what, notice.start, notice.before, notice.occurrence
