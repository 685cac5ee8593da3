"""Keeps a claim on something ours for as long as it is worked on, so that nobody else takes it over meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from bot.clock import machine_now
from bot.store.connection import Db, Store

log = logging.getLogger(__name__)

DATABASE_AWAY = (SQLAlchemyError, OSError)
"""What a database raises that cannot be reached for a moment."""

Hold = Callable[[Db, datetime], Awaitable[object]]
"""Writes down that a claim holds until then (machine time)."""


@asynccontextmanager
async def holding(store: Store, hold: Hold, lease: timedelta, what: str) -> AsyncIterator[None]:
    """Renew a claim three times in each lease, however long the gate makes its work wait.

    `what` is what a log line calls it, where the database cannot be reached.
    """
    renewing = asyncio.create_task(_renew(store, hold, lease, what))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def _renew(store: Store, hold: Hold, lease: timedelta, what: str) -> None:
    while True:
        await asyncio.sleep(lease.total_seconds() / 3)
        try:
            async with store.write() as db:
                await hold(db, machine_now() + lease)
        except DATABASE_AWAY as error:
            log.warning("%s.not_held", what, extra={"reason": type(error).__name__})
