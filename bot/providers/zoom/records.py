"""Zoom's answers, as far as we use them."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeVar

from pydantic import Field, SecretStr

from bot.providers.tolerant_record import InvalidRecord, TolerantRecord, read_record
from bot.providers.zoom.no_answer import no_answer_error
from bot.providers.zoom.times import read_time

log = logging.getLogger(__name__)

R = TypeVar("R", bound="ZoomRecord")


class EventKind(StrEnum):
    """What an event is. It can change: Zoom converts a meeting into a webinar, or back, under the same id."""

    MEETING = "meeting"
    WEBINAR = "webinar"

    @property
    def other(self) -> EventKind:
        """The kind that it is converted into."""
        return EventKind.WEBINAR if self is EventKind.MEETING else EventKind.MEETING


SCHEDULED, RECURRING = 2, 8
"""Types of meetings with a date, and with several dates. The others have none."""
WEBINAR, RECURRING_WEBINAR = 5, 9
WEBINAR_TYPES = frozenset({WEBINAR, 6, RECURRING_WEBINAR})
SINGLE_TYPES = frozenset({SCHEDULED, WEBINAR})
AUTOMATIC, MANUAL, NO_REGISTRATION = 0, 1, 2
"""Values of `approval_type`."""
ONCE_FOR_ALL = 1
"""The value of `registration_type` with which people register once for all dates."""


class ZoomRecord(TolerantRecord):
    """A record of Zoom."""


def parse_record(model: type[R], body: object, *, changes: bool = False) -> R:
    """Parse a body. An invalid one raises the same error as no answer: `OutcomeUnknown` if the request `changes`."""
    try:
        return read_record(model, body)
    except InvalidRecord as invalid:
        log.warning("zoom.invalid_answer", extra={"model": model.__name__, "fields": invalid.fields})
    raise no_answer_error(may_have_happened=changes)


class ListPageRecord(ZoomRecord):
    """What every page of a list has beside its items."""

    next_page_token: str = ""
    total_records: int = 0


class QuestionsAndAnswers(ZoomRecord):
    """`question_and_answer` of the settings."""

    enable: bool = True
    allow_anonymous_questions: bool = True


class EventSettingsRecord(ZoomRecord):
    """The settings of a meeting or a webinar, with Zoom's defaults."""

    approval_type: int = NO_REGISTRATION
    registration_type: int = ONCE_FOR_ALL
    close_registration: bool = False
    registrants_restrict_number: int = 0
    registrants_confirmation_email: bool = True
    registrants_email_notification: bool = True
    alternative_hosts: str = Field(default="", repr=False)
    auto_recording: str = "none"
    on_demand: bool = False
    panelists_video: bool = False
    host_video: bool = False
    participant_video: bool = False
    join_before_host: bool = False
    waiting_room: bool = False
    mute_upon_entry: bool = False
    practice_session: bool = False
    meeting_authentication: bool = False
    question_and_answer: QuestionsAndAnswers = QuestionsAndAnswers()


class OccurrenceRecord(ZoomRecord):
    """A date of a recurring event."""

    occurrence_id: str
    start_time: str = ""
    duration: int = 0
    status: str = "available"

    @property
    def is_deleted(self) -> bool:
        """Whether this date was canceled."""
        return self.status == "deleted"


class EventRecord(ZoomRecord):
    """A meeting or a webinar, read alone or in a list, which leaves out the settings and the dates."""

    id: str
    uuid: str = ""
    host_id: str = ""
    host_email: str = Field(default="", repr=False)
    topic: str = ""
    type: int = SCHEDULED
    agenda: str = ""
    start_time: str = ""
    duration: int = 0
    timezone: str = "UTC"
    created_at: str = ""
    status: str = ""
    password: SecretStr = SecretStr("")
    join_url: str = ""
    start_url: SecretStr = SecretStr("")
    registration_url: str = ""
    settings: EventSettingsRecord = EventSettingsRecord()
    occurrences: tuple[OccurrenceRecord, ...] = ()

    @property
    def kind(self) -> EventKind:
        """Whether it is a meeting or a webinar."""
        return EventKind.WEBINAR if self.type in WEBINAR_TYPES else EventKind.MEETING

    @property
    def has_registration(self) -> bool:
        """Whether people register for it."""
        return self.settings.approval_type != NO_REGISTRATION

    @property
    def is_single(self) -> bool:
        """Whether it has one date."""
        return self.type in SINGLE_TYPES

    @property
    def registers_by_date(self) -> bool:
        """Whether people choose the dates that they register for."""
        return self.type in (RECURRING, RECURRING_WEBINAR) and self.settings.registration_type != ONCE_FOR_ALL

    @property
    def start(self) -> datetime | None:
        """The start of its first date in UTC; `None` for one without a date."""
        return read_time(self.start_time, self.timezone)

    @property
    def length(self) -> timedelta:
        """The length of each date that has none of its own. Zoom counts minutes, at least one."""
        return timedelta(minutes=max(1, self.duration))

    @property
    def is_started(self) -> bool:
        """Whether it takes place now, which Zoom says of meetings only."""
        return self.status == "started"


class UserRecord(ZoomRecord):
    """A user of the account."""

    id: str
    email: str = Field(default="", repr=False)
    first_name: str = ""
    last_name: str = ""
    display_name: str = ""
    type: int = 1
    status: str = "active"

    @property
    def is_licensed(self) -> bool:
        """Whether they may have registration: 1 is basic, 2 licensed, 3 on the company's own servers."""
        return self.type in (2, 3)

    @property
    def name(self) -> str:
        """Their name as others see it."""
        return self.display_name or f"{self.first_name} {self.last_name}".strip() or self.email


class PanelistRecord(ZoomRecord):
    """A panelist of a webinar."""

    id: str
    name: str = Field(default="", repr=False)
    email: str = Field(default="", repr=False)
    join_url: SecretStr = SecretStr("")


class PanelistListRecord(ZoomRecord):
    """All panelists of a webinar, in one page."""

    panelists: tuple[PanelistRecord, ...] = ()
