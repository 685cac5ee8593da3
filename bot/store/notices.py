"""The outbox: every notice is a row before it is a message, and the rows are the truth about what was said."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.models import Account, Frozen, Notice, NoticeKind, NoticeState, Workspace
from bot.store.connection import Db
from bot.store.keys import account_columns, account_in, of_account, of_workspace
from bot.store.schema import notices

IDENTITY = ("team_id", "enterprise_id", "provider", "account", "session_id", "kind", "start", "before_s", "channel_id")
HEARD_WITHIN = timedelta(minutes=10)
"""How long after a change it is heard of: webinars are read every five minutes."""
WAITING = (NoticeState.PLANNED, NoticeState.WITHDRAWING)


class Row(Frozen):
    """A notice as it stands in the outbox.

    `post_at` is the Unix second at which Slack posts or posted it, `text_digest` that of the message Slack holds.
    `attempts` counts how often it was taken to be handed over: who comes back with an older count comes too late.
    """

    id: int
    notice: Notice
    state: NoticeState
    post_at: int | None
    scheduled_id: str | None
    text_digest: str | None
    claimed_by: str
    attempts: int
    problem: str


async def plan(db: Db, wanted: Iterable[Notice]) -> None:
    """Write notices down. One that is there already stays as it is; a withdrawn one is planned again.

    One that is being withdrawn just now may or may not be at Slack any more: that has to be found out first.
    """
    insert = postgresql.insert(notices) if db.is_postgresql else sqlite.insert(notices)
    withdrawn = notices.c.state == NoticeState.WITHDRAWN
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
        again = {
            "state": case((withdrawn, NoticeState.PLANNED), else_=NoticeState.HANDING),
            "hand_at": notice.hand_at,
            "post_at": case((withdrawn, None), else_=notices.c.post_at),
            "scheduled_id": None,
            "text_digest": None,
            "problem": "",
        }
        off = notices.c.state.in_((NoticeState.WITHDRAWN, NoticeState.WITHDRAWING))
        await db.connection.execute(statement.on_conflict_do_update(index_elements=IDENTITY, set_=again, where=off))


async def of_session(db: Db, account: Account, session_id: str) -> list[Row]:
    """Every notice about this session, by when it is due."""
    rows = await db.connection.execute(
        select(notices)
        .where(*of_account(notices, account), notices.c.session_id == session_id)
        .order_by(notices.c.due_at, notices.c.id)
    )
    return [read(row) for row in rows]


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


async def held_beyond(db: Db, second: int, workspace: Workspace | None = None) -> list[Row]:
    """What Slack holds to post after this Unix second."""
    rows = await db.connection.execute(
        select(notices).where(notices.c.state == NoticeState.HELD, notices.c.post_at > second, *of(workspace))
    )
    return [read(row) for row in rows]


async def mark_said(db: Db, now: datetime, workspace: Workspace | None = None) -> None:
    """What Slack held for a second that has passed counts as said after a while, or when its start has come.

    Until then a change that happened before, and is heard of after it, still finds it and is followed by a correction.
    """
    posted = notices.c.post_at <= int((now - HEARD_WITHIN).timestamp())
    await db.connection.execute(
        update(notices)
        .where(notices.c.state == NoticeState.HELD, or_(posted, notices.c.start <= now), *of(workspace))
        .values(state=NoticeState.SAID)
    )


async def next_wake(db: Db, workspace: Workspace | None = None) -> datetime | None:
    """When the outbox next has something to do that nobody is at yet."""
    query = select(func.min(notices.c.hand_at)).where(
        notices.c.state.in_(WAITING), notices.c.claimed_until.is_(None), *of(workspace)
    )
    moment: datetime | None = (await db.connection.execute(query)).scalar()
    return moment


async def release_all(db: Db) -> None:
    """Free claims: for a database that only one process uses, right after that process started.

    A hand-over that was under way stays claimed until its time runs out: Slack may still be about to accept it.
    """
    under_way = or_(notices.c.state == NoticeState.HANDING, notices.c.scheduled_id.is_(None))
    await db.connection.execute(update(notices).where(~under_way).values(claimed_until=None))


def of(workspace: Workspace | None) -> list[ColumnElement[bool]]:
    """The conditions that keep a query inside one workspace, or none for a worker of all of them."""
    return of_workspace(notices, workspace) if workspace else []


def read(row: Any) -> Row:
    """A row of the table in our words."""
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
        text_digest=row.text_digest,
        claimed_by=row.claimed_by,
        attempts=row.attempts,
        problem=row.problem,
    )
