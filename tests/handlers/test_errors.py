"""Every error reaches the user as a sentence in the right place, and no input is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.world import World


async def test_an_unexpected_error_gives_a_reference_that_is_in_the_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """The user gets a short reference for the admin; the log has the traceback under it."""
    await _drop_table(world, "webinars")

    await world.command("chloe", "#launch", "list")

    words = world.last("#launch", "chloe").words
    (record,) = [record for record in caplog.records if record.message == "error.unexpected"]
    assert record.__dict__["reference"] in words


async def test_an_error_in_a_modal_is_shown_on_top_of_it(world: World) -> None:
    """The filled form stays below."""
    await world.command("chloe", "#launch", "create")
    view = world.slack.view("chloe")
    await world.slack.fill("chloe", view, {"Title": "Precious words"})
    await _drop_table(world, "creations")

    await world.slack.submit("chloe", view, {"Starts": world.clock.now() + timedelta(days=1)})

    stack = world.slack.view_stack("chloe")
    assert stack[-1].title == "This did not work"
    assert "Precious words" in str(stack[0].values)


async def test_a_button_of_an_older_version_is_answered(world: World) -> None:
    """The reply to a button of an older version says how to start again."""
    await world.command("chloe", "#launch", "")
    menu = world.last("#launch", "chloe")
    for block in menu.blocks:
        for element in block.get("elements", []):
            if element.get("action_id") == "list.open":
                element["action_id"] = "list.gone"

    await world.click("chloe", menu, "list.gone")

    assert "older version" in world.last("#launch", "chloe").words


async def test_an_option_of_an_older_version_is_answered(world: World) -> None:
    """Also of a menu: an unknown action, none, and a menu within a menu; a known one does what its button does."""
    await world.create("chloe")
    await world.post_card("Launch day")
    [card] = world.slack.messages("#launch")
    menu = next(one for block in card.blocks for one in block.get("elements", []) if one["type"] == "overflow")
    values = ["door.gone s1", "door.gone", "webinar.more", "webinar.more help.open x"]
    menu["options"] = [{"text": {"type": "plain_text", "text": value}, "value": value} for value in values]
    for value in values:
        await world.click("dev", card, value)
        assert "older version" in world.last("#launch", "dev").words, value

    menu["options"][0]["value"] = "help.open"
    await world.click("dev", card, values[0])
    assert "find, create and change webinars" in world.last("#launch", "dev").words


async def test_a_slow_command_sends_a_progress_line(world: World) -> None:
    """After two seconds the user gets one progress line, then the reply."""
    world.slack.fail("users.info", hang=2.3)

    await world.command("dev", "#launch", "show next")
    await world.command("dev", "#launch", "create")

    assert any("Still working" in message.words for message in world.slack.messages("#launch", "dev"))


async def test_a_form_that_slack_does_not_open_is_reported(world: World) -> None:
    """An expired trigger is reported."""
    world.slack.fail("views.open", error="expired_trigger_id")

    await world.command("chloe", "#launch", "create Launch day")

    assert "Slack took too long. Press" in world.last("#launch", "chloe").words


async def _drop_table(world: World, table: str) -> None:
    """Drop a table of the running bot."""
    async with world.bot.services.store.write() as db:
        await db.connection.exec_driver_sql(f"drop table {table}")
