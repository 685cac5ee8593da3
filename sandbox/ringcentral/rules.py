"""The settings of the stand-in: budgets, delays and lifetimes, with the vendor's published values."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, field_validator
from pydantic.alias_generators import to_camel

Group = Literal["Light", "Medium", "Heavy", "Auth"]
EventBodies = Literal["resource", "ids", "numbers", "nested", "empty", "text"]
Deliveries = Literal["once", "twice", "shuffled", "lost"]


PUBLISHED_BUDGETS: dict[Group, int] = {"Light": 50, "Medium": 40, "Heavy": 10, "Auth": 5}


class Rules(BaseModel):
    """Settings of the stand-in, changeable while it runs; durations are seconds of machine time."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        validate_assignment=True,
        extra="forbid",
    )

    # developers.ringcentral.com/guide/basics/rate-limits: "can be customized and vary among apps"
    # calls per user and app in a window; an omitted group has its published budget
    budgets: dict[Group, NonNegativeInt] = Field(default_factory=lambda: dict(PUBLISHED_BUDGETS))
    window: float = Field(default=60, gt=0)
    penalty: float = Field(default=60, gt=0)
    # The same page shows rate headers and says that they may be missing.
    rate_headers: bool = True

    # developers.ringcentral.com/guide/authentication/refresh-tokens and …/tokens
    token_life: int = Field(default=3600, ge=1)
    refresh_token_life: int = Field(default=604800, ge=1)
    issue_refresh_tokens: bool = False  # an app setting, off by default
    sessions_per_user: int = Field(default=5, ge=1)  # "usually five"
    app_permissions: list[str] = Field(default=["ReadAccounts", "ReadWebinars", "EditWebinars"])

    # The API reference answers 404 "if a session record … doesn't exist on Registration Service side";
    # how long that lasts after a session is created is not documented.
    registration_delay: float = Field(default=0.3, ge=0)

    # How long a recording is processed, and how long it is kept, is not documented; sandbox time.
    recording_processing: float = Field(default=600, ge=0)  # seconds
    recording_days: float = Field(default=365, gt=0)

    # The description lists no 400 and 404 for the extension operations, no 404 for the directory and no 400 for
    # reading a registrant, although the guide's page about errors has them for all operations.
    # True: only statuses that the description lists.
    described_statuses: bool = True

    # The reference describes PATCH as partial in its text and lists required fields in its schemas.
    # False: the schemas apply.
    partial_updates: bool = True

    # The guide lets callers set `joinUri` and `cancellationUri` of a registrant, the reference calls both
    # read-only, which means ignored. True: stored, as in the guide.
    keep_own_links: bool = False

    # A service that takes "read-only" strictly: 400 with the name of the first link that was sent.
    refuse_own_links: bool = False

    # Number of required questions in the registration form. No operation returns them, and the response to a
    # create without answers is not documented.
    required_questions: int = Field(default=0, ge=0, le=10)

    # The error code for a free-mail address where `workEmailRequired` is on is not documented.
    work_email_code: str = "CMN-101"

    # Support pages: at most 99 co-hosts and panelists, and a co-host must be a coworker. The guide's own sample
    # invites an outside person as co-host.
    panel_limit: int = Field(default=99, ge=0)
    outside_cohosts: bool = False

    # The reference forbids removing and changing once a session runs, and does not mention adding.
    add_while_active: bool = True

    # SubscriptionWebhook is documented for RingCentral's other subscriptions. True: needed for webinars too.
    webhook_permission: bool = False

    # developers.ringcentral.com/guide/notifications/webhooks/creating-webhooks: 3000 ms; older pages: 1000 ms
    webhook_timeout: float = Field(default=3, gt=0)

    # Seconds of sandbox time; the lifetime of a subscription that asks for none is not documented.
    subscription_life: int = Field(default=604800, ge=1)

    # The reference and older guides say "Verification-Token", today's guide "Validation-Token".
    verification_header: Literal["Verification-Token", "Validation-Token"] = "Verification-Token"

    # The bodies of the webinar events are published nowhere.
    event_bodies: EventBodies = "resource"

    # A delivery can arrive twice, after a later one, or never.
    deliveries: Deliveries = "once"

    # Whether deleting a session, or changing only its webinar (as a new title does), is an event is not documented.
    deletion_events: bool = True
    webinar_events: bool = False

    # The guide: blacklisted for good. Staff in 2018: the address is called every 15 minutes, and revived.
    revive_blacklisted: bool = False

    @field_validator("budgets")
    @classmethod
    def _all_groups(cls, given: dict[Group, int]) -> dict[Group, int]:
        return {**PUBLISHED_BUDGETS, **given}
