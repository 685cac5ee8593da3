"""Releases the leases of a process that is gone."""

from __future__ import annotations

from bot.creation import table as creation_table
from bot.creation.change import table as webinar_change_table
from bot.db import leases, locks
from bot.db.connection import Store
from bot.notices.outbox import message_table
from bot.registration import request_table
from bot.registration.bulk import batch_table
from bot.registration.seats import suggestion_table
from bot.registration.seats import table as seat_table
from bot.reports import reading_table, waiter_table
from bot.reports.follow_up import run_table as follow_up_table
from bot.reports.messages import table as report_message_table
from bot.reports.recordings import table as recording_table
from bot.sync.webhooks import hint_table, state_table
from bot.team import change_table
from bot.team import table as team_table


async def release_leases(store: Store) -> None:
    """Release the leases of a process that is gone: for a database that only this process uses, at its start."""
    people = (request_table, batch_table, seat_table, change_table, team_table, suggestion_table)
    reports = (reading_table, waiter_table, report_message_table, recording_table, follow_up_table)
    operations = (creation_table, webinar_change_table, hint_table, state_table, *people, *reports)
    async with store.write() as db:
        await leases.release_all(db, [operation.LEASES for operation in operations])
        await message_table.release_claims(db)
        await locks.release_all(db)
