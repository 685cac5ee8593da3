"""The settings of the stand-in: budgets, delays and lifetimes, with the vendor's published values."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, field_validator
from pydantic.alias_generators import to_camel

Group = Literal["Light", "Medium", "Heavy", "Auth"]


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

    # developers.ringcentral.com/guide/authentication/refresh-tokens and …/tokens
    token_life: int = Field(default=3600, ge=1)
    refresh_token_life: int = Field(default=604800, ge=1)
    issue_refresh_tokens: bool = False  # an app setting, off by default
    sessions_per_user: int = Field(default=5, ge=1)  # "usually five"
    app_permissions: list[str] = Field(default=["ReadAccounts", "ReadWebinars", "EditWebinars"])

    # The API reference answers 404 "if a session record … doesn't exist on Registration Service side";
    # how long that lasts after a session is created is not documented.
    registration_delay: float = Field(default=0.3, ge=0)

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

    @field_validator("budgets")
    @classmethod
    def _all_groups(cls, given: dict[Group, int]) -> dict[Group, int]:
        return {**PUBLISHED_BUDGETS, **given}
