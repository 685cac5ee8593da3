"""What a batch of due notices becomes: messages, deferrals, ends. Plain values, produced by the rules of batching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, NoticeState
from bot.notices.outbox.rows import NoticeRow

EXPIRED = "it was too late for it to be worth saying"
"""Stored as the problem of a missed notice, and shown to admins."""

ChannelKey = tuple[str, str, str]
"""Team, enterprise, channel."""
ReserveCall = Callable[[Workspace, str], datetime | None]
"""Counts one more call to Slack for this workspace and channel, or returns when one is allowed."""


@dataclass(frozen=True)
class MessageDraft:
    """A message that is not in the database yet."""

    rows: Sequence[NoticeRow]
    way: DeliveryMethod
    post_at: int
    wake_at: datetime


@dataclass
class BatchPlan:
    """What a batch becomes."""

    drafts: list[MessageDraft] = field(default_factory=list)
    deferred: list[tuple[NoticeRow, datetime]] = field(default_factory=list)
    """Notices that wait, and until when."""
    ended: list[NoticeRow] = field(default_factory=list)
    """Notices that are missed or superseded."""
    rewritten: set[int] = field(default_factory=set)
    """Ids of notices whose facts have changed, because others were merged into them."""
    withdraw: set[int] = field(default_factory=set)
    """Scheduled messages to withdraw, so that their notices can be sent together with new ones."""

    def defer(self, rows: Iterable[NoticeRow], until: datetime) -> None:
        """Let these notices wait."""
        self.deferred += [(row, until) for row in rows]


def with_end(row: NoticeRow, state: NoticeState) -> NoticeRow:
    """The row in its final state."""
    problem = (row.problem or EXPIRED) if state is NoticeState.MISSED else ""
    return replace(row, state=state, problem=problem)


def channel_key(row: NoticeRow) -> ChannelKey:
    """The channel that the notice is for."""
    workspace = row.notice.account.workspace
    return workspace.team_id, workspace.enterprise_id, row.notice.channel_id


def by_channel(rows: Iterable[NoticeRow]) -> dict[ChannelKey, list[NoticeRow]]:
    """Group rows by their channel."""
    groups: dict[ChannelKey, list[NoticeRow]] = defaultdict(list)
    for row in rows:
        groups[channel_key(row)].append(row)
    return groups
