"""Stand-in for RingCentral: the HTTP server in front of one account."""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.clock import SandboxClock
from sandbox.faults import match_fault
from sandbox.ringcentral.account import Account, Call
from sandbox.ringcentral.company import Company
from sandbox.ringcentral.control import Control
from sandbox.ringcentral.described import described_status
from sandbox.ringcentral.faults import Fault
from sandbox.ringcentral.join_pages import JoinPages
from sandbox.ringcentral.operations import OPERATIONS, Operation
from sandbox.ringcentral.query import PARAMETERS, wrong_parameters
from sandbox.ringcentral.rate_limit import authorize
from sandbox.ringcentral.recording_pages import RecordingPages
from sandbox.ringcentral.registration_page import RegistrationPage
from sandbox.ringcentral.request import ApiRequest
from sandbox.ringcentral.responses import ApiError, ApiResponse, directory_invalid, invalid
from sandbox.ringcentral.room_control import RoomControl
from sandbox.ringcentral.rules import Group, Rules
from sandbox.ringcentral.webhook_control import WebhookControl

NOT_API = ("/w/", "/sandbox/")  # pages for people, and the control
MAX_LINE = 1_000_000  # of bytes: a longer address would be refused by the HTTP library, in its own words
OTHER_LIMIT = 429  # as a fault: a limit other than the rate budget, so without its headers


class RingCentral(Account):
    """A RingCentral account behind a local socket."""

    def __init__(self, clock: SandboxClock, *, company: Company | None = None, rules: Rules | None = None) -> None:
        """Create the account; `start` opens the socket."""
        super().__init__(clock, company=company, rules=rules)
        self._runner: web.AppRunner | None = None
        self._stopping = asyncio.Event()

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Listen; port 0 takes a free one. Can be called again after `stop`: the state is kept."""
        self._stopping.clear()
        runner = web.AppRunner(self.application(), access_log=None, shutdown_timeout=1, max_line_size=MAX_LINE)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        await self.webhooks.start()
        self.world.url = f"http://{host}:{runner.addresses[0][1]}"

    @property
    def is_running(self) -> bool:
        """Whether the socket is open."""
        return self._runner is not None

    def release_hanging(self) -> None:
        """Send the responses of all hanging calls now."""
        self._stopping.set()
        self._stopping.clear()

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
        app.add_routes(RegistrationPage(self.world, self._changed).routes())
        app.add_routes(JoinPages(self.world, self._changed).routes())
        app.add_routes(RecordingPages(self.world).routes())
        app.add_routes(Control(self).routes())
        app.add_routes(RoomControl(self.room).routes())
        app.add_routes(WebhookControl(self).routes())
        return app

    async def _serve(self, operation: Operation, request: web.Request) -> web.StreamResponse:
        call = self._record_call(request, operation.group)
        api_request = await ApiRequest.read(self.world, request)
        try:
            limits = authorize(operation, api_request, self.rates)
        except ApiError as refusal:
            return self._send(call, refusal.response(request.path))
        run = functools.partial(self._run, operation, api_request, request.path)
        fault = match_fault(self.faults, request.method, request.path)
        if fault is None:
            return self._send(call, await run(), limits)
        response = await self._apply_fault(fault, request, run)
        if response is None:
            return web.Response()
        return self._send(call, response, {} if response.status == OTHER_LIMIT else limits)

    def _record_call(self, request: web.Request, group: Group | None) -> Call:
        call = Call(request.method, request.path, group, None, self.clock.machine())
        self.calls.append(call)
        return call

    async def _run(self, operation: Operation, api_request: ApiRequest, path: str) -> ApiResponse:
        try:
            if wrong := wrong_parameters(PARAMETERS.get(operation.name, ()), api_request.query):
                raise (directory_invalid if "/directory/" in operation.path else invalid)(*wrong)
            self.room.catch_up()
            response = operation.handler(api_request)
            return await response if inspect.isawaitable(response) else response
        except ApiError as refusal:
            if self.rules.described_statuses:
                refusal.status = described_status(operation.name, refusal.status)
            return refusal.response(path)

    async def _apply_fault(
        self, fault: Fault, request: web.Request, run: Callable[[], Awaitable[ApiResponse]]
    ) -> ApiResponse | None:
        """The response of a call under a fault; None if the connection was cut."""
        response = await run() if fault.effect else None
        self._changed()
        if fault.hang:
            await self._hang(fault.hang)
        if fault.cut and request.transport is not None:
            if fault.half and response is not None:
                request.transport.write(_half(response))
                request.transport.close()
            else:
                request.transport.abort()
            return None
        return fault.response(request.path) if response is None or fault.status is not None else response

    async def _hang(self, seconds: float) -> None:
        """Wait on machine time, or until the server stops."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _send(self, call: Call, response: ApiResponse, limits: dict[str, str] | None = None) -> web.Response:
        call.status = response.status
        response.headers |= limits or {}
        self._changed()
        if isinstance(response.body, str):
            return web.Response(
                status=response.status, text=response.body, content_type="text/html", headers=response.headers
            )
        if response.body is None:
            return web.Response(status=response.status, headers=response.headers)
        return web.json_response(response.body, status=response.status, headers=response.headers)

    @web.middleware
    async def _handle_unknown_path(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse unknown paths and methods with the vendor's error, and record them as calls."""
        try:
            return await handler(request)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed) as missing:
            if request.path.startswith(NOT_API):
                raise
            refusal = ApiError(missing.status, "CMN-120", "Invalid URI")
            if isinstance(missing, web.HTTPMethodNotAllowed):
                refusal.headers["Allow"] = missing.headers["Allow"]
            return self._send(self._record_call(request, None), refusal.response(request.path))


def _half(response: ApiResponse) -> bytes:
    """What arrives of a response if the connection is dropped in the middle of its body."""
    body = json.dumps(response.body).encode()
    head = f"HTTP/1.1 {response.status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body[: len(body) // 2]
