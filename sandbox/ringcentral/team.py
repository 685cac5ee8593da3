"""Changes to the team of a session: validated one by one, applied together."""

from __future__ import annotations

import secrets

from sandbox.ringcentral.company import Person
from sandbox.ringcentral.models import Session, Webinar
from sandbox.ringcentral.people import Invitee, InviteeChange, LinkedUser, NewInvitee, Role
from sandbox.ringcentral.responses import ApiError, duplicate, invalid, not_found, not_in_this_state
from sandbox.ringcentral.world import World, secret

PANEL_ROLES = ("Panelist", "CoHost")


def host_invitee_id(session: Session) -> str:
    """The host's invitee id, derived from the session id."""
    return str(int(session.id) + 200_000_000)


class TeamDraft:
    """A copy of the team to change. Errors name a field as it is called inside one invitee."""

    def __init__(self, world: World, webinar: Webinar, session: Session) -> None:
        """Start from the current team."""
        self._world, self._webinar, self._session = world, webinar, session
        self._members = [one.model_copy() for one in session.invitees]
        self._to_mail: list[Invitee] = []

    def remove(self, invitee_id: str, parameter: str) -> None:
        """Remove an invitee: 403 for the host and once the session runs, 404 for an unknown id."""
        self._members.remove(self._find_changeable(invitee_id, parameter))

    def change(self, invitee_id: str, sent: InviteeChange, parameter: str) -> Invitee:
        """Change the role, and the names of an outside person; a coworker's names come from the directory."""
        member = self._find_changeable(invitee_id, parameter)
        self._check_role(sent.role, is_coworker=bool(member.user_id))
        self._change_invite(member, wanted=sent.send_invite)
        if not member.user_id:
            self._rename(member, sent)
        if sent.job_title is not None:
            member.job_title = sent.job_title
        member.role, member.type = sent.role, sent.type or member.type
        member.modified = self._world.now()
        return member

    def add(self, sent: NewInvitee) -> Invitee:
        """Add an invitee: 400 for an invalid role, 409 if already on the team."""
        refused_in = ("Finished",) if self._world.rules.add_while_active else ("Active", "Finished")
        if self._session.status in refused_in:
            raise not_in_this_state(self._session.status)
        self._check_role(sent.role, is_coworker=sent.linked_user is not None)
        member = self._coworker(sent.linked_user, sent) if sent.linked_user else self._outsider(sent)
        host = self._world.host_of(self._webinar)
        if member.user_id and any(member.user_id == one for one in (host.id, *(one.user_id for one in self._members))):
            raise duplicate("linkedUser.userId")
        self._check_address(member, "linkedUser.userId" if member.user_id else "email")
        if len(self._members) >= self._world.rules.panel_limit:
            raise ApiError(400, "CMN-101", "Too many co-hosts and panelists", "addedInvitees")
        self._members.append(member)
        if member.send_invite:
            self._to_mail.append(member)
        return member

    def commit(self) -> None:
        """Apply the draft, and record the invitations that would be mailed."""
        self._session.invitees = self._members
        for member in self._to_mail:
            self._world.mail(self._session, "invitation", member.email)

    def _find_changeable(self, invitee_id: str, parameter: str) -> Invitee:
        if invitee_id == host_invitee_id(self._session):
            raise ApiError(403, "CMN-101", "The host cannot be changed or removed", parameter)
        found = next((one for one in self._members if one.id == invitee_id), None)
        if found is None:
            raise not_found(parameter)
        if self._session.status != "Scheduled":
            raise not_in_this_state(self._session.status)
        return found

    def _check_role(self, role: Role, *, is_coworker: bool) -> None:
        """One host; attendees register; a co-host must be a coworker (support pages)."""
        allowed = is_coworker or self._world.rules.outside_cohosts or role != "CoHost"
        if role not in PANEL_ROLES or not allowed:
            raise invalid("role")

    def _check_address(self, member: Invitee, parameter: str) -> None:
        """The same address, ignoring case, is the same person."""
        host = self._world.host_of(self._webinar)
        taken = {host.email.lower(), *(one.email.lower() for one in self._members if one is not member)}
        if member.email and member.email.lower() in taken:
            raise duplicate(parameter)

    def _change_invite(self, member: Invitee, *, wanted: bool | None) -> None:
        """True cannot become false; false that becomes true sends the invitation.

        If omitted it stays unchanged; with the schema's rules its default is true.
        """
        if wanted is None:
            wanted = member.send_invite or not self._world.rules.partial_updates
        if member.send_invite and not wanted:
            raise invalid("sendInvite")
        if wanted and not member.send_invite:
            self._to_mail.append(member)
        member.send_invite = wanted

    def _rename(self, member: Invitee, sent: InviteeChange) -> None:
        member.first_name = sent.first_name or member.first_name
        member.last_name = sent.last_name or member.last_name
        member.email = sent.email or member.email
        self._check_address(member, "email")

    def _coworker(self, linked: LinkedUser, sent: NewInvitee) -> Invitee:
        if sent.first_name or sent.last_name or sent.email:
            raise invalid("linkedUser")
        if linked.account_id != self._world.company.id:
            raise invalid("linkedUser.accountId")
        person = self._world.company.person(linked.user_id) if linked.domain == "pbx" else None
        if person is None or person.kind != "User":
            name = "linkedUser.userId"
            raise ApiError(400, "CMN-102", f"Resource for parameter [{name}] is not found", name)
        return self._member(sent, person.first_name, person.last_name, person.email, person)

    def _outsider(self, sent: NewInvitee) -> Invitee:
        first, last, email = sent.first_name, sent.last_name, sent.email
        if not (first and last and email):
            given = {"firstName": first, "lastName": last, "email": email}
            raise invalid(*(name for name, value in given.items() if not value))
        return self._member(sent, first, last, email, None)

    def _member(self, sent: NewInvitee, first: str, last: str, email: str, person: Person | None) -> Invitee:
        now = self._world.now()
        return Invitee(
            id=self._world.new_id("invitee"),
            created=now,
            modified=now,
            first_name=first,
            last_name=last,
            email=email,
            job_title=sent.job_title or (person.job_title if person else ""),
            user_id=person.id if person else "",
            role=sent.role,
            type=sent.type,
            send_invite=sent.send_invite,
            token=secret(),
            phone_code=str(secrets.randbelow(900_000_000) + 100_000_000),
        )
