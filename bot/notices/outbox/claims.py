"""Takes what is to be done from the outbox, so that nobody else does it too: notices to pack, parcels to look after."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Interval,
    Select,
    String,
    Table,
    Text,
    bindparam,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from bot.clock import machine_now
from bot.db.columns import UtcDateTime
from bot.db.connection import Db
from bot.db.keys import EachRow, among, keyed, listed, of_given_workspace, together, workspace_columns
from bot.db.schema import PLACE_AND_SECOND, notices, parcels
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.outbox.message_table import OutboundMessage, lease_clock, read
from bot.notices.outbox.notice_table import ROWS, NoticeRow, in_words
from bot.notices.outbox.notice_table import read as read_row

BATCH = 128
"""Rows taken in one transaction: a transaction costs as much as some thirty rows in it."""
RIDERS = 1000
"""More than fit in any message."""
BEGUN = (
    *("team_id", "enterprise_id", "channel_id", "way", "state", "post_at", "mark", "wake_at", "claimed_by", "attempts"),
)
"""The columns of a parcel that is about to be given to Slack."""
TOO_LATE = "it was too late for it to be worth saying"

Place = tuple[str, str, str]
"""Team, enterprise, channel."""
Room = Callable[[Workspace, str], datetime | None]
"""Takes room for one more call to Slack for this workspace and channel, or says when there is some."""


@dataclass(frozen=True)
class Claim:
    """Who takes rows, for how much of the machine's time, and of which workspace; without one, of all."""

    by: str
    lease: timedelta
    workspace: Workspace | None = None


@dataclass(frozen=True)
class BatchedMessage:
    """A parcel and what is in it."""

    parcel: OutboundMessage
    rows: tuple[NoticeRow, ...]


@dataclass(frozen=True)
class PackedBatch:
    """What was packed, and what was missed; `more` where there may be more to pack at once."""

    loads: list[BatchedMessage]
    missed: list[NoticeRow]
    more: bool


@dataclass(frozen=True)
class MessageDraft:
    """What is to become a parcel."""

    rows: Sequence[NoticeRow]
    way: DeliveryMethod
    post_at: int
    wake_at: datetime


async def unclear(db: Db, claim: Claim, limit: int = BATCH) -> list[OutboundMessage]:
    """Take over what was being given to Slack when the claim on it ran out: nobody knows whether Slack has it."""
    return await _take(db, MessageState.GIVING, claim, {"most": limit})


async def withdrawals(db: Db, now: datetime, claim: Claim, limit: int = BATCH) -> list[OutboundMessage]:
    """Take what must be got back from Slack, or corrected, by `now`."""
    return await _take(db, MessageState.WITHDRAWING, claim, {"most": limit, "now": now})


class Deferrals:
    """Notices that have to wait, by until when."""

    def __init__(self) -> None:
        """Nothing has to, so far."""
        self._waiting: list[dict[str, Any]] = []

    def add(self, until: datetime, rows: Iterable[NoticeRow]) -> None:
        """These have to, until then."""
        self._waiting += [{"key": row.id, "until": until} for row in rows]

    async def write(self, db: Db) -> None:
        """Write it down."""
        await _WAIT.change(db, self._waiting)


async def lock(
    db: Db,
    claim: Claim,
    now: datetime,
    most: int,
    *,
    directly: bool,
    with_: Collection[NoticeRow] = (),
    **due: datetime,
) -> list[NoticeRow]:
    """Planned notices that nobody else is packing, and nobody else will until we commit: those whose time has come.

    `directly`: of those to be posted, else of those to be held. `with_`: others of the same channels as these; of those
    to be held those that are due between `first` and `last`, whether their own time has come or not.
    """
    query = _planned(directly=directly, more=bool(with_), of_one=bool(claim.workspace), postgresql=db.is_postgresql)
    values = {"now": now, "most": most, **due, **(workspace_columns(claim.workspace) if claim.workspace else {})}
    if with_:
        values |= {"mine": [row.id for row in with_], **those_places(db, with_)}
    return [read_row(row) for row in await db.execute(query, values)]


