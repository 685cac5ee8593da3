"""The requests by which a setup is checked. They change nothing, and read no more than one record each."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime

from bot.errors import ProviderForbidden
from bot.model.people import ServiceUser
from bot.providers.base import Caller, Lane
from bot.providers.ringcentral.paths import COMPANY_SESSIONS, DIRECTORY, EXTENSION, WEBINARS
from bot.providers.ringcentral.payloads import format_utc
from bot.providers.ringcentral.people_records import ExtensionRecord
from bot.providers.ringcentral.records import Record, parse_record
from bot.providers.ringcentral.request import HEAVY, LIGHT, MEDIUM
from bot.providers.ringcentral.transport import RingCentralApi

CHECKING = Caller(Lane.LOOK, patience=5.0)
"""One repeat after an error, and no wait for the rate limit: users of the running bot go first."""
ONE = "1"


class _Total(Record):
    total_elements: int = 0


class _DirectoryStart(Record):
    paging: _Total = _Total()


class _Host(Record):
    entitled: bool | None = None


class _Hosted(Record):
    host: _Host = _Host()
    creation_time: AwareDatetime | None = None


class _HostedPage(Record):
    records: tuple[_Hosted, ...] = ()


class SetupProbe(RingCentralApi):
    """RingCentral as the service user. Every method may raise any `ProviderError`."""

    async def app_permissions(self) -> frozenset[str]:
        """Log in; return the permissions of the app, empty if RingCentral does not list them."""
        await self._login.token(CHECKING)
        return self._login.scope

    async def service_user(self) -> ServiceUser:
        """The user that we are logged in as."""
        return parse_record(
            ExtensionRecord, await self._request("GET", EXTENSION, group=LIGHT, caller=CHECKING)
        ).service_user()

    async def directory_size(self) -> int:
        """How many people the directory lists."""
        query = {"type": "User", "showFederated": "false", "perPage": ONE}
        body = await self._request("GET", DIRECTORY, group=MEDIUM, caller=CHECKING, query=query)
        return parse_record(_DirectoryStart, body).paging.total_elements

    async def sees_company(self, ending_after: datetime) -> bool:
        """Whether the company's sessions can be listed, and not only those that the user hosts."""
        query = {"endTimeFrom": format_utc(ending_after), "perPage": ONE}
        try:
            await self._request("GET", COMPANY_SESSIONS, group=HEAVY, caller=CHECKING, query=query)
        except ProviderForbidden:
            return False
        return True

    async def is_licensed(self, created_after: datetime) -> bool | None:
        """Whether the user has a Webinar license; None if it hosts no webinar, which would tell."""
        query = {"creationTimeFrom": format_utc(created_after), "perPage": ONE}
        body = await self._request("GET", WEBINARS, group=HEAVY, caller=CHECKING, query=query)
        return next((one.host.entitled for one in parse_record(_HostedPage, body).records), None)
