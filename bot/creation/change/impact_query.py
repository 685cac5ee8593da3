"""Reads what is stored about a webinar that another time, or its cancellation, affects."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from bot.creation.change.impact import ImpactCounts, PlannedReminder
from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import invitees, seats
from bot.db.schema import cards, notices
from bot.model.seat import REGISTERED_STATES
from bot.model.team import FORMER, Role
from bot.model.webinar import Webinar
from bot.notices.model import PENDING, TIMED


async def read_impact_counts(db: Db, webinar: Webinar) -> ImpactCounts:
    """The team, the seats, the cards and the pending reminders of this webinar. No vendor call."""
    account, session_id = webinar.account, webinar.session_id
    on_team = (*of_account(invitees, account), invitees.c.session_id == session_id, invitees.c.told.not_in(FORMER))
    roles = list((await db.execute(select(invitees.c.role).where(*on_team))).scalars())
    taken = (*of_account(seats, account), seats.c.session_id == session_id, seats.c.state.in_(REGISTERED_STATES))
    seat_count = (await db.execute(select(func.count()).select_from(seats).where(*taken))).scalar_one()
    posted = select(cards.c.channel_id).where(*of_account(cards, account), cards.c.session_id == session_id)
    channels = list((await db.execute(posted.order_by(cards.c.shared_at, cards.c.channel_id))).scalars())
    pending = (
        *of_account(notices, account),
        notices.c.session_id == session_id,
        notices.c.kind.in_(TIMED),
        notices.c.state.in_(PENDING),
    )
    planned = await db.execute(select(notices.c.channel_id, notices.c.before_s).where(*pending).order_by(notices.c.id))
    return ImpactCounts(
        # The host is always listed, so without one the team was never read.
        team=sum(role != Role.HOST for role in roles) if Role.HOST in roles else None,
        panelists=roles.count(Role.PANELIST),
        seats=seat_count,
        card_channels=channels,
        reminders=[PlannedReminder(row.channel_id, timedelta(seconds=row.before_s)) for row in planned],
    )
