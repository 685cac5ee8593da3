"""Every form does its work whatever happens to its modal, reports the result once, and never stays on "Saving…"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from copy import copy
from pathlib import Path
from typing import Any

import pytest

from bot.slack.deliver import Pace
from sandbox.slack import View
from tests.support.creation import without_waits
from tests.support.flows import CHLOE, ROUNDS, Flow, Open, create, limit, register_list, register_one
from tests.support.registration import open_menu, registration_harness
from tests.support.world import World, running_world

pytest_plugins = ["tests.support.databases"]

UPDATE = "views.update"
SHORT = Pace(patience=0.2, appearance=0.1, pause=0.02, later=(0.1,) * 50, post_pauses=(0.02, 0.05, 0.1))
FAULTS: dict[str, dict[str, Any]] = {
    "appears late": {"error": "not_found", "times": 3},
    "limited": {"retry_after": 0, "times": 2},
    "server error": {"status": 500, "times": 2},
    "server error, updated": {"status": 500, "effect": True, "times": 2},
    "cut": {"cut": True, "times": 2},
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with a webinar, and without waits."""
    async with running_world(tmp_path, prepare=without_waits) as started:
        await _webinar(started)
        yield started


@pytest.fixture
async def both(database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    """The same on SQLite, and on PostgreSQL."""
    async with running_world(tmp_path, database_url=database_url, prepare=without_waits) as started:
        await _webinar(started)
        yield started


async def _webinar(world: World) -> None:
    world.slack.scopes = {*world.slack.scopes, "files:read", "files:write"}
    world.slack.limits.messages_per_second = None
    await registration_harness(world)
    await world.command(CHLOE, "#launch", "share launch")  # so that Dev can see it
    world.ringcentral.faults.clear()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
@pytest.mark.parametrize("flows", ROUNDS)
async def test_a_modal_that_slack_updates_within_seconds_shows_the_result(
    world: World, subtests: pytest.Subtests, flows: tuple[Open, ...], fault: dict[str, Any]
) -> None:
    """The result is in the modal, and is not repeated in a message."""
    for open_flow in flows:
        with subtests.test(open_flow.__name__):
            await _result_is_in_the_modal(world, open_flow, fault)


async def _result_is_in_the_modal(world: World, open_flow: Open, fault: dict[str, Any]) -> None:
    flow = await open_flow(world)
    before = len(world.slack.messages(f"@{flow.user}"))
    world.slack.fail(UPDATE, **fault)

    await _send(world, flow)

    assert flow.is_done()
    assert flow.result in world.slack.view(flow.user).words
    assert not _is_waiting(world.slack.view(flow.user))
    if flow.user == CHLOE:  # a seat has a direct message anyway
        assert len(world.slack.messages(f"@{flow.user}")) == before
    await world.slack.close(flow.user, world.slack.view(flow.user), clear=True)


async def test_a_modal_that_slack_knows_only_later_shows_the_result(both: World, subtests: pytest.Subtests) -> None:
    """On both databases: the modal of our response is not there yet when the work is done."""
    for open_flow in (register_list, register_one, create):
        with subtests.test(open_flow.__name__):
            await _result_is_in_the_modal(both, open_flow, FAULTS["appears late"])


@pytest.mark.parametrize("flows", ROUNDS)
async def test_a_modal_that_was_closed_gets_its_result_by_direct_message(
    world: World, subtests: pytest.Subtests, flows: tuple[Open, ...]
) -> None:
    """The work is done, and the message says the same as the modal would."""
    for open_flow in flows:
        with subtests.test(open_flow.__name__):
            flow = await open_flow(world)
            before = _count_earlier(world, flow)

            await world.slack.submit(flow.user, flow.form, flow.values)
            await world.slack.close(flow.user, world.slack.view(flow.user), clear=True)
            await world.settled()

            assert flow.is_done()
            assert world.slack.view_stack(flow.user) == []
            assert flow.result in _messages(world, flow.user, before)


@pytest.mark.parametrize("fault", [{"retry_after": 30}, {"status": 500}], ids=["limited", "down"])
@pytest.mark.parametrize("flows", ROUNDS)
async def test_a_modal_that_slack_does_not_update_is_updated_later(
    world: World, subtests: pytest.Subtests, flows: tuple[Open, ...], fault: dict[str, Any]
) -> None:
    """The result comes by direct message, and the modal does not stay on "Saving…"."""
    world.bot.services.results.pace = SHORT
    for open_flow in flows:
        with subtests.test(open_flow.__name__):
            await _modal_is_updated_later(world, open_flow, fault)


async def _modal_is_updated_later(world: World, open_flow: Open, fault: dict[str, Any]) -> None:
    flow = await open_flow(world)
    before = _count_earlier(world, flow)
    world.slack.fail(UPDATE, times=1000, **fault)

    await world.slack.submit(flow.user, flow.form, flow.values)
    await world.until(lambda: flow.is_done() and flow.result in _messages(world, flow.user, before))
    world.slack.calm()

    await world.until(lambda: not _is_waiting(world.slack.view(flow.user)))
    await world.settled()
    await world.slack.close(flow.user, world.slack.view(flow.user), clear=True)


async def test_a_list_that_was_closed_is_confirmed_in_its_message(world: World) -> None:
    """The button of the message registers the people, once."""
    flow = await register_list(world)
    await world.slack.submit(CHLOE, flow.form, flow.values)
    await world.slack.close(CHLOE, world.slack.view(CHLOE), clear=True)
    await world.settled()
    review = world.last("@chloe")

    shown = copy(review)
    for _ in range(2):
        await world.click(CHLOE, shown, "Register 2 People")

    assert world.ringcentral.webinars()[0]["registrants"] == 2
    assert "*2 people* are being registered" in review.words


async def test_a_chart_is_sent_although_no_modal_opens(world: World) -> None:
    """Slack's refusal of the modal costs nothing that can be sent."""
    world.ringcentral.register(world.ringcentral.webinars()[0]["session_id"], 3)
    form = await open_menu(world)
    for method in ("views.push", "views.update"):
        world.slack.fail(method, error="expired_trigger_id", times=3)

    await world.click(CHLOE, form, "Chart")

    assert "Launch day" in _messages(world, CHLOE)


@pytest.mark.parametrize("effect", [True, False])
async def test_a_form_whose_opening_was_not_answered_is_filled_or_explained(world: World, effect: bool) -> None:
    """The form that Slack may have opened is filled; if it did not, a message says so."""
    world.slack.fail("views.open", status=500, effect=effect)

    await world.command(CHLOE, "#launch", "invite launch <@U0DEV>")

    if effect:
        assert world.slack.view(CHLOE).title == "Invite to the team"
        assert "submit" in world.slack.view(CHLOE).body
    else:
        assert "Slack did not show" in _messages(world, CHLOE)


async def test_a_changed_reminder_is_reported_although_slack_does_not_update_the_form(world: World) -> None:
    """A click that changes something is answered, too."""
    world.bot.services.results.pace = SHORT
    await world.command(CHLOE, "#launch", "remind launch 1d 1h")
    await world.command(CHLOE, "#launch", "remind launch")
    world.slack.fail(UPDATE, status=500, times=1000)

    await world.slack.click(CHLOE, world.slack.view(CHLOE), "Mute Here")
    await world.until(lambda: "They are off." in _messages(world, CHLOE))
    world.slack.calm()

    await world.until(lambda: "Turn On" in world.slack.view(CHLOE).buttons)
    await world.settled()


async def test_a_reply_that_slack_does_not_take_is_sent_as_a_message(world: World) -> None:
    """The URL of a command may be used up, or Slack fails there."""
    for fault in ({"status": 404}, {"status": 500}):
        world.slack.fail("response_url", **fault)  # type: ignore[arg-type] # each of its own kind
        await world.command(CHLOE, "#launch", "close launch")
        await world.command(CHLOE, "#launch", "open launch")

    assert "Launch day" in _messages(world, CHLOE)


@pytest.mark.parametrize("method", ["chat.postMessage"])
@pytest.mark.parametrize("fault", [{"retry_after": 0, "times": 2}, {"status": 500, "times": 2}])
async def test_a_result_is_sent_again_until_slack_takes_it(world: World, method: str, fault: dict[str, Any]) -> None:
    """A closed modal and a Slack that is down for a moment together lose nothing."""
    flow = await limit(world)
    await world.slack.submit(flow.user, flow.form, flow.values)
    await world.slack.close(flow.user, world.slack.view(flow.user), clear=True)
    world.slack.fail(method, **fault)

    await world.settled()

    assert flow.result in _messages(world, CHLOE)


async def _send(world: World, flow: Flow) -> None:
    outcome = await world.slack.submit(flow.user, flow.form, flow.values)
    assert (outcome.error, outcome.errors) == ("", {})
    await world.settled()


def _count_earlier(world: World, flow: Flow) -> int:
    """How many messages the user had before; a seat's own message changes in place."""
    return len(world.slack.messages(f"@{flow.user}")) if flow.user == CHLOE else 0


def _messages(world: World, user: str, after: int = 0) -> str:
    return "\n".join(one.words for one in world.slack.messages(f"@{user}")[after:] if one.bot)


def _is_waiting(view: View) -> bool:
    """Whether a view says that work is in progress."""
    return "…" in view.words and "submit" not in view.body
