"""Keeps "is live now" out of a channel that has just been told that the webinar starts, or is about to be."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from bot.db.connection import Db
from bot.model.people import Account
from bot.notices.model import MessageState, NoticeKind, NoticeState
from bot.notices.outbox import notice_table
from bot.notices.outbox.batch_plan import with_end
from bot.notices.outbox.rows import NoticeRow
from bot.notices.rules import EXPIRY
from bot.notices.schedule import RECHECK_AFTER, from_unix

TOLD_FOR = EXPIRY[NoticeKind.STARTING].extra
"""How long after "starts now" a channel needs no "is live now"."""


class LiveDecision(Enum):
    """What becomes of "is live now" in a channel."""

    POST = "post"
    WAIT = "wait"
    """The notice "starts now" is on its way, and nobody knows yet whether Slack has it."""
    SUPERSEDE = "supersede"


@dataclass
class LiveNotices:
    """The notices of a batch without those that "starts now" replaces or delays."""

    left: list[NoticeRow] = field(default_factory=list)
    superseded: list[NoticeRow] = field(default_factory=list)
    waiting: list[tuple[NoticeRow, datetime]] = field(default_factory=list)


def decide_live(starting: NoticeRow | None, now: datetime) -> LiveDecision:
    """Whether "is live now" is still news where "starts now" has this row (None: the channel gets no such notice)."""
    if starting is None:
        return LiveDecision.POST
    message = starting.message
    is_with_slack = starting.state is NoticeState.POSTED or (
        starting.state is NoticeState.BATCHED and message is not None and message.state is MessageState.SCHEDULED
    )
    if is_with_slack and message is not None:
        told_until = from_unix(message.post_at) + TOLD_FOR
        return LiveDecision.SUPERSEDE if now < told_until else LiveDecision.POST
    is_coming = starting.state in (NoticeState.PLANNED, NoticeState.BATCHED) and now < starting.notice.expires_at
    return LiveDecision.WAIT if is_coming else LiveDecision.POST


async def without_told_live(db: Db, rows: Sequence[NoticeRow], now: datetime) -> LiveNotices:
    """Split off the notices "is live now" of channels that know it already."""
    live = [row for row in rows if row.notice.kind is NoticeKind.LIVE]
    starts = await _starts(db, live) if live else {}
    split = LiveNotices()
    for row in rows:
        is_live = row.notice.kind is NoticeKind.LIVE
        decision = decide_live(starts.get(_key(row)), now) if is_live else LiveDecision.POST
        if decision is LiveDecision.SUPERSEDE:
            split.superseded.append(with_end(row, NoticeState.SUPERSEDED))
        elif decision is LiveDecision.WAIT:
            split.waiting.append((row, now + RECHECK_AFTER))
        else:
            split.left.append(row)
    return split


StartKey = tuple[Account, str, str, datetime]


async def _starts(db: Db, live: Collection[NoticeRow]) -> dict[StartKey, NoticeRow]:
    sessions = {(row.notice.account.workspace, row.notice.session_id) for row in live}
    found = await notice_table.of_kind(db, sessions, NoticeKind.STARTING)
    return {_key(row): row for row in found}


def _key(row: NoticeRow) -> StartKey:
    return row.notice.account, row.notice.session_id, row.notice.channel_id, row.notice.start
