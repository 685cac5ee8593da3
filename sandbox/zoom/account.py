"""One account in Python: its credentials, its calls, and what hosts do at Zoom without the API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.zoom.faults import Fault, check_fault
from sandbox.zoom.models import Event
from sandbox.zoom.rules import Rules
from sandbox.zoom.world import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET, World


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

    def __init__(self, clock: SandboxClock, rules: Rules | None = None) -> None:
        """Start with three users and no meetings."""
        self.clock = clock
        self.rules = rules or Rules()
        self.world = World(clock, self.rules)
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
        self._set(event_id, is_started=True, is_ended=False)

    def finish(self, event_id: int) -> None:
        """The host ends it."""
        self._set(event_id, is_started=False, is_ended=True)

    def _set(self, event_id: int, *, is_started: bool, is_ended: bool) -> None:
        event: Event = self.world.events[event_id]
        event.is_started, event.is_ended = is_started, is_ended
        self._changed()

    def _changed(self) -> None:
        for listener in self.on_change:
            listener()