@cache
def _planned(*, directly: bool, more: bool, of_one: bool, postgresql: bool) -> Select[Any]:
    which = [
        notices.c.state == NoticeState.PLANNED,
        notices.c.way == (DeliveryMethod.POSTED if directly else DeliveryMethod.HELD),
    ]
    if of_one:
        which += of_given_workspace(notices)
    if more:
        which += [
            in_places(notices, postgresql=postgresql),
            not_(among(notices.c.id, "mine", postgresql=postgresql)),
            notices.c.expires_at > bindparam("now"),
        ]
    if more and not directly:
        which.append(notices.c.due_at.between(bindparam("first"), bindparam("last")))
    else:
        which.append(notices.c.hand_at <= bindparam("now"))
    query = ROWS.where(*which).order_by(notices.c.hand_at, notices.c.id).limit(bindparam("most"))
    return _unlocked_by_others(query, notices)


async def begin(
    db: Db, rows: list[NoticeRow], now: datetime, limit: int
) -> tuple[list[NoticeRow], list[NoticeRow], bool]:
    """Of rows just locked, those that are missed, those to go on with, and whether there may be more."""
    late = [ended(row, NoticeState.MISSED) for row in rows if row.notice.expires_at <= now]
    await end(db, late)
    left = [row for row in rows if row.notice.expires_at > now]
    ours = await _lock_channels(db, {place_of(row) for row in left})
    mine = [row for row in left if place_of(row) in ours]
    return late, mine, len(rows) == limit and bool(late or mine)


async def _lock_channels(db: Db, places: set[Place]) -> set[Place]:
    """Those channels for which nobody else packs anything until we commit."""
    if not db.is_postgresql or not places:
        return places
    # Never waited for: whoever waits with rows in hand could be waited for as well.
    keys = {"|".join(place): place for place in places}
    wanted = func.unnest(literal(sorted(keys), ARRAY(Text))).column_valued("wanted")
    got = select(wanted, func.pg_try_advisory_xact_lock(func.hashtextextended(wanted, 0)))
    return {keys[key] for key, is_ours in await db.execute(got) if is_ours}


def ended(row: NoticeRow, state: NoticeState) -> NoticeRow:
    """A notice that is done with."""
    problem = (row.problem or TOO_LATE) if state is NoticeState.MISSED else ""
    return replace(row, state=state, problem=problem)


async def end(db: Db, rows: Collection[NoticeRow]) -> None:
    """Write down which notices are done with, and why."""
    await _END.change(db, [{"key": row.id, "ended": row.state, "why": row.problem} for row in rows])


async def pack(db: Db, drafts: Sequence[MessageDraft], claim: Claim) -> list[BatchedMessage]:
    """Write the parcels down, as being given to Slack by us."""
    if not drafts:
        return []
    drafts = [replace(one, rows=sorted(one.rows, key=_by_due)) for one in drafts]
    begun = [_begun(draft, claim) for draft in drafts]
    ids = await _insert(db, begun, claim)
    loads = [_load(draft, number, values) for draft, number, values in zip(drafts, ids, begun, strict=True)]
    contents = [
        {"key": row.id, "parcel": load.parcel.id, "said": in_words(row.notice.facts)}
        for load in loads
        for row in load.rows
    ]
    await _CONTENT.change(db, contents)
    return loads


async def _insert(db: Db, begun: Sequence[dict[str, Any]], claim: Claim) -> list[int]:
    """Insert parcels and return their ids, in the same order."""
    if not db.is_postgresql:
        until = machine_now() + claim.lease
        made = await db.execute(_INSERT, [{**values, "claimed_until": until} for values in begun])
        return list(made.scalars())
    lists = {name: [values[name] for values in begun] for name in BEGUN}
    made = await db.execute(_INSERT_ALL, {**lists, "lease": claim.lease})
    # No two parcels of a transaction share a channel and a second.
    ids = {tuple(key): number for number, *key in made}
    return [ids[tuple(values[name] for name in PLACE_AND_SECOND)] for values in begun]


def _insert_all() -> Any:
    """One statement for any number of parcels: each number in a statement of its own would have to be prepared."""
    until = func.clock_timestamp() + bindparam("lease", type_=Interval())
    chosen = listed(parcels, BEGUN).add_columns(until)
    statement = insert(parcels).from_select([*BEGUN, "claimed_until"], chosen, include_defaults=False)
    return statement.returning(parcels.c.id, *(parcels.c[name] for name in PLACE_AND_SECOND))


def _by_due(row: NoticeRow) -> tuple[datetime, int]:
    return row.notice.due_at, row.id


