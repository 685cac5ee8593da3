"""The outbox: every notice is a row before it is a message, and the rows are the truth about what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    Select,
    and_,
    bindparam,
    case,
    delete,
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
    account_in,
    among,
    listed,
    of_account,
    of_given_account,
    of_given_workspace,
    of_workspace,
    workspace_columns,
)
from bot.db.schema import IDENTITY, notices, parcels
from bot.model.people import Account, Workspace
from bot.notices.model import TIMED, DeliveryMethod, MessageState, Notice, NoticeFacts, NoticeKind, NoticeState
from bot.notices.outbox.message_table import OutboundMessage, labelled, touch, withdraw
from bot.notices.outbox.message_table import read as read_parcel
from bot.notices.schedule import HAND_OVER_BEFORE, delivery_method

PROBLEMS = (NoticeState.UNKNOWN, NoticeState.DEAD, NoticeState.MISSED)
ENDED = (*PROBLEMS, NoticeState.SAID, NoticeState.WITHDRAWN, NoticeState.SKIPPED, NoticeState.OVERTAKEN)
PLANNED = (*IDENTITY, "due_at", "hand_at", "way", "expires_at", "facts", "state")
"""The columns of a notice that is planned."""
AT_ONCE = 500
"""Notices written in one go."""
MOST_COUNTED = 10_000
NO_FACTS = NoticeFacts()
ROWS = select(notices, *labelled("p_")).outerjoin_from(notices, parcels, notices.c.parcel_id == parcels.c.id)
"""The query for rows that `read` understands; made once, because to make it takes longer than to run it."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as it stands in the outbox, with the parcel in which it last went to Slack, if it did."""

    id: int
    notice: Notice
    state: NoticeState
    parcel: OutboundMessage | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A locked notice that is still to be sent, or was withdrawn."""

    id: int
    notice: Notice
    state: NoticeState
    parcel_id: int | None


async def plan(db: Db, wanted: Iterable[Notice], packed: Sequence[int] | None = None) -> None:
    """Write notices down, many at once. One that is there already stays as it is; a withdrawn one is planned again.

    One whose parcel is being got back just now stays in it: whoever gets it back plans it again. What Slack holds
    about the same sessions is looked over, because a plan is made anew whenever something has changed: the parcels in
    `packed`, for a caller that has locked all notices of these sessions.
    """
    everything = iter(wanted)
    while some := list(islice(everything, AT_ONCE)):
        held = await _lock_packed(db, some) if packed is None else packed
        await _upsert_all(db, some)
        await touch(db, held, min(notice.hand_at for notice in some))


async def _upsert_all(db: Db, some: Sequence[Notice]) -> None:
    unique: dict[tuple[Any, ...], dict[str, Any]] = {}
    for row in map(_columns, some):
        # Of two that are the same the first counts: one statement may not change a row twice.
        unique.setdefault(tuple(row[name] for name in IDENTITY), row)
    rows = list(unique.values())
    if db.is_postgresql:
        await db.execute(_UPSERT_MANY, {name: [row[name] for row in rows] for name in PLANNED})
    else:
        await db.execute(_UPSERT_EACH, rows)


async def lock_session(db: Db, account: Account, session_id: str) -> list[Waiting]:
    """What waits to be sent about a session, and what was withdrawn. No one else changes it until we commit."""
    values = {**account_columns(account), "session": session_id}
    found = await db.execute(_session(postgresql=db.is_postgresql), values)
    return [Waiting(row.id, read_notice(row), NoticeState(row.state), row.parcel_id) for row in found]


async def take_back_locked(db: Db, locked: Collection[Waiting], stale: Collection[int]) -> list[int]:
    """Withdraw the `stale` of these notices. Return the parcels that hold the others."""
    gone = await _off_locked(db, [row for row in locked if row.id in stale], NoticeState.WITHDRAWN)
    left = (row for row in locked if row.state is NoticeState.PACKED and row.id not in gone)
    return sorted({row.parcel_id for row in left if row.parcel_id is not None})


async def of_session(db: Db, account: Account, session_id: str) -> list[NoticeRow]:
    """Every notice about this session, by when it is due."""
    which = [*of_account(notices, account), notices.c.session_id == session_id]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id))


async def of_channel(db: Db, workspace: Workspace, channel_id: str, since: datetime) -> list[NoticeRow]:
    """Every notice for this channel that is or was due from then on, by when it is due."""
    which = [*of_workspace(notices, workspace), notices.c.channel_id == channel_id, notices.c.due_at >= since]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id))


async def find(db: Db, workspace: Workspace, notice_id: int) -> NoticeRow | None:
    """The notice with this id."""
    found = await _read(db, ROWS.where(*of_workspace(notices, workspace), notices.c.id == notice_id))
    return found[0] if found else None


async def packed(db: Db, parcel_ids: Collection[int]) -> dict[int, list[NoticeRow]]:
    """What is in these parcels and to be said, by when it is due."""
    if not parcel_ids:
        return {}
    which = (notices.c.parcel_id.in_(parcel_ids), notices.c.state == NoticeState.PACKED)
    contents: dict[int, list[NoticeRow]] = defaultdict(list)
    for row in await _read(db, ROWS.where(*which).order_by(notices.c.due_at, notices.c.id)):
        if row.parcel:
            contents[row.parcel.id].append(row)
    return contents


async def these(db: Db, ids: Collection[int]) -> list[NoticeRow]:
    """The notices with these ids."""
    if not ids:
        return []
    return await _read(db, ROWS.where(notices.c.id.in_(ids)).order_by(notices.c.id))


async def take_back(db: Db, ids: Sequence[int]) -> None:
    """Withdraw notices: at once where Slack does not have them, else by asking Slack for them back."""
    await _off(db, ids, NoticeState.WITHDRAWN)


async def skip(db: Db, notice_id: int) -> None:
    """Leave this one out, as somebody asked for; it is not planned again by itself."""
    await _off(db, [notice_id], NoticeState.SKIPPED)


async def unskip(db: Db, notice_id: int, now: datetime) -> bool:
    """Say this one after all. False where its time has passed, or where it is not left out."""
    skipped = (notices.c.id == notice_id, notices.c.state == NoticeState.SKIPPED, notices.c.due_at > now)
    locked = await db.execute(_locked(db, select(notices.c.id).where(*skipped)))
    if locked.first() is None:
        return False
    await db.execute(update(notices).where(notices.c.id == notice_id).values(state=_PLANNED_OR_PACKED))
    return True


async def crowds(db: Db, workspace: Workspace, dues: Collection[datetime]) -> dict[datetime, int]:
    """How many notices of the workspace wait to fall due at each of these times or in the minutes before.

    10,000 is as many as count.
    """
    wanted = list(dues)
    if not wanted:
        return {}
    moments = {f"{name}_{number}": moment for number, due in enumerate(wanted) for name, moment in _around(due).items()}
    values = {**workspace_columns(workspace), **moments}
    return dict(zip(wanted, (await db.execute(_crowds(len(wanted)), values)).one(), strict=True))


async def problems(db: Db, workspace: Workspace, since: datetime, limit: int) -> list[NoticeRow]:
    """What was due since then and is unknown, dead or missed, newest first: what an admin must be able to see."""
    which = [*of_workspace(notices, workspace), notices.c.state.in_(PROBLEMS), notices.c.due_at >= since]
    return await _read(db, ROWS.where(*which).order_by(notices.c.due_at.desc(), notices.c.id).limit(limit))


async def next_wake(db: Db, workspace: Workspace | None = None) -> datetime | None:
    """When the next planned notice may be handed over or posted."""
    values = workspace_columns(workspace) if workspace else {}
    row = (await db.execute(_next_wake(of_one=bool(workspace)), values)).one()
    return min((moment for moment in row if moment), default=None)


@cache
def _next_wake(*, of_one: bool) -> Select[Any]:
    planned = [notices.c.state == NoticeState.PLANNED, *(of_given_workspace(notices) if of_one else ())]
    soonest = [select(func.min(notices.c.hand_at)).where(notices.c.way == one, *planned) for one in DeliveryMethod]
    return select(*(one.scalar_subquery() for one in soonest))


async def clean_up(db: Db, before: datetime, limit: int) -> int:
    """Delete at most so many notices that ended before then, and the parcels of which nothing is left; how many."""
    over = (notices.c.state.in_(ENDED), notices.c.expires_at < before, notices.c.due_at < before)
    old = select(notices.c.id).where(*over).order_by(notices.c.id).limit(limit)
    gone = await db.execute(delete(notices).where(notices.c.id.in_(old)))
    closed = parcels.c.state.in_((MessageState.SAID, MessageState.WITHDRAWN, MessageState.UNKNOWN, MessageState.DEAD))
    empty = ~exists().where(notices.c.parcel_id == parcels.c.id)
    past = parcels.c.post_at < int(before.timestamp())
    left = select(parcels.c.id).where(closed, past, empty).order_by(parcels.c.id).limit(limit)
    emptied = await db.execute(delete(parcels).where(parcels.c.id.in_(left)))
    return gone.rowcount + emptied.rowcount


def read(row: Any) -> NoticeRow:
    """A row of the table in our words."""
    return NoticeRow(
        id=row.id,
        notice=read_notice(row),
        state=NoticeState(row.state),
        parcel=read_parcel(row, "p_") if row.p_way else None,
        problem=row.problem,
    )


def read_notice(row: Any) -> Notice:
    """The notice that a row of the table holds."""
    return Notice(
        kind=NoticeKind(row.kind),
        account=account_in(row),
        session_id=row.session_id,
        channel_id=row.channel_id,
        start=row.start,
        before=timedelta(seconds=row.before_s),
        occurrence=row.occurrence,
        due_at=row.due_at,
        hand_at=row.hand_at,
        expires_at=row.expires_at,
        facts=NO_FACTS if row.facts == "{}" else NoticeFacts.model_validate_json(row.facts),
    )


def in_words(facts: NoticeFacts) -> str:
    """NoticeFacts as they are stored."""
    return "{}" if facts == NO_FACTS else facts.model_dump_json(exclude_defaults=True)


def _around(due: datetime) -> dict[str, datetime]:
    return {"due": due, "early": due - 5 * HAND_OVER_BEFORE, "before": due - HAND_OVER_BEFORE}


@cache
def _crowds(count: int) -> Select[Any]:
    return select(*(select(func.count()).select_from(_crowd(number)).scalar_subquery() for number in range(count)))


def _crowd(number: int) -> Any:
    due, early, before = (bindparam(f"{name}_{number}", type_=UtcDateTime()) for name in ("due", "early", "before"))
    mine = (notices.c[name] == bindparam(name) for name in ("team_id", "enterprise_id"))
    # The index that is partial to what is planned goes by when it may be handed over: at most so long before.
    handed = and_(notices.c.way == DeliveryMethod.HELD, notices.c.hand_at.between(early, due))
    falls_due = notices.c.due_at.between(before, due)
    some = select(notices.c.id).where(*mine, handed, falls_due, text("state = 'planned'"))
    return some.limit(MOST_COUNTED).subquery()


async def _read(db: Db, query: Select[Any]) -> list[NoticeRow]:
    return [read(row) for row in await db.execute(query)]


async def _lock_packed(db: Db, wanted: Sequence[Notice]) -> list[int]:
    """Keep parcels of these sessions from ending while we plan, and return those with something that is to be said.

    Who plans reads the state of a parcel; read after the notices are locked, it is as the last one to end it left it.
    """
    spaces = ((notice.account.workspace, notice.session_id) for notice in wanted if notice.kind in TIMED)
    keys = {(space.team_id, space.enterprise_id, session_id) for space, session_id in spaces}
    if not keys:
        return []
    mine = tuple_(notices.c.team_id, notices.c.enterprise_id, notices.c.session_id).in_(keys)
    state = notices.c.state.in_((NoticeState.PACKED, NoticeState.WITHDRAWN))
    query = select(notices.c.state, notices.c.parcel_id).where(mine, state, notices.c.parcel_id.is_not(None))
    found = await db.execute(_locked(db, query))
    return sorted({row.parcel_id for row in found if row.state == NoticeState.PACKED})


async def _off(db: Db, ids: Sequence[int], state: NoticeState) -> None:
    waiting = notices.c.state.in_((NoticeState.PLANNED, NoticeState.PACKED))
    query = select(notices.c.id, notices.c.state, notices.c.parcel_id).where(notices.c.id.in_(ids), waiting)
    rows = list(await db.execute(_locked(db, query))) if ids else []
    await _off_locked(db, rows, state)


async def _off_locked(db: Db, rows: Sequence[Any], state: NoticeState) -> set[int]:
    """End these locked notices, unless Slack has them and cannot be asked for them back. Return the ended."""
    packed_in = {row.parcel_id for row in rows if row.state == NoticeState.PACKED}
    back = await withdraw(db, packed_in)
    gone = {row.id for row in rows if row.state == NoticeState.PLANNED or row.parcel_id in back}
    if gone:
        await db.execute(_ended(postgresql=db.is_postgresql), {"ids": sorted(gone), "ended": state})
    return gone


@cache
def _ended(*, postgresql: bool) -> Any:
    these = among(notices.c.id, "ids", postgresql=postgresql)
    return update(notices).where(these).values(state=bindparam("ended", type_=notices.c.state.type), problem="")


@cache
def _session(*, postgresql: bool) -> Select[Any]:
    mine = of_given_account(notices)
    waiting = notices.c.state.in_((NoticeState.PLANNED, NoticeState.PACKED, NoticeState.WITHDRAWN))
    query = select(notices).where(*mine, notices.c.session_id == bindparam("session"), waiting).order_by(notices.c.id)
    return query.with_for_update() if postgresql else query


def _locked(db: Db, query: Select[Any]) -> Select[Any]:
    return query.order_by(notices.c.id).with_for_update() if db.is_postgresql else query


def _columns(notice: Notice) -> dict[str, Any]:
    return {
        **account_columns(notice.account),
        "session_id": notice.session_id,
        "kind": notice.kind,
        "channel_id": notice.channel_id,
        "start": notice.start,
        "before_s": int(notice.before.total_seconds()),
        "occurrence": notice.occurrence,
        "due_at": notice.due_at,
        "hand_at": notice.hand_at,
        "way": delivery_method(notice),
        "expires_at": notice.expires_at,
        "facts": in_words(notice.facts),
        "state": NoticeState.PLANNED,
    }


def _upsert(insert: Any) -> Any:
    again = {
        "state": _PLANNED_OR_PACKED,
        "hand_at": insert.excluded.hand_at,
        "way": insert.excluded.way,
        "expires_at": insert.excluded.expires_at,
        "facts": insert.excluded.facts,
        "problem": "",
    }
    withdrawn = notices.c.state == NoticeState.WITHDRAWN
    return insert.on_conflict_do_update(index_elements=IDENTITY, set_=again, where=withdrawn)


# Spelled out, because a list of values cannot stand in a statement that is executed for many rows at once.
_PARCEL_IS_OPEN = or_(
    parcels.c.state == MessageState.GIVING,
    parcels.c.state == MessageState.HELD,
    parcels.c.state == MessageState.WITHDRAWING,
)
_PLANNED_OR_PACKED = case(
    # By name: in what an insert does on conflict, SQLAlchemy does not correlate and would ask about all notices.
    (exists().where(parcels.c.id == literal_column("notices.parcel_id"), _PARCEL_IS_OPEN), NoticeState.PACKED.value),
    else_=NoticeState.PLANNED.value,
)
_UPSERT_EACH = _upsert(sqlite.insert(notices))
_UPSERT_MANY = _upsert(
    postgresql.insert(notices).from_select(PLANNED, listed(notices, PLANNED), include_defaults=False)
)
