"""What happens in a running webinar: the host takes it through its phases, people come and go, it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.names import guest
from sandbox.ringcentral import attendance, crowd, own_app, recording, stage
from sandbox.ringcentral.history_people import in_order, participant_resource
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Role
from sandbox.ringcentral.presence import Plan, RuntimeStatus
from sandbox.ringcentral.registration import is_open
from sandbox.ringcentral.world import World

HOUR = 3600.0


class Room:
    """The running webinars of one account. An id is the webinar's or its session's; ApiError if it is not possible."""

    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        """`changed` is called after each change."""
        self._world = world
        self._changed = changed

    def start(self, any_id: str, phase: RuntimeStatus = "Live") -> None:
        """The host starts the webinar, live at once or in Practice."""
        stage.start(self._world, any_id, phase)
        self._changed()

    def go_to(self, any_id: str, phase: RuntimeStatus) -> None:
        """The host goes on to the next phase: Practice, GoingLive, Live, Break and Live again, Debrief."""
        stage.go_to(self._world, any_id, phase)
        self._changed()

    def finish(self, any_id: str) -> None:
        """The host ends the webinar for everybody."""
        stage.finish(self._world, any_id)
        self._changed()

    def join(
        self,
        any_id: str,
        *,
        registrant: str = "",
        invitee: str = "",
        name: tuple[str, str] = ("", ""),
        other_device: bool = False,
    ) -> str:
        """A registrant, a member of the team, or somebody with the shared link joins; returns the participant id.

        A registrant or member who left comes back as the same participant; `other_device` makes a second one.
        """
        self.catch_up()
        webinar, session = self._world.find_session(any_id)
        if registrant:
            came = attendance.join_as_registrant(self._world, session, registrant, other_device=other_device)
        elif invitee:
            came = attendance.join_as_invitee(self._world, webinar, session, invitee, other_device=other_device)
        else:
            came = attendance.join_as_guest(self._world, webinar, session, *name)
        self._changed()
        return came.id

    def come_back(self, participant_id: str) -> None:
        """Somebody who left joins again."""
        self.catch_up()
        attendance.come_back(self._world, participant_id)
        self._changed()

    def leave(self, participant_id: str) -> None:
        """A participant leaves."""
        self.catch_up()
        attendance.leave(self._world, participant_id)
        self._changed()

    def eject(self, participant_id: str) -> None:
        """The host removes a participant, who cannot come back."""
        self.catch_up()
        attendance.leave(self._world, participant_id, ejected=True)
        self._changed()

    def change_role(self, participant_id: str, role: Role) -> None:
        """The host gives a participant another role for this session."""
        attendance.change_role(self._world, participant_id, role)
        self._changed()

    def send_crowd(self, any_id: str, count: int, seconds: float = HOUR) -> int:
        """Let people come over this time, and return how many will.

        Registrants who have not come yet come first. If there are too few, others register, as long as registration is
        open. Without registration, people with the shared link come.
        """
        self.catch_up()
        webinar, session = self._world.find_session(any_id)
        people = self._people(webinar, session, count)
        coming = crowd.plan_crowd(self._world, session, people, count, timedelta(seconds=seconds))
        self._changed()
        return coming

    def catch_up(self) -> None:
        """Let those come and go whose time has come."""
        if crowd.catch_up(self._world):
            self._changed()

    def participants(self, any_id: str) -> list[dict[str, Any]]:
        """Everybody who took part, as API resources, in the order in which they first joined."""
        self.catch_up()
        _, session = self._world.find_session(any_id)
        return [participant_resource(self._world, one) for one in in_order(session)]

    def record(self, any_id: str) -> str:
        """The host records the live webinar; returns the id of the recording."""
        recorded = stage.record(self._world, any_id)
        self._changed()
        return recorded.id

    def share_recording(self, any_id: str, *, days: float | None = None) -> None:
        """The host shares the recording with everybody who has the link, for good or for some days."""
        recording.share(self._world, any_id, shared=True, days=days)
        self._changed()

    def unshare_recording(self, any_id: str) -> None:
        """The host stops sharing the recording."""
        recording.share(self._world, any_id, shared=False)
        self._changed()

    def fail_recording(self, any_id: str) -> None:
        """Processing of the recording fails."""
        recording.fail(self._world, any_id)
        self._changed()

    def _people(self, webinar: Webinar, session: Session, count: int) -> list[Plan]:
        if not webinar.fields.settings.registration_enabled:
            taken = len(session.participants) + len(session.plans)
            numbers = range(taken, taken + count)
            return [Plan(name=guest(number)[:2], comes=[]) for number in numbers]
        known = {one.registrant_id for one in session.participants} | {one.registrant_id for one in session.plans}
        waiting = [one.id for one in session.registrants if one.id not in known]
        if (missing := count - len(waiting)) > 0 and is_open(self._world, session):
            waiting += own_app.register(self._world, session.id, missing, real=True)
        return [Plan(registrant_id=one, comes=[]) for one in waiting]
