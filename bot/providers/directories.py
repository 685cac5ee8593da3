"""The directories of all providers of a workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.providers.event_ref import EventRef

if TYPE_CHECKING:
    from bot.model.people import Coworker, Person, ServiceUser
    from bot.providers.base import Caller
    from bot.providers.directory import Directory


class Directories:
    """A directory for each provider. A person can be in several, under different ids.

    Coworkers who are invited to a team are looked up in the first one.
    """

    def __init__(self, directories: Mapping[str, Directory]) -> None:
        """`directories` are by the prefix of their provider's ids, at least one."""
        self._directories = dict(directories)
        self._primary = next(iter(self._directories.values()))

    def of(self, event_id: str) -> Directory:
        """The directory of the provider of this webinar or session; of the first one if it is not connected."""
        return self.at(EventRef.parse(event_id).prefix)

    def at(self, prefix: str) -> Directory:
        """The directory of the provider with this prefix; of the first one if it is not connected."""
        return self._directories.get(prefix, self._primary)

    @property
    def prefixes(self) -> tuple[str, ...]:
        """The prefixes of all providers, the first one first."""
        return tuple(self._directories)

    async def refresh(self, *, max_age: float = 0.0) -> None:
        """Read all of them, unless they were read in the last `max_age` seconds. Raises no `ProviderError`."""
        await asyncio.gather(*(one.refresh(max_age=max_age) for one in self._directories.values()))

    async def forget_refusals(self) -> None:
        """Forget the hosts who were refused long ago: they are tried again."""
        for one in self._directories.values():
            await one.forget_refusals()

    def user_name(self, user_id: str) -> str:
        """The name of a provider's user; empty if unknown."""
        return next(filter(None, (one.user_name(user_id) for one in self._directories.values())), "")

    def user_ids(self, person: Person) -> frozenset[str]:
        """The ids of this person in all directories, which identify hosts and co-hosts."""
        found = (one.coworker(person) for one in self._directories.values())
        return frozenset(coworker.user_id for coworker in found if coworker)

    async def look_up(self, address: str, caller: Caller) -> Coworker | None:
        """See `Directory.look_up`."""
        return await self._primary.look_up(address, caller)

    def coworker_at(self, address: str) -> Coworker | None:
        """See `Directory.coworker_at`."""
        return self._primary.coworker_at(address)

    @property
    def is_loaded(self) -> bool:
        """Whether the first one has been read."""
        return self._primary.is_loaded

    @property
    def service_user(self) -> ServiceUser | None:
        """The user that Greenroom works as at the first one."""
        return self._primary.service_user
