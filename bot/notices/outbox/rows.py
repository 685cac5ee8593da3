"""Rows of the outbox as values: notices, and the Slack messages that they are sent in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, select

from bot.db.keys import account_columns, account_of, workspace_of
from bot.db.schema import notices, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import DeliveryMethod, MessageState, Notice, NoticeFacts, NoticeKind, NoticeState
from bot.notices.schedule import delivery_method

NO_FACTS = NoticeFacts()


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One Slack message: `post_at` is the Unix second at which it is or was posted.

    `attempts` counts the failed attempts to send its notices; `text_digest` is the digest of the text that Slack has,
    or of the webinars that a posted digest lists.
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
    posted_in: str | None = None
    """The channel in which Slack posted it, if that is the DM with the user `channel_id`."""
    edit_at: datetime | None = None
    """When a posted message is next looked at, because it may have to be edited."""


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice in the outbox, and the message it was last sent in, if any."""

    id: int
    notice: Notice
    state: NoticeState
    message: OutboundMessage | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class PendingNotice:
    """A locked notice that is not sent yet, or was withdrawn."""

    id: int
    notice: Notice
    state: NoticeState
    parcel_id: int | None


@dataclass(frozen=True)
class BatchedMessage:
    """A message and its notices."""

    message: OutboundMessage
    rows: tuple[NoticeRow, ...]


@dataclass(frozen=True)
class ScheduledAtSlack:
    """Slack has scheduled a message under this id."""

    message_id: int
    scheduled_id: str
    text_digest: str | None = None


@dataclass(frozen=True)
class PostedMessage:
    """Slack has posted a message; `ts` identifies it in its channel."""

    message_id: int
    ts: str
    text_digest: str | None = None
    """Digest of the webinars that a digest lists, or of the text; None if it is unknown."""
    channel_id: str | None = None
    """The channel in which Slack posted it."""
    edit_at: datetime | None = None
    """When it may have to be edited, because time has passed."""


@dataclass(frozen=True)
class UnsentMessage:
    """A message that was not sent: its lease was about to expire, or expired before the call."""

    message_id: int
    again_at: datetime
    """From when on its notices may be sent."""


def read_message(row: Any, prefix: str = "") -> OutboundMessage:
    """Convert a row of the table; `prefix` precedes the names of its columns."""
    values = {name: getattr(row, prefix + name) for name in _MESSAGE_FIELDS}
    values |= {"way": DeliveryMethod(values["way"]), "state": MessageState(values["state"])}
    return OutboundMessage(workspace=workspace_of(row.team_id, row.enterprise_id), **values)


def labeled_columns(prefix: str) -> Iterable[ColumnElement[Any]]:
    """The columns that `read_message` needs in addition to those that notices have too."""
    return [outbox_messages.c[name].label(prefix + name) for name in _MESSAGE_FIELDS]


def read_row(row: Any) -> NoticeRow:
    """Convert a row of the query `ROWS`."""
    return NoticeRow(
        id=row.id,
        notice=read_notice(row),
        state=NoticeState(row.state),
        message=read_message(row, "p_") if row.p_way else None,
        problem=row.problem,
    )


def read_notice(row: Any) -> Notice:
    """Convert a row of the table of notices."""
    return Notice(
        kind=NoticeKind(row.kind),
        account=account_of(row),
        session_id=row.session_id,
        channel_id=row.channel_id,
        start=row.start,
        offset=timedelta(seconds=row.before_s),
        occurrence=row.occurrence,
        due_at=row.due_at,
        schedulable_at=row.hand_at,
        expires_at=row.expires_at,
        facts=NO_FACTS if row.facts == "{}" else read_facts(row.facts),
    )


@lru_cache(maxsize=1000)
def read_facts(stored: str) -> NoticeFacts:
    """The facts of this stored form."""
    # One event is announced in many channels, with the same facts.
    return NoticeFacts.model_validate_json(stored)


def notice_columns(notice: Notice) -> dict[str, Any]:
    """The column values of a notice that is planned."""
    return {
        **account_columns(notice.account),
        "session_id": notice.session_id,
        "kind": notice.kind,
        "channel_id": notice.channel_id,
        "start": notice.start,
        "before_s": int(notice.offset.total_seconds()),
        "occurrence": notice.occurrence,
        "due_at": notice.due_at,
        "hand_at": notice.schedulable_at,
        "way": delivery_method(notice),
        "expires_at": notice.expires_at,
        "facts": facts_json(notice.facts),
        "state": NoticeState.PLANNED,
    }


def facts_json(facts: NoticeFacts) -> str:
    """The stored form of a notice's facts."""
    return "{}" if facts == NO_FACTS else facts.model_dump_json(exclude_defaults=True)


_MESSAGE_FIELDS = [field.name for field in fields(OutboundMessage) if field.name != "workspace"]

ROWS = select(notices, *labeled_columns("p_")).outerjoin_from(
    notices, outbox_messages, notices.c.parcel_id == outbox_messages.c.id
)
"""The query for the rows that `read_row` converts. Built once: building it takes longer than running it."""
