"""Create and read the tokens in the URLs of our own pages: encrypted, signed, bound to one kind, and expiring."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.errors import GreenroomError

MAX_LENGTH = 1024
_TOKEN = re.compile(rf"[A-Za-z0-9_-]{{1,{MAX_LENGTH}}}")


class TokenExpired(GreenroomError):
    """The token is ours and past its expiry."""

    def __init__(self) -> None:
        """Use the one sentence for every expired token."""
        super().__init__("This link has expired. Ask the organizer for a new one.")


class Tokens:
    """Encode a few short claims as a token that only this installation can create or read.

    A token is a credential: anyone who holds it may use its page. Never log one.
    """

    def __init__(self, keys: str) -> None:
        """Take comma-separated Fernet keys: the first encrypts, all of them decrypt."""
        self._fernet = MultiFernet([Fernet(_derived(key.strip())) for key in keys.split(",") if key.strip()])

    def make(self, kind: str, claims: Mapping[str, str], until: datetime) -> str:
        """A URL-safe token of this kind that expires at `until`, by the clock of the caller."""
        payload = json.dumps([kind, int(until.timestamp()), dict(claims)], separators=(",", ":"))
        # Fernet stores the time of the system clock in plain text. The expiry is in the encrypted payload instead.
        return self._fernet.encrypt_at_time(payload.encode(), 0).decode().rstrip("=")

    def read(self, kind: str, token: str, now: datetime) -> dict[str, str] | None:
        """The claims of a token of this kind; `None` if it is not one. Raises `TokenExpired`."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            payload = self._fernet.decrypt(token + "=" * (-len(token) % 4))
        except InvalidToken:
            return None
        actual_kind, until, claims = json.loads(payload)
        if actual_kind != kind:
            return None
        if now.timestamp() >= until:
            raise TokenExpired
        return {str(name): str(value) for name, value in claims.items()}


def _derived(key: str) -> bytes:
    # A separate key, so that a value encrypted for the database is never a valid token, and vice versa.
    return base64.urlsafe_b64encode(hashlib.sha256(f"token {key}".encode()).digest())
