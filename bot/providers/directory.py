"""The company's RingCentral directory in memory, which decides whether a user can be the host of their webinar."""

from __future__ import annotations

import asyncio
import logging
import math
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol

from bot.clock import monotonic
from bot.errors import ProviderError, ProviderForbidden, ProviderRefused
from bot.model.people import Coworker, Person, ServiceUser
from bot.providers.base import UPKEEP, Caller, WebinarProvider
from bot.providers.ringcentral.errors import APP_CODES, LICENSE_CODES, USER_CODES

log = logging.getLogger(__name__)

LOOK_UP_AGAIN = 600.0
"""Seconds after which an address that was not found is looked up again."""
HOST_PARTS = frozenset({"host", "linkedUser", "userId", "accountId", "domain"})
"""The parts of a refused parameter's path that mean the host."""


class HostProblem(StrEnum):
    """Why somebody cannot be the host."""

    LICENSE = "license"
    RIGHTS = "rights"
    """The service user may not choose them."""
    REFUSED = "refused"


NO_SERVICE_LICENSE = (
    "{} has no Webinar license in RingCentral, so it can't be the host. A RingCentral administrator can give it one in "
    "the Admin Portal."
)
HOST_PROBLEMS: Mapping[HostProblem, str] = {
    HostProblem.LICENSE: (
        "You have no Webinar license in RingCentral, so you can't be the host. A RingCentral administrator can give "
        "you one in the Admin Portal."
    ),
    HostProblem.RIGHTS: (
        "Greenroom's RingCentral user can't make you the host. A RingCentral administrator can give it the Webinar "
        "Settings permission in the Admin Portal."
    ),
    HostProblem.REFUSED: "RingCentral does not accept you as the host.",
}
HOST_REASONS: Mapping[HostProblem, str] = {
    HostProblem.LICENSE: ", because you have no Webinar license",
    HostProblem.RIGHTS: ", because Greenroom's RingCentral user lacks the Webinar Settings permission",
    HostProblem.REFUSED: "",
}
YOU_ARE_HOST = "You will be the host. Your host link comes with the result, visible only to you."
SEND_AGAIN = "Nothing was created: submit the form again, and {} will be the host."


HOST_NOT_ENTITLED = (
    "{} has no active Webinar license in RingCentral, so this webinar cannot be started yet. A RingCentral "
    "administrator can add one in the Admin Portal."
)


class Refusals(Protocol):
    """Remembers refused hosts across restarts."""

    async def recent(self) -> Mapping[str, str]:
        """The problem of each host who was refused lately, by their id; empty for the service user."""
        ...

    async def add(self, host_user_id: str, problem: str) -> None:
        """Remember that this host was refused."""
        ...


