"""Encryption of the secret columns: Fernet keys, and the vault of each engine."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import (
    Dialect,
    LargeBinary,
    TypeDecorator,
)
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import SettingsError

CACHED = 10_000
"""Decrypted texts kept in memory by `open_cached`."""


class Vault:
    """Encrypts secrets before they reach the database. The first key encrypts, every key decrypts."""

    def __init__(self, keys: str) -> None:
        """Take Fernet keys, comma-separated."""
        each = [key.strip() for key in keys.split(",") if key.strip()]
        self._fernet = MultiFernet([Fernet(key) for key in each])
        self._opened = lru_cache(maxsize=CACHED)(self.open)
        self._digest_keys = [hashlib.sha256(f"digest {key}".encode()).digest() for key in each]

    def seal(self, text: str) -> bytes:
        """Encrypt a text."""
        return self._fernet.encrypt(text.encode())

    def open(self, sealed: bytes) -> str:
        """Decrypt a text. Raises `SettingsError` if its key is not among ours."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken:
            raise SettingsError(
                "A stored secret cannot be read with ENCRYPTION_KEY. Add the earlier key after a comma."
            ) from None

    def open_cached(self, sealed: bytes) -> str:
        """Decrypt a text that is read often, such as a name in every list."""
        return self._opened(sealed)

    def digests(self, text: str) -> list[str]:
        """Keyed digests of a text, to find it without storing it: by the first key, then by the others.

        Without the keys, the database does not reveal whether it contains an address.
        """
        return [hmac.new(key, text.encode(), "sha256").hexdigest() for key in self._digest_keys]


_VAULTS: WeakKeyDictionary[Dialect, Vault] = WeakKeyDictionary()


def attach(engine: AsyncEngine, vault: Vault) -> None:
    """Use this vault for the sealed columns of every connection of this engine."""
    # By the dialect, because that is what a column type is given; each engine has its own.
    _VAULTS[engine.dialect] = vault


def vault_of(dialect: Dialect) -> Vault:
    """Return the vault of the engine with this dialect. Raises `LookupError` if it has none."""
    vault = _VAULTS.get(dialect)
    if vault is None:
        raise LookupError("this engine has no vault, so its sealed columns can be neither written nor read")
    return vault


class SealedText(TypeDecorator[str]):
    """Text that is encrypted in the database (`Vault`).

    Reading raises `SettingsError` if the key is lost; with `lost_key_is_null` such a value reads as None.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, *, lost_key_is_null: bool = False, is_cached: bool = False) -> None:
        """Raise on a lost key by default. With `is_cached`, decrypt a value once while it is read again and again."""
        super().__init__()
        self.lost_key_is_null = lost_key_is_null
        self.is_cached = is_cached

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt the text."""
        return None if value is None else vault_of(dialect).seal(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt the text."""
        if value is None:
            return None
        try:
            vault = vault_of(dialect)
            return vault.open_cached(value) if self.is_cached else vault.open(value)
        except SettingsError:
            if self.lost_key_is_null:
                return None
            raise
