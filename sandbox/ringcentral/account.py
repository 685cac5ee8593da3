"""The account of the stand-in: its state, and what people do in RingCentral's own app."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.ringcentral import own_app
from sandbox.ringcentral.company import SERVICE_USER, Company
from sandbox.ringcentral.faults import Fault, check_fault
from sandbox.ringcentral.invitees import team_of
from sandbox.ringcentral.models import State
from sandbox.ringcentral.oauth import CLIENT_ID, CLIENT_SECRET
from sandbox.ringcentral.overview import overview
from sandbox.ringcentral.rates import Rates
from sandbox.ringcentral.registrants import registrants_of
from sandbox.ringcentral.rules import Group, Rules
from sandbox.ringcentral.tokens import TokenStore
from sandbox.ringcentral.world import Mail, World


@dataclass
class Call:
    """One API request as it came in; never a token, a query or a body."""

    method: str
    path: str
    group: Group | None  # None: no operation of ours
    status: int | None  # None: not answered yet, or cut off
    at: datetime  # machine time


class Account:
    """State of the account and what people do to it, for one app, in memory."""

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
        self._world = World(clock, self.company, self.rules, self.tokens)

    @property
    def url(self) -> str:
        """The base of every address, without a slash at the end; empty before the first start."""
        return self._world.url

    @property
    def penalties(self) -> int:
        """How often a caller overran a budget."""
        return self.rates.penalties

    @property
    def throttled(self) -> int:
        """How many calls the budgets answered with 429, those that restarted a penalty included."""
        return self.rates.throttled

    def jwt_for(self, email: str) -> str:
        """The JWT of one person, for apps where people log in themselves; KeyError for a stranger."""
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
    ) -> Fault:
        """Let the next matching calls that pass login and budget fail (`Fault` says what each word means)."""
        fault = Fault(method, path_regex, status, effect, hang, cut, times, retry_after, code)
        self.faults.append(check_fault(fault))
        return fault

    def create(self, title: str, start: datetime | str, *, host: str = "", **changes: Any) -> str:
        """A webinar made in RingCentral's own app by the person with this e-mail address; returns its id."""
        webinar = own_app.create(self._world, host, start, {"title": title, **changes})
        self._changed()
        return webinar.id

    def edit(self, any_id: str, **changes: Any) -> None:
        """Change a webinar in RingCentral's own app, by the API's names; takes a webinar's or a session's id."""
        own_app.edit(self._world, any_id, changes)
        self._changed()

    def cancel(self, any_id: str) -> None:
        """Delete a webinar in RingCentral's own app."""
        own_app.cancel(self._world, any_id)
        self._changed()

    def begin(self, any_id: str) -> None:
        """The host starts the webinar: Scheduled becomes Active."""
        own_app.start(self._world, any_id)
        self._changed()

    def finish(self, any_id: str) -> None:
        """The host ends the webinar: Active becomes Finished."""
        own_app.finish(self._world, any_id)
        self._changed()

    def register(self, session_id: str, count: int = 1, *, real: bool = True) -> list[str]:
        """Outside people sign up; the ids of those who got in before registration closed.

        ApiError 404 for a session the registration service does not know; `real=False` is a host's own trial.
        """
        ids = own_app.register(self._world, session_id, count, real=real)
        self._changed()
        return ids

    def attend(self, registrant_id: str) -> str:
        """A registrant joins the running webinar; their participant id."""
        participant_id = own_app.attend(self._world, registrant_id)
        self._changed()
        return participant_id

    def invitees(self, session_id: str) -> list[dict[str, Any]]:
        """The team of a session as the API shows it, the host first."""
        webinar = self._world.find_webinar(session_id)
        return team_of(self._world, webinar, webinar.session) if webinar.session else []

    def registrants(self, session_id: str) -> list[dict[str, Any]]:
        """Who has signed up for a session, as the API shows them, with what they answered."""
        return registrants_of(self._world, self._world.find_webinar(session_id))

    @property
    def mails(self) -> list[Mail]:
        """Who would have been mailed since the start or the last reset, oldest first; of the moment only."""
        return self._world.mails

    def webinars(self) -> list[dict[str, Any]]:
        """What a control panel shows of each webinar that has a date, soonest first (`overview` has the fields)."""
        return overview(self._world)

    def dump(self) -> dict[str, Any]:
        """Webinars, sessions and registrants as JSON; logins, budgets, faults and calls are of the moment only."""
        return self._world.state.model_dump(mode="json", by_alias=True, exclude_defaults=True)

    def load(self, dumped: dict[str, Any]) -> None:
        """Go on from a dump; links get this stand-in's own address."""
        self._world.state = State.model_validate(dumped)
        self._changed()

    def reset(self) -> None:
        """Forget everything but the company and the rules; every token is unknown afterwards."""
        self.calls.clear()
        self.faults.clear()
        self.mails.clear()
        self.tokens = self._world.tokens = TokenStore(self.rules, self.clock)
        self.rates = Rates(self.rules, self.clock)
        self.load({})

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
