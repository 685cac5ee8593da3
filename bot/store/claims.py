"""Takes notices from the outbox to work on them, and writes down what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, tuple_, update

from bot.models import Frozen, Notice, NoticeState, Workspace
from bot.notices import post_at
from bot.store.connection import Db
from bot.store.notices import Row, of, read
from bot.store.schema import notices

BATCH = 64
AT_SLACK = (NoticeState.HANDING, NoticeState.HELD, NoticeState.WITHDRAWING)
OPEN = (NoticeState.HANDING, NoticeState.WITHDRAWING)
TOO_LATE = "it was too late for it to be worth saying"

Place = tuple[str, str, str]


class Claim(Frozen):
    """Who takes rows, from when until when (machine time), and of which workspace; without one, of all."""

    by: str
    at: AwareDatetime
    until: AwareDatetime
    workspace: Workspace | None = None


async def due(db: Db, now: datetime, claim: Claim) -> list[Row]:
    """Take the planned notices that may be handed over at `now`, each with the second it will be posted at.

    One that is no longer worth saying comes back as missed, and is done with.
    """
    rows = await _lock(db, and_(notices.c.state == NoticeState.PLANNED, notices.c.hand_at <= now), claim)
    taken = await _seconds_taken(db, {_place(row.notice) for row in rows})
    begun = []
    for row in rows:
        busy = taken[_place(row.notice)]
        second = post_at(row.notice, now, frozenset(busy))
        busy.add(second or 0)
        begun.append(await _begin(db, row, second, claim))
    return begun


async def unclear(db: Db, claim: Claim) -> list[Row]:
    """Take over the hand-overs whose claim has run out: nobody knows whether Slack has them."""
    return await _take(db, notices.c.state == NoticeState.HANDING, claim)


async def withdrawals(db: Db, now: datetime, claim: Claim) -> list[Row]:
    """Take the notices that must be got back from Slack, or corrected, by `now`."""
    return await _take(db, and_(notices.c.state == NoticeState.WITHDRAWING, notices.c.hand_at <= now), claim)


async def reopen(db: Db, row: Row, claim: Claim) -> Row | None:
    """Take a notice that Slack holds, to hand it over anew; nothing where somebody else has done something with it."""
    again = row.model_copy(update={"state": NoticeState.HANDING, "claimed_by": claim.by, "attempts": row.attempts + 1})
    values = {"state": again.state, "claimed_by": claim.by, "claimed_until": claim.until, "attempts": again.attempts}
    changed = await db.connection.execute(
        update(notices).where(*_same(row), notices.c.state == NoticeState.HELD).values(values)
    )
    return again if changed.rowcount else None


async def still_ours(db: Db, row: Row) -> bool:
    """Whether a notice taken to be handed over still is to be, and by us."""
    query = select(notices.c.id).where(
        *_same(row), notices.c.state == NoticeState.HANDING, notices.c.claimed_by == row.claimed_by
    )
    return (await db.connection.execute(query)).first() is not None


async def handed(db: Db, row: Row, scheduled_id: str, text_digest: str | None = None) -> bool:
    """Slack has it. One that was to be withdrawn meanwhile keeps that state, and now the id to do it with.

    False where the row has gone on without us, so that what Slack now holds under this id is one too many.
    """
    held = case((notices.c.state == NoticeState.HANDING, NoticeState.HELD), else_=notices.c.state)
    values = {"state": held, "scheduled_id": scheduled_id, "text_digest": text_digest, "claimed_until": None}
    changed = await db.connection.execute(update(notices).where(*_same(row), notices.c.state.in_(OPEN)).values(values))
    if changed.rowcount:
        return True
    # Somebody else may have found it at Slack before we came to say so.
    query = select(notices.c.id).where(notices.c.id == row.id, notices.c.scheduled_id == scheduled_id)
    return (await db.connection.execute(query)).first() is not None


async def not_at_slack(db: Db, row: Row, again_at: datetime) -> None:
    """Slack surely does not have it: hand it over (again) from then on, or let it be if it was to be withdrawn."""
    withdrawing = notices.c.state == NoticeState.WITHDRAWING
    values = {
        "state": case((withdrawing, NoticeState.WITHDRAWN), else_=NoticeState.PLANNED),
        "hand_at": again_at,
        "post_at": None,
        "scheduled_id": None,
        "claimed_until": None,
    }
    await db.connection.execute(update(notices).where(*_same(row), notices.c.state.in_(OPEN)).values(values))


async def hold(db: Db, row: Row, until: datetime) -> None:
    """Leave it unclear, for somebody to look into after `until` (machine time)."""
    await db.connection.execute(
        update(notices).where(*_same(row), notices.c.claimed_by == row.claimed_by).values(claimed_until=until)
    )


async def try_again(db: Db, row: Row, at: datetime) -> None:
    """Give up the claim on a withdrawal, to be taken up again at that time."""
    await db.connection.execute(
        update(notices)
        .where(*_same(row), notices.c.state == NoticeState.WITHDRAWING)
        .values(hand_at=at, claimed_until=None)
    )


async def end(db: Db, row: Row, state: NoticeState, problem: str = "") -> None:
    """Close a notice for good, with the reason where there is one."""
    await db.connection.execute(
        update(notices).where(*_same(row)).values(state=state, problem=problem, claimed_until=None)
    )


async def _lock(db: Db, which: ColumnElement[bool], claim: Claim) -> list[Row]:
    free = or_(notices.c.claimed_until.is_(None), notices.c.claimed_until < claim.at)
    query: Select[Any] = select(notices).where(which, free, *of(claim.workspace))
    query = query.order_by(notices.c.hand_at, notices.c.id).limit(BATCH)
    if db.is_postgresql:
        # The one difference between the databases: SQLite's write transaction already keeps everyone else out.
        query = query.with_for_update(skip_locked=True)
    return [read(row) for row in await db.connection.execute(query)]


async def _take(db: Db, which: ColumnElement[bool], claim: Claim) -> list[Row]:
    rows = await _lock(db, which, claim)
    await db.connection.execute(
        update(notices)
        .where(notices.c.id.in_([row.id for row in rows]))
        .values(claimed_by=claim.by, claimed_until=claim.until)
    )
    return [row.model_copy(update={"claimed_by": claim.by}) for row in rows]


async def _begin(db: Db, row: Row, second: int | None, claim: Claim) -> Row:
    changes: dict[str, Any] = {
        "state": NoticeState.HANDING if second else NoticeState.MISSED,
        "post_at": second,
        "problem": "" if second else TOO_LATE,
        "claimed_by": claim.by,
        "attempts": row.attempts + 1,
    }
    values = {**changes, "claimed_until": claim.until if second else None}
    await db.connection.execute(update(notices).where(notices.c.id == row.id).values(values))
    return row.model_copy(update=changes)


async def _seconds_taken(db: Db, places: Collection[Place]) -> dict[Place, set[int]]:
    """The seconds at which Slack holds something of ours in these channels. No one else chooses one until we commit."""
    if db.is_postgresql:
        # Sorted, so that two who want the same channels cannot wait for each other.
        for place in sorted(places):
            lock = func.pg_advisory_xact_lock(func.hashtextextended("|".join(place), 0))
            await db.connection.execute(select(lock))
    key = (notices.c.team_id, notices.c.enterprise_id, notices.c.channel_id)
    held = await db.connection.execute(
        select(*key, notices.c.post_at).where(
            tuple_(*key).in_(places), notices.c.post_at.is_not(None), notices.c.state.in_(AT_SLACK)
        )
    )
    taken: dict[Place, set[int]] = defaultdict(set)
    for team_id, enterprise_id, channel_id, second in held:
        taken[team_id, enterprise_id, channel_id].add(second)
    return taken


def _place(notice: Notice) -> Place:
    workspace = notice.account.workspace
    return workspace.team_id, workspace.enterprise_id, notice.channel_id


def _same(row: Row) -> list[ColumnElement[bool]]:
    return [notices.c.id == row.id, notices.c.attempts == row.attempts]
