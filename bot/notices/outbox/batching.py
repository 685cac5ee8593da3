"""Packs reminders for Slack to hold: what is due in one channel in one minute goes as one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Select, select

from bot.db.connection import Db
from bot.db.schema import parcels
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
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
    those_places,
)
from bot.notices.outbox.message_table import AT_ONCE, AT_SLACK, OutboundMessage, read, withdraw
from bot.notices.outbox.notice_table import NoticeRow
from bot.notices.schedule import LATE, TIME_TO_CHANGE, Bundle, at, bundle, post_at, posted_at, superseded

REPACK = timedelta(seconds=5)
"""How long what is to ride in a parcel that is being got back waits for it."""
MINUTE = timedelta(minutes=1)


async def for_slack_to_hold(db: Db, now: datetime, claim: Claim, room: Room, limit: int = BATCH) -> PackedBatch:
    """Pack the reminders that may be handed over: those of one channel and minute into one parcel.

    All that is planned for that minute rides along. Where Slack holds a parcel for that minute already, and there is
    ample time, that one is got back first, so that all of it can go as one.
    """
    rows = await lock(db, claim, now, limit, directly=False)
    missed, rows, more = await begin(db, rows, now, limit)
    rows = [*rows, *await _riders(db, rows, now, claim)]
    held = await _held(db, rows)
    drafts, put_off, in_the_way = [], Deferrals(), set[int]()
    # Bundles that are past due would all go out at the next possible second, which only one of a channel can have.
    seconds: defaultdict[tuple[Workspace, str], set[int]] = defaultdict(set)
    for (workspace, channel, minute), together in _bundles(rows, now).items():
        others = held[workspace.team_id, workspace.enterprise_id, channel]
        begun = [one for one in others if one.post_at // 60 == minute and at(one.post_at) - now > TIME_TO_CHANGE]
        busy_until = now + REPACK if begun else room(workspace, channel)
        if busy_until is not None:
            put_off.add(busy_until, together)
            in_the_way |= {one.id for one in begun if one.state is MessageState.HELD}
            continue
        due = min(row.notice.due_at for row in together)
        taken = seconds[workspace, channel]
        second = post_at(due, now, taken.union(one.post_at for one in others))
        told, left_out = _still_worth(together, second, late=minute == LATE)
        await end(db, left_out)
        missed += [row for row in left_out if row.state is NoticeState.MISSED]
        if told:
            wake = posted_at(second, (row.notice.start for row in told))
            drafts.append(MessageDraft(told, DeliveryMethod.HELD, second, wake))
            taken.add(second)
    await put_off.write(db)
    await withdraw(db, in_the_way)
    return PackedBatch(await pack(db, drafts, claim), missed, more)


async def _riders(db: Db, rows: Collection[NoticeRow], now: datetime, claim: Claim) -> list[NoticeRow]:
    """What else is planned for the same channels and minutes, though its own time may not have come."""
    if not rows:
        return []
    wanted = {bundle(row.notice, now) for row in rows}
    dues = [row.notice.due_at for row in rows]
    first = AT_ONCE if any(minute == LATE for _, _, minute in wanted) else min(dues) - MINUTE
    found = await lock(db, claim, now, RIDERS, directly=False, with_=rows, first=first, last=max(dues) + MINUTE)
    return [row for row in found if bundle(row.notice, now) in wanted]


async def _held(db: Db, rows: Collection[NoticeRow]) -> dict[Place, list[OutboundMessage]]:
    """What Slack holds or is getting for these channels. No one else adds to it until we commit."""
    held: dict[Place, list[OutboundMessage]] = defaultdict(list)
    if rows:
        query = _at_slack(postgresql=db.is_postgresql)
        for row in await db.execute(query, those_places(db, rows)):
            held[row.team_id, row.enterprise_id, row.channel_id].append(read(row))
    return held


@cache
def _at_slack(*, postgresql: bool) -> Select[Any]:
    here = in_places(parcels, postgresql=postgresql)
    return select(parcels).where(here, parcels.c.way == DeliveryMethod.HELD, parcels.c.state.in_(AT_SLACK))


def _bundles(rows: Iterable[NoticeRow], now: datetime) -> dict[Bundle, list[NoticeRow]]:
    bundles: dict[Bundle, list[NoticeRow]] = defaultdict(list)
    for row in rows:
        bundles[bundle(row.notice, now)].append(row)
    return bundles


def _still_worth(rows: Sequence[NoticeRow], second: int, *, late: bool) -> tuple[list[NoticeRow], list[NoticeRow]]:
    """What of these is to be said at that second, and what is missed or overtaken."""
    too_late = {row.id for row in rows if row.notice.expires_at <= at(second)}
    left = [row for row in rows if row.id not in too_late]
    beside = {id(one) for one in superseded([row.notice for row in left])} if late else set()
    told = [row for row in left if id(row.notice) not in beside]
    missed = [ended(row, NoticeState.MISSED) for row in rows if row.id in too_late]
    return told, [*missed, *(ended(row, NoticeState.OVERTAKEN) for row in left if id(row.notice) in beside)]
