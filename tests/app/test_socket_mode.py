"""The bot over Socket Mode, without a public URL."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.world import running_world


async def test_create_over_socket_mode(tmp_path: Path) -> None:
    """Command, form with field errors, result and card, all over the socket."""
    async with running_world(tmp_path, socket_mode=True) as world:
        await world.command("chloe", "#launch", "create")
        start = world.clock.now() + timedelta(days=1)
        wrong = {"Title": "Launch day", "Starts": start, "Length": "never"}
        outcome = await world.slack.submit("chloe", world.slack.view("chloe"), wrong)
        assert {block.split(":")[0] for block in outcome.errors} == {"length"}
        await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

        result = await world.create("chloe", "Launch day", fields={"Announce in": "#launch"})

        assert result.title == "Webinar created"
        (card,) = world.slack.messages("#launch")
        assert "Launch day" in card.words


async def test_a_socket_that_slack_closes_is_opened_again(tmp_path: Path) -> None:
    """Slack closes sockets every few hours; commands keep working."""
    async with running_world(tmp_path, socket_mode=True) as world:
        await world.slack.disconnect("refresh_requested")
        await world.until(lambda: world.slack.app_state["connected"])

        await world.command("chloe", "#launch", "help")

        assert "*Plan:*" in world.last("#launch", "chloe").words
