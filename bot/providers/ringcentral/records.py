"""What RingCentral sends, as far as we use it, and how that reads in our words."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from bot.model.people import ServiceUser
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
from bot.providers.ringcentral.errors import trouble

log = logging.getLogger(__name__)

E = TypeVar("E", bound=StrEnum)
R = TypeVar("R", bound="Record")


class Record(BaseModel):
    """Reads tolerantly: unknown keys are ignored, null is the same as left out, numbers may stand for names."""

    model_config = ConfigDict(
        alias_generator=to_camel, frozen=True, extra="ignore", coerce_numbers_to_str=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value is not None} if isinstance(data, dict) else data


def read(model: type[R], body: object, *, changes: bool = False) -> R:
    """The body as a `model`. An unreadable answer raises what silence would, as nobody knows what it means."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        fields = [".".join(map(str, one["loc"])) for one in error.errors(include_url=False, include_input=False)]
        log.warning("ringcentral.unreadable", extra={"model": model.__name__, "fields": fields})
    raise trouble(may_have_happened=changes)


def any_case(kind: type[E], otherwise: E) -> BeforeValidator:
    """Enum values in any case; those of a newer API than we know become `otherwise`."""
    known = {str(one).lower(): one for one in kind}
    return BeforeValidator(lambda value: known.get(str(value).lower(), otherwise))


AnyAccess = Annotated[Access, any_case(Access, Access.COWORKER)]
AnyStatus = Annotated[Status, any_case(Status, Status.SCHEDULED)]
AnyOnDemand = Annotated[OnDemand, any_case(OnDemand, OnDemand.SIX_MONTHS)]


class TokenRecord(Record):
    """TokenInfo, which is written with underscores."""

    model_config = ConfigDict(alias_generator=None)

    access_token: SecretStr = Field(min_length=1)
    refresh_token: SecretStr = SecretStr("")
    expires_in: float = Field(gt=0)


class AccountRecord(Record):
    """The account that something belongs to."""

    id: str = ""


class AdminRecord(Record):
    """PermissionInfoAdmin."""

    enabled: bool = False


class PermissionsRecord(Record):
    """ExtensionPermissions."""

    admin: AdminRecord = AdminRecord()


class ExtensionRecord(Record):
    """GetExtensionInfoResponse: who we are."""

    id: str
    name: str = ""
    account: AccountRecord = AccountRecord()
    permissions: PermissionsRecord = PermissionsRecord()

    def service_user(self) -> ServiceUser:
        """In our words."""
        admin = self.permissions.admin.enabled
        return ServiceUser(user_id=self.id, account_id=self.account.id, name=self.name, may_choose_host=admin)


class LinkedUserRecord(Record):
    """RcwDomainUserModel."""

    user_id: str = ""


class HostRecord(Record):
    """WcsHostModel and RcwLinkedUserModel, which name the same person in two ways."""

    user_id: str = ""
    linked_user: LinkedUserRecord = LinkedUserRecord()

    @property
    def id(self) -> str:
        """The extension id of the host, as far as it is told."""
        return self.linked_user.user_id or self.user_id


class SettingsRecord(Record):
    """WcsWebinarSettingsModel with its defaults: our names on the left, RingCentral's on the right."""

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
        """What a person may choose."""
        return Options.model_validate(self.model_dump(include=set(Options.model_fields)))

    def fixed(self) -> FixedOptions:
        """What the account has decided."""
        return FixedOptions.model_validate(self.model_dump(include=set(FixedOptions.model_fields)))


class WebinarRecord(Record):
    """WcsWebinarResource."""

    id: str
    title: str = ""
    creation_time: AwareDatetime
    host: HostRecord = HostRecord()
    settings: SettingsRecord = SettingsRecord()

    def facts(self) -> WebinarFacts:
        """In our words."""
        return WebinarFacts(
            webinar_id=self.id,
            title=self.title,
            created_at=self.creation_time,
            host_user_id=self.host.id,
            options=self.settings.options(),
            fixed=self.settings.fixed(),
            audience=Audience.REGISTRANTS if self.settings.registration else Audience.ANYONE,
        )


class WebinarReference(Record):
    """WcsWebinarRefModel: the webinar of a session in a list."""

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
    host_join_uri: SecretStr = SecretStr("")
    attendee_join_uri: str = ""
    webinar: WebinarReference = WebinarReference()

    def facts(self, webinar_id: str = "") -> SessionFacts:
        """In our words; a session without a title of its own goes by the webinar's."""
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
        )


class Paging(Record):
    """RcwPagingModel."""

    next_page_token: str = ""


class Page(Record):
    """One page of a list of the webinar services."""

    records: list[Any] = []
    paging: Paging = Paging()


class PreferencesRecord(Record):
    """The settings of RegSessionModel with their defaults: our names on the left, RingCentral's on the right."""

    suppress_emails: bool = Field(default=False, alias="suppressEmails")
    digest: bool = Field(default=True, alias="registrationDigestEnabled")
    prevent_multiple_device_joins: bool = Field(default=False, alias="preventMultipleDeviceJoins")
    work_email_required: bool = Field(default=False, alias="workEmailRequired")
    view_recording: bool = Field(default=False, alias="viewRecording")
    on_demand: AnyOnDemand = Field(default=OnDemand.SIX_MONTHS, alias="onDemandDuration")
    open_after_event: bool = Field(default=False, alias="autoOpenPostWebinarRegistration")

    limit: int = Field(default=0, alias="autoCloseLimit")

    def preferences(self) -> Preferences:
        """What a person may choose beside the limit."""
        return Preferences.model_validate(self.model_dump(include=set(Preferences.model_fields)))


class RegistrationRecord(Record):
    """RegSessionModel, which requires no settings."""

    registration_status: str
    registration_page_uri: str = ""
    registrant_count: int
    post_webinar_registrant_count: int = 0
    has_real_registrants: bool
    icalendar_sequence: int = 0
    settings: PreferencesRecord | None = None

    def registration(self, read_at: datetime) -> Registration:
        """In our words; a limit of 0 is none."""
        return Registration(
            page_uri=self.registration_page_uri,
            count=self.registrant_count,
            limit=(self.settings.limit if self.settings else 0) or None,
            is_open=self.registration_status.lower() == "open",
            has_real_registrants=self.has_real_registrants,
            read_at=read_at,
            preferences=self.settings.preferences() if self.settings else None,
            after_count=self.post_webinar_registrant_count,
            sequence=self.icalendar_sequence,
        )
