"""The three steps of a newcomer, shown at the top of the page until they are done or dismissed."""

from __future__ import annotations

from typing import Any

from sandbox.ringcentral import RingCentral
from sandbox.slack import Slack

CREATED, REGISTERED, REMINDED = "created", "registered", "reminded"
STEPS = (CREATED, REGISTERED, REMINDED)


class FirstSteps:
    """A step is done when the stand-ins saw it happen, however that came about; it stays done."""

    def __init__(self, slack: Slack, ringcentral: RingCentral) -> None:
        """Watch these two."""
        self._slack = slack
        self._ringcentral = ringcentral
        self._done: set[str] = set()
        self._is_dismissed = False

    def state(self) -> dict[str, Any] | None:
        """Each step and whether it is done; None if all are, or the path was dismissed."""
        if self._is_dismissed or len(self._done) == len(STEPS):
            return None
        self._done |= {step for step in STEPS if step not in self._done and self._happened(step)}
        return {"steps": [{"id": step, "done": step in self._done} for step in STEPS]}

    def dismiss(self) -> None:
        """Show it no more."""
        self._is_dismissed = True

    def dump(self) -> dict[str, Any]:
        """What is to be kept, as plain JSON."""
        return {"done": sorted(self._done), "dismissed": self._is_dismissed}

    def load(self, kept: dict[str, Any]) -> None:
        """Continue from a dump."""
        self._done, self._is_dismissed = set(kept["done"]), bool(kept["dismissed"])

    def _happened(self, step: str) -> bool:
        if step == CREATED:
            return bool(self._ringcentral.webinars())
        if step == REGISTERED:
            people = {person.email.lower() for person in self._slack.world.people.values() if person.email}
            sessions = [session for _, session in self._ringcentral.world.with_session()]
            return any(one.email.lower() in people for session in sessions for one in session.registrants)
        world = self._slack.world
        return any(
            one.state == "posted" and world.channels[one.channel].kind != "dm"
            for one in world.scheduled.values()
            if one.channel in world.channels
        )
