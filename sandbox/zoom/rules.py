"""The figures of the account that can be set: its plan, its scopes, its limits."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Label = Literal["Light", "Medium", "Heavy", "Resource-intensive"]
Plan = Literal["Free", "Pro", "Business"]

PER_SECOND: dict[Plan, dict[Label, int]] = {
    "Free": {"Light": 4, "Medium": 2, "Heavy": 1},
    "Pro": {"Light": 30, "Medium": 20, "Heavy": 10},
    "Business": {"Light": 80, "Medium": 60, "Heavy": 40},
}
PER_DAY: dict[Plan, dict[Label, int]] = {
    "Free": {"Light": 6_000, "Medium": 2_000, "Heavy": 1_000},
    "Pro": {"Heavy": 30_000},
    "Business": {"Heavy": 60_000},
}
"""The published limits of an account (developers.zoom.us, rate limits). A label without a figure has none."""
MOST_REGISTRANTS = 4999
SCOPES = (
    "meeting:read:list_meetings:admin",
    "meeting:read:meeting:admin",
    "meeting:write:meeting:admin",
    "meeting:update:meeting:admin",
    "meeting:delete:meeting:admin",
    "meeting:read:list_registrants:admin",
    "meeting:read:registrant:admin",
    "meeting:write:registrant:admin",
    "meeting:write:batch_registrants:admin",
    "meeting:update:registrant_status:admin",
    "meeting:delete:registrant:admin",
    "meeting:read:list_registration_questions:admin",
    "meeting:update:registration_question:admin",
    "meeting:read:list_past_participants:admin",
    "webinar:read:list_webinars:admin",
    "webinar:read:webinar:admin",
    "webinar:write:webinar:admin",
    "webinar:update:webinar:admin",
    "webinar:delete:webinar:admin",
    "webinar:update:status:admin",
    "webinar:read:list_registrants:admin",
    "webinar:read:registrant:admin",
    "webinar:write:registrant:admin",
    "webinar:write:batch_registrants:admin",
    "webinar:update:registrant_status:admin",
    "webinar:delete:registrant:admin",
    "webinar:read:list_registration_questions:admin",
    "webinar:update:registration_question:admin",
    "webinar:read:list_panelists:admin",
    "webinar:write:panelist:admin",
    "webinar:delete:panelist:admin",
    "webinar:read:list_tracking_sources:admin",
    "webinar:read:list_past_participants:admin",
    "webinar:read:list_absentees:admin",
    "report:read:list_meeting_participants:admin",
    "report:read:list_webinar_participants:admin",
    "report:read:webinar:admin",
    "cloud_recording:read:list_recording_files:admin",
    "user:read:list_users:admin",
    "user:read:user:admin",
)


class Rules(BaseModel):
    """What the account allows. Assign to change a figure at any time."""

    model_config = ConfigDict(validate_assignment=True, extra="forbid")

    plan: Plan = "Pro"
    per_second: dict[Label, int] = {}
    """In place of the figures of the plan."""
    per_day: dict[Label, int] = {}
    adds_per_address: int = 3
    adds_count_per_event: bool = False
    """Whether the adds of an address count for each meeting by itself: both have been observed."""
    registers_again: bool = False
    """Whether an address that is registered gets a second registrant, instead of its first one again."""
    status_changes_per_registrant: int = 10
    status_changes_count_per_event: bool = False
    """Whether the people of one call count together for their meeting, as has been observed."""
    limit_headers: bool = True
    changes_per_host: int = 100
    work_addresses_only: bool = False
    panelists: int = 100
    """Panelists that a webinar has room for."""
    capacity: int = 100
    """Approved registrants that the plan has room for."""
    scopes: tuple[str, ...] = SCOPES
    report_minutes: float = 0.0
    """Minutes of sandbox time after the end, in which durations of participants are 0."""
    token_seconds: int = 3600
    page_token_seconds: int = 900
    webhook_timeout: float = 3.0
    deliver_twice: bool = False

    def limit_per_second(self, label: Label) -> int | None:
        """Calls of this label that the account may make in a second."""
        return self.per_second.get(label, PER_SECOND[self.plan].get(label))

    def limit_per_day(self, label: Label) -> int | None:
        """Calls of this label that the account may make until midnight UTC."""
        return self.per_day.get(label, PER_DAY[self.plan].get(label))
