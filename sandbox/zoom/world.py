"""Everything an operation works on: users, meetings, clock, rules."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox.clock import SandboxClock
from sandbox.zoom.limits import Limits
from sandbox.zoom.models import Event, EventKind, User
from sandbox.zoom.responses import not_found, unknown_user
from sandbox.zoom.rules import Rules
from sandbox.zoom.tokens import Tokens

ACCOUNT_ID, CLIENT_ID = "sandbox-account", "sandbox-zoom-client"
CLIENT_SECRET = "sandbox-zoom-secret-not-a-secret"
FIRST_EVENT, STEP = 84_700_000_001, 7_919
"""Ids of eleven digits, as today's are: more than 32 bits."""


def _users() -> list[User]:
    return [
        User("zAna0000000000000000Q", "Ana", "Ruiz", "ana@acme.example", has_webinars=True),
        User("zBen0000000000000000Q", "Ben", "Okafor", "ben@acme.example"),
        User("zEmi0000000000000000Q", "Emi", "Sato", "emi@acme.example", is_licensed=False),
    ]


@dataclass(frozen=True)
class Mail:
    """A mail that Zoom would have sent; the stand-in sends none."""

    at: datetime  # sandbox time
    event_id: int
    kind: str  # confirmation, denial, cancellation
    address: str


@dataclass
class World:
    """State of one account. `url` is the server's address; links are built from it when read."""

    clock: SandboxClock
    rules: Rules
    users: list[User] = field(default_factory=_users)
    events: dict[int, Event] = field(default_factory=dict)
    url: str = ""
    on_event: list[Callable[[str, dict[str, Any]], None]] = field(default_factory=list)
    mails: list[Mail] = field(default_factory=list)
    last_number: int = 0
    last_guest: int = 0

    def __post_init__(self) -> None:
        """Start with nothing used up."""
        self.limits = Limits(self.rules, self.clock)
        self.tokens = Tokens(self.rules, self.clock)

    def clear(self) -> None:
        """Forget meetings, mails, tokens and what is used up."""
        self.events.clear()
        self.mails.clear()
        self.tokens.clear()
        self.limits.clear()

    def now(self) -> datetime:
        """Sandbox time in whole seconds, as Zoom's times are."""
        return self.clock.now().replace(microsecond=0)

    def new_event_id(self) -> int:
        """A new id of a meeting or webinar; the two share one range, so a meeting can become a webinar."""
        self.last_number += 1
        return FIRST_EVENT + self.last_number * STEP

    def user(self, given: str) -> User:
        """A user by id or address. `me` is nobody: a server-to-server app acts as the account."""
        for one in self.users:
            if given == one.id or given.lower() == one.email:
                return one
        raise unknown_user(given)

    def user_of(self, event: Event) -> User:
        """The host of a meeting or webinar."""
        return self.user(event.host_id)

    def event(self, kind: EventKind, given: str) -> Event:
        """A meeting or webinar by its id. Raises 404; a deleted one does not exist."""
        event = self.events.get(int(given)) if given.isascii() and given.isdigit() else None
        if event is None or event.kind != kind:
            raise not_found(kind, given)
        return event

    def find(self, event_id: int) -> Event:
        """A meeting or webinar of either kind. Raises 404."""
        event = self.events.get(event_id)
        if event is None:
            raise not_found("meeting", event_id)
        return event

    def named(self, given: str) -> Event | None:
        """A meeting or webinar by its id, or by its UUID, which is encoded twice if it has slashes."""
        for one in self.events.values():
            if given in (str(one.id), quote(one.uuid, safe=""), one.uuid):  # the path is decoded once already
                return one
        return None

    def mail(self, event: Event, kind: str, address: str) -> None:
        """Record a mail to a registrant, if the host has not turned them off.

        `registrants_confirmation_email` works only with `registrants_email_notification`, which alone decides about
        the other kinds.
        """
        settings = event.fields.settings
        wants = settings.registrants_confirmation_email if kind == "confirmation" else True
        if wants and settings.registrants_email_notification:
            self.mails.append(Mail(self.now(), event.id, kind, address))

    def emit(self, name: str, payload: dict[str, Any]) -> None:
        """Report an event to those who listen."""
        for listener in self.on_event:
            listener(name, payload)


def new_uuid() -> str:
    """A new id of one instance: Base64, which may begin with a slash."""
    return base64.b64encode(secrets.token_bytes(16)).decode()
