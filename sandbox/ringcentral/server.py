"""The stand-in itself: it listens, admits, counts and answers, and lets tests and people act upon it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import SandboxClock
from sandbox.ringcentral import own_app
from sandbox.ringcentral.admission import admit
from sandbox.ringcentral.answers import Answer, ApiError
from sandbox.ringcentral.asked import Asked
from sandbox.ringcentral.company import SERVICE_USER, Company
from sandbox.ringcentral.control import Control
from sandbox.ringcentral.faults import Fault, check, take
from sandbox.ringcentral.invitees import team_of
from sandbox.ringcentral.joining import LinkPages
from sandbox.ringcentral.logins import CLIENT_ID, CLIENT_SECRET, Logins
from sandbox.ringcentral.models import State
from sandbox.ringcentral.operations import OPERATIONS, Operation
from sandbox.ringcentral.overview import overview
from sandbox.ringcentral.public import PublicPages
from sandbox.ringcentral.rates import Rates
from sandbox.ringcentral.registrants import registrants_of
from sandbox.ringcentral.rules import Group, Rules
from sandbox.ringcentral.world import Mail, World

OTHER_LIMIT = 429  # as a fault: a limit that is not the budget whose headers we have


@dataclass
class Call:
    """One API request as it came in; never a token, a query or a body."""

    method: str
    path: str
    group: Group | None  # None: no operation of ours
    status: int | None  # None: not answered yet, or cut off
    at: datetime  # machine time


class RingCentral:
    """A RingCentral account on a socket of this machine, for one app, with everything in memory."""

    client_id = CLIENT_ID
    client_secret = CLIENT_SECRET
    jwt = SERVICE_USER.jwt

    def __init__(self, clock: SandboxClock, *, company: Company | None = None, rules: Rules | None = None) -> None:
        """Nothing listens yet; `rules` may be changed at any time."""
        self.clock = clock
        self.company = company or Company()
        self.rules = rules or Rules()
        self.calls: list[Call] = []
        self.faults: list[Fault] = []
        self.on_change: list[Callable[[], None]] = []
        self.logins = Logins(self.rules, clock)
        self.rates = Rates(self.rules, clock)
        self._world = World(clock, self.company, self.rules, self.logins)
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

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

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. May be called again after `stop`: nothing is forgotten meanwhile."""
        self._stopping.clear()
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self._world.url = f"http://{host}:{runner.addresses[0][1]}"

    async def stop(self) -> None:
        """Close every connection; calls that hang are let go."""
        self._stopping.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

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
        self.faults.append(check(fault))
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
        webinar = self._world.named(session_id)
        return team_of(self._world, webinar, webinar.session) if webinar.session else []

    def registrants(self, session_id: str) -> list[dict[str, Any]]:
        """Who has signed up for a session, as the API shows them, with what they answered."""
        return registrants_of(self._world, self._world.named(session_id))

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
        self.logins = self._world.logins = Logins(self.rules, self.clock)
        self.rates = Rates(self.rules, self.clock)
        self.load({})

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._unknown])
        for one in OPERATIONS:
            app.router.add_route(one.method, one.path, functools.partial(self._serve, one))
        app.add_routes(PublicPages(self._world, self._changed).routes())
        app.add_routes(LinkPages(self._world, self._changed).routes())
        app.add_routes(Control(self).routes())
        return app

    async def _serve(self, operation: Operation, request: web.Request) -> web.StreamResponse:
        call = self._note(request, operation.group)
        asked = await Asked.read(self._world, request)
        try:
            limits = admit(operation, asked, self.rates)
        except ApiError as refusal:
            return self._send(call, refusal.answer(request.path))
        act = functools.partial(self._act, operation, asked, request.path)
        fault = take(self.faults, request.method, request.path)
        if fault is None:
            return self._send(call, act(), limits)
        answer = await self._misbehave(fault, request, act)
        if answer is None:
            return web.Response()
        return self._send(call, answer, {} if answer.status == OTHER_LIMIT else limits)

    def _note(self, request: web.Request, group: Group | None) -> Call:
        call = Call(request.method, request.path, group, None, self.clock.machine())
        self.calls.append(call)
        return call

    def _act(self, operation: Operation, asked: Asked, path: str) -> Answer:
        try:
            return operation.act(asked)
        except ApiError as refusal:
            return refusal.answer(path)

    async def _misbehave(self, fault: Fault, request: web.Request, act: Callable[[], Answer]) -> Answer | None:
        """What comes of a call under a fault; None when its connection was cut."""
        answer = act() if fault.effect else None
        self._changed()
        if fault.hang:
            await self._silence(fault.hang)
        if fault.cut and request.transport is not None:
            request.transport.abort()
            return None
        return fault.answer(request.path) if answer is None or fault.status is not None else answer

    async def _silence(self, seconds: float) -> None:
        """Wait on machine time, or until the stand-in stops."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _send(self, call: Call, answer: Answer, limits: dict[str, str] | None = None) -> web.Response:
        call.status = answer.status
        answer.headers |= limits or {}
        self._changed()
        if isinstance(answer.body, str):
            return web.Response(
                status=answer.status, text=answer.body, content_type="text/html", headers=answer.headers
            )
        if answer.body is None:
            return web.Response(status=answer.status, headers=answer.headers)
        return web.json_response(answer.body, status=answer.status, headers=answer.headers)

    @web.middleware
    async def _unknown(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Paths and methods that no operation has are refused in the vendor's words, and logged as calls."""
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as missing:
            if not request.path.startswith(("/restapi/", "/webinar/")):
                raise
            refusal = ApiError(missing.status, "CMN-120", "Invalid URI")
            return self._send(self._note(request, None), refusal.answer(request.path))

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
