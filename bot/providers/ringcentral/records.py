"""RingCentral's responses, as far as we use them, and their conversion to the model."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
)
from pydantic.alias_generators import to_camel

from bot.model.webinar import (
    Access,
    Audience,
    FixedOptions,
    OnDemand,
    Options,
    Preferences,
    Registration,
    SessionFacts,
    Status,
    WebinarFacts,
)
from bot.providers.ringcentral.errors import no_answer_error
from bot.providers.tolerant_record import InvalidRecord, TolerantRecord, read_record

log = logging.getLogger(__name__)

E = TypeVar("E", bound=StrEnum)
R = TypeVar("R", bound="Record")


class Record(TolerantRecord):
    """A record of RingCentral, whose names are in camel case."""

    model_config = ConfigDict(alias_generator=to_camel)


def parse_record(model: type[R], body: object, *, changes: bool = False) -> R:
    """Parse a body. An invalid one raises the same error as no answer: `OutcomeUnknown` if the request `changes`."""
    try:
        return read_record(model, body)
    except InvalidRecord as invalid:
        log.warning("ringcentral.invalid_answer", extra={"model": model.__name__, "fields": invalid.fields})
    raise no_answer_error(may_have_happened=changes)


def any_case(kind: type[E], default: E) -> BeforeValidator:
    """Accept enum values in any case. Unknown values, such as those of a newer API, become `default`."""
    members = {str(member).lower(): member for member in kind}
    return BeforeValidator(lambda value: members.get(str(value).lower(), default))


AnyAccess = Annotated[Access, any_case(Access, Access.COWORKER)]
AnyStatus = Annotated[Status, any_case(Status, Status.SCHEDULED)]
AnyOnDemand = Annotated[OnDemand, any_case(OnDemand, OnDemand.SIX_MONTHS)]


class TokenRecord(Record):
    """TokenInfo, whose names have underscores."""

    model_config = ConfigDict(alias_generator=None)

    access_token: SecretStr = Field(min_length=1)
    refresh_token: SecretStr = SecretStr("")
    expires_in: float = Field(gt=0)
    scope: str = ""


class LinkedUserRecord(Record):
    """RcwDomainUserModel."""

    user_id: str = ""


class HostRecord(Record):
    """WcsHostModel and RcwLinkedUserModel: two forms of the same person."""

    user_id: str = ""
    linked_user: LinkedUserRecord = LinkedUserRecord()
    entitled: bool | None = None

    @property
    def id(self) -> str:
        """The extension id of the host, if present."""
        return self.linked_user.user_id or self.user_id


class SettingsRecord(Record):
    """WcsWebinarSettingsModel with its defaults. The field names are ours, the aliases RingCentral's."""

    auto_record: bool = Field(default=False, alias="autoRecord")
    panelist_waiting_room: bool = Field(default=False, alias="panelistWaitingRoom")
    panelist_video: bool = Field(default=True, alias="panelistVideoEnabled")
    panelist_screen_sharing: bool = Field(default=True, alias="panelistScreenSharingEnabled")
    panelist_mute_control: bool = Field(default=True, alias="panelistMuteControlEnabled")
    panelist_access: AnyAccess = Field(default=Access.GUEST, alias="panelistAuthentication")
    attendee_access: AnyAccess = Field(default=Access.GUEST, alias="attendeeAuthentication")
    artifacts_access: AnyAccess = Field(default=Access.SIGNED_IN, alias="artifactsAccessAuthentication")
    phone_dial_in: bool = Field(default=False, alias="pstnEnabled")
    password: SecretStr = Field(default=SecretStr(""), alias="password")
    qna: bool = Field(default=True, alias="qnaEnabled")
    qna_anonymous: bool = Field(default=True, alias="qnaAnonymousEnabled")
    qna_moderated: bool = Field(default=False, alias="moderatedQnaEnabled")
    redirect_uri: str = Field(default="", alias="postWebinarRedirectUri")

    registration: bool = Field(default=False, alias="registrationEnabled")

    recording: bool = Field(default=True, alias="recordingEnabled")
    recording_sharing: bool = Field(default=True, alias="recordingSharingEnabled")
    recording_download: bool = Field(default=True, alias="recordingDownloadEnabled")
    past_session_deletion: bool = Field(default=False, alias="pastSessionDeletionEnabled")
    polls: bool = Field(default=True, alias="pollsEnabled")
    polls_anonymous: bool = Field(default=True, alias="pollsAnonymousEnabled")
    external_livestream: bool = Field(default=True, alias="externalLivestreamEnabled")

    def options(self) -> Options:
        """The settings that a user can choose."""
        return Options.model_validate(self.model_dump(include=set(Options.model_fields)))

    def fixed(self) -> FixedOptions:
        """The settings that the account decides."""
        return FixedOptions.model_validate(self.model_dump(include=set(FixedOptions.model_fields)))


