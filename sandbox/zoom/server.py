"""Stand-in for Zoom: the HTTP server in front of one account."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import SandboxClock
from sandbox.faults import match_fault
from sandbox.zoom.account import Account, Call
from sandbox.zoom.control import Control
from sandbox.zoom.faults import Fault
from sandbox.zoom.join_pages import JoinPages
from sandbox.zoom.limits import TOO_MANY, TYPE
from sandbox.zoom.meeting_control import MeetingControl
from sandbox.zoom.operations import OPERATIONS, Operation
from sandbox.zoom.registration_page import RegistrationPage
from sandbox.zoom.request import ApiRequest
from sandbox.zoom.responses import ApiError, ApiResponse
from sandbox.zoom.rules import Label, Rules

NOT_RECOGNIZED = 2300
CONTROL = "/sandbox/"
LIMIT_HEADERS = ("X-RateLimit-Category", "X-RateLimit-Type", "X-RateLimit-Limit", "X-RateLimit-Remaining")


class Zoom(Account):
    """A Zoom account behind a local socket."""

    def __init__(self, clock: SandboxClock, rules: Rules | None = None) -> None:
        """Create the account; `start` opens the socket."""
        super().__init__(clock, rules)
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. Can be called again after `stop`: the state is kept."""
        self._stopping.clear()
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.world.url = f"http://{host}:{runner.addresses[0][1]}"
        await self.webhooks.start()

    async def stop(self) -> None:
        """Close all connections, including hanging calls."""
        self._stopping.set()
        await self.webhooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def application(self) -> web.Application:
        """The routes of the API, the pages and the control."""
        app = web.Application(middlewares=[self._handle_unknown_path])
        for one in OPERATIONS:
            app.router.add_route(one.method, one.path, functools.partial(self._serve, one))
        app.add_routes(JoinPages(self.world, self.room).routes())
        app.add_routes(RegistrationPage(self.world).routes())
        app.add_routes(Control(self).routes())
        app.add_routes(MeetingControl(self).routes())
        return app

    async def _serve(self, operation: Operation, request: web.Request) -> web.StreamResponse:
        call = self._record_call(request, operation.label)
        api_request = await ApiRequest.read(self.world, request)
        try:
            limits = self._authorize(operation, api_request)
        except ApiError as refusal:
            return self._send(call, refusal.response())
        run = functools.partial(self._run, operation, api_request)
        fault = match_fault(self.faults, request.method, request.path)
        if fault is None:
            answer = run()
            if answer.status == TOO_MANY:  # a limit other than the label's, whose type no header names
                limits.pop(TYPE, None)
            return self._send(call, answer, limits)
        response = await self._apply_fault(fault, request, run, operation.label)
        if response is None:
            return web.Response()
        limits.pop(TYPE, None)
        return self._send(call, response, limits if fault.limit and not fault.bare else None)

    def _authorize(self, operation: Operation, request: ApiRequest) -> dict[str, str]:
        """Check the token and its scopes, and charge the limit of the account."""
        if operation.label is None:
            return {}
        self.world.tokens.authenticate(request.authorization)
        operation.check_scope(self.rules)
        return self.world.limits.charge(operation.label)

    def _run(self, operation: Operation, request: ApiRequest) -> ApiResponse:
        try:
            return operation.handler(request)
        except ApiError as refusal:
            return refusal.response()

    async def _apply_fault(
        self, fault: Fault, request: web.Request, run: Callable[[], ApiResponse], label: Label | None
    ) -> ApiResponse | None:
        """The response of a call under a fault; None if the connection was cut."""
        response = run() if fault.effect else None
        self._changed()
        if fault.hang:
            await self._hang(fault.hang)
        if fault.cut and request.transport is not None:
            request.transport.abort()
            return None
        return fault.response(self.world.limits, label) if response is None or fault.status is not None else response

    async def _hang(self, seconds: float) -> None:
        """Wait on machine time, or until the server stops."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _record_call(self, request: web.Request, label: str | None) -> Call:
        call = Call(request.method, request.path, label, None, self.clock.machine())
        self.calls.append(call)
        return call

    def _send(self, call: Call, response: ApiResponse, limits: dict[str, str] | None = None) -> web.Response:
        call.status = response.status
        headers = {**(limits or {}), **response.headers}
        if not self.rules.limit_headers:
            headers = {name: value for name, value in headers.items() if name not in LIMIT_HEADERS}
        self._changed()
        if isinstance(response.body, str):
            return web.Response(status=response.status, text=response.body, content_type="text/html", headers=headers)
        if response.body is None:
            return web.Response(status=response.status, headers=headers)
        return web.json_response(response.body, status=response.status, headers=headers)

    @web.middleware
    async def _handle_unknown_path(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse unknown paths and methods with the vendor's error, and record them as calls."""
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as missing:
            if request.path.startswith(CONTROL):
                raise
            refusal = ApiError(missing.status, NOT_RECOGNIZED, "This API endpoint is not recognized.")
            return self._send(self._record_call(request, None), refusal.response())
