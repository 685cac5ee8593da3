"""The table of recordings: each webinar that has ended, its recording as last read, and who decided what about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, SecretStr
from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.connection import Db
from bot.db.keys import account_columns, account_of, of_account
from bot.db.leases import LeasedTable
from bot.db.recording_schema import recordings
from bot.db.schema import webinars
from bot.model.people import Account, Frozen
from bot.model.recording import Recording
from bot.model.webinar import Access, Status


class SharingDecision(Frozen):
    """What was decided about the link of a recording: where it goes, or, without a place, that it is not needed."""

    by: str
    at: AwareDatetime
    channels: tuple[str, ...] = ()
    with_seats: bool = False

    @property
    def is_share(self) -> bool:
        """Whether the link goes somewhere."""
        return bool(self.channels) or self.with_seats


class TrackedRecording(Frozen):
    """What is known about the recording of a webinar that has ended."""

    account: Account
    session_id: str
    recording: Recording | None = None
    """As last read; `None` if the provider has none, or none yet."""
    access: Access | None = None
    """Who can open the link; `None` until it is available."""
    may_share: bool = True
    """Whether the company lets recordings be shared."""
    read_at: AwareDatetime | None = None
    ended_at: AwareDatetime
    """When its end was noticed."""
    check_at: AwareDatetime | None = None
    """When the provider is asked again; `None` if nothing is expected."""
    decision: SharingDecision | None = None

    @property
    def link(self) -> SecretStr:
        """The shared link; empty if it was not read."""
        return self.recording.link if self.recording else SecretStr("")


class _SealedRecording(Frozen):
    """The encrypted part of a row. The link is apart, because JSON of the model hides it."""

    recording: Recording | None = None
    link: str = ""
    access: Access | None = None
    may_share: bool = True
    read_at: AwareDatetime | None = None


async def find_ended(db: Db, account: Account, since: datetime) -> list[str]:
    """The webinars of our users that have ended, began after `since`, and have no row yet."""
    known = exists().where(*(recordings.c[name] == webinars.c[name] for name in _SESSION)).correlate(webinars)
    ended = webinars.c.status == Status.FINISHED, webinars.c.start > since, webinars.c.created_by != ""
    query = select(webinars.c.session_id).where(*of_account(webinars, account), *ended, ~known)
    return list((await db.execute(query)).scalars())


async def begin(db: Db, account: Account, session_ids: Sequence[str], now: datetime, check_at: datetime) -> None:
    """Add these sessions, whose end was noticed now; those that another replica has added stay."""
    insert = postgres.insert(recordings) if db.is_postgresql else sqlite.insert(recordings)
    for session_id in session_ids:
        tracked = TrackedRecording(account=account, session_id=session_id, ended_at=now, check_at=check_at)
        row = {**account_columns(account), "session_id": session_id, "ended_at": now, **_values(tracked)}
        await db.execute(insert.values(**row).on_conflict_do_nothing())


async def find(db: Db, account: Account, session_id: str, *, for_update: bool = False) -> TrackedRecording | None:
    """What is known about the recording of this session; `for_update` locks it until the transaction ends."""
    query = select(recordings).where(*of_account(recordings, account), recordings.c.session_id == session_id)
    row = (await db.execute(query.with_for_update() if for_update and db.is_postgresql else query)).first()
    return _tracked(row) if row else None


async def save(db: Db, tracked: TrackedRecording) -> None:
    """Save what was read, for a session that may not have been looked for before. Keeps what was decided."""
    row = {**account_columns(tracked.account), "session_id": tracked.session_id, "ended_at": tracked.ended_at}
    await db.upsert(recordings, {**row, **_values(tracked)}, keep=["ended_at"])


async def save_decision(
    db: Db, tracked: TrackedRecording, decision: SharingDecision, check_at: datetime | None
) -> None:
    """Save what was decided, and when to look at the recording next."""
    which = *of_account(recordings, tracked.account), recordings.c.session_id == tracked.session_id
    values = {"decision": decision.model_dump_json(), "check_at": check_at}
    await db.execute(update(recordings).where(*which).values(**values))


async def next_check(db: Db, account: Account) -> datetime | None:
    """When the provider is to be asked next, if at all."""
    return (await db.execute(select(func.min(recordings.c.check_at)).where(*of_account(recordings, account)))).scalar()


async def claim_due(
    db: Db, account: Account, due_by: datetime, worker_id: str, now: datetime, until: datetime, most: int
) -> list[TrackedRecording]:
    """Claim the rows that are to be checked by then."""
    return await LEASES.claim_many(db, account, worker_id, now, until, recordings.c.check_at <= due_by, most=most)


async def starts(db: Db, account: Account, session_ids: Sequence[str]) -> list[datetime]:
    """When these sessions were planned to start."""
    which = *of_account(webinars, account), webinars.c.session_id.in_(session_ids)
    return list((await db.execute(select(webinars.c.start).where(*which))).scalars())


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete what is known about the recordings of webinars that began before then."""
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before)
    await db.execute(delete(recordings).where(*of_account(recordings, account), recordings.c.session_id.in_(over)))


def _never() -> ColumnElement[bool]:
    """No row is resumed by itself: `claim_due` says which are due."""
    return recordings.c.check_at.is_(None) & recordings.c.check_at.is_not(None)


def _values(tracked: TrackedRecording) -> dict[str, Any]:
    content = _SealedRecording(
        recording=tracked.recording,
        link=tracked.link.get_secret_value(),
        access=tracked.access,
        may_share=tracked.may_share,
        read_at=tracked.read_at,
    )
    return {"content": content.model_dump_json(), "check_at": tracked.check_at}


def _tracked(row: Any) -> TrackedRecording:
    content = _SealedRecording.model_validate_json(row.content)
    found = content.recording
    return TrackedRecording(
        account=account_of(row),
        session_id=row.session_id,
        recording=found.model_copy(update={"link": SecretStr(content.link)}) if found else None,
        access=content.access,
        may_share=content.may_share,
        read_at=content.read_at,
        ended_at=row.ended_at,
        check_at=row.check_at,
        decision=SharingDecision.model_validate_json(row.decision) if row.decision else None,
    )


_SESSION = ("team_id", "enterprise_id", "provider", "account", "session_id")
LEASES = LeasedTable(
    recordings,
    key=("session_id",),
    order=("check_at", "session_id"),
    resumable=_never(),
    read=_tracked,
    write=_values,
)
