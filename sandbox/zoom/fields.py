"""The fields of request bodies, with the vendor's names, lengths and values; unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

EMPLOYEES = ("1-20", "21-50", "51-100", "101-500", "500-1,000", "1,001-5,000", "5,001-10,000", "More than 10,000")
LANGUAGES = (
    "en-US", "de-DE", "es-ES", "fr-FR", "jp-JP", "pt-PT", "ru-RU", "zh-CN", "zh-TW", "ko-KO", "it-IT", "vi-VN",
    "pl-PL", "Tr-TR",
)  # fmt: skip
FRAMES = ("Within a month", "1-3 months", "4-6 months", "More than 6 months", "No timeframe")
ROLES = ("Decision Maker", "Evaluator/Recommender", "Influencer", "Not involved")
QUESTIONS = (
    "last_name", "address", "city", "country", "zip", "state", "phone", "industry", "org", "job_title",
    "purchasing_time_frame", "role_in_purchase_process", "no_of_employees", "comments",
)  # fmt: skip
MAX_NAME, MAX_EMAIL, MAX_ANSWER, MAX_TOPIC, MAX_AGENDA, MAX_MINUTES = 64, 128, 128, 200, 2000, 1440
BATCH = 30
"""People in one call that adds or changes several."""


def _one_of(*values: str) -> Any:
    def check(value: str) -> str:
        if value and value not in values:
            raise ValueError("not one of the documented values")
        return value

    return AfterValidator(check)


def _is_address(value: str) -> str:
    name, at, domain = value.partition("@")
    if not (name and at and "." in domain.strip(".") and " " not in value and "@" not in domain):
        raise ValueError("no address")
    return value


Email = Annotated[str, StringConstraints(max_length=MAX_EMAIL), AfterValidator(_is_address)]
Name = Annotated[str, StringConstraints(max_length=MAX_NAME)]
FirstName = Annotated[str, StringConstraints(min_length=1, max_length=MAX_NAME)]
Country = Annotated[str, StringConstraints(pattern=r"^([A-Za-z]{2})?$")]


class Body(BaseModel):
    """A part of a body: exact types, and unknown fields are ignored, as Zoom does."""

    model_config = ConfigDict(extra="ignore", strict=True)


class CustomAnswer(Body):
    """The answer to a custom question."""

    title: str = ""
    value: Annotated[str, StringConstraints(max_length=MAX_ANSWER)] = ""


class RegistrantFields(Body):
    """What is known of a registrant."""

    first_name: FirstName
    last_name: Name = ""
    email: Email
    address: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    country: Country = ""
    phone: str = ""
    comments: str = ""
    custom_questions: list[CustomAnswer] = []
    industry: str = ""
    job_title: str = ""
    no_of_employees: Annotated[str, _one_of(*EMPLOYEES)] = ""
    org: str = ""
    purchasing_time_frame: Annotated[str, _one_of(*FRAMES)] = ""
    role_in_purchase_process: Annotated[str, _one_of(*ROLES)] = ""


class NewRegistrant(RegistrantFields):
    """The body that adds a registrant."""

    language: Annotated[str, _one_of(*LANGUAGES)] = ""
    auto_approve: bool = False
    source_id: str = ""
    """The tracking source, of a webinar only."""


class BatchPerson(Body):
    """A person of a batch: names and address only."""

    first_name: FirstName
    last_name: Name = ""
    email: Email


class Batch(Body):
    """The body that adds several registrants at once."""

    auto_approve: bool = False
    registrants_confirmation_email: bool = False
    registrants: Annotated[list[BatchPerson], Field(min_length=1, max_length=BATCH)]


class Chosen(Body):
    """A registrant in a change of status: by id, by address, or both."""

    id: str = ""
    email: str = ""


class StatusChange(Body):
    """The body that approves, denies or cancels registrants."""

    action: Literal["approve", "cancel", "deny"]
    registrants: Annotated[list[Chosen], Field(max_length=BATCH)] = []


class Question(Body):
    """A standard question beside name and address."""

    field_name: Annotated[str, _one_of(*QUESTIONS)]
    required: bool = False


class CustomQuestion(Body):
    """A question of the host's own."""

    title: str
    type: Literal["short", "single", "single_radio", "single_dropdown", "multiple"] = "short"
    answers: list[str] = []
    required: bool = False


