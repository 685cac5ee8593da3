"""Stores deliveries before they are answered; those that arrive together share a transaction."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.sync.webhooks import delivery_table

if TYPE_CHECKING:
    from bot.db.connection import Store
    from bot.model.people import Account


class DeliveryInbox:
    """The deliveries of one account."""

    def __init__(self, store: Store, account: Account) -> None:
        """Store them here."""
        self._store = store
        self._account = account
        self._waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def add(self, raw: bytes) -> None:
        """Return when this delivery is stored. Raises what the database raises."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, stored))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write_all())
        await stored

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            error: Exception | None = None
            try:
                async with self._store.write() as db:
                    await delivery_table.add(db, self._account, [raw for raw, _ in batch])
            except Exception as problem:  # noqa: BLE001 - raised again to everyone who waits
                error = problem
            for _, stored in batch:
                with contextlib.suppress(asyncio.InvalidStateError):  # its client has given up
                    stored.set_exception(error) if error else stored.set_result(None)
