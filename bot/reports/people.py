"""Everybody of a report by name, read while somebody is viewing it and kept nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import ProviderGone
from bot.model.external_id import decode
from bot.model.webinar import Audience
from bot.reports.attendance import Attendee, Presence, Window, merge_people
from bot.reports.model import PersonRow

if TYPE_CHECKING:
    from bot.model.attendance import Participation
    from bot.model.people import Workspace
    from bot.model.registrant import Registrant
    from bot.model.webinar import Webinar
    from bot.providers.base import Caller, WebinarProvider

TEAM_KEY, USER_KEY = "team", "user"
"""The pairs by which Greenroom marks the registrant of a seat."""


async def read_people(provider: WebinarProvider, webinar: Webinar, caller: Caller) -> list[PersonRow]:
    """Read both lists and combine them. Raises any `ProviderError`."""
    session = await provider.past_session(webinar.webinar_id, webinar.session_id, caller)
    registrants = [] if webinar.audience is Audience.ANYONE else await _registrants(provider, webinar, caller)
    participations = await _participations(provider, webinar, caller)
    if not session.are_joins_registered:
        records = {one.registrant_id: one.id for one in participations if one.registrant_id}
        named = ((one, records.get(one.registrant_id, "")) for one in registrants)
        registrants = [one.model_copy(update={"participant_id": record}) for one, record in named]
    window = Window(*session.window(webinar.start, webinar.end))
    return await asyncio.to_thread(person_rows, registrants, participations, window, webinar.account.workspace)


async def _registrants(provider: WebinarProvider, webinar: Webinar, caller: Caller) -> list[Registrant]:
    """Each registrant once: somebody is on two pages if the list has moved on between the calls."""
    found: dict[str, Registrant] = {}
    token: str | None = None
    while True:
        try:
            page = await provider.registrants_page(webinar.session_id, token, caller)
        except ProviderGone:
            return []  # the session is there, as was read before: it has no registration
        found |= {one.registrant_id: one for one in page.items}
        token = page.next_token
        if token is None:
            return list(found.values())


async def _participations(provider: WebinarProvider, webinar: Webinar, caller: Caller) -> list[Participation]:
    found: list[Participation] = []
    token: str | None = None
    while True:
        page = await provider.participants_page(webinar.webinar_id, webinar.session_id, token, caller)
        found += page.items
        token = page.next_token
        if token is None:
            return found


def person_rows(
    registrants: Sequence[Registrant], participations: Sequence[Participation], window: Window, workspace: Workspace
) -> list[PersonRow]:
    """One row per registrant in the order of their ids, then one per person of the audience without a registration."""
    joined_as = {one.participant_id: one.registrant_id for one in registrants if one.participant_id}
    # The provider need not name its records.
    by_record = {one.id or f"#{number}": one for number, one in enumerate(participations)}
    presences = (replace(Presence.of(one), record_id=record_id) for record_id, one in by_record.items())
    attendees = merge_people(presences, window, joined_as)
    by_registrant = {one.registrant_id: one for one in attendees if one.registrant_id}
    known = {one.registrant_id for one in registrants}
    rows = [_of_registrant(one, by_registrant.get(one.registrant_id), window, workspace) for one in registrants]
    others = [one for one in attendees if not one.is_team and one.registrant_id not in known]
    return rows + [_of_attendee(one, by_record[one.records[0].record_id], window) for one in others]


def _of_registrant(
    registrant: Registrant, attendee: Attendee | None, window: Window, workspace: Workspace
) -> PersonRow:
    pairs = tuple(decode(registrant.external_id))
    own = dict(pairs)
    row = PersonRow(
        registrant_id=registrant.registrant_id,
        first_name=registrant.first_name,
        last_name=registrant.last_name,
        email=registrant.email,
        source=registrant.source,
        external_id="" if pairs else registrant.external_id,
        external_ids=pairs,
        registered_at=registrant.registered_at,
        attended=registrant.has_attended,
        after_event=registrant.is_after_event,
        seat_user_id=own.get(USER_KEY, "") if own.get(TEAM_KEY) == workspace.team_id else "",
    )
    return _with_times(row, attendee, window) if attendee else row


def _of_attendee(attendee: Attendee, record: Participation, window: Window) -> PersonRow:
    row = PersonRow(first_name=record.first_name, last_name=record.last_name, email=record.email, attended=True)
    return _with_times(row, attendee, window)


def _with_times(row: PersonRow, attendee: Attendee, window: Window) -> PersonRow:
    """The row with the times of the history; what a registrant who counts as absent did there is shown, too."""
    intervals = attendee.intervals
    times = {
        "is_team": attendee.is_team,
        "left_early": row.attended and attendee.has_left_early(window),
        "late": row.attended and attendee.is_late(window),
        "first_joined": intervals[0].start if intervals else None,
        "last_left": intervals[-1].end if intervals else None,
        "minutes": attendee.minutes,
    }
    return row.model_copy(update=times)
