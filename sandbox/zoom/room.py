"""What happens in a meeting without the API: the host starts and ends it, people join and leave."""

from __future__ import annotations

import secrets

from sandbox.zoom.event_bodies import running
from sandbox.zoom.models import Event, Participant
from sandbox.zoom.world import World

FIRST_USER = 16_778_240


class Room:
    """The meetings of one account while they run."""

    def __init__(self, world: World) -> None:
        """Start with nobody in any meeting."""
        self._world = world

    def begin(self, event_id: int) -> None:
        """The host starts a meeting."""
        event = self._world.events[event_id]
        event.is_started, event.is_ended, event.started_at = True, False, self._world.now()
        self._emit(event, "started")

    def finish(self, event_id: int) -> None:
        """The host ends it; everybody leaves."""
        event = self._world.events[event_id]
        event.started_at = event.started_at or self._world.now()
        for one in event.participants:
            if one.left is None:
                self.leave(event_id, one.user_id)
        event.is_started, event.is_ended, event.ended_at = False, True, self._world.now()
        self._emit(event, "ended")

    def join(self, event_id: int, registrant_id: str = "", *, name: str = "Guest", email: str = "") -> str:
        """A registrant joins, or somebody else by name; returns their id in the meeting. KeyError if it is unknown."""
        event = self._world.events[event_id]
        if registrant_id:
            fields = event.registrants[registrant_id].fields
            name, email = f"{fields.first_name} {fields.last_name}".strip(), fields.email
        user_id = str(FIRST_USER + 1024 * len(event.participants))
        account_user_id = next((one.id for one in self._world.users if one.email == email.lower()), "")
        one = Participant(user_id, secrets.token_hex(8), name, email, self._world.now(), registrant_id, account_user_id)
        event.participants.append(one)
        self._emit(event, "participant_joined", one)
        return user_id

    def leave(self, event_id: int, user_id: str) -> None:
        """Somebody leaves."""
        event = self._world.events[event_id]
        one = next(one for one in event.participants if one.user_id == user_id)
        one.left = self._world.now()
        self._emit(event, "participant_left", one)

    def _emit(self, event: Event, name: str, participant: Participant | None = None) -> None:
        self._world.emit(f"{event.kind}.{name}", {"object": running(event, name, participant)})
