"""Log in to RingCentral with a JWT and share one access token among all callers."""

from __future__ import annotations

import contextlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from pydantic import SecretStr

from bot.clock import monotonic
from bot.errors import ProviderUnauthorized
from bot.providers.base import Caller
from bot.providers.ringcentral.records import TokenRecord, parse_record
from bot.providers.ringcentral.request import AUTH, Answer, Request
from bot.providers.shared_login import AccessToken, SharedLogin

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def account_user(server_url: str, client_id: str, jwt: SecretStr) -> str:
    """A key for this app and the user of this JWT, whose calls RingCentral counts together. It is no secret.

    A new JWT of the same user has the same key, as long as its subject can be read.
    """
    user = jwt.get_secret_value()
    with contextlib.suppress(ValueError, IndexError, KeyError, TypeError):
        payload = user.split(".")[1]
        user = str(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"])
    return sha256("\n".join((server_url.rstrip("/"), client_id, user)).encode()).hexdigest()


@dataclass(frozen=True)
class RefreshableToken(AccessToken):
    """An access token with its refresh token (may be empty)."""

    refresh: SecretStr


class Login(SharedLogin[RefreshableToken, Request, Answer]):
    """The login of the user of a JWT."""

    def __init__(
        self,
        send: Callable[[Request, Caller, str], Awaitable[Answer]],
        *,
        client_id: str,
        client_secret: SecretStr,
        jwt: SecretStr,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        """Make no request yet. `send` takes a request, its caller and the `Authorization` header."""
        super().__init__(send, client_id, client_secret, monotonic)
        self._jwt = jwt

    def _revocation(self, token: RefreshableToken) -> Request:
        # A user has five sessions per app, and the next login would otherwise end an older one.
        form = {"token": token.access.get_secret_value()}
        return Request("POST", "/restapi/oauth/revoke", AUTH, form=form)

    async def _renew(self, caller: Caller) -> RefreshableToken:
        if self._token is not None and self._token.refresh.get_secret_value():
            form = {"grant_type": "refresh_token", "refresh_token": self._token.refresh.get_secret_value()}
            # A refused refresh token is normal: it was used, or a sixth session has ended its own.
            with contextlib.suppress(ProviderUnauthorized):
                return await self._fetch(form, caller)
            self._token = None
        return await self._fetch({"grant_type": JWT_GRANT, "assertion": self._jwt.get_secret_value()}, caller)

    async def _fetch(self, form: Mapping[str, str], caller: Caller) -> RefreshableToken:
        sent_at = self._monotonic()
        request = Request("POST", "/restapi/oauth/token", AUTH, form=form)
        answer = await self._ask(request, caller)
        if answer.status != 200:
            raise answer.error(request)
        record = parse_record(TokenRecord, answer.body)
        use_until = self._use_until(sent_at, record.expires_in)
        self._token = RefreshableToken(record.access_token, use_until, record.refresh_token)
        self.scope = frozenset(record.scope.split())
        return self._token
