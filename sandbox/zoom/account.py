"""One account in Python: its credentials, its calls, and what hosts do at Zoom without the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.faults import check_fault
from sandbox.zoom.conversion import convert
from sandbox.zoom.faults import Fault
from sandbox.zoom.models import Source
from sandbox.zoom.room import Room
from sandbox.zoom.rules import Rules
from sandbox.zoom.webhooks import WEBHOOK_SECRET, Webhooks
from sandbox.zoom.world import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, Mail, World


@dataclass
class Call:
    """One request that reached the API."""

    method: str
    path: str
    label: str | None
    status: int | None
    at: datetime


class Account:
    """The state of an account, and the people behind it."""

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

    @property
    def url(self) -> str:
        """The address of the server, for tokens; `api_url` has the path of the API."""
        return self.world.url

    @property
    def api_url(self) -> str:
        """The address of the API."""
        return f"{self.world.url}/v2"

    def fail(self, method: str, path_regex: str, **words: Any) -> None:
        """Inject a fault into the next matching calls."""
        self.faults.append(check_fault(Fault(method, path_regex, **words)))

    def begin(self, event_id: int) -> None:
        """The host starts a meeting."""
        self.room.begin(event_id)
        self._changed()

    def finish(self, event_id: int) -> None:
        """The host ends it; everybody leaves."""
        self.room.finish(event_id)
        self._changed()

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
        sources = self.world.events[event_id].sources
        made = Source(f"src{len(sources) + 1}", name)
        sources[made.id] = made
        self._changed()
        return made.id

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
