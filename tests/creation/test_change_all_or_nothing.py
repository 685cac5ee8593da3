"""An edit is applied as a whole or not at all after a crash or a refusal at any point, and the user is notified."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.providers.base import UPKEEP
from tests.creation.test_replicas import killable
from tests.support.creation import (
    HANG_S,
    FaultReached,
    SetFault,
    crash_before_writing,
    hang_at_ringcentral,
    hang_at_slack,
)
from tests.support.database_cases import each_on_sqlite
from tests.support.edits import (
    AFTER,
    APPLIED,
    BEFORE,
    NOT_APPLIED,
    USER,
    EditState,
    at_ringcentral,
    final_state,
    make_webinar,
    mirrored,
    notifications,
    prepared,
    wait_until_done,
)
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

WEBINAR, SESSION = r"/webinars/\d+$", r"/sessions/\d+$"
PATIENCE_S = 1.0
"""Seconds after which the bot gives up a request whose response is delayed."""
TWICE = EditState(AFTER, AFTER, ("changed", "changed"))
"""Whether Slack showed the result is unknown: show it twice rather than never."""

CRASHES: dict[str, tuple[SetFault, EditState]] = {
    "begun, nothing read": (hang_at_ringcentral("GET", SESSION, done=True), APPLIED),
    "read, webinar not requested": (crash_before_writing("webinar_changes", "webinar_requested"), APPLIED),
    "webinar requested, not arrived": (hang_at_ringcentral("PATCH", WEBINAR, done=False), APPLIED),
    "webinar changed, not answered": (hang_at_ringcentral("PATCH", WEBINAR, done=True), APPLIED),
    "webinar answered, not written": (crash_before_writing("webinar_changes", "webinar_changed"), APPLIED),
    "webinar written, session not requested": (crash_before_writing("webinar_changes", "session_requested"), APPLIED),
    "session requested, not arrived": (hang_at_ringcentral("PATCH", SESSION, done=False), APPLIED),
    "session changed, not answered": (hang_at_ringcentral("PATCH", SESSION, done=True), APPLIED),
    "session answered, not written": (crash_before_writing("webinar_changes", "complete"), APPLIED),
    "complete, user not notified": (hang_at_slack("views.update", done=False), APPLIED),
    "user notified, not answered": (hang_at_slack("views.update", done=True), APPLIED),
    "notified, not written": (crash_before_writing("webinar_changes", "applied"), APPLIED),
}


# One of each kind on PostgreSQL: between transactions, within one, and while the result is shown. Each step is written
# by the same statement.
POINTS = each_on_sqlite(
    CRASHES,
    on_postgresql=("webinar requested, not arrived", "webinar answered, not written", "complete, user not notified"),
)


@pytest.mark.parametrize(("server", "arm", "expected"), POINTS, indirect=["server"])
async def test_a_crash_at_any_point_ends_in_the_whole_edit(
    tmp_path: Path, database_url: str, arm: SetFault, expected: EditState
) -> None:
    """After a crash at this point and a restart, the edit is completed, mirrored and reported."""
    async with running_world(tmp_path, database_url=database_url, prepare=prepared) as world:
        await make_webinar(world)
        reached = await _submitted(world, arm)
        await world.until(reached)

        await world.crash_bot()
        await world.start_bot()

        assert await final_state(world) == expected


async def test_a_crash_between_two_calls_and_a_refusal_end_in_neither(tmp_path: Path, database_url: str) -> None:
    """The webinar started while the bot was down: what was changed is taken back, and the user is notified."""
    async with running_world(tmp_path, database_url=database_url, prepare=prepared) as world:
        await make_webinar(world)
        reached = await _submitted(world, crash_before_writing("webinar_changes", "session_requested"))
        await world.until(reached)
        await world.crash_bot()
        assert at_ringcentral(world) == (AFTER[0], BEFORE[1])
        world.ringcentral.fail("PATCH", SESSION, status=403)
        await world.start_bot()

        assert await final_state(world) == NOT_APPLIED


async def test_a_crash_while_it_is_taken_back_ends_in_neither(tmp_path: Path, database_url: str) -> None:
    """The restoring call is looked up, and made again if needed."""
    async with running_world(tmp_path, database_url=database_url, prepare=prepared) as world:
        await make_webinar(world)
        world.ringcentral.fail("PATCH", SESSION, status=403)

        def arm(world: World) -> FaultReached:
            return crash_before_writing("webinar_changes", "not_applied")(world)

        reached = await _submitted(world, arm)
        await world.until(reached)
        await world.crash_bot()
        await world.start_bot()

        assert await final_state(world) == NOT_APPLIED


async def test_a_crash_behind_a_closed_modal_is_reported_by_direct_message(tmp_path: Path) -> None:
    """The result is sent as a DM, with its Undo."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        reached = await _submitted(world, hang_at_ringcentral("PATCH", SESSION, done=True))
        await world.slack.close(USER, world.slack.view(USER), clear=True)
        await world.until(reached)

        await world.crash_bot()
        await world.start_bot()

        assert await final_state(world) == APPLIED
        assert world.last(f"@{USER}").buttons == ["Undo", "Show Details"]


