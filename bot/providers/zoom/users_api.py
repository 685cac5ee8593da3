"""Zoom's requests about the users of the account. A server-to-server app acts as the account, and is no user."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import ProviderGone
from bot.model.people import Coworker, ServiceUser
from bot.providers.zoom.event_reads import EventReads
from bot.providers.zoom.limits import Label
from bot.providers.zoom.records import UserRecord, parse_record

if TYPE_CHECKING:
    from bot.providers.caller import Caller

USERS_AGE = timedelta(hours=1)
"""How long the list of users is used for the lists of what they host."""
ACCOUNT_NAME = "the Zoom account"


class UsersApi(EventReads):
    """The part of the client about the people of the account."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """See `ZoomApi`."""
        super().__init__(*args, **options)
        self._licensed: list[UserRecord] = []
        self._users_read_at: datetime | None = None

    async def service_user(self, caller: Caller) -> ServiceUser:
        """See the port. The account itself, which hosts nothing; one login, or no call at all."""
        await self._login.token(caller)
        return ServiceUser(user_id="", account_id=self._account_id, name=ACCOUNT_NAME, may_choose_host=True)

    async def coworkers(self, caller: Caller) -> list[Coworker]:
        """See the port. The licensed users, who alone can host what has registration. One Medium call per 300 users."""
        return [self._coworker(user) for user in await self._read_users(caller)]

    async def find_coworker(self, address: str, caller: Caller) -> Coworker | None:
        """See the port. One Light call."""
        try:
            body = await self._request(
                "GET", "/users/{user_id}", label=Label.LIGHT, caller=caller, ids={"user_id": address}
            )
        except ProviderGone:
            return None
        user = parse_record(UserRecord, body)
        is_meant = user.email.lower() == address.strip().lower()
        return self._coworker(user) if is_meant and _can_host(user) else None

    async def _hosts(self, caller: Caller) -> list[UserRecord]:
        """The licensed users, read at most once an hour."""
        now = self._clock.now()
        if self._users_read_at is None or now - self._users_read_at > USERS_AGE:
            return await self._read_users(caller)
        return self._licensed

    async def _read_users(self, caller: Caller) -> list[UserRecord]:
        began = self._clock.now()
        items = self._items("/users", "users", label=Label.MEDIUM, caller=caller, query={"status": "active"})
        users = [parse_record(UserRecord, item) async for item in items]
        self._licensed, self._users_read_at = [user for user in users if _can_host(user)], began
        return self._licensed

    def _coworker(self, user: UserRecord) -> Coworker:
        return Coworker(user_id=user.id, account_id=self._account_id, name=user.name, email=user.email)


def _can_host(user: UserRecord) -> bool:
    return user.is_licensed and user.status == "active" and bool(user.email)
