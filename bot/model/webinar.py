"""The words Greenroom thinks in: webinars, sessions, registration, the people and the forms."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, SecretStr, field_serializer

from bot.model.frozen import Frozen
from bot.model.people import Account

UNTITLED = "Untitled webinar"


def one_line_title(title: str) -> str:
    """A title as one line; a blank one says that there is none."""
    return " ".join(title.split()) or UNTITLED


MIN_LENGTH = timedelta(seconds=30)
MAX_LENGTH = timedelta(hours=12)


class Audience(StrEnum):
    """Who a webinar is for: it decides whether there is one shared link or one link a person."""

    REGISTRANTS = "registrants"
    ANYONE = "anyone"


class Access(StrEnum):
    """Who a webinar lets in, in RingCentral's spelling."""

    GUEST = "Guest"
    SIGNED_IN = "AuthenticatedUser"
    COWORKER = "AuthenticatedCoworker"


class Status(StrEnum):
    """Where a session is in its life; `CANCELLED` is ours, RingCentral deletes instead."""

    SCHEDULED = "Scheduled"
    ACTIVE = "Active"
    FINISHED = "Finished"
    CANCELLED = "Cancelled"


class Options(Frozen):
    """The settings of a webinar that a person may choose, with RingCentral's defaults.

    The vendor's names and defaults: WcsWebinarSettingsModel, developers.ringcentral.com/api-reference/Webinars.
    """

    auto_record: bool = False
    panelist_waiting_room: bool = False
    panelist_video: bool = True
    panelist_screen_sharing: bool = True
    panelist_mute_control: bool = True
    panelist_access: Access = Access.GUEST
    attendee_access: Access = Access.GUEST
    artifacts_access: Access = Access.SIGNED_IN
    phone_dial_in: bool = False
    password: SecretStr = SecretStr("")
    qna: bool = True
    qna_anonymous: bool = True
    qna_moderated: bool = False
    redirect_uri: str = ""

    @field_serializer("password", when_used="json")
    def _password_in_json(self, password: SecretStr) -> str:
        # JSON of a form only ever goes into an encrypted column.
        return password.get_secret_value()


class FixedOptions(Frozen):
    """The settings that the RingCentral account decides and that can only be shown (readOnly in the API)."""

    recording: bool
    recording_sharing: bool
    recording_download: bool
    past_session_deletion: bool
    polls: bool
    polls_anonymous: bool
    external_livestream: bool


class Form(Frozen):
    """What a person asks for when they create a webinar."""

    title: str
    start: AwareDatetime
    length: timedelta
    time_zone: str
    audience: Audience = Audience.REGISTRANTS
    description: str = ""
    announce_in: str | None = None
    """The channel's id, or nothing to announce."""
    options: Options = Options()
    locale_code: str = "en-US"
    panel_join_offset: timedelta = timedelta()
    """How early hosts and panelists may come in."""


class OnDemand(StrEnum):
    """For how long after the event its recording is there for those who registered, in RingCentral's spelling."""

    ONE_MONTH = "OneMonth"
    TWO_MONTHS = "TwoMonths"
    THREE_MONTHS = "ThreeMonths"
    SIX_MONTHS = "SixMonths"
    ONE_YEAR = "OneYear"


class Preferences(Frozen):
    """What a person may choose of a registration beside its limit, with RingCentral's defaults.

    The vendor's names and defaults: RegSessionModel, developers.ringcentral.com/api-reference/Registration-Management.
    """

    suppress_emails: bool = False
    digest: bool = True
    prevent_multiple_device_joins: bool = False
    work_email_required: bool = False
    view_recording: bool = False
    on_demand: OnDemand = OnDemand.SIX_MONTHS
    open_after_event: bool = False


class Registration(Frozen):
    """Who has signed up so far, as read at `read_at`; figures and no names."""

    page_uri: str = ""
    count: int
    limit: int | None = None
    is_open: bool
    has_real_registrants: bool
    read_at: AwareDatetime
    limit_since: AwareDatetime | None = None
    """When this limit was first read; the same limit set again later is another occasion. The mirror knows it."""
    preferences: Preferences | None = None
    """Nothing where they have not been read yet."""
    after_count: int = 0
    """Those of them who registered after the event."""
    sequence: int = 0
    """`icalendarSequence`: how often the date has changed, for calendar files."""


class Webinar(Frozen):
    """Our copy of a webinar and its session, which people see as one thing. Holds no personal link."""

    account: Account
    webinar_id: str
    session_id: str
    title: str
    description: str = ""
    start: AwareDatetime
    length: timedelta
    time_zone: str
    status: Status = Status.SCHEDULED
    audience: Audience | None = None
    """Nothing where it was made elsewhere and has not been read yet."""
    host_user_id: str = ""
    host_name: str = ""
    created_by: str = ""
    """The Slack user who created it here, or empty where it was made elsewhere."""
    attendee_link: str = ""
    """The shared join link of a webinar without registration; empty for any other."""
    registration: Registration | None = None
    panel_offset: timedelta = timedelta()
    """How much earlier hosts and panelists are to be there."""
    seen_at: AwareDatetime

    @property
    def end(self) -> datetime:
        """When it is planned to end, in UTC."""
        return (self.start + self.length).astimezone(UTC)

    @property
    def id(self) -> str:
        """What people and commands call it by: the session's id."""
        return self.session_id


class WebinarFacts(Frozen):
    """What a webinar system says of a webinar (the container with the settings)."""

    webinar_id: str
    title: str
    created_at: AwareDatetime
    host_user_id: str = ""
    options: Options
    fixed: FixedOptions
    audience: Audience


class SessionFacts(Frozen):
    """What a webinar system says of a session (the date of a webinar)."""

    webinar_id: str
    session_id: str
    title: str
    description: str = ""
    start: AwareDatetime
    length: timedelta
    time_zone: str
    status: Status
    host_user_id: str = ""
    host_link: SecretStr = SecretStr("")
    attendee_link: str = ""
    panel_offset: timedelta = timedelta()
