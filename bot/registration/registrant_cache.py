"""Cache the registrant list of a user for some minutes, so that paging and searching make no vendor call."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import monotonic
from bot.errors import BadInput
from bot.model.ability import Ability
from bot.model.registrant import Registrant, RegistrantStatus
from bot.model.webinar import Status, Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.providers.names import named
from bot.sync.mirror import DELETED, Mirror
from bot.sync.sweep import PAGE

LIFETIME = 300.0
"""Seconds after which a list is dropped and read again."""
MAX_LISTS = 20
"""Lists cached at once."""
MAX_PEOPLE = 20_000
"""People in all cached lists; the newest list is kept whatever its length."""


@dataclass(frozen=True)
class RegistrantList:
    """The registrants of a webinar, those who wait for approval or were denied, and the age of the lists."""

    registrants: Sequence[Registrant]
    age: timedelta = timedelta()
    pending: Sequence[Registrant] = ()
    denied: Sequence[Registrant] = ()


class RegistrantCache:
    """The lists of one account, in memory only, each for one user."""

    def __init__(self, provider: WebinarProvider, mirror: Mirror, monotonic: Callable[[], float] = monotonic) -> None:
        """Start without lists."""
        self._provider = provider
        self._mirror = mirror
        self._monotonic = monotonic
        self.most_people = MAX_PEOPLE
        self._lists: dict[tuple[str, str], tuple[float, list[Registrant]]] = {}
        self._undecided: dict[tuple[str, str], tuple[list[Registrant], list[Registrant]]] = {}
        """Those who wait and those who were denied, of the same lists."""

    async def get(self, webinar: Webinar, user_id: str, caller: Caller, *, force: bool = False) -> RegistrantList:
        """This user's cached list; without one, or with `force`, the list read now: one call per page of people.

        Two more calls if the webinar's registrations have to be approved.
        """
        if webinar.status is Status.CANCELED:
            raise BadInput(named(DELETED, webinar.id))
        self.drop_expired()
        key = (webinar.session_id, user_id)
        if force or key not in self._lists:
            registrants = await self._provider.registrants(webinar.session_id, caller)
            undecided = await self._read_undecided(webinar, caller)
            self._lists.pop(key, None)
            self._lists[key], self._undecided[key] = (self._monotonic(), registrants), undecided
            self._drop_oldest()
        read_at, registrants = self._lists[key]
        pending, denied = self._undecided[key]
        return RegistrantList(registrants, timedelta(seconds=self._monotonic() - read_at), pending, denied)

    async def _read_undecided(self, webinar: Webinar, caller: Caller) -> tuple[list[Registrant], list[Registrant]]:
        if Ability.APPROVE not in webinar.abilities:
            return [], []
        pending = await self._provider.registrants(webinar.session_id, caller, RegistrantStatus.PENDING)
        return pending, await self._provider.registrants(webinar.session_id, caller, RegistrantStatus.DENIED)

    async def refresh(self, webinar: Webinar, user_id: str, caller: Caller) -> RegistrantList:
        """Read the list again. Raises `RefreshedOften` if this user has refreshed too often."""
        calls = await self._mirror.refreshes.take(user_id)
        result = await self.get(webinar, user_id, caller, force=True)
        await calls.add(max(1, math.ceil(len(result.registrants) / PAGE)) - 1)
        return result

    def drop_expired(self) -> None:
        """Drop the lists older than `LIFETIME`, so that names and addresses do not stay in memory."""
        now = self._monotonic()
        self._lists = {key: entry for key, entry in self._lists.items() if now - entry[0] < LIFETIME}
        self._undecided = {key: entry for key, entry in self._undecided.items() if key in self._lists}

    def _drop_oldest(self) -> None:
        people = sum(len(registrants) for _, registrants in self._lists.values())
        for oldest in list(self._lists)[:-1]:
            if len(self._lists) <= MAX_LISTS and people <= self.most_people:
                return
            people -= len(self._lists.pop(oldest)[1])
            self._undecided.pop(oldest, None)

    async def remove(self, webinar: Webinar, registrant_id: str, caller: Caller) -> None:
        """Remove a registrant at the provider: one call."""
        await self._provider.remove_registrant(webinar.session_id, registrant_id, caller)
        for (session_id, _), (_, registrants) in self._lists.items():
            if session_id == webinar.session_id:
                registrants[:] = [entry for entry in registrants if entry.registrant_id != registrant_id]
        self._mirror.count_soon(webinar.session_id)
