"""Stand-in for Block Kit's tables, charts and containers, and their limits.

Where copies of Slack's pages disagree, the smaller limit counts: 6 series (not 12), 100 rows of data (not 200).
"""

from __future__ import annotations

from typing import Any

from sandbox.slack.elements import ELEMENTS, ID, IMAGE
from sandbox.slack.model import Json
from sandbox.slack.schema import (
    Problems,
    Rule,
    array,
    at_least_one,
    boolean,
    by_type,
    integer,
    number,
    object_of,
    one_of,
    plain,
    report,
    string,
    text,
)

RAW_TEXT = object_of({"text": string(10_000)})
RAW_NUMBER = object_of({"value": number(), "text": string(10_000)})


def table(rich_text: Rule) -> Rule:
    """A table: https://docs.slack.dev/reference/block-kit/blocks/table-block"""
    cell = by_type({"raw_text": RAW_TEXT, "raw_number": RAW_NUMBER, "rich_text": rich_text})
    column = object_of({}, {"align": one_of("left", "center", "right"), "is_wrapped": boolean})
    return object_of(
        {"rows": array(array(cell, 20), 100)},
        {"block_id": ID, "column_settings": array(_or_null(column), 20)},
    )


def data_table(rich_text: Rule) -> Rule:
    """A table that people sort and filter: https://docs.slack.dev/reference/block-kit/blocks/data-table-block"""
    raw: dict[str, Rule] = {"raw_text": RAW_TEXT, "raw_number": RAW_NUMBER}
    action = object_of({"element": by_type({"button": ELEMENTS["button"]})}, {"fallback": by_type(raw)})
    cell = by_type({**raw, "rich_text": rich_text, "action_cell": action})
    return object_of(
        {"caption": string(), "rows": array(array(cell, 20), 101, 2)},
        {"block_id": ID, "page_size": integer(1, 100), "row_header_column_index": integer(0, 19)},
        _has_equal_rows,
        _has_a_header,
    )


def container(children: dict[str, Rule], rich_text: Rule) -> Rule:
    """A group of blocks: https://docs.slack.dev/reference/block-kit/blocks/container-block"""
    return object_of(
        {"child_blocks": array(by_type(children), 10)},
        {
            "block_id": ID,
            "title": plain(150),
            "rich_text_title": by_type({"rich_text": rich_text}),
            "subtitle": text(150),
            "width": one_of("narrow", "standard", "wide", "full"),
            "icon": by_type({"image": IMAGE}),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        at_least_one("title", "rich_text_title"),
        _collapses_only_if_it_can,
    )


def _or_null(rule: Rule) -> Rule:
    """Null skips a column."""

    def check(value: Any, at: str, problems: Problems) -> None:
        if value is not None:
            rule(value, at, problems)

    return check


def _collapses_only_if_it_can(value: Json, at: str, problems: Problems) -> None:
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        report(problems, "default_collapsed requires is_collapsible", at)


def _has_equal_rows(value: Json, at: str, problems: Problems) -> None:
    width = len(value["rows"][0])
    for index, row in enumerate(value["rows"]):
        if len(row) != width:
            report(problems, "every row must have the same number of cells", f"{at}/rows/{index}")
    if (value.get("row_header_column_index") or 0) >= width:
        report(problems, f"must be less than {width}", f"{at}/row_header_column_index")


def _has_a_header(value: Json, at: str, problems: Problems) -> None:
    for index, cell in enumerate(value["rows"][0]):
        if cell["type"] not in ("raw_text", "raw_number"):
            report(problems, f"a header cell cannot be {cell['type']}", f"{at}/rows/0/{index}")


def _names_are_unique(value: Json, at: str, problems: Problems) -> None:
    names = [one["name"] for one in value["series"]]
    if len(names) != len(set(names)):
        report(problems, "series names must be unique", f"{at}/series")


def _series_fit_the_axis(value: Json, at: str, problems: Problems) -> None:
    """Each series has one point for each category."""
    categories = value["axis_config"]["categories"]
    if len(categories) != len(set(categories)):
        report(problems, "categories must be unique", f"{at}/axis_config/categories")
    for index, series in enumerate(value["series"]):
        labels = [point["label"] for point in series["data"]]
        if sorted(labels) != sorted(set(categories)):
            report(problems, "must have one data point for each category", f"{at}/series/{index}/data")


LABEL = string(20)
POINT = object_of({"label": LABEL, "value": number()})
SERIES = object_of({"name": LABEL, "data": array(POINT, 20)})
AXES = object_of({"categories": array(LABEL, 20)}, {"x_label": string(50), "y_label": string(50)})
PIE = object_of({"segments": array(object_of({"label": LABEL, "value": number(least=0)}), 6)})
XY_CHART = object_of({"series": array(SERIES, 6), "axis_config": AXES}, {}, _names_are_unique, _series_fit_the_axis)
DATA_VISUALIZATION = object_of(
    {"title": string(50), "chart": by_type({"pie": PIE, **dict.fromkeys(("bar", "area", "line"), XY_CHART)})},
    {"block_id": ID},
)
"""A chart: https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block"""
