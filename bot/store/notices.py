"""The outbox: every notice is a row before it is a message, and the rows are the truth about what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.models import Account, Frozen, Notice, NoticeKind, NoticeState
from bot.notices import post_at
from bot.store.connection import Db
from bot.store.keys import account_columns, account_in, of_account
from bot.store.schema import notices

BATCH = 64
IDENTITY = ("team_id", "enterprise_id", "provider", "account", "session_id", "kind", "start", "before_s", "channel_id")
AT_SLACK = (NoticeState.HANDING, NoticeState.HELD, NoticeState.WITHDRAWING)


class Row(Frozen):
    """A notice as it stands in the outbox. `post_at` is the Unix second at which Slack posts or posted it."""

    id: int
    notice: Notice
    state: NoticeState
    post_at: int | None
    scheduled_id: str | None
    attempts: int
    problem: str


async def plan(db: Db, wanted: Iterable[Notice]) -> None:
    """Write notices down. One that is there already stays as it is; a withdrawn one is planned again."""
    insert = postgresql.insert(notices) if db.is_postgresql else sqlite.insert(notices)
    for notice in wanted:
        statement = insert.values(
            **account_columns(notice.account),
            session_id=notice.session_id,
            kind=notice.kind,
            channel_id=notice.channel_id,
            start=notice.start,
            before_s=int(notice.before.total_seconds()),
            due_at=notice.due_at,
            hand_at=notice.hand_at,
            expires_at=notice.expires_at,
            state=NoticeState.PLANNED,
        )
        await db.connection.execute(
            statement.on_conflict_do_update(
                index_elements=IDENTITY,
                set_={"state": NoticeState.PLANNED, "hand_at": notice.hand_at, "post_at": None, "scheduled_id": None},
                where=notices.c.state == NoticeState.WITHDRAWN,
            )
        )


async def of_session(db: Db, account: Account, session_id: str) -> list[Row]:
    """Every notice about this session, by when it is due."""
    rows = await db.connection.execute(
        select(notices)
        .where(*of_account(notices, account), notices.c.session_id == session_id)
        .order_by(notices.c.due_at, notices.c.id)
    )
    return [_row(row) for row in rows]


async def take_back(db: Db, ids: Sequence[int]) -> None:
    """Withdraw notices: at once where Slack does not have them, else by asking Slack for them back."""
    chosen = notices.c.id.in_(ids)
    await db.connection.execute(
        update(notices).where(chosen, notices.c.state == NoticeState.PLANNED).values(state=NoticeState.WITHDRAWN)
    )
    await db.connection.execute(
        update(notices)
        .where(chosen, notices.c.state.in_((NoticeState.HANDING, NoticeState.HELD)))
        .values(state=NoticeState.WITHDRAWING)
    )


async def claim_due(db: Db, now: datetime, by: str, machine_now: datetime, until: datetime) -> list[Row]:
    """Take the planned notices that may be handed over at `now`, each with the second it will be posted at.

    One that is no longer worth saying ends as missed. The claim holds until `until` (machine time).
    """
    free = or_(notices.c.claimed_until.is_(None), notices.c.claimed_until < machine_now)
    due = await _lock(db, and_(notices.c.state == NoticeState.PLANNED, notices.c.hand_at <= now, free))
    claimed = []
    for row in due:
        second = post_at(row.notice, now, await _taken(db, row.notice))
        state = NoticeState.HANDING if second else NoticeState.MISSED
        values = {"state": state, "post_at": second, "claimed_by": by, "claimed_until": until}
        await db.connection.execute(
            update(notices).where(notices.c.id == row.id).values(**values, attempts=notices.c.attempts + 1)
        )
        if second:
            claimed.append(row.model_copy(update={"state": state, "post_at": second, "attempts": row.attempts + 1}))
    return claimed


async def claim_unclear(db: Db, by: str, machine_now: datetime, until: datetime) -> list[Row]:
    """Take over the hand-overs whose claim has run out: nobody knows whether Slack has them."""
    return await _reclaim(db, notices.c.state == NoticeState.HANDING, by, machine_now, until)


async def claim_withdrawals(db: Db, by: str, machine_now: datetime, until: datetime) -> list[Row]:
    """Take the notices that must be got back from Slack."""
    return await _reclaim(db, notices.c.state == NoticeState.WITHDRAWING, by, machine_now, until)


async def handed(db: Db, row: Row, scheduled_id: str) -> None:
    """Slack has it. One that was to be withdrawn meanwhile keeps that state, and now the id to do it with."""
    where = and_(notices.c.id == row.id, notices.c.state.in_(AT_SLACK))
    await db.connection.execute(update(notices).where(where).values(scheduled_id=scheduled_id, claimed_until=None))
    await db.connection.execute(
        update(notices)
        .where(notices.c.id == row.id, notices.c.state == NoticeState.HANDING)
        .values(state=NoticeState.HELD)
    )


async def not_accepted(db: Db, row: Row, again_at: datetime) -> None:
    """Slack surely does not have it: hand it over again from then on, or let it be if it was to be withdrawn."""
    await db.connection.execute(
        update(notices)
        .where(notices.c.id == row.id, notices.c.state == NoticeState.WITHDRAWING)
        .values(state=NoticeState.WITHDRAWN, claimed_until=None, post_at=None)
    )
    await db.connection.execute(
        update(notices)
        .where(notices.c.id == row.id, notices.c.state == NoticeState.HANDING)
        .values(state=NoticeState.PLANNED, claimed_until=None, post_at=None, hand_at=again_at)
    )


async def end(db: Db, row: Row, state: NoticeState, problem: str = "") -> None:
    """Close a notice for good, with the reason where there is one."""
    await db.connection.execute(
        update(notices).where(notices.c.id == row.id).values(state=state, problem=problem, claimed_until=None)
    )


async def release(db: Db, row: Row) -> None:
    """Give up the claim so that it is looked at again soon."""
    await db.connection.execute(update(notices).where(notices.c.id == row.id).values(claimed_until=None))


async def release_all(db: Db) -> None:
    """Free every claim: for a database that only one process uses, right after that process started."""
    await db.connection.execute(update(notices).where(notices.c.claimed_until.is_not(None)).values(claimed_until=None))


async def mark_said(db: Db, now: datetime) -> None:
    """What Slack holds for a second that has passed, it has posted."""
    await db.connection.execute(
        update(notices)
        .where(notices.c.state == NoticeState.HELD, notices.c.post_at <= int(now.timestamp()))
        .values(state=NoticeState.SAID)
    )


async def next_wake(db: Db) -> datetime | None:
    """When the outbox next has something to do."""
    hand_at = (
        await db.connection.execute(select(func.min(notices.c.hand_at)).where(notices.c.state == NoticeState.PLANNED))
    ).scalar()
    second = (
        await db.connection.execute(select(func.min(notices.c.post_at)).where(notices.c.state == NoticeState.HELD))
    ).scalar()
    said_at = datetime.fromtimestamp(second, UTC) if second is not None else None
    return min((moment for moment in (hand_at, said_at) if moment), default=None)


async def _reclaim(db: Db, which: ColumnElement[bool], by: str, machine_now: datetime, until: datetime) -> list[Row]:
    free = or_(notices.c.claimed_until.is_(None), notices.c.claimed_until < machine_now)
    rows = await _lock(db, and_(which, free))
    ids = [row.id for row in rows]
    await db.connection.execute(update(notices).where(notices.c.id.in_(ids)).values(claimed_by=by, claimed_until=until))
    return rows


async def _lock(db: Db, which: ColumnElement[bool]) -> list[Row]:
    query: Select[Any] = select(notices).where(which).order_by(notices.c.hand_at, notices.c.id).limit(BATCH)
    if db.is_postgresql:
        # The one difference between the databases: SQLite's write transaction already keeps everyone else out.
        query = query.with_for_update(skip_locked=True)
    return [_row(row) for row in await db.connection.execute(query)]


async def _taken(db: Db, notice: Notice) -> frozenset[int]:
    rows = await db.connection.execute(
        select(notices.c.post_at).where(
            notices.c.team_id == notice.account.workspace.team_id,
            notices.c.enterprise_id == notice.account.workspace.enterprise_id,
            notices.c.channel_id == notice.channel_id,
            notices.c.post_at.is_not(None),
            notices.c.state.in_(AT_SLACK),
        )
    )
    return frozenset(rows.scalars())


def _row(row: Any) -> Row:
    return Row(
        id=row.id,
        notice=Notice(
            kind=NoticeKind(row.kind),
            account=account_in(row),
            session_id=row.session_id,
            channel_id=row.channel_id,
            start=row.start,
            before=timedelta(seconds=row.before_s),
            due_at=row.due_at,
            hand_at=row.hand_at,
            expires_at=row.expires_at,
        ),
        state=NoticeState(row.state),
        post_at=row.post_at,
        scheduled_id=row.scheduled_id,
        attempts=row.attempts,
        problem=row.problem,
    )
