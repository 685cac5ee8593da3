"""The rules for scheduled messages: notices due in one channel in one minute become one message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, NoticeState
from bot.notices.outbox.batch_plan import BatchPlan, ChannelKey, MessageDraft, ReserveCall, with_end
from bot.notices.outbox.message_table import AT_ONCE
from bot.notices.outbox.rows import NoticeRow, OutboundMessage
from bot.notices.schedule import (
    LATE,
    MIN_TIME_TO_REPLACE,
    BatchKey,
    batch_key,
    confirmed_at,
    from_unix,
    post_at,
    superseded,
)

REBATCH_DELAY = timedelta(seconds=5)
"""How long notices wait for the withdrawal of the message that they are to be sent with."""
MINUTE = timedelta(minutes=1)


def plan_scheduled(
    rows: Sequence[NoticeRow],
    at_slack: Mapping[ChannelKey, Sequence[OutboundMessage]],
    now: datetime,
    reserve: ReserveCall,
) -> BatchPlan:
    """Make one message of the notices of each channel and minute; withdraw one that Slack has already (`at_slack`)."""
    plan = BatchPlan()
    # Late bundles would all get the next possible second, which only one message of a channel can have.
    seconds: defaultdict[tuple[Workspace, str], set[int]] = defaultdict(set)
    for (workspace, channel, minute), group in _by_bundle(rows, now).items():
        others = at_slack[workspace.team_id, workspace.enterprise_id, channel]
        blocking = _replaceable(others, minute, now)
        busy_until = now + REBATCH_DELAY if blocking else reserve(workspace, channel)
        if busy_until is not None:
            plan.defer(group, busy_until)
            plan.withdraw |= {message.id for message in blocking if message.state is MessageState.SCHEDULED}
            continue
        taken = seconds[workspace, channel]
        due = min(row.notice.due_at for row in group)
        second = post_at(due, now, taken.union(message.post_at for message in others))
        ready, ended = _split(group, second, late=minute == LATE)
        plan.ended += ended
        if ready:
            wake = confirmed_at(second, (row.notice.start for row in ready))
            plan.drafts.append(MessageDraft(ready, DeliveryMethod.SCHEDULED, second, wake))
            taken.add(second)
    return plan


def bundles(rows: Iterable[NoticeRow], now: datetime) -> set[BatchKey]:
    """The messages that these notices belong to, as channel and minute."""
    return {batch_key(row.notice, now) for row in rows}


def due_window(rows: Collection[NoticeRow], now: datetime) -> tuple[datetime, datetime]:
    """Between which due times other notices may belong to the same messages as these."""
    dues = [row.notice.due_at for row in rows]
    is_late = any(minute == LATE for _, _, minute in bundles(rows, now))
    return AT_ONCE if is_late else min(dues) - MINUTE, max(dues) + MINUTE


def _replaceable(messages: Sequence[OutboundMessage], minute: int, now: datetime) -> list[OutboundMessage]:
    in_minute = (message for message in messages if message.post_at // 60 == minute)
    return [message for message in in_minute if from_unix(message.post_at) - now > MIN_TIME_TO_REPLACE]


def _by_bundle(rows: Iterable[NoticeRow], now: datetime) -> dict[BatchKey, list[NoticeRow]]:
    groups: dict[BatchKey, list[NoticeRow]] = defaultdict(list)
    for row in rows:
        groups[batch_key(row.notice, now)].append(row)
    return groups


def _split(rows: Sequence[NoticeRow], second: int, *, late: bool) -> tuple[list[NoticeRow], list[NoticeRow]]:
    """Split into notices to be posted at that second, and those that are missed or superseded."""
    expired = {row.id for row in rows if row.notice.expires_at <= from_unix(second)}
    left = [row for row in rows if row.id not in expired]
    replaced = {id(notice) for notice in superseded([row.notice for row in left])} if late else set()
    ready = [row for row in left if id(row.notice) not in replaced]
    missed = [with_end(row, NoticeState.MISSED) for row in rows if row.id in expired]
    return ready, [*missed, *(with_end(row, NoticeState.SUPERSEDED) for row in left if id(row.notice) in replaced)]
