"""The table of notices. A notice is a row before it is a message, and the rows record what was posted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import (
    account_columns,
    column_in,
    of_account,
    of_bound_account,
    of_bound_workspace,
    of_workspace,
    rows_from_lists,
    workspace_columns,
)
from bot.db.schema import IDENTITY, notices, outbox_messages
from bot.model.people import Account, Workspace
from bot.notices.model import TIMED, DeliveryMethod, MessageState, Notice, NoticeKind, NoticeState
from bot.notices.outbox.message_table import request_check, request_withdrawal
from bot.notices.outbox.rows import ROWS, NoticeRow, PendingNotice, notice_columns, read_notice, read_row
from bot.notices.schedule import SCHEDULE_AHEAD

PROBLEMS = (NoticeState.UNKNOWN, NoticeState.FAILED, NoticeState.MISSED)
ENDED = (*PROBLEMS, NoticeState.POSTED, NoticeState.WITHDRAWN, NoticeState.SKIPPED, NoticeState.SUPERSEDED)
PLANNED = (*IDENTITY, "due_at", "hand_at", "way", "expires_at", "facts", "state")
"""The columns of a notice that is planned."""
WRITE_BATCH = 500
"""Notices written by one statement."""
MOST_COUNTED = 10_000


async def plan(db: Db, wanted: Iterable[Notice], packed: Sequence[int] | None = None) -> None:
    """Insert notices. An existing one stays as it is; a withdrawn one is planned again.

    A notice whose message is being withdrawn stays in it: the withdrawal plans it again. Scheduled messages about the
    same sessions are checked, because a plan is renewed whenever something has changed: the messages with the ids
    `packed`, if the caller has locked all notices of these sessions.
    """
    remaining = iter(wanted)
    while batch := list(islice(remaining, WRITE_BATCH)):
        message_ids = await _lock_batched(db, batch) if packed is None else packed
        await _upsert(db, batch)
        await request_check(db, message_ids, min(notice.schedulable_at for notice in batch))


async def _upsert(db: Db, batch: Sequence[Notice]) -> None:
    unique: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in map(notice_columns, batch):
        # The first of two equal notices counts: one statement may not change a row twice.
        unique.setdefault(tuple(row[name] for name in IDENTITY), row)
    rows = list(unique.values())
    if db.is_postgresql:
        await db.execute(_UPSERT_MANY, {name: [row[name] for row in rows] for name in PLANNED})
    else:
        await db.execute(_UPSERT_EACH, rows)


async def lock_session(db: Db, account: Account, session_id: str) -> list[PendingNotice]:
    """Lock and return the notices of a session that are not sent yet or were withdrawn."""
    values = {**account_columns(account), "session": session_id}
    found = await db.execute(_session(postgresql=db.is_postgresql), values)
    return [PendingNotice(row.id, read_notice(row), NoticeState(row.state), row.parcel_id) for row in found]


async def withdraw_locked(db: Db, locked: Collection[PendingNotice], stale: Collection[int]) -> list[int]:
    """Withdraw the `stale` of these notices. Returns the ids of the messages of the others."""
    gone = await _end_locked(db, [row for row in locked if row.id in stale], NoticeState.WITHDRAWN)
    left = (row for row in locked if row.state is NoticeState.BATCHED and row.id not in gone)
    return sorted({row.parcel_id for row in left if row.parcel_id is not None})


async def of_session(db: Db, account: Account, session_id: str) -> list[NoticeRow]:
    """Every notice of this session, by due time."""
    which = [*of_account(notices, account), notices.c.session_id == session_id]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id))


async def of_kind(db: Db, sessions: Collection[tuple[Workspace, str]], kind: NoticeKind) -> list[NoticeRow]:
    """Every notice of this kind about these sessions."""
    keys = [(workspace.team_id, workspace.enterprise_id, session_id) for workspace, session_id in sessions]
    about = tuple_(notices.c.team_id, notices.c.enterprise_id, notices.c.session_id).in_(keys)
    return await _read(db, ROWS.where(about, notices.c.kind == kind)) if keys else []


async def of_channel(db: Db, workspace: Workspace, channel_id: str, since: datetime) -> list[NoticeRow]:
    """Every notice for this channel that is or was due from `since` on, by due time."""
    which = [*of_workspace(notices, workspace), notices.c.channel_id == channel_id, notices.c.due_at >= since]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id))


async def find(db: Db, workspace: Workspace, notice_id: int) -> NoticeRow | None:
    """The notice with this id, if it belongs to the workspace."""
    found = await _read(db, ROWS.where(*of_workspace(notices, workspace), notices.c.id == notice_id))
    return found[0] if found else None


async def batched_in(db: Db, message_ids: Collection[int]) -> dict[int, list[NoticeRow]]:
    """The notices that are to be posted with these messages, by due time."""
    if not message_ids:
        return {}
    which = (notices.c.parcel_id.in_(message_ids), notices.c.state == NoticeState.BATCHED)
    contents: dict[int, list[NoticeRow]] = defaultdict(list)
    for row in await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id)):
        if row.message:
            contents[row.message.id].append(row)
    return contents


async def by_ids(db: Db, ids: Collection[int]) -> list[NoticeRow]:
    """The notices with these ids."""
    if not ids:
        return []
    return await _read(db, ROWS.where(notices.c.id.in_(ids)).order_by(notices.c.id))


async def withdraw(db: Db, ids: Sequence[int]) -> None:
    """Withdraw notices: at once if Slack does not have them, else by withdrawing their messages from Slack."""
    await _end(db, ids, NoticeState.WITHDRAWN)


async def skip(db: Db, notice_id: int) -> None:
    """Skip a notice at a user's request; it is not planned again automatically."""
    await _end(db, [notice_id], NoticeState.SKIPPED)


