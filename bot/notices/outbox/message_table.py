"""Parcels: one message at Slack each, with all that is said in it; here is written down what has become of them.

Whoever locks rows locks notices first, then parcels, each by id; so nobody waits in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Interval, Select, String, bindparam, case, func, literal, or_, select, update

from bot.clock import machine_now
from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import EachRow, among, of_given_workspace, of_workspace, workspace_columns, workspace_of
from bot.db.schema import EPOCH, notices, parcels
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.schedule import TIME_TO_CHANGE

AT_SLACK = (MessageState.GIVING, MessageState.HELD, MessageState.WITHDRAWING)
OPEN = (MessageState.GIVING, MessageState.WITHDRAWING)
AT_ONCE = EPOCH
NOT_TAKEN_BACK = "could not be taken back"
MANY = 500


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message of ours: `post_at` is the Unix second at which it is or was posted.

    `attempts` counts how often what is in it was given to Slack in vain; `text_digest` is of the message Slack holds.
    """

    id: int
    workspace: Workspace
    channel_id: str
    way: DeliveryMethod
    state: MessageState
    post_at: int
    wake_at: datetime
    mark: str = ""
    scheduled_id: str | None = None
    message_ts: str | None = None
    text_digest: str | None = None
    claimed_by: str = ""
    attempts: int = 0
    problem: str = ""


@dataclass(frozen=True)
class ScheduledAtSlack:
    """Slack holds a parcel under this id."""

    parcel_id: int
    scheduled_id: str
    text_digest: str | None = None


@dataclass(frozen=True)
class PostedMessage:
    """Slack has posted a parcel; `ts` is its name in its channel."""

    parcel_id: int
    ts: str


async def handed(db: Db, those: Sequence[ScheduledAtSlack]) -> set[int]:
    """Slack has them. One that was to be withdrawn meanwhile keeps that state, and now the id to do it with.

    A parcel that is missing in the answer has gone on without us: what Slack now holds under this id is one too many.
    """
    found = await db.execute(_states(postgresql=db.is_postgresql), {"ids": [one.parcel_id for one in those]})
    rows = {row.id: row for row in found}
    fit = [one for one in those if one.parcel_id in rows and rows[one.parcel_id].state in OPEN]
    if fit:
        values = [{"key": one.parcel_id, "at_slack": one.scheduled_id, "digest": one.text_digest} for one in fit]
        await _HANDED.change(db, values)
    # Somebody else may have found it at Slack before we came to say so.
    same = (one for one in those if one.parcel_id in rows and rows[one.parcel_id].scheduled_id == one.scheduled_id)
    return {one.parcel_id for one in (*fit, *same)}


async def posted(db: Db, those: Sequence[PostedMessage]) -> set[int]:
    """Slack has posted them, and all that is in them is said. Who is missing in the answer has been posted twice."""
    ids = [one.parcel_id for one in those]
    await _lock_notices(db, ids)
    found = await db.execute(_states(postgresql=db.is_postgresql), {"ids": ids})
    rows = {row.id: row for row in found}
    fit = [one for one in those if one.parcel_id in rows and rows[one.parcel_id].state == MessageState.GIVING]
    if fit:
        await _POSTED.change(db, [{"key": one.parcel_id, "ts": one.ts} for one in fit])
        await _say(db, [one.parcel_id for one in fit])
    same = (one for one in those if one.parcel_id in rows and rows[one.parcel_id].message_ts == one.ts)
    return {one.parcel_id for one in (*fit, *same)}


async def not_at_slack(db: Db, parcel: OutboundMessage, again_at: datetime, problem: str = "") -> bool:
    """Slack surely does not have it: what is in it and still to be said is planned again, from then on."""
    state = await _lock(db, parcel, OPEN)
    if state is None:
        return False
    # What was got back was no failed try.
    attempts = 0 if state is MessageState.WITHDRAWING else parcels.c.attempts
    await _set(db, parcel, state=MessageState.WITHDRAWN, attempts=attempts, problem=problem, claimed_until=None)
    again = {"state": NoticeState.PLANNED, "hand_at": again_at, "problem": problem}
    await db.execute(update(notices).where(*_packed_in(parcel)).values(again))
    return True


