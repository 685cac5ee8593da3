"""One person with several Slack clients: each has its own stack of modals, as on a laptop and a phone."""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.slack import Outcome, View
from tests.support.world import World


class Devices:
    """The clients of one person, of which the stand-in knows one."""

    def __init__(self, world: World, user: str) -> None:
        """Start with the client that is in use."""
        self._slack = world.slack
        self._stacks = world.slack.world.stacks
        self._person = world.slack.person(user)
        self._others: list[list[str]] = []

    def add(self) -> None:
        """Use another client from now on; what this one shows stays open."""
        self._others.append(self._stacks.get(self._person.id, []))
        self._stacks[self._person.id] = []

    async def submit(self, view: View, values: Mapping[str, object]) -> Outcome:
        """Submit a form on any of the clients."""
        return await self._slack._actions.submit(self._person, view, dict(values))

    @property
    def shown(self) -> list[str]:
        """The title of what each client shows on top."""
        stacks = [*self._others, self._stacks.get(self._person.id, [])]
        return [self._slack.world.views[stack[-1]].title for stack in stacks if stack]
