"""`GET /readyz` is red, with the reason, while the database, the scheduler or Slack is unavailable."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from bot.services import NO_DATABASE, NO_SCHEDULER
from bot.slack.availability import CHECK_TIMEOUT, FAILING, NO_ANSWER, NO_SOCKET, SlackAvailability
from bot.slack.responses import SlackBusy, SlackOutcomeUnknown, SlackRefused
from tests.support.creation import without_waits
from tests.support.world import World, running_world

if TYPE_CHECKING:
    from tests.support.databases import Postgres

pytest_plugins = ["tests.support.databases"]

READY: tuple[int, dict[str, Any]] = (200, {"ok": True})
TOKEN_ENDED = "Slack does not accept SLACK_BOT_TOKEN (account_inactive)."


async def probe(world: World, path: str = "/readyz") -> tuple[int, dict[str, Any]]:
    """The answer to a probe."""
    async with aiohttp.ClientSession() as http, http.get(f"{world.bot.url}{path}") as response:
        return response.status, await response.json()


def red(**reasons: str) -> tuple[int, dict[str, Any]]:
    """The answer of a bot with these problems."""
    return 503, {"ok": False, "reasons": reasons}


def checks(world: World) -> int:
    """How often Slack was asked for nothing else."""
    return sum(call.method == "auth.test" for call in world.slack.calls)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [({"status": 503}, FAILING), ({"error": "fatal_error"}, FAILING), ({"cut": True}, NO_ANSWER)],
    ids=["503", "fatal", "cut"],
)
async def test_slack_that_fails_makes_it_red_until_slack_answers(
    world: World, fault: dict[str, Any], reason: str
) -> None:
    """Found by a check, because the bot makes no call of its own; `/healthz` stays green."""
    world.bot.services.slack.availability.check_every = 0.0
    world.slack.fail("auth.test", **fault)

    assert await probe(world) == red(slack=reason)
    assert await probe(world) == READY


async def test_a_call_that_fails_makes_it_red_and_one_that_succeeds_green(world: World) -> None:
    """What is known from real calls needs no check."""
    world.bot.services.slack.availability._checked_at = math.inf
    made = checks(world)
    world.slack.fail("users.info", status=503)
    await world.command("dev", "#launch", "list")
    assert await probe(world) == red(slack=FAILING)
    assert await probe(world, "/healthz") == (200, {"ok": True})

    await world.command("dev", "#launch", "list")

    assert await probe(world) == READY
    assert checks(world) == made


async def test_a_refused_call_leaves_it_green(world: World) -> None:
    """Slack has answered."""
    world.slack.fail("users.info", error="user_not_found")
    await world.command("dev", "#launch", "list")
    world.slack.fail("users.info", retry_after=1)
    await world.command("emi", "#launch", "list")

    assert await probe(world) == READY


async def test_a_revoked_token_is_the_reason(world: World) -> None:
    """After the app was removed from the workspace, until it is installed again."""
    world.bot.services.slack.availability.check_every = 0.0
    world.slack.uninstall()
    assert await probe(world) == red(slack=TOKEN_ENDED)

    world.slack.install()

    assert await probe(world) == READY


async def test_a_silent_slack_is_found_within_seconds(world: World) -> None:
    """The check does not wait as long as a call would."""
    availability = world.bot.services.slack.availability
    availability.check_every = 0.0
    world.slack.fail("auth.test", hang=8.0)

    assert await probe(world) == red(slack=NO_ANSWER)
    assert CHECK_TIMEOUT <= 3


async def test_many_probes_check_slack_once_in_thirty_seconds() -> None:
    """Nothing is asked while calls succeed; after a failure, one check; then one for each half minute."""
    now, made, answer = [1000.0], [0], [None]

    async def check() -> None:
        made[0] += 1
        availability.note(answer[0])

    availability = SlackAvailability(check, lambda: now[0])

    async def probes(at: float, count: int = 10) -> tuple[str, int]:
        now[0] = at
        found = {await availability.problem() for _ in range(count)}
        [problem] = found
        return problem, made[0]

    availability.note(None)
    assert await probes(1029) == ("", 0)
    assert await probes(1030) == ("", 1)
    assert await probes(1059) == ("", 1)
    answer[0] = SlackOutcomeUnknown()  # type: ignore[call-overload]
    assert await probes(1060) == (NO_ANSWER, 2)
    assert await probes(1089) == (NO_ANSWER, 2)
    answer[0] = None
    assert await probes(1090) == ("", 3)
    availability.note(SlackOutcomeUnknown(was_answered=True))
    assert await probes(1100) == (FAILING, 3)
    availability.note(None)
    assert await probes(1101) == ("", 3)


@pytest.mark.parametrize(
    ("error", "is_available"),
    [
        (None, True),
        (SlackRefused("channel_not_found"), True),
        (SlackBusy(30), True),
        (SlackRefused("invalid_auth"), False),
        (SlackRefused("token_revoked"), False),
        (SlackRefused("token_expired"), False),
        (SlackOutcomeUnknown(), False),
        (SlackOutcomeUnknown(was_answered=True), False),
    ],
)
async def test_only_silence_failures_and_a_refused_token_count(error: Any, is_available: bool) -> None:
    """Any other answer proves that Slack is there."""

    async def check() -> None:
        availability.note(error)

    availability = SlackAvailability(check)

    assert (await availability.problem() == "") is is_available


async def test_a_stopped_scheduler_is_the_reason(tmp_path: Path) -> None:
    """Nothing would be delivered any more; after a restart it is green."""
    async with running_world(tmp_path) as world:
        assert await probe(world) == READY
        await world.bot.services.scheduler.stop()
        assert await probe(world) == red(scheduler=NO_SCHEDULER)

        await world.stop_bot()
        await world.start_bot()

        assert await probe(world) == READY


async def test_a_database_that_stops_is_the_reason(postgres: Postgres, tmp_path: Path) -> None:
    """Green again when it is back."""
    url = await postgres.migrated()
    async with running_world(tmp_path, database_url=url, prepare=without_waits) as world:
        await postgres.crash()
        status, answer = await probe(world)
        assert (status, answer["reasons"]["database"]) == (503, NO_DATABASE)
        assert await probe(world, "/healthz") == (200, {"ok": True})

        await postgres.start()
        await world.bot.services.scheduler.deliver()

        assert await probe(world) == READY


async def test_a_closed_socket_is_the_reason(tmp_path: Path) -> None:
    """Over Socket Mode, nothing arrives without it."""
    async with running_world(tmp_path, socket_mode=True) as world:
        assert await probe(world) == READY
        assert world.bot.socket is not None
        world.slack.fail("apps.connections.open", status=503, times=100)
        await world.slack.disconnect("refresh_requested")
        await world.until(lambda: not world.slack.app_state["connected"])
        assert await probe(world) == red(slack=NO_SOCKET)

        world.slack.calm()
        await world.bot.socket.client.connect_to_new_endpoint(force=True)

        assert await probe(world) == READY


async def test_several_reasons_are_given_together(world: World) -> None:
    """One for each part."""
    world.bot.services.slack.availability.check_every = 0.0
    world.slack.uninstall()
    await world.bot.services.scheduler.stop()

    assert await probe(world) == red(scheduler=NO_SCHEDULER, slack=TOKEN_ENDED)
    world.slack.install()