async def end(db: Db, parcel: OutboundMessage, state: MessageState, problem: str) -> bool:
    """Close a parcel for good, and what is in it, as unknown or dead, with the reason."""
    if await _lock(db, parcel, OPEN) is None:
        return False
    await _set(db, parcel, state=state, problem=problem, claimed_until=None)
    closed = {"state": NoticeState(state.value), "problem": problem}
    await db.execute(update(notices).where(*_packed_in(parcel)).values(closed))
    return True


async def was_posted(db: Db, parcel: OutboundMessage, problem: str = "") -> list[int]:
    """Slack has posted what was to be got back, or perhaps has (`problem`). Which notices should not have been."""
    if await _lock(db, parcel, (MessageState.WITHDRAWING,)) is None:
        return []
    ending = MessageState.UNKNOWN if problem else MessageState.SAID
    await _set(db, parcel, state=ending, problem=problem, claimed_until=None)
    closed = {"state": NoticeState(ending.value), "problem": problem}
    await db.execute(update(notices).where(*_packed_in(parcel)).values(closed))
    off = await db.execute(
        update(notices)
        .where(notices.c.parcel_id == parcel.id, notices.c.state.in_((NoticeState.WITHDRAWN, NoticeState.SKIPPED)))
        .values(state=NoticeState.SAID, problem=NOT_TAKEN_BACK)
        .returning(notices.c.id)
    )
    return sorted(off.scalars())


async def find(db: Db, parcel: OutboundMessage) -> OutboundMessage:
    """How it stands by now."""
    return read((await db.execute(select(parcels).where(parcels.c.id == parcel.id))).one())


async def of_second(db: Db, parcel: OutboundMessage) -> list[OutboundMessage]:
    """All that Slack holds, holds perhaps, or has held for the same channel and second."""
    same = (parcels.c.channel_id == parcel.channel_id, parcels.c.post_at == parcel.post_at)
    state = parcels.c.state.in_((*AT_SLACK, MessageState.SAID))
    held = (parcels.c.way == DeliveryMethod.HELD, state, *of_workspace(parcels, parcel.workspace), *same)
    return [read(row) for row in await db.execute(select(parcels).where(*held))]


async def hold(db: Db, parcel: OutboundMessage, wait: timedelta, problem: str | None = None) -> bool:
    """Leave it unclear, for somebody to look into when so much of the machine's time has passed. False if not ours."""
    held = await db.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id, parcels.c.state.in_(OPEN), parcels.c.claimed_by == parcel.claimed_by)
        .values(claimed_until=lease_clock(db, wait), problem=parcel.problem if problem is None else problem)
    )
    return bool(held.rowcount)


async def repeat(db: Db, parcel: OutboundMessage, now: datetime, problem: str) -> OutboundMessage | None:
    """Say it again, though it may have been said; nothing where it is no longer ours to say."""
    again = replace(parcel, attempts=parcel.attempts + 1, post_at=int(now.timestamp()), problem=problem)
    changes = {"attempts": again.attempts, "post_at": again.post_at, "problem": problem}
    ours = (parcels.c.state == MessageState.GIVING, parcels.c.claimed_by == parcel.claimed_by)
    done = await db.execute(update(parcels).where(parcels.c.id == parcel.id, *ours).values(changes))
    return again if done.rowcount else None


async def try_again(db: Db, parcel: OutboundMessage, when: datetime, problem: str | None = None) -> None:
    """Give up the claim on a withdrawal, to be taken up again at that time."""
    await db.execute(
        update(parcels)
        .where(parcels.c.id == parcel.id, parcels.c.state == MessageState.WITHDRAWING)
        .values(wake_at=when, claimed_until=None, problem=parcel.problem if problem is None else problem)
    )


async def to_look_over(db: Db, now: datetime, workspace: Workspace | None) -> list[OutboundMessage]:
    """What Slack holds for later and may have to be exchanged, because something about it has changed."""
    values = {"now": now, "beyond": int((now + TIME_TO_CHANGE).timestamp()), **_of(workspace)}
    return [read(row) for row in await db.execute(_to_look_over(of_one=bool(workspace)), values)]


