"""Notices of any kind about an ordinary webinar."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.model.webinar import Webinar
from bot.notices.model import Notice, NoticeFacts, NoticeKind
from bot.notices.texts.phrases import NoticeContext
from tests.support.webinar_samples import ACCOUNT, NOW, START

HOUR_BEFORE = START - timedelta(hours=1)
ALL_FACTS = NoticeFacts(
    by="U1",
    count=42,
    limit=100,
    percent=80,
    was_count=37,
    attended=21,
    peak=20,
    peak_at=START,
    was_start=START - timedelta(days=1),
    was_title="Old day",
    urgent=True,
)


def notice(kind: NoticeKind = NoticeKind.REMINDER, **changes: Any) -> Notice:
    """A notice of this kind in #launch, due an hour before the start."""
    facts: dict[str, Any] = {"kind": kind, "account": ACCOUNT, "session_id": "s1", "channel_id": "C1", "start": START}
    times = {"due_at": HOUR_BEFORE, "schedulable_at": NOW, "expires_at": START}
    return Notice(**{**facts, **times, **changes})


def notice_context(
    one: Webinar, kind: NoticeKind = NoticeKind.REMINDER, *, by: str = "", **changes: Any
) -> NoticeContext:
    """A notice about this webinar, with the webinar and the name of the user who caused it."""
    return NoticeContext(notice(kind, session_id=one.session_id, **{"start": one.start, **changes}), one, by)
