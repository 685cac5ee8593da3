"""The objects the stand-in keeps, and which of their fields a caller may write."""

from __future__ import annotations

import re
from datetime import MAXYEAR, UTC, datetime, timedelta
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError
from pydantic.alias_generators import to_camel

from bot.sandbox.ringcentral.answers import invalid_fields

INT32_MAX = 2**31 - 1
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s<>\"]+")

# Sent along by nobody's choice: an account's policy, readable on each webinar.
READ_ONLY_SETTINGS = {
    "recordingEnabled": True,
    "recordingSharingEnabled": True,
    "recordingDownloadEnabled": True,
    "pastSessionDeletionEnabled": False,
    "pollsEnabled": True,
    "pollsAnonymousEnabled": True,
    "externalLivestreamEnabled": True,
}


def parse_moment(value: object) -> datetime:
    """An RFC 3339 date-time as aware UTC; ValueError for everything else, dates without a time and numbers too."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if not isinstance(value, str) or not DATE_TIME.fullmatch(value):
        raise ValueError("not a date-time")
    try:
        moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("not a date-time") from error
    if moment.year == MAXYEAR:  # no room for a duration
        raise ValueError("not a date-time")
    return moment


def iso(moment: datetime) -> str:
    """A moment as the vendor prints it: UTC, milliseconds, Z."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _zone_name(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("not an IANA time zone") from error


def _uri(value: str) -> str:
    if not URI.fullmatch(value):
        raise ValueError("not a URI")
    return value


Moment = Annotated[datetime, BeforeValidator(parse_moment), PlainSerializer(iso)]
Zone = Annotated[str, Field(min_length=3, max_length=64), AfterValidator(_zone_name)]
Uri = Annotated[str, AfterValidator(_uri)]
Title = Annotated[str, Field(min_length=1, max_length=512)]
Description = Annotated[str, Field(max_length=4096)]
Count = Annotated[int, Field(ge=0, le=INT32_MAX)]
Authentication = Literal["Guest", "AuthenticatedUser", "AuthenticatedCoworker"]
Status = Literal["Scheduled", "Active", "Finished"]


class Wire(BaseModel):
    """What a caller may write: camelCase, nothing converted; unknown and read-only fields are passed over."""

    model_config = ConfigDict(strict=True, extra="ignore", alias_generator=to_camel)

    def wire(self) -> dict[str, Any]:
        """As it is sent; what was left blank is left out."""
        return _without_blanks(self.model_dump(mode="json", by_alias=True))


def _without_blanks(given: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_blanks(value) if isinstance(value, dict) else value
        for name, value in given.items()
        if value not in (None, "")
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


class LinkedUser(Wire):
    """Another person, by extension id."""

    user_id: Annotated[str, Field(max_length=256)]
    account_id: Annotated[str, Field(max_length=256)]
    domain: Literal["pbx", "ilm"]


class HostReference(Wire):
    """Who shall host, when it is not the caller."""

    linked_user: LinkedUser | None = None


class WebinarFields(Wire):
    """WebinarBaseModel: what can be written at any time."""

    title: Title
    description: Description = ""
    settings: WebinarSettings = Field(default_factory=WebinarSettings)


class NewWebinar(WebinarFields):
    """WebinarCreationRequest: the host can be named at creation only."""

    host: HostReference | None = None


class SessionFields(Wire):
    """WcsSessionWithLocaleCodeModel."""

    scheduled_start_time: Moment
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
        """ "Calculated as scheduledStartTime+scheduledDuration", says the reference of `endTimeFrom`."""
        return self.scheduled_start_time + timedelta(seconds=self.scheduled_duration)


class RegistrationSettings(Wire):
    """The writable settings of RegSessionModel; all but the limit are kept and have no effect here."""

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


class Registrant(BaseModel):
    """Somebody who signed up; `token` is the secret part of their own join link."""

    id: str
    first_name: str
    last_name: str
    email: str
    token: str
    registered: datetime
    real: bool = True  # False: a host trying the form out


class Session(BaseModel):
    """The date of a webinar, with its registration. `born` is machine time and does not outlive the process."""

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
    registrants: list[Registrant] = []
    icalendar_sequence: int = 0
    born: float = Field(default=float("-inf"), exclude=True)

    @property
    def status(self) -> Status:
        """Scheduled, Active or Finished; only a person in RingCentral's own app moves it on."""
        return self.fields.status

    @property
    def is_full(self) -> bool:
        """As many registrants as the limit allows."""
        limit = self.registration.settings.auto_close_limit
        return 0 < limit <= len(self.registrants)


class Webinar(BaseModel):
    """The container: title, settings, host, and at most one session."""

    id: str
    created: datetime
    modified: datetime
    host_id: str
    fields: WebinarFields
    session: Session | None = None


class State(BaseModel):
    """Everything that survives a restart with `dump` and `load`."""

    webinars: dict[str, Webinar] = {}
    last_number: int = 0


Model = TypeVar("Model", bound=Wire)


def checked(model: type[Model], sent: dict[str, Any]) -> Model:
    """`sent` as that model, or the 400 that names every field in which it is wrong."""
    try:
        return model.model_validate(sent)
    except ValidationError as problem:
        raise invalid_fields(problem) from problem


def overlay(current: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """A partial update: what was sent laid over what is there, inside objects too."""
    merged = dict(current)
    for name, value in sent.items():
        inner = merged.get(name)
        merged[name] = overlay(inner, value) if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged
