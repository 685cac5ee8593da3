"""Control routes for what people do at Zoom without the API: plan, change and run meetings, register, join."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from pydantic import TypeAdapter

from sandbox.control import json_errors, json_object
from sandbox.zoom.account import HOST, Account
from sandbox.zoom.models import EventKind
from sandbox.zoom.registration import shown
from sandbox.zoom.responses import not_found

KIND: TypeAdapter[EventKind] = TypeAdapter(EventKind)
MANY, ONE = "/sandbox/meetings", "/sandbox/meetings/{id}"
DONE: dict[str, Any] = {"ok": True}


class MeetingControl:
    """JSON in, JSON out, as the other control routes; webinars have the same ones."""

    def __init__(self, account: Account) -> None:
        """Control the meetings of this account."""
        self._account = account

    def routes(self) -> list[web.RouteDef]:
        """All routes; see docs/sandbox-zoom.md."""
        return [
            web.post(MANY, json_errors(self.create)),
            web.patch(ONE, json_errors(self.edit)),
            web.delete(ONE, json_errors(self.delete)),
            web.post(f"{ONE}/register", json_errors(self.register)),
            web.get(f"{ONE}/registrants", json_errors(self.show_registrants)),
            web.post(f"{ONE}/decide", json_errors(self.decide)),
            web.post(f"{ONE}/start", json_errors(self.start)),
            web.post(f"{ONE}/end", json_errors(self.end)),
            web.post(f"{ONE}/join", json_errors(self.join)),
            web.post(f"{ONE}/leave", json_errors(self.leave)),
            web.post(f"{ONE}/record", json_errors(self.record)),
            web.post(f"{ONE}/publish", json_errors(self.publish)),
            web.post(f"{ONE}/convert", json_errors(self.convert)),
            web.post(f"{ONE}/sources", json_errors(self.add_source)),
        ]

    async def create(self, request: web.Request) -> web.Response:
        """Plan a meeting, or a webinar by `kind`, of a `host`, by API field names and with `questions`."""
        sent = await json_object(request)
        kind, host = KIND.validate_python(sent.pop("kind", "meeting")), str(sent.pop("host", HOST))
        made = self._account.create(str(sent.pop("topic", "Zoom Meeting")), kind=kind, host=host, **sent)
        return web.json_response({"id": str(made)})

    async def edit(self, request: web.Request) -> web.Response:
        """Change it, by API field names."""
        self._account.edit(_id(request), **await json_object(request))
        return web.json_response(DONE)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete it, or one of its dates (`occurrence_id` in the query)."""
        self._account.delete(_id(request), request.query.get("occurrence_id", ""))
        return web.json_response(DONE)

    async def register(self, request: web.Request) -> web.Response:
        """Register outside people, by `count`."""
        sent = await json_object(request)
        return web.json_response({"ids": self._account.register(_id(request), int(sent.get("count", 1)))})

    async def show_registrants(self, request: web.Request) -> web.Response:
        """Everybody who registered, also those who canceled, with their answers."""
        world = self._account.world
        event = world.find(_id(request))
        return web.json_response({"registrants": [shown(world, event, one) for one in event.registrants.values()]})

    async def decide(self, request: web.Request) -> web.Response:
        """Approve, deny or cancel (`action`) some `registrants` by id or address, or the first `count`."""
        sent = await json_object(request)
        chosen = [str(one) for one in sent.get("registrants", ())]
        count = int(sent.get("count", 1))
        return web.json_response(
            {"ids": self._account.decide(_id(request), str(sent.get("action")), *chosen, count=count)}
        )

    async def start(self, request: web.Request) -> web.Response:
        """Start it as its host."""
        self._account.begin(_id(request))
        return web.json_response(DONE)

    async def end(self, request: web.Request) -> web.Response:
        """End it as its host."""
        self._account.finish(_id(request))
        return web.json_response(DONE)

    async def join(self, request: web.Request) -> web.Response:
        """Join as a registrant (`registrant_id`), as somebody else (`name`, `email`), or several people (`count`)."""
        sent, event_id = await json_object(request), _id(request)
        if "count" in sent:
            return web.json_response({"user_ids": self._account.come(event_id, int(sent["count"]))})
        name, email = str(sent.get("name", "Guest")), str(sent.get("email", ""))
        joined = self._account.room.join(event_id, str(sent.get("registrant_id", "")), name=name, email=email)
        return web.json_response({"user_ids": [joined]})

    async def leave(self, request: web.Request) -> web.Response:
        """Leave, by `user_id`, or several people by `count`."""
        sent, event_id = await json_object(request), _id(request)
        if "count" in sent:
            return web.json_response({"user_ids": self._account.go(event_id, int(sent["count"]))})
        self._account.room.leave(event_id, str(sent.get("user_id", "")))
        return web.json_response({"user_ids": [sent["user_id"]]})

    async def record(self, request: web.Request) -> web.Response:
        """Record it in the cloud while it runs."""
        self._account.room.record(_id(request))
        return web.json_response(DONE)

    async def publish(self, request: web.Request) -> web.Response:
        """The recording has been processed."""
        self._account.room.publish(_id(request))
        return web.json_response(DONE)

    async def convert(self, request: web.Request) -> web.Response:
        """Turn a meeting into a webinar, or the other way round."""
        self._account.convert(_id(request))
        return web.json_response(DONE)

    async def add_source(self, request: web.Request) -> web.Response:
        """Set up a tracking source of a webinar, by `name`."""
        sent = await json_object(request)
        return web.json_response({"id": self._account.add_source(_id(request), str(sent.get("name", "")))})


def _id(request: web.Request) -> int:
    """The id of the path. Raises 404 for one that is not a number."""
    given = request.match_info["id"]
    if not (given.isascii() and given.isdigit()):
        raise not_found("meeting", given)
    return int(given)
