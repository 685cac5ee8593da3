"""The rules for immediate messages: all notices that wait in a channel become one message, when it may be posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.notices.events import coalesce_events
from bot.notices.model import DeliveryMethod, Notice, NoticeKind, NoticeState
from bot.notices.outbox.batch_plan import BatchPlan, ChannelKey, MessageDraft, ReserveCall, by_channel, with_end
from bot.notices.outbox.rows import NoticeRow
from bot.notices.schedule import ChannelActivity, postponed_until

CHANGES_ALONE = frozenset({NoticeKind.MOVED, NoticeKind.RETITLED, NoticeKind.REGISTRATIONS})
"""Kinds that coalescing may drop or rewrite even if no other notice waits in the channel."""


def plan_immediate(
    rows: Sequence[NoticeRow], activity: Mapping[ChannelKey, ChannelActivity], now: datetime, reserve: ReserveCall
) -> BatchPlan:
    """Make one message of the notices of each channel that may be posted now."""
    plan = BatchPlan()
    for channel, group in by_channel(rows).items():
        ready = []
        for row in group:
            later = postponed_until(row.notice, now, activity[channel])
            if later:
                plan.defer([row], later)
            else:
                ready.append(row)
        busy_until = reserve(ready[0].notice.account.workspace, ready[0].notice.channel_id) if ready else None
        if busy_until is not None:
            plan.defer(ready, busy_until)
            continue
        merged, ended = _coalesce(ready)
        unchanged = {id(row) for row in ready}
        plan.rewritten |= {row.id for row in merged if id(row) not in unchanged}
        plan.ended += ended
        if merged:
            plan.drafts.append(MessageDraft(merged, DeliveryMethod.IMMEDIATE, int(now.timestamp()), now))
    return plan


def _coalesce(rows: list[NoticeRow]) -> tuple[list[NoticeRow], list[NoticeRow]]:
    if len(rows) == 1 and rows[0].notice.kind not in CHANGES_ALONE:
        return rows, []
    posted, dropped = coalesce_events([row.notice for row in rows])
    by_identity = {_identity(row.notice): row for row in rows}
    merged = [_with_notice(by_identity[_identity(notice)], notice) for notice in posted]
    return merged, [with_end(by_identity[_identity(notice)], NoticeState.SUPERSEDED) for notice in dropped]


def _with_notice(row: NoticeRow, notice: Notice) -> NoticeRow:
    return row if row.notice is notice else replace(row, notice=notice)


def _identity(notice: Notice) -> tuple[object, ...]:
    what = (notice.account, notice.session_id, notice.kind, notice.channel_id)
    return *what, notice.start, notice.offset, notice.occurrence