@cache
def _to_look_over(*, of_one: bool) -> Select[Any]:
    held = (parcels.c.state == MessageState.HELD, parcels.c.wake_at <= bindparam("now"))
    beyond = parcels.c.post_at > bindparam("beyond")
    query = select(parcels).where(*held, beyond, *(of_given_workspace(parcels) if of_one else ()))
    return query.order_by(parcels.c.wake_at).limit(MANY)


async def exchange(db: Db, parcel: OutboundMessage) -> None:
    """What Slack holds says what is no longer so: get it back, to hand over what is."""
    if await _lock(db, parcel, (MessageState.HELD,)):
        await _set(db, parcel, state=MessageState.WITHDRAWING, wake_at=AT_ONCE)


async def looked_over(db: Db, parcel: OutboundMessage, wake_at: datetime) -> None:
    """It is as it should be, unless something has changed again since it was read."""
    same = (parcels.c.id == parcel.id, parcels.c.state == MessageState.HELD, parcels.c.wake_at == parcel.wake_at)
    await db.execute(update(parcels).where(*same).values(wake_at=wake_at))


async def count_as_said(db: Db, now: datetime, workspace: Workspace | None = None) -> bool:
    """What Slack held and has surely posted counts as said from its `wake_at` on. True where there may be more."""
    query, values = _past(of_one=bool(workspace)), {"now": now, "by": int(now.timestamp()), **_of(workspace)}
    ids = list((await db.execute(query, values)).scalars())
    await _lock_notices(db, ids)
    if not ids:
        return False
    still = list((await db.execute(_locked(db, query.where(parcels.c.id.in_(ids))), values)).scalars())
    if still:
        said = update(parcels).where(parcels.c.id.in_(still)).values(state=MessageState.SAID)
        await db.execute(said)
        await _say(db, still)
    return len(ids) == MANY


@cache
def _past(*, of_one: bool) -> Select[Any]:
    held = (parcels.c.state == MessageState.HELD, parcels.c.wake_at <= bindparam("now"))
    query = select(parcels.c.id).where(*held, parcels.c.post_at <= bindparam("by"))
    return query.where(*(of_given_workspace(parcels) if of_one else ())).order_by(parcels.c.wake_at).limit(MANY)


async def next_wake(db: Db, workspace: Workspace | None = None) -> datetime | None:
    """When there is next something to do about a parcel that nobody is at yet."""
    found = await db.execute(_next_wake(of_one=bool(workspace)), _of(workspace))
    moment: datetime | None = found.scalar()
    return moment


@cache
def _next_wake(*, of_one: bool) -> Select[Any]:
    waiting = or_(parcels.c.state == MessageState.HELD, parcels.c.state == MessageState.WITHDRAWING)
    query = select(func.min(parcels.c.wake_at)).where(waiting, parcels.c.claimed_until.is_(None))
    return query.where(*(of_given_workspace(parcels) if of_one else ()))


async def release_all(db: Db) -> None:
    """Free claims: for a database that only one process uses, right after that process started.

    What was being given to Slack stays claimed until its time runs out: Slack may still be about to accept it.
    """
    under_way = or_(parcels.c.state == MessageState.GIVING, parcels.c.scheduled_id.is_(None))
    await db.execute(update(parcels).where(parcels.c.claimed_until.is_not(None), ~under_way).values(claimed_until=None))


async def withdraw(db: Db, ids: Collection[int]) -> set[int]:
    """Of these parcels, those that Slack holds or is getting, and that are from now on to be got back."""
    if not ids:
        return set()
    query = _locked(db, select(parcels.c.id)).where(
        parcels.c.id.in_(ids), parcels.c.way == DeliveryMethod.HELD, parcels.c.state.in_(AT_SLACK)
    )
    found = set((await db.execute(query)).scalars())
    if found:
        off = {"state": MessageState.WITHDRAWING, "wake_at": AT_ONCE}
        new = parcels.c.state != MessageState.WITHDRAWING
        await db.execute(update(parcels).where(parcels.c.id.in_(found), new).values(off))
    return found


