"""Whatever goes wrong reaches the person in words, in the right place, and loses nothing they typed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.world import World


async def test_an_unexpected_error_gives_a_reference_that_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The person gets a short reference for the admin, and the log has the story under it."""
    await _lose(world, "webinars")

    await world.command("chloe", "#launch", "list")

    words = world.last("#launch", "chloe").words
    (record,) = [record for record in caplog.records if record.message == "error.unexpected"]
    assert record.__dict__["reference"] in words


async def test_an_error_in_a_modal_comes_on_top_of_it(world: World) -> None:
    """The form stays below, with everything that was typed."""
    await world.command("chloe", "#launch", "create")
    view = world.slack.view("chloe")
    await world.slack.fill("chloe", view, {"Title": "Precious words"})
    await _lose(world, "creations")

    await world.slack.submit("chloe", view, {"Starts": world.clock.now() + timedelta(days=1)})

    stack = world.slack.view_stack("chloe")
    assert stack[-1].title == "This did not work"
    assert "Precious words" in str(stack[0].values)


async def test_a_button_of_an_older_version_is_answered_in_words(world: World) -> None:
    """Messages outlive versions: an unknown button says how to begin anew."""
    await world.command("chloe", "#launch", "")
    menu = world.last("#launch", "chloe")
    for block in menu.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "list.open":
                element["action_id"] = "list.gone"

    await world.click("chloe", menu, "list.gone")

    assert "older version" in world.last("#launch", "chloe").words


async def test_a_slow_command_says_that_it_is_still_being_worked_on(world: World) -> None:
    """Past two seconds the person reads one extra line, and then the answer."""
    world.slack.fail("users.info", hang=2.3)

    await world.command("dev", "#launch", "show next")
    await world.command("dev", "#launch", "create")

    assert any("Still working" in message.words for message in world.slack.messages("#launch", "dev"))


async def test_slack_failing_to_open_a_form_is_told_to_the_person(world: World) -> None:
    """An expired trigger is no silence."""
    world.slack.fail("views.open", error="expired_trigger_id")

    await world.command("chloe", "#launch", "create Launch day")

    assert "Slack refused this" in world.last("#launch", "chloe").words


async def _lose(world: World, table: str) -> None:
    """Break the database under the bot, as a disk might."""
    async with world.bot.services.store.write() as db:
        await db.connection.exec_driver_sql(f"drop table {table}")
