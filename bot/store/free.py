"""Frees every claim: for a database that only one process uses, right after that process has started."""

from __future__ import annotations

from bot.store import applications, batches, creations, parcels, seats, team_changes
from bot.store.connection import Db


async def release_all(db: Db) -> None:
    """Whatever is claimed was claimed by a process that is gone, and may be taken up at once."""
    await creations.LEASES.release_all(db)
    for of in (applications, batches, parcels, seats, team_changes):
        await of.release_all(db)
