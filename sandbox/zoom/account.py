"""One account in Python: its credentials, its calls, and what people do at Zoom without the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.zoom import outside, persistence
from sandbox.zoom.conversion import convert
from sandbox.zoom.faults import Fault, check_zoom_fault
from sandbox.zoom.models import EventKind, Source
from sandbox.zoom.overview import overview
from sandbox.zoom.room import Room
from sandbox.zoom.rules import Rules
from sandbox.zoom.schedule import remove
from sandbox.zoom.webhooks import WEBHOOK_SECRET, Webhooks
from sandbox.zoom.world import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Mail, World

HOST = "ana@acme.example"


@dataclass
class Call:
    """One request that reached the API."""

    method: str
    path: str
    label: str | None
    status: int | None
    at: datetime


class Account:
    """The state of an account, and the people behind it. Unknown ids raise `ApiError` 404."""

    account_id, client_id, client_secret = ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
    webhook_secret = WEBHOOK_SECRET

    def __init__(self, clock: SandboxClock, rules: Rules | None = None) -> None:
        """Start with three users and no meetings."""
        self.clock = clock
        self.rules = rules or Rules()
        self.world = World(clock, self.rules)
        self.room = Room(self.world)
        self.webhooks = Webhooks(self.world)
        self.faults: list[Fault] = []
        self.calls: list[Call] = []
        self.on_change: list[Callable[[], None]] = []
        """Called after every call and every change."""
        self.world.on_event.append(lambda _name, _payload: self._changed())

    @property
    def url(self) -> str:
        """The address of the server; `api_url` and `oauth_url` have the path of the API and of its tokens."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """The address of the API."""
        return f"{self.world.url}/v2"

    @property
    def oauth_url(self) -> str:
        """The address of its tokens."""
        return f"{self.world.url}/oauth"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an app that uses this account, under the names that Zoom's guides use."""
        return {
            "ZOOM_API_URL": self.api_url,
            "ZOOM_OAUTH_URL": self.oauth_url,
            "ZOOM_ACCOUNT_ID": self.account_id,
            "ZOOM_CLIENT_ID": self.client_id,
            "ZOOM_CLIENT_SECRET": self.client_secret,
            "ZOOM_WEBHOOK_SECRET": self.webhook_secret,
        }

    def fail(self, method: str, path_regex: str, **words: Any) -> Fault:
        """Inject a fault into the next matching calls."""
        fault = check_zoom_fault(Fault(method, path_regex, **words))
        self.faults.append(fault)
        return fault

    def create(
        self, topic: str, start: datetime | None = None, *, kind: EventKind = "meeting", host: str = HOST, **fields: Any
    ) -> int:
        """A host plans a meeting on Zoom's page, by API field names and with registration questions; returns its id."""
        when = {"start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ")} if start else {}
        event = outside.create(self.world, kind, host, {"topic": topic, **when, **fields})
        self._changed()
        return event.id

    def edit(self, event_id: int, **fields: Any) -> None:
        """The host changes it on Zoom's page, by API field names; `settings` one by one."""
        outside.edit(self.world, self.world.find(event_id), fields)
        self._changed()

    def move(self, event_id: int, by: timedelta) -> None:
        """The host moves it; ValueError for one without a date."""
        event = self.world.find(event_id)
        if event.start is None:
            raise ValueError("It has no date.")
        self.edit(event_id, start_time=(event.start + by).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def delete(self, event_id: int, occurrence_id: str = "") -> None:
        """The host deletes it, or one of its dates."""
        remove(self.world, self.world.find(event_id), occurrence_id)
        self._changed()

    def register(self, event_id: int, count: int = 1) -> list[str]:
        """Outside people register on Zoom's page; returns the ids of those who got in."""
        return outside.register_guests(self.world, self.world.find(event_id), count)

    def decide(self, event_id: int, action: str, *registrants: str, count: int = 1) -> list[str]:
        """The host approves, denies or cancels registrants by id or address, or the first ones; returns their ids."""
        return outside.decide(self.world, self.world.find(event_id), action, registrants, count)

    def begin(self, event_id: int) -> None:
        """The host starts a meeting, and is in it."""
        self.room.begin(event_id)

    def finish(self, event_id: int) -> None:
        """The host ends it; everybody leaves."""
        self.room.finish(event_id)

    def come(self, event_id: int, count: int) -> list[str]:
        """Approved registrants join who have not; without registration, guests. Returns their ids in the meeting."""
        event = self.world.find(event_id)
        came = {one.registrant_id for one in event.participants}
        waiting = [one.id for one in event.registrants.values() if one.status == "approved" and one.id not in came]
        if event.has_registration:
            return [self.room.join(event_id, one) for one in waiting[:count]]
        return [self.room.join(event_id) for _ in range(count)]

    def go(self, event_id: int, count: int) -> list[str]:
        """The first people leave who are there and are not users of the account; returns their ids in the meeting."""
        there = [one for one in self.world.find(event_id).participants if one.left is None and not one.account_user_id]
        for one in there[:count]:
            self.room.leave(event_id, one.user_id)
        return [one.user_id for one in there[:count]]

    @property
    def mails(self) -> list[Mail]:
        """The mails that Zoom would have sent to registrants."""
        return self.world.mails

    def convert(self, event_id: int) -> None:
        """The host turns a meeting into a webinar, or the other way round; it keeps its id and its registrants."""
        convert(self.world, event_id)
        self._changed()

    def add_source(self, event_id: int, name: str) -> str:
        """The host sets up a tracking source of a webinar, on Zoom's page; returns its id."""
        sources = self.world.find(event_id).sources
        made = Source(f"src{len(sources) + 1}", name)
        sources[made.id] = made
        self._changed()
        return made.id

    def meetings(self) -> list[dict[str, Any]]:
        """Each meeting and webinar, soonest first; see `overview` for the fields."""
        return overview(self.world)

    def dump(self) -> dict[str, Any]:
        """Meetings, webinars and their people as JSON; tokens, limits, faults, calls and webhooks are not persisted."""
        return persistence.dump(self.world)

    def load(self, dumped: dict[str, Any]) -> None:
        """Restore a dump; links use this stand-in's own address."""
        persistence.load(self.world, dumped)
        self._changed()

    def reset(self) -> None:
        """Clear everything but the users and the rules; all tokens become unknown."""
        self.calls.clear()
        self.faults.clear()
        self.webhooks.clear()
        self.world.clear()
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
