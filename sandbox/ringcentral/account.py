"""The account of the stand-in: its state, and what people do in RingCentral's own app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.ringcentral import own_app
from sandbox.ringcentral.company import SERVICE_USER, Company
from sandbox.ringcentral.faults import Fault, check_ringcentral_fault
from sandbox.ringcentral.invitees import team_of
from sandbox.ringcentral.models import State
from sandbox.ringcentral.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.ringcentral.overview import overview
from sandbox.ringcentral.rates import Rates
from sandbox.ringcentral.registrants import registrants_of
from sandbox.ringcentral.responses import not_found
from sandbox.ringcentral.room import Room
from sandbox.ringcentral.rules import Group, Rules
from sandbox.ringcentral.tokens import TokenStore
from sandbox.ringcentral.webhooks import Webhooks
from sandbox.ringcentral.world import Mail, World


@dataclass
class Call:
    """One received API request, without token, query and body."""

    method: str
    path: str
    group: Group | None  # None: an unknown operation
    status: int | None  # None: no response yet, or connection cut
    at: datetime  # machine time


class Account:
    """State of the account and the actions of its people, for one app, in memory."""

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET
    jwt = SERVICE_USER.jwt

    def __init__(self, clock: SandboxClock, *, company: Company | None = None, rules: Rules | None = None) -> None:
        """`rules` can be changed at any time."""
        self.clock = clock
        self.company = company or Company()
        self.rules = rules or Rules()
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.on_change: list[Callable[[], None]] = []
        self.tokens = TokenStore(self.rules, clock)
        self.rates = Rates(self.rules, clock)
        self.world = World(clock, self.company, self.rules, self.tokens)
        self.room = Room(self.world, self._changed)
        self.webhooks = Webhooks(self.world)

    @property
    def url(self) -> str:
        """Base URL without a trailing slash; empty before the first start."""
        return self.world.url

    @property
    def penalties(self) -> int:
        """How many times a caller exceeded a rate budget."""
        return self.rates.penalties

    @property
    def throttled(self) -> int:
        """How many calls got a 429 from the rate budgets, including calls during a penalty."""
        return self.rates.throttled

    def jwt_for(self, email: str) -> str:
        """The JWT of one person, for apps with personal logins; KeyError for an unknown address."""
        person = self.company.by_email(email)
        if person is None:
            raise KeyError(email)
        return person.jwt

    def fail(
        self,
        method: str,
        path_regex: str,
        *,
        status: int | None = 500,
        effect: bool = False,
        hang: float | None = None,
        cut: bool = False,
        times: int = 1,
        retry_after: int | None = None,
        code: str | None = None,
        half: bool = False,
    ) -> Fault:
        """Make the next matching calls that pass authorization and rate limit fail; see `Fault` for the arguments."""
        fault = Fault(method, path_regex, status, effect, hang, cut, times, retry_after, code, half)
        self.faults.append(check_ringcentral_fault(fault))
        return fault

    def create(self, title: str, start: datetime | str, *, host: str = "", **changes: Any) -> str:
        """Create a webinar in RingCentral's own app, hosted by the person with this address; returns its id."""
        webinar = own_app.create(self.world, host, start, {"title": title, **changes})
        self._changed()
        return webinar.id

    def edit(self, any_id: str, **changes: Any) -> None:
        """Change a webinar in RingCentral's own app, by API field names; takes a webinar id or a session id."""
        own_app.edit(self.world, any_id, changes)
        self._changed()

    def cancel(self, any_id: str) -> None:
        """Delete a webinar in RingCentral's own app."""
        own_app.cancel(self.world, any_id)
        self._changed()

    def begin(self, any_id: str) -> None:
        """Start the webinar as its host, live at once: Scheduled becomes Active."""
        self.room.start(any_id)

    def finish(self, any_id: str) -> None:
        """End the webinar as its host: Active becomes Finished."""
        self.room.finish(any_id)

    def register(self, session_id: str, count: int = 1, *, real: bool = True) -> list[str]:
        """Register outside people; returns the ids of those who got in before registration closed.

        ApiError 404 if the registration service does not know the session; `real=False` is a test by the host.
        """
        ids = own_app.register(self.world, session_id, count, real=real)
        self._changed()
        return ids

    def attend(self, registrant_id: str) -> str:
        """Join the running webinar as a registrant; returns the participant id, the same one each time."""
        for _, session in self.world.with_session():
            if any(one.id == registrant_id for one in session.registrants):
                return self.room.join(session.id, registrant=registrant_id)
        raise not_found("registrantId")

    def invitees(self, session_id: str) -> list[dict[str, Any]]:
        """The team of a session as API resources, the host first."""
        webinar = self.world.find_webinar(session_id)
        return team_of(self.world, webinar, webinar.session) if webinar.session else []

    def registrants(self, session_id: str) -> list[dict[str, Any]]:
        """The registrants of a session as API resources, with their answers."""
        return registrants_of(self.world, self.world.find_webinar(session_id))

    @property
    def mails(self) -> list[Mail]:
        """The mails that would have been sent since the start or the last reset, oldest first; not persisted."""
        return self.world.mails

    def webinars(self) -> list[dict[str, Any]]:
        """Each webinar that has a session, soonest first; see `overview` for the fields."""
        self.room.catch_up()
        return overview(self.world)

    def dump(self) -> dict[str, Any]:
        """Webinars, sessions and registrants as JSON; tokens, rate budgets, faults and calls are not persisted."""
        return self.world.state.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def load(self, dumped: dict[str, Any]) -> None:
        """Restore a dump; links use this stand-in's own address."""
        self.world.state = State.model_validate(dumped)
        self._changed()

    def reset(self) -> None:
        """Clear everything but the company and the rules; all tokens become unknown."""
        self.calls.clear()
        self.faults.clear()
        self.mails.clear()
        self.webhooks.clear()
        self.tokens = self.world.tokens = TokenStore(self.rules, self.clock)
        self.rates = Rates(self.rules, self.clock)
        self.load({})

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
