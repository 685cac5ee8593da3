"""Remembers for some minutes who has registered, for whoever asked: to turn pages and to search takes no call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import monotonic
from bot.model.registrant import Registrant
from bot.model.webinar import Webinar
from bot.providers.base import Caller, WebinarProvider
from bot.sync.mirror import Mirror

LIFETIME = 300.0
"""Seconds after which a list is read again, or forgotten."""
MAX_LISTS = 20
"""Lists that are remembered at once."""
MAX_PEOPLE = 20_000
"""People on all of them together; the newest list is kept however long it is."""


@dataclass(frozen=True)
class RegistrantList:
    """Who has registered, and how long ago that was read."""

    everybody: Sequence[Registrant]
    age: timedelta = timedelta()


class RegistrantCache:
    """The lists of one account, in memory alone, each for one person."""

    def __init__(self, provider: WebinarProvider, mirror: Mirror, monotonic: Callable[[], float] = monotonic) -> None:
        """Nobody has asked yet."""
        self._provider = provider
        self._mirror = mirror
        self._monotonic = monotonic
        self.most_people = MAX_PEOPLE
        self._known: dict[tuple[str, str], tuple[float, list[Registrant]]] = {}

    async def get(self, webinar: Webinar, user_id: str, caller: Caller, *, anew: bool = False) -> RegistrantList:
        """The list as this person was shown it lately, or read now: one call per 1,000 people."""
        self.forget_expired()
        now = self._monotonic()
        key = (webinar.session_id, user_id)
        if anew or key not in self._known:
            everybody = await self._provider.registrants(webinar.session_id, caller)
            now = self._monotonic()
            self._known.pop(key, None)
            self._known[key] = (now, everybody)
            self._forget_most()
        read_at, everybody = self._known[key]
        return RegistrantList(everybody, timedelta(seconds=now - read_at))

    def forget_expired(self) -> None:
        """Nobody is remembered for longer than that, whether or not anybody asks again."""
        now = self._monotonic()
        self._known = {key: one for key, one in self._known.items() if now - one[0] < LIFETIME}

    def _forget_most(self) -> None:
        people = sum(len(everybody) for _, everybody in self._known.values())
        for oldest in list(self._known)[:-1]:
            if len(self._known) <= MAX_LISTS and people <= self.most_people:
                return
            people -= len(self._known.pop(oldest)[1])

    async def remove(self, webinar: Webinar, registrant_id: str, caller: Caller) -> None:
        """Take somebody off the list at RingCentral: one call."""
        await self._provider.remove_registrant(webinar.session_id, registrant_id, caller)
        for (session_id, _), (_, everybody) in self._known.items():
            if session_id == webinar.session_id:
                everybody[:] = [one for one in everybody if one.registrant_id != registrant_id]
        self._mirror.count_soon(webinar.session_id)
