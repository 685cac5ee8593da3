"""Samples of Block Kit's tables, charts and containers."""

from __future__ import annotations

from typing import Any

from tests.sandbox.slack_app import actions, button, plain, section

Json = dict[str, Any]
MRKDWN = {"type": "mrkdwn", "text": "*x*"}
IMAGE = {"type": "image", "image_url": "https://acme.example/x.png", "alt_text": "x"}
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "At ", "style": {"bold": True}},
                {"type": "date", "timestamp": 1_790_000_000, "format": "{time}", "fallback": "13:33"},
                {"type": "user", "user_id": "U0ANA"},
                {"type": "channel", "channel_id": "C0LAUNCH"},
                {"type": "emoji", "name": "tada"},
                {"type": "link", "url": "https://acme.example", "text": "here"},
                {"type": "broadcast", "range": "here"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}], "border": 0},
    ],
}


def cell(value: float | str) -> Json:
    """A cell of a table."""
    return {"type": "raw_text", "text": value} if isinstance(value, str) else number_cell(value)


def number_cell(value: float) -> Json:
    """A number, which a table can sort."""
    return {"type": "raw_number", "value": value, "text": f"{value:,}"}


def data_table(*rows: list[Json], **more: Any) -> Json:
    """A data table."""
    return {"type": "data_table", "block_id": "data", "caption": "Registrants", "rows": list(rows), **more}


def chart(kind: str, *series: Json, **more: Any) -> Json:
    """A chart with two categories."""
    axes = {"categories": ["Mon", "Tue"], "x_label": "Day", "y_label": "People"}
    return {
        "type": "data_visualization",
        "title": "Registrants",
        "chart": {"type": kind, "series": list(series)} | {"axis_config": axes} | more,
    }


def series(name: str, *values: float) -> Json:
    """One line of a chart."""
    return {
        "name": name,
        "data": [{"label": day, "value": one} for day, one in zip(("Mon", "Tue"), values, strict=True)],
    }


def pie(*values: float) -> Json:
    """A pie chart."""
    segments = [{"label": f"Part {number}", "value": value} for number, value in enumerate(values)]
    return {"type": "data_visualization", "title": "Sources", "chart": {"type": "pie", "segments": segments}}


BUTTON_CELL: Json = {"type": "action_cell", "element": button("Open", "open"), "fallback": cell("Open")}


def container(*children: Json, **more: Any) -> Json:
    """A group of blocks."""
    return {"type": "container", "title": plain("Group"), "child_blocks": list(children), **more}


GOOD_DATA: dict[str, list[Json]] = {
    "data_table": [
        data_table([cell("Name"), cell("Seats"), cell("Open")], [cell("Launch"), cell(500), BUTTON_CELL]),
        data_table([cell("Name")], [RICH], page_size=100, row_header_column_index=0),
        data_table([cell("Name")], *[[cell("x")]] * 100),
    ],
    "data_visualization": [
        *(chart(kind, series("All", 1, 2.5), series("Confirmed", -1, 0)) for kind in ("bar", "line", "area")),
        pie(1, 2, 3, 4, 5, 0),
    ],
    "container": [
        {
            "type": "container",
            "title": plain("Registration"),
            "subtitle": MRKDWN,
            "icon": IMAGE,
            "width": "full",
            "is_collapsible": True,
            "default_collapsed": True,
            "child_blocks": [section("x"), actions(button("Go", "go"))],
        },
        {"type": "container", "rich_text_title": RICH, "has_header_divider": True, "child_blocks": [section("x")] * 10},
    ],
}