def _begun(draft: MessageDraft, claim: Claim) -> dict[str, Any]:
    notice = draft.rows[0].notice
    return {
        **workspace_columns(notice.account.workspace),
        "channel_id": notice.channel_id,
        "way": draft.way,
        "state": MessageState.GIVING,
        "post_at": draft.post_at,
        "mark": secrets.token_hex(8) if draft.way is DeliveryMethod.POSTED else "",
        "wake_at": draft.wake_at,
        "claimed_by": claim.by,
        "attempts": 1 + max(row.parcel.attempts if row.parcel else 0 for row in draft.rows),
    }


def _load(draft: MessageDraft, parcel_id: int, values: dict[str, Any]) -> BatchedMessage:
    parcel = OutboundMessage(
        id=parcel_id,
        workspace=draft.rows[0].notice.account.workspace,
        **{name: values[name] for name in ("channel_id", "way", "state", "post_at", "mark", "wake_at")},
        claimed_by=values["claimed_by"],
        attempts=values["attempts"],
    )
    rows = (replace(row, state=NoticeState.PACKED, parcel=parcel) for row in draft.rows)
    return BatchedMessage(parcel, tuple(rows))


async def _take(db: Db, state: MessageState, claim: Claim, values: dict[str, Any]) -> list[OutboundMessage]:
    query = _free(state, of_one=bool(claim.workspace), postgresql=db.is_postgresql)
    values |= workspace_columns(claim.workspace) if claim.workspace else {}
    values |= {} if db.is_postgresql else {"clock": machine_now()}
    found = [read(row) for row in await db.execute(query, values)]
    ours = {"claimed_by": claim.by, "claimed_until": lease_clock(db, claim.lease)}
    if found:
        await db.execute(update(parcels).where(parcels.c.id.in_([one.id for one in found])).values(ours))
    return [replace(parcel, claimed_by=claim.by) for parcel in found]


@cache
def _free(state: MessageState, *, of_one: bool, postgresql: bool) -> Select[Any]:
    clock = func.clock_timestamp() if postgresql else bindparam("clock", type_=UtcDateTime())
    which = [parcels.c.state == state, or_(parcels.c.claimed_until.is_(None), parcels.c.claimed_until < clock)]
    if state is MessageState.WITHDRAWING:
        which.append(parcels.c.wake_at <= bindparam("now"))
    if of_one:
        which += of_given_workspace(parcels)
    query = select(parcels).where(*which).order_by(parcels.c.wake_at, parcels.c.id).limit(bindparam("most"))
    return _unlocked_by_others(query, parcels)


def _unlocked_by_others(query: Select[Any], table: Table) -> Select[Any]:
    # The one difference between the databases: SQLite's write transaction already keeps everyone else out.
    return query.with_for_update(skip_locked=True, of=table)


def place_of(row: NoticeRow) -> Place:
    """Where it is to be said."""
    workspace = row.notice.account.workspace
    return workspace.team_id, workspace.enterprise_id, row.notice.channel_id


def places(table: Table) -> list[Column[Any]]:
    """The columns that say which channel a row is about."""
    return [table.c.team_id, table.c.enterprise_id, table.c.channel_id]


def in_places(table: Table, *, postgresql: bool) -> ColumnElement[bool]:
    """The condition for being about one of some channels, to be given as `those_places`."""
    return together(places(table), "place", postgresql=postgresql)


def those_places(db: Db, rows: Iterable[NoticeRow]) -> dict[str, list[Any]]:
    """The channels of these, for `in_places`."""
    return keyed(places(notices), "place", _places_of(rows), db)


def _places_of(rows: Iterable[NoticeRow]) -> set[Place]:
    return {place_of(row) for row in rows}


_INSERT = insert(parcels).returning(parcels.c.id, sort_by_parameter_order=True)
_INSERT_ALL = _insert_all()
_WAIT = EachRow(notices, {"until": UtcDateTime()}, lambda given: {"hand_at": given["until"]})
_END = EachRow(
    notices, {"ended": String(), "why": Text()}, lambda given: {"state": given["ended"], "problem": given["why"]}
)
_CONTENT = EachRow(
    notices,
    {"parcel": BigInteger(), "said": Text()},
    lambda given: {"state": NoticeState.PACKED, "parcel_id": given["parcel"], "facts": given["said"]},
)
