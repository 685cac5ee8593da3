"""Control routes under /sandbox, for developers who run the stand-in in its own process."""

from __future__ import annotations

from aiohttp import web
from pydantic import TypeAdapter

from sandbox.control import json_errors, json_object
from sandbox.ringcentral.account import Account
from sandbox.ringcentral.faults import Fault
from sandbox.ringcentral.rules import Rules
from sandbox.ringcentral.wire import iso

FAULT = TypeAdapter(Fault)
FAULTS = TypeAdapter(list[Fault])


class Control:
    """JSON in, JSON out; a wrong request gets 400 or the API's own error status, with a sentence in `error`."""

    def __init__(self, account: Account) -> None:
        """Control this account."""
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-ringcentral.md."""
        return [
            web.get("/sandbox/state", json_errors(self.show_state)),
            web.get("/sandbox/calls", json_errors(self.show_calls)),
            web.get("/sandbox/rules", json_errors(self.show_rules)),
            web.patch("/sandbox/rules", json_errors(self.change_rules)),
            web.get("/sandbox/faults", json_errors(self.show_faults)),
            web.post("/sandbox/faults", json_errors(self.add_fault)),
            web.delete("/sandbox/faults", json_errors(self.clear_faults)),
            web.post("/sandbox/register", json_errors(self.register)),
            web.post("/sandbox/attend", json_errors(self.attend)),
            web.get("/sandbox/mails", json_errors(self.show_mails)),
            web.post("/sandbox/webinars", json_errors(self.create)),
            web.patch("/sandbox/webinars/{id}", json_errors(self.edit)),
            web.post("/sandbox/webinars/{id}/cancel", json_errors(self.cancel)),
            web.post("/sandbox/tokens/expire", json_errors(self.expire_tokens)),
            web.post("/sandbox/reset", json_errors(self.reset)),
        ]

    async def show_state(self, _: web.Request) -> web.Response:
        """People with their JWTs, webinars, and the counts of throttled calls."""
        people = [
            {"id": one.id, "name": one.name, "email": one.email, "admin": one.admin, "jwt": one.jwt}
            for one in self._account.company.people
            if one.kind == "User"
        ]
        state = {
            "now": iso(self._account.clock.now()),
            "url": self._account.url,
            "clientId": self._account.client_id,
            "clientSecret": self._account.client_secret,
            "people": people,
            "webinars": self._account.webinars(),
            "penalties": self._account.penalties,
            "throttled": self._account.throttled,
        }
        return web.json_response(state)

    async def show_calls(self, _: web.Request) -> web.Response:
        """Every API call since the start or the last reset, oldest first."""
        calls = [
            {"method": one.method, "path": one.path, "group": one.group, "status": one.status, "at": iso(one.at)}
            for one in self._account.calls
        ]
        return web.json_response({"calls": calls})

    async def show_rules(self, _: web.Request) -> web.Response:
        """The current rules."""
        return web.json_response(self._account.rules.model_dump(by_alias=True))

    async def change_rules(self, request: web.Request) -> web.Response:
        """Change some rules; budgets can be changed one by one."""
        now, sent = self._account.rules.model_dump(by_alias=True), await json_object(request)
        if isinstance(sent.get("budgets"), dict):
            sent["budgets"] = {**now["budgets"], **sent["budgets"]}
        changed = Rules.model_validate({**now, **sent})
        for name in Rules.model_fields:
            setattr(self._account.rules, name, getattr(changed, name))
        return await self.show_rules(request)

    async def show_faults(self, _: web.Request) -> web.Response:
        """The pending faults."""
        return web.json_response({"faults": FAULTS.dump_python(self._account.faults)})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Make the next matching calls fail."""
        fault = FAULT.validate_python(await json_object(request))
        self._account.fail(
            fault.method,
            fault.path_regex,
            status=fault.status,
            effect=fault.effect,
            hang=fault.hang,
            cut=fault.cut,
            times=fault.times,
            retry_after=fault.retry_after,
            code=fault.code,
            half=fault.half,
        )
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Remove all faults."""
        self._account.faults.clear()
        return await self.show_faults(request)

    async def register(self, request: web.Request) -> web.Response:
        """Register outside people."""
        sent = await json_object(request)
        count, real = int(sent.get("count", 1)), bool(sent.get("real", True))
        return web.json_response({"ids": self._account.register(str(sent.get("sessionId")), count, real=real)})

    async def attend(self, request: web.Request) -> web.Response:
        """Join the running session as a registrant."""
        sent = await json_object(request)
        return web.json_response({"participantId": self._account.attend(str(sent.get("registrantId")))})

    async def show_mails(self, _: web.Request) -> web.Response:
        """The mails that would have been sent, oldest first."""
        mails = [
            {"at": iso(one.at), "sessionId": one.session_id, "kind": one.kind, "address": one.address}
            for one in self._account.mails
        ]
        return web.json_response({"mails": mails})

    async def create(self, request: web.Request) -> web.Response:
        """Create a webinar in RingCentral's own app."""
        sent = await json_object(request)
        title, start, host = (sent.pop(name, "") for name in ("title", "scheduledStartTime", "host"))
        return web.json_response({"webinarId": self._account.create(title, start, host=host, **sent)})

    async def edit(self, request: web.Request) -> web.Response:
        """Change a webinar in RingCentral's own app."""
        self._account.edit(request.match_info["id"], **await json_object(request))
        return web.json_response({"ok": True})

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a webinar in RingCentral's own app."""
        self._account.cancel(request.match_info["id"])
        return web.json_response({"ok": True})

    async def expire_tokens(self, _: web.Request) -> web.Response:
        """Expire all access tokens."""
        self._account.tokens.expire()
        return web.json_response({"ok": True})

    async def reset(self, _: web.Request) -> web.Response:
        """Remove all webinars, calls, faults and tokens."""
        self._account.reset()
        return web.json_response({"ok": True})
