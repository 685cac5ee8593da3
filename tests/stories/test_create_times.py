"""Times typed after create: used as typed, or left to the user with a line under Starts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.slack import View
from tests.support.block_kit import check_view
from tests.support.world import World


def inputs(view: View) -> dict[str, Any]:
    """The values of the form, by block name."""
    return {block.split(":")[0]: next(iter(state.values())) for block, state in view.values.items()}


def line(view: View) -> str:
    """The line under Starts; empty if there is none."""
    (starts,) = [block for block in view.blocks if block["type"] == "input" and block["label"]["text"] == "Starts"]
    return str(starts["hint"]["text"]) if "hint" in starts else ""


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("tommorow 3pm", "Did you mean tomorrow by “tommorow”?"),
        ("3 Febuary 3pm", "Did you mean February by “Febuary”?"),
        ("Feb 30 3pm", "There is no February 30."),
        ("3pm NSTT tomorrow", "“NSTT” is not a time zone known here:"),
        ("3ish tomorrow", "“3ish” was not understood as the time of “tomorrow”."),
    ],
)
async def test_unclear_time_leaves_starts_empty_and_says_why(world: World, typed: str, reason: str) -> None:
    """The title keeps the words, and one line under the field has the reason and what to do."""
    await world.command("chloe", "#launch", f"create Launch {typed}")

    view = world.slack.view("chloe")
    check_view(view.body)
    assert inputs(view)["title"]["value"] == f"Launch {typed}"
    assert inputs(view)["starts"]["selected_date_time"] is None
    assert line(view).startswith(reason)
    assert line(view).endswith("Choose the date and the time.")


async def test_line_stays_until_a_start_is_chosen(world: World) -> None:
    """In the form that is resumed, and below More Settings; with a start, it is gone."""
    await world.command("chloe", "#launch", "create Launch Sept 31 3pm")
    view = world.slack.view("chloe")
    await world.click("chloe", view, "More Settings")
    await world.slack.submit("chloe", world.slack.view("chloe"))
    await world.settled()
    assert line(world.slack.view("chloe")).startswith("There is no September 31.")
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "create")
    resumed = world.slack.view("chloe")
    assert line(resumed).startswith("There is no September 31.")
    (starts,) = [block for block in resumed.values if block.startswith("starts:")]
    later = int((world.clock.now() + timedelta(days=1)).timestamp())
    await world.click("chloe", resumed, "create.change", block_id=starts, value=later)
    await world.slack.close("chloe", world.slack.view("chloe"), clear=True)

    await world.command("chloe", "#launch", "create")
    assert line(world.slack.view("chloe")) == ""


async def test_weekday_that_contradicts_its_date_is_left_to_the_user(world: World) -> None:
    """On any date: the line names the weekday that the date has."""
    day = world.clock.now().astimezone(ZoneInfo("Europe/Berlin")) + timedelta(days=20)
    other = day + timedelta(days=1)

    await world.command("chloe", "#launch", f"create Launch {other:%A} {day.day} {day:%B} 3pm")

    view = world.slack.view("chloe")
    assert inputs(view)["starts"]["selected_date_time"] is None
    assert f"is a {day:%A}, not a {other:%A}." in line(view)


async def test_range_and_time_zone_fill_start_and_length(world: World) -> None:
    """3-4pm in London is 15:00 there for an hour; the title has neither."""
    await world.command("chloe", "#launch", "create Launch 3-4pm London time on 2027-05-04")

    view = world.slack.view("chloe")
    assert inputs(view)["title"]["value"] == "Launch"
    start = datetime.fromtimestamp(inputs(view)["starts"]["selected_date_time"], UTC)
    assert start == datetime(2027, 5, 4, 14, 0, tzinfo=UTC)
    assert inputs(view)["length"]["value"] == "1 hour"
    assert line(view) == ""


async def test_abbreviation_of_another_season_is_used_and_explained(world: World) -> None:
    """EST in summer is UTC-5, not New York's time."""
    await world.command("chloe", "#launch", "create Launch 2027-07-06 3pm EST")

    view = world.slack.view("chloe")
    start = datetime.fromtimestamp(inputs(view)["starts"]["selected_date_time"], UTC)
    assert start == datetime(2027, 7, 6, 20, 0, tzinfo=UTC)
    assert line(view) == "EST is UTC-5, but New York has EDT on that day."