class Directory:
    """The coworkers and the service user, read on start and once a day. People who are new since are looked up."""

    def __init__(
        self,
        provider: WebinarProvider,
        monotonic: Callable[[], float] = monotonic,
        *,
        refusals: Refusals | None = None,
    ) -> None:
        """Start empty; `refresh` fills it. Without `refusals`, refused hosts are forgotten at each refresh."""
        self._provider = provider
        self._refusals = refusals
        self._monotonic = monotonic
        self._reading = asyncio.Lock()
        self._read_at = -math.inf
        self._missing: dict[str, float] = {}
        """When each address was last looked up in vain (monotonic seconds)."""
        self._by_email: dict[str, Coworker] = {}
        self._names: dict[str, str] = {}
        self._refused: dict[str, HostProblem] = {}
        self.is_loaded = False
        self.service_user: ServiceUser | None = None

    async def refresh(self, *, max_age: float = 0.0) -> None:
        """Read the directory (two calls, outside the Heavy budget), unless it was read in the last `max_age` seconds.

        On an error, keep the current content. Concurrent callers with a `max_age` share one reading.
        """
        async with self._reading:
            if self.is_loaded and self._monotonic() - self._read_at < max_age:
                return
            try:
                self.service_user = await self._provider.service_user(UPKEEP)
                coworkers = await self._provider.coworkers(UPKEEP)
            except ProviderError as error:
                log.warning("directory.refresh_failed", extra={"reason": str(error)})
                return
            self._by_email = {coworker.email.lower(): coworker for coworker in coworkers}
            self._names = {coworker.user_id: coworker.name for coworker in coworkers}
            self._refused = await self._recently_refused()
            self._missing.clear()
            self.is_loaded, self._read_at = True, self._monotonic()
            log.info("directory.refreshed", extra={"coworkers": len(coworkers)})

    async def look_up(self, address: str, caller: Caller) -> Coworker | None:
        """The coworker with this address; one who is new since the directory was read is looked up with one call.

        An address that was not found is not looked up again for some minutes. If RingCentral cannot be asked, `None`.
        """
        address = address.strip().lower()
        known, asked_at = self.coworker_at(address), self._missing.get(address, -math.inf)
        if known or not address or not self.is_loaded or self._monotonic() - asked_at < LOOK_UP_AGAIN:
            return known
        self._missing[address] = self._monotonic()
        try:
            found = await self._provider.find_coworker(address, caller)
        except ProviderError as error:
            log.warning("directory.look_up_failed", extra={"reason": str(error)})
            self._missing.pop(address, None)
            return None
        if found:
            self._by_email[address] = found
            self._names[found.user_id] = found.name
        return found

    def host_for(self, person: Person) -> Coworker | None:
        """The coworker record of `person`, if the service user can make them the host."""
        coworker = self.coworker(person)
        return coworker if self._may_choose and coworker and coworker.user_id not in self._refused else None

    async def note_refusal(self, error: ProviderError, host: Coworker | None) -> str:
        """Remember what the refusal of a new webinar says about its host; return it in plain words.

        `host` is `None` if the service user was to be the host. Empty if the refusal is about something else.
        `host_for` omits refused hosts, for a day at least.
        """
        problem = host_problem(error, is_chosen=host is not None)
        if problem is None:
            return ""
        await self._remember(host, problem)
        if host is None:
            return NO_SERVICE_LICENSE.format(self._service_name)
        return f"{HOST_PROBLEMS[problem]}\n{SEND_AGAIN.format(self._service_name)}"

    async def note_not_entitled(self, host: Coworker | None) -> str:
        """Remember that the host of a new webinar has no license; return it in plain words."""
        await self._remember(host, HostProblem.LICENSE)
        return HOST_NOT_ENTITLED.format(host.name if host else self._service_name)

    async def _remember(self, host: Coworker | None, problem: HostProblem) -> None:
        host_user_id = host.user_id if host else ""
        self._refused[host_user_id] = problem
        if self._refusals:
            await self._refusals.add(host_user_id, problem)

    async def forget_refusals(self) -> None:
        """Forget the hosts who were refused long ago: they are tried again."""
        self._refused = await self._recently_refused()

    async def _recently_refused(self) -> dict[str, HostProblem]:
        recent = await self._refusals.recent() if self._refusals else {}
        return {host_user_id: HostProblem(problem) for host_user_id, problem in recent.items()}

    def user_name(self, user_id: str) -> str:
        """The name of a RingCentral user; empty if unknown."""
        if self.service_user and user_id == self.service_user.user_id:
            return self.service_user.name
        return self._names.get(user_id, "")

    def host_line(self, person: Person) -> str:
        """The line of the creation form that names the host of a webinar that `person` creates."""
        if self.host_for(person):
            return YOU_ARE_HOST
        service, coworker = self._service_name, self.coworker(person)
        if "" in self._refused:
            return NO_SERVICE_LICENSE.format(service)
        if self._may_choose and coworker:
            reason = HOST_REASONS[self._refused[coworker.user_id]]
            return f"{service} will be the host: RingCentral has refused to make you the host{reason}."
        if not self._may_choose:
            return f"{service} will be the host: Greenroom's RingCentral user may not choose another one."
        if not person.email:
            return f"{service} will be the host: Slack does not show Greenroom your email address."
        return f"{service} will be the host: your email address is not in the company's RingCentral directory."

    def coworker(self, person: Person) -> Coworker | None:
        """The coworker with the email address of `person`."""
        return self.coworker_at(person.email)

    def coworker_at(self, address: str) -> Coworker | None:
        """The coworker with this email address, in any case."""
        return self._by_email.get(address.strip().lower()) if address.strip() else None

    @property
    def _service_name(self) -> str:
        return self.service_user.name if self.service_user else "the RingCentral user that Greenroom works as"

    @property
    def _may_choose(self) -> bool:
        return bool(self.service_user and self.service_user.may_choose_host)


def host_problem(error: ProviderError, *, is_chosen: bool) -> HostProblem | None:
    """What the refusal of a new webinar says about its host, which was chosen or else is the service user."""
    if isinstance(error, ProviderForbidden):
        if error.code in LICENSE_CODES:
            return HostProblem.LICENSE
        if not is_chosen or error.code in APP_CODES:
            return None
        return HostProblem.RIGHTS if error.code in USER_CODES else HostProblem.REFUSED
    parts = set(re.split(r"[.\[\]]+", error.parameter))
    return HostProblem.REFUSED if is_chosen and isinstance(error, ProviderRefused) and parts & HOST_PARTS else None
