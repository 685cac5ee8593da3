"""Control routes under /sandbox, for developers who run the stand-in in its own process."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from sandbox.control import json_errors, json_object
from sandbox.zoom.account import Account
from sandbox.zoom.faults import Fault
from sandbox.zoom.rules import Rules
from sandbox.zoom.times import text

FAULT = TypeAdapter(Fault)
DONE = {"ok": True}


class Control:
    """JSON in, JSON out; a wrong request gets 400 or the API's own error status, with a sentence in `error`."""

    def __init__(self, account: Account) -> None:
        """Control this account."""
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-zoom.md."""
        return [
            web.get("/sandbox/state", json_errors(self.show_state)),
            web.get("/sandbox/calls", json_errors(self.show_calls)),
            web.get("/sandbox/mails", json_errors(self.show_mails)),
            web.get("/sandbox/rules", json_errors(self.show_rules)),
            web.patch("/sandbox/rules", json_errors(self.change_rules)),
            web.get("/sandbox/faults", json_errors(self.show_faults)),
            web.post("/sandbox/faults", json_errors(self.add_fault)),
            web.delete("/sandbox/faults", json_errors(self.clear_faults)),
            web.get("/sandbox/webhooks", json_errors(self.show_webhooks)),
            web.post("/sandbox/webhooks", json_errors(self.subscribe)),
            web.delete("/sandbox/webhooks", json_errors(self.unsubscribe)),
            web.post("/sandbox/clock", json_errors(self.move_clock)),
            web.post("/sandbox/tokens/expire", json_errors(self.expire_tokens)),
            web.post("/sandbox/reset", json_errors(self.reset)),
        ]

    async def show_state(self, _: web.Request) -> web.Response:
        """Users, meetings and webinars, and what is used up of the limits."""
        zoom = self._account
        state = {
            "now": text(zoom.clock.now()),
            "apiUrl": zoom.api_url,
            "oauthUrl": zoom.oauth_url,
            "accountId": zoom.account_id,
            "clientId": zoom.client_id,
            "clientSecret": zoom.client_secret,
            "webhookSecret": zoom.webhook_secret,
            "users": [asdict(one) for one in zoom.world.users],
            "meetings": zoom.meetings(),
            "limits": zoom.world.limits.used(),
        }
        return web.json_response(state)

    async def show_calls(self, _: web.Request) -> web.Response:
        """Every API call since the start or the last reset, oldest first."""
        calls = [
            {"method": one.method, "path": one.path, "label": one.label, "status": one.status, "at": text(one.at)}
            for one in self._account.calls
        ]
        return web.json_response({"calls": calls})

    async def show_mails(self, _: web.Request) -> web.Response:
        """The mails that would have been sent, oldest first."""
        mails = [
            {"at": text(one.at), "id": str(one.event_id), "kind": one.kind, "address": one.address}
            for one in self._account.mails
        ]
        return web.json_response({"mails": mails})

    async def show_rules(self, _: web.Request) -> web.Response:
        """The current rules."""
        return web.json_response(self._account.rules.model_dump())

    async def change_rules(self, request: web.Request) -> web.Response:
        """Change some rules."""
        changed = Rules.model_validate({**self._account.rules.model_dump(), **await json_object(request)})
        for name in Rules.model_fields:
            setattr(self._account.rules, name, getattr(changed, name))
        return await self.show_rules(request)

    async def show_faults(self, _: web.Request) -> web.Response:
        """The pending faults."""
        return web.json_response({"faults": [asdict(one) for one in self._account.faults]})

    async def add_fault(self, request: web.Request) -> web.Response:
        """Make the next matching calls fail."""
        self._account.fail(**asdict(FAULT.validate_python(await json_object(request))))
        return await self.show_faults(request)

    async def clear_faults(self, request: web.Request) -> web.Response:
        """Remove all faults."""
        self._account.faults.clear()
        return await self.show_faults(request)

    async def show_webhooks(self, _: web.Request) -> web.Response:
        """The subscribers, the attempts to deliver, oldest first, and the events that wait for a retry."""
        webhooks = self._account.webhooks
        shown: dict[str, Any] = {
            "subscribers": [
                {"url": one.url, "events": list(one.events), "active": one.is_active} for one in webhooks.subscribers
            ],
            "deliveries": [asdict(one) for one in webhooks.attempts],
            "waiting": webhooks.waiting,
        }
        return web.json_response(shown)

    async def subscribe(self, request: web.Request) -> web.Response:
        """Validate an address and send it events, all unless some are named."""
        sent = await json_object(request)
        await self._account.webhooks.subscribe(str(sent.get("url", "")), *map(str, sent.get("events", ())))
        return await self.show_webhooks(request)

    async def unsubscribe(self, request: web.Request) -> web.Response:
        """Remove all subscribers."""
        self._account.webhooks.clear()
        return await self.show_webhooks(request)

    async def move_clock(self, request: web.Request) -> web.Response:
        """Move the clock forward, and send what is due then."""
        sent = await json_object(request)
        now = self._account.clock.move(timedelta(seconds=float(sent.get("seconds", 0))))
        await self._account.webhooks.tick()
        return web.json_response({"now": text(now)})

    async def expire_tokens(self, _: web.Request) -> web.Response:
        """Expire all access tokens."""
        self._account.world.tokens.expire()
        return web.json_response(DONE)

    async def reset(self, _: web.Request) -> web.Response:
        """Remove all meetings, calls, faults, subscribers and tokens."""
        self._account.reset()
        return web.json_response(DONE)
