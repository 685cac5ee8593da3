"""The start: builds the gate, releases leases, and waits for what is unavailable, as a restart would not help."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.creation import table as creation_table
from bot.creation.change import table as webinar_change_table
from bot.db import leases, locks
from bot.db.connection import Store
from bot.db.gate_rows import StoredGateRows
from bot.db.problems import database_problem
from bot.notices.outbox import message_table
from bot.providers.gate import Gate, LocalGate, RateGate
from bot.providers.gate_queue import SHARED
from bot.providers.ringcentral.auth import account_user
from bot.registration import request_table
from bot.registration.bulk import batch_table
from bot.registration.seats import suggestion_table
from bot.registration.seats import table as seat_table
from bot.reports import reading_table, waiter_table
from bot.reports.follow_up import run_table as follow_up_table
from bot.reports.messages import table as report_message_table
from bot.reports.recordings import table as recording_table
from bot.settings import RingCentralLogin
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown
from bot.sync.webhooks import hint_table, state_table
from bot.team import change_table
from bot.team import table as team_table

T = TypeVar("T")
log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


async def patiently(
    what: str,
    start: Callable[[], Awaitable[T]],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    *,
    on_wait: Callable[[str], Awaitable[None]],
) -> T:
    """Run `start` until Slack or the database is available, log each try, and call `on_wait` with what it waits for.

    Any other error is raised.
    """
    pause = FIRST_PAUSE
    while True:
        try:
            return await start()
        except Exception as error:
            if not _is_temporary(error):
                raise
            pause = max(pause, error.seconds) if isinstance(error, SlackBusy) else pause
            log.warning("startup.waiting", extra={"what": what, "reason": type(error).__name__, "seconds": pause})
        await on_wait(what)
        await sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def _is_temporary(error: Exception) -> bool:
    return isinstance(error, SlackBusy | SlackOutcomeUnknown) or database_problem(error) is not None


def build_gate(server_url: str, login: RingCentralLogin, store: Store) -> Gate:
    """Build the gate of the service user: replicas that share a database share its state."""
    if store.is_sqlite:
        return LocalGate()
    user = account_user(server_url, login.client_id, login.jwt)
    return RateGate(StoredGateRows(store, user), SHARED)


async def release_leases(store: Store) -> None:
    """Release the leases of a process that is gone: for a database that only this process uses, at its start."""
    people = (request_table, batch_table, seat_table, change_table, team_table, suggestion_table)
    reports = (reading_table, waiter_table, report_message_table, recording_table, follow_up_table)
    operations = (creation_table, webinar_change_table, hint_table, state_table, *people, *reports)
    async with store.write() as db:
        await leases.release_all(db, [operation.LEASES for operation in operations])
        await message_table.release_claims(db)
        await locks.release_all(db)
