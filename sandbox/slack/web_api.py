"""Stand-in for Slack's Web API: parse a request, check token, rate limit and faults, call the method."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Any

from aiohttp import web

from sandbox.slack import chat, directory, files, groups, history, modals, responses, seed, transfer, validation
from sandbox.slack.errors import SlackError
from sandbox.slack.faults import Fault, Faults
from sandbox.slack.limits import RateLimits
from sandbox.slack.many_workspaces import ManyWorkspaces, team_from_token
from sandbox.slack.model import ApiCall, Json
from sandbox.slack.registry import METHODS, Args, Call, Method, method
from sandbox.slack.world import World

__all__ = [
    "METHODS",
    "WebApi",
    "chat",
    "directory",
    "files",
    "groups",
    "history",
    "modals",
    "validation",
]  # importing these modules registers their methods

RETRY_AFTER = 1  # default Retry-After of an injected rate limit
RESPONSE_URL = "response_url"  # name of response_urls in the call log and for faults


@dataclass
class WebApi:
    """Handles `/api/<method>` and response_urls."""

    world: World
    new_socket_url: Callable[[], str]
    rates: RateLimits
    faults: Faults = field(default_factory=Faults)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Create the other workspaces, empty."""
        self.others = ManyWorkspaces(self.world, self.rates)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Handle one Web API call, by POST or GET."""
        name = request.match_info["method"]
        raw = await _arguments(request)
        token = _token(request, raw)
        return await self._answer(request, name, lambda: self._call(name, raw, token))

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Handle one request to a response_url."""
        raw = await _arguments(request)

        def answer() -> Json:
            responses.respond(self.world, request.match_info["token"], _unpack(raw))
            return {"ok": True}

        return await self._answer(request, RESPONSE_URL, answer)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Receive the bytes of one file."""
        content = await transfer.read_upload(request)
        return await self._answer(request, transfer.UPLOAD, lambda: transfer.store_upload(self.world, request, content))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Send a file at its private URL."""
        ours = self.world.installed and _token(request, {}) == seed.BOT_TOKEN
        allowed = ours and "files:read" in self.world.scopes
        run = partial(transfer.get_download, self.world, request, allowed=allowed)
        return await self._answer(request, transfer.DOWNLOAD, run)

    async def _answer(self, request: web.Request, name: str, run: Callable[[], Json]) -> web.StreamResponse:
        fault = self.faults.take(name)
        retry_after: int | None = None
        status, answer = 200, {"ok": True}
        if fault is None or fault.effect:
            try:
                answer = run()
            except SlackError as error:
                answer, status, retry_after = self._refusal(error, name)
        if fault is not None:
            if fault.hang is not None:
                await self._hang(fault.hang)
            answer, status, retry_after = _fault_response(fault)
        self._log(name, answer, status)
        if fault is not None and fault.silent and request.transport is not None:
            request.transport.close()
        return self._response(name, answer, status, retry_after)

    def _call(self, name: str, raw: Json, token: str) -> Json:
        if self.world.limits.many_workspaces and (team := team_from_token(token)):
            return {"ok": True, **self.others.answer(team, name, Args(raw))}
        found = METHODS.get(name)
        if found is None:
            raise SlackError("unknown_method")
        self._check_token(found, token)
        found.check_scopes(self.world.scopes)
        if wait := self.rates.wait_for_method(name, found.tier):
            raise SlackError("ratelimited", retry_after=wait)
        if name == "apps.connections.open":
            return {"ok": True, "url": self.new_socket_url()}
        return {"ok": True, **found.answer(Call(self.world, Args(raw), self.rates))}

    def _check_token(self, wanted: Method, token: str) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in (seed.BOT_TOKEN, seed.APP_TOKEN):
            raise SlackError("invalid_auth")
        if token != (seed.APP_TOKEN if wanted.needs == "app" else seed.BOT_TOKEN):
            raise SlackError("not_allowed_token_type")
        if token == seed.BOT_TOKEN and not self.world.installed:
            raise SlackError("account_inactive")

    def _refusal(self, error: SlackError, name: str) -> tuple[Json, int, int | None]:
        answer: Json = {"ok": False, "error": error.code}
        if error.needed:
            answer |= {"needed": error.needed, "provided": ",".join(sorted(self.world.scopes))}
        if error.problems:
            answer["response_metadata"] = {"messages": [f"[ERROR] {problem}" for problem in error.problems]}
        if error.code == "invalid_blocks":
            answer["errors"] = error.problems
        if error.code == "ratelimited":
            return answer, 429, error.retry_after or RETRY_AFTER
        if name == RESPONSE_URL:
            return answer, 404 if error.code in ("expired_url", "used_url") else 400, None
        if name in (transfer.UPLOAD, transfer.DOWNLOAD):
            return answer, transfer.refusal_status(error.code), None
        return answer, 200, None

    async def _hang(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    def _log(self, name: str, answer: Json, status: int) -> None:
        at = self.world.clock.machine()
        call = ApiCall(name, bool(answer.get("ok")), str(answer.get("error", "")), status, at)
        self.world.calls.append(call)
        self.world.changed()

    def _response(self, name: str, answer: Json, status: int, retry_after: int | None) -> web.Response:
        headers = {"x-oauth-scopes": ",".join(sorted(self.world.scopes))}
        if retry_after is not None:
            headers["Retry-After"] = str(retry_after)
        if status == HTTPStatus.FOUND:
            headers["Location"] = f"{self.world.url}/signin"
        if name in (RESPONSE_URL, transfer.UPLOAD) and answer["ok"]:
            return web.Response(text=answer.get("text", "ok"), headers=headers)
        if name == transfer.DOWNLOAD and answer["ok"]:
            return transfer.file_response(answer["file"])
        return web.json_response(answer, status=status, headers=headers)


@method("apps.connections.open", tier=1, needs="app")
def connections_open(_call: Call) -> Json:
    """Placeholder for the registry: `WebApi` itself creates the Socket Mode URL."""
    return {}


async def _arguments(request: web.Request) -> Json:
    if request.content_type == "application/json":
        try:
            body: Any = json.loads(await request.text() or "{}")
        except json.JSONDecodeError:
            body = {}
        return {**request.query, **body} if isinstance(body, dict) else dict(request.query)
    form = await request.post()
    return {**request.query, **{key: value for key, value in form.items() if isinstance(value, str)}}


def _unpack(raw: Json) -> Json:
    """The body sent to a response_url: JSON, or a form with `payload`."""
    if not isinstance(raw.get("payload"), str):
        return raw
    try:
        inner: Any = json.loads(raw["payload"])
    except json.JSONDecodeError:
        raise SlackError("invalid_payload") from None
    return inner if isinstance(inner, dict) else {}


def _token(request: web.Request, raw: Json) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    sent = raw.pop("token", "")
    return token.strip() if scheme.lower() == "bearer" else str(sent or "")


def _fault_response(fault: Fault) -> tuple[Json, int, int | None]:
    limited = fault.error == "ratelimited" or fault.status == 429
    status = fault.status or (429 if limited else 200)
    code = fault.error or ("no_answer" if fault.silent else "ratelimited" if limited else "internal_error")
    retry_after = fault.retry_after if fault.retry_after is not None else (RETRY_AFTER if limited else None)
    return {"ok": False, "error": code}, status, retry_after
