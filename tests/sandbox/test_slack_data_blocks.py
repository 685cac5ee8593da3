"""Block Kit's tables, charts and containers: their limits, in a message too, and what can be read and clicked."""

from __future__ import annotations

from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import Slack
from sandbox.slack.model import button_words, words
from sandbox.slack.surfaces import message_problems, view_problems, with_ids
from tests.sandbox.block_samples import (
    BUTTON_CELL,
    GOOD_DATA,
    RICH,
    cell,
    chart,
    container,
    data_table,
    pie,
    series,
)
from tests.sandbox.slack_app import BoltApp, actions, button, modal, plain, refusal, section
from tests.sandbox.test_slack_blocks import CARD
from tests.support.rows import each_row

Json = dict[str, Any]
EVERY_ROW = "every row must have the same number of cells"
AT_LEAST, AT_MOST = "must be greater than or equal to", "must be less than or equal to"
BAD: list[tuple[Json, str]] = [
    (
        {"type": "header", "text": plain("x"), "level": 5},
        "must be less than or equal to 4 [json-pointer:/blocks/0/level]",
    ),
    (
        {"type": "table", "rows": [[{"type": "raw_number", "value": "5", "text": "5"}]]},
        "must be a number [json-pointer:/blocks/0/rows/0/0/value]",
    ),
    (
        {"type": "table", "rows": [[{"type": "raw_number", "value": 5}]]},
        "missing required field: text [json-pointer:/blocks/0/rows/0/0]",
    ),
    (
        {"type": "table", "rows": [[BUTTON_CELL]]},
        "unsupported type: action_cell [json-pointer:/blocks/0/rows/0/0/type]",
    ),
    (data_table([cell("x")]), "no fewer than 2 items allowed [json-pointer:/blocks/0/rows]"),
    (data_table(*[[cell("x")]] * 102), "no more than 101 items allowed [json-pointer:/blocks/0/rows]"),
    (data_table([cell("x")] * 21, [cell("x")] * 21), "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]"),
    (data_table([cell("x")] * 2, [cell("x")]), f"{EVERY_ROW} [json-pointer:/blocks/0/rows/1]"),
    (data_table([RICH], [RICH]), "a header cell cannot be rich_text [json-pointer:/blocks/0/rows/0/0]"),
    (data_table([cell("x")], [cell("y")], page_size=0), f"{AT_LEAST} 1 [json-pointer:/blocks/0/page_size]"),
    (data_table([cell("x")], [cell("y")], page_size=101), f"{AT_MOST} 100 [json-pointer:/blocks/0/page_size]"),
    (
        data_table([cell("x")], [cell("y")], row_header_column_index=1),
        "must be less than 1 [json-pointer:/blocks/0/row_header_column_index]",
    ),
    (data_table([cell("x")], [cell("y")], caption=None), "missing required field: caption [json-pointer:/blocks/0]"),
    (
        data_table([cell("x")] * 2, [BUTTON_CELL] * 2),
        "action_id must be unique within a block [json-pointer:/blocks/0]",
    ),
    (chart("radar", series("All", 1, 2)), "unsupported type: radar [json-pointer:/blocks/0/chart/type]"),
    (
        {**pie(1), "title": "x" * 51},
        "must be less than 51 characters [json-pointer:/blocks/0/title]",
    ),
    (pie(*[1] * 7), "no more than 6 items allowed [json-pointer:/blocks/0/chart/segments]"),
    (pie(-1), f"{AT_LEAST} 0 [json-pointer:/blocks/0/chart/segments/0/value]"),
    (
        chart("bar", *(series(f"s{number}", 1, 2) for number in range(7))),
        "no more than 6 items allowed [json-pointer:/blocks/0/chart/series]",
    ),
    (chart("line", *[series("All", 1, 2)] * 2), "series names must be unique [json-pointer:/blocks/0/chart/series]"),
    (
        chart("line", {**series("All", 1, 2), "name": "x" * 21}),
        "must be less than 21 characters [json-pointer:/blocks/0/chart/series/0/name]",
    ),
    (
        chart("area", {"name": "All", "data": [{"label": "Mon", "value": 1}]}),
        "must have one data point for each category [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    (
        chart("area", {"name": "All", "data": [{"label": "Mon", "value": 1}] * 21}),
        "no more than 20 items allowed [json-pointer:/blocks/0/chart/series/0/data]",
    ),
    (
        chart("bar", series("All", 1, 2), axis_config={"categories": ["Mon", "Tue"], "x_label": "x" * 51}),
        "must be less than 51 characters [json-pointer:/blocks/0/chart/axis_config/x_label]",
    ),
    (
        container(section("x"), title=None),
        "must define at least one of title, rich_text_title [json-pointer:/blocks/0]",
    ),
    (container(*[section("x")] * 11), "no more than 10 items allowed [json-pointer:/blocks/0/child_blocks]"),
    (container(CARD), "unsupported type: card [json-pointer:/blocks/0/child_blocks/0/type]"),
    (container(pie(1)), "unsupported type: data_visualization [json-pointer:/blocks/0/child_blocks/0/type]"),
    (
        container(section("x"), default_collapsed=True),
        "default_collapsed requires is_collapsible [json-pointer:/blocks/0]",
    ),
    (
        container(section("x", block_id="a"), section("y", block_id="a")),
        "block_id already exists: a [json-pointer:/blocks/0/child_blocks/1/block_id]",
    ),
]


