"""Reminds somebody of a team in their own messages, so much earlier as they are to be there before everybody else."""

from __future__ import annotations

from datetime import datetime

from bot.commands.reminder_offsets import MAX_OFFSET, MAX_OFFSETS
from bot.db.connection import Db
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.planner import replan
from bot.notices.reminders import PERSONAL_FEATURES, load_defaults, lock_webinar
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope, Subscription, webinar_subscription
from bot.notices.subscriptions.service import unsubscribe_person
from bot.webinars.participation import has_seat, is_on_team


async def add_early_reminders(db: Db, webinar: Webinar, user_id: str, channel_id: str, now: datetime) -> None:
    """Remind them as usual in this workspace, but earlier; what they chose for themselves stays."""
    webinar = await lock_webinar(db, webinar.account, webinar.session_id, channel_id)
    own = await _webinar_subscription(db, webinar, channel_id)
    usual = (await load_defaults(db, webinar.account.workspace)).offsets
    chosen = own.offsets or () if own else ()
    earlier = {min(lead + webinar.panel_offset, MAX_OFFSET) for lead in usual}
    leads = tuple(sorted({*earlier, *chosen}, reverse=True)[:MAX_OFFSETS])
    features = PERSONAL_FEATURES | (own.features if own else frozenset())
    # It is theirs: who invited them is told of a change by what they did, and these people are not.
    await subscription_table.save(
        db, webinar_subscription(webinar, channel_id, user_id, now, features=features, offsets=leads)
    )
    await replan(db, webinar, now)


async def remove_reminders(
    db: Db, account: Account, session_id: str, user_id: str, channel_id: str, now: datetime
) -> None:
    """Say nothing more of it in their own messages, unless they have a seat there or were invited again meanwhile."""
    person = account, session_id, user_id
    if await has_seat(db, *person) or await is_on_team(db, *person):
        return
    await unsubscribe_person(db, await lock_webinar(db, account, session_id, channel_id), channel_id, now)


async def _webinar_subscription(db: Db, webinar: Webinar, channel_id: str) -> Subscription | None:
    lines = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    return next((line for line in lines if line.channel_id == channel_id and line.scope is Scope.WEBINAR), None)
