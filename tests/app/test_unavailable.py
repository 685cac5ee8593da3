"""Slack or the database is unavailable: at the start, the bot waits; later, users and `/readyz` say so."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from sqlalchemy.exc import DBAPIError

from bot.app import ProviderTiming, build
from bot.clock import monotonic
from bot.db.problems import DatabaseProblem, database_problem
from bot.errors import SettingsError
from tests.support.creation import without_waits
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

WAITING = "startup.waiting"


@pytest.fixture
async def stopped(tmp_path: Path, sqlite_url: str) -> Any:
    """A world on a SQLite file whose bot was stopped, without waits."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=without_waits) as world:
        await world.stop_bot()
        yield world
        if not world.is_bot_running:
            await world.start_bot()


@pytest.mark.parametrize(
    "fault", [{"status": 503, "times": 3}, {"retry_after": 0, "times": 2}, {"cut": True}, {"error": "fatal_error"}]
)
async def test_a_slack_that_is_unavailable_at_the_start_is_waited_for(
    stopped: World, fault: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """The bot is ready as soon as Slack is, and each try is in the log."""
    stopped.slack.fail("auth.test", **fault)

    await stopped.start_bot()

    assert [one.getMessage() for one in caplog.records].count(WAITING) == fault.get("times", 1)
    await stopped.command("chloe", "#launch", "help")
    assert "*Plan:*" in stopped.last("#launch", "chloe").words


async def test_health_checks_are_answered_while_the_bot_waits_at_its_start(stopped: World) -> None:
    """Green for the process, red with the reason for what it cannot serve; then the bot itself answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = stopped.settings.model_copy(update={"port": port})
    found: list[tuple[int, dict[str, Any]]] = []

    async def look(_: float) -> None:
        async with aiohttp.ClientSession() as http:
            for path in ("healthz", "readyz"):
                async with http.get(f"http://127.0.0.1:{port}/{path}") as response:
                    found.append((response.status, await response.json()))

    stopped.slack.fail("auth.test", status=503, times=2)

    bot = await build(settings, stopped.clock, ProviderTiming(sleep=look))

    reasons = {"slack": "not available since the start"}
    assert found == [(200, {"ok": True}), (503, {"ok": False, "reasons": reasons})] * 2
    assert bot.url.endswith(f":{port}")
    await bot.stop()


async def test_a_refused_token_ends_the_start_at_once(stopped: World) -> None:
    """Waiting does not help against a wrong token."""
    stopped.slack.fail("auth.test", error="invalid_auth")

    with pytest.raises(SettingsError, match="Slack does not accept SLACK_BOT_TOKEN"):
        await build(stopped.settings, stopped.clock, stopped.pace)


async def test_a_database_that_is_unavailable_at_the_start_is_waited_for(
    postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The server starts after the bot."""
    url = await postgres.migrated()
    async with running_world(tmp_path, database_url=url, prepare=without_waits) as world:
        await world.stop_bot()
        await postgres.crash()
        starting = asyncio.ensure_future(world.start_bot())
        await world.until(lambda: WAITING in [one.getMessage() for one in caplog.records])
        await postgres.start()
        await starting

        assert await _ready(world) == 200


async def test_a_database_that_goes_away_is_reported(
    postgres: Postgres, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A sentence for the user, `/readyz` fails, and both recover."""
    url = await postgres.migrated()
    async with running_world(tmp_path, database_url=url, prepare=without_waits) as world:
        await world.command("chloe", "#launch", "list")
        await postgres.crash()
        await world.command("chloe", "#launch", "list")

        assert "cannot reach its database just now" in world.last("#launch", "chloe").words
        assert await _ready(world) == 503
        assert not [one for one in caplog.records if one.getMessage() == "error.unexpected"]

        await postgres.start()
        await world.command("chloe", "#launch", "help")
        assert await _ready(world) == 200


async def test_a_full_disk_is_reported(tmp_path: Path, sqlite_url: str) -> None:
    """A sentence for the user and a red `/readyz`, although the database still answers."""
    async with running_world(tmp_path, database_url=sqlite_url, prepare=without_waits) as world:
        await _limit_pages(world, 1)
        await world.command("chloe", "#launch", "create " + "word " * 2_000)
        assert "The disk of Greenroom's database is full" in _shown(world, "chloe")
        assert await _ready(world) == 503

        await _limit_pages(world, 1_000_000)
        world.bot.services.store.full_until = monotonic()
        assert await _ready(world) == 200


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (ConnectionRefusedError(), DatabaseProblem.UNAVAILABLE),
        (OSError(28, "No space left on device"), DatabaseProblem.FULL),
        (DBAPIError("", {}, Exception("database is locked")), DatabaseProblem.UNAVAILABLE),
        (DBAPIError("", {}, Exception("database or disk is full")), DatabaseProblem.FULL),
        (DBAPIError("", {}, Exception("disk I/O error")), DatabaseProblem.UNAVAILABLE),
        (DBAPIError("", {}, Exception("no such table: webinars")), None),
        (ValueError("database is locked"), None),
    ],
)
def test_problems_of_the_database_are_told_from_other_errors(error: Exception, problem: DatabaseProblem | None) -> None:
    """By SQLSTATE, or by the text of a driver without one."""
    assert database_problem(error) is problem


async def _limit_pages(world: World, most: int) -> None:
    async with world.bot.services.store.write() as db:
        await db.connection.exec_driver_sql(f"pragma max_page_count={most}")


async def _ready(world: World) -> int:
    async with aiohttp.ClientSession() as http, http.get(f"{world.bot.url}/readyz") as response:
        return response.status


def _shown(world: World, user: str) -> str:
    channel = "\n".join(one.words for one in world.slack.messages("#launch", user))
    return (
        channel
        + "\n".join(one.words for one in world.slack.messages(f"@{user}"))
        + "".join(view.words for view in world.slack.view_stack(user))
    )
