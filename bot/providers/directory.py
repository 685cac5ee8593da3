"""Knows the company's RingCentral directory, so that whoever creates a webinar can be its host."""

from __future__ import annotations

import logging

from bot.errors import ProviderError
from bot.model.people import Coworker, Person, ServiceUser
from bot.providers.base import UPKEEP, WebinarProvider

log = logging.getLogger(__name__)


class Directory:
    """The coworkers and the service user, read at start and once a day, kept in memory."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Know nobody yet."""
        self._provider = provider
        self._by_email: dict[str, Coworker] = {}
        self._names: dict[str, str] = {}
        self._refused: set[str] = set()
        self.is_read = False
        self.service_user: ServiceUser | None = None

    async def refresh(self) -> None:
        """Read it anew (two calls, outside the tight budget). What cannot be read now stays as it was."""
        try:
            self.service_user = await self._provider.service_user(UPKEEP)
            coworkers = await self._provider.coworkers(UPKEEP)
        except ProviderError as error:
            log.warning("directory.unread", extra={"reason": str(error)})
            return
        self._by_email = {coworker.email.lower(): coworker for coworker in coworkers}
        self._names = {coworker.user_id: coworker.name for coworker in coworkers}
        self._refused.clear()
        self.is_read = True
        log.info("directory.read", extra={"coworkers": len(coworkers)})

    def host_for(self, person: Person) -> Coworker | None:
        """The coworker that this person is, if we may make them the host."""
        coworker = self.coworker(person)
        return coworker if self._may_choose and coworker and coworker.user_id not in self._refused else None

    def cannot_host(self, coworker: Coworker) -> None:
        """RingCentral has refused them as the host: do not offer it again before the next reading."""
        self._refused.add(coworker.user_id)

    def name(self, user_id: str) -> str:
        """What a RingCentral user is called; empty for somebody unknown."""
        if self.service_user and user_id == self.service_user.user_id:
            return self.service_user.name
        return self._names.get(user_id, "")

    def host_line(self, person: Person) -> str:
        """Who will host what this person creates, in words for the form."""
        service = self.service_user.name if self.service_user else "the RingCentral user that Greenroom works as"
        if self.host_for(person):
            return "You will be the host. Your host link comes with the result, for your eyes only."
        if self._may_choose and self.coworker(person):
            return f"{service} will be the host: RingCentral has refused to make you the host."
        if not self._may_choose:
            return f"{service} will be the host: Greenroom's RingCentral user may not choose another one."
        return f"{service} will be the host: your e-mail address is not in the company's RingCentral directory."

    def coworker(self, person: Person) -> Coworker | None:
        """The coworker that this person is: known by their e-mail address."""
        return self.coworker_at(person.email)

    def coworker_at(self, address: str) -> Coworker | None:
        """The coworker with this e-mail address."""
        return self._by_email.get(address.strip().lower()) if address.strip() else None

    @property
    def _may_choose(self) -> bool:
        return bool(self.service_user and self.service_user.may_choose_host)