async def test_what_somebody_else_changed_after_a_crash_stays(tmp_path: Path) -> None:
    """Neither the rest of the edit nor its taking back overwrites their values."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        reached = await _submitted(world, crash_before_writing("webinar_changes", "session_requested"))
        await world.until(reached)
        await world.crash_bot()
        [webinar] = world.ringcentral.webinars()
        world.ringcentral.edit(webinar["webinar_id"], scheduledDuration=7200, description="Theirs")

        await world.start_bot()
        await wait_until_done(world)
        await world.bot.services.mirror.sweep(UPKEEP)

        assert (at_ringcentral(world), await mirrored(world)) == (((BEFORE[0], 7200)),) * 2
        assert notifications(world) == ("not changed",)
        assert "Someone else is changing this webinar" in world.slack.view(USER).words


REFUSALS: dict[str, dict[str, Any]] = {str(status): {"status": status} for status in (400, 403, 404, 409)}
NOT_DONE: dict[str, dict[str, Any]] = {
    "500": {"status": 500},
    "503": {"status": 503, "retry_after": 0},
    "gateway": {"status": 502},
    "cut": {"status": None, "cut": True},
    "silence": {"status": 500, "hang": HANG_S},
}
DONE: dict[str, dict[str, Any]] = {name: {**fault, "effect": True} for name, fault in NOT_DONE.items()}
PASSING: dict[str, dict[str, Any]] = {"429": {"status": 429, "retry_after": 0}, "401": {"status": 401}}
FAULTS = {"refused": REFUSALS, "not done": NOT_DONE, "done": DONE, "passing": PASSING}
EXPECTED = {"refused": NOT_APPLIED, "not done": APPLIED, "done": APPLIED, "passing": APPLIED}
CALLS = (("PATCH", WEBINAR), ("PATCH", SESSION), ("GET", WEBINAR), ("GET", SESSION))


def failures_of(method: str) -> list[tuple[str, str]]:
    """The failures of a call with this method, by kind and name."""
    return [
        (kind, name)
        for kind, faults in FAULTS.items()
        for name in faults
        if method == "PATCH" or kind in ("refused", "passing") or name in ("500", "cut")
    ]


@pytest.mark.parametrize(("method", "path"), CALLS)
async def test_a_failure_of_any_call_ends_in_the_whole_edit_or_nothing(tmp_path: Path, method: str, path: str) -> None:
    """Each call fails once in each way, one after the other on the same webinar, which is restored in between.

    An unknown outcome is looked up before the call is repeated.
    """

    def prepare(world: World) -> None:
        prepared(world)
        world.pace = replace(world.pace, timeout=PATIENCE_S)

    wrong = {}
    async with running_world(tmp_path, prepare=prepare) as world:
        await make_webinar(world)
        for kind, name in failures_of(method):
            fault = FAULTS[kind][name]

            def arm(world: World, fault: dict[str, Any] = fault) -> FaultReached:
                failing = world.ringcentral.fail(method, path, **fault)
                return lambda: failing.times == 0

            before = len(notifications(world))
            reached = await _submitted(world, arm)
            found = await final_state(world)
            found = found._replace(notified=found.notified[before:])
            if not reached() or found != EXPECTED[kind]:
                wrong[kind, name] = reached(), found
            await _restore(world)

    assert wrong == {}


async def _restore(world: World) -> None:
    """Close the result, and give the webinar its first title and length."""
    await world.slack.close(USER, world.slack.view(USER), clear=True)
    [webinar] = world.ringcentral.webinars()
    world.ringcentral.faults.clear()
    world.ringcentral.edit(webinar["webinar_id"], title=BEFORE[0], scheduledDuration=BEFORE[1])
    await world.bot.services.mirror.sweep(UPKEEP)
    assert (at_ringcentral(world), await mirrored(world)) == (BEFORE, BEFORE)


async def test_an_outage_between_the_calls_is_said_and_then_completed(tmp_path: Path) -> None:
    """The window says that Greenroom goes on; the result follows there."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)

        def arm(world: World) -> FaultReached:
            # The request for the session, and the look whether it was applied with its repeats.
            world.ringcentral.fail("PATCH", SESSION, status=503, retry_after=0)
            world.ringcentral.fail("GET", SESSION, status=503, retry_after=0, times=4)
            return lambda: True

        await world.command(USER, "#launch", "edit launch")
        form = world.slack.view(USER)
        world.ringcentral.on_change.append(_once_changed(world, lambda: arm(world)))
        await world.slack.submit(USER, form, {"Title": AFTER[0], "Length": "1h"})
        await world.until(lambda: "has not given a clear answer yet" in world.slack.view(USER).words)
        assert at_ringcentral(world) == (AFTER[0], BEFORE[1])

        assert await final_state(world) == APPLIED