class Questions(Body):
    """The questions of a registration form."""

    questions: list[Question] = []
    custom_questions: list[CustomQuestion] = []


class Settings(Body):
    """The settings that the stand-in keeps of both kinds; it ignores all others."""

    approval_type: Literal[0, 1, 2] = 2
    registration_type: Literal[1, 2, 3] = 1
    close_registration: bool = False
    registrants_confirmation_email: bool = True
    registrants_email_notification: bool = True
    meeting_authentication: bool = False
    host_video: bool = False
    audio: Literal["both", "telephony", "voip", "thirdParty"] = "both"
    auto_recording: Literal["local", "cloud", "none"] = "none"
    alternative_hosts: str = ""
    contact_name: str = ""
    contact_email: str = ""
    show_share_button: bool = False
    allow_multiple_devices: bool = False


class MeetingSettings(Settings):
    """Those of a meeting."""

    participant_video: bool = False
    join_before_host: bool = False
    mute_upon_entry: bool = False
    waiting_room: bool = False
    email_notification: bool = True


class WebinarSettings(Settings):
    """Those of a webinar; `registrants_restrict_number` is 0 for no limit."""

    registrants_restrict_number: Annotated[int, Field(ge=0, le=20_000)] = 0
    panelists_video: bool = False
    practice_session: bool = False
    on_demand: bool = False


class Recurrence(Body):
    """How a meeting recurs: daily (1), weekly (2) or monthly (3)."""

    type: Literal[1, 2, 3]
    repeat_interval: Annotated[int, Field(ge=1, le=99)] = 1
    weekly_days: Annotated[str, StringConstraints(pattern=r"^[1-7](,[1-7])*$")] = "1"
    """1 is Sunday."""
    monthly_day: Annotated[int, Field(ge=1, le=31)] = 1
    end_times: Annotated[int, Field(ge=1, le=60)] = 1
    end_date_time: str = ""


class EventFields(Body):
    """The fields of a meeting or webinar that a host sets."""

    topic: Annotated[str, StringConstraints(max_length=MAX_TOPIC)] = "Zoom Meeting"
    type: int
    start_time: str = ""
    duration: Annotated[int, Field(ge=1, le=MAX_MINUTES)] = 60
    timezone: str = ""
    agenda: Annotated[str, StringConstraints(max_length=MAX_AGENDA)] = ""
    password: Annotated[str, StringConstraints(max_length=10)] = ""
    recurrence: Recurrence | None = None
    schedule_for: str = ""
    settings: Settings = Settings()


class MeetingFields(EventFields):
    """Those of a meeting: instant (1), scheduled (2), recurring without (3) or with dates (8), screen share (10)."""

    type: Literal[1, 2, 3, 8, 10] = 2
    settings: MeetingSettings = MeetingSettings()


class WebinarFields(EventFields):
    """Those of a webinar: single (5), recurring without (6) or with dates (9)."""

    topic: Annotated[str, StringConstraints(max_length=MAX_TOPIC)] = "Zoom Webinar"
    type: Literal[5, 6, 9] = 5
    settings: WebinarSettings = WebinarSettings()


class NewPanelist(Body):
    """A panelist to invite."""

    name: Name = ""
    email: Email


class NewPanelists(Body):
    """The body that invites up to 30 panelists."""

    panelists: Annotated[list[NewPanelist], Field(max_length=BATCH)]


class StatusOfWebinar(Body):
    """The body that ends a webinar."""

    action: Literal["end"]
