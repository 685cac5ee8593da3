"""Everything an operation works on: company, webinars, clock, rules."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sandbox.clock import SandboxClock
from sandbox.ringcentral.company import Company, Person
from sandbox.ringcentral.events import Change, Event, EventPath
from sandbox.ringcentral.models import Session, State, Webinar
from sandbox.ringcentral.people import Registrant
from sandbox.ringcentral.responses import needs_permission, not_found
from sandbox.ringcentral.rules import Rules
from sandbox.ringcentral.tokens import TokenStore

WEBINAR_SETTINGS = "WebinarSettings"
FIRST_NUMBERS = {
    "webinar": 510_000_000,
    "session": 610_000_000,
    "registrant": 710_000_000,
    "invitee": 810_000_000,
    "participant": 910_000_000,
    "recording": 410_000_000,
}

MailKind = Literal["invitation", "confirmation", "cancellation"]


@dataclass(frozen=True)
class Mail:
    """A mail that RingCentral would have sent; the stand-in sends none."""

    at: datetime  # sandbox time
    session_id: str
    kind: MailKind
    address: str


@dataclass
class World:
    """State of one account. `url` is the server's address; links are built from it when read."""

    clock: SandboxClock
    company: Company
    rules: Rules
    tokens: TokenStore
    state: State = field(default_factory=State)
    url: str = ""
    mails: list[Mail] = field(default_factory=list)
    on_event: list[Callable[[Event], None]] = field(default_factory=list)

    def now(self) -> datetime:
        """Sandbox time with the vendor's precision of milliseconds."""
        now = self.clock.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def new_id(self, kind: str) -> str:
        """A new id; the vendor's are strings of at most 20 characters."""
        self.state.last_number += 1
        return str(FIRST_NUMBERS[kind] + self.state.last_number)

    def mail(self, session: Session, kind: MailKind, address: str) -> None:
        """Record a mail that would have been sent."""
        self.mails.append(Mail(self.now(), session.id, kind, address))

    def emit(
        self, path: EventPath, session: Session, change: Change = "Updated", registrant: Registrant | None = None
    ) -> None:
        """Report a change of a session that still exists, or of its registrants."""
        if self.on_event:
            self.emit_of(self.find_webinar(session.id), path, session, change, registrant)

    def emit_of(
        self,
        webinar: Webinar,
        path: EventPath,
        session: Session,
        change: Change,
        registrant: Registrant | None = None,
    ) -> None:
        """Report a change of a session that may be deleted already."""
        for listener in self.on_event:
            listener(Event(path, webinar, session, change, registrant))

    def webinar_for(self, caller: Person, webinar_id: str) -> Webinar:
        """A webinar that the caller may access: their own, or any for an admin with WebinarSettings.

        The reference documents that rule for the registration service; applying it here is our interpretation.
        """
        webinar = self.state.webinars.get(webinar_id)
        if webinar is None:
            raise not_found("webinarId")
        return self._allowed(caller, webinar)

    def session_for(self, caller: Person, webinar_id: str, session_id: str) -> tuple[Webinar, Session]:
        """A session with its webinar, under the same rule."""
        webinar = self.webinar_for(caller, webinar_id)
        if webinar.session is None or webinar.session.id != session_id:
            raise not_found("sessionId")
        return webinar, webinar.session

    def history_for(self, caller: Person, webinar_id: str) -> Webinar:
        """A webinar in the history: for its host, its co-hosts by original role, and admins with WebinarSettings."""
        webinar = self.state.webinars.get(webinar_id)
        if webinar is None:
            raise not_found("webinarId")
        session = webinar.session
        team = session.invitees if session else []
        if any(one.user_id == caller.id and one.role == "CoHost" for one in team):
            return webinar
        return self._allowed(caller, webinar)

    def registration_for(self, caller: Person, session_id: str) -> tuple[Webinar, Session]:
        """A session in the registration service, under the same rule."""
        webinar, session = self.registration(session_id)
        self._allowed(caller, webinar)
        return webinar, session

    def registration(self, session_id: str) -> tuple[Webinar, Session]:
        """A session that accepts registrations, or 404.

        404 has three causes: an unknown session; a session created a moment ago (the reference: "if a session record
        with given ID doesn't exist on Registration Service side"); a webinar without registration (our interpretation
        of the same sentence).
        """
        for webinar in self.state.webinars.values():
            session = webinar.session
            if session and session.id == session_id and self._is_registrable(webinar, session):
                return webinar, session
        raise not_found("sessionId")

    def find_webinar(self, any_id: str) -> Webinar:
        """Find a webinar by its id or its session's."""
        for webinar in self.state.webinars.values():
            if any_id == webinar.id or (webinar.session and any_id == webinar.session.id):
                return webinar
        raise not_found("webinarId")

    def find_session(self, any_id: str) -> tuple[Webinar, Session]:
        """Find a session by its id or its webinar's."""
        webinar = self.find_webinar(any_id)
        if webinar.session is None:
            raise not_found("sessionId")
        return webinar, webinar.session

    def with_session(self) -> list[tuple[Webinar, Session]]:
        """All webinars that have a session, with it."""
        return [(one, one.session) for one in self.state.webinars.values() if one.session]

    def host_of(self, webinar: Webinar) -> Person:
        """The host; a person who left the company keeps only the id."""
        return self.company.person(webinar.host_id) or Person(id=webinar.host_id, first_name="", licensed=False)

    def _is_registrable(self, webinar: Webinar, session: Session) -> bool:
        age = self.clock.monotonic() - session.created_monotonic
        return webinar.fields.settings.registration_enabled and age >= self.rules.registration_delay

    def _allowed(self, caller: Person, webinar: Webinar) -> Webinar:
        if caller.id != webinar.host_id and not caller.runs_webinars:
            raise needs_permission(WEBINAR_SETTINGS)
        return webinar


def secret() -> str:
    """The secret part of a link."""
    return secrets.token_urlsafe(18)
