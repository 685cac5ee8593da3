"""The control routes under /sandbox, for developers who use the stand-in from outside this program."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import TypeAdapter, ValidationError

from sandbox.ringcentral.answers import ApiError
from sandbox.ringcentral.faults import Fault
from sandbox.ringcentral.rules import Rules
from sandbox.ringcentral.wire import iso

if TYPE_CHECKING:
    from sandbox.ringcentral.server import RingCentral

FAULT = TypeAdapter(Fault)
FAULTS = TypeAdapter(list[Fault])


class Control:
    """JSON in, JSON out; a wrong request answers 400 or the vendor's own refusal, with `error` in words."""

    def __init__(self, ringcentral: RingCentral) -> None:
        """Acts upon this stand-in through its public face."""
        self._rc = ringcentral

    def routes(self) -> list[web.RouteDef]:
        """The whole list; docs/sandbox-ringcentral.md explains each."""
        return [
            web.get("/sandbox/state", _plainly(self.show_state)),
            web.get("/sandbox/calls", _plainly(self.show_calls)),
            web.get("/sandbox/rules", _plainly(self.show_rules)),
            web.patch("/sandbox/rules", _plainly(self.change_rules)),
            web.get("/sandbox/faults", _plainly(self.show_faults)),
            web.post("/sandbox/faults", _plainly(self.add_fault)),
            web.delete("/sandbox/faults", _plainly(self.clear_faults)),
            web.post("/sandbox/register", _plainly(self.register)),
            web.post("/sandbox/attend", _plainly(self.attend)),
            web.get("/sandbox/mails", _plainly(self.show_mails)),
            web.post("/sandbox/webinars", _plainly(self.create)),
            web.patch("/sandbox/webinars/{id}", _plainly(self.edit)),
            web.post("/sandbox/webinars/{id}/{act:start|finish|cancel}", _plainly(self.act)),
            web.post("/sandbox/tokens/expire", _plainly(self.expire_tokens)),
            web.post("/sandbox/reset", _plainly(self.reset)),
        ]

    async def show_state(self, _: web.Request) -> web.Response:
        """People with their JWTs, webinars, and how often the budgets said no."""
        people = [
            {"id": one.id, "name": one.name, "email": one.email, "admin": one.admin, "jwt": one.jwt}
            for one in self._rc.company.people
            if one.kind == "User"
        ]
        state = {
            "now": iso(self._rc.clock.now()),
            "url": self._rc.url,
            "clientId": self._rc.client_id,
            "clientSecret": self._rc.client_secret,
            "people": people,
            "webinars": self._rc.webinars(),
            "penalties": self._rc.penalties,
            "throttled": self._rc.throttled,
        }
        return web.json_response(state)

    async def show_calls(self, _: web.Request) -> web.Response:
        """Every API call since the start or the last reset, oldest first."""
        calls = [
            {"method": one.method, "path": one.path, "group": one.group, "status": one.status, "at": iso(one.at)}
            for one in self._rc.calls
        ]
        return web.json_response({"calls": calls})

    async def show_rules(self, _: web.Request) -> web.Response:
        """Budgets, delays and lifetimes as they are now."""
        return web.json_response(self._rc.rules.model_dump(by_alias=True))

    async def change_rules(self, request: web.Request) -> web.Response:
        """Change some of them; budgets may be named one by one."""
        now, sent = self._rc.rules.model_dump(by_alias=True), await _object(request)
        if isinstance(sent.get("budgets"), dict):
            sent["budgets"] = {**now["budgets"], **sent["budgets"]}
        changed = Rules.model_validate({**now, **sent})
        for name in Rules.model_fields:
            setattr(self._rc.rules, name, getattr(changed, name))
        return await self.show_rules(request)

    async def show_faults(self, _: web.Request) -> web.Response:
        """The faults still to come."""
        return web.json_response({"faults": FAULTS.dump_python(self._rc.faults)})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Let the next matching calls fail."""
        fault = FAULT.validate_python(await _object(request))
        self._rc.fail(
            fault.method,
            fault.path_regex,
            status=fault.status,
            effect=fault.effect,
            hang=fault.hang,
            cut=fault.cut,
            times=fault.times,
            retry_after=fault.retry_after,
            code=fault.code,
        )
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """No more faults."""
        self._rc.faults.clear()
        return await self.show_faults(request)

    async def register(self, request: web.Request) -> web.Response:
        """Outside people sign up."""
        sent = await _object(request)
        count, real = int(sent.get("count", 1)), bool(sent.get("real", True))
        return web.json_response({"ids": self._rc.register(str(sent.get("sessionId")), count, real=real)})

    async def attend(self, request: web.Request) -> web.Response:
        """A registrant joins the running session."""
        sent = await _object(request)
        return web.json_response({"participantId": self._rc.attend(str(sent.get("registrantId")))})

    async def show_mails(self, _: web.Request) -> web.Response:
        """Who would have been mailed, oldest first."""
        mails = [
            {"at": iso(one.at), "sessionId": one.session_id, "kind": one.kind, "address": one.address}
            for one in self._rc.mails
        ]
        return web.json_response({"mails": mails})

    async def create(self, request: web.Request) -> web.Response:
        """A webinar made in RingCentral's own app."""
        sent = await _object(request)
        title, start, host = (sent.pop(name, "") for name in ("title", "scheduledStartTime", "host"))
        return web.json_response({"webinarId": self._rc.create(title, start, host=host, **sent)})

    async def edit(self, request: web.Request) -> web.Response:
        """A webinar changed in RingCentral's own app."""
        self._rc.edit(request.match_info["id"], **await _object(request))
        return web.json_response({"ok": True})

    async def act(self, request: web.Request) -> web.Response:
        """A webinar started, finished or cancelled in RingCentral's own app."""
        acts = {"start": self._rc.begin, "finish": self._rc.finish, "cancel": self._rc.cancel}
        acts[request.match_info["act"]](request.match_info["id"])
        return web.json_response({"ok": True})

    async def expire_tokens(self, _: web.Request) -> web.Response:
        """Every access token counts as expired."""
        self._rc.logins.expire()
        return web.json_response({"ok": True})

    async def reset(self, _: web.Request) -> web.Response:
        """Back to an account without webinars, calls, faults and logins."""
        self._rc.reset()
        return web.json_response({"ok": True})


def _plainly(handler: Handler) -> Handler:
    """Turns what a request got wrong into JSON with a sentence."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except ApiError as refusal:
            return web.json_response({"error": str(refusal)}, status=refusal.status)
        except (ValidationError, ValueError, TypeError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    return handle


async def _object(request: web.Request) -> dict[str, Any]:
    body = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("The body must be a JSON object.")
    return body
