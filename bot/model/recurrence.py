"""How an event recurs: several dates at the same local time."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

MAX_DATES = 60
"""The most dates that an event can have."""


class Every(StrEnum):
    """The unit of a recurrence."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Recurrence(BaseModel):
    """Every so many days, weeks or months, with a number of dates in all; on the weekday or day of the first date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    every: Every
    interval: int = Field(default=1, ge=1, le=99)
    dates: int = Field(ge=2, le=MAX_DATES)


class EventForm(StrEnum):
    """The kinds of events that a provider with several can create."""

    MEETING = "meeting"
    WEBINAR = "webinar"
