"""Webinars, sessions, registrations, and the form that creates a webinar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import AwareDatetime, SecretStr, field_serializer

from bot.model.ability import ALL, Ability
from bot.model.people import Account, Frozen
from bot.model.recurrence import EventForm, Recurrence

UNTITLED = "Untitled webinar"


def one_line_title(title: str) -> str:
    """The title on one line, or a placeholder for a blank one."""
    return " ".join(title.split()) or UNTITLED


MAX_LENGTH = timedelta(hours=24)
"""The longest that any provider takes. What started longer ago is over: queries use this, and the forms their rules."""


class Audience(StrEnum):
    """Who can attend: registrants with personal links, or anyone with the shared link."""

    REGISTRANTS = "registrants"
    ANYONE = "anyone"


class Access(StrEnum):
    """Who can join a webinar, in the provider's spelling."""

    GUEST = "Guest"
    SIGNED_IN = "AuthenticatedUser"
    COWORKER = "AuthenticatedCoworker"


class Status(StrEnum):
    """The status of a session. `CANCELED` is ours: the provider deletes the session instead."""

    SCHEDULED = "Scheduled"
    ACTIVE = "Active"
    FINISHED = "Finished"
    CANCELED = "Cancelled"


class Options(Frozen):
    """The settings of a webinar that a user can choose, with the provider's defaults."""

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
    manual_approval: bool = False
    """Whether an organizer decides about each registrant; only with registration."""
    waiting_room: bool = False
    join_before_host: bool = False
    host_video: bool = False
    participant_video: bool = False
    mute_on_entry: bool = False
    practice_session: bool = False
    alternative_hosts: SecretStr = SecretStr("")
    """Their addresses, as `bot.model.email_address.joined_addresses` writes them."""

    @field_serializer("password", "alternative_hosts", when_used="json")
    def _secret_in_json(self, secret: SecretStr) -> str:
        # The JSON of a form is stored in an encrypted column only.
        return secret.get_secret_value()


class FixedOptions(Frozen):
    """The settings that the account at the provider decides (read-only in the API)."""

    recording: bool
    recording_sharing: bool
    recording_download: bool
    past_session_deletion: bool
    polls: bool
    polls_anonymous: bool
    external_livestream: bool


class WebinarForm(Frozen):
    """The input of a user who creates a webinar."""

    title: str
    start: AwareDatetime
    length: timedelta
    time_zone: str
    audience: Audience = Audience.REGISTRANTS
    description: str = ""
    announce_in: str | None = None
    """The id of the channel for the card, or `None` for no card."""
    options: Options = Options()
    locale_code: str = "en-US"
    panel_join_offset: timedelta = timedelta()
    """How long before the start hosts and panelists can join."""
    provider: str = ""
    """The prefix of the provider that it is created at; see `bot.providers.event_ref`."""
    kind: EventForm = EventForm.MEETING
    """What is created, at a provider that has both."""
    recurrence: Recurrence | None = None
    """Several dates, at a provider that has them; `None` for one date."""


class OnDemand(StrEnum):
    """How long registrants can watch the recording, in the provider's spelling."""

    ONE_MONTH = "OneMonth"
    TWO_MONTHS = "TwoMonths"
    THREE_MONTHS = "ThreeMonths"
    SIX_MONTHS = "SixMonths"
    ONE_YEAR = "OneYear"


class Preferences(Frozen):
    """The settings of a registration that a user can choose, without the limit, with the provider's defaults."""

    suppress_emails: bool = False
    digest: bool = True
    prevent_multiple_device_joins: bool = False
    work_email_required: bool = False
    view_recording: bool = False
    on_demand: OnDemand = OnDemand.SIX_MONTHS
    open_after_event: bool = False


class Registration(Frozen):
    """The status and counts of a registration at `read_at`, without names."""

    page_uri: str = ""
    count: int
    limit: int | None = None
    is_open: bool
    has_real_registrants: bool
    read_at: AwareDatetime
    limit_since: AwareDatetime | None = None
    """When this limit was first read, set by the mirror. The same limit set again later has a new time."""
    full_since: AwareDatetime | None = None
    """When the limit was seen to close the registration, set by the mirror. `None` if it is not full, or if a person
    has closed it."""
    preferences: Preferences | None = None
    """`None` if not read yet."""
    after_count: int = 0
    """How many of `count` registered after the event."""
    closes_at: AwareDatetime | None = None
    """When registration for the recording closes; `None` before the event, and if it was not on after it."""
    sequence: int = 0
    """`icalendarSequence`: how often the date has changed, for calendar files."""


class Webinar(Frozen):
    """Our copy of a webinar and its session, which users see as one. Contains no personal link."""

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
    """`None` if it was created elsewhere and not read yet."""
    host_user_id: str = ""
    host_name: str = ""
    created_by: str = ""
    """The Slack user who created it; empty if it was created elsewhere."""
    attendee_link: str = ""
    """The shared join link of a webinar without registration, otherwise empty."""
    registration: Registration | None = None
    panel_offset: timedelta = timedelta()
    """How long before the start hosts and panelists can join."""
    abilities: frozenset[Ability] = ALL
    """What the event supports at its provider."""
    live_from: AwareDatetime | None = None
    """When it went live, if it did so before its start: until the start, an active session may be a practice."""
    seen_at: AwareDatetime

    @property
    def end(self) -> datetime:
        """The planned end, in UTC."""
        return (self.start + self.length).astimezone(UTC)

    @property
    def id(self) -> str:
        """The id that users and commands use: the session's."""
        return self.session_id


class WebinarFacts(Frozen):
    """A webinar (the container with the settings) as the provider returns it."""

    webinar_id: str
    title: str
    description: str = ""
    created_at: AwareDatetime
    modified_at: AwareDatetime | None = None
    """When it was last changed; `None` if the provider does not say so."""
    host_user_id: str = ""
    is_host_entitled: bool = True
    """Whether the host has the license that starting the webinar needs."""
    options: Options
    fixed: FixedOptions
    audience: Audience
    abilities: frozenset[Ability] = ALL
    """What the event supports with these settings."""


class SessionFacts(Frozen):
    """A session (the date of a webinar) as the provider returns it."""

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
    locale_code: str = "en-US"
    modified_at: AwareDatetime | None = None
    """When it was last changed; `None` if the provider does not say so."""
    abilities: frozenset[Ability] = ALL
    """What the event supports now: an event can change its kind."""
