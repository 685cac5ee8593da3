"""The company's RingCentral directory in memory, which decides whether a user can be the host of their webinar."""

from __future__ import annotations

import logging

from bot.errors import ProviderError
from bot.model.people import Coworker, Person, ServiceUser
from bot.providers.base import UPKEEP, WebinarProvider

log = logging.getLogger(__name__)


class Directory:
    """The coworkers and the service user, read on start and once a day."""

    def __init__(self, provider: WebinarProvider) -> None:
        """Start empty; `refresh` fills it."""
        self._provider = provider
        self._by_email: dict[str, Coworker] = {}
        self._names: dict[str, str] = {}
        self._refused: set[str] = set()
        self.is_loaded = False
        self.service_user: ServiceUser | None = None

    async def refresh(self) -> None:
        """Read the directory (two calls, outside the Heavy budget). On an error, keep the current content."""
        try:
            self.service_user = await self._provider.service_user(UPKEEP)
            coworkers = await self._provider.coworkers(UPKEEP)
        except ProviderError as error:
            log.warning("directory.refresh_failed", extra={"reason": str(error)})
            return
        self._by_email = {coworker.email.lower(): coworker for coworker in coworkers}
        self._names = {coworker.user_id: coworker.name for coworker in coworkers}
        self._refused.clear()
        self.is_loaded = True
        log.info("directory.refreshed", extra={"coworkers": len(coworkers)})

    def host_for(self, person: Person) -> Coworker | None:
        """The coworker record of `person`, if the service user can make them the host."""
        coworker = self.coworker(person)
        return coworker if self._may_choose and coworker and coworker.user_id not in self._refused else None

    def mark_refused(self, coworker: Coworker) -> None:
        """Record that RingCentral refused this host. `host_for` omits them until the next refresh."""
        self._refused.add(coworker.user_id)

    def user_name(self, user_id: str) -> str:
        """The name of a RingCentral user; empty if unknown."""
        if self.service_user and user_id == self.service_user.user_id:
            return self.service_user.name
        return self._names.get(user_id, "")

    def host_line(self, person: Person) -> str:
        """The line of the creation form that names the host of a webinar that `person` creates."""
        service = self.service_user.name if self.service_user else "the RingCentral user that Greenroom works as"
        if self.host_for(person):
            return "You will be the host. Your host link comes with the result, for your eyes only."
        if self._may_choose and self.coworker(person):
            return f"{service} will be the host: RingCentral has refused to make you the host."
        if not self._may_choose:
            return f"{service} will be the host: Greenroom's RingCentral user may not choose another one."
        return f"{service} will be the host: your e-mail address is not in the company's RingCentral directory."

    def coworker(self, person: Person) -> Coworker | None:
        """The coworker with the email address of `person`."""
        return self.coworker_at(person.email)

    def coworker_at(self, address: str) -> Coworker | None:
        """The coworker with this email address, in any case."""
        return self._by_email.get(address.strip().lower()) if address.strip() else None

    @property
    def _may_choose(self) -> bool:
        return bool(self.service_user and self.service_user.may_choose_host)