async def test_a_refusal_that_cannot_be_taken_back_is_said(tmp_path: Path) -> None:
    """The user is asked to look at the webinar."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)

        def arm(world: World) -> FaultReached:
            world.ringcentral.fail("PATCH", SESSION, status=403, times=1)
            return lambda: True

        await _submitted(world, arm, before_restoring=lambda: world.ringcentral.fail("PATCH", WEBINAR, status=403))

        assert (await final_state(world)).at_ringcentral == (AFTER[0], BEFORE[1])
        assert "could not be undone" in world.slack.view(USER).words


async def test_kill_9_between_the_calls_ends_in_the_whole_edit(tmp_path: Path) -> None:
    """Killed while the session request is unanswered, and again after a restart while it is looked up."""
    async with running_world(tmp_path, prepare=prepared) as world:
        await make_webinar(world)
        await world.stop_bot()
        async with killable(world, tmp_path) as bot:
            await world.slack.command(USER, "#launch", "/webinar", "edit launch")
            await world.until(
                lambda: world.slack.view_stack(USER) and world.slack.view(USER).callback_id == "edit.form"
            )
            reached = hang_at_ringcentral("PATCH", SESSION, done=False)(world)
            await world.slack.submit(USER, world.slack.view(USER), {"Title": AFTER[0], "Length": "1h"})
            await world.until(reached)
            await bot.end(signal.SIGKILL)
        reached = hang_at_ringcentral("GET", SESSION, done=True)(world)
        async with killable(world, tmp_path) as bot:
            await world.until(reached)
            await bot.end(signal.SIGKILL)
        async with killable(world, tmp_path) as bot:
            await world.until(lambda: notifications(world))
            await bot.end(signal.SIGTERM)
        await world.start_bot()

        assert await final_state(world) == APPLIED


async def _submitted(world: World, arm: SetFault, before_restoring: Any = None) -> FaultReached:
    """Open the form, prepare the failure, and send it."""
    await world.command(USER, "#launch", "edit launch")
    form, reached = world.slack.view(USER), arm(world)
    if before_restoring:
        world.ringcentral.on_change.append(_once_changed(world, before_restoring))
    await world.slack.submit(USER, form, {"Title": AFTER[0], "Length": "1h"})
    return reached


def _once_changed(world: World, then: Any) -> Any:
    done: list[bool] = []

    def look() -> None:
        if not done and at_ringcentral(world)[0] == AFTER[0]:
            done.append(True)
            then()

    return look