@each_row(("block", "said"), BAD)
def test_block_beyond_its_limits_is_refused_with_its_place(block: Json, said: str) -> None:
    """The first problem, in Slack's format."""
    assert message_problems([block])[0] == said


def test_charts_and_data_tables_have_limits_in_a_message() -> None:
    """Two charts, one table, and 20,000 characters in all data tables."""
    line = chart("line", series("All", 1, 2))
    assert message_problems([line, line]) == []
    assert message_problems([line, line, pie(1)]) == [
        "no more than 2 data_visualization is allowed in a message [json-pointer:/blocks]"
    ]
    long = [data_table([cell("x")], [cell("y" * 9_995)], block_id=f"t{number}") for number in range(3)]
    assert message_problems(long[:2]) == []
    assert message_problems(long) == ["data_table must be less than 20001 characters in all [json-pointer:/blocks]"]


def test_charts_tables_and_groups_are_for_messages_and_the_home_tab() -> None:
    """Not for a modal."""
    for kind in ("container", "data_table", "data_visualization"):
        assert view_problems({"type": "home", "blocks": GOOD_DATA[kind][:1]}, "home") == []
        assert view_problems(modal(*GOOD_DATA[kind][:1]), "modal") == [
            f"unsupported type: {kind} [json-pointer:/view/blocks/0/type]"
        ]


def test_what_is_inside_a_group_or_a_table_can_be_read_and_clicked() -> None:
    """Buttons get ids there too; a chart is read as text."""
    group = {
        "type": "container",
        "title": plain("More"),
        "child_blocks": [section("inside"), actions(button("Go", "a"))],
    }
    blocks = with_ids(
        [group, GOOD_DATA["data_table"][0], chart("bar", series("All", 1, 2)), pie(3)], lambda prefix: f"{prefix}1"
    )
    assert button_words(blocks) == ["Go", "Open"]
    assert [block["block_id"] for block in blocks[0]["child_blocks"]] == ["b1", "buttons"]
    assert [*words(blocks[0])] == ["More", "inside", "Go"]
    assert [*words(blocks[2:])] == ["Registrants", "All: Mon 1, Tue 2", "Sources", "Part 0 3"]
    assert "Registrants" in [*words(blocks[1])]


async def test_button_in_a_table_or_a_group_reaches_the_app(slack: Slack, bolt: BoltApp, web: AsyncWebClient) -> None:
    """With the block it is in."""
    bolt.acks_clicks("open")
    bolt.acks_clicks("go")
    blocks = [GOOD_DATA["data_table"][0], container(actions(button("Go", "go"), block_id="inside"))]
    await web.chat_postMessage(channel="C0LAUNCH", text="Registrants", blocks=blocks)
    message = slack.messages("#launch")[-1]
    for words_of_button in ("Open", "Go"):
        assert (await slack.click("ana", message, words_of_button)).ok
    assert [one["actions"][0]["block_id"] for one in bolt.heard] == ["data", "inside"]


async def test_blocks_are_validated_without_being_posted(slack: Slack, web: AsyncWebClient) -> None:
    """Alone, in a message or in a view; exactly one of them."""
    good, bad = [section("x")], [{"type": "dance"}]
    view = modal(section("x"))
    for given in ({"blocks": good}, {"message": {"text": "x", "blocks": good}}, {"view": view}):
        assert (await web.blocks_validate(**given))["ok"]
    for given in ({"blocks": bad}, {"message": {"blocks": bad}}, {"view": {**view, "blocks": bad}}):
        assert await refusal(web.blocks_validate(**given)) == "invalid_blocks"
    assert await refusal(web.blocks_validate(blocks=good, view=view)) == "invalid_arguments"
    assert await refusal(web.blocks_validate()) == "invalid_arguments"
    assert slack.messages("#launch") == []
