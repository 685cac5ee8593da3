"""Reads that an administrator makes for the whole company, and everybody else for what they host."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.errors import ProviderForbidden
from bot.model.people import ServiceUser
from bot.providers.base import Caller
from bot.providers.ringcentral.paths import EXTENSION
from bot.providers.ringcentral.people_records import ExtensionRecord
from bot.providers.ringcentral.records import parse_record
from bot.providers.ringcentral.request import HEAVY, LIGHT
from bot.providers.ringcentral.transport import RingCentralApi


class CompanyReads(RingCentralApi):
    """The part of the client that knows the rights of the service user."""

    _user: ServiceUser | None = None
    _sees_company = False

    async def service_user(self, caller: Caller) -> ServiceUser:
        """See the port. One Light call."""
        body = await self._request("GET", EXTENSION, group=LIGHT, caller=caller)
        self._user = parse_record(ExtensionRecord, body).service_user()
        self._sees_company = self._user.may_choose_host
        return self._user

    async def _list(self, company: str, own: str, caller: Caller, *, query: Mapping[str, str]) -> list[Any]:
        """The records of the company's list if the service user is an administrator, otherwise those of its own."""
        if await self._may_try_company(caller):
            try:
                return [record async for record in self._records(company, caller, query=query)]
            except ProviderForbidden:
                self._remember_refusal()
        return [record async for record in self._records(own, caller, query=query)]

    async def _read(self, company: str, own: str, caller: Caller, *, ids: Mapping[str, str]) -> Any:
        """One object, by the operation for the company or the one for people of its webinar."""
        if await self._may_try_company(caller):
            try:
                return await self._request("GET", company, group=HEAVY, caller=caller, ids=ids)
            except ProviderForbidden:
                self._remember_refusal()
        return await self._request("GET", own, group=HEAVY, caller=caller, ids=ids)

    async def _may_try_company(self, caller: Caller) -> bool:
        if self._user is None:
            await self.service_user(caller)
        return self._sees_company

    def _remember_refusal(self) -> None:
        """An administrator also needs WebinarSettings.

        Remember the refusal until `service_user` is read again, so that a sweep makes one call and not two.
        """
        self._sees_company = False
