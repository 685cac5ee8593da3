"""The secret address at which the provider delivers, and the token that it must send along."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from bot.db.keys import account_columns

if TYPE_CHECKING:
    from bot.db.vault import Vault
    from bot.model.people import Account

PATH = "/ringcentral/webhook/"


class WebhookAddress:
    """Derived from ENCRYPTION_KEY, so that every replica knows it and nothing has to be stored.

    After a change of the key, deliveries to the address of an earlier key are accepted, as long as the key is kept.
    """

    def __init__(self, public_url: str, vault: Vault, account: Account) -> None:
        """Without a public URL there is no address."""
        names = "/".join(account_columns(account).values())
        self._paths = vault.digests(f"webhook path {names}")
        self._tokens = vault.digests(f"webhook token {names}")
        self.prefix = f"{public_url}{PATH}"
        self.is_on = bool(public_url)

    @property
    def url(self) -> str:
        """The full address, a secret: never log it."""
        return f"{self.prefix}{self._paths[0]}"

    @property
    def token(self) -> str:
        """The token of each delivery, a secret."""
        return self._tokens[0]

    def is_path(self, secret: str) -> bool:
        """Whether this is the secret part of our address. Takes the same time for every wrong one."""
        return _is_one_of(secret, self._paths)

    def is_token(self, token: str) -> bool:
        """Whether this is our token. Takes the same time for every wrong one."""
        return _is_one_of(token, self._tokens)


def _is_one_of(given: str, known: list[str]) -> bool:
    sent = given.encode(errors="replace")
    matches = [hmac.compare_digest(sent, one.encode()) for one in known]  # all of them, whichever is right
    return any(matches)
