"""Control routes for webhooks: what was subscribed to and delivered, and blacklisting at once."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.control import json_errors
from sandbox.ringcentral.account import Account
from sandbox.ringcentral.notifications import subscription_resource
from sandbox.ringcentral.responses import not_found
from sandbox.ringcentral.wire import iso


class WebhookControl:
    """JSON in, JSON out, like the other control routes."""

    def __init__(self, account: Account) -> None:
        """Control this account."""
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-ringcentral.md."""
        return [
            web.get("/sandbox/subscriptions", json_errors(self.show_subscriptions)),
            web.post("/sandbox/subscriptions/{id}/blacklist", json_errors(self.blacklist)),
            web.get("/sandbox/deliveries", json_errors(self.show_deliveries)),
        ]

    async def show_subscriptions(self, _: web.Request) -> web.Response:
        """Everybody's subscriptions, with their owners and how many deliveries wait."""
        world, pending = self._account.world, self._account.webhooks.pending
        shown: list[dict[str, Any]] = [
            {**subscription_resource(world, one), "ownerId": one.owner_id, "pending": pending(one.id)}
            for one in world.state.subscriptions.values()
        ]
        return web.json_response({"subscriptions": shown})

    async def blacklist(self, request: web.Request) -> web.Response:
        """Blacklist a subscription now, as after ten minutes of failures."""
        found = self._account.world.state.subscriptions.get(request.match_info["id"])
        if found is None:
            raise not_found("subscriptionId")
        self._account.webhooks.blacklist(found)
        return web.json_response({"ok": True})

    async def show_deliveries(self, _: web.Request) -> web.Response:
        """The attempts to deliver, oldest first, without addresses, tokens and bodies."""
        shown = [
            {
                "at": iso(one.at),
                "subscriptionId": one.subscription_id,
                "event": one.event,
                "number": one.number,
                "status": one.status,
            }
            for one in self._account.webhooks.attempts
        ]
        return web.json_response({"deliveries": shown})