async def unskip(db: Db, notice_id: int, now: datetime) -> bool:
    """Plan a skipped notice again. False if its time has passed, or if it is not skipped."""
    skipped = (notices.c.id == notice_id, notices.c.state == NoticeState.SKIPPED, notices.c.due_at > now)
    locked = await db.execute(_locked(db, select(notices.c.id).where(*skipped)))
    if locked.first() is None:
        return False
    await db.execute(update(notices).where(notices.c.id == notice_id).values(state=_PLANNED_OR_BATCHED))
    return True


async def due_counts(db: Db, workspace: Workspace, dues: Collection[datetime]) -> dict[datetime, int]:
    """How many notices of the workspace wait to fall due at each of these times or in the minutes before.

    At most 10,000 are counted.
    """
    wanted = list(dues)
    if not wanted:
        return {}
    moments = {f"{name}_{number}": moment for number, due in enumerate(wanted) for name, moment in _bounds(due).items()}
    values = {**workspace_columns(workspace), **moments}
    return dict(zip(wanted, (await db.execute(_due_counts(len(wanted)), values)).one(), strict=True))


async def problems(db: Db, workspace: Workspace, since: datetime, limit: int) -> list[NoticeRow]:
    """Notices due from `since` on that are unknown, failed or missed, newest first, for the admin."""
    which = [*of_workspace(notices, workspace), notices.c.state.in_(PROBLEMS), notices.c.due_at >= since]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at.desc(), notices.c.id).limit(limit))


async def next_wake(db: Db, workspace: Workspace | None = None) -> datetime | None:
    """When the next planned notice may be scheduled or posted."""
    values = workspace_columns(workspace) if workspace else {}
    row = (await db.execute(_next_wake(one_workspace=bool(workspace)), values)).one()
    return min((moment for moment in row if moment), default=None)


@cache
def _next_wake(*, one_workspace: bool) -> Select[Any]:
    planned = [notices.c.state == NoticeState.PLANNED, *(of_bound_workspace(notices) if one_workspace else ())]
    soonest = [select(func.min(notices.c.hand_at)).where(notices.c.way == way, *planned) for way in DeliveryMethod]
    return select(*(query.scalar_subquery() for query in soonest))


def _bounds(due: datetime) -> dict[str, datetime]:
    return {"due": due, "early": due - 5 * SCHEDULE_AHEAD, "before": due - SCHEDULE_AHEAD}


@cache
def _due_counts(count: int) -> Select[Any]:
    return select(*(select(func.count()).select_from(_due(number)).scalar_subquery() for number in range(count)))


def _due(number: int) -> Any:
    due, early, before = (bindparam(f"{name}_{number}", type_=UtcDateTime()) for name in ("due", "early", "before"))
    mine = (notices.c[name] == bindparam(name) for name in ("team_id", "enterprise_id"))
    # The partial index on planned notices is ordered by `hand_at`, which is at most so long before `due_at`.
    schedulable = and_(notices.c.way == DeliveryMethod.SCHEDULED, notices.c.hand_at.between(early, due))
    falls_due = notices.c.due_at.between(before, due)
    some = select(notices.c.id).where(*mine, schedulable, falls_due, text("state = 'planned'"))
    return some.limit(MOST_COUNTED).subquery()


