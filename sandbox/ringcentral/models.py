"""Webinars, sessions and registration as stored, and which of their fields a caller can write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from sandbox.ringcentral.people import Invitee, LinkedUser, Registrant
from sandbox.ringcentral.presence import Participant, Plan, Recording, RuntimeStatus
from sandbox.ringcentral.subscriptions import Subscription
from sandbox.ringcentral.wire import Count, Description, Timestamp, Title, Uri, Wire, Zone

Authentication = Literal["Guest", "AuthenticatedUser", "AuthenticatedCoworker"]
Status = Literal["Scheduled", "Active", "Finished"]

# Account policy, readable on each webinar.
READ_ONLY_SETTINGS = {
    "recordingEnabled": True,
    "recordingSharingEnabled": True,
    "recordingDownloadEnabled": True,
    "pastSessionDeletionEnabled": False,
    "pollsEnabled": True,
    "pollsAnonymousEnabled": True,
    "externalLivestreamEnabled": True,
}


class WebinarSettings(Wire):
    """The writable part of WcsWebinarSettingsModel with its published defaults."""

    auto_record: bool = False
    panelist_waiting_room: bool = False
    panelist_video_enabled: bool = True
    panelist_screen_sharing_enabled: bool = True
    panelist_mute_control_enabled: bool = True
    panelist_authentication: Authentication = "Guest"
    attendee_authentication: Authentication = "Guest"
    artifacts_access_authentication: Authentication = "AuthenticatedUser"
    pstn_enabled: bool = False
    password: Annotated[str, Field(max_length=64)] | None = None
    qna_enabled: bool = True
    qna_anonymous_enabled: bool = True
    moderated_qna_enabled: bool = False
    registration_enabled: bool = False
    post_webinar_redirect_uri: Uri = ""


class HostReference(Wire):
    """The host of a new webinar, if not the caller."""

    linked_user: LinkedUser | None = None


class WebinarFields(Wire):
    """WebinarBaseModel: the fields that can be written at any time."""

    title: Title
    description: Description = ""
    settings: WebinarSettings = Field(default_factory=WebinarSettings)


class NewWebinar(WebinarFields):
    """WebinarCreationRequest: the host can be set at creation only."""

    host: HostReference | None = None


class SessionFields(Wire):
    """WcsSessionWithLocaleCodeModel."""

    scheduled_start_time: Timestamp
    scheduled_duration: Annotated[int, Field(ge=30, le=43200)]  # seconds
    time_zone: Zone
    localized_time_zone_description: str = ""
    panel_join_time_offset: Count = 0  # seconds
    title: Annotated[str, Field(max_length=512)] = ""
    description: Description = ""
    locale_code: Annotated[str, Field(min_length=2, max_length=8)] = "en-US"
    status: Status = "Scheduled"

    @property
    def end(self) -> datetime:
        """Start plus duration, as the reference of `endTimeFrom` defines it."""
        return self.scheduled_start_time + timedelta(seconds=self.scheduled_duration)


class RegistrationSettings(Wire):
    """The writable settings of RegSessionModel; docs/sandbox-ringcentral.md lists their effects here."""

    auto_close_limit: Count = 0  # 0: no limit
    suppress_emails: bool = False
    registration_digest_enabled: bool = True
    prevent_multiple_device_joins: bool = False
    work_email_required: bool = False
    view_recording: bool = False
    on_demand_duration: Literal["OneMonth", "TwoMonths", "ThreeMonths", "SixMonths", "OneYear"] = "SixMonths"
    auto_open_post_webinar_registration: bool = False


class RegistrationFields(Wire):
    """The writable part of RegSessionModel."""

    registration_status: Literal["Open", "Closed"] = "Open"
    settings: RegistrationSettings = Field(default_factory=RegistrationSettings)


class Session(BaseModel):
    """The session of a webinar, with its registration. `created_monotonic` is not persisted."""

    id: str
    created: datetime
    modified: datetime
    fields: SessionFields
    host_token: str
    attendee_token: str
    page_key: str
    bridge_id: str
    pstn_password: str
    registration: RegistrationFields = Field(default_factory=RegistrationFields)
    invitees: list[Invitee] = []  # the host is not among them
    registrants: list[Registrant] = []
    participants: list[Participant] = []
    plans: list[Plan] = []
    recording: Recording | None = None
    started: datetime | None = None
    finished: datetime | None = None
    runtime: RuntimeStatus | None = None  # while Active
    live_from: datetime | None = None
    live_until: datetime | None = None
    icalendar_sequence: int = 0
    created_monotonic: float = Field(default=float("-inf"), exclude=True)

    @property
    def status(self) -> Status:
        """Scheduled, Active or Finished; changed only in RingCentral's own app."""
        return self.fields.status

    @property
    def is_full(self) -> bool:
        """Whether the limit of registrants is reached."""
        limit = self.registration.settings.auto_close_limit
        return 0 < limit <= len(self.registrants)


class Webinar(BaseModel):
    """A webinar: title, settings, host, and at most one session."""

    id: str
    created: datetime
    modified: datetime
    host_id: str
    fields: WebinarFields
    session: Session | None = None


class State(BaseModel):
    """Everything that `dump` and `load` persist."""

    webinars: dict[str, Webinar] = {}
    subscriptions: dict[str, Subscription] = {}
    last_number: int = 0
