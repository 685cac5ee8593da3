"""The webinars whose changes are being announced to people: what follows from a change waits for its notice."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, text

from bot.db.connection import Db
from bot.db.keys import of_workspace
from bot.db.schema import notices, outbox_messages
from bot.model.people import Workspace
from bot.notices.model import FEATURE_BY_KIND, DeliveryMethod, Feature, MessageState

MAX_WAIT = timedelta(minutes=10)
"""How long after a change people's messages and files wait for its notice: Slack may be busy, or it may be night."""
CHANGES = tuple(kind for kind, feature in FEATURE_BY_KIND.items() if feature is Feature.CHANGES)


async def being_announced(db: Db, workspace: Workspace, now: datetime) -> frozenset[str]:
    """The sessions of which a change is still to be announced in a direct message, for at most `MAX_WAIT`."""
    recent = notices.c.due_at.between(now - MAX_WAIT, now), notices.c.kind.in_(CHANGES)
    is_direct = or_(*(notices.c.channel_id.startswith(first) for first in "DUW"))
    planned = select(notices.c.session_id).where(
        *of_workspace(notices, workspace), *recent, is_direct, text("notices.state = 'planned'")
    )
    is_sent_now = outbox_messages.c.state == MessageState.SENDING, outbox_messages.c.way == DeliveryMethod.IMMEDIATE
    of_message = notices.c.parcel_id == outbox_messages.c.id
    sent = select(notices.c.session_id).join(outbox_messages, of_message)
    sent = sent.where(*of_workspace(outbox_messages, workspace), *is_sent_now, *recent, is_direct)
    return frozenset((await db.execute(planned.union(sent))).scalars())
