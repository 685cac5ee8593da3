"""Makes and reads the tokens in the addresses of our own pages: encrypted, signed, each of a kind, and expiring."""

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


class Expired(GreenroomError):
    """A token of ours that was good once."""

    def __init__(self) -> None:
        """There is one thing to say."""
        super().__init__("This link has expired. Ask whoever gave it to you for a new one.")


class Tokens:
    """Says a few short facts in a form that only we can read, and that nobody can make or change.

    Whoever holds a token may do what its kind is for, so none belongs in a log.
    """

    def __init__(self, keys: str) -> None:
        """Take Fernet keys, comma-separated: the first encrypts, all of them decrypt."""
        self._fernet = MultiFernet([Fernet(_own(key.strip())) for key in keys.split(",") if key.strip()])

    def make(self, kind: str, facts: Mapping[str, str], until: datetime) -> str:
        """A token of this kind, good until then by the clock that webinars live by; an address takes it as it is."""
        said = json.dumps([kind, int(until.timestamp()), dict(facts)], separators=(",", ":"))
        # Fernet's own time is the machine's, and readable to everybody: ours stands inside.
        return self._fernet.encrypt_at_time(said.encode(), 0).decode().rstrip("=")

    def read(self, kind: str, token: str, now: datetime) -> dict[str, str] | None:
        """What a token of this kind says, or nothing where it is none. Raises `Expired` for one that was good once."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            said = self._fernet.decrypt(token + "=" * (-len(token) % 4))
        except InvalidToken:
            return None
        of, until, facts = json.loads(said)
        if of != kind:
            return None
        if now.timestamp() >= until:
            raise Expired
        return {str(name): str(value) for name, value in facts.items()}


def _own(key: str) -> bytes:
    # A key of its own, so that nothing which is encrypted for the database can pass for a token, and the other way.
    return base64.urlsafe_b64encode(hashlib.sha256(f"token {key}".encode()).digest())
