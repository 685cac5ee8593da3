"""The port to webinar systems, in our words: RingCentral is the first behind it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from typing import Final, Protocol

from bot.model.people import Coworker, ServiceUser
from bot.model.registrant import Registrant, RegistrantDetails
from bot.model.team import Invitee, TeamChange, TeamChanged
from bot.model.webinar import Form, Preferences, Registration, SessionFacts, WebinarFacts

DISPLAY_NAME = "RingCentral"


class Lane(StrEnum):
    """Who needs a vendor call: a person who waits goes first, upkeep goes last."""

    PERSON = "person"
    NOTICE = "notice"
    PAGE = "page"
    """A stranger on our own page, who is in line."""
    BULK = "bulk"
    """One of many that somebody asked for at once."""
    UPKEEP = "upkeep"


class Ability(StrEnum):
    """What a webinar system can do; an operation it lacks is answered with a sentence."""

    CREATE = "create"
    CANCEL = "cancel"
    CHOOSE_HOST = "choose_host"
    REGISTRATION = "registration"
    INVITE = "invite"
    REGISTRANTS = "registrants"


async def tell_nobody(seconds: float) -> None:
    """Nobody is waiting, so nobody is told."""


@dataclass(frozen=True)
class Caller:
    """On whose behalf a vendor call is made, and how to tell them that they must wait."""

    lane: Lane
    on_wait: Callable[[float], Awaitable[None]] = tell_nobody
    """Called once, with the seconds to wait, when a call cannot go at once."""
    patience: float = 180.0
    """Seconds after which waiting is given up with `ProviderBusy`."""


UPKEEP = Caller(Lane.UPKEEP)
NOTICE = Caller(Lane.NOTICE)
BULK = Caller(Lane.BULK, patience=600.0)
PAGE = Caller(Lane.PAGE, patience=600.0)


class Unchanged(Enum):
    """What stands for "leave it as it is", where None already says that there is none."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


@dataclass(frozen=True)
class RegistrationChange:
    """What shall be so of a registration. It says how it ends, so doing it twice is the same as doing it once."""

    is_open: bool
    """Never left out: RingCentral requires it with every change, so who changes the limit alone says what it is."""
    limit: int | Unchanged | None = UNCHANGED
    """The most people who may register; None for as many as like to."""
    preferences: Preferences | Unchanged = UNCHANGED


class WebinarProvider(Protocol):
    """A webinar system. Every method may raise any `ProviderError`; reads never raise `OutcomeUnknown`."""

    name: str
    abilities: frozenset[Ability]

    async def service_user(self, caller: Caller) -> ServiceUser:
        """Who we are there, and what that user may do."""
        ...

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """All enabled people of the company who have an e-mail address (every page)."""
        ...

    async def create_webinar(self, form: Form, host: Coworker | None, caller: Caller) -> WebinarFacts:
        """Make the container with its settings, hosted by `host` or else by the service user. One call."""
        ...

    async def find_webinar(
        self, title: str, created_from: datetime, known: frozenset[str], caller: Caller
    ) -> WebinarFacts | None:
        """The oldest webinar with exactly this title created since then whose id is not among `known`."""
        ...

    async def create_session(self, webinar_id: str, form: Form, caller: Caller) -> SessionFacts:
        """Give a webinar its date. One call."""
        ...

    async def find_session(self, webinar_id: str, start: datetime, caller: Caller) -> SessionFacts | None:
        """The session of this webinar, if it has one that ends after `start`."""
        ...

    async def session(self, webinar_id: str, session_id: str, caller: Caller) -> SessionFacts:
        """A session, without its host. Raises `ProviderGone` where it is deleted. One call."""
        ...

    async def delete_webinar(self, webinar_id: str, caller: Caller) -> None:
        """Remove a webinar with its session and invitees; gone already is fine. One call."""
        ...

    async def sessions(self, ending_after: datetime, caller: Caller) -> list[SessionFacts]:
        """All sessions the service user can see that end after then. One call per 1,000."""
        ...

    async def registration(self, session_id: str, caller: Caller) -> Registration:
        """The registration of a session. Raises `ProviderGone` where there is none, or none yet. One call."""
        ...

    async def change_registration(self, session_id: str, change: RegistrationChange, caller: Caller) -> Registration:
        """Open or close it, change its limit or preferences; returns what became of it: a full one stays closed.

        Raises `ProviderGone` where there is none, or none yet, and `OutcomeUnknown` where every try ended in silence.
        One call.
        """
        ...

    async def webinar(self, webinar_id: str, caller: Caller) -> WebinarFacts:
        """A webinar with its settings. One call."""
        ...

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """The whole team, the host among them. One call per 1,000."""
        ...

    async def change_team(self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller) -> TeamChanged:
        """Add, change and remove people of the team, all of them or none. One call, never repeated by itself.

        Raises `ProviderConflict` where somebody is invited already, and `OutcomeUnknown` where no clear answer came.
        """
        ...

    async def registrants(self, session_id: str, caller: Caller) -> list[Registrant]:
        """Everybody who is registered, in the order of their ids. One call per 1,000."""
        ...

    async def registrant(self, session_id: str, registrant_id: str, caller: Caller) -> Registrant:
        """One registrant. Raises `ProviderGone` where they are removed. One call."""
        ...

    async def register(self, session_id: str, applicant: RegistrantDetails, caller: Caller) -> Registrant:
        """Register somebody. One call, never repeated by itself.

        Raises `ProviderConflict` where the address is registered already, `RegistrationClosed` where nobody can
        register just now, `AnswersWanted` where questions must be answered that we cannot ask, and `OutcomeUnknown`
        where no clear answer came: look among `registrants` before asking again.
        """
        ...

    async def remove_registrant(self, session_id: str, registrant_id: str, caller: Caller) -> None:
        """Take somebody off the list; gone already is fine. One call."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...