class WebinarRecord(Record):
    """WcsWebinarResource."""

    id: str
    title: str = ""
    description: str = ""
    creation_time: AwareDatetime
    last_modified_time: AwareDatetime | None = None
    host: HostRecord = HostRecord()
    settings: SettingsRecord = SettingsRecord()

    def facts(self) -> WebinarFacts:
        """Convert to the model."""
        return WebinarFacts(
            webinar_id=self.id,
            title=self.title,
            description=self.description,
            created_at=self.creation_time,
            modified_at=self.last_modified_time,
            host_user_id=self.host.id,
            is_host_entitled=self.host.entitled is not False,
            options=self.settings.options(),
            fixed=self.settings.fixed(),
            audience=Audience.REGISTRANTS if self.settings.registration else Audience.ANYONE,
        )


class WebinarReference(Record):
    """WcsWebinarRefModel: the webinar of a listed session."""

    id: str = ""
    title: str = ""
    description: str = ""
    host: HostRecord = HostRecord()


class SessionRecord(Record):
    """WcsSessionResource, and SessionGlobalListEntry, which adds the webinar."""

    id: str
    title: str = ""
    description: str = ""
    scheduled_start_time: AwareDatetime
    scheduled_duration: int
    time_zone: str = "UTC"
    status: AnyStatus = Status.SCHEDULED
    panel_join_time_offset: int = 0
    locale_code: str = "en-US"
    last_modified_time: AwareDatetime | None = None
    host_join_uri: SecretStr = SecretStr("")
    attendee_join_uri: str = ""
    webinar: WebinarReference = WebinarReference()

    def facts(self, webinar_id: str = "") -> SessionFacts:
        """Convert to the model. A session without a title has the webinar's."""
        return SessionFacts(
            webinar_id=webinar_id or self.webinar.id,
            session_id=self.id,
            title=self.title or self.webinar.title,
            description=self.description or self.webinar.description,
            start=self.scheduled_start_time,
            length=timedelta(seconds=self.scheduled_duration),
            time_zone=self.time_zone,
            status=self.status,
            host_user_id=self.webinar.host.id,
            host_link=self.host_join_uri,
            attendee_link=self.attendee_join_uri,
            panel_offset=timedelta(seconds=self.panel_join_time_offset),
            locale_code=self.locale_code,
            modified_at=self.last_modified_time,
        )


class Paging(Record):
    """RcwPagingModel."""

    next_page_token: str = ""


class PageRecord(Record):
    """One page of a list of the webinar services."""

    records: list[Any] = Field(default=[])
    paging: Paging = Paging()


class PreferencesRecord(Record):
    """The settings of RegSessionModel with their defaults. The field names are ours, the aliases RingCentral's."""

    suppress_emails: bool = Field(default=False, alias="suppressEmails")
    digest: bool = Field(default=True, alias="registrationDigestEnabled")
    prevent_multiple_device_joins: bool = Field(default=False, alias="preventMultipleDeviceJoins")
    work_email_required: bool = Field(default=False, alias="workEmailRequired")
    view_recording: bool = Field(default=False, alias="viewRecording")
    on_demand: AnyOnDemand = Field(default=OnDemand.SIX_MONTHS, alias="onDemandDuration")
    open_after_event: bool = Field(default=False, alias="autoOpenPostWebinarRegistration")

    limit: int = Field(default=0, alias="autoCloseLimit")
    closes_at: AwareDatetime | None = Field(default=None, alias="postWebinarRegistrationClosingTime")

    def preferences(self) -> Preferences:
        """The settings that a user can choose, without the limit."""
        return Preferences.model_validate(self.model_dump(include=set(Preferences.model_fields)))


class RegistrationRecord(Record):
    """RegSessionModel, whose settings are optional."""

    registration_status: str
    registration_page_uri: str = ""
    registrant_count: int
    post_webinar_registrant_count: int = 0
    has_real_registrants: bool
    icalendar_sequence: int = 0
    settings: PreferencesRecord | None = None

    def registration(self, read_at: datetime) -> Registration:
        """Convert to the model. A limit of 0 means no limit."""
        return Registration(
            page_uri=self.registration_page_uri,
            count=self.registrant_count,
            limit=(self.settings.limit if self.settings else 0) or None,
            is_open=self.registration_status.lower() == "open",
            has_real_registrants=self.has_real_registrants,
            read_at=read_at,
            preferences=self.settings.preferences() if self.settings else None,
            after_count=self.post_webinar_registrant_count,
            closes_at=self.settings.closes_at if self.settings else None,
            sequence=self.icalendar_sequence,
        )
