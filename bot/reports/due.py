"""Which webinars upkeep reads by itself after the end."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.model.lifecycle import Stage, stage
from bot.notices.subscriptions import table as subscription_table
from bot.reports import report_table
from bot.reports.completeness import FIRST
from bot.sync.count_order import is_watched
from bot.webinars import card_table
from bot.webinars import table as webinar_table

if TYPE_CHECKING:
    from bot.db.connection import Store
    from bot.model.people import Account
    from bot.model.webinar import Webinar
    from bot.notices.subscriptions.model import Subscription

AUTOMATIC_FOR = timedelta(days=2)
"""How long after its start upkeep reads a webinar by itself. What was over before the bot came is read on request."""


async def webinars_due(store: Store, account: Account, now: datetime) -> list[Webinar]:
    """The webinars to read now, oldest first: created here, on a card, or of interest to a channel."""
    async with store.read() as db:
        due = await report_table.due(db, account, now - AUTOMATIC_FOR, now)
        found = await webinar_table.by_keys(db, [(account, session_id) for session_id in due])
        over = [one for one in found.values() if stage(one, now) is Stage.OVER and ended_at(one) + FIRST <= now]
        if not over:
            return []
        with_cards = {card.session_id for card in await card_table.list_all(db, account)}
        by_subject: defaultdict[str, list[Subscription]] = defaultdict(list)
        for subscription in await subscription_table.all_subscriptions(db, account.workspace):
            by_subject[subscription.subject].append(subscription)
    watched = [one for one in over if one.created_by or is_watched(one, with_cards, by_subject)]
    return sorted(watched, key=lambda one: (one.start, one.session_id))


def is_news(webinar: Webinar, now: datetime) -> bool:
    """Whether the figures of a webinar are news. A report of a webinar of long ago interests who asks for it alone."""
    return webinar.start >= now - AUTOMATIC_FOR


def ended_at(webinar: Webinar) -> datetime:
    """When a webinar that is over has ended, as far as the mirror knows: it may have ended before its planned end."""
    return min(webinar.end, webinar.seen_at) if webinar.seen_at > webinar.start else webinar.end
