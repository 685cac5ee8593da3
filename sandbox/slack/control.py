"""Control routes under /sandbox, for tests and benchmarks that run the stand-in in its own process."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import TypeAdapter, ValidationError

from sandbox.slack import conversations
from sandbox.slack.faults import Chaos
from sandbox.slack.limits import Limits
from sandbox.slack.model import Json
from sandbox.slack.workspace import Workspace

LIMITS = TypeAdapter(Limits)
KNOWN = {field.name for field in fields(Limits)}


class Control:
    """JSON in, JSON out; a wrong request gets 400 with a sentence in `error`."""

    def __init__(self, slack: Workspace) -> None:
        """Control this workspace."""
        self._slack = slack

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-slack.md."""
        return [
            web.get("/sandbox/state", _json_errors(self.show_state)),
            web.get("/sandbox/accepted", _json_errors(self.show_accepted)),
            web.get("/sandbox/scheduled", _json_errors(self.show_scheduled)),
            web.post("/sandbox/clock", _json_errors(self.move_clock)),
            web.get("/sandbox/limits", _json_errors(self.show_limits)),
            web.patch("/sandbox/limits", _json_errors(self.change_limits)),
            web.post("/sandbox/faults", _json_errors(self.add_fault)),
            web.get("/sandbox/chaos", _json_errors(self.show_chaos)),
            web.post("/sandbox/chaos", _json_errors(self.add_chaos)),
            web.delete("/sandbox/chaos", _json_errors(self.calm)),
            web.put("/sandbox/scopes", _json_errors(self.grant)),
            web.post("/sandbox/{act:install|uninstall}", _json_errors(self.install)),
            web.patch("/sandbox/channels/{channel}", _json_errors(self.change_channel)),
        ]

    async def show_state(self, _: web.Request) -> web.Response:
        """The time, the installation, and the numbers of calls and messages."""
        slack, accepted = self._slack, self._slack.world.accepted
        last = next(reversed(accepted.values()), None)
        state = {
            "now": slack.world.now(),
            "url": slack.url,
            "installed": slack.world.installed,
            "scopes": sorted(slack.scopes),
            "calls": len(slack.calls),
            "accepted": len(accepted),
            "accepted_at": last.at if last else None,
            "held": slack.held(),
        }
        return web.json_response(state)

    async def show_accepted(self, request: web.Request) -> web.Response:
        """The accepted messages, oldest first; `?since=n` skips the first n."""
        since = int(request.query.get("since", 0))
        return web.json_response({"accepted": [one.shown() for one in self._slack.accepted()[since:]]})

    async def show_scheduled(self, _: web.Request) -> web.Response:
        """All messages ever scheduled in the default workspace, with their state."""
        held = sorted(self._slack.world.scheduled.values(), key=lambda one: (one.post_at, one.id))
        listed = [
            {"id": one.id, "channel": one.channel, "post_at": one.post_at, "text": one.text, "state": one.state}
            for one in held
        ]
        return web.json_response({"scheduled": listed})

    async def move_clock(self, request: web.Request) -> web.Response:
        """Move the sandbox clock by `seconds`, or forward `to` a Unix time."""
        sent, slack = await _json_object(request), self._slack
        seconds = float(sent["to"]) - slack.world.now() if "to" in sent else float(sent["seconds"])
        await (slack.move_clock or slack.move)(seconds)
        return web.json_response({"now": slack.world.now()})

    async def show_limits(self, _: web.Request) -> web.Response:
        """The current limits."""
        return web.json_response(asdict(self._slack.limits))

    async def change_limits(self, request: web.Request) -> web.Response:
        """Change some limits."""
        sent = await _json_object(request)
        if unknown := sorted(set(sent) - KNOWN):
            raise ValueError(f"There is no limit called {', '.join(unknown)}.")
        changed = LIMITS.validate_python({**asdict(self._slack.limits), **sent})
        for name in sent:
            setattr(self._slack.limits, name, getattr(changed, name))
        return await self.show_limits(request)

    async def add_fault(self, request: web.Request) -> web.Response:
        """Make the next calls of a method fail; takes the arguments of `Slack.fail`."""
        self._slack.fail(**await _json_object(request))
        return web.json_response({"ok": True})

    async def show_chaos(self, _: web.Request) -> web.Response:
        """Active chaos with the numbers of calls and injected faults."""
        return web.json_response({"chaos": [_shown(one) for one in self._slack.active_chaos]})

    async def add_chaos(self, request: web.Request) -> web.Response:
        """Make shares of the calls of a method fail; takes the arguments of `Slack.chaos`."""
        self._slack.chaos(**await _json_object(request))
        return await self.show_chaos(request)

    async def calm(self, request: web.Request) -> web.Response:
        """Remove all chaos and faults; returns what was active."""
        ended = await self.show_chaos(request)
        self._slack.calm()
        return ended

    async def grant(self, request: web.Request) -> web.Response:
        """Set the scopes of the token."""
        scopes = (await _json_object(request))["scopes"]
        if not (isinstance(scopes, list) and all(isinstance(scope, str) for scope in scopes)):
            raise TypeError("`scopes` must be a list of strings.")
        self._slack.scopes = set(scopes)
        return web.json_response({"scopes": sorted(self._slack.scopes)})

    async def install(self, request: web.Request) -> web.Response:
        """Install or uninstall the app."""
        (self._slack.install if request.match_info["act"] == "install" else self._slack.uninstall)()
        return web.json_response({"ok": True})

    async def change_channel(self, request: web.Request) -> web.Response:
        """Archive or unarchive a channel, add or remove the app."""
        sent, name = await _json_object(request), request.match_info["channel"]
        channel, owner = self._slack.channel(name), next(iter(self._slack.world.people.values()))
        if "archived" in sent:
            await conversations.archive(self._slack.world, channel, owner, archived=bool(sent["archived"]))
        if "bot_in" in sent:
            await (self._slack.invite if sent["bot_in"] else self._slack.kick)(channel.id)
        return web.json_response({"ok": True})


def _shown(chaos: Chaos) -> Json:
    return {"method": chaos.method, **chaos.shares, "calls": chaos.calls, "met": dict(chaos.met)}


def _json_errors(handler: Handler) -> Handler:
    """Turn exceptions into JSON errors."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except KeyError as missing:
            return web.json_response({"error": f"{missing} is missing."}, status=400)
        except (ValidationError, LookupError, ValueError, TypeError) as wrong:
            return web.json_response({"error": str(wrong)}, status=400)

    return handle


async def _json_object(request: web.Request) -> dict[str, Any]:
    body = json.loads(await request.read() or b"{}")
    if not isinstance(body, dict):
        raise TypeError("The body must be a JSON object.")
    return body
