"""Releases every lease, for a database that only one process uses, right after that process has started."""

from __future__ import annotations

from bot.store import applications, batches, creations, leases, parcels, seats, team_changes
from bot.store.connection import Db


async def release_all(db: Db) -> None:
    """Release the leases of a process that is gone, so that their rows can be resumed at once."""
    operations = (applications, batches, creations, seats, team_changes)
    await leases.release_all(db, [operation.LEASES for operation in operations])
    await parcels.release_all(db)
