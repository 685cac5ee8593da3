"""The table of messages after an event: saved before they are posted, so that each is posted once."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.dialects import postgresql as postgres
from sqlalchemy.dialects import sqlite

from bot.db.connection import Db
from bot.db.keys import account_columns, of_account
from bot.db.leases import LeasedTable
from bot.db.recording_schema import report_messages
from bot.db.records import record_of
from bot.db.schema import webinars
from bot.model.people import Account, Frozen


class MessageTopic(StrEnum):
    """What a message is about; the value is stored and must not change later."""

    QUESTION = "question"
    """Asks the organizer whether to share the recording."""
    SHARE = "share"
    """Has the link of the recording."""
    PROBLEM = "problem"
    """Tells the organizer that the recording failed, or takes long."""
    EXPIRY = "expiry"
    """Asks the organizer about a shared link that is about to expire."""
    ITEMS = "items"
    """Reminds the organizer of what is open."""


class PostState(StrEnum):
    """How far a message is; the value is stored and must not change later."""

    DUE = "due"
    SENDING = "sending"
    """Saved before the call: after a crash, Slack may have posted it."""
    POSTED = "posted"
    SKIPPED = "skipped"
    """There was no reason for it any more when its turn came."""
    REFUSED = "refused"
    """Slack does not take it, or its message is gone."""
    UNCLEAR = "unclear"
    """It is unknown whether Slack has posted it, and it is not repeated."""


UNSENT = (PostState.DUE, PostState.SENDING)


class ReportMessage(Frozen):
    """A message about a webinar that is over, in a channel or to a person."""

    account: Account
    session_id: str
    kind: MessageTopic
    occurrence: int = 0
    place_id: str
    """The channel, or the person for a direct message."""
    state: PostState = PostState.DUE
    revision: int = 0
    """Rises when what it should show has changed."""
    shown: int = 0
    """The revision that it shows."""
    channel_id: str = ""
    message_ts: str = ""
    problem: str = ""
    """Why Slack does not take it."""
    changed_at: AwareDatetime

    @property
    def mark(self) -> str:
        """Identify it in the history of its channel."""
        key = self.session_id, self.kind, self.occurrence, self.place_id
        return hashlib.sha256(repr(key).encode()).hexdigest()[:24]

    @property
    def is_direct(self) -> bool:
        """Whether it is a direct message to a person."""
        return self.place_id.startswith(("U", "W"))


async def plan(db: Db, messages: Iterable[ReportMessage], *, again: bool = False) -> int:
    """Save messages to be posted; those that exist stay as they are. Returns how many are to be posted.

    With `again`, those that were skipped, or that Slack did not take, are posted after all.
    """
    insert = postgres.insert(report_messages) if db.is_postgresql else sqlite.insert(report_messages)
    count = 0
    for one in messages:
        key = {name: getattr(one, name) for name in KEY}
        adding = insert.values(**account_columns(one.account), **key, **_values(one))
        not_posted = report_messages.c.state.in_((PostState.SKIPPED, PostState.REFUSED))
        repeating = adding.on_conflict_do_update(
            index_elements=list(report_messages.primary_key),
            set_={"state": PostState.DUE, "problem": "", "changed_at": one.changed_at},
            where=not_posted,
        )
        count += (await db.execute(repeating if again else adding.on_conflict_do_nothing())).rowcount
    return count


async def of_session(
    db: Db, account: Account, session_id: str, kinds: Collection[MessageTopic] = tuple(MessageTopic)
) -> list[ReportMessage]:
    """The messages about a session, by place."""
    which = report_messages.c.session_id == session_id, report_messages.c.kind.in_(kinds)
    return await LEASES.all(db, account, *which, order=[report_messages.c.place_id])


async def is_any_due(db: Db, account: Account) -> bool:
    """Whether a message is to be posted or rewritten."""
    return await LEASES.has(db, account, _resumable())


async def has_unsent(db: Db, message: ReportMessage) -> bool:
    """Whether messages of the same kind about the same session are still to be posted."""
    same = report_messages.c.session_id == message.session_id, report_messages.c.kind == message.kind
    return await LEASES.has(db, message.account, *same, report_messages.c.state.in_(UNSENT))


async def mark_outdated(db: Db, account: Account, session_id: str, *kinds: MessageTopic) -> None:
    """Have these messages of a session rewritten."""
    which = *of_account(report_messages, account), report_messages.c.session_id == session_id
    changed = update(report_messages).where(*which, report_messages.c.kind.in_(kinds))
    await db.execute(changed.values(revision=report_messages.c.revision + 1))


async def forget_ended(db: Db, account: Account, before: datetime) -> None:
    """Delete the messages about webinars that began before then."""
    over = select(webinars.c.session_id).where(*of_account(webinars, account), webinars.c.start < before)
    mine = of_account(report_messages, account)
    await db.execute(delete(report_messages).where(*mine, report_messages.c.session_id.in_(over)))


def _resumable() -> ColumnElement[bool]:
    is_outdated = report_messages.c.shown < report_messages.c.revision
    return or_(report_messages.c.state.in_(UNSENT), and_(report_messages.c.state == PostState.POSTED, is_outdated))


def _values(message: ReportMessage) -> dict[str, Any]:
    return {
        "state": message.state,
        "shown": message.shown,
        "channel_id": message.channel_id,
        "message_ts": message.message_ts,
        "problem": message.problem,
        "changed_at": message.changed_at,
    }


KEY = ("session_id", "kind", "occurrence", "place_id")
LEASES = LeasedTable(
    report_messages,
    key=KEY,
    order=("changed_at", *KEY),
    resumable=_resumable(),
    read=partial(record_of, ReportMessage),
    write=_values,
)
