"""The table of follow-ups, and how far each has come."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import AwareDatetime, Field
from sqlalchemy import ColumnElement, case, delete, or_, select

from bot.db.connection import Db
from bot.db.follow_up_schema import follow_ups
from bot.db.keys import of_account
from bot.db.leases import LeasedTable
from bot.db.records import record_of
from bot.model.people import Account, Frozen
from bot.reports.follow_up.wording import FollowUpGroup


class RunState(StrEnum):
    """How far a follow-up has come. The values are stored."""

    DRAFT = "draft"
    """Shown for review, and not sent."""
    SENDING = "sending"
    """Its messages are being scheduled at Slack, and its file is sent."""
    WAITING = "waiting"
    """Slack has all of its messages, and posts them until `finish_at`."""
    DONE = "done"
    STOPPING = "stopping"
    """The messages that Slack has not posted yet are being withdrawn."""
    STOPPED = "stopped"
    """By a user, or because Slack refuses all messages; it can be continued."""


OPEN = (RunState.SENDING, RunState.STOPPING)
UNDER_WAY = (*OPEN, RunState.WAITING)


class _RunContent(Frozen):
    texts: dict[FollowUpGroup, str] = Field(default_factory=dict, repr=False)
    recording: str = Field(default="", repr=False)


class FollowUpRun(Frozen):
    """One follow-up of a webinar. `problem` is a sentence for the user."""

    account: Account
    follow_up_id: str
    session_id: str
    user_id: str
    state: RunState = RunState.DRAFT
    texts: dict[FollowUpGroup, str] = Field(default_factory=dict, repr=False)
    """The text of each chosen group, with placeholders; empty once it has ended."""
    recording: str = Field(default="", repr=False)
    """The link that the texts mention."""
    in_file: int = -1
    """How many people are in the file; -1 before it is sent."""
    problem: str = ""
    dm_channel_id: str = ""
    dm_ts: str = ""
    begun_at: AwareDatetime
    finish_at: AwareDatetime | None = None
    ended_at: AwareDatetime | None = None

    @property
    def groups(self) -> frozenset[FollowUpGroup]:
        """The groups that it is for."""
        return frozenset(self.texts)


async def add(db: Db, run: FollowUpRun) -> None:
    """Save a new follow-up without a lease."""
    first = run.model_dump(include={"session_id", "user_id", "begun_at"})
    await LEASES.add(db, run, **first, **_progress(run))


async def find(db: Db, account: Account, follow_up_id: str) -> FollowUpRun | None:
    """The follow-up of this id."""
    return await LEASES.find(db, account, follow_up_id)


async def latest(db: Db, account: Account, session_id: str) -> FollowUpRun | None:
    """The last follow-up of this webinar that was sent; drafts do not count."""
    return await LEASES.first(db, account, *_sent_of(session_id), order=[follow_ups.c.begun_at.desc()])


async def others(db: Db, run: FollowUpRun) -> list[FollowUpRun]:
    """The other follow-ups of the same webinar that were sent, last first."""
    which = *_sent_of(run.session_id), follow_ups.c.follow_up_id != run.follow_up_id
    return await LEASES.all(db, run.account, *which, order=[follow_ups.c.begun_at.desc()])


async def change(db: Db, run: FollowUpRun, *, frm: RunState) -> bool:
    """Save this record. False, and nothing saved, if the saved state is not `frm`. The lease stays as it is."""
    return await LEASES.change(db, run, _progress(run), follow_ups.c.state == frm)


async def save_message(db: Db, run: FollowUpRun, channel_id: str, ts: str) -> None:
    """Save where the message about its progress is."""
    await LEASES.change(db, run, {"dm_channel_id": channel_id, "dm_ts": ts})


def is_unchanged(run: FollowUpRun) -> list[ColumnElement[bool]]:
    """Conditions that hold until the state changes, for example because a user stops it."""
    return [follow_ups.c.state == run.state]


def has_work(now: datetime) -> ColumnElement[bool]:
    """Whether there is something to do at this time of the domain clock."""
    is_posted = (follow_ups.c.state == RunState.WAITING) & (follow_ups.c.finish_at <= now)
    return or_(follow_ups.c.state.in_(OPEN), is_posted)


async def ids_before(db: Db, account: Account, before: datetime, *states: RunState) -> list[str]:
    """The ids of the follow-ups in these states that began before then; of those stopped, that were stopped."""
    since = case((follow_ups.c.state == RunState.STOPPED, follow_ups.c.ended_at), else_=follow_ups.c.begun_at)
    which = follow_ups.c.state.in_(states), since < before
    query = select(follow_ups.c.follow_up_id).where(*of_account(follow_ups, account), *which)
    return list((await db.execute(query)).scalars())


async def forget(db: Db, account: Account, follow_up_id: str, *states: RunState) -> bool:
    """Delete a follow-up without its recipients. False if it is in none of these states any more."""
    which = follow_ups.c.follow_up_id == follow_up_id, follow_ups.c.state.in_(states)
    return (await db.execute(delete(follow_ups).where(*of_account(follow_ups, account), *which))).rowcount == 1


def _sent_of(session_id: str) -> list[ColumnElement[bool]]:
    return [follow_ups.c.session_id == session_id, follow_ups.c.state != RunState.DRAFT]


def _progress(run: FollowUpRun) -> dict[str, Any]:
    content = _RunContent(texts=run.texts, recording=run.recording)
    return {
        "state": run.state,
        "content": content.model_dump_json(),
        "in_file": run.in_file,
        "problem": run.problem,
        "finish_at": run.finish_at,
        "ended_at": run.ended_at,
    }


def _run(row: Any) -> FollowUpRun:
    return record_of(FollowUpRun, row, **dict(_RunContent.model_validate_json(row.content)))


LEASES = LeasedTable(
    follow_ups,
    key=("follow_up_id",),
    order=("begun_at", "follow_up_id"),
    resumable=follow_ups.c.state.in_(OPEN),
    read=_run,
)
