"""The table of drafts: the inputs of each opened create form, so that a closed or failed form reopens filled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.schema import drafts
from bot.model.people import Workspace

OPEN, RESUMED, SENT, EDITING, FOLLOW_UP = "open", "resumed", "sent", "editing", "follow_up"
"""The state of a form: it can be resumed, was resumed in another window, was submitted, or edits a webinar.

`FOLLOW_UP` is a form of another kind: the texts to people of a past webinar.
"""
STATES = (OPEN, RESUMED, SENT, EDITING, FOLLOW_UP)


async def save(
    db: Db, workspace: Workspace, user_id: str, draft_id: str, content: str, now: datetime, *, state: str = OPEN
) -> None:
    """Save a draft's content (JSON), encrypted: it may contain a password. A saved draft keeps its state."""
    row = {
        **workspace.model_dump(),
        "draft_id": draft_id,
        "user_id": user_id,
        "content": content,
        "state": state,
        "changed_at": now,
    }
    await db.upsert(drafts, row, keep=("state", "user_id"))


async def find(db: Db, workspace: Workspace, user_id: str, draft_id: str) -> str | None:
    """The content of this user's draft."""
    content: str | None = (
        await db.execute(
            select(drafts.c.content).where(
                *of_workspace(drafts, workspace), drafts.c.user_id == user_id, drafts.c.draft_id == draft_id
            )
        )
    ).scalar()
    return content


async def latest_open(db: Db, workspace: Workspace, user_id: str, since: datetime) -> str | None:
    """The content of the user's latest open draft, if changed since then."""
    content: str | None = (
        await db.execute(
            select(drafts.c.content)
            .where(
                *of_workspace(drafts, workspace),
                drafts.c.user_id == user_id,
                drafts.c.state == OPEN,
                drafts.c.changed_at >= since,
            )
            .order_by(drafts.c.changed_at.desc())
            .limit(1)
        )
    ).scalar()
    return content


async def set_state(db: Db, workspace: Workspace, draft_id: str, state: str, *, was: Sequence[str] = STATES) -> None:
    """Set the state of a draft, if it is in one of the states `was`."""
    which = *of_workspace(drafts, workspace), drafts.c.draft_id == draft_id, drafts.c.state.in_(was)
    await db.execute(update(drafts).where(*which).values(state=state))


async def forget(db: Db, workspace: Workspace, draft_id: str) -> None:
    """Delete a draft."""
    await db.execute(delete(drafts).where(*of_workspace(drafts, workspace), drafts.c.draft_id == draft_id))


async def forget_before(db: Db, workspace: Workspace, moment: datetime) -> None:
    """Delete drafts unchanged since then."""
    await db.execute(delete(drafts).where(*of_workspace(drafts, workspace), drafts.c.changed_at < moment))
