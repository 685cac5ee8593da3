"""The registration chart in Slack: where it is shown, what it costs, and what is shown if Slack refuses it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.model.registrant import RegistrantDetails
from sandbox.slack import Message
from tests.support.registration import (
    PATH,
    PERSON,
    RegistrationHarness,
    limit_settings,
    registration_harness,
    without_waits,
)
from tests.support.world import World, running_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    """A world with enough budget, short timeouts and immediate retries."""
    async with running_world(tmp_path, prepare=without_waits) as world:
        yield world


def charts(message: Message) -> list[dict[str, Any]]:
    """The charts of a message."""
    return [block["chart"] for block in message.blocks if block["type"] == "data_visualization"]


async def test_the_chart_stands_under_its_takeaway(world: World) -> None:
    """Where the button was, for this user alone, without a vendor call; screen readers read the same figures.

    The limit was set after the first count: it is today's.
    """
    launch = await registration_harness(world, title="Launch $day$", **limit_settings(25))
    for _ in range(3):
        world.clock.move(0.7 * DAY)
        await launch.update(registrants=6)
    await world.command("chloe", "#launch", "count launch")
    count = world.last("#launch", "chloe")
    assert count.buttons[1:4] == ["Registration", "Chart", "Details"]

    await world.click("chloe", count, "Chart")

    shown = world.last("#launch", "chloe")
    [chart] = charts(shown)
    registered, limit = chart["series"]
    values = [point["value"] for point in registered["data"]]
    assert (chart["type"], registered["name"], limit["name"]) == ("line", "Registered", "Limit now")
    assert (values[0], values[-1], values == sorted(values), len(values)) == (0, 18, True, 20)
    assert {point["value"] for point in limit["data"]} == {25}
    takeaway = "18 of 25 registered, up 18 in the last 2 days; full about <!date^"
    assert [block["type"] for block in shown.blocks[:2]] == ["section", "data_visualization"]
    assert takeaway in shown.blocks[0]["text"]["text"]
    assert takeaway in shown.text
    assert shown.text.endswith(": Registered 18, Limit now 25")
    assert (shown.ephemeral_to, shown.buttons) == ("U0CHLOE", ["Chart With Sources"])
    assert launch.take_calls() == []


async def test_sources_cost_one_call_and_name_no_private_channel(world: World) -> None:
    """Requested from the form, which keeps its input: the charts come by DM, because modals show none."""
    launch = await _grown(world)
    for number, source in enumerate(["slack:C0LAUNCH", "slack:C0LAUNCH", "slack:C0BOARD", "newsletter"]):
        details = RegistrantDetails(first_name="Iris", last_name="M", email=f"iris{number}@example.com", source=source)
        await world.bot.provider.register(launch.session_id, details, PERSON)
    await world.command("chloe", "#launch", "count launch")
    await world.click("chloe", world.last("#launch", "chloe"), "Registration")
    form = world.slack.view("chloe")
    before = len(world.vendor_calls())

    await world.slack.click("chloe", form, "Chart With Sources")
    await world.until(lambda: "Counting the registrations" in world.slack.view("chloe").words)
    await world.settled()

    assert world.vendor_calls()[before:] == [f"GET {PATH}{launch.session_id}/registrants"]
    shown = world.last("@chloe", "chloe")
    [growth, sources] = charts(shown)
    assert (growth["type"], sources["type"]) == ("line", "bar")
    assert [(point["label"], point["value"]) for point in sources["series"][0]["data"]] == [
        ("Not named", 2),
        ("Slack #launch", 2),
        ("Slack, private chan…", 1),
        ("newsletter", 1),
    ]
    assert "most that named a source came from Slack #launch (2)" in shown.text
    assert "board" not in shown.text + str(shown.blocks)
    assert "The chart is in your messages with Greenroom." in world.slack.view("chloe").words
    assert world.slack.view_stack("chloe")[0].id == form.id


async def test_without_growth_there_is_no_chart(world: World) -> None:
    """The reply says so, also in a modal."""
    await registration_harness(world)
    await world.command("chloe", "#launch", "count launch")
    count = world.last("#launch", "chloe")

    await world.click("chloe", count, "Chart")
    shown = world.last("#launch", "chloe")
    assert "*Launch day*: 0 registered." in shown.words
    assert "There is no chart yet" in shown.words
    assert charts(shown) == []

    await world.click("chloe", count, "Registration")
    await world.click("chloe", world.slack.view("chloe"), "Chart")
    assert "There is no chart yet" in world.slack.view("chloe").words
    assert "There is no chart yet" not in str([one.words for one in world.slack.messages("@chloe", "chloe")])


async def test_a_chart_that_slack_refuses_is_sent_in_words(world: World) -> None:
    """By a response_url and by chat.postMessage: one message with the same figures; other refusals are not repeated."""
    await _grown(world)
    await world.command("chloe", "#launch", "count launch")
    count = world.last("#launch", "chloe")
    world.slack.fail("response_url", error="invalid_blocks", status=400)

    await world.click("chloe", count, "Chart")

    shown = world.last("#launch", "chloe")
    assert charts(shown) == []
    assert "*Registrations over time*" in shown.words
    assert ": 2" in shown.words
    assert shown.buttons == ["Chart With Sources"]

    await world.click("chloe", count, "Registration")
    before = len(world.slack.messages("@chloe", "chloe"))
    world.slack.fail("chat.postMessage", error="invalid_blocks")
    await world.click("chloe", world.slack.view("chloe"), "Chart")
    [sent] = world.slack.messages("@chloe", "chloe")[before:]
    assert charts(sent) == []
    assert "*Registrations over time*" in sent.words

    await world.command("chloe", "#launch", "count launch")
    world.slack.fail("response_url", error="expired_url", status=404)
    await world.click("chloe", world.last("#launch", "chloe"), "Chart")
    assert len(charts(world.last("@chloe", "chloe"))) == 1


async def _grown(world: World) -> RegistrationHarness:
    launch = await registration_harness(world)
    world.clock.move(DAY)
    await launch.update(registrants=2)
    return launch
