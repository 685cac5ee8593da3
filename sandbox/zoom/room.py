"""What happens in a meeting without the API: the host starts and ends it, people join and leave."""

from __future__ import annotations

import secrets
from uuid import uuid4

from sandbox.zoom.event_bodies import running
from sandbox.zoom.models import Event, Participant, Recording, Registrant
from sandbox.zoom.recordings import completed
from sandbox.zoom.responses import invalid
from sandbox.zoom.world import World

FIRST_USER = 16_778_240


class Room:
    """The meetings of one account while they run."""

    def __init__(self, world: World) -> None:
        """Start with nobody in any meeting."""
        self._world = world

    def begin(self, event_id: int) -> None:
        """The host starts a meeting, and is its first participant. ValueError if it is running."""
        event = self._world.find(event_id)
        if event.is_started:
            raise ValueError("It has started already.")
        event.is_started, event.is_ended, event.started_at = True, False, self._world.now()
        self._emit(event, "started")
        host = self._world.user_of(event)
        self.join(event_id, name=host.name, email=host.email)
        if event.fields.settings.auto_recording == "cloud":
            self.record(event_id)

    def finish(self, event_id: int) -> None:
        """The host ends it; everybody leaves, and its recording is processed."""
        event = self._world.find(event_id)
        event.started_at = event.started_at or self._world.now()
        for one in event.participants:
            if one.left is None:
                self.leave(event_id, one.user_id)
        event.is_started, event.is_ended, event.ended_at = False, True, self._world.now()
        if event.recording:
            event.recording.ended = event.ended_at
        self._emit(event, "ended")

    def join(self, event_id: int, registrant_id: str = "", *, name: str = "Guest", email: str = "") -> str:
        """An approved registrant joins, or somebody else by name; returns their id in the meeting. Raises 400."""
        event = self._world.find(event_id)
        if registrant_id:
            fields = self._registrant(event, registrant_id).fields
            name, email = f"{fields.first_name} {fields.last_name}".strip(), fields.email
        user_id = str(FIRST_USER + 1024 * len(event.participants))
        account_user_id = next((one.id for one in self._world.users if one.email == email.lower()), "")
        one = Participant(user_id, secrets.token_hex(8), name, email, self._world.now(), registrant_id, account_user_id)
        event.participants.append(one)
        self._emit(event, "participant_joined", one)
        return user_id

    def leave(self, event_id: int, user_id: str) -> None:
        """Somebody leaves. Raises 400 for somebody who is not there."""
        event = self._world.find(event_id)
        one = next((one for one in event.participants if one.user_id == user_id and one.left is None), None)
        if one is None:
            raise invalid("user_id")
        one.left = self._world.now()
        self._emit(event, "participant_left", one)

    def record(self, event_id: int) -> None:
        """The host records a running meeting in the cloud, once. ValueError if it is not running."""
        event = self._world.find(event_id)
        if not event.is_started:
            raise ValueError("It can be recorded while it is running.")
        made = Recording(str(uuid4()), self._world.now(), secrets.token_urlsafe(24))
        event.recording = event.recording or made

    def publish(self, event_id: int) -> None:
        """The recording has been processed, and can be read. ValueError if there is none, or before the end."""
        event = self._world.find(event_id)
        if event.recording is None or event.recording.ended is None:
            raise ValueError("It has no recording that has ended.")
        event.recording.is_ready = True
        self._world.emit("recording.completed", {"object": completed(self._world, event, event.recording)})

    def _registrant(self, event: Event, registrant_id: str) -> Registrant:
        one = event.registrants.get(registrant_id)
        if one is None or one.status != "approved":
            raise invalid("registrant_id")
        return one

    def _emit(self, event: Event, name: str, participant: Participant | None = None) -> None:
        self._world.emit(f"{event.kind}.{name}", {"object": running(event, name, participant)})
