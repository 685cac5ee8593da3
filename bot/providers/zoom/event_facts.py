"""Zoom's meetings and webinars as sessions, webinars and registrations of the model. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.model.email_address import joined_addresses
from bot.model.webinar import Access, Audience, FixedOptions, Options, Registration, SessionFacts, Status, WebinarFacts
from bot.providers.event_ref import ZOOM, EventRef
from bot.providers.zoom.abilities import abilities_of
from bot.providers.zoom.records import MANUAL
from bot.providers.zoom.times import read_time

if TYPE_CHECKING:
    from bot.providers.zoom.records import EventRecord

UNTITLED = {"meeting": "Zoom meeting", "webinar": "Zoom webinar"}
UNKNOWN_TIME = datetime(1970, 1, 1, tzinfo=UTC)
EARLY = timedelta(hours=1)
"""How long before a date a meeting that runs may be this date already."""
STARTED, ENDED = "started", "ended"
"""Zoom's `status` of a meeting that runs, and ours of one that has ended, which Zoom only reports."""


def sessions_of(event: EventRecord, now: datetime) -> list[SessionFacts]:
    """Each date of an event as a session; none for an event without a date."""
    ids = [one.occurrence_id for one in event.occurrences] or [""]
    return [session for session in (session_of(event, one, now) for one in ids) if session]


def session_of(event: EventRecord, occurrence_id: str, now: datetime) -> SessionFacts | None:
    """One date of an event as a session, the only one without an id; `None` if it does not exist any more."""
    one = next((date for date in event.occurrences if date.occurrence_id == occurrence_id), None)
    if bool(one) != bool(event.occurrences or occurrence_id) or (one and one.is_deleted):
        return None
    start = read_time(one.start_time, event.timezone) if one else event.start
    if start is None:
        return None
    length = timedelta(minutes=one.duration) if one and one.duration else event.length
    return SessionFacts(
        webinar_id=str(EventRef(ZOOM, event.id)),
        session_id=str(EventRef(ZOOM, event.id, occurrence_id)),
        title=event.topic or UNTITLED[event.kind],
        description=event.agenda,
        start=start,
        length=length,
        time_zone=event.timezone or "UTC",
        status=_status(event, start, start + length, now),
        host_user_id=event.host_id,
        host_link=host_link(event),
        attendee_link="" if event.has_registration else shared_link(event),
        abilities=abilities_of(event),
    )


def webinar_of(event: EventRecord) -> WebinarFacts:
    """The event as a webinar with its settings. What Zoom's events do not have keeps its default."""
    settings = event.settings
    questions = settings.question_and_answer
    return WebinarFacts(
        webinar_id=str(EventRef(ZOOM, event.id)),
        title=event.topic or UNTITLED[event.kind],
        description=event.agenda,
        created_at=read_time(event.created_at) or UNKNOWN_TIME,
        host_user_id=event.host_id,
        options=Options(
            auto_record=settings.auto_recording != "none",
            password=event.password,
            artifacts_access=Access.GUEST,  # everyone with the link of a recording can watch it
            panelist_video=settings.panelists_video,
            qna=questions.enable,
            qna_anonymous=questions.allow_anonymous_questions,
            manual_approval=settings.approval_type == MANUAL,
            waiting_room=settings.waiting_room,
            join_before_host=settings.join_before_host,
            host_video=settings.host_video,
            participant_video=settings.participant_video,
            mute_on_entry=settings.mute_upon_entry,
            practice_session=settings.practice_session,
            alternative_hosts=SecretStr(joined_addresses(settings.alternative_hosts)),
        ),
        fixed=FixedOptions(
            recording=True,
            recording_sharing=True,
            recording_download=True,
            past_session_deletion=False,
            polls=True,
            polls_anonymous=True,
            external_livestream=False,
        ),
        audience=Audience.REGISTRANTS if event.has_registration else Audience.ANYONE,
        abilities=abilities_of(event),
    )


def registration_of(event: EventRecord, count: int, capacity: int | None, now: datetime) -> Registration:
    """The registration of an event that has one. `capacity` is what the plan has room for, as far as it is known."""
    limits = [one for one in (event.settings.registrants_restrict_number or None, capacity) if one is not None]
    limit = min(limits, default=None)
    end = _end(event)
    is_over = end is not None and now >= end
    return Registration(
        page_uri=event.registration_url,
        count=count,
        limit=limit,
        is_open=not is_over and (limit is None or count < limit),
        has_real_registrants=count > 0,
        read_at=now,
    )


def shared_link(event: EventRecord) -> str:
    """The link with which anyone can join who knows the passcode. Without it: the link appears in channels."""
    return re.split("[?#]", event.join_url)[0]


def host_link(event: EventRecord) -> SecretStr:
    """The link with which the host starts it, signed in at Zoom. Without the token in it, which lives for two hours."""
    return SecretStr(event.start_url.get_secret_value().partition("?")[0])


def _status(event: EventRecord, start: datetime, end: datetime, now: datetime) -> Status:
    """Whether a date takes place: Zoom says so of the meeting as a whole, and of webinars only in its webhooks."""
    if start == _current_start(event, now):
        if event.status == STARTED:
            return Status.ACTIVE
        if event.status == ENDED and now >= start:
            return Status.FINISHED
    return Status.FINISHED if now >= end else Status.SCHEDULED


def _current_start(event: EventRecord, now: datetime) -> datetime | None:
    """The date that takes place if one does: the latest that is not too far ahead, else the first."""
    starts = sorted(_starts(event))
    return next((start for start in reversed(starts) if start <= now + EARLY), next(iter(starts), None))


def _starts(event: EventRecord) -> Iterator[datetime]:
    if not event.occurrences and event.start:
        yield event.start
    for one in event.occurrences:
        if not one.is_deleted and (start := read_time(one.start_time, event.timezone)):
            yield start


def _end(event: EventRecord) -> datetime | None:
    """The end of the last date in UTC."""
    return max((start + event.length for start in _starts(event)), default=None)
