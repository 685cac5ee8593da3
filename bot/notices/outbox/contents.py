"""Composes the text of messages from their notices, the webinars in the mirror and the names of users."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.db.connection import Store
from bot.model.people import Account, Workspace
from bot.model.webinar import Status, Webinar
from bot.notices.model import TIMED, Notice, NoticeKind
from bot.notices.outbox.rows import BatchedMessage
from bot.notices.schedule import from_unix, is_direct, is_late
from bot.notices.texts.compose import compose
from bot.notices.texts.controls import next_change
from bot.notices.texts.phrases import KIND_ORDER, NoticeContext
from bot.slack import user_table
from bot.slack.message import Message
from bot.webinars import table as webinar_table

Composed = dict[Hashable, Message]
"""Messages that are composed already, by everything they depend on."""


@dataclass(frozen=True)
class MessageContents:
    """The notices of a message, with their webinars."""

    notices: Sequence[NoticeContext]
    digest_webinars: dict[str, Webinar]
    """The webinars of a digest, by session id."""
    composed: Composed = field(default_factory=dict)
    """Shared by a batch of messages: one webinar is announced in many channels."""

    def message(self, post_at: int, *, repeated: bool = False) -> Message:
        """The message as it is to be posted at this Unix second; `repeated` if it may have been posted before."""
        moment = from_unix(post_at)
        late = any(one.notice.kind in TIMED and is_late(one.notice.due_at, moment) for one in self.notices)
        if self.digest_webinars or any(one.notice.kind not in KIND_ORDER for one in self.notices):
            return compose(self.notices, at=moment, others=self.digest_webinars, late=late, repeated=repeated)
        key = (post_at, late, repeated, *map(_composed_from, self.notices))
        if key not in self.composed:
            self.composed[key] = compose(self.notices, at=moment, late=late, repeated=repeated)
        return self.composed[key]

    def message_now(self, post_at: int, now: datetime) -> Message:
        """The message as posted at this Unix second, with what it offers now."""
        moment = from_unix(post_at)
        late = any(one.notice.kind in TIMED and is_late(one.notice.due_at, moment) for one in self.notices)
        return compose(self.notices, at=moment, now=max(moment, now), late=late)

    def next_change(self, now: datetime) -> datetime | None:
        """When the message may look different because time has passed; None for a digest, which is edited otherwise."""
        if any(one.notice.kind is NoticeKind.DIGEST for one in self.notices):
            return None
        return next_change(self.notices, now)

    @property
    def listed_digest(self) -> str | None:
        """Digest of what a digest shows of its webinars, without their counts; None for a message without a digest."""
        if not any(one.notice.kind is NoticeKind.DIGEST for one in self.notices):
            return None
        shown = sorted(
            (key, one.title, one.start.timestamp(), one.length, one.time_zone, one.status is Status.CANCELED)
            for key, one in self.digest_webinars.items()
        )
        return hashlib.sha256(repr(shown).encode()).hexdigest()


def text_digest(text: Message) -> str:
    """Identifies what a message shows."""
    return hashlib.sha256(text.as_json.encode()).hexdigest()


def _composed_from(one: NoticeContext) -> Hashable:
    """Everything that a message about a webinar depends on. `compose` uses the channel only to tell a DM."""
    notice = one.notice
    when = (notice.start, notice.offset, notice.due_at, notice.occurrence)
    return notice.kind, notice.session_id, id(one.webinar), id(notice.facts), one.by, is_direct(notice.channel_id), when


async def read_contents(store: Store, batch: Sequence[BatchedMessage]) -> list[MessageContents]:
    """The contents of these messages, from the mirror and the table of users: one query for each."""
    if not batch:
        return []
    notices = [row.notice for message in batch for row in message.rows]
    # By identity: equal accounts of a batch are mostly the same object, and hashing one takes longer.
    sessions = {
        (id(account), session_id): (account, session_id)
        for notice in notices
        for account, session_id in _sessions(notice)
    }
    authors = {(notice.account.workspace, by) for notice in notices for by in _authors(notice)}
    async with store.read() as db:
        found = await webinar_table.by_keys(db, set(sessions.values()))
        names = await user_table.names(db, authors)
    webinars = {key: found[session] for key, session in sessions.items() if session in found}
    composed: Composed = {}
    return [
        MessageContents(
            [_context(row.notice, webinars, names) for row in message.rows],
            _digest_webinars([row.notice for row in message.rows if row.notice.facts.coming], webinars),
            composed,
        )
        for message in batch
    ]


def _context(
    notice: Notice, webinars: dict[tuple[int, str], Webinar], names: dict[tuple[Workspace, str], str]
) -> NoticeContext:
    by = names.get((notice.account.workspace, notice.facts.by), "") if notice.facts.by else ""
    end = notice.facts.end
    ended_by = names.get((notice.account.workspace, end.by), "") if end and end.by else ""
    return NoticeContext(notice, webinars.get((id(notice.account), notice.session_id)), by, ended_by)


def _digest_webinars(notices: Collection[Notice], webinars: dict[tuple[int, str], Webinar]) -> dict[str, Webinar]:
    keys = {(id(notice.account), session_id) for notice in notices for _, session_id in _sessions(notice)}
    return {key[1]: webinars[key] for key in keys if key in webinars}


def _sessions(notice: Notice) -> list[tuple[Account, str]]:
    coming = [(notice.account, session_id) for session_id, _ in notice.facts.coming]
    return [(notice.account, notice.session_id), *coming] if notice.session_id else coming


def _authors(notice: Notice) -> list[str]:
    end = notice.facts.end
    return [by for by in (notice.facts.by, end.by if end else "") if by]
