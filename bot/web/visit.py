"""What our own pages are about: somebody's registration and its webinar, as both are when the page is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.errors import GreenroomError
from bot.models import Webinar
from bot.registrants import Applicant
from bot.store.applications import ApplicationState
from bot.views.facts import Stage, stage

DOORS = timedelta(minutes=15)
"""How long before the start people are let in."""


class Gone(GreenroomError):
    """What a link led to is not there any more."""


class InLine(GreenroomError):
    """Somebody with this address is in line already, and it is not known to be the same person."""


class LineFull(GreenroomError):
    """More people wait than can be registered soon."""


@dataclass(frozen=True)
class Visit:
    """A registration, as its own pages show it. `ahead` are those in line before it."""

    webinar: Webinar
    now: datetime
    state: ApplicationState
    problem: str = ""
    ahead: int = 0
    page_key: str = field(default="", repr=False)
    join_url: str = field(default="", repr=False)
    cancel_url: str = field(default="", repr=False)

    @property
    def stage(self) -> Stage:
        """Where the webinar is in its life."""
        return stage(self.webinar, self.now)

    @property
    def may_enter(self) -> bool:
        """Whether it is time to be let in, for who is registered."""
        near = self.stage is Stage.COMING and self.now >= self.webinar.start - DOORS
        return self.state is ApplicationState.REGISTERED and (near or self.stage is Stage.LIVE)


class Pages(Protocol):
    """What the pages ask for. All of it raises `NotFound` or `Expired` for a token that leads nowhere."""

    async def joining(self, token: str) -> Visit:
        """Whose join page it is."""
        ...

    async def way_in(self, visit: Visit) -> str:
        """Their own link at RingCentral. Raises `Gone` where they are off its list, and any `ProviderError`."""
        ...

    async def cancelling(self, token: str) -> Visit:
        """Whose cancel page it is."""
        ...

    async def leave(self, token: str) -> None:
        """Have them taken off the list, if they are on it and the webinar is still to come or on."""
        ...

    async def registering(self, token: str) -> tuple[Webinar, datetime]:
        """The webinar of a registration page, and what time it is."""
        ...

    def new_form(self, webinar: Webinar) -> str:
        """What makes one form sent twice one application."""
        ...

    async def apply(self, token: str, applicant: Applicant, form: str) -> str:
        """Put somebody in line; returns the token of their place. Raises `InLine` and `LineFull`."""
        ...

    async def state(self, token: str) -> Visit:
        """How it stands with somebody who was put in line."""
        ...
