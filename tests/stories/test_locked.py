"""SQLite is locked by another program: every form is acknowledged in time, and its work is done afterwards."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from tests.support.creation import without_waits
from tests.support.world import running_world

pytest_plugins = ["tests.support.databases"]

SLACK_WAITS_S = 3.0


@asynccontextmanager
async def _locked(url: str) -> AsyncIterator[sqlite3.Connection]:
    path = url.removeprefix("sqlite:///")
    connection = sqlite3.connect(path, isolation_level=None, timeout=20, check_same_thread=False)
    await asyncio.to_thread(connection.execute, "begin immediate")  # the bot may hold it just now
    try:
        yield connection
    finally:
        connection.close()


async def test_a_form_sent_while_sqlite_is_locked_is_acknowledged_and_carried_out(
    sqlite_url: str, tmp_path: Path
) -> None:
    """The webinar is created as soon as the lock is gone, and shown in the same modal."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=without_waits) as world:
        await world.command("finn", "#launch", "create")
        view = world.slack.view("finn")
        async with _locked(sqlite_url) as lock:
            typed = {"Title": "Garden party", "Starts": world.clock.now() + timedelta(days=2)}
            outcome = await world.slack.submit("finn", view, typed)
            assert outcome.ok, outcome
            assert outcome.seconds < SLACK_WAITS_S
            assert "Still working" in world.slack.view("finn").words
            lock.execute("rollback")

        await world.until(lambda: world.slack.view("finn").title == "Webinar created")
        assert [one["title"] for one in world.ringcentral.webinars()] == ["Garden party"]


async def test_errors_of_a_form_sent_while_sqlite_is_locked_are_shown_in_the_filled_form(
    sqlite_url: str, tmp_path: Path
) -> None:
    """Nothing that was typed is lost, and the form can be sent again."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=without_waits) as world:
        await world.command("finn", "#launch", "create")
        view = world.slack.view("finn")
        async with _locked(sqlite_url) as lock:
            typed = {"Title": "Garden party", "Starts": world.clock.now() + timedelta(days=2), "Length": "13h"}
            outcome = await world.slack.submit("finn", view, typed)
            assert outcome.ok, outcome
            lock.execute("rollback")
        await world.until(lambda: "Choose at most 12 hours" in world.slack.view("finn").words)
        assert "Garden party" in str(world.slack.view("finn").values)

        await world.slack.submit("finn", world.slack.view("finn"), {"Length": "1h"})
        await world.until(lambda: world.slack.view("finn").title == "Webinar created")


async def test_commands_and_clicks_are_acknowledged_at_once_while_sqlite_is_locked(
    sqlite_url: str, tmp_path: Path
) -> None:
    """They are carried out in the background anyway."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=without_waits) as world:
        await world.create("finn", "Launch day", fields={"Announce in": "#launch"})
        card = world.slack.messages("#launch")[0]
        async with _locked(sqlite_url) as lock:
            outcomes = await asyncio.gather(
                world.slack.command("finn", "#launch", "/webinar", "close launch"),
                world.slack.click("finn", card, "Refresh"),
            )
            assert all(one.ok and one.seconds < SLACK_WAITS_S for one in outcomes)
            lock.execute("rollback")
        await world.settled()
