"""A webinar with a team in a story: how people are invited in Slack, and who is on it at RingCentral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import Message, View
from tests.support.registration import a_door
from tests.support.world import World

FORM = "Invite to the team"


@dataclass
class Team:
    """The team of one webinar, at RingCentral and in Slack."""

    world: World
    session_id: str
    seen: int = 0

    @property
    def there(self) -> dict[str, str]:
        """Who is on it at RingCentral beside the host: addresses and roles."""
        listed = self.world.ringcentral.invitees(self.session_id)
        return {one["email"]: one["role"] for one in listed if one["role"] != "Host"}

    @property
    def asked(self) -> list[str]:
        """What was asked about it at RingCentral since somebody looked last: the methods, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if call.path.endswith("/invitees")]
        seen, self.seen = self.seen, len(calls)
        return calls[seen:]

    @property
    def mailed(self) -> list[str]:
        """Whom RingCentral has sent an invitation."""
        return sorted(mail.address for mail in self.world.ringcentral.mails if mail.kind == "invitation")

    def link(self, address: str) -> str:
        """The own link of somebody on it."""
        [one] = [one for one in self.world.ringcentral.invitees(self.session_id) if one["email"] == address]
        return str(one["joinUri"])

    async def says(self, user: str, text: str) -> str:
        """Somebody types a command in #launch; returns the words of the answer."""
        await self.world.command(user, "#launch", text)
        return self.world.last("#launch", user).words

    async def form(self, user: str = "chloe", text: str = "invite launch") -> View:
        """Somebody types a command in #launch that opens the form; returns it."""
        await self.world.command(user, "#launch", text)
        view = self.world.slack.view(user)
        assert view.title == FORM, view.words
        return view

    async def save(self, fields: dict[str, Any], *, user: str = "chloe", text: str = "invite launch") -> View:
        """Somebody fills the form in and sends it; returns the view that tells how it ended, or asks."""
        form = await self.form(user, text)
        outcome = await self.world.slack.submit(user, form, fields)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(user)

    def told(self, user: str) -> list[Message]:
        """The direct messages that somebody has got."""
        return [message for message in self.world.slack.messages(f"@{user}", user) if message.bot]


async def a_team(world: World, *, by: str = "chloe", invited: Sequence[str] = (), **form: Any) -> Team:
    """A webinar that this person has created, with people whom they have invited as panelists already."""
    door = await a_door(world, user=by, **form)
    team = Team(world, door.session_id)
    if invited:
        await team.save({"panelists": list(invited)}, user=by)
        await world.slack.close(by, world.slack.view(by), clear=True)
        assert team.asked[-1] == "PATCH"
    return team
