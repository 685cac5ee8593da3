"""Counts the people who want to come to a webinar and are not registered yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, func, select

from bot.db.connection import Db
from bot.db.keys import of_account
from bot.db.people_schema import batches, invitees, registration_requests, seats, suggestions
from bot.model.lifecycle import accepts_registrations
from bot.model.seat import SuggestionState
from bot.model.team import FORMER
from bot.model.webinar import Webinar
from bot.notices.model import Feature
from bot.notices.schedule import is_direct
from bot.notices.subscriptions import table as subscription_table
from bot.notices.subscriptions.model import Scope
from bot.registration.bulk.batch_table import BatchState
from bot.registration.request_state import RequestState


@dataclass(frozen=True)
class WaitingPeople:
    """How many people are not registered yet, by what they wait for."""

    in_line: int = 0
    """On Greenroom's own page."""
    in_lists: int = 0
    """On lists that are being registered."""
    invited: int = 0
    """Asked by direct message whether they take a seat, without an answer."""
    for_opening: int = 0
    """To be notified when registration opens."""

    def __bool__(self) -> bool:
        """Whether there are any."""
        return any((self.in_line, self.in_lists, self.invited, self.for_opening))


async def read_waiting(db: Db, webinar: Webinar) -> WaitingPeople:
    """The people who wait. Slack users who have a seat or are on the team are not among them. No vendor call."""
    table, account, session_id = registration_requests, webinar.account, webinar.session_id
    undecided = (
        *_of_webinar(table, webinar),
        table.c.state.in_((RequestState.WAITING, RequestState.REGISTERING)),
    )
    running = select(batches.c.batch_id).where(
        *of_account(batches, account), batches.c.session_id == session_id, batches.c.state == BatchState.RUNNING
    )
    others = await _taking_part(db, webinar)
    asked = suggestions.c.state == SuggestionState.SENT, suggestions.c.user_id.not_in(others)
    return WaitingPeople(
        in_line=await _count(db, table, [*undecided, table.c.batch_id == ""]),
        in_lists=await _count(db, table, [*undecided, table.c.batch_id.in_(running)]),
        invited=await _count(db, suggestions, [*_of_webinar(suggestions, webinar), *asked]),
        for_opening=await _count_for_opening(db, webinar, others),
    )


async def _taking_part(db: Db, webinar: Webinar) -> set[str]:
    """The creator, and the Slack users with a seat or on the team."""
    seated = select(seats.c.user_id).where(*_of_webinar(seats, webinar))
    on_team = select(invitees.c.user_id).where(*_of_webinar(invitees, webinar), invitees.c.told.not_in(FORMER))
    found = await db.execute(seated.union(on_team))
    return {webinar.created_by, *found.scalars()}


async def _count_for_opening(db: Db, webinar: Webinar, others: set[str]) -> int:
    """Those who are to be notified when registration opens; none while it is open, because they were."""
    read = webinar.registration
    if read is None or accepts_registrations(read):
        return 0
    found = await subscription_table.of_webinar(db, webinar.account, webinar.session_id, webinar.created_by)
    own = [one for one in found if one.scope is Scope.WEBINAR and is_direct(one.channel_id)]
    return len({one.set_by for one in own if Feature.ALERTS in one.features} - others)


def _of_webinar(table: Table, webinar: Webinar) -> list[ColumnElement[bool]]:
    return [*of_account(table, webinar.account), table.c.session_id == webinar.session_id]


async def _count(db: Db, table: Table, which: Sequence[ColumnElement[bool]]) -> int:
    return int((await db.execute(select(func.count()).select_from(table).where(*which))).scalar_one())
