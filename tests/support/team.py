"""A webinar with a team in a story: how people are invited in Slack, and who is on it at RingCentral."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.slack import Message, View
from tests.support.registration import registration_harness
from tests.support.world import World

FORM_TITLE = "Invite to the team"


@dataclass
class TeamHarness:
    """The team of one webinar, at RingCentral and in Slack."""

    world: World
    session_id: str
    calls_seen: int = 0

    @property
    def roles(self) -> dict[str, str]:
        """Who is on it at RingCentral beside the host: addresses and roles."""
        listed = self.world.ringcentral.invitees(self.session_id)
        return {one["email"]: one["role"] for one in listed if one["role"] != "Host"}

    def take_calls(self) -> list[str]:
        """Return the methods of the vendor calls about it since this was last called, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if call.path.endswith("/invitees")]
        seen, self.calls_seen = self.calls_seen, len(calls)
        return calls[seen:]

    @property
    def mailed(self) -> list[str]:
        """Whom RingCentral has sent an invitation."""
        return sorted(mail.address for mail in self.world.ringcentral.mails if mail.kind == "invitation")

    def link_of(self, address: str) -> str:
        """The own link of somebody on it."""
        [one] = [one for one in self.world.ringcentral.invitees(self.session_id) if one["email"] == address]
        return str(one["joinUri"])

    async def reply_to(self, user: str, text: str) -> str:
        """Somebody types a command in #launch; returns the words of the answer."""
        await self.world.command(user, "#launch", text)
        return self.world.last("#launch", user).words

    async def open_form(self, user: str = "chloe", text: str = "invite launch") -> View:
        """Somebody types a command in #launch that opens the form; returns it."""
        await self.world.command(user, "#launch", text)
        view = self.world.slack.view(user)
        assert view.title == FORM_TITLE, view.words
        return view

    async def save(self, fields: dict[str, Any], *, user: str = "chloe", text: str = "invite launch") -> View:
        """Somebody fills the form in and sends it; returns the view that tells how it ended, or asks."""
        form = await self.open_form(user, text)
        outcome = await self.world.slack.submit(user, form, fields)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(user)

    def direct_messages(self, user: str) -> list[Message]:
        """The direct messages that somebody has got."""
        return [message for message in self.world.slack.messages(f"@{user}", user) if message.bot]


async def team_harness(world: World, *, by: str = "chloe", invited: Sequence[str] = (), **form: Any) -> TeamHarness:
    """A webinar that this person has created, with people whom they have invited as panelists already."""
    launch = await registration_harness(world, user=by, **form)
    team = TeamHarness(world, launch.session_id)
    if invited:
        await team.save({"panelists": list(invited)}, user=by)
        await world.slack.close(by, world.slack.view(by), clear=True)
        assert team.take_calls()[-1] == "PATCH"
    return team
