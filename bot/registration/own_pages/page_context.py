"""The state that our own pages show: a registration and its webinar at the time of the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import GreenroomError
from bot.model.lifecycle import JOIN_WINDOW, Stage, stage
from bot.model.webinar import Webinar
from bot.registration.own_pages.pace import minutes_in_line
from bot.registration.request_table import RequestState


class RegistrationGone(GreenroomError):
    """The provider no longer lists the registrant."""


class AlreadyQueued(GreenroomError):
    """The address is queued by another form, possibly sent by another person."""


class QueueFull(GreenroomError):
    """More people are queued for the webinar than can be registered soon."""


@dataclass(frozen=True)
class PageContext:
    """One registration and its webinar. While it is queued: the people ahead, and how many a minute are served."""

    webinar: Webinar
    now: datetime
    state: RequestState
    problem: str = ""
    ahead: int = 0
    per_minute: int = 0
    page_key: str = field(default="", repr=False)
    join_url: str = field(default="", repr=False)
    cancel_url: str = field(default="", repr=False)

    @property
    def minutes_left(self) -> int:
        """The minutes until a queued person is registered."""
        return minutes_in_line(self.ahead + 1, self.per_minute)

    @property
    def stage(self) -> Stage:
        """The stage of the webinar at `now`."""
        return stage(self.webinar, self.now)

    @property
    def has_place(self) -> bool:
        """Whether the person is registered for a webinar that has not ended."""
        return self.state is RequestState.REGISTERED and self.stage in (Stage.COMING, Stage.LIVE)

    @property
    def can_join(self) -> bool:
        """Whether the person is registered, and the webinar is live or about to start."""
        is_near = self.now >= self.webinar.start - JOIN_WINDOW
        return self.has_place and (is_near or self.stage is Stage.LIVE)
