"""Reminders for team members in direct messages, earlier by the time that the team joins before the start."""

from __future__ import annotations

from datetime import datetime

from bot.commands.reminder_offsets import MAX_OFFSET, MAX_OFFSETS
from bot.db.connection import Db
from bot.model.people import Account
from bot.model.webinar import Webinar
from bot.notices.endings import endings_of_leaver
from bot.notices.outbox.posted_table import mark_outdated
from bot.notices.planner import replan
from bot.notices.reminder_rules import PERSONAL_FEATURES
from bot.notices.reminders import load_defaults, lock_webinar
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Subscription, own_subscription, webinar_subscription
from bot.notices.subscriptions.service import unsubscribe_person
from bot.webinars.participation import has_seat, is_on_team


async def add_early_reminders(db: Db, webinar: Webinar, user_id: str, channel_id: str, now: datetime) -> None:
    """Remind a team member at the workspace's default offsets plus the team's lead; keep times they chose themselves.

    `channel_id` is the DM with the person.
    """
    webinar = await lock_webinar(db, webinar.account, webinar.session_id, channel_id)
    existing = await _webinar_subscription(db, webinar, channel_id)
    defaults = (await load_defaults(db, webinar.account.workspace)).offsets
    chosen = existing.offsets or () if existing else ()
    earlier = {min(offset + webinar.panel_offset, MAX_OFFSET) for offset in defaults}
    offsets = tuple(sorted({*earlier, *chosen}, reverse=True)[:MAX_OFFSETS])
    features = PERSONAL_FEATURES | (existing.features if existing else frozenset())
    # Set by the team member, not by the inviter: the inviter gets no notice of their own changes, the member does.
    await subscription_table.save(
        db, webinar_subscription(webinar, channel_id, user_id, now, features=features, offsets=offsets)
    )
    await replan(db, webinar, now)


async def remove_reminders(
    db: Db, account: Account, session_id: str, user_id: str, channel_id: str, now: datetime
) -> None:
    """End the notices of a webinar in a person's DM, unless they have a seat or are on the team again."""
    person = account, session_id, user_id
    if await has_seat(db, *person) or await is_on_team(db, *person):
        return
    await end_reminders(db, account, session_id, channel_id, now)


async def end_reminders(db: Db, account: Account, session_id: str, channel_id: str, now: datetime) -> None:
    """End the notices of a webinar in the DM of a person who no longer takes part, also the link in posted ones."""
    webinar = await lock_webinar(db, account, session_id, channel_id)
    await unsubscribe_person(db, webinar, channel_id, now)
    await mark_outdated(db, account, session_id, endings_of_leaver(now), now, channel_id=channel_id)


async def _webinar_subscription(db: Db, webinar: Webinar, channel_id: str) -> Subscription | None:
    subscriptions = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    return own_subscription(webinar, [each for each in subscriptions if each.channel_id == channel_id])
