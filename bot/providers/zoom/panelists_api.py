"""Zoom's requests about the team: panelists of webinars, and alternative hosts, who are a setting of the event."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from bot.errors import OutcomeUnknown, ProviderError, ProviderGone, ProviderRefused
from bot.model.email_address import split_addresses
from bot.model.team import Invitee, NewInvitee, Role, TeamChange, TeamChangeResult
from bot.providers.event_ref import EventRef
from bot.providers.zoom.changes_api import ChangesApi
from bot.providers.zoom.event_facts import host_link
from bot.providers.zoom.event_reads import PANELISTS
from bot.providers.zoom.limits import Label
from bot.providers.zoom.no_answer import UNKNOWN
from bot.providers.zoom.payloads import hosts_text
from bot.providers.zoom.records import EventKind, EventRecord
from bot.providers.zoom.refusals import NOT_LICENSED

if TYPE_CHECKING:
    from bot.providers.caller import Caller
    from bot.providers.zoom.records import PanelistRecord

PANELIST = "/webinars/{event_id}/panelists/{panelist_id}"
MOST_AT_ONCE = 30
"""Panelists of one call."""
ALTERNATIVE = "alternative-"
"""The beginning of our ids of alternative hosts, who have none at Zoom."""
NO_PANELISTS = "A Zoom meeting has no panelists: everyone who joins can speak. Nothing was changed."
NO_NEW_ROLE = (
    "Zoom can't change a role, so nothing was changed. Remove this person from the team, then invite them again."
)


class PanelistsApi(ChangesApi):
    """The part of the client about the team. It stores nobody."""

    async def invitees(self, webinar_id: str, session_id: str, caller: Caller) -> list[Invitee]:
        """See the port. One Light call, and for a webinar one Medium call."""
        event = await self._event(EventRef.parse(session_id or webinar_id).event_id, caller)
        return await self._team(event, caller)

    async def change_team(
        self, webinar_id: str, session_id: str, change: TeamChange, caller: Caller
    ) -> TeamChangeResult:
        """See the port. One call for 30 new panelists, one for each who leaves, and one for all alternative hosts.

        Then a call to read the links. Raises `OutcomeUnknown` also if a later call fails after an earlier one
        has changed something: look at the team.
        """
        event = await self._event(EventRef.parse(session_id or webinar_id).event_id, caller)
        _check(change, event)
        self._sent.pop(event.id, None)
        done = 0
        try:
            for call in self._calls(change, event, caller):
                await call
                done += 1
            changed = self._sent.pop(event.id, None)  # of the alternative hosts, if they have changed
            team = await self._team(changed.event if changed else event, caller)
        except ProviderError as error:
            if not done:
                raise
            raise OutcomeUnknown(UNKNOWN, code=error.code, status=error.status) from None
        wanted = {one.address for one in change.added}
        added = tuple(one for one in team if one.role is not Role.HOST and one.email in wanted)
        return TeamChangeResult(added=added, deleted=change.deleted)

    def _calls(self, change: TeamChange, event: EventRecord, caller: Caller) -> Sequence[Any]:
        """The calls of a change, not yet made."""
        new = [one for one in change.added if one.role is Role.PANELIST]
        parts = [new[start : start + MOST_AT_ONCE] for start in range(0, len(new), MOST_AT_ONCE)]
        hosts = _alternative_hosts(event)
        after = [address for address in hosts if _alternative_id(address) not in change.deleted]
        after += [one.address for one in change.added if one.role is Role.COHOST and one.address not in after]
        left = [one for one in change.deleted if not one.startswith(ALTERNATIVE)]
        return [
            *(self._invite(event.id, part, caller) for part in parts),
            *(self._uninvite(event.id, panelist_id, caller) for panelist_id in left),
            *([self._set_hosts(event.id, after, caller)] if after != hosts else []),
        ]

    async def _invite(self, event_id: str, people: Sequence[NewInvitee], caller: Caller) -> None:
        panelists = [{"name": _name(one), "email": one.address} for one in people]
        parts: dict[str, Any] = {"ids": {"event_id": event_id}, "json": {"panelists": panelists}, "changes": True}
        await self._request("POST", PANELISTS, label=Label.MEDIUM, caller=caller, **parts)

    async def _uninvite(self, event_id: str, panelist_id: str, caller: Caller) -> None:
        ids = {"event_id": event_id, "panelist_id": panelist_id}
        parts: dict[str, Any] = {"ids": ids, "changes": True, "deletes": self._host_of.get(event_id, "")}
        try:
            await self._request("DELETE", PANELIST, label=Label.LIGHT, caller=caller, **parts)
        except ProviderGone:
            return

    async def _set_hosts(self, event_id: str, addresses: Sequence[str], caller: Caller) -> None:
        await self._change(event_id, {"settings": {"alternative_hosts": hosts_text(addresses)}}, {}, caller)

    async def _team(self, event: EventRecord, caller: Caller) -> list[Invitee]:
        """The host, the alternative hosts, and the panelists with their links."""
        host = Invitee(
            invitee_id=f"host-{event.host_id}",
            role=Role.HOST,
            name=next((one.name for one in self._licensed if one.id == event.host_id), ""),
            email=event.host_email.lower(),
            coworker_id=event.host_id,
            link=host_link(event),
        )
        alternative = [self._alternative(address, event) for address in _alternative_hosts(event)]
        return [host, *alternative, *(_panelist(one) for one in await self._panelists(event, caller))]

    def _alternative(self, address: str, event: EventRecord) -> Invitee:
        user = next((one for one in self._licensed if one.email.lower() == address), None)
        return Invitee(
            invitee_id=_alternative_id(address),
            role=Role.COHOST,
            name=user.name if user else "",
            email=address,
            coworker_id=user.id if user else "",
            link=host_link(event),
        )


def _check(change: TeamChange, event: EventRecord) -> None:
    """Raise `ProviderRefused` for what Zoom does not have, before the first call."""
    if change.updated:
        raise ProviderRefused(NO_NEW_ROLE)
    if event.kind is EventKind.MEETING and any(one.role is Role.PANELIST for one in change.added):
        raise ProviderRefused(NO_PANELISTS)
    if any(one.role is Role.COHOST and one.coworker is None for one in change.added):
        raise ProviderRefused(NOT_LICENSED)


def _alternative_hosts(event: EventRecord) -> list[str]:
    return split_addresses(event.settings.alternative_hosts)


def _alternative_id(address: str) -> str:
    """An id without the address in it."""
    return ALTERNATIVE + sha256(address.encode()).hexdigest()[:16]


def _name(one: NewInvitee) -> str:
    return one.coworker.name if one.coworker else f"{one.first_name} {one.last_name}".strip()


def _panelist(one: PanelistRecord) -> Invitee:
    return Invitee(invitee_id=one.id, role=Role.PANELIST, name=one.name, email=one.email.lower(), link=one.join_url)