async def touch(db: Db, ids: Collection[int], now: datetime) -> None:
    """Have what Slack holds or is getting looked over, because something about it has changed."""
    if not ids:
        return
    ahead = parcels.c.post_at > int(now.timestamp())
    state = parcels.c.state.in_((MessageState.GIVING, MessageState.HELD))
    query = _locked(db, select(parcels.c.id)).where(parcels.c.id.in_(ids), state, ahead)
    found = list((await db.execute(query)).scalars())
    await db.execute(update(parcels).where(parcels.c.id.in_(found)).values(wake_at=now))


def lease_clock(db: Db, ahead: timedelta = timedelta()) -> ColumnElement[Any]:
    """The time that claims go by, so much later: the database's own where replicas share it, else the machine's."""
    if db.is_postgresql:
        return func.clock_timestamp() + literal(ahead, Interval())
    return literal(machine_now() + ahead, UtcDateTime())


def _of(workspace: Workspace | None) -> dict[str, str]:
    return workspace_columns(workspace) if workspace else {}


def read(row: Any, prefix: str = "") -> OutboundMessage:
    """A row of the table in our words; `prefix` stands before the names of its columns."""
    values = {name: getattr(row, prefix + name) for name in _FIELDS}
    values |= {"way": DeliveryMethod(values["way"]), "state": MessageState(values["state"])}
    return OutboundMessage(workspace=workspace_of(row.team_id, row.enterprise_id), **values)


def labelled(prefix: str) -> Iterable[ColumnElement[Any]]:
    """The columns that `read` needs beside those that notices have as well."""
    return [parcels.c[name].label(prefix + name) for name in _FIELDS]


@cache
def _states(*, postgresql: bool) -> Select[Any]:
    what = select(parcels.c.id, parcels.c.state, parcels.c.scheduled_id, parcels.c.message_ts)
    return what.where(among(parcels.c.id, "ids", postgresql=postgresql)).order_by(parcels.c.id).with_for_update()


async def _say(db: Db, ids: Sequence[int]) -> None:
    await db.execute(_saying(postgresql=db.is_postgresql), {"ids": list(ids)})


@cache
def _saying(*, postgresql: bool) -> Any:
    packed = (among(notices.c.parcel_id, "ids", postgresql=postgresql), notices.c.state == NoticeState.PACKED)
    return update(notices).where(*packed).values(state=NoticeState.SAID, problem="")


async def _lock_notices(db: Db, ids: Sequence[int]) -> None:
    if db.is_postgresql and ids:
        await db.execute(_NOTICES_IN, {"ids": list(ids)})


async def _lock(db: Db, parcel: OutboundMessage, states: Collection[MessageState]) -> MessageState | None:
    await _lock_notices(db, [parcel.id])
    query = _locked(db, select(parcels.c.state)).where(parcels.c.id == parcel.id, parcels.c.state.in_(states))
    found: str | None = (await db.execute(query)).scalar()
    return MessageState(found) if found else None


async def _set(db: Db, parcel: OutboundMessage, **values: Any) -> None:
    await db.execute(update(parcels).where(parcels.c.id == parcel.id).values(values))


def _locked(db: Db, query: Select[Any]) -> Select[Any]:
    return query.order_by(parcels.c.id).with_for_update() if db.is_postgresql else query


def _packed_in(parcel: OutboundMessage) -> list[ColumnElement[bool]]:
    return [notices.c.parcel_id == parcel.id, notices.c.state == NoticeState.PACKED]


_NOTICES_IN = (
    select(notices.c.id)
    .where(among(notices.c.parcel_id, "ids", postgresql=True))
    .order_by(notices.c.id)
    .with_for_update()
)
_FIELDS = [field.name for field in fields(OutboundMessage) if field.name != "workspace"]
_GIVING = parcels.c.state == MessageState.GIVING
_HANDED = EachRow(
    parcels,
    {"at_slack": String(), "digest": String()},
    lambda given: {
        "state": case((_GIVING, MessageState.HELD), else_=parcels.c.state),
        "scheduled_id": given["at_slack"],
        "text_digest": given["digest"],
        "attempts": 0,
        "problem": "",
        "claimed_until": None,
    },
)
_POSTED = EachRow(
    parcels,
    {"ts": String()},
    lambda given: {"state": MessageState.SAID, "message_ts": given["ts"], "problem": "", "claimed_until": None},
)
