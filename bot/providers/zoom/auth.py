"""Log in to Zoom as a server-to-server app, and share one access token among all callers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pydantic import Field, SecretStr

from bot.clock import monotonic
from bot.providers.caller import Caller
from bot.providers.shared_login import AccessToken, SharedLogin
from bot.providers.zoom.records import ZoomRecord, parse_record
from bot.providers.zoom.request import ZoomAnswer, ZoomRequest

GRANT = "account_credentials"
RENEW_FOR_SCOPE = 60.0
"""The age in seconds of a token from which on a missing scope is a reason for a new one: it may have been added."""


class ZoomTokenRecord(ZoomRecord):
    """The answer to a login. `api_url` is the API's address for the region of the account."""

    access_token: SecretStr = Field(min_length=1)
    expires_in: float = Field(gt=0)
    scope: str = ""
    api_url: str = ""


@dataclass(frozen=True)
class ZoomToken(AccessToken):
    """An access token, when it was asked for (monotonic seconds), and the region of its account."""

    asked_at: float
    api_url: str = ""


class ZoomAccountLogin(SharedLogin[ZoomToken, ZoomRequest, ZoomAnswer]):
    """The login of a server-to-server app. There is no refresh token: a token is asked for again."""

    def __init__(
        self,
        send: Callable[[ZoomRequest, Caller, str], Awaitable[ZoomAnswer]],
        *,
        account_id: str,
        client_id: str,
        client_secret: SecretStr,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Make no request yet. `send` takes a request, its caller and the `Authorization` header."""
        super().__init__(send, client_id, client_secret, monotonic)
        self._account_id = account_id

    def renew_for_scope(self, token: ZoomToken) -> None:
        """Let the next call use a new token, unless this one is new: a token keeps the scopes of its login."""
        if self._monotonic() - token.asked_at >= RENEW_FOR_SCOPE:
            self._expire(token.access)

    def _revocation(self, token: ZoomToken) -> ZoomRequest:
        return ZoomRequest("POST", "/oauth/revoke", form={"token": token.access.get_secret_value()})

    async def _renew(self, caller: Caller) -> ZoomToken:
        asked_at = self._monotonic()
        request = ZoomRequest("POST", "/oauth/token", form={"grant_type": GRANT, "account_id": self._account_id})
        answer = await self._ask(request, caller)
        if answer.status != 200:
            raise answer.error(request)
        record = parse_record(ZoomTokenRecord, answer.body)
        use_until = self._use_until(asked_at, record.expires_in)
        self._token = ZoomToken(record.access_token, use_until, asked_at, record.api_url)
        self.scope = frozenset(record.scope.split())
        return self._token