async def _read(db: Db, query: Select[Any]) -> list[NoticeRow]:
    return [read_row(row) for row in await db.execute(query)]


async def _lock_batched(db: Db, wanted: Sequence[Notice]) -> list[int]:
    """Lock the sent notices of these sessions. Returns the ids of the messages with notices to be posted.

    Planning depends on the state of a message. Read after the notices are locked, it is final for this transaction.
    """
    timed = ((notice.account.workspace, notice.session_id) for notice in wanted if notice.kind in TIMED)
    keys = {(workspace.team_id, workspace.enterprise_id, session_id) for workspace, session_id in timed}
    if not keys:
        return []
    mine = tuple_(notices.c.team_id, notices.c.enterprise_id, notices.c.session_id).in_(keys)
    state = notices.c.state.in_((NoticeState.BATCHED, NoticeState.WITHDRAWN))
    query = select(notices.c.state, notices.c.parcel_id).where(mine, state, notices.c.parcel_id.is_not(None))
    found = await db.execute(_locked(db, query))
    return sorted({row.parcel_id for row in found if row.state == NoticeState.BATCHED})


async def _end(db: Db, ids: Sequence[int], state: NoticeState) -> None:
    waiting = notices.c.state.in_((NoticeState.PLANNED, NoticeState.BATCHED))
    query = select(notices.c.id, notices.c.state, notices.c.parcel_id).where(notices.c.id.in_(ids), waiting)
    rows = list(await db.execute(_locked(db, query))) if ids else []
    await _end_locked(db, rows, state)


async def _end_locked(db: Db, rows: Sequence[Any], state: NoticeState) -> set[int]:
    """End these locked notices, unless Slack has posted them or may have. Returns the ids of the ended."""
    message_ids = {row.parcel_id for row in rows if row.state == NoticeState.BATCHED}
    withdrawn = await request_withdrawal(db, message_ids)
    gone = {row.id for row in rows if row.state == NoticeState.PLANNED or row.parcel_id in withdrawn}
    if gone:
        await db.execute(_set_ended(postgresql=db.is_postgresql), {"ids": sorted(gone), "ended": state})
    return gone


@cache
def _set_ended(*, postgresql: bool) -> Any:
    which = column_in(notices.c.id, "ids", postgresql=postgresql)
    return update(notices).where(which).values(state=bindparam("ended", type_=notices.c.state.type), problem="")


@cache
def _session(*, postgresql: bool) -> Select[Any]:
    mine = of_bound_account(notices)
    waiting = notices.c.state.in_((NoticeState.PLANNED, NoticeState.BATCHED, NoticeState.WITHDRAWN))
    query = select(notices).where(*mine, notices.c.session_id == bindparam("session"), waiting).order_by(notices.c.id)
    return query.with_for_update() if postgresql else query


def _locked(db: Db, query: Select[Any]) -> Select[Any]:
    return query.order_by(notices.c.id).with_for_update() if db.is_postgresql else query


def _on_conflict(insert: Any) -> Any:
    again = {
        "state": _PLANNED_OR_BATCHED,
        "hand_at": insert.excluded.hand_at,
        "way": insert.excluded.way,
        "expires_at": insert.excluded.expires_at,
        "facts": insert.excluded.facts,
        "problem": "",
    }
    withdrawn = notices.c.state == NoticeState.WITHDRAWN
    return insert.on_conflict_do_update(index_elements=IDENTITY, set_=again, where=withdrawn)


# Spelled out, because a statement that is executed for many rows at once cannot hold a list of values.
_MESSAGE_IS_OPEN = or_(
    outbox_messages.c.state == MessageState.SENDING,
    outbox_messages.c.state == MessageState.SCHEDULED,
    outbox_messages.c.state == MessageState.WITHDRAWING,
)
_PLANNED_OR_BATCHED = case(
    # By name: in the conflict clause of an insert SQLAlchemy does not correlate, and would read all notices.
    (
        exists().where(outbox_messages.c.id == literal_column("notices.parcel_id"), _MESSAGE_IS_OPEN),
        NoticeState.BATCHED.value,
    ),
    else_=NoticeState.PLANNED.value,
)
_UPSERT_EACH = _on_conflict(sqlite.insert(notices))
_UPSERT_MANY = _on_conflict(
    postgresql.insert(notices).from_select(PLANNED, rows_from_lists(notices, PLANNED), include_defaults=False)
)
