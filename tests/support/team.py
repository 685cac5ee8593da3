"""A webinar with a team: invitations in Slack, and the team at RingCentral."""

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
        """The role of each team member at RingCentral except the host, by address."""
        listed = self.world.ringcentral.invitees(self.session_id)
        return {one["email"]: one["role"] for one in listed if one["role"] != "Host"}

    def take_calls(self) -> list[str]:
        """Return the methods of the vendor calls about it since this was last called, in order."""
        calls = [call.method for call in self.world.ringcentral.calls if call.path.endswith("/invitees")]
        seen, self.calls_seen = self.calls_seen, len(calls)
        return calls[seen:]

    @property
    def mailed(self) -> list[str]:
        """The addresses that RingCentral sent an invitation to."""
        return sorted(mail.address for mail in self.world.ringcentral.mails if mail.kind == "invitation")

    def link_of(self, address: str) -> str:
        """The personal join link of a team member."""
        [one] = [one for one in self.world.ringcentral.invitees(self.session_id) if one["email"] == address]
        return str(one["joinUri"])

    async def reply_to(self, user: str, text: str) -> str:
        """Type a command in #launch; return the text of the reply."""
        await self.world.command(user, "#launch", text)
        return self.world.last("#launch", user).words

    async def open_form(self, user: str = "chloe", text: str = "invite launch") -> View:
        """Type a command in #launch that opens the form; return it."""
        await self.world.command(user, "#launch", text)
        view = self.world.slack.view(user)
        assert view.title == FORM_TITLE, view.words
        return view

    async def save(self, fields: dict[str, Any], *, user: str = "chloe", text: str = "invite launch") -> View:
        """Fill in the form and send it; return the view with the result, or with a question."""
        form = await self.open_form(user, text)
        outcome = await self.world.slack.submit(user, form, fields)
        assert outcome.errors == {}
        await self.world.settled()
        return self.world.slack.view(user)

    def direct_messages(self, user: str) -> list[Message]:
        """The bot's direct messages to a user."""
        return [message for message in self.world.slack.messages(f"@{user}", user) if message.bot]


async def team_harness(world: World, *, by: str = "chloe", invited: Sequence[str] = (), **form: Any) -> TeamHarness:
    """Create a webinar as this user, with these people invited as panelists."""
    launch = await registration_harness(world, user=by, **form)
    team = TeamHarness(world, launch.session_id)
    if invited:
        await team.save({"panelists": list(invited)}, user=by)
        await world.slack.close(by, world.slack.view(by), clear=True)
        assert team.take_calls()[-1] == "PATCH"
    return team
